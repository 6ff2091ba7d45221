import Foundation

/// The network that a client's address belongs to: people who guess have many addresses of one.
package enum ClientNetwork {
    private static let longestAddress = 100

    /// The /24 of IPv4, also where it is written as IPv6, and the /64 of IPv6; an address that is neither is itself.
    package static func name(of address: String) -> String {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            return withUnsafeBytes(of: four) { "4 " + $0.prefix(3).map(String.init).joined(separator: ".") }
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, address, &six) == 1 else { return String(address.prefix(longestAddress)) }
        return withUnsafeBytes(of: six) { bytes in
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            if isMapped { return "4 " + bytes[12..<15].map(String.init).joined(separator: ".") }
            return "6 " + bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
        }
    }
}
