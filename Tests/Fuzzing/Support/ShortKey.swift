/// A certificate with an RSA key of 1024 bits, which no library here makes any more (RFC 5280 §4.1).
enum ShortKey {
    static let certificate = sequence([body, algorithm, bits([1])])

    private static let body = sequence([
        tagged(0xA0, tagged(0x02, [2])), tagged(0x02, [1]), algorithm, sequence([]), sequence([]), sequence([]), key,
    ])
    private static let key = sequence([
        algorithm,
        bits(sequence([tagged(0x02, [0] + [UInt8](repeating: 0xC1, count: 128)), tagged(0x02, [1, 0, 1])])),
    ])
    /// rsaEncryption, 1.2.840.113549.1.1.1
    private static let algorithm = sequence([
        tagged(0x06, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]), tagged(0x05, []),
    ])

    private static func sequence(_ parts: [[UInt8]]) -> [UInt8] { tagged(0x30, parts.flatMap { $0 }) }

    private static func bits(_ content: [UInt8]) -> [UInt8] { tagged(0x03, [0] + content) }

    private static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let (high, low) = (UInt8(content.count >> 8), UInt8(content.count & 0xFF))
        return [tag] + (content.count < 0x80 ? [low] : [0x82, high, low]) + content
    }
}
