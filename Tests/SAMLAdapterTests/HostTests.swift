import Domain
import Edge
import HTTPTypes
import LecternTesting
import SAML
import Testing

/// Tenants at hosts of their own: providers know one address for good, and the cookies are at the tenant's host.
struct HostTests {
    private static let domain = "lectern.example"

    private func company() async throws -> (Company, Browser, own: String) {
        let company = try await Company(try await Site(baseDomain: Self.domain)) {
            $0.settings.takesUnsolicited = true
        }
        try await company.makeAnn()
        return (company, Browser(company.site), "https://\(company.tenant.slug).\(Self.domain)")
    }

    /// Follows what leads on to the tenant's host.
    private func bring(
        _ message: String, _ company: Company, _ browser: Browser, to address: String
    ) async throws -> Browser.Answer {
        let answer = await browser.post(address, ["SAMLResponse": message])
        guard answer.status == 307 else { return answer }
        #expect(answer.cookies.isEmpty)
        return await browser.post(answer.location, ["SAMLResponse": message])
    }

    private func isSignedIn(_ browser: Browser, _ own: String) async -> Bool {
        let page = await browser.get("\(own)/manage/account")
        return page.status == 200 && page.text.contains("<strong>ann</strong>")
    }

    @Test func `a sign-in that begins at the public address ends at the tenant's host`() async throws {
        let (company, browser, own) = try await company()
        let start = await browser.get("\(company.path("login"))?next=manage/team")
        #expect(start.status == 307 && start.location == "\(own)\(company.path("login"))?next=manage/team")
        let asked = await browser.get(start.location)
        let request = try #require(asked.field("RelayState"))
        let message = try company.providerAnswer(to: request).message
        let answer = try await bring(message, company, browser, to: company.path("acs"))
        #expect(answer.status == 303 && answer.location == "/manage/team")
        #expect(await isSignedIn(browser, own))
    }

    @Test func `a provider that begins may know either address`() async throws {
        let (company, browser, own) = try await company()
        for place in [Site.origin, own] {
            var answer = company.providerAnswer(to: nil)
            answer.recipient = "\(place)\(company.path("acs"))"
            for way in [Site.origin, own] {
                answer.id = "a\(TestDatabase.identifier())"
                let arrived = try await bring(
                    try answer.message, company, browser, to: "\(way)\(company.path("acs"))")
                #expect(arrived.status == 303, "\(place) by \(way)")
                #expect(await isSignedIn(browser, own))
            }
        }
    }

    @Test func `another tenant's host is no place for an answer`() async throws {
        let (company, browser, _) = try await company()
        let other = try await Company(company.site, key: 1)
        let elsewhere = "https://\(other.tenant.slug).\(Self.domain)\(company.path("acs"))"
        var answer = company.providerAnswer(to: nil)
        answer.recipient = elsewhere
        let arrived = try await bring(try answer.message, company, browser, to: elsewhere)
        #expect(arrived.status == 403)
        #expect(try await company.failedRule() == "destination")
    }

    @Test func `the metadata names both, the lasting one first`() async throws {
        let (company, browser, own) = try await company()
        let text = await browser.get(company.path("metadata")).text
        let places = text.matches(of: /AssertionConsumerService Binding="[^"]*" Location="([^"]*)" index="(\d)"/)
            .map { "\($0.output.2) \($0.output.1)" }
        #expect(places == ["0 \(Site.origin)\(company.path("acs"))", "1 \(own)\(company.path("acs"))"])
    }

    @Test func `whoever logs out does so at the tenant's host`() async throws {
        let (company, browser, own) = try await company()
        _ = try await bring(
            try company.providerAnswer(to: nil).message, company, browser, to: company.path("acs"))
        #expect(await isSignedIn(browser, own))
        let start = await browser.get(company.path("slo"))
        #expect(start.status == 307 && start.location == "\(own)\(company.path("slo"))")
        #expect(await isSignedIn(browser, own))
        let out = await browser.get(start.location, from: .own)
        #expect(out.status == 302 && out.location.hasPrefix("https://idp.example/slo?"))
        #expect(await !isSignedIn(browser, own))
    }
}
