import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

struct UserPageTests {
    private func make(_ browser: Browser, _ fields: [String: String] = [:]) async -> Browser.Answer {
        let usual = [
            "userName": "ann@x.example", "email": "ann@x.example", "givenName": "Ann", "familyName": "Example",
            "role": "editor",
        ]
        return await browser.post("manage/users/new", usual.merging(fields) { $1 })
    }

    private func roles(_ id: UserID, _ browser: Browser) async throws -> Set<String> {
        let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
        return Set(try await browser.test.users.roles(of: id, in: scope).map { "\($0.role.rawValue) by \($0.origin)" })
    }

    private func id(of answer: Browser.Answer) -> UserID? {
        UserID(answer.location.split(separator: "/").last?.split(separator: "?").first ?? "")
    }

    @Test func `a user is made, deleted and brought back as it was`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try #require(id(of: await make(browser)))
        #expect(try await roles(id, browser) == ["editor by admin"])
        let page = await browser.get("manage/users/\(id)")
        #expect(page.text.contains("<h1>Ann Example</h1>") && page.text.contains("given by an administrator"))
        #expect(await browser.get("manage/users?search=ann@x.example").text.contains("ann@x.example</a>"))
        #expect(await browser.post("manage/users/\(id)/deletion").location.hasSuffix("/deleted?done=userDeleted"))
        #expect(await browser.get("manage/users/\(id)").text.contains("<strong>Deleted</strong> · owner@x.example"))
        #expect(await browser.get("manage/users/deleted").text.contains("ann@x.example"))
        #expect(await browser.post("manage/users/\(id)/restoration").status == 303)
        #expect(await browser.get("manage/users/\(id)").text.contains("Restored"))
        #expect(await browser.get("manage/users?search=ann@x.example").text.contains("ann@x.example</a>"))
        #expect(try await roles(id, browser) == ["editor by admin"])
        #expect(await browser.post("manage/users/\(id)/restoration").status == 404)
    }

    @Test func `a user is found by beginnings of names, of an address and of the employee number`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let made = await make(
            browser,
            [
                "userName": "adv-17@x.example", "email": "anna.schmidt@mail.example", "givenName": "Anna Μαρία",
                "familyName": "Ärger-Şahin", "displayName": "Nina", "employeeNumber": "00042",
            ])
        let user = try #require(id(of: made))
        _ = await make(
            browser,
            ["userName": "bob@x.example", "email": "bob@mail.example", "givenName": "Bob", "familyName": "Other"])
        func isFound(_ text: String) async -> Bool {
            let page = await browser.get("manage/users?search=\(PercentEncoding.encode(text))").text
            #expect(!page.contains("bob@x.example</a>"), "\(text)")
            return page.contains("adv-17@x.example</a>")
        }
        for text in [
            "ann", "ANNA", "schm", "ärg", "ÄRGER", "a\u{308}rger", "şah", "ΜΑΡΊ", "nin", "0004", "17", "adv-17",
            "adv-17@x",
            "anna.schmidt@mail", "Şahin Anna", "nina 00042 adv", "ärger-şahin, anna",
        ] { #expect(await isFound(text), "\(text)") }
        for text in ["nna", "mail.example", "anna bob", "example", "@", "...", "anna 00043"] {
            #expect(await !isFound(text), "\(text)")
        }
        let page = await browser.get("manage/users/\(user)/edit").text
        let version = page.firstMatch(of: /name="version" value="(\d+)"/).map { String($0.output.1) } ?? ""
        let renamed = await browser.post(
            "manage/users/\(user)/edit", ["version": version, "familyName": "Nowak", "displayName": "Zed"])
        #expect(renamed.status == 303, "\(renamed.text)")
        #expect(await isFound("nowak"))
        #expect(await isFound("zed"))
        #expect(await !isFound("şahin"))
        #expect(await !isFound("nina"))
    }

    @Test func `a name that somebody else has by now is told`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try #require(id(of: await make(browser)))
        _ = await browser.post("manage/users/\(id)/deletion")
        #expect(await make(browser).status == 303)
        let answer = await browser.post("manage/users/\(id)/restoration")
        #expect(answer.status == 409 && answer.text.contains("The user name is taken"))
        let again = await make(browser)
        #expect(again.status == 422 && again.text.contains("Somebody has this user name already."))
        // The entered text is still there.
        #expect(again.text.contains("value=\"Ann\""))
        #expect(await make(browser, ["userName": "b@x.example", "email": "nonsense"]).status == 422)
    }

    @Test func `an Admin makes no Owner, and the last Owner stays`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        #expect(await browser.post("manage/users/\(owner)/deletion").status == 422)
        _ = try await browser.signedIn(as: "admin@x.example", .admin)
        #expect(await browser.get("manage/users/new").text.contains("value=\"owner\"") == false)
        #expect(await make(browser, ["role": "owner"]).status == 403)
        for path in ["deletion", "suspension", "password-link"] {
            #expect(await browser.post("manage/users/\(owner)/\(path)", ["active": "false"]).status == 403, "\(path)")
        }
        let second = try await browser.signedIn(as: "second@x.example", .owner)
        let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
        #expect(await browser.post("manage/users/\(owner)/suspension", ["active": "false"]).status == 303)
        await #expect(throws: DomainError.refused(reason: Refusal.lastOwner.sentence)) {
            _ = try await changes.update(second, origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope) {
                try $0.attributes(active: false)
            }
        }
    }

    @Test func `the page says who suspended somebody and when, and ends it`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try #require(id(of: await make(browser)))
        #expect(await browser.get("manage/users/\(id)").text.contains("Suspended by") == false)
        let suspended = await browser.post("manage/users/\(id)/suspension", ["active": "false"])
        #expect(suspended.location.hasSuffix("?done=suspended"))
        let page = await browser.get("manage/users/\(id)").text
        #expect(page.contains("Suspended by owner@x.example <time") && page.contains(">Enable again</button>"))
        #expect(page.contains("<span class=\"tag bad\">suspended</span>") && !page.contains(">Suspend</button>"))
        #expect(await browser.get("manage/users").text.contains("<span class=\"tag bad\">suspended</span>"))
        let resumed = await browser.post("manage/users/\(id)/suspension", ["active": "true"])
        #expect(resumed.location.hasSuffix("?done=enabled"))
        #expect(await browser.get("manage/users/\(id)").text.contains("<span class=\"tag fine\">active</span>"))
    }

    @Test func `whom a provider has disabled is enabled by the provider, or here once nobody else manages them`()
        async throws
    {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let client = try await browser.test.makeClient(
            of: browser.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 2, count: 32)))
        let changes = UserChanges(
            users: browser.test.users, identifiers: TestDatabase.identifiers, source: client.plugin)
        let origin = ChangeOrigin(actor: .token(client.token, of: client.plugin), requestID: "r")
        let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
        let id = try await changes.create(.named("bob@x.example"), role: .trainee, origin: origin, in: scope).id
        _ = try await changes.update(id, origin: origin, in: scope) { try $0.attributes(active: false) }
        var page = await browser.get("manage/users/\(id)").text
        #expect(page.contains("Disabled by Provider") && page.contains("<span class=\"tag bad\">disabled</span>"))
        #expect(page.contains(">Suspend</button>") && !page.contains(">Enable again</button>"))
        _ = await browser.post("manage/users/\(id)/suspension", ["active": "true"])
        #expect(try await !browser.test.users.user(id, in: scope).isActive)
        _ = await browser.post("manage/users/\(id)/suspension", ["active": "false"])
        let resumed = await browser.post("manage/users/\(id)/suspension", ["active": "true"])
        #expect(resumed.location.hasSuffix("?done=resumed"))
        _ = await browser.post("manage/users/\(id)/release")
        page = await browser.get("manage/users/\(id)").text
        #expect(page.contains(">Enable again</button>"))
        _ = await browser.post("manage/users/\(id)/suspension", ["active": "true"])
        #expect(try await browser.test.users.user(id, in: scope).isActive)
    }

    @Test func `who makes a link is in the history of whom it is for`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try #require(id(of: await make(browser)))
        #expect(await browser.post("manage/users/\(id)/password-link").text.contains("/password/lpl_"))
        let page = await browser.get("manage/users/\(id)").text
        #expect(page.contains("<strong>Made a link to set a password</strong> · owner@x.example"))
    }

    @Test func `a place that cannot be is the beginning of the list`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = UserID(rawValue: 1)
        for at in ["-9223372036854775808", "9223372036854775807", "-1", "x"] {
            for path in ["manage/users", "manage/groups", "manage/users/deleted"] {
                #expect(await browser.get("\(path)?at=\(at)&id=\(id)&after=b").status == 200, "\(path) \(at)")
            }
        }
    }

    @Test func `a long history has older pages`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
        for number in 0..<60 {
            _ = try await changes.update(
                owner, origin: ChangeOrigin(actor: .operator, requestID: "n\(number)"),
                in: TenantScope(tenant: browser.tenant.id, admission: .operator)
            ) { user in
                var attributes = try user.attributes(active: true)
                attributes.document["title"] = .string("T\(number)")
                return attributes
            }
        }
        let page = await browser.get("manage/users/\(owner)").text
        #expect(page.contains("n59</code>") && !page.contains("n0</code>"))
        let older = try #require(page.firstMatch(of: /href="([^"#]*)#history"/))
        #expect(await browser.get(String(older.output.1)).text.contains("n0</code>"))
    }

    @Test func `a group has a history as well`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let member = try #require(id(of: await make(browser)))
        let groups = GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers)
        let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
        let origin = ChangeOrigin(actor: .operator, requestID: "r7")
        let group = try await groups.create(
            GroupAttributes(displayName: "Teachers", externalID: nil, document: ["displayName": "Teachers"]),
            members: MemberNames(), source: nil, origin: origin, in: scope)
        try await groups.changeMembers(
            of: group.id, by: [.add(MemberNames(ids: [member.rawValue]))], version: nil, origin: origin, in: scope)
        let page = await browser.get("manage/groups/\(group.id)").text
        #expect(page.contains("<strong>Added members</strong> · the operator") && page.contains("ann@x.example</a>"))
        #expect(await browser.get("manage/groups").text.contains("Teachers</a>"))
    }

    @Test func `lists are walked page by page, forward and back`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
        for number in 100..<220 {
            _ = try await changes.create(
                .named("u\(number)@x.example"), role: .trainee,
                origin: ChangeOrigin(actor: .operator, requestID: "r"),
                in: TenantScope(tenant: browser.tenant.id, admission: .operator))
        }
        var path = "manage/users"
        var seen: [String] = []
        var pages: [[String]] = []
        for _ in 0..<5 {
            let page = await browser.get(path)
            let names = page.text.matches(of: /u\d{3}@x\.example/).map { String($0.output) }
            pages.append(names)
            seen += names
            guard let next = page.text.firstMatch(of: /href="([^"]*)" rel="next"/) else { break }
            path = String(next.output.1).replacing("&amp;", with: "&")
        }
        #expect(seen.count == 120 && Set(seen).count == 120 && seen == seen.sorted())
        let last = await browser.get(path)
        let previous = try #require(last.text.firstMatch(of: /href="([^"]*)" rel="prev"/))
        let before = await browser.get(String(previous.output.1).replacing("&amp;", with: "&"))
        #expect(before.text.matches(of: /u\d{3}@x\.example/).map { String($0.output) } == pages[pages.count - 2])
        #expect(await browser.get("manage/users").text.contains("rel=\"prev\"") == false)
    }

    @Test func `a role mapping gives roles and takes them back`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin =
            await browser.post("manage/integration/plugins", ["name": "Okta"]).location
            .split(separator: "?").first.map(String.init) ?? ""
        let fields = ["origin": "group", "value": "Teachers", "role": "instructor"]
        // A group that is not there yet is allowed, and said to be missing.
        #expect(await browser.post("\(plugin)/role-mappings", fields).location.hasSuffix("?done=mappingAwaits"))
        let page = await browser.get(plugin).text
        #expect(page.contains("<strong>Teachers</strong> → Instructor · 0 people"))
        #expect(page.contains("No group of this name yet."))
        _ = await browser.post("\(plugin)/role-mappings", fields.merging(["remove": "on"]) { $1 })
        #expect(await browser.get(plugin).text.contains("<strong>Teachers</strong>") == false)
        // Owner is given by nobody's group.
        let bosses = ["origin": "group", "value": "Bosses", "role": "owner"]
        let refused = await browser.post("\(plugin)/role-mappings", bosses)
        #expect(refused.refuses("mapping-role") && refused.text.contains("name=\"value\" value=\"Bosses\""))
        let nobody = bosses.merging(["value": " ", "role": "editor"]) { $1 }
        #expect(await browser.post("\(plugin)/role-mappings", nobody).refuses("mapping-value"))
        #expect(await browser.get(plugin).text.contains("Bosses") == false)
        #expect(await browser.get("\(plugin)/guide?provider=okta").text.contains("Okta Admin Console"))
    }
}
