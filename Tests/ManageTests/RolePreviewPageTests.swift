import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The page that asks before a setting changes people's roles.
struct RolePreviewPageTests {
    private func company() async throws -> (browser: Browser, plugin: PluginID, page: String) {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let page =
            await browser.post("manage/integration/plugins", ["name": "Okta"]).location
            .split(separator: "?").first.map(String.init) ?? ""
        let plugin = try #require(page.split(separator: "/").last.flatMap { PluginID(String($0)) })
        return (browser, plugin, page)
    }

    private func scope(_ browser: Browser) -> TenantScope {
        TenantScope(tenant: browser.tenant.id, admission: .operator)
    }

    private func user(_ name: String, of plugin: PluginID, _ browser: Browser) async throws -> UserID {
        try await UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers, source: plugin).create(
            .named(name, more: ["displayName": "Ann <b>"]), role: .trainee,
            origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope(browser)
        ).id
    }

    @Test func `saving a default role shows who becomes what, and is done once it is confirmed`() async throws {
        let (browser, plugin, page) = try await company()
        let ann = try await user("ann@x", of: plugin, browser)
        let form = ["enabled": "on", "default_role": "admin", "strict": "on"]
        let asked = await browser.post(page, form)
        #expect(asked.status == 200 && asked.text.contains("<h2>1 person gets Admin and loses Trainee</h2>"))
        #expect(asked.text.contains("<a href=\"\(browser.base)/manage/users/\(ann)\">Ann &lt;b&gt;</a> (ann@x)"))
        #expect(asked.text.contains("name=\"default_role\" value=\"admin\"") && asked.text.contains("name=\"strict\""))
        #expect(try await browser.test.integration.plugins(in: scope(browser))[0].defaultRole == .trainee)
        let agreed = try #require(asked.field("agreed"))
        // Somebody came meanwhile.
        _ = try await user("bob@x", of: plugin, browser)
        let again = await browser.post(page, form.merging(["agreed": agreed]) { $1 })
        #expect(
            again.text.contains("2 people get Admin and lose Trainee") && again.text.contains("Check the list again"))
        let done = await browser.post(page, form.merging(["agreed": try #require(again.field("agreed"))]) { $1 })
        #expect(done.location.hasSuffix("?done=saved"))
        #expect(try await browser.test.users.roles(of: ann, in: scope(browser)).map(\.role) == [.admin])
    }

    @Test func `a mapping that changes roles asks, and the page that shows it speaks German as well`() async throws {
        let (browser, plugin, page) = try await company()
        let ann = try await user("ann@x", of: plugin, browser)
        _ = try await GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers).create(
            GroupAttributes(displayName: "Teachers", externalID: nil, document: ["displayName": "Teachers"]),
            members: MemberNames(ids: [ann.rawValue]), source: plugin,
            origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope(browser))
        let form = ["origin": "group", "value": "teachers", "role": "instructor"]
        let asked = await browser.post("\(page)/role-mappings", form)
        #expect(asked.text.contains("1 person gets Instructor and loses Trainee"))
        #expect(await browser.get(page).text.contains("No mappings yet."))
        let agreed = try #require(asked.field("agreed"))
        let done = await browser.post("\(page)/role-mappings", form.merging(["agreed": agreed]) { $1 })
        #expect(done.location.hasSuffix("?done=saved"))
        let shown = await browser.get(page).text
        #expect(shown.contains("<strong>Teachers</strong></a> → Instructor · 1 person"))
        let german = await browser.get(page, headers: [.acceptLanguage: "de"]).text
        #expect(german.contains("· 1 Person") && german.contains("Standardrolle"))
        // The listed group is removed by its id.
        let key = try #require(shown.firstMatch(of: /name="value" value="([0-9a-f-]{36})"/)).output.1
        let removal = ["origin": "group", "value": String(key), "role": "instructor", "remove": "on"]
        let warned = await browser.post("\(page)/role-mappings", removal)
        #expect(warned.text.contains("1 person gets Trainee and loses Instructor"))
        _ = await browser.post(
            "\(page)/role-mappings", removal.merging(["agreed": try #require(warned.field("agreed"))]) { $1 })
        let after = await browser.get(page).text
        #expect(after.contains("No mappings yet.") && after.contains("Group “Teachers”: Instructor"))
    }
}
