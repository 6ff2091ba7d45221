import Domain
import Edge
import LecternTesting
import Persistence
import Testing

/// The list of users by state, source and role.
struct UserFilterTests {
    /// Users of that role, which the connection's are given by its default role.
    private func make(
        _ names: [String], _ role: Role = .trainee, by plugin: PluginID? = nil, isActive: Bool = true,
        _ browser: Browser
    ) async throws {
        let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
        let origin = ChangeOrigin(actor: .operator, requestID: "r")
        if let plugin {
            let plugins = try await browser.test.integration.plugins(in: scope)
            let before = try #require(plugins.first { $0.id == plugin })
            var after = before
            after.defaultRole = role
            _ = try await IntegrationChanges(
                integration: browser.test.integration, identifiers: TestDatabase.identifiers, origin: origin
            ).update(after, from: before, in: scope)
        }
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers, source: plugin)
        for name in names {
            _ = try await changes.create(
                .named(name, active: isActive, emails: [name]), role: role, origin: origin, in: scope)
        }
    }

    private func shown(_ page: Browser.Answer) -> [String] {
        page.text.matches(of: /users\/[0-9a-f-]{36}">([a-z0-9]+@x\.example)<\/a>/).map { String($0.output.1) }
    }

    private func link(_ relation: String, on page: Browser.Answer) -> String? {
        page.text.matches(of: /href="([^"]*)" rel="(prev|next)"/).first { $0.output.2 == relation }
            .map { String($0.output.1).replacing("&amp;", with: "&") }
    }

    /// A connection by its name in the select.
    private func source(_ name: String, on page: Browser.Answer) throws -> String {
        let option = try Regex("<option value=\"([0-9a-f-]+)\">\(name) ", as: (Substring, Substring).self)
        return String(try #require(page.text.firstMatch(of: option)).output.1)
    }

    @Test func `users are listed by state, by source and by role, and by all of it with a search`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        _ = await browser.post("manage/integration/plugins", ["name": "Okta"])
        _ = await browser.post("manage/integration/plugins", ["name": "Entra", "kind": "saml"])
        let all = await browser.get("manage/users")
        let (okta, entra) = (try source("Okta", on: all), try source("Entra", on: all))
        #expect(all.text.contains(">Okta (SCIM)</option>") && all.text.contains(">Entra (SAML)</option>"))
        try await make(["ann@x.example"], .editor, browser)
        try await make(["bob@x.example", "abe@x.example"], by: PluginID(okta), browser)
        try await make(["cid@x.example"], by: PluginID(okta), isActive: false, browser)
        try await make(["dan@x.example"], .editor, by: PluginID(entra), browser)
        for (query, names) in [
            ("", ["abe", "ann", "bob", "cid", "dan", "owner"]),
            ("state=active", ["abe", "ann", "bob", "dan", "owner"]),
            ("state=suspended", ["cid"]), ("source=here", ["ann", "owner"]), ("source=\(okta)", ["abe", "bob", "cid"]),
            ("source=\(entra)", ["dan"]), ("role=editor", ["ann", "dan"]), ("role=trainee", ["abe", "bob", "cid"]),
            ("role=owner", ["owner"]), ("role=instructor", []), ("role=editor&source=\(entra)", ["dan"]),
            ("search=a&source=\(okta)", ["abe"]), ("search=a&role=editor&state=active&source=here", ["ann"]),
            ("search=dan@x.example&role=editor", ["dan"]), ("search=dan@x.example&role=trainee", []),
            ("state=suspended&source=\(okta)&role=trainee", ["cid"]), ("state=suspended&source=here", []),
        ] {
            let page = await browser.get("manage/users?\(query)")
            #expect(page.status == 200 && shown(page) == names.map { "\($0)@x.example" }, "\(query)")
        }
        let chosen = await browser.get("manage/users?role=editor&state=active&search=a")
        for text in ["value=\"editor\" selected", "value=\"active\" selected", "value=\"a\" maxlength"] {
            #expect(chosen.text.contains(text), "\(text)")
        }
    }

    @Test func `nobody left is said, and the filters can be cleared`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let page = await browser.get("manage/users?search=owner&state=suspended")
        #expect(page.text.contains("Nobody matches what you have chosen.") && !page.text.contains("<table"))
        let clear = try #require(page.text.firstMatch(of: /<a href="([^"]*)">Clear the filters<\/a>/)).output.1
        #expect(shown(await browser.get(String(clear))) == ["owner@x.example"])
        #expect(!(await browser.get("manage/users?search=owner").text.contains("Clear the filters")))
        let other = await browser.get("manage/users?search=zoe")
        #expect(other.text.contains("Nobody has such a name") && !other.text.contains("Clear the filters"))
    }

    @Test func `what nobody can choose filters nothing, and other tenants' connections are none`() async throws {
        let (browser, elsewhere) = (try await Browser(), try await Browser())
        _ = try await browser.signedIn()
        _ = try await elsewhere.signedIn()
        _ = await elsewhere.post("manage/integration/plugins", ["name": "Theirs"])
        let theirs = try source("Theirs", on: await elsewhere.get("manage/users"))
        for query in ["state=x", "role=boss", "source=x", "source=\(theirs)", "state=&role=&source="] {
            let page = await browser.get("manage/users?\(query)")
            #expect(shown(page) == ["owner@x.example"], "\(query)")
            #expect(!page.text.contains("Theirs") && !page.text.contains(" selected"), "\(query)")
        }
        // A user who manages no connections sees which users were made here, but no connection's name.
        _ = await browser.post("manage/integration/plugins", ["name": "Okta"])
        let editor = try await Browser(tenant: browser.tenant)
        _ = try await editor.signedIn(as: "editor@x.example", .editor)
        let page = await editor.get("manage/users?source=here")
        #expect(shown(page) == ["editor@x.example", "owner@x.example"] && !page.text.contains("Okta"))
    }

    @Test func `a filtered list is walked page by page, forward and back`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let names = (100..<220).map { "u\($0)@x.example" }
        try await make(names, .instructor, isActive: false, browser)
        try await make((300..<320).map { "u\($0)@x.example" }, .instructor, browser)
        var path = "manage/users?search=u&state=suspended&role=instructor&source=here"
        var pages: [[String]] = []
        var last = await browser.get(path)
        while true {
            pages.append(shown(last))
            guard pages.count < 9, let next = link("next", on: last) else { break }
            path = next
            last = await browser.get(path)
        }
        #expect(pages.flatMap(\.self) == names)
        for expected in pages.dropLast().reversed() {
            last = await browser.get(try #require(link("prev", on: last)))
            #expect(shown(last) == expected)
        }
        #expect(last.text.contains("value=\"suspended\" selected") && last.text.contains("value=\"here\" selected"))
    }
}
