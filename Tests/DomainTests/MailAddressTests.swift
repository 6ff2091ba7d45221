import Domain
import StrictJSON
import Testing

struct MailAddressTests {
    @Test(arguments: [
        "ann@x.example", "a@b.c", "first.last@example.com", "x+tag@example.com", "o'neill@mail.example",
        "user-@x.example",
        "user%x.example@y.example", "!#$%&'*+-/=?^_`{|}~@x.example", "ANN@X.EXAMPLE", "a@3.2.1.example",
        "a@xn--bcher-kva.example", "\"\"@x.example", "\" \"@x.example", "\"a@b\"@x.example", "\"john..doe\"@x.example",
        #""a\"b\\c"@x.example"#, #""(),:;<>[]"@x.example"#,
    ])
    func `a mailbox is an address`(text: String) { #expect(MailAddress(text)?.description == text) }

    @Test(arguments: [
        "用户@例子.广告", "अजय@डाटा.भारत", "квіточка@пошта.укр", "θσερ@εχαμπλε.ψομ", "Dörte@Sörensen.example.com",
        "\"ü ü\"@x.example",
    ])
    func `a mailbox in another script is an address`(text: String) { #expect(MailAddress(text)?.description == text) }

    @Test(arguments: [
        "", "@", "a", "a@", "@x.example", "a@b", "not-an-address", "a@x.example.", "a@.example", "a@x..example",
        "a@-x.example", "a@x-.example", ".a@x.example", "a.@x.example", "a..b@x.example", "a b@x.example",
        "a@x y.example", "a@x.example ", " a@x.example", "a@x.example\n", "a@[192.0.2.1]", "a@192.0.2.1",
        "a@x_y.example", "<a@x.example>", "Ann <a@x.example>", "a@x.example,b@x.example", "a@b@x.example",
        "a;b@x.example",
        "a\\b@x.example", "\"a@x.example", "\"a\"b@x.example", "\"a\\\"@x.example", "\"@x.example",
        "\"a\nb\"@x.example",
        "a\u{200B}@x.example", "a\u{202E}@x.example", "a\u{A0}b@x.example", "a@x\u{AD}.example", "a@x.exam\u{2026}ple",
    ])
    func `anything else is no address`(text: String) { #expect(MailAddress(text) == nil) }

    @Test func `the part before the @ has at most 64 bytes, a label 63 characters and the whole 254 bytes`() {
        func address(_ local: Int, _ label: Int) -> MailAddress? {
            MailAddress(String(repeating: "a", count: local) + "@" + String(repeating: "b", count: label) + ".example")
        }
        #expect(address(64, 63) != nil)
        #expect(address(65, 3) == nil && address(3, 64) == nil)
        #expect(MailAddress(String(repeating: "ü", count: 32) + "@x.example") != nil)
        #expect(MailAddress(String(repeating: "ü", count: 33) + "@x.example") == nil)
        let domain = String(repeating: String(repeating: "b", count: 60) + ".", count: 3) + "example"
        #expect(MailAddress(String(repeating: "a", count: 63) + "@" + domain) != nil)
        #expect(MailAddress(String(repeating: "a", count: 64) + "@" + domain) == nil)
    }

    @Test(arguments: ["a@b", "not-an-address", ""])
    func `a user who is entered needs an address`(text: String) {
        let error = DomainError.invalid(field: "email", reason: "must be an address like name@company.example")
        #expect(throws: error) { try UserAttributes.entered([.userName: "ann", .email: text]) }
    }

    @Test func `a language that is entered is a tag, in the case of the standard`() throws {
        let error = DomainError.invalid(
            field: "preferredLanguage", reason: "must be a language tag like en or de-CH (BCP 47)")
        let values: [EditableAttribute: String] = [.userName: "ann", .email: "ann@x.example"]
        #expect(throws: error) {
            try UserAttributes.entered(values.merging([.preferredLanguage: "klingon!!"]) { $1 })
        }
        let entered = try UserAttributes.entered(values.merging([.preferredLanguage: "DE-ch"]) { $1 })
        #expect(entered.document["preferredLanguage"] == "de-CH")
        let without = try UserAttributes.entered([.preferredLanguage: ""], over: entered.document)
        #expect(without.document["preferredLanguage"] == nil)
    }
}

struct ManagerCircleTests {
    @Test func `a circle names those in it and its first again, and leaves out the middle of a long one`() {
        #expect(ManagerCircle(userNames: ["ann"]).description == "ann → ann")
        #expect(ManagerCircle(userNames: ["ann", "bob"]).description == "ann → bob → ann")
        let long = ManagerCircle(userNames: (1...9).map { "u\($0)" })
        #expect(long.description == "u1 → u2 → u3 → u4 → u5 → … → u9 → u1")
    }
}
