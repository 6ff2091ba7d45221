/// The identifier of a connection in addresses that identity providers keep. It is opaque and never changes.
///
/// It holds the tenant as well as the plug-in, so that the tenant can be opened before it is asked, without a table that
/// knows the connections of all.
package struct SAMLConnectionID: Sendable, Hashable, CustomStringConvertible {
    package let tenant: TenantID
    package let plugin: PluginID

    package init(tenant: TenantID, plugin: PluginID) {
        self.tenant = tenant
        self.plugin = plugin
    }

    private static let length = 52
    /// Base 32 (RFC 4648 §6) in small letters: some providers take no others in addresses.
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    package var description: String {
        var text = ""
        for position in 0..<Self.length { text.unicodeScalars.append(Unicode.Scalar(Self.alphabet[digit(position)])) }
        return text
    }

    /// Five bits of the two numbers one after the other; behind them there is nothing but zeros.
    private func digit(_ position: Int) -> Int {
        (0..<5).reduce(0) { value, offset in
            let bit = position * 5 + offset
            let number = bit < 128 ? tenant.rawValue : plugin.rawValue
            return value << 1 | (bit < 256 ? Int(number >> UInt128(127 - bit % 128) & 1) : 0)
        }
    }

    /// Nil unless the text is what such an identifier is written as.
    package init?(_ text: some StringProtocol) {
        var numbers: (UInt128, UInt128) = (0, 0)
        let bytes = Array(text.utf8)
        guard bytes.count == Self.length else { return nil }
        for (position, byte) in bytes.enumerated() {
            guard let value = Self.alphabet.firstIndex(of: byte) else { return nil }
            for offset in 0..<5 {
                let bit = UInt128(value >> (4 - offset) & 1)
                switch position * 5 + offset {
                case ..<128: numbers.0 = numbers.0 << 1 | bit
                case ..<256: numbers.1 = numbers.1 << 1 | bit
                default: if bit == 1 { return nil }
                }
            }
        }
        self.init(tenant: TenantID(rawValue: numbers.0), plugin: PluginID(rawValue: numbers.1))
    }
}
