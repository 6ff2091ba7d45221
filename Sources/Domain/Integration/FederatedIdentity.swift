/// An identity of a foreign issuer, whose signed assertions replace a client's secret (RFC 7523 §3).
package struct FederatedIdentity: Sendable, Hashable {
    package let issuer: String
    package let subject: String
    package let audience: String
    package let keys: KeySetURL

    private static let longest = 512

    /// - Throws: `invalid` for a value that no assertion can have.
    package init(issuer: String, subject: String, audience: String, keys: KeySetURL) throws(DomainError) {
        for (field, value) in [("issuer", issuer), ("subject", subject), ("audience", audience)] {
            guard (1...Self.longest).contains(value.utf8.count) else {
                throw .invalid(field: field, reason: "has 1 to \(Self.longest) characters.")
            }
        }
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.keys = keys
    }
}

/// The address where an issuer publishes its keys (RFC 7517 §5): https, on the standard port, of a host that has a
/// name.
///
/// An address in place of the name is refused here; what the name leads to is looked at when it is asked.
package struct KeySetURL: Sendable, Hashable, CustomStringConvertible {
    /// With the host in lower case and without a port.
    package let description: String
    package let host: String

    private static let longest = 512

    package init?(_ text: String) {
        let scheme = "https://"
        guard text.hasPrefix(scheme), text.utf8.count <= Self.longest,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains(where: { "\\\"<>^`{|}#".contains($0) })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        var authority = rest.prefix { $0 != "/" && $0 != "?" }
        if authority.hasSuffix(":443") { authority = authority.dropLast(4) }
        let labels = authority.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy(Self.isLabel),
            labels.last?.utf8.contains(where: { $0 > UInt8(ascii: "9") }) == true
        else { return nil }
        host = authority.lowercased()
        description = scheme + host + rest.drop { $0 != "/" && $0 != "?" }
    }

    /// A label of a host name (RFC 1123 §2.1).
    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
