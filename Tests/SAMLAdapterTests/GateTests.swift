import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// The conditions for signing in by a provider at all: plans, tenants, connections, and the tenant's way of signing in.
struct GateTests {
    private func isShut(_ company: Company, _ status: Int = 404) async throws -> Bool {
        let browser = Browser(company.site)
        let login = await browser.get(company.path("login"))
        let acs = await company.bring(try company.providerAnswer(to: nil).message, browser)
        return login.status == status && acs.status == status && login.cookies.isEmpty
    }

    @Test func `a plan without SAML has no endpoints`() async throws {
        let company = try await Company(try await Site(), plan: .growth)
        #expect(try await isShut(company))
        for path in ["metadata", "slo"] {
            #expect(await Browser(company.site).get(company.path(path)).status == 404)
        }
        let page = await Browser(company.site).get("\(company.base)/login")
        #expect(page.status == 200 && !page.text.contains("/saml/"))
    }

    @Test func `a suspended tenant lets nobody in, and takes nobody's answer`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let request = try await company.begin(browser)
        let tenant = company.tenant.id
        try await company.test.tenants.setStatus(
            .suspended, of: tenant, change: TestDatabase.change(.suspend, .tenant(tenant)))
        #expect(try await company.answer(browser, to: request).status == 404)
        #expect(try await isShut(company))
        try await company.test.tenants.setStatus(
            .active, of: tenant, change: TestDatabase.change(.resume, .tenant(tenant)))
        #expect(try await company.answer(browser, to: request).status == 303)
    }

    @Test func `a connection that is off or paused lets nobody in`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let request = try await company.begin(browser)
        try await company.changePlugin { $0.isPaused = true }
        #expect(try await isShut(company, 503))
        #expect(try await company.answer(browser, to: request).text.contains("Signing in is paused"))
        try await company.changePlugin {
            $0.isPaused = false
            $0.isEnabled = false
        }
        #expect(try await isShut(company))
        #expect(!(await browser.get("\(company.base)/login").text.contains("/saml/")))
        try await company.changePlugin { $0.isEnabled = true }
        #expect(try await company.answer(browser, to: request).status == 303)
    }

    @Test func `a connection that is deleted is not there`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        try await company.signIn(browser)
        let plugin = try #require(try await company.test.integration.plugins(in: company.scope).first)
        try await IntegrationChanges(
            integration: company.test.integration, identifiers: TestDatabase.identifiers, origin: company.origin
        ).delete(plugin, in: company.scope)
        #expect(try await isShut(company))
        #expect(await browser.get(company.path("metadata")).status == 404)
        for table in ["saml_connections", "saml_keys", "saml_requests", "saml_identities", "saml_sign_ins"] {
            #expect(try await company.count(of: table) == 0, "\(table)")
        }
    }

    private func choose(_ method: Tenant.SignInMethod, _ company: Company) async throws {
        var tenant = try await company.test.tenants.tenant(company.tenant.id)
        tenant.signInMethod = method
        try await company.test.tenants.update(
            tenant, change: TestDatabase.change(.update, .tenant(tenant.id)), in: company.scope)
    }

    @Test func `where people sign in with their company only, no password counts but an Owner's`() async throws {
        let company = try await Company(try await Site())
        for (name, role) in [("ann", Role.trainee), ("chief", .admin), ("boss", .owner)] {
            try await company.makeUser(name, role, hasPassword: true)
        }
        try await choose(.saml, company)
        for (name, isIn) in [("ann", false), ("chief", false), ("boss", true)] {
            let browser = Browser(company.site)
            let answer = await company.signInByPassword(browser, name)
            #expect(answer.status == (isIn ? 303 : 422), "\(name)")
            #expect(await company.user(in: browser) == (isIn ? name : nil))
        }
        let page = await Browser(company.site).get("\(company.base)/login")
        #expect(page.text.contains(company.path("login")) && !page.text.contains("type=\"password\""))
        let owners = await Browser(company.site).get("\(company.base)/login?password")
        #expect(owners.text.contains("type=\"password\""))
        let browser = Browser(company.site)
        try await company.signIn(browser)
        #expect(await company.user(in: browser) == "ann")
    }

    @Test func `where people sign in with passwords only, no provider lets anybody in`() async throws {
        let company = try await Company(try await Site()) { $0.settings.takesUnsolicited = true }
        try await company.makeAnn()
        let browser = Browser(company.site)
        let request = try await company.begin(browser)
        try await choose(.password, company)
        // A person who brings an answer all the same reads the usual text, and an administrator sees the reason.
        for answer in [request, nil] {
            #expect(try await company.answer(browser, to: answer).status == 403)
            #expect(try await company.failedRule() == "method-off")
        }
        #expect(await Browser(company.site).get(company.path("login")).status == 404)
        let page = await browser.get("\(company.base)/login")
        #expect(!page.text.contains("/saml/"))
        let route = await browser.get("\(company.base)/login/company?email=ann@x.example")
        #expect(!route.location.hasPrefix("/saml/"))
        try await choose(.both, company)
        #expect(try await company.signIn(browser).status == 303)
    }

    @Test func `the company becomes the only way after a good trial alone`() async throws {
        let company = try await Company(try await Site())
        try await company.makeUser("boss", .owner, hasPassword: true)
        let browser = Browser(company.site)
        await company.signInByPassword(browser, "boss")
        func choose() async -> Browser.Answer {
            let page = await browser.get("\(company.base)/manage/settings")
            let fields = [
                "form_token": page.field("form_token") ?? "", "sign_in": "saml", "language": "en", "retention": "90",
            ]
            return await browser.post("\(company.base)/manage/settings", fields, from: .own)
        }
        let refused = await choose()
        #expect(refused.status == 422 && refused.text.contains("Test a connection first"))
        #expect(try await company.test.tenants.tenant(company.tenant.id).signInMethod == .both)
        let page = await browser.get("\(company.base)/manage/integration/plugins/\(company.id.plugin)")
        let start = try #require(page.text.firstRange(of: company.path("login") + "?ticket="))
        let path = page.text[start.lowerBound...].prefix { $0 != "\"" }
        try await company.makeAnn()
        try await company.signIn(browser, String(path.dropFirst(company.path("login").count)))
        #expect(await choose().status == 303)
        #expect(try await company.test.tenants.tenant(company.tenant.id).signInMethod == .saml)
    }
}
