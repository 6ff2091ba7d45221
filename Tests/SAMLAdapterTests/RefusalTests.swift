import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// What is said when somebody does not come in: to them nothing but a number, to the admin everything.
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

    @Test func `as many sign-ins are kept as have to be, and failures push out failures only`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let (tenant, plugin) = (
            PostgresBind.uuid(company.tenant.id.rawValue), PostgresBind.uuid(company.id.plugin.rawValue)
        )
        _ = try await company.test.superuser.write([
            """
            insert into app.saml_sign_ins
                (tenant_id, id, plugin_id, at, purpose, failed_rule, address, report)
            select \(tenant), gen_random_uuid(), \(plugin), now() - n * interval '1 minute', 'sign-in',
                case when n % 2 = 0 then 'message' end, '', '{}'
            from generate_series(1, \(2 * SAMLSignIn.mostKept)) n
            """
        ])
        let browser = Browser(company.site)
        try await company.signIn(browser)
        for _ in 0..<3 { _ = await browser.post(company.path("acs"), ["SAMLResponse": "rubbish"]) }
        let kept = try await kept(company)
        #expect(kept[1] == SAMLSignIn.mostKept && (SAMLSignIn.mostKept...SAMLSignIn.mostKept + 1).contains(kept[0]))
        #expect(try await company.traces().first { $0.failedRule == nil }?.userName == "ann")
    }

    /// How many that went well, and how many others.
    private func kept(_ company: Company) async throws -> [Int64] {
        let plugin = PostgresBind.uuid(company.id.plugin.rawValue)
        let row = try await company.test.superuser.read([
            """
            select count(*) filter (where failed_rule is null), count(failed_rule) from app.saml_sign_ins
            where plugin_id = \(plugin)
            """
        ])[0][0]
        return [try row.bigint(0), try row.bigint(1)]
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
