import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// Users who were deleted, and the page that is left of them.
struct DeletedUserTests {
    private static let list = "manage/users/deleted"

    private func deleted(_ name: String, _ browser: Browser, _ role: Role = .trainee) async throws -> UserID {
        let id = try await browser.makeUser(name, role)
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
        _ = try await changes.delete(
            id, version: nil, origin: ChangeOrigin(actor: .operator, requestID: "gone-\(name)"), in: browser.scope)
        return id
    }

    @Test func `a deleted user has a page with what happened, from which the user comes back`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try await deleted("ann@x.example", browser)
        #expect(await browser.get(Self.list).text.contains("href=\"\(browser.base)/manage/users/\(id)\">ann@x.example"))
        let page = await browser.get("manage/users/\(id)")
        #expect(page.status == 200 && page.text.contains("<h1>ann@x.example</h1>"))
        for words in ["<strong>Deleted</strong> · the operator", "gone-ann@x.example</code>", "Trainee", "Created"] {
            #expect(page.text.contains(words), "\(words)")
        }
        // Nothing else can be done to who is not there.
        for action in ["/edit\"", "/suspension\"", "/deletion\"", "/password-link\"", "/roles\""] {
            #expect(!page.text.contains(action), "\(action)")
        }
        #expect(page.text.contains("action=\"\(browser.base)/manage/users/\(id)/restoration\""))
        #expect(await browser.get("manage/users/\(id)/edit").status == 404)
        #expect(await browser.post("manage/users/\(id)/restoration").location.hasSuffix("\(id)?done=userRestored"))
        #expect(await browser.get("manage/users/\(id)").text.contains("/restoration\"") == false)
        #expect(await browser.get("manage/users/\(UserID(rawValue: 7))").status == 404)
    }

    @Test func `who may only read users sees no deleted one, and another tenant sees none`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try await deleted("ann@x.example", browser)
        for role in [Role.instructor, .editor] {
            _ = try await browser.signedIn(as: "\(role)@x.example", role)
            #expect(await browser.get("manage/users/\(id)").status == 404, "\(role)")
        }
        let other = try await Browser()
        _ = try await other.signedIn()
        #expect(await other.get("manage/users/\(id)").status == 404)
    }

    @Test func `a deleted Owner is brought back by Owners only`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try await deleted("boss@x.example", browser, .owner)
        #expect(await browser.get("manage/users/\(id)").text.contains("/restoration\""))
        _ = try await browser.signedIn(as: "admin@x.example", .admin)
        let page = await browser.get("manage/users/\(id)")
        #expect(page.status == 200 && !page.text.contains("/restoration\""))
        #expect(page.text.contains("An Owner is managed by Owners"))
        #expect(await browser.post("manage/users/\(id)/restoration").status == 403)
    }

    @Test func `deleted users are searched by name, page by page`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        for number in 100..<160 { _ = try await deleted("ann\(number)", browser) }
        _ = try await deleted("Bea", browser)
        _ = try await browser.makeUser("ann-is-here", .trainee)
        let one = await browser.get("\(Self.list)?search=bEA").text
        #expect(one.contains(">Bea</a>") && !one.contains(">ann") && one.contains("value=\"bEA\""))
        let page = await browser.get("\(Self.list)?search=ANN1").text
        let next = try #require(page.firstMatch(of: /href="([^"]*)" rel="next"/)).output.1
        let second = await browser.get(String(next).replacing("&amp;", with: "&")).text
        let names = (page + second).matches(of: />(ann\d+)<\/a>/).map { String($0.output.1) }
        #expect(Set(names).count == 60 && names.count == 60 && !second.contains(">Bea<"))
        let nobody = await browser.get("\(Self.list)?search=ann-is-here")
        #expect(nobody.status == 200 && nobody.text.contains("Nobody who was deleted has such a user name."))
        #expect(await browser.get("\(Self.list)?search=%25").text.contains("such a user name."))
    }

    @Test func `the provisioning log leads to who was deleted`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin = try await IntegrationChanges(
            integration: browser.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r")
        ).create(.scim, name: "Entra", in: browser.scope)
        let origin = ChangeOrigin(actor: .token(TokenID(rawValue: 1), of: plugin.id), requestID: "q")
        let users = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers, source: plugin.id)
        let groups = GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers)
        let ann = try await users.create(.named("ann"), role: .trainee, origin: origin, in: browser.scope)
        let team = try await groups.create(
            GroupAttributes(displayName: "Team", externalID: nil, document: ["displayName": "Team"]),
            members: MemberNames(), source: plugin.id, origin: origin, in: browser.scope)
        _ = try await users.delete(ann.id, version: nil, origin: origin, in: browser.scope)
        _ = try await groups.delete(team.id, version: nil, origin: origin, in: browser.scope)
        let log = await browser.get("manage/integration/log").text
        #expect(log.contains("/manage/users/\(ann.id)\">ann</a> <span class=\"tag\">deleted</span>"))
        #expect(await browser.get("manage/users/\(ann.id)").text.contains("<strong>Deleted</strong> · Entra"))
        // A group that was deleted has no page, and no link leads to one.
        #expect(log.contains("Team <span class=\"tag\">deleted</span>") && !log.contains("/manage/groups/\(team.id)"))
    }
}
