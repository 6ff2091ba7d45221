import Foundation

@testable import SAML
@testable import XMLSecurity

/// The statement of the provider about a person: as an assertion, and as it must be understood.
struct Statement {
    var id = "_a1"
    var issuer = Provider.issuer
    var name = "ann@x.example"
    /// Instead of the element with the name.
    var subject: String?
    var audience = Provider.audience
    var recipient = Provider.recipient
    /// Nil when the provider begins.
    var request: String? = "_rK1"
    /// In seconds from now.
    var issued = -5.0
    var end = 3600.0
    var values = ["Ann", "Ærø & <Co>"]
    /// Behind the conditions.
    var more = ""
    /// With its colon.
    var prefix = "saml:"
    var declarations = ""

    /// With a mark where the signature goes.
    var text: String {
        let p = prefix
        let declaration = p.isEmpty ? "xmlns" : "xmlns:" + p.dropLast()
        let name = "<\(p)NameID Format=\"\(NameIDFormat.persistent.rawValue)\">\(XMLText.text(name))</\(p)NameID>"
        let answers = request.map { " InResponseTo=\"\($0)\"" } ?? ""
        let time = Provider.time(issued)
        return "<\(p)Assertion \(declaration)=\"\(Namespace.assertion)\"\(declarations) ID=\"\(id)\" Version=\"2.0\""
            + " IssueInstant=\"\(time)\"><\(p)Issuer>\(issuer)</\(p)Issuer>\(Signing.mark(id))<\(p)Subject>"
            + "\(subject ?? name)<\(p)SubjectConfirmation Method=\"\(ConfirmationRule.bearer)\">"
            + "<\(p)SubjectConfirmationData Recipient=\"\(recipient)\" NotOnOrAfter=\"\(Provider.time(end))\"\(answers)/>"
            + "</\(p)SubjectConfirmation></\(p)Subject>"
            + "<\(p)Conditions NotBefore=\"\(time)\" NotOnOrAfter=\"\(Provider.time(end))\"><\(p)AudienceRestriction>"
            + "<\(p)Audience>\(audience)</\(p)Audience></\(p)AudienceRestriction></\(p)Conditions>\(more)"
            + "<\(p)AuthnStatement AuthnInstant=\"\(time)\" SessionIndex=\"_s1\"><\(p)AuthnContext>"
            + "<\(p)AuthnContextClassRef>\(Self.context)</\(p)AuthnContextClassRef></\(p)AuthnContext></\(p)AuthnStatement>"
            + "<\(p)AttributeStatement><\(p)Attribute Name=\"mail\" FriendlyName=\"Mail\">\(written)</\(p)Attribute>"
            + "</\(p)AttributeStatement></\(p)Assertion>"
    }

    private static let context = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"

    private var written: String {
        values.map { "<\(prefix)AttributeValue>\(XMLText.text($0))</\(prefix)AttributeValue>" }.joined()
    }

    func signed(_ style: Signing = Signing()) -> String { style.signed(text, id) }

    var meaning: VerifiedAssertion {
        VerifiedAssertion(
            id: id, issuer: Provider.issuer, subject: NameID(value: name, format: NameIDFormat.persistent.rawValue),
            inResponseTo: request, notOnOrAfter: Provider.now.addingTimeInterval(end + 60), sessionIndex: "_s1",
            sessionNotOnOrAfter: nil, authenticatedAt: Provider.now.addingTimeInterval(issued),
            authenticationContext: Self.context,
            attributes: [AssertionAttribute(name: "mail", friendlyName: "Mail", values: values)])
    }
}

/// The message that holds an assertion.
struct Reply {
    var id = "_p1"
    var request: String? = "_rK1"
    var status = "<samlp:StatusCode Value=\"\(ProviderStatus.success)\"/>"
    /// In front of the status.
    var more = ""
    var declarations = ""

    /// With a mark where the signature goes.
    func text(_ content: String) -> String {
        "<samlp:Response xmlns:samlp=\"\(Namespace.protocol)\" xmlns:saml=\"\(Namespace.assertion)\"\(declarations)"
            + " ID=\"\(id)\" Version=\"2.0\" IssueInstant=\"\(Provider.time(-4))\" Destination=\"\(Provider.recipient)\""
            + "\(request.map { " InResponseTo=\"\($0)\"" } ?? "")><saml:Issuer>\(Provider.issuer)</saml:Issuer>"
            + "\(Signing.mark(id))\(more)<samlp:Status>\(status)</samlp:Status>\(content)</samlp:Response>"
    }

    func sealing(_ assertion: String, _ sealing: Sealing = Sealing()) -> String {
        text("<saml:EncryptedAssertion>\(sealing.sealed(assertion))</saml:EncryptedAssertion>")
    }

    func signed(_ content: String, _ style: Signing = Signing()) -> String { style.signed(text(content), id) }
}
