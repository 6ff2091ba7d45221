/// The identity of one `Entity`: a UUID (RFC 9562), version 7 where we made it.
///
/// Its text is the canonical form, 36 lower-case characters; no other spelling is the same identifier.
package struct Identifier<Entity>: Sendable, Hashable, CustomStringConvertible {
    // Two words instead of one of 128 bits: unoptimised asynchronous functions of this compiler lose their way when a
    // parameter of that size is passed to them.
    private let high: UInt64
    private let low: UInt64

    package var rawValue: UInt128 { UInt128(high) << 64 | UInt128(low) }

    package init(rawValue: UInt128) {
        high = UInt64(truncatingIfNeeded: rawValue >> 64)
        low = UInt64(truncatingIfNeeded: rawValue)
    }

    /// Nil unless `text` is the canonical form.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        var value: UInt128 = 0
        for (position, byte) in bytes.enumerated() {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                if byte != UInt8(ascii: "-") { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value << 4 | UInt128(digit)
        }
        self.init(rawValue: value)
    }

    /// Whether we could have made it: version 7 of RFC 9562. Others are ids that identity providers gave.
    package var hasFormOfOurs: Bool { rawValue >> 76 & 0xF == 0x7 && rawValue >> 62 & 0x3 == 0x2 }

    package var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let value = UInt8(truncatingIfNeeded: rawValue >> UInt128(124 - nibble * 4)) & 0xF
                buffer[position] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                position += 1
            }
            return 36
        }
    }
}

/// Makes version 7 UUIDs (RFC 9562 §5.7) from a time and randomness that the caller provides.
package enum UUIDv7 {
    package static func make(milliseconds: Int64, random: UInt128) -> UInt128 {
        let time = UInt128(UInt64(bitPattern: milliseconds) & 0xFFFF_FFFF_FFFF) << 80
        let version: UInt128 = 0x7 << 76
        let variant: UInt128 = 0x2 << 62
        let randomA = (random >> 64 & 0xFFF) << 64
        let randomB = random & ((1 << 62) - 1)
        return time | version | randomA | variant | randomB
    }
}

package typealias TenantID = Identifier<Tenant>
package typealias UserID = Identifier<User>
package typealias GroupID = Identifier<Group>
package typealias PluginID = Identifier<Plugin>
package typealias TokenID = Identifier<Token>
package typealias OAuthClientID = Identifier<OAuthClient>
package typealias ClientSecretID = Identifier<ClientSecret>
package typealias ChangeID = Identifier<Change>
