import Testing

@testable import Domain

struct PasswordRuleTests {
    private func problem(
        _ password: String, names: [String] = [], strength: Double = PasswordRule.minimumStrength
    ) -> PasswordRule.Problem? {
        PasswordRule.problem(with: password, names: names) { _, _ in strength }
    }

    @Test func `a password has from twelve characters to 512 bytes`() {
        #expect(problem("abcdefghijk") == .tooShort && problem("abcdefghijkl") == nil)
        // Characters count, not bytes.
        #expect(problem("äöüäöüäöüäö") == .tooShort && problem("äöüäöüäöüäöü") == nil)
        let longest = String(repeating: "x", count: PasswordRule.maximumBytes)
        #expect(problem(longest) == nil && problem(longest + "x") == .tooLong)
    }

    @Test func `one that is guessed is refused`() {
        #expect(problem("abcdefghijkl", strength: 39.9) == .common)
    }

    @Test func `a name with little beside it is refused, and guessers are taken to know it`() {
        let names = ["Ann.Miller@x.example", "Acme"]
        #expect(problem("millermiller", names: names) == .holdsName)
        #expect(problem("MILLER-and-12345", names: names) == .holdsName)
        #expect(problem("miller and eleven more", names: names) == nil)
        var known: [String] = []
        _ = PasswordRule.problem(with: "seven grey herons", names: names) { _, words in
            known = words
            return 100
        }
        #expect(known.starts(with: ["miller", "example", "acme"]))
    }
}
