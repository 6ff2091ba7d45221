public import Foundation
import XMLSecurity

/// Asks the other side to end somebody's sessions (SAML 2.0 Core §3.7.1).
public struct LogoutRequest: Sendable, Hashable {
    /// The request's `ID`, which the answer repeats; begins with a letter or `_`.
    public var id: String
    /// When it was made; written in whole seconds. One that is made here is good for five minutes.
    public var issueInstant: Date
    /// The entity id of who asks.
    public var issuer: String
    /// The address that it is sent to.
    public var destination: String
    /// The subject whose sessions end, by the name that the provider gave.
    public var subject: NameID
    /// The provider's indexes of the sessions that end; none for all sessions.
    public var sessionIndexes: [String]
    /// When it is too old to be taken at the latest: until then its `id` is remembered, so that it is followed once.
    public func end(_ tolerance: Tolerance = Tolerance()) -> Date {
        issueInstant.addingTimeInterval(tolerance.age + tolerance.skew)
    }

    /// Seconds for which a request of ours is good.
    private static let lifetime: TimeInterval = 300
    private static let mostIndexes = 100

    /// A request of the given parts.
    public init(
        id: String, issueInstant: Date, issuer: String, destination: String, subject: NameID, sessionIndexes: [String]
    ) {
        self.id = id
        self.issueInstant = issueInstant
        self.issuer = issuer
        self.destination = destination
        self.subject = subject
        self.sessionIndexes = sessionIndexes
    }

    /// The message, not signed: what a binding takes.
    public var xml: String {
        let indexes = sessionIndexes.map { "<samlp:SessionIndex>\(XMLText.text($0))</samlp:SessionIndex>" }.joined()
        return "<samlp:LogoutRequest xmlns:samlp=\"\(Namespace.protocol)\" xmlns:saml=\"\(Namespace.assertion)\""
            + " ID=\"\(XMLText.attribute(id))\" Version=\"2.0\" IssueInstant=\"\(Instant.text(issueInstant))\""
            + " NotOnOrAfter=\"\(Instant.text(issueInstant.addingTimeInterval(Self.lifetime)))\""
            + " Destination=\"\(XMLText.attribute(destination))\"><saml:Issuer>\(XMLText.text(issuer))</saml:Issuer>"
            + "\(subject.xml)\(indexes)</samlp:LogoutRequest>"
    }

    /// - Parameter element: whose signature holds.
    init(_ element: XMLElement, _ expectation: Expectation) throws(Violation) {
        let layout = try LogoutLayout(element, "LogoutRequest", expectation)
        if let text = element.attribute("NotOnOrAfter") {
            guard let end = Instant.date(text), expectation.now.addingTimeInterval(-expectation.tolerance.skew) < end
            else { throw Violation(found: "NotOnOrAfter=\(text)", expected: Instant.text(expectation.now)) }
        }
        var parts = layout.parts
        var name = parts.take("NameID", in: Namespace.assertion)
        if name == nil, let encrypted = parts.take("EncryptedID", in: Namespace.assertion) {
            name = try expectation.decrypted(encrypted)
        }
        guard let subject = name.flatMap({ NameID($0) }) else { throw Violation(expected: "NameID") }
        var indexes: [String] = []
        while let index = parts.take("SessionIndex") {
            guard let text = index.text, !text.isEmpty, indexes.count < Self.mostIndexes else {
                throw Violation(found: "SessionIndex")
            }
            indexes.append(text)
        }
        guard parts.rest.isEmpty else { throw Violation(found: parts.rest[0].name.local) }
        self.init(
            id: layout.id, issueInstant: layout.issueInstant, issuer: layout.issuer, destination: expectation.recipient,
            subject: subject, sessionIndexes: indexes)
    }
}

/// The answer to such a wish (SAML 2.0 Core §3.7.2).
public struct LogoutResponse: Sendable, Hashable {
    /// The answer's `ID`; begins with a letter or `_`.
    public var id: String
    /// When it was made; written in whole seconds.
    public var issueInstant: Date
    /// The entity id of who answers.
    public var issuer: String
    /// The address that it is sent to.
    public var destination: String
    /// The `id` of the request.
    public var inResponseTo: String
    /// Whether the sessions have ended, by the outermost status code (SAML 2.0 Core §3.2.2.2).
    public var isSuccess: Bool

    /// An answer of the given parts.
    public init(
        id: String, issueInstant: Date, issuer: String, destination: String, inResponseTo: String, isSuccess: Bool
    ) {
        self.id = id
        self.issueInstant = issueInstant
        self.issuer = issuer
        self.destination = destination
        self.inResponseTo = inResponseTo
        self.isSuccess = isSuccess
    }

    /// The message, not signed: what a binding takes.
    public var xml: String {
        let code = isSuccess ? ProviderStatus.success : "urn:oasis:names:tc:SAML:2.0:status:Responder"
        return "<samlp:LogoutResponse xmlns:samlp=\"\(Namespace.protocol)\" xmlns:saml=\"\(Namespace.assertion)\""
            + " ID=\"\(XMLText.attribute(id))\" Version=\"2.0\" IssueInstant=\"\(Instant.text(issueInstant))\""
            + " Destination=\"\(XMLText.attribute(destination))\" InResponseTo=\"\(XMLText.attribute(inResponseTo))\">"
            + "<saml:Issuer>\(XMLText.text(issuer))</saml:Issuer>"
            + "<samlp:Status><samlp:StatusCode Value=\"\(code)\"/></samlp:Status></samlp:LogoutResponse>"
    }

    /// - Parameter element: whose signature holds.
    init(_ element: XMLElement, _ expectation: Expectation) throws(Violation) {
        let layout = try LogoutLayout(element, "LogoutResponse", expectation)
        var parts = layout.parts
        guard let status = parts.take("Status"), let request = element.attribute("InResponseTo") else {
            throw Violation(expected: "InResponseTo, Status")
        }
        guard parts.rest.isEmpty else { throw Violation(found: parts.rest[0].name.local) }
        self.init(
            id: layout.id, issueInstant: layout.issueInstant, issuer: layout.issuer, destination: expectation.recipient,
            inResponseTo: request, isSuccess: ProviderStatus(status).isSuccess)
    }
}

/// The layout that requests and responses of logout share.
private struct LogoutLayout {
    let id: String
    let issueInstant: Date
    let issuer: String
    /// The parts that follow issuer and extensions.
    let parts: Parts

    init(_ root: XMLElement, _ name: String, _ expectation: Expectation) throws(Violation) {
        guard root.is(name, in: Namespace.protocol), root.holdsOnlyElements else {
            throw Violation(found: root.name.local, expected: name)
        }
        guard root.attribute("Version") == "2.0", let id = root.attribute("ID"), !id.isEmpty else {
            throw Violation(expected: "Version, ID")
        }
        guard let issued = try ResponseFacts.time("IssueInstant", of: root) else {
            throw Violation(expected: "IssueInstant")
        }
        let age = expectation.now.timeIntervalSince(issued)
        guard age >= -expectation.tolerance.skew, age <= expectation.tolerance.age else {
            throw Violation(found: root.attribute("IssueInstant"), expected: Instant.text(expectation.now))
        }
        guard expectation.isRecipient(root.attribute("Destination")) else {
            throw Violation(found: root.attribute("Destination"), expected: expectation.recipient)
        }
        var parts = Parts(root, of: Namespace.protocol)
        let issuers = expectation.otherIssuers.union([expectation.issuer])
        guard let issuer = parts.take("Issuer", in: Namespace.assertion)?.text,
            issuers.contains(where: issuer.isExactly)
        else {
            throw Violation(found: root.elements.first?.text, expected: expectation.issuer)
        }
        // A signature that was verified is no longer here; in a query there is none (SAML 2.0 Bindings §3.4.4.1).
        _ = parts.take("Extensions")
        (self.id, issueInstant, self.issuer, self.parts) = (id, issued, issuer, parts)
    }
}
