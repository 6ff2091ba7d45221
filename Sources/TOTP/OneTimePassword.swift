import COath
import Glibc

/// Codes that change every half minute (TOTP, RFC 6238), by liboath.
package struct OneTimePassword: Sendable {
    private let secret: [UInt8]

    /// In bytes: as long as the hash's output (RFC 4226 §4).
    package static let secretBytes = 20
    package static let digits = 6
    /// In seconds.
    package static let period: Int64 = 30
    /// How many steps a clock may be off, either way (RFC 6238 §5.2).
    private static let window: Int64 = 1

    /// - Parameter secret: of `secretBytes`.
    package init(secret: [UInt8]) { self.secret = secret }

    /// The step whose code it is, near the time; nil when it is none.
    ///
    /// - Parameter time: in seconds since 1970.
    package func step(of code: String, at time: Int64) -> Int64? {
        let given = Array(code.utf8.filter { $0 != UInt8(ascii: " ") })
        let now = time / Self.period
        // All are compared, so that the time it takes tells nothing.
        return (now - Self.window...now + Self.window).reduce(nil) { found, step in
            let expected = Array(self.code(at: step * Self.period).utf8)
            guard expected.count == given.count else { return found }
            let difference = zip(expected, given).reduce(0) { $0 | ($1.0 ^ $1.1) }
            return difference == 0 ? step : found
        }
    }

    package func code(at time: Int64, digits: Int = Self.digits) -> String {
        var code = [CChar](repeating: 0, count: digits + 1)
        let status = secret.withUnsafeBytes { bytes in
            oath_totp_generate(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, time_t(time),
                UInt32(Self.period), 0, UInt32(digits), &code)
        }
        precondition(status == OATH_OK.rawValue, "liboath makes codes of six to eight digits")
        return String(decoding: code.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// For typing into an application (base32, RFC 4648 §6), in groups of four.
    package var text: String {
        let base32 = Array(self.base32)
        return stride(from: 0, to: base32.count, by: 4)
            .map { String(base32[$0..<min($0 + 4, base32.count)]) }.joined(separator: " ")
    }

    package var base32: String {
        var output: UnsafeMutablePointer<CChar>?
        var length = 0
        let status = secret.withUnsafeBytes { bytes in
            oath_base32_encode(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &output, &length)
        }
        guard status == OATH_OK.rawValue, let output else { preconditionFailure("liboath encodes any bytes") }
        defer { free(output) }
        return String(cString: output).filter { $0 != "=" }
    }
}
