/// The canonical text of a UUID (RFC 9562 §4): 36 lower-case characters.
package struct UUIDText: Sendable, Hashable, CustomStringConvertible {
    package let rawValue: UInt128

    package init(rawValue: UInt128) { self.rawValue = rawValue }

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
