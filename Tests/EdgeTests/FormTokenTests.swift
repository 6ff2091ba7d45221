import Domain
import Testing

@testable import Edge

struct FormTokenTests {
    @Test func `a token that is wrong in any place is wrong`() {
        let tokens = FormToken(key: [UInt8](repeating: 3, count: 32))
        let session = SessionID(rawValue: 7)
        let text = tokens.text(for: session)
        #expect(tokens.isValid(text, for: session) && text.utf8.count == 64)
        #expect(!tokens.isValid(text, for: SessionID(rawValue: 8)) && !tokens.isValid(nil, for: session))
        #expect(!tokens.isValid("", for: session) && !tokens.isValid(String(text.dropLast()), for: session))
        for place in 0..<64 {
            for letter in "0123456789abcdefgA" {
                var wrong = Array(text)
                if wrong[place] == letter { continue }
                wrong[place] = letter
                #expect(!tokens.isValid(String(wrong), for: session), "\(place) \(letter)")
            }
        }
        for other in 100..<1100 {
            #expect(!tokens.isValid(tokens.text(for: SessionID(rawValue: UInt128(other))), for: session))
        }
    }
}
