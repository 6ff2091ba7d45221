/// A secret of ours as somebody sees it once: `lct_`, 43 characters of a 256-bit secret, 6 of a check sum.
///
/// The check sum lets a mistyped or cut one be refused without asking the database, and secret scanners find it
/// without asking us: `l(ct|cs|ss|pl|bs|sc)_[0-9A-Za-z]{49}`.
package struct PlainToken: Sendable {
    /// The use of a token, as its first characters tell.
    package enum Use: String, Sendable {
        case token = "lct_"
        case clientSecret = "lcs_"
        case session = "lss_"
        case passwordLink = "lpl_"
        case browser = "lbs_"
        /// The step between the password and the code.
        case signInStep = "lsc_"
    }

    package let text: String

    private static let secretLength = 43
    private static let checkLength = 6

    /// Makes the token of a secret that the caller has drawn at random.
    package init(secret: [UInt8], for use: Use = .token) {
        precondition(secret.count == 32)
        let body = use.rawValue + Base62.encode(secret, length: Self.secretLength)
        text = body + Self.check(of: body)
    }

    /// Nil when the text cannot be one of ours for this use.
    package init?(text: String, for use: Use = .token) {
        let bytes = text.utf8
        guard bytes.count == use.rawValue.utf8.count + Self.secretLength + Self.checkLength,
            text.hasPrefix(use.rawValue), bytes.dropFirst(4).allSatisfy(Base62.isDigit)
        else { return nil }
        guard text.hasSuffix(Self.check(of: String(text.dropLast(Self.checkLength)))) else { return nil }
        self.text = text
    }

    /// The first characters: enough to tell tokens apart in a list, too few to use.
    package var prefix: String { String(text.prefix(8)) }

    private static func check(of body: String) -> String {
        let sum = CRC32.checksum(body.utf8)
        return Base62.encode(Swift.withUnsafeBytes(of: sum.bigEndian) { Array($0) }, length: checkLength)
    }
}

/// Digits, upper-case and lower-case letters, in that order.
enum Base62 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func isDigit(_ byte: UInt8) -> Bool { alphabet.contains(byte) }

    /// The number that the bytes are (big-endian), padded to `length` digits.
    static func encode(_ bytes: [UInt8], length: Int) -> String {
        var number = bytes
        var digits = [UInt8](repeating: alphabet[0], count: length)
        for position in stride(from: length - 1, through: 0, by: -1) {
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(value / 62)
                remainder = value % 62
            }
            digits[position] = alphabet[remainder]
        }
        return String(decoding: digits, as: UTF8.self)
    }
}

/// CRC-32 as in ISO 3309 and gzip.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in sum >> 8 ^ table[Int((sum ^ UInt32(byte)) & 0xFF)] }
    }
}
