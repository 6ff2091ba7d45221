import Foundation

/// An IP address, in one form however it is written: IPv4 inside of IPv6 is IPv4.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// Four or sixteen bytes.
    let bytes: [UInt8]

    /// Nil unless the text is an address and nothing else.
    package init?(_ text: some StringProtocol) {
        guard (2...Self.longestText).contains(text.utf8.count) else { return nil }
        let text = String(text)
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let all = withUnsafeBytes(of: six) { Array($0) }
        let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
        bytes = isMapped ? Array(all.suffix(4)) : all
    }

    private static let longestText = 45

    package var description: String {
        var text = [CChar](repeating: 0, count: Self.longestText + 1)
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A range of addresses in CIDR notation, `10.0.0.0/8` or `2001:db8::/32`; an address alone is a range of one.
package struct NetworkRange: Sendable, Hashable {
    private let first: NetworkAddress
    private let bits: Int

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = NetworkAddress(parts[0]) else { return nil }
        let longest = address.bytes.count * 8
        guard parts.count == 2 else {
            (first, bits) = (address, longest)
            return
        }
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bits = Int(parts[1]), bits <= longest else {
            return nil
        }
        (first, self.bits) = (address, bits)
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == first.bytes.count else { return false }
        return (0..<first.bytes.count).allSatisfy { index in
            let wanted = min(max(bits - index * 8, 0), 8)
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> wanted)
            return address.bytes[index] & mask == first.bytes[index] & mask
        }
    }
}
