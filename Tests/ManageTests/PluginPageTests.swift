import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

struct PluginPageTests {
    /// The path of a plugin that was added by the page.
    private func addPlugin(_ browser: Browser, _ name: String = "Microsoft Entra ID") async -> String {
        let answer = await browser.post("manage/integration/plugins", ["name": name])
        return answer.location.split(separator: "?").first.map(String.init) ?? ""
    }

    private func makeToken(_ browser: Browser, _ plugin: String) async -> (Browser.Answer, id: String) {
        let id = await browser.get(plugin).field("id") ?? ""
        return (await browser.post("\(plugin)/tokens", ["id": id, "days": "365"]), id)
    }

    @Test func `a plugin is added, and its token shown once`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        #expect(await browser.get("manage/integration/plugins").text.contains("There is no connection yet"))
        let plugin = await addPlugin(browser)
        let page = await browser.get(plugin)
        #expect(page.text.contains("https://lectern.example\(browser.base)/scim/v2"))
        #expect(page.text.contains("No token has been made."))
        let (shown, id) = await makeToken(browser, plugin)
        let secret = shown.text.firstMatch(of: try Regex("lct_[0-9A-Za-z]{49}")).map { String(shown.text[$0.range]) }
        let token = try #require(secret)
        #expect(shown.status == 200 && shown.headers[.cacheControl] == "no-store")
        // Sent again, as by reloading: the token is not shown, and there is no second one.
        let again = await browser.post("\(plugin)/tokens", ["id": id, "days": "365"])
        #expect(again.status == 410 && !again.text.contains("lct_"))
        let tokens = try await browser.test.integration.tokens(
            in: TenantScope(tenant: browser.tenant.id, admission: .operator))
        #expect(tokens.map(\.id.description) == [id])
        let standing = try await browser.test.integration.standing(
            of: TokenDigest(of: token), in: browser.tenant.id)
        #expect(standing != nil)
        #expect(await browser.get(plugin).text.contains(token) == false)
        #expect(await browser.get(plugin).text.contains("has not called yet"))
        #expect(await browser.post("\(plugin)/tokens/\(id)/revocation").status == 303)
        #expect(await browser.get(plugin).text.contains("No token is valid any more"))
    }

    @Test func `a plugin is called otherwise, by a name that is free`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (plugin, other) = (await addPlugin(browser), await addPlugin(browser, "Okta"))
        for name in ["OKTA", "", String(repeating: "x", count: 101)] {
            let answer = await browser.post(plugin, ["enabled": "on", "name": name, "default_role": "editor"])
            #expect(answer.status == 422 && answer.text.contains("href=\"#name\""), "\(name)")
            // The entered text is there to be corrected, and nothing of it was saved.
            #expect(answer.text.contains("value=\"\(name)\" required"))
            #expect(answer.text.contains("<option value=\"editor\" selected>"))
        }
        #expect(await browser.get(plugin).text.contains("<h1>Microsoft Entra ID</h1>"))
        #expect(await browser.post(plugin, ["enabled": "on", "name": "Entra"]).location.hasSuffix("?done=saved"))
        #expect(await browser.get(plugin).text.contains("<h1>Entra</h1>"))
        // The old name is free again, and one's own in other letters is one's own.
        #expect(await browser.post(other, ["enabled": "on", "name": "Microsoft Entra ID"]).status == 303)
        #expect(await browser.post(plugin, ["enabled": "on", "name": "ENTRA"]).status == 303)
    }

    @Test func `settings are kept, and what is sent amiss does not count`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin = await addPlugin(browser)
        let form = [
            "enabled": "on", "default_role": "editor", "matching": "review", "unknown_members": "refuse",
            "required_profile": "peripass", "strict": "on", "unknown_attributes": "refuse",
        ]
        #expect(await browser.post(plugin, form).location.hasSuffix("?done=saved"))
        let found = try await browser.test.integration.plugins(
            in: TenantScope(tenant: browser.tenant.id, admission: .operator))[0]
        #expect(found.defaultRole == .editor && found.policy.matching == .review && found.policy.isStrict)
        #expect(found.policy.unknownMembers == .refuse && found.policy.requiredProfile == .peripass)
        #expect(found.policy.unknownAttributes == .refuse)
        _ = await browser.post(plugin, ["enabled": "on", "default_role": "owner"])
        let after = try await browser.test.integration.plugins(
            in: TenantScope(tenant: browser.tenant.id, admission: .operator))[0]
        #expect(after.defaultRole == .editor && !after.policy.isStrict)
    }

    @Test func `attributes that were ignored are named on the page of the connection and in its log`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin = await addPlugin(browser)
        #expect(await !browser.get(plugin).text.contains("Ignored attributes"))
        let id = try #require(PluginID(plugin.split(separator: "/").last ?? ""))
        try await browser.test.provisioningLog.note(
            ["otherMails", "<b>isSoftDeleted"].map { IgnoredAttribute(name: $0, lastAt: browser.now) }, of: id,
            in: browser.tenant.id)
        let page = await browser.get(plugin).text
        #expect(page.contains("Ignored attributes") && page.contains("<code>otherMails</code>"))
        #expect(page.contains("&lt;b&gt;isSoftDeleted") && !page.contains("<b>isSoftDeleted"))
        let log = await browser.get("manage/integration/log?plugin=\(id)").text
        #expect(log.contains("otherMails"))
        #expect(await !browser.get("manage/integration/log").text.contains("otherMails"))
    }

    @Test func `an own secret is kept when it is one, and opens the endpoint`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin = await addPlugin(browser)
        func keep(_ secret: String) async -> Browser.Answer {
            let id = await browser.get(plugin).field("id") ?? ""
            return await browser.post("\(plugin)/tokens", ["id": id, "secret": secret])
        }
        for bad in [
            "short", String(repeating: "ab", count: 20), "abcdefghijklmnopqrstuvwxyzabcdefghijklmn",
            "has a blank in it, and is longer than it need be", "lct_" + String(repeating: "x7Kq9", count: 8),
        ] {
            let refused = await keep(bad)
            #expect(refused.refuses("own-secret") && refused.text.contains("<details open>"), "\(bad)")
            // A secret is typed again.
            #expect(!refused.text.contains("value=\"\(bad)"))
        }
        let good = "Zk4-8q!Lw0_pR2vT9xYb6NmC3sJd5FgH"
        #expect(await keep(good).location.hasSuffix("?done=secretKept"))
        #expect(await keep(good).refuses("own-secret"))
        #expect(await browser.get(plugin).text.contains(good) == false)
        #expect(try await browser.test.integration.standing(of: TokenDigest(of: good), in: browser.tenant.id) != nil)
    }

    @Test func `the list says when the last secret ends soon`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin = await addPlugin(browser)
        let id = await browser.get(plugin).field("id") ?? ""
        _ = await browser.post("\(plugin)/tokens", ["id": id, "days": "20"])
        let ending = "The last Secret Token ends in 20 days."
        #expect(await browser.get("manage/integration/plugins").text.contains(ending))
        _ = await makeToken(browser, plugin)
        #expect(await browser.get("manage/integration/plugins").text.contains(ending) == false)
    }

    @Test func `secrets are told apart by name, and say who made them and who has left`() async throws {
        let browser = try await Browser()
        let second = try await browser.signedIn(as: "second@x.example", .admin)
        let plugin = await addPlugin(browser)
        let make = { (name: String, more: [String: String]) async -> Browser.Answer in
            let id = await browser.get(plugin).field("id") ?? ""
            return await browser.post("\(plugin)/tokens", ["id": id, "name": name].merging(more) { $1 })
        }
        #expect(await make(" Entra, production ", [:]).status == 200)
        #expect(await make("", [:]).status == 200)
        let own = ["secret": "Zq7!pL2@vX9#mK4$tR6%wB1^nC8&yH3*", "days": "90"]
        #expect(await make("From the vault", own).location.hasSuffix("?done=secretKept"))
        let page = await browser.get(plugin).text
        #expect(page.contains("<td>Entra, production<br><code>lct_") && page.contains("<td><code>lct_"))
        #expect(page.contains("<td>From the vault<br><code>Zq7…") && page.contains("(in 90 days)</small>"))
        #expect(page.ranges(of: "second@x.example</td>").count == 3 && !page.contains("has left"))
        let long = String(repeating: "x", count: 101)
        for (more, field) in [([:], "token-name"), (["secret": "Zq7!pL2@vX9#mK4$tR6%wB1^nC8&yH3x"], "own-name")] {
            let refused = await make(long, more)
            #expect(refused.status == 422 && refused.text.contains("href=\"#\(field)\""))
            #expect(refused.text.contains("id=\"\(field)\" name=\"name\" value=\"\(long)\""))
            #expect(refused.text.contains("<details open>") == (field == "own-name"))
        }
        let other = try await Browser(tenant: browser.tenant)
        _ = try await other.signedIn()
        #expect(await other.post("manage/users/\(second)/suspension").status == 303)
        #expect(await other.get(plugin).text.ranges(of: "has left</span>").count == 3)
    }

    @Test func `two plugins of one name, and a name that is none, are told apart`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        _ = await addPlugin(browser, "Okta")
        let taken = await browser.post("manage/integration/plugins", ["name": "OKTA"])
        #expect(taken.status == 422 && taken.text.contains("There is a plugin named OKTA already"))
        #expect(await browser.post("manage/integration/plugins", ["name": "  "]).status == 422)
    }

    @Test func `making a secret asks for the password again when the sign-in is old`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin = await addPlugin(browser)
        // The same session, seen by a server whose clock is eleven minutes on.
        let later = try await Browser(tenant: browser.tenant, secondsAhead: 660)
        later.cookie = browser.cookie
        let (refused, _) = await makeToken(later, plugin)
        #expect(refused.text.contains("Confirm that it is you") && !refused.text.contains("lct_"))
        let clients = await later.get("\(plugin)/clients")
        let place = "\(plugin.dropFirst(browser.base.count + 1))/clients"
        let confirmation = "manage/account/confirmation?next=\(PercentEncoding.encode(place))"
        #expect(clients.location == "\(browser.base)/\(confirmation)")
        let wrong = await later.post("manage/account/confirmation", ["proof_password": "wrong"])
        #expect(wrong.status == 422)
        #expect(await later.post("manage/account/confirmation").status == 422)
        let before = later.cookie
        #expect(
            await later.post(confirmation, ["proof_password": Browser.password]).location
                == "\(plugin)/clients?done=confirmed")
        #expect(later.cookie != before)
    }

    @Test func `what cannot be undone is asked for first, and then done as it was asked`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try await browser.makeUser("ann@x.example", .trainee)
        browser.isSure = false
        let asked = await browser.post("manage/users/\(id)/deletion", ["note": "<b>\"x"])
        #expect(asked.status == 200 && asked.text.contains("Delete this user?") && asked.text.contains("data-sure"))
        #expect(asked.text.contains("name=\"note\" value=\"&lt;b&gt;&quot;x\""))
        #expect(await browser.get("manage/users/\(id)").status == 200)
        let action = try #require(asked.text.firstMatch(of: /action="([^"]+deletion)"/)).output.1
        let done = await browser.post(String(action), ["confirmed": "on"])
        #expect(done.location.hasSuffix("?done=userDeleted"))
    }
}
