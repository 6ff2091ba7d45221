import Domain
import Edge
import Testing

struct PasswordStrengthTests {
    @Test(arguments: [
        "P4ssw0rd1234", "1q2w3e4r5t6y", "manchesterunited", "password1234", "Password123!", "Welcome2024!",
        "qwertyuiop123", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "zaq12wsxcde3", "iloveyou2023", "liverpoolfc1",
        "chelsea12345", "letmein12345", "trustno1trustno1", "administrator", "changeme1234", "football1234",
        "superman1234", "sunshine2024", "Summer2024!!", "abcd1234efgh", "monkey123456", "starwars1234",
        "123456789012", "qazwsxedcrfv", "!QAZ2wsx#EDC", "passwordpassword", "thisismypassword", "realmadrid123",
        "passwort1234", "Willkommen2024", "ichliebedich", "qwertzuiop12", "Lectern1Lectern1", "aaaaaaaaaaaa",
        "abcdefghijklm", "abcdefghabcdefghabcdefgh", "twelve-chars",
    ])
    func `what is tried first is refused`(_ password: String) {
        #expect(PasswordRule.problem(with: password, names: []) == .common)
    }

    @Test(arguments: [
        "seven grey herons wade", "five tall ships sail", "correct horse battery staple", "my dog likes cheese",
        "orange window tractor", "söben graue Reiher", "vier graue Reiher waten", "k7Vq2mX9rT4b", "tPq8-vLm2-xRz5",
        "correcthorsecorrecthorses",
    ])
    func `a few words, or characters at random, are good`(_ password: String) {
        #expect(PasswordRule.problem(with: password, names: ["ann@x.example", "Acme"]) == nil)
    }

    @Test func `words that a guesser knows make a password weaker`() {
        let (password, words) = ("heronsheronswade", ["herons"])
        let bits = PasswordStrength.bits(of: password, knowing: [])
        #expect(PasswordStrength.bits(of: password, knowing: words) < bits)
    }

    @Test func `the longest password is estimated`() {
        let longest = String(repeating: "p4Ssw0rd ", count: PasswordRule.maximumBytes / 9)
        #expect(PasswordStrength.bits(of: longest, knowing: ["p4ssw0rd"]) > 0)
    }
}
