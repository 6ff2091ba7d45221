import StrictJSON
import Testing

/// A small generator with a seed (xorshift), so that a failure can be had again.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

@Suite struct WritingTests {
    @Test func `text is escaped where it must be`() {
        #expect(
            JSON.string("a\"\\/\n\u{8}\u{c}\r\t\u{1}\u{1f}é😀").text == "\"a\\\"\\\\/\\n\\b\\f\\r\\t\\u0001\\u001fé😀\"")
        #expect((["a": [1, -2.5, true, .null], "b": [:]] as JSON).text == "{\"a\":[1,-2.5,true,null],\"b\":{}}")
        #expect(JSON.decimal(.infinity).text == "null")
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `what is written reads the same`(seed: UInt64) throws {
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let value = Self.value(&random, depth: 0)
        #expect(try JSON.parse(value.utf8) == value)
        #expect(try JSON.parse(value.utf8).utf8 == value.utf8)
    }

    static func value(_ random: inout Seeded, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &random) {
        case 0: .null
        case 1: .bool(.random(using: &random))
        case 2: .integer(Int64(bitPattern: random.next()))
        case 3: .decimal(Double.random(in: -1e300...1e300, using: &random))
        case 4, 5: .string(text(&random))
        case 6: .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            .object(
                JSONObject(
                    (0..<Int.random(in: 0..<25, using: &random)).map { _ in
                        (text(&random), value(&random, depth: depth + 2))
                    }))
        }
    }

    static func text(_ random: inout Seeded) -> String {
        let alphabet: [Character] = ["a", "Z", "\"", "\\", "\n", "\u{1}", "é", "e\u{301}", "日", "😀", " ", "/"]
        return String((0..<Int.random(in: 0..<12, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
    }
}
