import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

@testable import Manage

/// The timelines of groups and people, whatever the size of what changed.
struct TimelineTests {
    private static let origin = ChangeOrigin(actor: .operator, requestID: "r")

    private func users(_ browser: Browser) -> UserChanges {
        UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
    }

    private func groups(_ browser: Browser) -> GroupChanges {
        GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers)
    }

    private func person(
        _ number: Int, _ browser: Browser, manager: UserID? = nil, more: JSONObject = [:]
    ) async throws -> UserID {
        var more = more
        more["displayName"] = .string("Person \(number)")
        return try await users(browser).create(
            .named("p\(number)@x.example", manager: manager?.description, more: more), role: .trainee,
            origin: Self.origin, in: browser.scope
        ).id
    }

    private func group(_ members: MemberNames, _ browser: Browser) async throws -> GroupID {
        try await groups(browser).create(
            GroupAttributes(displayName: "Everyone", externalID: nil, document: ["displayName": "Everyone"]),
            members: members, source: nil, origin: Self.origin, in: browser.scope
        ).id
    }

    /// The part of the page below the heading of the timeline.
    private func history(_ path: String, _ browser: Browser, _ headers: HTTPFields = [:]) async throws -> String {
        let text = await browser.get(path, headers: headers).text
        let start = try #require(text.firstRange(of: "<h2 id=\"history\">"))
        return String(text[start.upperBound...].prefix(upTo: text.firstRange(of: "</main>")!.lowerBound))
    }

    @Test func `the timeline of a large group tells how many joined, and names the first ten`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        var people: [UserID] = []
        for number in 0..<200 { people.append(try await person(number, browser)) }
        let id = try await group(MemberNames(ids: people.map(\.rawValue)), browser)
        let page = try await history("manage/groups/\(id)", browser)
        let members = people
        let link = { (number: Int) -> String in
            "<a href=\"\(browser.base)/manage/users/\(members[number])\">Person \(number)</a>"
        }
        #expect(page.contains("200 members added: \(link(0)), \(link(1)), \(link(2))"))
        #expect(page.contains("\(link(9)) … and 190 more"))
        #expect(!page.contains(people[10].description) && !page.contains("Person 10<"))
        #expect(page.utf8.count < 4000, "\(page.utf8.count) bytes")
        let german = try await history("manage/groups/\(id)", browser, [.acceptLanguage: "de"])
        #expect(german.contains("200 Mitglieder hinzugefügt: <a") && german.contains("… und 190 weitere"))
    }

    @Test func `members who were deleted keep their name, and awaited ones the name they are awaited by`() async throws
    {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (first, second) = (try await person(1, browser), try await person(2, browser))
        let unknown = UserID(rawValue: TestDatabase.identifiers.next())
        let id = try await group(MemberNames(ids: [first.rawValue], others: ["<b>later"]), browser)
        _ = try await groups(browser).changeMembers(
            of: id, by: [.replace(MemberNames(ids: [second.rawValue]))], version: nil, origin: Self.origin,
            in: browser.scope)
        #expect(try await users(browser).delete(second, version: nil, origin: Self.origin, in: browser.scope))
        let page = try await history("manage/groups/\(id)", browser)
        #expect(page.contains("2 members added: <a href=") && page.contains(">Person 1</a>, &lt;b&gt;later</p>"))
        #expect(page.contains("One member in place of all former ones: <a href="))
        #expect(page.contains("One member removed: <a href="))
        #expect(page.contains(">Person 2</a> <span class=\"tag\">deleted</span></p>"))
        let names = try await browser.test.history.names(of: [second, unknown], in: browser.scope)
        #expect(names == [second: SubjectName(kind: .user, name: "Person 2", isDeleted: true)])
        // Another tenant's people have no names here.
        let stranger = try await Browser()
        #expect(try await browser.test.history.names(of: [first], in: stranger.scope).isEmpty)
    }

    @Test func `a group in a group is named and linked, and taking out all members is told`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let inner = try await group(MemberNames(), browser)
        let outer = try await groups(browser).create(
            GroupAttributes(displayName: "Outer", externalID: nil, document: ["displayName": "Outer"]),
            members: MemberNames(ids: [inner.rawValue]), source: nil, origin: Self.origin, in: browser.scope
        ).id
        _ = try await groups(browser).changeMembers(
            of: outer, by: [.replace(MemberNames())], version: nil, origin: Self.origin, in: browser.scope)
        let page = try await history("manage/groups/\(outer)", browser)
        let link = "<a href=\"\(browser.base)/manage/groups/\(inner)\">Everyone</a>"
        #expect(page.contains("One member added: \(link)</p>"))
        #expect(page.contains("<p class=\"diff\">All members removed"))
    }

    @Test func `a person's timeline names the manager, folds the creation and cuts long values`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (boss, next) = (try await person(1, browser), try await person(2, browser))
        let long = String(repeating: "x", count: 5000)
        let id = try await person(3, browser, manager: boss, more: ["title": .string(long)])
        let created = try await history("manage/users/\(id)", browser)
        #expect(created.contains(/<details><summary>Created with \d+ values<\/summary>/))
        let start = try #require(created.firstRange(of: "<details>")).upperBound
        let end = try #require(created.firstRange(of: "</details>")).lowerBound
        let folded = String(created[start..<end])
        #expect(folded.contains("Manager: <ins>Person 1</ins>") && !folded.contains(boss.description))
        #expect(folded.contains("<ins>\(long.prefix(300))…</ins>") && !folded.contains(long.prefix(301)))
        #expect(!folded.contains("→") && !folded.contains("<del>"))
        _ = try await users(browser).update(id, origin: Self.origin, in: browser.scope) { user in
            var attributes = try user.attributes(active: true)
            let reference: JSONObject = ["manager": ["value": .string(next.description)]]
            attributes.document[UserAttributes.enterpriseURN] = .object(reference)
            attributes.manager = next.description
            attributes.document["title"] = "Baker"
            return attributes
        }
        let changed = try await history("manage/users/\(id)", browser)
        #expect(changed.contains("Manager: <del>Person 1</del> → <ins>Person 2</ins>"))
        #expect(changed.contains("<del>\(long.prefix(300))…</del> → <ins>Baker</ins>"))
        #expect(!changed.contains(next.description) && changed.contains("<details><summary>Created with "))
    }

    @Test func `numbers have their thousands apart, as the language writes them`() throws {
        let english = try Catalogue(.en, json: Resources.messages[.en] ?? [])
        let german = try Catalogue(.de, json: Resources.messages[.de] ?? [])
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (20_000, "20,000"), (1_234_567, "1,234,567")] {
            #expect(english.number(number) == text)
        }
        #expect(german.number(20_000) == "20.000")
        #expect(english.counted("timeline.add", 20_000) == "20,000 members added")
        #expect(german.counted("timeline.more", 19_990) == "… und 19.990 weitere")
    }
}
