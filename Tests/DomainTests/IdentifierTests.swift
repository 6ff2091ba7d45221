import Domain
import Testing

struct IdentifierTests {
    @Test func `text and value are one to one`() {
        let text = "01890000-1234-7abc-8def-0123456789ab"
        #expect(UserID(text)?.description == text)
    }

    @Test(arguments: [
        "", "01890000-1234-7ABC-8DEF-0123456789AB", "018900001234-7abc-8def-0123456789ab-", "nonsense",
        "01890000-1234-7abc-8def-0123456789ag", " 01890000-1234-7abc-8def-0123456789ab",
    ])
    func `other spellings are no identifier`(text: String) {
        #expect(UserID(text) == nil)
    }

    @Test func `version 7 carries its time, version, variant and randomness`() {
        let id = UserID(rawValue: UUIDv7.make(milliseconds: 0x0123_4567_89AB, random: .max)).description
        #expect(id == "01234567-89ab-7fff-bfff-ffffffffffff")
        let other = UserID(rawValue: UUIDv7.make(milliseconds: 0x0123_4567_89AB, random: 0)).description
        #expect(other == "01234567-89ab-7000-8000-000000000000")
    }
}
