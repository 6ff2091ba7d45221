import Domain
import LecternTesting
import Persistence
import StrictJSON
import Testing

struct TeamTests {
    private let origin = ChangeOrigin(actor: .operator, requestID: "r")

    private func scope(_ browser: Browser) -> TenantScope {
        TenantScope(tenant: browser.tenant.id, admission: .operator)
    }

    private func make(_ name: String, manager: UserID? = nil, _ browser: Browser) async throws -> UserID {
        try await UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers).create(
            .named(name, manager: manager?.description), role: .trainee, origin: origin, in: scope(browser)
        ).id
    }

    private func group(_ name: String, _ members: [UInt128], _ browser: Browser) async throws -> GroupID {
        try await GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers).create(
            GroupAttributes(displayName: name, externalID: nil, document: ["displayName": .string(name)]),
            members: MemberNames(ids: members, others: name == "Top" ? ["later@x.example"] : []), source: nil,
            origin: origin, in: scope(browser)
        ).id
    }

    @Test func `a supervisor sees reports and supervised groups, and nobody else`() async throws {
        let browser = try await Browser()
        let chief = try await browser.makeUser("chief@x.example", .trainee)
        let report = try await make("report@x.example", manager: chief, browser)
        let below = try await make("below@x.example", manager: report, browser)
        let (direct, nested, other) = (
            try await make("direct@x.example", browser), try await make("nested@x.example", browser),
            try await make("other@x.example", browser)
        )
        let inner = try await group("Inner", [nested.rawValue], browser)
        let top = try await group("Top", [direct.rawValue, inner.rawValue], browser)
        _ = try await browser.signedIn()
        let page = await browser.get("manage/groups/\(top)").text
        #expect(page.contains("Groups in this group") && page.contains("Inner</a>"))
        #expect(page.contains("named one member who does not exist here yet") && page.contains("later@x.example"))
        #expect(page.contains("through another group") && page.contains("Nobody looks after this group."))
        let unknown = await browser.post("manage/groups/\(top)/supervisors", ["user": "nobody@x.example"])
        #expect(unknown.status == 422 && unknown.text.contains("value=\"nobody@x.example\""))
        #expect(await browser.post("manage/groups/\(top)/supervisors", ["user": "CHIEF@x.example"]).status == 303)
        #expect(await browser.get("manage/groups/\(top)").text.contains("Supervisors: "))
        await browser.signIn("chief@x.example")
        #expect(await browser.get("manage").location.hasSuffix("/manage/team"))
        let team = await browser.get("manage/team").text
        for name in ["report", "direct", "nested"] { #expect(team.contains("\(name)@x.example</a>"), "\(name)") }
        for name in ["below", "other", "owner"] { #expect(!team.contains("\(name)@x.example</a></td>"), "\(name)") }
        for id in [report, direct, nested] { #expect(await browser.get("manage/team/\(id)").status == 200) }
        for id in [below, other, chief] { #expect(await browser.get("manage/team/\(id)").status == 404) }
        #expect(await browser.get("manage/users/\(report)").status == 403)
        await browser.signIn("owner@x.example")
        _ = await browser.post("manage/groups/\(top)/supervisors", ["user": "chief@x.example", "remove": "on"])
        await browser.signIn("chief@x.example")
        #expect(await browser.get("manage/team/\(direct)").status == 404)
        #expect(await browser.get("manage/team/\(report)").status == 200)
        // A person who joins a report, or leaves it, is seen at once.
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
        _ = try await changes.delete(report, version: nil, origin: origin, in: scope(browser))
        #expect(await browser.get("manage/team/\(report)").status == 404)
    }

    @Test func `a team is read page by page`() async throws {
        let browser = try await Browser()
        let chief = try await browser.makeUser("chief@x.example", .trainee)
        for number in 100..<151 { _ = try await make("ann\(number)", manager: chief, browser) }
        await browser.signIn("chief@x.example")
        let first = await browser.get("manage/team").text
        #expect(first.matches(of: />ann\d+<\/a>/).count == 50)
        let next = try #require(first.firstMatch(of: /href="([^"]*)" rel="next"/)).output.1
        let second = await browser.get(String(next).replacing("&amp;", with: "&")).text
        #expect(second.matches(of: />ann\d+<\/a>/).count == 1 && !second.contains("rel=\"next\""))
    }

    @Test func `who looks after nobody has no team`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn(as: "ann@x.example", .trainee)
        #expect(await browser.get("manage/team").text.contains("Nobody reports to you"))
        #expect(await browser.get("manage/account").text.contains("/manage/team\"") == false)
    }
}
