public import Foundation

/// The statements of an identity provider about a person, after every rule was met.
///
/// Nothing but `ResponseVerification` makes one, and only from what was signed.
public struct VerifiedAssertion: Sendable, Hashable {
    /// The assertion's `ID`: remembered until it ends, so that it is used once.
    public let id: String
    /// The provider's entity id.
    public let issuer: String
    /// The subject of the assertion.
    public let subject: NameID
    /// The `id` of the request that it answers; nil when the provider began.
    public let inResponseTo: String?
    /// When nobody takes it any more, tolerance included.
    public let notOnOrAfter: Date
    /// The provider's index of the session, for logging out; nil if it stated none.
    public let sessionIndex: String?
    /// When the provider wants the session to have ended; nil when it did not say.
    public let sessionNotOnOrAfter: Date?
    /// When somebody signed in (`AuthnInstant`).
    public let authenticatedAt: Date
    /// How somebody signed in, a URI (SAML 2.0 Authentication Context §3.4); nil when the provider did not say.
    public let authenticationContext: String?
    /// The other attributes that the provider states, in its order.
    public let attributes: [AssertionAttribute]

    init(
        id: String, issuer: String, subject: NameID, inResponseTo: String?, notOnOrAfter: Date, sessionIndex: String?,
        sessionNotOnOrAfter: Date?, authenticatedAt: Date, authenticationContext: String?,
        attributes: [AssertionAttribute]
    ) {
        self.id = id
        self.issuer = issuer
        self.subject = subject
        self.inResponseTo = inResponseTo
        self.notOnOrAfter = notOnOrAfter
        self.sessionIndex = sessionIndex
        self.sessionNotOnOrAfter = sessionNotOnOrAfter
        self.authenticatedAt = authenticatedAt
        self.authenticationContext = authenticationContext
        self.attributes = attributes
    }
}

/// An attribute that a provider states (SAML 2.0 Core §2.7.3.1).
public struct AssertionAttribute: Sendable, Hashable {
    /// The name, often a URI.
    public let name: String
    /// A name for people; nil for none.
    public let friendlyName: String?
    /// The values that are text, without white space around them.
    public let values: [String]
}
