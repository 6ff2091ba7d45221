import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import SAML
import StrictJSON
import Testing

/// The permissions by which pages of the console let a browser ask a provider: for tests, links, and proofs of
/// identity.
struct TicketTests {
    /// Somebody who has signed in with a password, and their browser.
    private func signedIn(
        _ role: Role = .owner, _ settings: (inout SAMLConnection) -> Void = { _ in }
    ) async throws -> (company: Company, browser: Browser, user: UserID) {
        let company = try await Company(try await Site(), settings)
        let user = try await company.makeUser("boss", role, emails: ["boss@x.example"], hasPassword: true)
        let browser = Browser(company.site)
        #expect(await company.signInByPassword(browser, "boss").status == 303)
        return (company, browser, user)
    }

    /// The path of a link on a page that begins with this.
    private func link(_ page: Browser.Answer, _ start: String) throws -> String {
        let found = try #require(page.text.firstRange(of: "href=\"\(start)"), "\(page.status)")
        let path = page.text[found.lowerBound...].dropFirst(6).prefix { $0 != "\"" }
        return String(path).replacing("&amp;", with: "&")
    }

    private func ticket(_ company: Company, _ browser: Browser, _ page: String) async throws -> String {
        let path = try link(await browser.get("\(company.base)/\(page)"), company.path("login") + "?ticket=")
        return String(path.dropFirst(company.path("login").count))
    }

    private func trial(_ company: Company, _ browser: Browser) async throws -> String {
        try await ticket(company, browser, "manage/integration/plugins/\(company.id.plugin)")
    }

    // MARK: Trials

    @Test func `a trial begins no session, makes nobody, and shows what came back`() async throws {
        let (company, browser, _) = try await signedIn { $0.settings.createsUsers = true }
        let (sessions, cookies) = (try await company.count(of: "sessions"), browser.cookies.sorted())
        let answer = try await company.signIn(browser, try await trial(company, browser)) {
            $0.claims = [Company.email: ["new@x.example"], "color": ["blue"]]
        }
        let trace = try #require(try await company.traces().first)
        #expect(answer.status == 303 && answer.location.hasSuffix("/sign-ins/\(trace.id)"))
        #expect(trace.purpose == .trial && trace.failedRule == nil && trace.user == nil)
        #expect(answer.cookies.isEmpty)
        #expect(browser.cookies.filter { $0.contains("lss_") } == cookies.filter { $0.contains("lss_") })
        #expect(try await company.count(of: "sessions") == sessions)
        #expect(try await company.count(of: "users") == 1)
        #expect(try await company.count(of: "saml_identities") == 0)
        let page = await browser.get(answer.location)
        #expect(page.status == 200 && page.text.contains("A user would be created."))
        #expect(page.text.contains("color") && page.text.contains("blue"))
        // A test that would only create the user has not signed anybody in.
        #expect(try await company.connection().testedAt == nil)
    }

    @Test func `a trial changes no user, and is the admin's who need not be linked`() async throws {
        let (company, browser, _) = try await signedIn { $0.settings.createsUsers = true }
        try await company.signIn(Browser(company.site)) {
            $0.nameID = "n-1"
            $0.claims = [Company.email: ["ann@x.example"], Company.givenName: ["Ann"]]
        }
        try await company.signIn(browser, try await trial(company, browser)) {
            $0.nameID = "n-1"
            $0.claims = [Company.email: ["ann@x.example"], Company.givenName: ["Other"]]
        }
        let trace = try #require(try await company.traces().first)
        #expect(trace.failedRule == nil && trace.userName == "ann@x.example")
        #expect(try await company.name(of: try #require(trace.user)) == "Ann")
    }

    @Test func `a test works for the Owner who sets the connection up, and says what is missing for them`() async throws
    {
        let (company, browser, boss) = try await signedIn()
        let answer = try await company.signIn(browser, try await trial(company, browser)) {
            $0.nameID = "n-boss"
            $0.claims = [Company.email: ["boss@x.example"]]
        }
        let trace = try #require(try await company.traces().first)
        #expect(trace.failedRule == nil && trace.user == boss)
        #expect(try await company.connection().testedAt != nil)
        let page = await browser.get(answer.location)
        #expect(page.text.contains("The connection works. You manage others"))
        #expect(page.text.contains("<a href=\"\(company.base)/manage/account\">Under your account, choose Link with"))
        // It lets them in no more than before.
        #expect(try await company.count(of: "saml_identities") == 0)
        #expect(try await company.signIn(Browser(company.site)) { $0.nameID = "boss" }.status == 403)
    }

    @Test func `a test as somebody else who manages others works for nobody`() async throws {
        let (company, browser, _) = try await signedIn()
        try await company.makeUser("other", .owner)
        try await company.signIn(browser, try await trial(company, browser)) { $0.nameID = "other" }
        #expect(try await company.failedRule() == "privileged-user")
        #expect(try await company.connection().testedAt == nil)
    }

    @Test func `a test that is refused names the steps that are missing, in their order`() async throws {
        let (company, browser, _) = try await signedIn()
        let answer = try await company.signIn(browser, try await trial(company, browser)) {
            $0.claims = [Company.email: ["boss@y.example"], Company.userName: ["boss@y.example"]]
        }
        #expect(try await company.failedRule() == "unknown-user")
        let page = await browser.get(answer.location).text
        let places = try ["Switch on Auto create", "Under your account", "Test the connection"].map { link in
            try #require(page.firstRange(of: link)?.lowerBound)
        }
        #expect(places == places.sorted() && page.contains("What is missing, in this order:"))
    }

    @Test func `the page of a connection and the settings name what is missing before people can sign in`() async throws
    {
        let (company, browser, _) = try await signedIn()
        let connection = "\(company.base)/manage/integration/plugins/\(company.id.plugin)"
        func steps(_ text: String) -> [String] {
            ["settings/domains\">Prove", "manage/account\">Under", "#test\">Test"].filter { text.contains($0) }
        }
        #expect(steps(await browser.get(connection).text) == ["manage/account\">Under", "#test\">Test"])
        let query = PostgresQuery(
            unsafeSQL: "delete from app.tenant_domains where tenant_id = $1",
            binds: [.uuid(company.tenant.id.rawValue)])
        _ = try await company.test.superuser.write([query])
        #expect(steps(await browser.get(connection).text).count == 3)
        let settings = "\(company.base)/manage/settings"
        let token = await browser.get(settings).field("form_token") ?? ""
        let fields = ["form_token": token, "sign_in": "saml", "language": "en", "retention": "30"]
        let refused = await browser.post(settings, fields, from: .own)
        #expect(refused.status == 422 && steps(refused.text).count == 3)
        try await company.changePlugin { $0.isEnabled = false }
        let none = await browser.post(settings, fields, from: .own)
        #expect(none.status == 422 && none.text.contains("Add a SAML plugin"))
    }

    @Test func `only a trial that goes well counts as one`() async throws {
        let (company, browser, _) = try await signedIn()
        let answer = try await company.signIn(browser, try await trial(company, browser)) { $0.audience += "x" }
        #expect(answer.status == 303 && answer.location.contains("/sign-ins/"))
        #expect(await browser.get(answer.location).text.contains("Refused"))
        #expect(try await company.connection().testedAt == nil)
        try await company.signIn(browser, try await trial(company, browser)) { $0.nameID = "nobody" }
        #expect(try await company.failedRule() == "unknown-user")
        #expect(try await company.connection().testedAt == nil)
        try await company.makeUser("ann")
        try await company.signIn(browser)
        #expect(try await company.connection().testedAt == nil)
        // Another provider is to be tried again.
        await company.signInByPassword(browser, "boss")
        try await company.signIn(browser, try await trial(company, browser))
        let connection = try await company.connection()
        #expect(connection.testedAt != nil)
        var provider = try #require(connection.provider)
        provider.issuer = "https://other.example"
        try await SAMLConnectionChanges(
            connections: company.test.saml, identifiers: TestDatabase.identifiers, origin: company.origin
        ).describe(
            connection, as: ProviderDescription(provider: provider), metadataURL: nil, now: company.site.clock.now,
            in: company.scope)
        #expect(try await company.connection().testedAt == nil)
    }

    // MARK: Linking

    @Test func `who manages others links their own account from where they are signed in`() async throws {
        let (company, browser, user) = try await signedIn()
        #expect(try await company.signIn(Browser(company.site)) { $0.nameID = "boss" }.status == 403)
        let answer = try await company.signIn(browser, try await ticket(company, browser, "manage/account")) {
            $0.nameID = "n-boss"
        }
        #expect(answer.location == "\(company.base)/manage/account?done=linked" && answer.cookies.isEmpty)
        #expect(try await company.test.saml.identities(of: user, in: company.scope).map(\.nameID) == ["n-boss"])
        #expect(try await company.changes("sign-in", "update", of: user).count == 1)
        let elsewhere = Browser(company.site)
        try await company.signIn(elsewhere) { $0.nameID = "n-boss" }
        #expect(await company.user(in: elsewhere) == "boss")
    }

    @Test func `a link is not followed for somebody else`() async throws {
        let (company, browser, user) = try await signedIn()
        let ann = try await company.makeUser("ann", hasPassword: true)
        let link = try await ticket(company, browser, "manage/account")
        // A person who followed the link would sign in at the provider, and the other user would own that identity.
        let (victim, stranger) = (Browser(company.site), Browser(company.site))
        await company.signInByPassword(victim, "ann")
        for other in [victim, stranger] {
            #expect(await other.get(company.path("login") + link, from: .other).status == 400)
        }
        // Nor after signing out.
        let request = try await company.begin(browser, link)
        try await company.test.signIn.endAll(of: user, except: nil, in: company.tenant.id)
        #expect(try await company.answer(browser, to: request) { $0.nameID = "n-boss" }.status == 403)
        #expect(try await company.failedRule() == "other-user")
        #expect(try await company.count(of: "saml_identities") == 0)
        _ = ann
    }

    @Test func `linking takes a name from whoever had it, and needs one that lasts`() async throws {
        let (company, browser, user) = try await signedIn()
        let ann = try await company.makeAnn()
        try await company.signIn(Browser(company.site))
        #expect(try await company.test.saml.identities(of: ann, in: company.scope).count == 1)
        try await company.signIn(browser, try await ticket(company, browser, "manage/account")) {
            $0.format = ProviderAnswer.transient
        }
        #expect(try await company.failedRule() == "passing-name")
        try await company.signIn(browser, try await ticket(company, browser, "manage/account"))
        #expect(try await company.test.saml.identities(of: ann, in: company.scope).isEmpty)
        #expect(try await company.test.saml.identities(of: user, in: company.scope).map(\.nameID) == ["ann"])
    }

    // MARK: Proof of who it is

    /// Somebody whom the provider vouches for, some time after.
    private func vouched() async throws -> (company: Company, browser: Browser) {
        let company = try await Company(try await Site()) { $0.settings.createsUsers = true }
        try await company.makeAnn(.owner)
        let browser = Browser(company.site)
        // The role was given by hand, so the name is linked beforehand.
        let ann = try #require(try await company.users(named: "ann"))
        try await company.link("ann", to: ann)
        try await company.signIn(browser)
        #expect(await company.user(in: browser) == "ann")
        company.site.clock.pass(seconds: Session.freshness + 1)
        return (company, browser)
    }

    private static let confirmation = "manage/account/confirmation?next=manage/account"

    @Test func `a proof by the provider renews the session, and gives it another secret`() async throws {
        let (company, browser) = try await vouched()
        let secret = "\(company.base)/manage/integration/plugins/\(company.id.plugin)/provider"
        #expect(await browser.get(secret).location.contains("/confirmation"))
        let former = try #require(browser.cookies.first { $0.contains("lss_") })
        let (path, sessions) = (
            try await ticket(company, browser, Self.confirmation), try await company.count(of: "sessions")
        )
        let start = await browser.get(company.path("login") + path)
        let answer = try await company.answer(browser, to: start.field("RelayState"))
        #expect(answer.status == 303 && answer.location == "\(company.base)/manage/account")
        let thief = Browser(company.site)
        thief.plant(former)
        #expect(await company.user(in: thief) == nil)
        #expect(await company.user(in: browser) == "ann")
        #expect(try await company.count(of: "sessions") == sessions)
        #expect(try await company.traces().first?.purpose == .confirmation)
    }

    @Test func `what was typed waits for a proof by the provider in another window`() async throws {
        let (company, browser) = try await vouched()
        let place = "\(company.base)/manage/users/new"
        let token = await browser.get("\(company.base)/manage/account").field("form_token")
        var fields = ["form_token": token ?? "", "userName": "m", "email": "m@x.example", "role": "admin"]
        let asked = await browser.post(place, fields, from: .own)
        #expect(asked.status == 200 && asked.field("userName") == "m" && asked.text.contains("target=\"_blank\""))
        fields["proof_elsewhere"] = "on"
        let early = await browser.post(place, fields, from: .own)
        #expect(early.status == 422 && early.text.contains("still too long ago"))
        let path = try link(early, company.path("login") + "?ticket=")
        try await company.signIn(browser, String(path.dropFirst(company.path("login").count)))
        // The clock of the database has not moved on.
        company.site.clock.pass(seconds: -Session.freshness - 1)
        let done = await browser.post(place, fields, from: .own)
        #expect(done.status == 303 && done.location.hasSuffix("?done=userMade"))
        #expect(try await company.users(named: "m") != nil)
    }

    @Test func `a proof is somebody's own, and of today`() async throws {
        let (company, browser) = try await vouched()
        try await company.makeUser("bob")
        let before = browser.cookies.first { $0.contains("lss_") }
        for name in ["bob", "nobody"] {
            let answer = try await company.signIn(browser, try await ticket(company, browser, Self.confirmation)) {
                $0.nameID = name
                $0.claims = name == "bob" ? [:] : [Company.email: ["nobody@x.example"]]
            }
            #expect(answer.status == 403)
            #expect(try await company.failedRule() == "other-user")
        }
        // Proving who one is makes nobody.
        #expect(try await company.count(of: "users") == 2)
        try await company.signIn(browser, try await ticket(company, browser, Self.confirmation)) {
            $0.authenticatedAt.addTimeInterval(-1200)
        }
        #expect(try await company.failedRule() == "authentication")
        #expect(browser.cookies.first { $0.contains("lss_") } == before)
    }

    @Test func `a session that has ended is not proved anew`() async throws {
        let (company, browser) = try await vouched()
        let request = try await company.begin(browser, try await ticket(company, browser, Self.confirmation))
        let ann = try #require(try await company.users(named: "ann"))
        try await company.test.signIn.endAll(of: ann, except: nil, in: company.tenant.id)
        let answer = try await company.answer(browser, to: request)
        #expect(answer.status == 403 && answer.cookies.isEmpty)
        #expect(try await company.failedRule() == "other-user")
    }

    // MARK: Tickets

    @Test func `a ticket that is forged, another connection's, for something else or old is none`() async throws {
        let (company, browser, _) = try await signedIn()
        let other = try await Company(company.site, tenant: company.tenant, key: 1)
        let good = try await trial(company, browser)
        let theirs = try await trial(other, browser)
        for bad in [
            "?ticket=", "?ticket=x", String(good.dropLast()), good + "A", theirs,
            "?ticket=" + company.site.ticketSealer.seal(Array("{}".utf8), for: "saml ticket \(company.id)"),
        ] {
            let answer = await browser.get(company.path("login") + bad)
            #expect(answer.status == 400 && answer.cookies.isEmpty, "\(bad)")
        }
        #expect(await browser.get(company.path("slo") + good).status == 400)
        _ = try await company.begin(browser, good)
        company.site.clock.pass(seconds: 1801)
        #expect(await browser.get(company.path("login") + good).status == 400)
    }
}
