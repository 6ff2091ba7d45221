/// Whether an address is one of the public Internet: not of this machine, a private network, a link or a group.
///
/// Without this check, people who may enter an address in a setting could make the server call hosts of its own
/// network.
enum PublicAddress {
    /// - Parameter bytes: four of IPv4, or sixteen of IPv6.
    static func contains(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: !specialV4.contains { $0.contains(bytes) }
        // Only global unicast; what holds an IPv4 address (mapped, translated, 6to4, Teredo) lies outside or is special.
        case 16: bytes[0] & 0xE0 == 0x20 && !specialV6.contains { $0.contains(bytes) }
        default: false
        }
    }

    private struct Range {
        let prefix: [UInt8]
        let bits: Int

        init(_ prefix: [UInt8], _ bits: Int) {
            self.prefix = prefix
            self.bits = bits
        }

        func contains(_ bytes: [UInt8]) -> Bool {
            (0..<bits).allSatisfy { bit in
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                return bytes[bit / 8] & mask == prefix[bit / 8] & mask
            }
        }
    }

    /// The registry of special addresses (RFC 6890) as far as it is not public.
    private static let specialV4 = [
        Range([0], 8), Range([10], 8), Range([100, 64], 10), Range([127], 8), Range([169, 254], 16),
        Range([172, 16], 12), Range([192, 0, 0], 24), Range([192, 0, 2], 24), Range([192, 88, 99], 24),
        Range([192, 168], 16), Range([198, 18], 15), Range([198, 51, 100], 24), Range([203, 0, 113], 24),
        Range([224], 4), Range([240], 4),
    ]

    private static let specialV6 = [
        Range([0x20, 0x01, 0x00], 23), Range([0x20, 0x01, 0x0D, 0xB8], 32), Range([0x20, 0x02], 16),
        Range([0x3F, 0xFF, 0x00], 20),
    ]
}
