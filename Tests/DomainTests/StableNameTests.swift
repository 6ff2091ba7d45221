import Testing

@testable import Domain

/// Which texts identify a person by themselves.
struct StableNameTests {
    /// Texts that fold to `ann@x.example`, `mark@…`, `sam@…`, `max2@…`, `office@…`, or hide something.
    static let confusable = [
        "mar\u{212A}@x.example", "\u{017F}am@x.example", "\u{FF41}nn@x.example", "ann@\u{FF58}.example",
        "\u{1D41A}nn@x.example", "\u{1D4B6}nn@x.example", "max\u{00B2}@x.example", "o\u{FB00}ice@x.example",
        "a\u{24DD}n@x.example", "\u{2090}nn@x.example", "ann\u{FE6B}x.example", "ann@x\u{2024}example",
        "ann\u{00AD}@x.example", "ann\u{200B}@x.example", "a\u{200D}nn@x.example", "ann\u{2060}@x.example",
        "ann\u{FEFF}@x.example", "ann\u{00A0}@x.example", "ann\u{3000}@x.example", "ann\t@x.example",
        "ann\u{2028}@x.example", "jose\u{0301}@x.example", "\u{212B}ke@x.example", "\u{2126}@x.example",
        "\u{00B5}@x.example", "ann\u{E000}@x.example", "ann\u{FE0F}@x.example", "ann\u{202E}@x.example",
    ]

    @Test(arguments: confusable)
    func `a text that folds to more than other case is not stable`(_ text: String) {
        #expect(StableName(text) == nil)
    }

    @Test(arguments: [
        "ann", "Ann.Lee", "ANN@X.EXAMPLE", "jos\u{00E9}@x.example", "\u{C5}ke@x.example", "stra\u{00DF}e@x.example",
        "νίκος@x.example", "ΝΊΚΟΣ@x.example", "иван", "山田@x.example", "Ann Lee", "o'neil+lms@x.example",
        "\u{130}brahim@x.example", "5f9c1a52-7f0e-4c63-9d3a-0b1f2e3d4c5b", "CORP\\ann",
    ])
    func `a text in any script that is written as it is compared is stable`(_ text: String) throws {
        let name = try #require(StableName(text))
        #expect(name.text == text && name.matches(text))
    }

    @Test func `stable names match in any case, and no other text matches them`() throws {
        let name = try #require(StableName("Mark@x.example"))
        #expect(name.matches("MARK@X.EXAMPLE"))
        #expect(!name.matches("mar\u{212A}@x.example"))
        #expect(!name.matches("mary@x.example"))
        #expect(StableName("") == nil)
    }

    @Test func `the domain of an address is a domain or nothing`() throws {
        #expect(try #require(StableName("a@X.example")).domain == MailDomain("x.example"))
        let local = try #require(StableName("a@localhost"))
        #expect(local.isAddress && local.domain == nil)
        let plain = try #require(StableName("ann"))
        #expect(!plain.isAddress && plain.domain == nil)
    }
}
