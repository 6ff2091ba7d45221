import StrictJSON
import Testing

private func reason(_ text: String, limits: JSONLimits = .standard) -> JSONError.Reason? {
    reason(Array(text.utf8), limits: limits)
}

private func reason(_ bytes: [UInt8], limits: JSONLimits = .standard) -> JSONError.Reason? {
    do {
        _ = try JSON.parse(bytes, limits: limits)
        return nil
    } catch {
        return error.reason
    }
}

@Suite struct ParsingTests {
    @Test(
        arguments: [
            ("null", JSON.null), (" true ", true), ("\t\r\nfalse", false), ("0", 0), ("-0", 0), ("-12", -12),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("1.5", 1.5),
            ("1e2", 100.0), ("-2.5E-1", -0.25), ("\"\"", ""), ("\"a\\u00e9\\n\\/\"", "a\u{e9}\n/"),
            ("\"\\ud83d\\ude00\"", "\u{1F600}"), ("\"日本\"", "日本"), ("[]", []), ("[1, [2]]", [1, [2]]), ("{}", [:]),
            ("{\"a\": {\"b\": null}}", ["a": ["b": .null]]),
        ] as [(String, JSON)])
    func `a well-formed text is read`(text: String, value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(
        arguments: [
            ("", JSONError.Reason.unexpectedEnd), ("  ", .unexpectedEnd), ("{", .unexpectedEnd), ("[1", .unexpectedEnd),
            ("\"a", .unexpectedEnd), ("\"\\", .unexpectedEnd), ("\"\\u12", .unexpectedEnd), ("tru", .unexpectedEnd),
            ("-", .unexpectedEnd), ("1.", .unexpectedEnd), ("1e", .unexpectedEnd), ("{\"a\"", .unexpectedEnd),
            ("hello", .unexpectedByte), ("truE", .unexpectedByte), ("'a'", .unexpectedByte), ("{a:1}", .unexpectedByte),
            ("[1,]", .unexpectedByte), ("{\"a\":1,}", .unexpectedByte), ("[1 2]", .unexpectedByte),
            ("{\"a\" 1}", .unexpectedByte), ("01", .unexpectedByte), ("-01", .unexpectedByte), ("+1", .unexpectedByte),
            (".5", .unexpectedByte), ("NaN", .unexpectedByte), ("/* */1", .unexpectedByte), ("1x", .trailingBytes),
            ("{}}", .trailingBytes), ("1 2", .trailingBytes), ("\"a\u{1}\"", .controlCharacter),
            ("\"\n\"", .controlCharacter), ("\"\\x\"", .invalidEscape), ("\"\\u12g4\"", .invalidEscape),
            ("\"\\ud800\"", .loneSurrogate), ("\"\\udc00\"", .loneSurrogate), ("\"\\ud800\\u0041\"", .loneSurrogate),
            ("\"\\ud800x\"", .loneSurrogate), ("\"\\u0000\"", .nul), ("\"a\u{0}\"", .nul), ("{\"\\u0000\":1}", .nul),
            ("\u{FEFF}1", .byteOrderMark), ("{\"a\":1,\"a\":2}", .duplicateKey),
            ("{\"a\":1,\"\\u0061\":2}", .duplicateKey), ("1e999999", .numberOutOfRange),
            ("9223372036854775808", .numberOutOfRange), ("-9223372036854775809", .numberOutOfRange),
            (String(repeating: "9", count: 65), .numberTooLong),
        ] as [(String, JSONError.Reason)])
    func `a broken text is refused with its reason`(text: String, expected: JSONError.Reason) {
        #expect(reason(text) == expected)
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0x80, 0x22], [0x22, 0xC3, 0x5C, 0x6E, 0xA9, 0x22],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(reason(bytes) == .invalidUTF8)
    }

    @Test func `an error tells the byte`() {
        #expect(throws: JSONError(.unexpectedByte, at: 6)) { try JSON.parse("{\"ab\":}") }
        #expect(throws: JSONError(.invalidUTF8, at: 2)) { try JSON.parse([0x22, 0x61, 0xFF, 0x22]) }
    }

    @Test func `depth is limited`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(reason(nested(32)) == nil)
        #expect(reason(nested(33)) == .tooDeep)
        #expect(reason(String(repeating: "{\"a\":", count: 100_000)) == .tooDeep)
        #expect(JSONLimits(maxDepth: 100_000).maxDepth == JSONLimits.deepest)
    }

    @Test func `size, elements and number length are limited`() {
        #expect(reason("[1,2]", limits: JSONLimits(maxBytes: 5)) == nil)
        #expect(reason("[1,2]", limits: JSONLimits(maxBytes: 4)) == .tooLarge)
        #expect(reason("[1,{\"a\":2}]", limits: JSONLimits(maxElements: 3)) == nil)
        #expect(reason("[1,{\"a\":2}]", limits: JSONLimits(maxElements: 2)) == .tooManyElements)
        #expect(reason("123", limits: JSONLimits(maxNumberLength: 2)) == .numberTooLong)
    }

    @Test func `among fifty thousand keys one that stands twice is noticed`() throws {
        var text = "{"
        for number in 0..<50_000 { text += "\"key\(number)\":\(number)," }
        let limits = JSONLimits(maxElements: 100_000)
        #expect(try JSON.parse(text + "\"last\":0}", limits: limits).objectValue?.count == 50_001)
        #expect(reason(text + "\"key0\":0}", limits: limits) == .duplicateKey)
    }

    @Test func `bytes that are not in one piece are read too`() throws {
        #expect(try JSON.parse(Array("[1,2]".utf8).lazy.map { $0 }) == [1, 2])
        #expect(try JSON.parse(Array("x[1,2]".utf8)[1...]) == [1, 2])
    }

    @Test func `a character has thirty marks at most, however they are written`() throws {
        let most = String(repeating: "\u{0301}\u{0316}", count: 15)
        #expect(try JSON.parse(Array("[\"e\(most)\"]".utf8)) == [.string("e\(most)")])
        for text in ["[\"e\(most)\u{0301}\"]", "{\"e\(most)\u{0301}\":1}", "[\"e\(most)\\u0301\"]"] {
            #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
        }
    }
}
