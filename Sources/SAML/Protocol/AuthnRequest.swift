public import Foundation
import XMLSecurity

/// Asks an identity provider to say who is at the browser (SAML 2.0 Core §3.4.1).
public struct AuthnRequest: Sendable, Hashable {
    /// The request's `ID`, which an answer repeats: 128 random bits or more (SAML 2.0 Core §1.3.4), used once. Begins
    /// with a letter or `_`: Microsoft Entra ID refuses those that begin with a digit.
    public var id: String
    /// When it was made; written in whole seconds.
    public var issueInstant: Date
    /// The entity id of who asks.
    public var issuer: String
    /// The address of the provider that it is sent to.
    public var destination: String
    /// The address for the answer, by HTTP-POST.
    public var assertionConsumerServiceURL: String
    /// The kind of name that is wanted, often one of `NameIDFormat`; nil leaves the choice to the provider.
    public var nameIDFormat: String?
    /// People sign in anew even if the provider knows them.
    public var forcesAuthentication = false
    /// How people are to sign in, exactly, by URIs (SAML 2.0 Authentication Context §3.4); none says nothing. A
    /// provider that cannot ends in an error.
    public var authenticationContexts: [String] = []

    /// A request that leaves everything else to the provider.
    public init(
        id: String, issueInstant: Date, issuer: String, destination: String, assertionConsumerServiceURL: String
    ) {
        self.id = id
        self.issueInstant = issueInstant
        self.issuer = issuer
        self.destination = destination
        self.assertionConsumerServiceURL = assertionConsumerServiceURL
    }

    /// The message, not signed: what a binding takes.
    public var xml: String {
        let contexts = authenticationContexts.map {
            "<saml:AuthnContextClassRef>\(XMLText.text($0))</saml:AuthnContextClassRef>"
        }.joined()
        return "<samlp:AuthnRequest xmlns:samlp=\"\(Namespace.protocol)\" xmlns:saml=\"\(Namespace.assertion)\""
            + " ID=\"\(XMLText.attribute(id))\" Version=\"2.0\" IssueInstant=\"\(Instant.text(issueInstant))\""
            + " Destination=\"\(XMLText.attribute(destination))\"\(forcesAuthentication ? " ForceAuthn=\"true\"" : "")"
            + " ProtocolBinding=\"\(Binding.post.rawValue)\""
            + " AssertionConsumerServiceURL=\"\(XMLText.attribute(assertionConsumerServiceURL))\">"
            + "<saml:Issuer>\(XMLText.text(issuer))</saml:Issuer>"
            + (nameIDFormat.map {
                "<samlp:NameIDPolicy Format=\"\(XMLText.attribute($0))\" AllowCreate=\"true\"/>"
            } ?? "<samlp:NameIDPolicy AllowCreate=\"true\"/>")
            + (contexts.isEmpty
                ? ""
                : "<samlp:RequestedAuthnContext Comparison=\"exact\">\(contexts)</samlp:RequestedAuthnContext>")
            + "</samlp:AuthnRequest>"
    }
}
