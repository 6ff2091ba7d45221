import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

@testable import Manage

/// The state of a connection: the same in the list of plugins and on the connection's page, and never the last request's
/// alone.
struct ConnectionHealthPageTests {
    private static let list = "manage/integration/plugins"
    private static let german: HTTPFields = [.acceptLanguage: "de"]

    /// An account with a SCIM connection that has a token.
    private struct Account {
        let browser: Browser
        let path: String
        let plugin: PluginID
    }

    private func account() async throws -> Account {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await added("Entra", "scim", browser)
        _ = await browser.post("\(path)/tokens", ["id": TestDatabase.identifier(), "days": "365"])
        return Account(
            browser: browser, path: path, plugin: try #require(PluginID(path.split(separator: "/").last ?? "")))
    }

    private func added(_ name: String, _ kind: String, _ browser: Browser) async -> String {
        await browser.post(Self.list, ["name": name, "kind": kind]).location
            .split(separator: "?").first.map(String.init) ?? ""
    }

    private func users(_ account: Account) -> (changes: UserChanges, origin: ChangeOrigin) {
        (
            UserChanges(
                users: account.browser.test.users, identifiers: TestDatabase.identifiers, source: account.plugin),
            ChangeOrigin(actor: .token(TokenID(rawValue: 1), of: account.plugin), requestID: "r")
        )
    }

    private func create(_ name: String, _ account: Account) async throws -> UserID {
        let (changes, origin) = users(account)
        return try await changes.create(.named(name), role: .trainee, origin: origin, in: account.browser.scope).id
    }

    private func refuse(_ times: Int, _ account: Account, of user: UserID? = nil) async throws {
        let now = account.browser.now
        let refused = (0..<times).map { _ in
            RefusedRequest(
                id: ChangeID(rawValue: TestDatabase.identifiers.next()), at: now, plugin: account.plugin,
                token: TokenID(rawValue: 1), method: user == nil ? "POST" : "PATCH", resourceType: "User",
                resourceID: user?.description, status: 409, scimType: "uniqueness",
                reason: "Another resource has this userName already.", requestID: "r")
        }
        try await account.browser.test.provisioningLog.add(refused, of: account.browser.tenant.id)
    }

    /// Both places show the state: its tag in the list, its colour on the page, and its sentence on both.
    private func expect(
        _ state: String, _ tag: String, _ sentence: String, _ account: Account, path: String? = nil,
        headers: HTTPFields = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let list = await account.browser.get(Self.list, headers: headers).text
        let page = await account.browser.get(path ?? account.path, headers: headers).text
        #expect(list.contains("<span class=\"tag \(tag)\">\(state)</span>"), sourceLocation: sourceLocation)
        #expect(list.contains("<p>\(sentence)</p>"), sourceLocation: sourceLocation)
        #expect(page.contains("<section class=\"doctor \(tag)\""), sourceLocation: sourceLocation)
        #expect(page.contains("<p class=\"finding\">\(sentence)</p>"), sourceLocation: sourceLocation)
    }

    @Test func `25 refusals and then one success are no connection that works`() async throws {
        let account = try await account()
        try await refuse(25, account)
        _ = try await create("ann@x.example", account)
        await expect(
            "refusing changes", "bad", "Refused in the last 24 hours and still unresolved: 25 of 26 changes.", account)
        #expect(await !account.browser.get(account.path).text.contains("The connection works."))
        await expect(
            "lehnt Änderungen ab", "bad", "In den letzten 24 Stunden abgelehnt und noch offen: 25 von 26 Änderungen.",
            account,
            headers: Self.german)
    }

    @Test func `a refusal that was mended is none, and one among many is no alarm`() async throws {
        let account = try await account()
        let ann = try await create("ann@x.example", account)
        try await refuse(12, account, of: ann)
        await expect(
            "refusing changes", "bad", "Refused in the last 24 hours and still unresolved: 1 of 2 changes.", account)
        let (changes, origin) = users(account)
        _ = try await changes.update(ann, origin: origin, in: account.browser.scope) { user in
            var attributes = try user.attributes(active: true)
            attributes.document["title"] = "Baker"
            return attributes
        }
        #expect(await account.browser.get(account.path).text.contains("<section class=\"doctor fine\""))
        #expect(await account.browser.get(Self.list).text.contains("<span class=\"tag fine\">healthy</span>"))
        for number in 0..<24 { _ = try await create("b\(number)@x.example", account) }
        try await refuse(1, account)
        await expect(
            "some refused", "waiting", "One change that was refused in the last 7 days is unresolved.", account)
    }

    @Test func `a mass deactivation is told`() async throws {
        let account = try await account()
        let (tenant, plugin) = (account.browser.tenant.id.rawValue, account.plugin.rawValue)
        let users: PostgresQuery = """
            insert into app.users (tenant_id, id, user_name, user_name_key, active, plugin_id, attributes, change_id)
            select \(.uuid(tenant)), gen_random_uuid(), 'u' || n, 'u' || n, n > 500, \(.uuid(plugin)), '{}',
                gen_random_uuid()
            from generate_series(1, 719) n
            """
        let changes: PostgresQuery = """
            insert into app.changes (tenant_id, id, actor, plugin_id, action, subject, subject_id, difference, request_id)
            select u.tenant_id, app.consequence_id(\(.uuid(TestDatabase.identifiers.next())), u.id), 'token', u.plugin_id,
                'disable', 'user', u.id, '{}', 'r'
            from app.users u where u.tenant_id = \(.uuid(tenant)) and not u.active
            """
        _ = try await account.browser.test.superuser.write([users])
        _ = try await account.browser.test.superuser.write([changes])
        // The Owner is active as well.
        await expect(
            "many disabled", "bad", "500 of 720 active people were disabled or deleted in the last 24 hours.",
            account)
        await expect(
            "viele deaktiviert", "bad",
            "In den letzten 24 Stunden wurden 500 von 720 aktiven Personen deaktiviert oder gelöscht.", account,
            headers: Self.german)
        // Enabled again, they are no news.
        _ = try await account.browser.test.superuser.write([
            "update app.users set active = true where tenant_id = \(.uuid(tenant))"
        ])
        #expect(await account.browser.get(account.path).text.contains("The connection works."))
    }

    @Test func `a connection that is not set up is not green`() async throws {
        let account = try await account()
        let bare = await added("Okta", "scim", account.browser)
        await expect("not set up", "waiting", "No token has been made.", account, path: bare)
        await expect("not connected yet", "", "The identity provider has not called yet.", account)
        #expect(await !account.browser.get(Self.list).text.contains("tag fine"))
    }

    @Test func `a connection that is on and paused is paused, and one that is off is off`() async throws {
        let account = try await account()
        _ = try await create("ann@x.example", account)
        _ = await account.browser.post(account.path, ["enabled": "on", "paused": "on"])
        await expect("paused", "", "The connection is paused.", account)
        _ = await account.browser.post(account.path, ["paused": "on"])
        await expect("off", "", "The connection is switched off.", account)
        let list = await account.browser.get(Self.list).text
        #expect(!list.contains(">paused</span>") && !list.contains("tag fine"))
    }

    @Test func `people who wait for a decision are counted`() async throws {
        let account = try await account()
        _ = try await create("ann@x.example", account)
        let bea = try await account.browser.makeUser("bea@x.example", .trainee)
        _ = await account.browser.post(account.path, ["enabled": "on", "matching": "review"])
        let asked = try await account.browser.test.users.ask(
            .init(.update), for: bea, beyond: .own(account.plugin), in: account.browser.scope)
        #expect(asked == .waiting)
        await expect(
            "waiting for you", "waiting", "One person waits for your decision under Link reviews.", account)
    }

    @Test func `the end of the last secret is told once, with its kind`() async throws {
        let account = try await account()
        _ = try await create("ann@x.example", account)
        let later = try await Browser(tenant: account.browser.tenant, secondsAhead: 345 * 86_400)
        _ = try await later.makeUser("later@x.example", .owner)
        await later.signIn("later@x.example")
        let ahead = Account(browser: later, path: account.path, plugin: account.plugin)
        let sentence = "The last Secret Token ends in 20 days. Generate the next one now."
        await expect("ends soon", "waiting", sentence, ahead)
        for page in [Self.list, account.path] {
            #expect(await later.get(page).text.ranges(of: "The last Secret Token ends").count == 1, "\(page)")
        }
    }

    @Test func `a SAML connection is green only once it was tested`() async throws {
        let account = try await account()
        let browser = account.browser
        let bare = try await browser.makeConnection("Bare", described: false)
        await expect("not set up", "waiting", "No identity provider is described yet.", account, path: bare)
        let path = try await browser.makeConnection("Company")
        await expect("domains missing", "waiting", "Lets nobody in: allowed domains are missing.", account, path: path)
        _ = await browser.post("\(bare)/deletion")
        await expect("not tested yet", "", "The connection has not been tested yet.", account, path: path)
        #expect(await !browser.get(Self.list).text.contains("tag fine"))
        _ = try await browser.test.superuser.write([
            "update app.saml_connections set tested_at = now() where tenant_id = \(.uuid(browser.tenant.id.rawValue))"
        ])
        #expect(await browser.get(path).text.contains("<section class=\"doctor fine\""))
        #expect(await browser.get(Self.list).text.contains("The connection works. Last successful test:"))
        _ = try await browser.test.superuser.write([
            """
            update app.saml_connections set certificates_end = now() - interval '1 day'
            where tenant_id = \(.uuid(browser.tenant.id.rawValue))
            """
        ])
        await expect(
            "expired", "bad", "The provider&#39;s certificate has ended: nobody can sign in.",
            account, path: path)
    }

    @Test func `every state has its words, for each kind that it can be of`() throws {
        let keys = try Catalogue(.en, json: Resources.messages[.en] ?? []).keys
        let states = keys.filter { $0.hasPrefix("healthState.") }.map { String($0.dropFirst("healthState.".count)) }
        let ofSAML: Set<String> = ["noAllowedDomains", "metadataWaiting"]
        let ofSCIM: Set<String> = ["refusing", "manyRemoved", "heldBack", "waiting", "someRefused", "connected"]
        #expect(states.count == 16)
        for state in states {
            for (group, others) in [("scimHealth", ofSAML), ("samlHealth", ofSCIM)] where !others.contains(state) {
                #expect(keys.contains("\(group).\(state)Next"), "\(group) \(state)")
                // The end of a credential is told by the warning about it.
                let isThere = ["", "One", "Other"].contains { keys.contains("\(group).\(state)\($0)") }
                #expect(isThere || state == "endsSoon", "\(group) \(state)")
            }
        }
    }
}
