import Testing

@testable import TOTP

struct TOTPTests {
    /// RFC 6238, appendix B.
    @Test(
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func `the codes are the standard's`(time: Int64, code: String) {
        #expect(OneTimePassword(secret: Array("12345678901234567890".utf8)).code(at: time, digits: 8) == code)
    }

    @Test func `a clock may be half a minute off, and no more`() {
        let password = OneTimePassword(secret: Array("12345678901234567890".utf8))
        let code = password.code(at: 1_234_567_890)
        for seconds in [-30, 0, 29, 30] as [Int64] {
            #expect(password.step(of: code, at: 1_234_567_890 + seconds) == 41_152_263, "\(seconds)")
        }
        for seconds in [-60, 61, 3600] as [Int64] {
            #expect(password.step(of: code, at: 1_234_567_890 + seconds) == nil, "\(seconds)")
        }
        #expect(password.step(of: "005 924", at: 1_234_567_890) == 41_152_263)
        for wrong in ["", "005925", "05924", "0059240", "abcdef", "００５９２４"] {
            #expect(password.step(of: wrong, at: 1_234_567_890) == nil, "\(wrong)")
        }
    }

    @Test func `a code that is wrong in any digit is wrong`() {
        let password = OneTimePassword(secret: Array("12345678901234567890".utf8))
        for time in stride(from: Int64(1_000_000_000), to: 1_000_030_000, by: 300) {
            let code = Array(password.code(at: time).utf8)
            let near = [-30, 0, 30].map { password.code(at: time + $0) }
            for place in code.indices {
                for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != code[place] {
                    var wrong = code
                    wrong[place] = digit
                    let text = String(decoding: wrong, as: UTF8.self)
                    #expect(password.step(of: text, at: time) == nil || near.contains(text), "\(text) at \(time)")
                }
            }
        }
    }

    @Test func `the secret can be typed and scanned`() throws {
        let password = OneTimePassword(secret: Array("12345678901234567890".utf8))
        #expect(password.base32 == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        #expect(password.text == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")
        let code = try #require(QRCode("otpauth://totp/x?secret=\(password.base32)"))
        // Version 4 (33 modules) holds 62 bytes at level M.
        #expect(code.width == 33 + 8 && code.path.hasPrefix("M4 4h1v1h-1zM5 4"))
        #expect(code.path.utf8.allSatisfy { "Mhvz- 0123456789".utf8.contains($0) })
        #expect(QRCode(String(repeating: "x", count: 5000)) == nil)
    }
}
