import Domain
import Testing

struct MailDomainTests {
    @Test(arguments: ["example.com", "a.b", "x-1.co.uk", "xn--mller-kva.example", "1and1.example", "3.2.1.example"])
    func `a name of two labels or more is a domain`(text: String) { #expect(MailDomain(text)?.description == text) }

    @Test(arguments: [
        "", "example", ".example.com", "example.com.", "a..b", "-a.example", "a-.example", "a_b.example", "a b.example",
        "müller.example", "192.0.2.1", "1.2", "[192.0.2.1]", "2001:db8::1", "@example.com", "a@example.com",
        "https://example.com", "example.com/", "*.example.com", "\u{212A}.example", "a.example\n",
        String(repeating: "x", count: 64) + ".example",
    ])
    func `anything else is no domain`(text: String) { #expect(MailDomain(text) == nil) }

    @Test func `the name with the challenge before it is one that DNS takes`() throws {
        let longest = String(repeating: "a.", count: 116) + "bc"
        let name = try #require(MailDomain(longest))
        let domain = TenantDomain(
            name: name, challenge: DomainChallenge(random: 1), addedAt: Timestamp(microseconds: 0))
        #expect(domain.recordName.utf8.count == 253)
        #expect(MailDomain(longest + "d") == nil)
    }

    @Test func `case does not count, and what an address is in stands behind its last @`() {
        #expect(MailDomain("Example.COM") == MailDomain("example.com"))
        #expect(MailDomain(ofAddress: "\"a@b\"@Example.com") == MailDomain("example.com"))
        for address in ["a", "a@", "a@b", "@", "a@b.example "] { #expect(MailDomain(ofAddress: address) == nil) }
    }

    @Test func `a provider's domain that anybody has an address of is known`() {
        #expect(MailDomain("GMail.com")?.isPublic == true)
        #expect(MailDomain("eu.gmail.com")?.isPublic == false && MailDomain("notgmail.com")?.isPublic == false)
    }

    @Test func `a record is the one, whatever forms put around it, and no other is`() {
        let challenge = DomainChallenge(random: 35)
        #expect(challenge.text == "lectern-verification=z")
        for record in ["lectern-verification=z", " lectern-verification=z\t", "\"lectern-verification=z\""] {
            #expect(challenge.isMet(by: record), "\(record)")
        }
        for record in ["", "\"", "z", "lectern-verification=Z", "lectern-verification=", "x lectern-verification=z"] {
            #expect(!challenge.isMet(by: record), "\(record)")
        }
    }
}
