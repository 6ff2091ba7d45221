import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

@testable import SAML
@testable import XMLSecurity

/// Sign-in that begins here: whose request is answered, and how often.
struct RequestTests {
    @Test func `an answer to the browser's own request signs in, and leads where somebody wanted to go`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let answer = try await company.signIn(browser, "?next=manage/team")
        #expect(answer.status == 303 && answer.location == "\(company.base)/manage/team")
        #expect(await company.user(in: browser) == "ann")
        let trace = try #require(try await company.traces().first)
        #expect(trace.failedRule == nil && trace.userName == "ann" && trace.nameID == "ann" && trace.purpose == .signIn)
    }

    @Test func `the request says who asks, where the answer goes, and is signed with the published key`() async throws {
        let company = try await Company(try await Site()) {
            $0.settings.forcesAuthentication = true
            $0.settings.nameIDFormat = ProviderAnswer.persistent
        }
        let answer = await Browser(company.site).get(company.path("login"))
        #expect(answer.status == 302 && answer.headers[.cacheControl] == "no-store")
        #expect(answer.location.hasPrefix("https://idp.example/sso?SAMLRequest="))
        let query = try RedirectBinding.Query(String(answer.location.split(separator: "?")[1]))
        let key = try #require(try await company.test.saml.keys(of: company.id).first)
        let request = try RedirectBinding.verified(
            query, keys: [try VerificationKey(certificate: key.certificate)], algorithms: SignatureAlgorithm.sound)
        #expect(request.is("AuthnRequest", in: Namespace.protocol))
        #expect(request.attribute("ID") == answer.field("RelayState"))
        #expect(request.attribute("ID")?.first?.isLetter == true)
        #expect(request.attribute("Destination") == "https://idp.example/sso")
        #expect(request.attribute("AssertionConsumerServiceURL") == "\(Site.origin)\(company.path("acs"))")
        #expect(request.attribute("ForceAuthn") == "true")
        #expect(request.elements.first?.text == company.entityID)
        #expect(request.elements.last?.attribute("Format") == ProviderAnswer.persistent)
    }

    @Test func `a provider that takes requests by POST gets a form`() async throws {
        let company = try await Company(try await Site()) { $0.provider?.singleSignOnBinding = .post }
        try await company.makeAnn()
        let browser = Browser(company.site)
        let page = await browser.get(company.path("login"))
        #expect(page.status == 200 && page.text.contains("action=\"https://idp.example/sso\""))
        #expect(page.field("SAMLRequest") != nil)
        #expect(page.headers[.contentSecurityPolicy]?.contains("form-action https:") == true)
        let request = try #require(page.field("RelayState"))
        #expect(try await company.answer(browser, to: request).status == 303)
        #expect(await company.user(in: browser) == "ann")
    }

    @Test func `a request is answered once`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let request = try await company.begin(browser)
        #expect(try await company.answer(browser, to: request).status == 303)
        // Another assertion, and the same one.
        #expect(try await company.answer(browser, to: request).status == 403)
        #expect(try await company.failedRule() == "correlation")
        let other = try await company.begin(browser)
        let message = try company.providerAnswer(to: other).message
        #expect(await company.bring(message, browser).status == 303)
        let again = await company.bring(message, browser)
        // The same refusal of the same name: it shows the number of the first one's trace.
        let refused = try await company.traces().filter { $0.failedRule != nil }
        let trace = try #require(refused.first)
        #expect(refused.count == 1 && trace.failedRule == "correlation")
        #expect(again.status == 403 && again.text.contains(trace.id.description))
    }

    @Test func `another browser cannot use the answer to a request`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let (browser, other) = (Browser(company.site), Browser(company.site))
        let message = try company.providerAnswer(to: try await company.begin(browser)).message
        #expect(await company.bring(message, other).status == 403)
        #expect(try await company.failedRule() == "correlation")
        // Nor one that has asked as well.
        _ = try await company.begin(other)
        #expect(await company.bring(message, other).status == 403)
        #expect(await company.user(in: other) == nil)
        // The browser that owns the request can go on using it.
        #expect(await company.bring(message, browser).status == 303)
    }

    @Test func `a request that nobody sent is none`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        _ = try await company.begin(browser)
        #expect(try await company.answer(browser, to: "id-never-sent").status == 403)
        #expect(try await company.failedRule() == "correlation")
    }

    @Test func `an old request is forgotten`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let request = try await company.begin(browser)
        let tenant = PostgresBind.uuid(company.tenant.id.rawValue)
        _ = try await company.test.superuser.write([
            "update app.saml_requests set expires_at = now() - interval '1 second' where tenant_id = \(tenant)"
        ])
        #expect(try await company.answer(browser, to: request).status == 403)
        #expect(try await company.failedRule() == "correlation")
        _ = try await company.begin(browser)
        let left = try await company.test.superuser.read([
            "select count(*) from app.saml_requests where tenant_id = \(tenant)"
        ])
        #expect(try left[0][0].bigint(0) == 1)
    }

    @Test func `several sign-ins of one browser may be under way`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let (one, two) = (try await company.begin(browser), try await company.begin(browser, "?next=manage/team"))
        #expect(try await company.answer(browser, to: two).location == "\(company.base)/manage/team")
        #expect(try await company.answer(browser, to: one).location == "\(company.base)/manage")
    }

    @Test func `a browser that asks without end forgets its oldest wishes`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        var requests: [String] = []
        for _ in 0...SAMLRequest.mostPending { requests.append(try await company.begin(browser)) }
        #expect(try await company.answer(browser, to: requests[0]).status == 403)
        #expect(try await company.answer(browser, to: requests[1]).status == 303)
    }

    @Test func `who asks without end pushes out nobody else's requests`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let (tenant, plugin) = (
            PostgresBind.uuid(company.tenant.id.rawValue), PostgresBind.uuid(company.id.plugin.rawValue)
        )
        let browser = Browser(company.site)
        let request = try await company.begin(browser)
        let most = SAMLRequest.mostOfNetwork
        // Of the network that all tests come from, later than the one above, and of another one, earlier.
        for (network, age) in [("", "-1 second"), ("4 192.0.2", "1 minute")] {
            _ = try await company.test.superuser.write([
                """
                insert into app.saml_requests
                    (tenant_id, id, plugin_id, browser, network, purpose, target, created_at, expires_at)
                select r.tenant_id, \(network) || n, r.plugin_id, sha256((\(network) || n)::bytea),
                    case \(network) when '' then r.network else \(network) end, 'sign-in', 'manage',
                    now() - \(age)::interval, now() + interval '1 hour'
                from app.saml_requests r, generate_series(1, \(most)) n
                where r.tenant_id = \(tenant) and r.plugin_id = \(plugin) and r.id = \(request)
                """
            ])
        }
        let other = Browser(company.site)
        let another = try await company.begin(other)
        // The network's own oldest went, and no other network's.
        #expect(try await company.answer(browser, to: request).status == 403)
        #expect(try await company.failedRule() == "correlation")
        #expect(try await company.answer(other, to: another).status == 303)
        let left = try await company.test.superuser.read([
            "select count(*) from app.saml_requests where tenant_id = \(tenant) and network = '4 192.0.2'"
        ])
        #expect(try left[0][0].bigint(0) == most)
    }

    @Test func `of all that wait the oldest are forgotten`() async throws {
        let company = try await Company(try await Site())
        let (tenant, plugin) = (
            PostgresBind.uuid(company.tenant.id.rawValue), PostgresBind.uuid(company.id.plugin.rawValue)
        )
        let most = SAMLRequest.mostWaiting
        _ = try await company.test.superuser.write([
            """
            insert into app.saml_requests (tenant_id, id, plugin_id, browser, network, purpose, target, expires_at)
            select \(tenant), 'id-' || n, \(plugin), sha256(n::text::bytea), n::text, 'sign-in', 'manage',
                now() + interval '1 minute'
            from generate_series(1, \(most + 500)) n
            """
        ])
        func waiting() async throws -> Int64 {
            try await company.test.superuser.read([
                "select count(*) from app.saml_requests where tenant_id = \(tenant)"
            ])[0][0].bigint(0)
        }
        // One browser in so many sees to it.
        let isLess = try await eventually {
            _ = try await company.begin(Browser(company.site))
            return try await waiting() <= most
        }
        #expect(isLess)
    }

    @Test func `who has to sign in anew has done so since the request`() async throws {
        let company = try await Company(try await Site()) { $0.settings.forcesAuthentication = true }
        try await company.makeAnn()
        let browser = Browser(company.site)
        try await company.signIn(browser) { $0.authenticatedAt.addTimeInterval(-600) }
        #expect(try await company.failedRule() == "authentication")
        #expect(try await company.signIn(browser).status == 303)
        try await company.change { $0.settings.forcesAuthentication = false }
        #expect(try await company.signIn(browser) { $0.authenticatedAt.addTimeInterval(-600) }.status == 303)
    }

    @Test func `an answer comes by POST, in one field`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let message = try company.providerAnswer(to: try await company.begin(browser)).message
        let got = await browser.get(company.path("acs") + "?SAMLResponse=x")
        #expect(got.status == 405 && got.headers[.allow] == "POST")
        #expect(await browser.post(company.path("acs"), ["SAMLResponse": ""]).status == 403)
        #expect(try await company.failedRule() == "message")
        #expect(await browser.post(company.path("acs"), ["Response": message]).status == 403)
        #expect(try await company.failedRule() == "message")
        #expect(await company.bring(message, browser).status == 303)
    }
}
