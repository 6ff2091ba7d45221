import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import SAMLAdapter
import StrictJSON
import Testing

/// The texts for a person who cannot sign in: nothing but a number for them, everything for the administrator.
struct RefusalTests {
    @Test func `whatever the cause, the page is the same but for its number`() async throws {
        let company = try await Company(try await Site()) { $0.settings.createsUsers = true }
        let suspended = try await company.makeUser("suspended")
        try await company.suspend(suspended)
        try await company.makeUser("boss", .trainee)
        let browser = Browser(company.site)
        let causes: [(String, (inout ProviderAnswer) -> Void)] = [
            ("status", { $0.failure = "AADSTS50105 <b>not assigned</b>" }),
            ("assertionSignature", { $0.key = Self.rogue }), ("issuer", { $0.issuer += "x" }),
            ("audience", { $0.audience = "https://other.example" }), ("conditions", { $0.lifetime = -100 }),
            ("issueInstant", { $0.now.addTimeInterval(-8000) }), ("subject", { $0.nameID = "" }),
            ("authentication", { $0.authenticatedAt.addTimeInterval(100) }),
            ("destination", { $0.recipient = "https://lectern.example/" }), ("correlation", { $0.request = nil }),
            ("suspended-user", { $0.nameID = "suspended" }), ("no-address", { $0.nameID = "nobody" }),
            ("foreign-domain", { $0.claims = [Company.email: ["a@foreign.example"]] }),
        ]
        var pages: [String: String] = [:]
        for (rule, change) in causes {
            let answer = try await company.signIn(browser, "", change)
            let trace = try #require(try await company.traces().first)
            #expect(trace.failedRules.contains(rule) && answer.status == 403, "\(rule): \(trace.failedRules)")
            #expect(answer.text.contains(trace.id.description))
            #expect(answer.headers[.cacheControl] == "no-store" && answer.cookies.isEmpty)
            pages[rule] = answer.text.replacing(trace.id.description, with: "")
        }
        #expect(Set(pages.values).count == 1)
        let page = try #require(pages["status"])
        #expect(page.contains("You could not be signed in") && !page.contains("AADSTS"))
    }

    private static let rogue = try! Company.rogueKey.get()

    @Test func `the trace holds what came, what was found, and what was expected`() async throws {
        let company = try await Company(try await Site())
        try await company.signIn(Browser(company.site)) {
            $0.audience = "https://other.example/<metadata>"
            $0.claims = ["claim": ["one", "two"]]
        }
        let trace = try #require(try await company.traces().first)
        #expect(trace.failedRule == "audience" && trace.nameID == "ann")
        let check = trace.report["checks"]?.arrayValue?.first { $0["rule"] == "audience" }
        #expect(check?["found"] == "https://other.example/<metadata>")
        #expect(check?["expected"] == .string(company.entityID))
        #expect(trace.report["claims"]?[0]?["values"] == ["one", "two"])
        #expect(trace.report["document"]?.stringValue?.contains("<saml:Assertion") == true)
        #expect(trace.report["format"] == .string(ProviderAnswer.persistent))
    }

    @Test func `the trace of a failure at the provider says what the provider said`() async throws {
        let company = try await Company(try await Site())
        try await company.signIn(Browser(company.site)) { $0.failure = "AADSTS50105: not assigned" }
        let trace = try #require(try await company.traces().first)
        #expect(trace.failedRule == "status")
        #expect(trace.report["status"] == "AADSTS50105: not assigned – Responder – AuthnFailed")
    }

    @Test func `of a sign-in that went well nothing is kept that was stated`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        try await company.signIn(Browser(company.site)) { $0.claims = ["salary": ["12345"]] }
        let trace = try #require(try await company.traces().first)
        #expect(trace.failedRule == nil && trace.report["claims"] == nil && trace.report["document"] == nil)
        #expect(trace.report["checks"]?.arrayValue?.isEmpty == false)
    }

    @Test func `as many sign-ins are kept as have to be, and refusals replace those by the same rule only`()
        async throws
    {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let (tenant, plugin) = (
            PostgresBind.uuid(company.tenant.id.rawValue), PostgresBind.uuid(company.id.plugin.rawValue)
        )
        let length = SAMLSignIn.mostKept
        _ = try await company.test.superuser.write([
            """
            insert into app.saml_sign_ins
                (tenant_id, id, plugin_id, at, purpose, failed_rule, address, report)
            select \(tenant), gen_random_uuid(), \(plugin), now() - n * interval '1 minute', 'sign-in',
                (array[null, 'message', 'audience'])[1 + n % 3], '', '{}'
            from generate_series(1, \(3 * length)) n
            """
        ])
        let browser = Browser(company.site)
        try await company.signIn(browser)
        for _ in 0..<3 { _ = await browser.post(company.path("acs"), ["SAMLResponse": "rubbish"]) }
        let kept = Dictionary(grouping: try await company.traces(limit: 2000), by: \.failedRule).mapValues(\.count)
        #expect(kept["message"] == Int(SAMLSignIn.mostKeptOfRule))
        #expect(kept["audience"] == Int(length))
        #expect((Int(length)...Int(length) + 1).contains(kept[String?.none] ?? 0))
        #expect(try await company.traces().first { $0.failedRule == nil }?.userName == "ann")
    }

    @Test func `a refusal that repeats an earlier one is counted there and shows its number`() async throws {
        let company = try await Company(try await Site(clockStands: true))
        let browser = Browser(company.site)
        let first = await company.bring("rubbish", browser)
        let trace = try #require(try await company.traces().first)
        #expect(trace.repeats == 0 && first.text.contains(trace.id.description))
        for _ in 0..<5 {
            let answer = await company.bring("rubbish", browser)
            #expect(answer.status == 403 && answer.text.contains(trace.id.description))
        }
        #expect(try await company.traces().map(\.repeats) == [0])
        company.site.clock.pass(seconds: RefusedSignIns.pause)
        _ = await company.bring("rubbish", browser)
        #expect(try await company.traces().map(\.repeats) == [6])
        #expect(try await company.traces().first?.lastAt != nil)
        // A refused answer that is signed and about another person has an entry of its own, and so has another rule.
        for name in ["ann", "bob"] { try await company.signIn(browser) { $0.nameID = name } }
        _ = await company.bring("YQ==", browser)
        #expect(try await company.traces().count == 4)
        company.site.clock.pass(seconds: RefusedSignIns.window)
        _ = await company.bring("rubbish", browser)
        #expect(try await company.traces().count == 5)
    }

    @Test func `a trial is never folded`() async throws {
        let company = try await Company(try await Site())
        try await company.makeUser("boss", .owner, hasPassword: true)
        let browser = Browser(company.site)
        await company.signInByPassword(browser, "boss")
        let page = await browser.get("\(company.base)/manage/integration/plugins/\(company.id.plugin)").text
        let start = try #require(page.firstRange(of: "/login?ticket="))
        let query = "?ticket=" + page[start.upperBound...].prefix { $0 != "\"" }
        for count in 1...2 {
            let answer = try await company.signIn(browser, query) { $0.audience = "https://other.example" }
            #expect(answer.status == 303 && answer.location.contains("/sign-ins/"))
            #expect(try await company.traces().count == count)
        }
    }

    @Test func `a network that brings too many answers to a connection waits, and others do not`() async throws {
        let site = try await Site(rate: RequestRate(perSecond: 1, burst: 3), clockStands: true)
        let (company, other) = (try await Company(site), try await Company(site))
        let browser = Browser(site)
        for _ in 0..<3 { #expect(await company.bring("rubbish", browser).status == 403) }
        let answer = await company.bring("rubbish", browser)
        #expect(answer.status == 429 && answer.headers[.retryAfter] != nil)
        #expect(await other.bring("rubbish", browser).status == 403)
        site.clock.pass(seconds: 2)
        #expect(await company.bring("rubbish", browser).status == 403)
    }

    @Test func `sign-ins are shown and kept for as long as the tenant keeps its logs`() async throws {
        let company = try await Company(try await Site())
        _ = await company.bring("rubbish", Browser(company.site))
        let trace = try #require(try await company.traces().first)
        func set(_ sql: String) async throws {
            let query = PostgresQuery(unsafeSQL: sql, binds: [.uuid(company.tenant.id.rawValue)])
            _ = try await company.test.superuser.write([query])
        }
        try await set("update app.saml_sign_ins set at = now() - interval '5 days' where tenant_id = $1")
        try await company.test.saml.forgetOld(of: company.tenant.id)
        #expect(try await company.traces().map(\.id) == [trace.id])
        try await set("update app.tenants set log_retention_days = 4 where id = $1")
        #expect(try await company.traces().isEmpty)
        await #expect(throws: DomainError.notFound) {
            try await company.test.saml.signIn(trace.id, in: company.scope)
        }
        #expect(try await company.count(of: "saml_sign_ins") == 1)
        try await company.test.saml.forgetOld(of: company.tenant.id)
        #expect(try await company.count(of: "saml_sign_ins") == 0)
    }

    @Test func `a document that is too long for the trace is cut, and the trace can be read`() async throws {
        let company = try await Company(try await Site())
        let values = (0..<400).map { "\($0)" + String(repeating: "é", count: 300) }
        try await company.signIn(Browser(company.site)) { $0.claims = ["many": values] }
        let trace = try #require(try await company.traces().first)
        #expect(trace.failedRule == "unknown-user")
        #expect((trace.report["document"]?.stringValue?.utf8.count ?? 0) <= SAMLSignIn.longestDocument + 3)
        #expect(try await company.test.saml.signIn(trace.id, in: company.scope).id == trace.id)
    }

    @Test func `rubbish is refused like anything else`() async throws {
        let company = try await Company(try await Site())
        let browser = Browser(company.site)
        for message in [
            "%", "YQ==", Data("<x\0/>".utf8).base64EncodedString(),
            Data("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>".utf8).base64EncodedString(),
            Data([0xFF, 0xFE, 0, 0xD8]).base64EncodedString(), String(repeating: "A", count: 1_100_000),
        ] {
            #expect(await company.bring(message, browser).status == 403)
            #expect(["message", "document"].contains(try await company.failedRule()))
        }
    }
}
