import XMLSecurity

/// How a provider says that it went (SAML 2.0 Core §3.2.2).
public struct ProviderStatus: Sendable, Hashable {
    /// The codes from outside in, without what they all begin with: `Responder`, `AuthnFailed`.
    public let codes: [String]
    /// A message in the provider's words, such as an `AADSTS` number of Microsoft Entra ID; nil for none.
    public let message: String?

    package static let success = "urn:oasis:names:tc:SAML:2.0:status:Success"
    private static let prefix = "urn:oasis:names:tc:SAML:2.0:status:"
    private static let deepest = 4
    private static let longest = 1000

    /// Whether it went well, by the outermost code, written out (§3.2.2.2).
    public let isSuccess: Bool

    init(_ status: XMLElement) {
        var codes: [String] = []
        let outermost = status.elements.first
        isSuccess =
            outermost?.is("StatusCode", in: Namespace.protocol) == true
            && outermost?.attribute("Value") == Self.success
            && status.elements.count { $0.is("StatusCode", in: Namespace.protocol) } == 1
        var next = status.elements.first { $0.is("StatusCode", in: Namespace.protocol) }
        while let code = next, codes.count < Self.deepest {
            let value = (code.attribute("Value") ?? "").shortened(to: Self.longest)
            codes.append(value.hasPrefix(Self.prefix) ? String(value.dropFirst(Self.prefix.count)) : value)
            next = code.elements.first { $0.is("StatusCode", in: Namespace.protocol) }
        }
        self.codes = codes
        message = status.elements.first { $0.is("StatusMessage", in: Namespace.protocol) }?.text
            .map { $0.shortened(to: Self.longest) }
    }
}
