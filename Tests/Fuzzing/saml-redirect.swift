import Foundation

@testable import SAML
@testable import XMLSecurity

private let signingKey = Keys.kept.provider.signing
private let location = "https://lectern.example/saml/c1/slo?a=b"
private let limit = 65_536

private func query(_ kind: RedirectBinding.Kind, _ text: String, _ relayState: String?, _ key: SigningKey) -> String {
    let url = try! RedirectBinding.url(to: location, kind, text, relayState: relayState, key: key)
    demand(url.hasPrefix(location + "&"), url)
    return String(url.dropFirst(location.count + 1))
}

private let (wish, answer) = (LogoutSeeds.wish(), LogoutSeeds.answer())
private let sealed = LogoutSeeds.wish(
    "<saml:EncryptedID>\(Sealing().sealed(ResponseSeeds.name("ann@x.example")))</saml:EncryptedID>")
private let queries = [
    query(.request, wish, nil, signingKey), query(.request, wish, "a b&c=d+é", signingKey),
    query(.response, answer, "/", signingKey), query(.request, sealed, nil, signingKey),
]
private let posts = [
    (RedirectBinding.Kind.request, LogoutSeeds.request), (.response, LogoutSeeds.response),
    (.request, LogoutSeeds.signed(sealed, "_l1")),
]

private let meanings: Set<[UInt8]> = Set(
    queries.map { spelled(try! VerifiedLogout(redirect: $0, expectation: Provider.expectation)) }
        + posts.map { kind, text in
            let value = Data(text.utf8).base64EncodedString()
            return spelled(try! VerifiedLogout(post: value, kind, expectation: Provider.expectation))
        })

/// Modes: `m` and `n`, a request and an answer that are signed before they are read; `p` and `q`, those of a form as
/// they arrive; `t`, a text in messages of ours; `d`, something deflated.
let seeds: [[UInt8]] = {
    let stranger = Keys.kept.stranger.signing
    let texts =
        queries + [query(.request, wish, nil, stranger), queries[1].replacing("SAMLRequest", with: "SAMLResponse")]
        + ["m" + wish, "m" + sealed, "n" + answer, "t", "t&a=b%41+<\">]]>\r\n\u{1}"] + posts.map { "p" + $1 }
        + posts.map { "q" + $1 }
    let bombs = [Deflate.compressed([UInt8](repeating: 65, count: limit)), Deflate.compressed(Array(wish.utf8))]
    return texts.map { Array($0.utf8) } + bombs.map { [UInt8(ascii: "d")] + $0 }
}()

/// Messages about logging out: those that are taken are those that the provider signed, and others refuse them; nothing
/// grows beyond the limit; and what we send is what arrives.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Input(start, count, modes: "mnpqtd")
    switch input.mode {
    case "m", "n": checkSigned(input, input.mode == "m" ? .request : .response)
    case "p", "q":
        let (value, kind) = (
            Data(input.bytes).base64EncodedString(), input.mode == "p" ? RedirectBinding.Kind.request : .response
        )
        check(input, nil) { try VerifiedLogout(post: value, kind, expectation: $0) }
    case "t":
        checkRelayState(input)
        checkMessages(input.text)
    case "d": checkDeflate(input.bytes)
    default:
        check(input, nil) { try VerifiedLogout(redirect: input.text, expectation: $0) }
        guard let query = try? RedirectBinding.Query(input.text) else { return 0 }
        _ = try? RedirectBinding.message(query)
        guard let again = try? RedirectBinding.Query(query.signedText) else { fatalError("not what was signed") }
        demand(
            again.kind == query.kind && spelled(again.signedText) == spelled(query.signedText), "signed text: \(again)")
    }
    return 0
}

private func check(
    _ input: Input, _ signed: XMLElement?, _ verified: (Expectation) throws -> VerifiedLogout
) {
    guard let logout = try? verified(Provider.expectation) else { return }
    let isTrue = signed.map { SignedFacts($0).hold(logout) } ?? meanings.contains(spelled(logout))
    demand(isTrue, "not what was signed: \(logout)")
    // For whom it is, is in the address alone.
    let others = Provider.strangers + Provider.neighbours.filter { $0.audience == Provider.audience }
    demand((try? verified(input.pick(others))) == nil, "taken by others: \(logout)")
}

private func checkSigned(_ input: Input, _ kind: RedirectBinding.Kind) {
    let text = query(kind, input.text, input.bytes.count.isMultiple(of: 2) ? nil : "a", signingKey)
    let tree = try? XMLReader.read(Array(input.text.utf8))
    let arrived = (try? RedirectBinding.Query(text)).flatMap { try? RedirectBinding.message($0) }
    let form = CanonicalForm.Method.exclusive(prefixes: [])
    let isSame = arrived.map { CanonicalForm.bytes(of: $0, form) } == tree.map { CanonicalForm.bytes(of: $0, form) }
    demand(isSame, "not what was sent: \(text)")
    guard let tree else { return }
    check(input, tree) { try VerifiedLogout(redirect: text, expectation: $0) }
}

private func checkRelayState(_ input: Input) {
    // It takes a hundred times as long as all else.
    guard input.pick([true, false, false, false]) else { return }
    let text = input.text
    let query = try? RedirectBinding.Query(query(.request, "", text, signingKey))
    let arrived = try? query?.value("RelayState")
    demand(arrived.map { spelled($0) } == spelled(text), "RelayState: \(arrived ?? "none")")
}

private func checkDeflate(_ bytes: [UInt8]) {
    if let expanded = Deflate.expanded(bytes, limit: limit) {
        demand(expanded.count <= limit, "beyond the limit: \(expanded.count)")
        if expanded.count > 1 {
            demand(Deflate.expanded(bytes, limit: expanded.count) == expanded, "at the limit")
            demand(Deflate.expanded(bytes, limit: expanded.count - 1) == nil, "beyond the limit by one")
        }
    }
    let compressed = Deflate.compressed(bytes)
    demand(Deflate.expanded(compressed, limit: limit) == bytes, "not what was compressed")
    demand(Deflate.expanded(compressed + [0], limit: limit) == nil, "something follows")
}
