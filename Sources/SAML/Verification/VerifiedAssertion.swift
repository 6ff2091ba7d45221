package import Foundation

/// What an identity provider has said about somebody, after every rule was met.
///
/// Nothing but `ResponseVerification` makes one, and only from what was signed.
package struct VerifiedAssertion: Sendable, Hashable {
    /// The assertion's `ID`: remembered until it ends, so that it is used once.
    package let id: String
    package let issuer: String
    package let subject: NameID
    /// Of the request that it answers; nil when the provider began.
    package let inResponseTo: String?
    /// When nobody takes it any more.
    package let notOnOrAfter: Date
    /// What the provider calls the session, for logging out.
    package let sessionIndex: String?
    /// When the provider wants the session to have ended.
    package let sessionNotOnOrAfter: Date?
    package let authenticatedAt: Date
    /// How somebody signed in (SAML 2.0 Authentication Context).
    package let authenticationContext: String?
    package let attributes: [AssertionAttribute]

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
package struct AssertionAttribute: Sendable, Hashable {
    package let name: String
    package let friendlyName: String?
    /// Those that are text, without white space around them.
    package let values: [String]
}
