import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// The operations of an administrator on a connection, other than making its tokens.
struct ConnectionPageTests {
    private func scope(_ browser: Browser) -> TenantScope {
        TenantScope(tenant: browser.tenant.id, admission: .operator)
    }

    /// The path of a new connection's page.
    private func made(_ name: String, _ browser: Browser) async -> String {
        await browser.post("manage/integration/plugins", ["name": name]).location
            .split(separator: "?").first.map(String.init) ?? ""
    }

    private func plugin(_ browser: Browser) async throws -> Plugin {
        try #require(try await browser.test.integration.plugins(in: scope(browser)).first)
    }

    @Test func `a pause is told as one, and ends as it began`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Okta", browser)
        let digest = TokenDigest(bytes: [UInt8](repeating: 7, count: 32))
        _ = try await IntegrationChanges(
            integration: browser.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r")
        ).createToken(
            of: try await plugin(browser), digest: digest, prefix: "lct_", expiresAt: nil, now: browser.now,
            in: scope(browser))
        let standing = { try #require(try await browser.test.integration.standing(of: digest, in: browser.tenant.id)) }
        let client = try await standing().admitted(now: browser.now)
        _ = await browser.post(path, ["enabled": "on", "paused": "on"])
        #expect(await browser.get(path).text.contains("The connection is paused."))
        let paused = try await standing()
        #expect(throws: DomainError.paused(retryAfter: 300)) {
            try paused.admitted(now: browser.now).capability.requireFull()
        }
        // A client that was admitted a moment before is not admitted any more.
        await #expect(throws: DomainError.unauthenticated(reason: Refusal.tokenGone.sentence)) {
            try await browser.test.users.user(UserID(rawValue: 1), in: TenantScope(client))
        }
        _ = await browser.post(path, ["enabled": "on"])
        #expect(try await standing().admitted(now: browser.now).capability == .full)
    }

    @Test func `a client is made, gets a second secret, and loses the first`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Entra", browser) + "/clients"
        let page = await browser.get(path)
        #expect(page.text.contains("There is no client yet.") && page.text.contains("/oauth2/token"))
        let form = ["id": try #require(page.field("id")), "days": "365"]
        let shown = await browser.post(path, form)
        #expect(shown.status == 200 && shown.headers[.cacheControl] == "no-store")
        let secret = try #require(shown.text.firstMatch(of: /id="secret" readonly value="([^"]+)"/)).output.1
        #expect(secret.hasPrefix("lcs_"))
        // The form that is sent again makes no second client and shows nothing.
        let again = await browser.post(path, form)
        #expect(again.status == 410 && !again.text.contains(secret))
        let list = await browser.get(path)
        #expect(!list.text.contains(secret) && list.text.contains("good</span>"))
        let clients = try await browser.test.clients.clients(in: scope(browser))
        let client = try #require(clients.first)
        #expect(clients.count == 1)
        let second = ["id": TestDatabase.identifier()]
        #expect(await browser.post("\(path)/\(client.id)/secrets", second).text.contains("Your new client secret"))
        let secrets = try await browser.test.clients.secrets(in: scope(browser))
        #expect(secrets.count == 2)
        _ = await browser.post("\(path)/secrets/\(secrets[0].id)/revocation")
        #expect(try await browser.test.clients.secrets(in: scope(browser)).filter { $0.revokedAt == nil }.count == 1)
        _ = await browser.post("\(path)/\(client.id)/revocation")
        #expect(await browser.get(path).text.contains("There is no client yet."))
        #expect(await browser.post(path, ["id": TestDatabase.identifier(), "days": "0"]).status == 422)
        #expect(await browser.post("\(path)/\(client.id)/secrets", ["id": TestDatabase.identifier()]).status == 404)
    }

    @Test func `secrets of clients have names, and warn of their end as tokens do`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Entra", browser)
        let list = "manage/integration/plugins"
        let first = ["id": TestDatabase.identifier(), "name": "Production", "days": "20"]
        #expect(await browser.post("\(path)/clients", first).status == 200)
        let ending = "The last secret of an OAuth client ends in 20 days."
        for place in [list, path, "\(path)/clients"] {
            #expect(await browser.get(place).text.contains(ending), "\(place)")
        }
        let page = await browser.get("\(path)/clients").text
        #expect(page.contains("<td>Production<br><code>lcs_") && page.contains("· owner@x.example</td>"))
        #expect(page.contains("ends soon</span><br>Valid until ") && page.contains(">Not used yet</td>"))
        let client = try #require(try await browser.test.clients.clients(in: scope(browser)).first)
        let long = String(repeating: "x", count: 101)
        for (form, field) in [
            ("\(path)/clients", "secret-name"), ("\(path)/clients/\(client.id)/secrets", "name-\(client.id)"),
        ] {
            let refused = await browser.post(form, ["id": TestDatabase.identifier(), "name": long])
            #expect(refused.status == 422 && refused.text.contains("href=\"#\(field)\""))
            #expect(refused.text.contains("id=\"\(field)\" name=\"name\" value=\"\(long)\""))
        }
        _ = await browser.post("\(path)/clients/\(client.id)/secrets", ["id": TestDatabase.identifier()])
        #expect(await browser.get(list).text.contains(ending) == false)
        let renewed = await browser.get("\(path)/clients").text
        let sentence = /You can revoke Production \(lcs_[0-9A-Za-z]+…\) once lcs_[0-9A-Za-z]+… has been used\./
        #expect(renewed.matches(of: sentence).count == 1)
        // Over, and nothing else lets the provider in.
        let later = try await Browser(tenant: browser.tenant, secondsAhead: 366 * 86_400)
        _ = try await later.makeUser("later@x.example", .owner)
        await later.signIn("later@x.example")
        #expect(await later.get(list).text.contains("Neither a token nor the secret of a client is valid any more."))
        _ = try await browser.test.superuser.write([
            """
            update app.client_secrets set expires_at = created_at
            where tenant_id = \(.uuid(browser.tenant.id.rawValue))
            """
        ])
        #expect(await browser.get("\(path)/clients").text.contains("No secret of an OAuth client is valid any more."))
    }

    @Test func `a client can trust an issuer instead`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Entra", browser) + "/clients"
        _ = await browser.post(path, ["id": TestDatabase.identifier()])
        let client = try #require(try await browser.test.clients.clients(in: scope(browser)).first)
        let fields = [
            "issuer": "https://issuer.example", "subject": "s", "audience": "a", "keys": "https://issuer.example/keys",
        ]
        for (field, value) in [
            ("keys", "http://issuer.example/keys"), ("keys", "https://10.0.0.1/k"), ("keys", ""), ("subject", ""),
            ("issuer", ""), ("audience", String(repeating: "a", count: 513)),
        ] {
            let wrong = await browser.post("\(path)/\(client.id)/federation", fields.merging([field: value]) { $1 })
            #expect(wrong.refuses("\(field)-\(client.id)") && wrong.text.contains("<details open>"), "\(field)")
            // The entered value is there to be corrected, and nothing of it was saved.
            #expect(wrong.text.contains("name=\"\(field)\" value=\"\(value)\""), "\(field)")
            #expect(await browser.get(path).text.contains("issuer.example") == false)
        }
        #expect(await browser.post("\(path)/\(client.id)/federation", fields).location.hasSuffix("?done=saved"))
        #expect(await browser.get(path).text.contains("value=\"https://issuer.example/keys\""))
        _ = await browser.post("\(path)/\(client.id)/federation", ["remove": "on"])
        #expect(try await browser.test.clients.clients(in: scope(browser)).first?.federation == nil)
    }

    @Test func `a connection by a client is no connection without a token`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Entra", browser)
        #expect(await browser.get(path).text.contains("No token has been made."))
        _ = await browser.post("\(path)/clients", ["id": TestDatabase.identifier(), "days": "90"])
        #expect(await browser.get(path).text.contains("The identity provider has not called yet."))
        let client = try #require(try await browser.test.clients.clients(in: scope(browser)).first)
        let secret = try #require(try await browser.test.clients.secrets(in: scope(browser)).first)
        let grant = AccessTokenGrant(
            client: client.id, secret: secret.id, token: TokenID(rawValue: TestDatabase.identifiers.next()),
            digest: TokenDigest(bytes: [UInt8](repeating: 9, count: 32)), prefix: "lct_", address: "192.0.2.8")
        #expect(try await browser.test.clients.issue(grant, in: browser.tenant.id) != nil)
        let page = await browser.get(path).text
        #expect(page.contains("The identity provider has connected.") && !page.contains("No token has been made."))
        _ = await browser.post("\(path)/clients/\(client.id)/secrets", ["id": TestDatabase.identifier()])
        let used = await browser.get("\(path)/clients").text
        #expect(used.contains("192.0.2.8</td>") && used.contains(">Not used yet</td>"))
        let second = try #require(try await browser.test.clients.secrets(in: scope(browser)).last)
        _ = await browser.post("\(path)/clients/secrets/\(second.id)/revocation")
        // An issuer that is trusted is as good as a secret, and once neither is left nobody comes in.
        _ = await browser.post("\(path)/clients/secrets/\(secret.id)/revocation")
        #expect(await browser.get(path).text.contains("Neither a token nor the secret of a client"))
        let trust = ["issuer": "https://i.example", "subject": "s", "audience": "a", "keys": "https://i.example/keys"]
        _ = await browser.post("\(path)/clients/\(client.id)/federation", trust)
        #expect(await browser.get(path).text.contains("The identity provider has connected."))
        _ = await browser.post("\(path)/clients/\(client.id)/revocation")
        #expect(await browser.get(path).text.contains("No token is valid any more."))
    }

    @Test func `a provider that sends too much is told of, until it has calmed down`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Okta", browser)
        _ = await browser.post("\(path)/tokens", ["id": TestDatabase.identifier()])
        let plugin = try await plugin(browser)
        let log = browser.test.provisioningLog
        let tooMuch = "The identity provider sends more at once than this account may."
        try await log.noteThrottling(of: plugin.id, at: browser.now, in: browser.tenant.id)
        let page = await browser.get(path).text
        #expect(page.contains(tooMuch) && page.contains("answered with 429") && page.contains("Last held back"))
        // Another tenant's connection is another.
        let other = try await browser.test.makeTenant()
        try await log.noteThrottling(of: plugin.id, at: browser.now.adding(seconds: 9000), in: other.id)
        // A report that comes late changes nothing.
        try await log.noteThrottling(of: plugin.id, at: browser.now.adding(seconds: -3600), in: browser.tenant.id)
        #expect(await browser.get(path).text.contains(tooMuch))
        let later = try await Browser(tenant: browser.tenant, secondsAhead: 960)
        _ = try await later.makeUser("later@x.example", .owner)
        await later.signIn("later@x.example")
        let calm = await later.get(path).text
        #expect(!calm.contains(tooMuch) && calm.contains("Last held back"))
    }

    @Test func `a deleted connection leaves its people, groups and history`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Okta", browser)
        let before = try await plugin(browser)
        var plugin = before
        plugin.defaultRole = .editor
        let digest = TokenDigest(bytes: [UInt8](repeating: 7, count: 32))
        let connections = IntegrationChanges(
            integration: browser.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r"))
        _ = try await connections.update(plugin, from: before, in: scope(browser))
        let token = try await connections.createToken(
            of: plugin, digest: digest, prefix: "lct_", expiresAt: nil, now: browser.now, in: scope(browser))
        let origin = ChangeOrigin(actor: .token(token.id, of: plugin.id), requestID: "r")
        let user = try await UserChanges(
            users: browser.test.users, identifiers: TestDatabase.identifiers, source: plugin.id
        ).create(.named("ann@x.example", externalID: "a-1"), role: .editor, origin: origin, in: scope(browser))
        let group = try await GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers).create(
            GroupAttributes(displayName: "Team", externalID: nil, document: ["displayName": "Team"]),
            members: MemberNames(ids: [user.id.rawValue]), source: plugin.id, origin: origin, in: scope(browser))
        let page = await browser.get("\(path)/deletion").text
        #expect(page.contains("One user stays") && page.contains("One group stays"))
        #expect(await browser.post("\(path)/deletion").location.hasSuffix("?done=pluginDeleted"))
        #expect(await browser.get(path).status == 404)
        #expect(try await browser.test.integration.standing(of: digest, in: browser.tenant.id) == nil)
        let left = try await browser.test.users.user(user.id, in: scope(browser))
        #expect(left.source == nil && left.groups.map(\.id) == [group.id])
        #expect(try await browser.test.users.roles(of: user.id, in: scope(browser)).map(\.role) == [.editor])
        let history = await browser.get("manage/users/\(user.id)").text
        #expect(history.contains("Created") && history.contains("a connection that was deleted"))
        #expect(history.contains("Managed by: <del>"))
        #expect(await browser.get("manage/integration/log").text.contains("Created"))
        #expect(await browser.post("\(path)/deletion").status == 404)
    }

    @Test func `an older secret may go once only the newer one is used`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Okta", browser)
        let plugin = try await plugin(browser)
        let changes = IntegrationChanges(
            integration: browser.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r"))
        var tokens: [Token] = []
        for digest in [7, 8] as [UInt8] {
            tokens.append(
                try await changes.createToken(
                    of: plugin, digest: TokenDigest(bytes: [UInt8](repeating: digest, count: 32)), prefix: "lct_",
                    expiresAt: nil, now: browser.now, in: scope(browser)))
        }
        let use = { (token: Token, hours: Int64) in
            try await browser.test.integration.noteUse(
                of: token.id, at: browser.now.adding(seconds: hours * 3600), from: "192.0.2.1", in: browser.tenant.id)
        }
        // The sentence stands above the table, since it is about both.
        let sentence = "<p class=\"notice\">You can revoke lct_… once lct_… has been used.</p>\n<table"
        #expect(await browser.get(path).text.contains(sentence))
        try await use(tokens[0], 1)
        #expect(await browser.get(path).text.contains(sentence))
        try await use(tokens[1], 1)
        let both = await browser.get(path).text
        #expect(both.contains("Still used beside the newer one.") && !both.contains("You can revoke"))
        try await use(tokens[1], 3)
        #expect(await browser.get(path).text.contains("it can be revoked"))
    }

    @Test func `who is turned away is told to whoever waits`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Okta", browser)
        let log = RefusalLog(repository: browser.test.provisioningLog, environment: .system)
        for (kind, words) in [
            (Stranger.Kind.absent, "brought no token"), (.malformed, "no bearer token"), (.mistyped, "mistyped"),
            (.unknown, "none of this account"),
        ] {
            log.record(Stranger(kind: kind, at: browser.now, address: "192.0.2.7"), at: browser.tenant.id)
            await log.write()
            let page = await browser.get(path).text
            #expect(page.contains("from 192.0.2.7 brought") && page.contains(words), "\(kind)")
        }
        let later = try await Browser(tenant: browser.tenant, secondsAhead: 2 * 86_400)
        _ = try await later.makeUser("second@x.example", .owner)
        await later.signIn("second@x.example")
        #expect(await later.get(path).text.contains("192.0.2.7") == false)
    }

    @Test func `settings hold for the account`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        #expect(await browser.post("manage/settings", ["language": "de", "retention": "30"]).status == 303)
        #expect(await browser.get("manage/settings").text.contains("<h1>Einstellungen</h1>"))
        let english: HTTPFields = [.acceptLanguage: "en"]
        #expect(await browser.get("manage/settings", headers: english).text.contains("value=\"30\""))
        for (language, days) in [("xx", "30"), ("en", "0"), ("en", "3651"), ("en", "x")] {
            let answer = await browser.post("manage/settings", ["language": language, "retention": days])
            #expect(answer.status == 422, "\(language) \(days)")
        }
        let tenant = try await browser.test.tenants.tenant(browser.tenant.id)
        #expect(tenant.defaultLanguage == "de" && tenant.logRetentionDays == 30)
    }
}
