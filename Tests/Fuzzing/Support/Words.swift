@testable import SAML
@testable import XMLSecurity

/// The words that the fuzzer would not find by itself.
enum Words {
    /// Anywhere in a text or a value. Some are the same as others to Swift's strings, and none of them is.
    static let insertions =
        [
            "<!---->", "<!--a-->", "<![CDATA[a]]>", "<![CDATA[]]>", "&#x212A;", "\u{212A}", "\u{301}", "&#769;",
            "\u{37E}",
            " ", "\n", "\r\n", "&#13;", "&amp;", "&#x10FFFF;", "<a/>", "=", "+", "_",
        ] + [String(repeating: "a" + String(repeating: "\u{301}", count: 29), count: 40)]

    static let values =
        [
            "_a1", "#_a1", "_a2", "_p1", "#_p1", "#_a2", "", "_rK1", "_r\u{212A}1", "_r2", "1.1", "2.0", "true", "1",
            "eve@x.example", Provider.issuer, Provider.audience, Provider.recipient, Provider.other,
            ProviderStatus.success, "urn:oasis:names:tc:SAML:2.0:status:Responder", ConfirmationRule.bearer,
            Namespace.assertion, Namespace.protocol, Namespace.signature, Namespace.metadata, XMLEncryption.namespace,
            XMLSignature.exclusive, XMLSignature.enveloped, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep",
            "0000-01-01T00:00:00Z", "9999-12-31T23:59:60.999999999999Z", "P1Y2M3DT4H5M6.7S", "PT0S", "P999999999Y",
        ] + times + SignatureAlgorithm.allCases.map(\.rawValue) + DigestAlgorithm.allCases.map(\.rawValue)
        + XMLEncryption.Algorithm.allCases.map(\.rawValue) + NameIDFormat.allCases.map(\.rawValue)
        + Binding.allCases.map(\.rawValue)

    private static let times = [-90_000, -7201, -61, 0, 59, 3600, 86_401].map(Provider.time)
}
