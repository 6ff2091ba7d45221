@testable import SAML
@testable import XMLSecurity

/// Messages about logging out.
enum LogoutSeeds {
    static let request = signed(wish(), "_l1")
    static let response = signed(answer(), "_l2")

    /// With a mark where the signature goes.
    static func wish(_ subject: String = ResponseSeeds.name("ann@x.example")) -> String {
        "<samlp:LogoutRequest xmlns:samlp=\"\(Namespace.protocol)\" xmlns:saml=\"\(Namespace.assertion)\" ID=\"_l1\""
            + " Version=\"2.0\" IssueInstant=\"\(Provider.time(-9))\" Destination=\"\(Provider.recipient)\""
            + " NotOnOrAfter=\"\(Provider.time(290))\"><saml:Issuer>\(Provider.issuer)</saml:Issuer>"
            + "\(Signing.mark("_l1"))\(subject)<samlp:SessionIndex>_s1</samlp:SessionIndex>"
            + "<samlp:SessionIndex>_s2</samlp:SessionIndex></samlp:LogoutRequest>"
    }

    static func answer() -> String {
        "<samlp:LogoutResponse xmlns:samlp=\"\(Namespace.protocol)\" xmlns:saml=\"\(Namespace.assertion)\" ID=\"_l2\""
            + " Version=\"2.0\" IssueInstant=\"\(Provider.time(-9))\" Destination=\"\(Provider.recipient)\""
            + " InResponseTo=\"_r2\"><saml:Issuer>\(Provider.issuer)</saml:Issuer>\(Signing.mark("_l2"))"
            + "<samlp:Status><samlp:StatusCode Value=\"\(ProviderStatus.success)\"/></samlp:Status></samlp:LogoutResponse>"
    }

    static func signed(_ text: String, _ id: String) -> String { Signing().signed(text, id) }
}
