import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// Two tenants on one server, each with a provider.
struct NeighbourTests {
    private func pair() async throws -> (Company, Company) {
        let site = try await Site()
        let pair = (try await Company(site), try await Company(site, key: 1))
        try await pair.0.makeAnn()
        try await pair.1.makeAnn()
        return pair
    }

    @Test func `the provider of one tenant opens no other, whatever it says of itself`() async throws {
        let (one, other) = try await pair()
        let browser = Browser(one.site)
        for issuer in [one.issuer, other.issuer] {
            for audience in [one.entityID, other.entityID] {
                let request = try await other.begin(browser)
                var answer = one.providerAnswer(to: request)
                answer.issuer = issuer
                answer.audience = audience
                answer.recipient = "\(Site.origin)\(other.path("acs"))"
                #expect(await other.bring(try answer.message, browser).status == 403)
                #expect(try await other.failedRule() == "assertionSignature")
            }
        }
        #expect(await other.user(in: browser) == nil)
        #expect(await one.user(in: browser) == nil)
    }

    @Test func `two connections with one provider tell their answers apart`() async throws {
        let site = try await Site()
        let (one, other) = (try await Company(site), try await Company(site))
        try await one.makeAnn()
        try await other.makeAnn()
        // The same provider has both, with one key and one name.
        try await other.change { $0.provider?.issuer = one.issuer }
        let browser = Browser(site)
        let request = try await other.begin(browser)
        let forOne = try one.providerAnswer(to: request).message
        #expect(await other.bring(forOne, browser).status == 403)
        let rules = try #require(try await other.traces().first).failedRules
        #expect(rules == ["destination", "confirmation", "audience"])
        // Nor the other way round.
        let asked = try await one.begin(browser)
        var answer = other.providerAnswer(to: asked)
        answer.issuer = one.issuer
        #expect(await one.bring(try answer.message, browser).status == 403)
        #expect(await other.user(in: browser) == nil)
        #expect(await one.user(in: browser) == nil)
    }

    @Test func `a request to one connection is none of another, even of the same tenant`() async throws {
        let site = try await Site()
        let one = try await Company(site)
        let other = try await Company(site, tenant: one.tenant, key: 1)
        try await one.makeAnn()
        let browser = Browser(site)
        let request = try await one.begin(browser)
        #expect(try await other.answer(browser, to: request).status == 403)
        #expect(try await other.failedRule() == "correlation")
        #expect(try await one.answer(browser, to: request).status == 303)
    }

    @Test func `who one connection knows is not who another knows by that name`() async throws {
        let site = try await Site()
        let one = try await Company(site)
        let other = try await Company(site, tenant: one.tenant, key: 1) { $0.settings.allowedDomains = ["x.example"] }
        let ann = try await one.makeAnn()
        let browser = Browser(site)
        try await one.signIn(browser) {
            $0.nameID = "n-1"; $0.claims = [Company.email: ["ann@x.example"]]
        }
        try await other.signIn(Browser(site)) { $0.nameID = "n-1" }
        #expect(try await other.failedRule() == "unknown-user")
        #expect(try await one.test.saml.identities(of: ann, in: one.scope).map(\.plugin) == [one.id.plugin])
    }

    @Test func `a session is its tenant's, and ends by its own provider`() async throws {
        let (one, other) = try await pair()
        let browser = Browser(one.site)
        try await one.signIn(browser)
        try await other.signIn(browser)
        #expect(await one.user(in: browser) == "ann")
        #expect(await other.user(in: browser) == "ann")
        #expect(try await one.endSessions(of: "ann") == 1)
        #expect(await one.user(in: browser) == nil)
        #expect(await other.user(in: browser) == "ann")
    }

    @Test func `an identifier that joins one tenant with another's connection names nothing`() async throws {
        let (one, other) = try await pair()
        let mixed = SAMLConnectionID(tenant: one.tenant.id, plugin: other.id.plugin)
        let browser = Browser(one.site)
        for name in [
            "\(mixed)", "\(SAMLConnectionID(tenant: other.id.tenant, plugin: one.id.plugin))", "x", "",
            String("\(one.id)".dropLast()), "\(one.id)".uppercased(), "\(one.id)a",
        ] {
            for path in ["metadata", "login", "slo"] {
                let answer = await browser.get("/saml/\(name)/\(path)")
                #expect(answer.status == 404, "\(name) \(path)")
            }
            #expect(await browser.post("/saml/\(name)/acs", ["SAMLResponse": "x"]).status == 404)
        }
        #expect(await browser.get("/saml/\(one.id)").status == 404)
        #expect(await browser.get("/saml/\(one.id)/other").status == 404)
        #expect(await browser.get("/saml/\(one.id)/login/").status == 404)
    }
}

extension SAMLSignIn {
    /// The names of all rules that were not met.
    var failedRules: [String] {
        (report["checks"]?.arrayValue ?? []).filter { $0["state"] == "failed" }.compactMap { $0["rule"]?.stringValue }
    }
}
