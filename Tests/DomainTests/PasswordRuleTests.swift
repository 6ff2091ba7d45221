import Testing

@testable import Domain

struct PasswordRuleTests {
    @Test(arguments: [
        "passwordpassword", "Lectern1Lectern1", "abcdefghabcdefghabcdefgh", "aaaaaaaaaaaa", "qwertzuiopas",
        "password1234",
    ])
    func `what is tried first, or is a piece over and over, is refused`(_ password: String) {
        #expect(PasswordRule.problem(with: password, names: []) == .common)
    }

    @Test(arguments: [
        "seven grey herons wade", "correcthorsecorrecthorses", "twelve-chars", "twelve-charstwelve-chars",
        "söben graue Reiher",
    ])
    func `a few words are good`(_ password: String) {
        #expect(PasswordRule.problem(with: password, names: ["ann@x.example"]) == nil)
    }
}
