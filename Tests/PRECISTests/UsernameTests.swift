import PRECIS
import Testing

/// RFC 8265 §3.5 (tables 1 and 2), and the characters that other products' users met.
struct UsernameTests {
    private func prepared(_ text: String) -> String? { try? UsernameCaseMapped.prepare(text) }

    @Test(arguments: [
        "juliet@example.com", "fussball", "fu\u{DF}ball", "\u{3C0}", "\u{3A3}", "\u{3C3}", "\u{3C2}",
        "anna.o'neill+x@contoso.example", "CONTOSO\\anna", "Anna Maria", "Ａｎｎａ", "ｶﾀｶﾅ", "e\u{301}", "l·l", "名前・姓",
        "क्\u{200D}ष", "אבג@example.com", "١٢٣",
    ])
    func `a name that may be given`(name: String) { #expect(prepared(name) == name) }

    @Test func `spaces around a name are no part of it`() {
        for text in ["sp", "sp ", " sp", "\u{A0}sp\u{3000}"] { #expect(prepared(text) == "sp") }
    }

    @Test func `only spaces are no name`() {
        for text in ["", " ", "\u{3000}\u{2003}"] {
            #expect(throws: UsernameCaseMapped.Problem.empty) { try UsernameCaseMapped.prepare(text) }
        }
    }

    /// Example 10 of RFC 8265 is the space alone at the beginning, which is trimmed here.
    @Test(
        arguments: [
            ("foo\u{2163}bar", 0x2163), ("henry\u{2163}", 0x2163), ("\u{265A}", 0x265A), ("x\ty", 0x09),
            ("x\u{200B}", 0x200B), ("x\u{200D}", 0x200D), ("x\u{200C}y", 0x200C), ("x\u{AD}", 0xAD),
            ("x\u{2028}", 0x2028),
            ("mar\u{212A}", 0x212A), ("o\u{FB00}ice", 0xFB00), ("max\u{B2}", 0xB2), ("\u{17F}am", 0x17F),
            ("\u{378}", 0x378),
            ("\u{1100}\u{1161}", 0x1100), ("\u{E000}", 0xE000), ("\u{FFFE}", 0xFFFE), ("a·b", 0xB7),
            ("a\u{30FB}b", 0x30FB),
            ("١۱", 0x661), ("x\u{202E}y", 0x202E), ("a\u{2003}b", 0x2003),
        ] as [(String, UInt32)])
    func `a character that no name may have is named`(name: String, value: UInt32) {
        do {
            _ = try UsernameCaseMapped.prepare(name)
            Issue.record("\(name) is taken")
        } catch UsernameCaseMapped.Problem.disallowed(let scalar, _) {
            #expect(scalar.value == value)
        } catch { Issue.record("\(error)") }
    }

    @Test func `the plain characters of a compatibility character are given`() {
        #expect(throws: UsernameCaseMapped.Problem.disallowed("\u{FB00}", plain: "ff")) {
            try UsernameCaseMapped.prepare("o\u{FB00}ice")
        }
    }

    @Test func `names of groups may have symbols and pictographs, and no controls`() throws {
        for name in ["R²", "Sales & Marketing", "👩\u{200D}💻 Developers ❤\u{FE0F}", "a\u{2003}b", "ﬁnance"] {
            #expect(try FreeformText.prepare(name) == name)
        }
        #expect(try FreeformText.prepare("X ") == "X")
        for name in ["a\tb", "a\u{2028}b", "a\u{AD}b", "a\u{200B}b", "a\u{202E}b", "a\u{0}"] {
            #expect(throws: UsernameCaseMapped.Problem.self) { try FreeformText.prepare(name) }
        }
    }
}
