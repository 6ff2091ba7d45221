/// A domain as it stands behind the @ of mail addresses: labels of letters, digits and hyphens (RFC 1123 §2.1), in
/// lower case. A name in other letters is written in its A-label form, `xn--…` (RFC 5891 §2.3).
package struct MailDomain: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// In bytes: what a name may have (RFC 1035 §2.3.4), less than a name of ours below it needs.
    package static let maximumBytes = 253 - DomainChallenge.label.utf8.count - 1
    private static let labelBytes = 63

    /// Nil unless it is a name of at least two labels; an IP address is none.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        let labels = Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy(Self.isLabel),
            // No top-level domain is a number, as the last part of an address is.
            let last = labels.last, !last.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        description = text.lowercased()
    }

    /// Takes the part after the last @; nil if it is no domain.
    package init?(ofAddress address: String) {
        guard let at = address.lastIndex(of: "@") else { return nil }
        self.init(address[address.index(after: at)...])
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...labelBytes).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == hyphen }
    }

    /// Anybody can have an address there.
    package var isPublic: Bool { Self.publicProviders.contains(description) }

    /// The largest of those who give addresses to everybody. Nobody else could set our record there anyway; this says
    /// so at once.
    private static let publicProviders: Set<String> = [
        "163.com", "aol.com", "fastmail.com", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net",
        "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mac.com", "mail.com", "mail.ru", "me.com",
        "msn.com", "outlook.com", "proton.me", "protonmail.com", "qq.com", "t-online.de", "web.de", "yahoo.com",
        "yandex.com", "yandex.ru", "ymail.com", "zoho.com",
    ]
}
