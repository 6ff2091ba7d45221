package import Foundation
import XMLSecurity

/// Asks an identity provider to say who is at the browser (SAML 2.0 Core §3.4.1).
package struct AuthnRequest: Sendable, Hashable {
    /// Begins with a letter or `_`: Microsoft Entra ID refuses those that begin with a digit.
    package var id: String
    package var issueInstant: Date
    package var issuer: String
    package var destination: String
    /// Where the answer is to go.
    package var assertionConsumerServiceURL: String
    /// Nil leaves the choice to the provider.
    package var nameIDFormat: String?
    /// People sign in anew even if the provider knows them.
    package var forcesAuthentication = false
    /// How people are to sign in, exactly; none says nothing. A provider that cannot ends in an error.
    package var authenticationContexts: [String] = []

    package init(
        id: String, issueInstant: Date, issuer: String, destination: String, assertionConsumerServiceURL: String
    ) {
        self.id = id
        self.issueInstant = issueInstant
        self.issuer = issuer
        self.destination = destination
        self.assertionConsumerServiceURL = assertionConsumerServiceURL
    }

    package var xml: String {
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
