import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// The session that follows from an answer: what browsers keep of it, and when it ends.
struct SessionTests {
    @Test func `the cookie before signing in crosses sites, and the one after does not`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let begun = await browser.get(company.path("login"))
        let before = try #require(begun.cookies.first)
        #expect(begun.cookies.count == 1 && before.hasPrefix("__Host-"))
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=None", "; Max-Age=900"] {
            #expect(before.contains(attribute), "\(attribute)")
        }
        let answer = try await company.answer(browser, to: begun.field("RelayState"))
        let session = try #require(answer.cookies.first)
        #expect(answer.cookies.count == 1 && session.hasPrefix("__Host-lectern-\(company.tenant.slug)=lss_"))
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            #expect(session.contains(attribute), "\(attribute)")
        }
        #expect(!session.contains("Max-Age") && !session.contains("Domain"))
        #expect(answer.headers[.cacheControl] == "no-store")
    }

    @Test func `no tenant's session cookie is called like the one before signing in`() async throws {
        let company = try await Company(try await Site())
        let cookie = try #require(await Browser(company.site).get(company.path("login")).cookies.first)
        #expect(!cookie.hasPrefix("__Host-lectern-"))
    }

    @Test func `a refused answer sets no cookie`() async throws {
        let company = try await Company(try await Site())
        let answer = try await company.signIn(Browser(company.site))
        #expect(answer.status == 403 && answer.cookies.isEmpty)
    }

    @Test func `each sign-in begins another session, and the browser's former one is over`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        try await company.signIn(browser)
        let planted = try #require(browser.cookies.first { $0.contains("lss_") })
        try await company.signIn(browser)
        let new = try #require(browser.cookies.first { $0.contains("lss_") })
        #expect(new != planted)
        let thief = Browser(company.site)
        thief.plant(planted)
        #expect(await company.user(in: thief) == nil)
        #expect(await company.user(in: browser) == "ann")
    }

    @Test func `a session of somebody else in this browser ends, and others of the person stay`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        try await company.makeUser("bob", emails: ["bob@x.example"])
        let (browser, elsewhere) = (Browser(company.site), Browser(company.site))
        try await company.signIn(elsewhere)
        try await company.signIn(browser) { $0.nameID = "bob" }
        let planted = try #require(browser.cookies.first { $0.contains("lss_") })
        try await company.signIn(browser)
        #expect(await company.user(in: browser) == "ann")
        #expect(await company.user(in: elsewhere) == "ann")
        let thief = Browser(company.site)
        thief.plant(planted)
        #expect(await company.user(in: thief) == nil)
    }

    @Test func `a session ends when the provider says`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        try await company.signIn(browser) { $0.sessionEnd = $0.now.addingTimeInterval(3600) }
        #expect(await company.user(in: browser) == "ann")
        let tenant = PostgresBind.uuid(company.tenant.id.rawValue)
        let row = try await company.test.superuser.read([
            """
            select extract(epoch from ends_at - now())::bigint, name_id, session_index, plugin_id = \(.uuid(company.id.plugin.rawValue))
            from app.sessions where tenant_id = \(tenant)
            """
        ])[0][0]
        #expect(try (3500...3600).contains(row.bigint(0)) && row.boolean(3))
        #expect(try row.text(1) == "ann" && row.text(2) == "s1")
        _ = try await company.test.superuser.write([
            "update app.sessions set ends_at = now() - interval '1 second' where tenant_id = \(tenant)"
        ])
        #expect(await company.user(in: browser) == nil)
    }

    @Test func `a session that has ended at the provider does not begin here`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        try await company.signIn(browser) { $0.sessionEnd = $0.now.addingTimeInterval(-120) }
        #expect(try await company.failedRule() == "authentication")
        #expect(await company.user(in: browser) == nil)
    }

    @Test func `who is suspended has no session any more, and cannot begin one`() async throws {
        let company = try await Company(try await Site())
        let ann = try await company.makeAnn()
        let browser = Browser(company.site)
        try await company.signIn(browser)
        try await company.suspend(ann)
        #expect(await company.user(in: browser) == nil)
        let answer = try await company.signIn(browser)
        let trace = try #require(try await company.traces().first)
        #expect(answer.status == 403 && answer.text.contains(trace.id.description))
        #expect(!answer.text.contains("ann") && !answer.text.contains("suspend"))
        #expect(trace.failedRule == "suspended-user" && trace.userName == "ann")
        try await company.suspend(ann, true)
        #expect(try await company.signIn(browser).status == 303)
    }

    @Test func `who is disabled over SCIM has no session any more either`() async throws {
        let company = try await Company(try await Site())
        let scim = try await company.test.makeClient(of: company.tenant, tokenDigest: TokenDigest(of: "\(company.id)"))
        let user = try await company.makeUser("ann", externalID: "e1", source: scim.plugin)
        let browser = Browser(company.site)
        try await company.signIn(browser)
        #expect(await company.user(in: browser) == "ann")
        _ = try await UserChanges(
            users: company.test.users, identifiers: TestDatabase.identifiers, source: scim.plugin
        ).update(
            user, origin: ChangeOrigin(actor: .token(scim.token, of: scim.plugin), requestID: "r"), in: company.scope
        ) { try $0.attributes(active: false) }
        #expect(await company.user(in: browser) == nil)
        #expect(try await company.signIn(browser).status == 403)
        #expect(try await company.failedRule() == "suspended-user")
    }

    @Test func `who is suspended between the check and the session does not come in, and it is known why`()
        async throws
    {
        let company = try await Company(try await Site())
        let ann = try await company.makeAnn()
        try await company.suspend(ann)
        var trace = SAMLSignIn(
            id: SAMLSignInID(rawValue: TestDatabase.identifiers.next()), plugin: company.id.plugin,
            at: company.site.clock.now, purpose: .signIn, failedRule: nil, user: ann, nameID: "ann",
            address: "192.0.2.1", report: [:])
        var completion = SAMLCompletion(
            connection: company.id, request: nil, browser: nil, assertionDigest: TokenDigest(of: "a"),
            assertionEnd: company.site.clock.now.adding(seconds: 60), signIn: trace)
        let session = Session(
            id: SessionID(rawValue: TestDatabase.identifiers.next()), user: ann, createdAt: company.site.clock.now,
            lastSeenAt: company.site.clock.now, authenticatedAt: company.site.clock.now, address: "", userAgent: "")
        completion.session = SAMLCompletion.NewSession(
            session: session, digest: TokenDigest(of: "secret"),
            provider: ProviderSession(plugin: company.id.plugin, name: ProviderName("ann"), index: nil, endsAt: nil),
            former: nil)
        await #expect(throws: DomainError.notFound) {
            try await company.test.saml.complete(completion, in: company.tenant.id)
        }
        #expect(try await company.traces().isEmpty)
        trace.failedRule = "suspended-user"
        try await company.test.saml.keep(trace, in: company.tenant.id)
        #expect(try await company.failedRule() == "suspended-user")
    }
}
