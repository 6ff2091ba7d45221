import Glibc

/// A name server by its address, and by its port where that is not 53: `192.0.2.53`, `::1@5353`.
package struct NameServer: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Nil when the text is no such thing; a name is none, since who would look it up.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard Self.isAddress(String(parts[0])) else { return nil }
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(parts[1]), port > 0
            else { return nil }
        }
        description = text
    }

    private static func isAddress(_ text: String) -> Bool {
        var (four, six) = (in_addr(), in6_addr())
        return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
    }
}
