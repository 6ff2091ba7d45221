import PRECIS
import Testing

struct TextFoldingTests {
    @Test(arguments: [
        ("ΝΊΚΟΣ", "νίκος"), ("νίκοσ", "νίκος"), ("İbrahim", "İBRAHIM"), ("i\u{307}", "İ"), ("Ärger", "ärger"),
        ("A\u{308}rger", "ÄRGER"), ("J\u{30C}", "\u{1F0}"), ("Ｋｅｎ　１", "ken 1"), ("ｶﾞ", "ガ"), ("\u{1E9E}", "ß"),
        ("\u{212A}", "k"), ("µ", "μ"), ("ЖЁЛТЫЙ", "жёлтый"),
    ])
    func `case, width and composition do not count`(left: String, right: String) {
        #expect(Array(TextFolding.fold(left).unicodeScalars) == Array(TextFolding.fold(right).unicodeScalars))
    }

    @Test(arguments: [
        ("straße", "strasse"), ("R²", "R2"), ("ﬁn", "fin"), ("ı", "i"), ("İ", "i"), ("x\u{AD}", "x"), ("é", "e"),
        ("①", "1"),
    ])
    func `other letters are other letters`(left: String, right: String) {
        #expect(TextFolding.fold(left) != TextFolding.fold(right))
    }

    /// In one sweep over all of Unicode.
    @Test func `folding again changes nothing`() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = String(Character(scalar))
            let folded = TextFolding.fold(text)
            let isSame = TextFolding.fold(folded).unicodeScalars.elementsEqual(folded.unicodeScalars)
            #expect(isSame, "U+\(String(value, radix: 16))")
        }
    }

    @Test func `text is stable when no other system takes it for another one`() {
        for text in ["", "alice@acme.test", "Alice", "Ä", "A\u{308}", "ς", "田中", "한국"] {
            #expect(text.isCompatibilityStable, "\(text)")
        }
        for text in ["mar\u{212A}@x", "\u{17F}am@x", "alice@\u{FF41}cme.test", "max²@x", "o\u{FB00}ice@x", "𝐚"] {
            #expect(!text.isCompatibilityStable, "\(text)")
        }
    }
}
