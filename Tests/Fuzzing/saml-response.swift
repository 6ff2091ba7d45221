import Foundation

@testable import SAML
@testable import XMLSecurity

private let meanings = Set(ResponseSeeds.all.compactMap(\.meaning).map { spelled($0) })
private let signingKey = Keys.kept.provider.signing

/// Modes: `a`, an assertion that is signed before it is judged; `r`, a response; `e`, an assertion that is encrypted
/// into a signed response; `b`, a message in base64.
let seeds: [[UInt8]] = {
    for (text, meaning) in ResponseSeeds.all {
        let verification = ResponseVerification(base64(text.utf8), expectation: Provider.expectation)
        demand(verification.assertion == meaning, "\(verification.checks) \(text)")
    }
    let statements = [
        Statement(), Statement(more: "<saml:Advice/><saml:AuthzDecisionStatement/>"), Statement(prefix: ""),
        Statement(subject: ResponseSeeds.name("ann<!-- -->")),
    ]
    let texts =
        ResponseSeeds.all.map(\.text)
        + statements.flatMap { ["a" + $0.text, "e" + $0.text, "r" + Reply().text($0.text)] }
        + ["b" + base64(Reply().text("").utf8)]
    return texts.map { Array($0.utf8) }
}()

/// A response: every rule is decided once, whatever it holds; who comes in is who the provider signed, by all that was
/// signed about them; and nobody comes in to anybody else.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Input(start, count, modes: "areb")
    guard let (message, signed) = try? message(input) else { return 0 }
    let verification = ResponseVerification(message, expectation: Provider.expectation)
    demand(verification.checks.map(\.rule) == Rule.allCases, "rules: \(verification.checks)")
    checkLengths(verification)
    guard let assertion = verification.assertion else {
        demand(verification.failure != nil, "refused without a reason")
        return 0
    }
    let states = Dictionary(uniqueKeysWithValues: verification.checks.map { ($0.rule, $0.state) })
    demand(states.values.allSatisfy { $0 == .passed || $0 == .notNeeded }, "taken with a failure: \(states)")
    demand(states[.responseSignature] == .passed || states[.assertionSignature] == .passed, "no signature: \(states)")
    let isTrue = signed.map { SignedFacts($0).hold(assertion) } ?? meanings.contains(spelled(assertion))
    demand(isTrue, "not what was signed: \(assertion)")
    let others = Provider.strangers + (signed == nil ? Provider.neighbours : [])
    let stranger = ResponseVerification(message, expectation: input.pick(others))
    demand(stranger.assertion == nil, "taken by others: \(assertion)")
    return 0
}

/// The values that are kept or shown of a message, whoever sent it, are no longer than documented, in scalars: one
/// character may have any number of them.
private func checkLengths(_ verification: ResponseVerification) {
    func check(_ texts: [String?], _ longest: Int) {
        let isShort = texts.allSatisfy { ($0?.unicodeScalars.count ?? 0) <= longest }
        demand(isShort, "too long: \(texts.map { $0?.unicodeScalars.count ?? 0 })")
    }
    check(verification.checks.flatMap { [$0.found, $0.expected] }, 500)
    check((verification.status?.codes ?? []) + [verification.status?.message], 1000)
    check(verification.claims.map(\.friendlyName), 1024)
    check([verification.assertion?.authenticationContext], 500)
}

/// As it arrives, and what was signed of it if it was signed here.
private func message(_ input: Input) throws -> (String, signed: XMLElement?) {
    switch input.mode {
    case "b": return (input.text, nil)
    case "a":
        let tree = try XMLReader.read(input.bytes)
        let signed = String(decoding: try XMLSignature.signing(tree, with: signingKey), as: UTF8.self)
        return (base64(Reply().text(signed).utf8), tree)
    case "r":
        let tree = try XMLReader.read(input.bytes)
        return (base64(try XMLSignature.signing(tree, with: signingKey)), tree)
    case "e":
        let sealed = try XMLReader.read(Array(Reply().sealing(input.text).utf8))
        return (base64(try XMLSignature.signing(sealed, with: signingKey)), sealed)
    default: return (base64(input.bytes), nil)
    }
}

private func base64(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }
