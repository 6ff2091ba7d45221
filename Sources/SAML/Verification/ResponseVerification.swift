import Foundation
import XMLSecurity

/// Holds a response against every rule (SAML 2.0 Profiles §4.1.4.3), and says how it stood against each.
///
/// Nothing of what it reads is used before the signature over it holds; then it is read again, from the bytes that were
/// signed, and only that is used.
public struct ResponseVerification: Sendable {
    /// How it stood against each rule: every rule once, in order.
    public private(set) var checks: [Check] = []
    /// The document as it came, for whoever looks for a cause; nil when it was none.
    public private(set) var document: String?
    /// The assertion as it was decrypted; nil when it was not.
    public var decrypted: String? {
        plain.map { String(decoding: CanonicalForm.bytes(of: $0, .exclusive(prefixes: [])), as: UTF8.self) }
    }
    /// Written out only for whoever asks, so that decrypting takes no longer where there is something to show.
    private var plain: XMLElement?
    /// The provider's status of the response; it is not to be trusted, and a failure is for an administrator only. Nil
    /// if it was not reached.
    public private(set) var status: ProviderStatus?
    /// The request that it says it answers; not to be trusted. Nil for none.
    public private(set) var claimedRequest: String?
    /// The stated attributes of the subject; they are not to be trusted if a check failed.
    public private(set) var claims: [AssertionAttribute] = []
    /// The stated subject; it is not to be trusted if a check failed.
    public private(set) var claimedSubject: NameID?
    /// The verified assertion; nil if a rule is not met.
    public private(set) var assertion: VerifiedAssertion?

    private let expectation: Expectation

    /// Whether the provider has signed what was looked at.
    package var hasVerifiedSignature: Bool { checks.contains { $0.rule == .coverage && $0.state == .passed } }

    /// The first rule that is not met; nil when all are.
    public var failure: Check? { checks.first { $0.state == .failed } }

    /// The most that is taken, in bytes of base64.
    public static let maximumBytes = 1_048_576

    /// Holds a response against every rule. It throws nothing: what is wrong is in `checks`.
    ///
    /// Whether the assertion was used before is for the caller to see: its `id`, until its `notOnOrAfter` (SAML 2.0
    /// Profiles §4.1.4.5).
    ///
    /// - Parameters:
    ///   - message: the value of `SAMLResponse`, base64; nil when there was none, or more than one.
    ///   - expectation: of the provider, the service and the moment.
    public init(_ message: String?, expectation: Expectation) {
        self.expectation = expectation
        do throws(Violation) {
            let document = try read(message)
            let (response, isSigned) = try verifiedResponse(document)
            let encrypted = try content(of: response)
            let (assertion, isAssertionSigned) = try verifiedAssertion(encrypted, in: response, of: document)
            try step(.coverage) { () throws(Violation) in
                if !isSigned, !isAssertionSigned { throw Violation(found: "no signature") }
                // An assertion that was read from signed bytes no longer has the signature over it as its ancestor.
                let outside =
                    XMLSignature.count(in: document) - (isSigned ? 1 : 0)
                    - (isAssertionSigned && !encrypted.isEncrypted ? 1 : 0)
                let inside = encrypted.isEncrypted ? XMLSignature.count(in: assertion) : 0
                if outside + inside != 0 { throw Violation(found: "another signature") }
            }
            try finish(assertion, response, isSigned)
        } catch {
            let reached = Set(checks.map(\.rule))
            checks += Rule.allCases.filter { !reached.contains($0) }.map { Check(rule: $0, state: .notReached) }
        }
    }

    // MARK: Steps

    @discardableResult
    private mutating func step<Value>(
        _ rule: Rule, _ body: () throws(Violation) -> Value
    ) throws(Violation) -> Value {
        do throws(Violation) {
            let value = try body()
            checks.append(Check(rule: rule, state: .passed))
            return value
        } catch {
            checks.append(Check(rule: rule, state: .failed, found: error.found, expected: error.expected))
            throw error
        }
    }

    private mutating func skip(_ rule: Rule) { checks.append(Check(rule: rule, state: .notNeeded)) }

    private mutating func read(_ message: String?) throws(Violation) -> XMLElement {
        let bytes = try step(.message) { () throws(Violation) in
            guard let message else { throw Violation(found: "none, or more than one") }
            return try PostBinding.bytes(message, limit: Self.maximumBytes)
        }
        document = String(validating: bytes, as: UTF8.self)
        let root = try step(.document) { () throws(Violation) in
            do throws(XMLError) { return try XMLReader.read(bytes) } catch { throw Violation(found: "\(error)") }
        }
        claimedRequest = ResponseFacts.request(of: root)
        try step(.identifiers) { () throws(Violation) in
            do throws(XMLSignature.Problem) { try XMLSignature.checkIdentifiers(in: root) } catch {
                throw Violation(found: error.rawValue)
            }
        }
        try step(.response) { () throws(Violation) in _ = try ResponseLayout(root) }
        return root
    }

    /// The response to go on with: as it was signed, if it was.
    private mutating func verifiedResponse(
        _ root: XMLElement
    ) throws(Violation) -> (response: XMLElement, isSigned: Bool) {
        guard XMLSignature.isPresent(in: root) else {
            skip(.responseSignature)
            return (root, false)
        }
        let expectation = expectation
        let signed = try step(.responseSignature) { () throws(Violation) in
            let signed = try expectation.signed(root)
            _ = try ResponseLayout(signed)
            return signed
        }
        return (signed, true)
    }

    private mutating func content(
        of response: XMLElement
    ) throws(Violation) -> (element: XMLElement, isEncrypted: Bool) {
        let layout = try ResponseLayout(response)
        status = ProviderStatus(layout.status)
        try step(.status) { () throws(Violation) in try StatusRule.check(layout.status) }
        return try step(.assertion) { () throws(Violation) in
            guard layout.assertions.count == 1 else {
                throw Violation(found: "\(layout.assertions.count)", expected: "1")
            }
            return (layout.assertions[0], layout.assertions[0].name.local == "EncryptedAssertion")
        }
    }

    /// - Parameter document: as it came. What the assertion's signature says of prefixes is about this one: those that
    ///   nothing uses are no longer in what was read from the bytes of a signature around it.
    private mutating func verifiedAssertion(
        _ content: (element: XMLElement, isEncrypted: Bool), in response: XMLElement, of document: XMLElement
    ) throws(Violation) -> (assertion: XMLElement, isSigned: Bool) {
        var element = content.element
        let expectation = expectation
        if content.isEncrypted {
            element = try step(.decryption) { () throws(Violation) in
                // At the same place: what the provider has signed holds one assertion, and so does the document.
                let original = try ResponseLayout(document).assertions.first
                let plain = try expectation.decrypted(content.element, from: original)
                guard plain.is("Assertion", in: Namespace.assertion) else { throw Violation(found: plain.name.local) }
                do throws(XMLSignature.Problem) {
                    try XMLSignature.checkIdentifiers(in: response, plain)
                } catch { throw Violation(found: error.rawValue) }
                return plain
            }
            plain = element
        } else {
            skip(.decryption)
            if XMLSignature.isPresent(in: element) { element = try ResponseLayout(document).assertions[0] }
        }
        guard XMLSignature.isPresent(in: element) else {
            skip(.assertionSignature)
            return (element, false)
        }
        return (
            try step(.assertionSignature) { () throws(Violation) in try expectation.signed(element) }, true
        )
    }

    /// The rules about content: each is tried, so that whoever looks sees all that is wrong.
    private mutating func finish(
        _ element: XMLElement, _ response: XMLElement, _ isSigned: Bool
    ) throws(Violation) {
        let parts = try step(.assertionLayout) { () throws(Violation) in try AssertionParts(element) }
        let facts = ResponseFacts(
            response: response, isResponseSigned: isSigned, assertion: parts, expectation: expectation)
        claims = AttributeStatements.attributes(of: parts)
        var first: Violation?
        func trial<Value>(_ rule: Rule, _ body: () throws(Violation) -> Value) -> Value? {
            do throws(Violation) { return try step(rule, body) } catch {
                first = first ?? error
                return nil
            }
        }
        _ = trial(.issuer) { () throws(Violation) in try IssuerRule.check(facts) }
        _ = trial(.destination) { () throws(Violation) in try DestinationRule.check(facts) }
        let request = trial(.correlation) { () throws(Violation) in try CorrelationRule.request(facts) }
        _ = trial(.issueInstant) { () throws(Violation) in try IssueInstantRule.check(facts) }
        let subject = trial(.subject) { () throws(Violation) in try SubjectRule.subject(facts) }
        claimedSubject = subject
        let confirmed = trial(.confirmation) { () throws(Violation) in try ConfirmationRule.end(facts) }
        let end = trial(.conditions) { () throws(Violation) in try ConditionsRule.end(facts) }
        _ = trial(.audience) { () throws(Violation) in try AudienceRule.check(facts) }
        let statement = trial(.authentication) { () throws(Violation) in try AuthenticationRule.statement(facts) }
        if let first { throw first }
        guard let request, let subject, let confirmed, let end, let statement else { return }
        assertion = VerifiedAssertion(
            id: element.attribute("ID") ?? "", issuer: expectation.issuer, subject: subject, inResponseTo: request,
            notOnOrAfter: max(confirmed, end ?? confirmed).addingTimeInterval(expectation.tolerance.skew),
            sessionIndex: statement.sessionIndex, sessionNotOnOrAfter: statement.sessionNotOnOrAfter,
            authenticatedAt: statement.instant, authenticationContext: statement.context, attributes: claims)
    }
}

extension Expectation {
    /// The element that the signature covers, read from the signed bytes.
    func signed(_ element: XMLElement) throws(Violation) -> XMLElement {
        do {
            let signature = try XMLSignature(
                of: element, after: Namespace.assertion, allowing: signatureAlgorithms)
            return try signature.verified(by: keys)
        } catch let problem as XMLSignature.Problem {
            throw Violation(found: problem.rawValue)
        } catch {
            throw Violation(found: "\(error)")
        }
    }

    /// The decrypted content of the element.
    ///
    /// - Parameter original: the element as it came, if it was read again since.
    func decrypted(_ element: XMLElement, from original: XMLElement? = nil) throws(Violation) -> XMLElement {
        do throws(XMLEncryption.Problem) {
            return try XMLEncryption(in: element, allowing: encryptionAlgorithms)
                .decrypted(by: decryptionKeys, from: original)
        } catch { throw Violation(found: error.rawValue) }
    }
}
