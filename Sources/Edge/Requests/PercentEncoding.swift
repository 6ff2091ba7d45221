import StrictJSON

/// Percent-encoding of URLs (RFC 3986 §2.1).
package enum PercentEncoding {
    /// Nil when an escape is incomplete, or the result is not UTF-8 or holds a character with far too many marks.
    package static func decode(_ bytes: some Collection<UInt8>, plusIsBlank: Bool) -> String? {
        decode(ArraySlice(bytes), plusIsBlank: plusIsBlank)
    }

    /// The same for bytes that lie side by side: a message of several kilobytes is a value here.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsBlank: Bool) -> String? {
        let decoded: [UInt8]? = bytes.withUnsafeBufferPointer { bytes in
            var decoded: [UInt8] = []
            decoded.reserveCapacity(bytes.count)
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                switch byte {
                case UInt8(ascii: "+") where plusIsBlank: decoded.append(UInt8(ascii: " "))
                case UInt8(ascii: "%"):
                    guard index + 1 < bytes.count, let high = hexDigit(bytes[index]),
                        let low = hexDigit(bytes[index + 1])
                    else { return nil }
                    decoded.append(high << 4 | low)
                    index += 2
                default: decoded.append(byte)
                }
            }
            return decoded
        }
        guard let decoded else { return nil }
        return String(validating: decoded, as: UTF8.self).flatMap { CombiningMarks.areFew(in: $0) ? $0 : nil }
    }

    /// Everything but the unreserved characters of RFC 3986 §2.3 and slashes is escaped.
    package static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
