import Domain
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

struct UserEditTests {
    private let origin = ChangeOrigin(actor: .operator, requestID: "r")

    private func scope(_ browser: Browser) -> TenantScope {
        TenantScope(tenant: browser.tenant.id, admission: .operator)
    }

    /// A user whom a connection made and has written `displayName` and `emails` of.
    private func provisioned(_ browser: Browser) async throws -> (UserID, ProvisioningClient) {
        let client = try await browser.test.makeClient(
            of: browser.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 7, count: 32)))
        let changes = UserChanges(
            users: browser.test.users, identifiers: TestDatabase.identifiers, source: client.plugin)
        let user = try await changes.create(
            .named("ann@x.example", externalID: "a-1", emails: ["ann@x.example"], more: ["displayName": "Ann"]),
            role: .trainee, origin: ChangeOrigin(actor: .token(client.token, of: client.plugin), requestID: "r"),
            in: scope(browser))
        return (user.id, client)
    }

    private func attributes(_ id: UserID, _ browser: Browser) async throws -> JSONObject {
        try await browser.test.users.user(id, in: scope(browser)).profile.attributes()
    }

    @Test func `what is entered is kept, and looked up by it`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try await browser.makeUser("bea@x.example", .trainee)
        let page = await browser.get("manage/users/\(id)/edit")
        let version = try #require(page.field("version"))
        let fields = [
            "version": version, "userName": "bea@x.example", "email": "bea@y.example", "department": "Sales",
            "employeeNumber": "00042", "manager": "owner@x.example", "locality": "Bern", "givenName": " Bea ",
        ]
        #expect(await browser.post("manage/users/\(id)/edit", fields).status == 303)
        let shown = await browser.get("manage/users/\(id)").text
        for text in ["Sales", "00042", "Bern", "bea@y.example"] { #expect(shown.contains(text), "\(text)") }
        // The manager is a user, and a link.
        #expect(shown.contains("<dt>Manager</dt><dd><a href="))
        #expect(await browser.get("manage/users?search=00042").text.contains("bea@x.example</a>"))
        #expect(await browser.get("manage/users?search=bea@y.example").text.contains("bea@x.example</a>"))
        #expect(try await attributes(id, browser)["name"] == ["givenName": "Bea"])
        // Somebody else was faster: nothing is lost, and one is told.
        let late = await browser.post("manage/users/\(id)/edit", fields.merging(["department": "Law"]) { $1 })
        #expect(
            late.status == 422 && late.text.contains("Somebody else changed this user") && late.text.contains("Law"))
        let again = fields.merging(["department": "", "version": late.field("version") ?? ""]) { $1 }
        #expect(await browser.post("manage/users/\(id)/edit", again).status == 303)
        #expect(try await attributes(id, browser)[UserAttributes.enterpriseURN]?["department"] == nil)
    }

    @Test func `who was slower loses nothing of the other's, and asks for a proof where mail goes`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try await browser.makeUser("bea@x.example", .trainee)
        let shown = try #require(await browser.get("manage/users/\(id)/edit").field("version"))
        #expect(await browser.post("manage/users/\(id)/edit", ["title": "Chief", "was-title": ""]).status == 303)
        let mine = ["version": shown, "department": "Sales", "was-department": "", "title": "", "was-title": ""]
        let late = await browser.post("manage/users/\(id)/edit", mine)
        #expect(late.status == 422 && late.text.contains("value=\"Chief\"") && late.text.contains("value=\"Sales\""))
        let again = mine.merging(["version": late.field("version") ?? "", "title": "Chief", "was-title": "Chief"]) {
            $1
        }
        #expect(await browser.post("manage/users/\(id)/edit", again).status == 303)
        #expect(try await attributes(id, browser)["title"] == "Chief")
        let old = try await Browser(tenant: browser.tenant, secondsAhead: 660)
        old.cookie = browser.cookie
        #expect(await old.post("manage/users/\(id)/edit", ["nickName": "x", "title": "Boss"]).status == 303)
        #expect(try await attributes(id, browser)["title"] == "Boss")
        for (path, fields) in [
            ("manage/users/\(id)/edit", ["email": "thief@x.example"]), ("manage/users/\(id)/invitation", [:]),
            ("manage/users/\(id)/deletion", [:]), ("manage/integration/reviews", [:]),
            ("manage/users/new", ["userName": "m", "email": "m@x.example", "role": "admin"]),
        ] {
            let answer = await old.post(path, fields)
            #expect(answer.status == 200 && answer.text.contains("Confirm that it is you"), "\(path)")
        }
        #expect(try await attributes(id, browser)["emails"]?[0]?["value"] == "bea@x.example")
    }

    @Test func `what cannot be is told beside what was typed`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try await browser.makeUser("bea@x.example", .trainee)
        for (field, value) in [
            ("email", "nonsense"), ("email", "a@b@c"), ("email", "a b@x.example"), ("email", "a@b"),
            ("email", "not-an-address"), ("userName", " "), ("userName", "owner@x.example"),
            ("title", String(repeating: "x", count: 501)), ("preferredLanguage", "klingon!!"),
        ] {
            let answer = await browser.post("manage/users/\(id)/edit", [field: value])
            #expect(answer.status == 422 && answer.text.contains("id=\"problem\""), "\(field) \(value)")
        }
        #expect(try await attributes(id, browser)["userName"] == "bea@x.example")
    }

    @Test func `a language is told to be none, and is kept in the case of the standard`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let id = try await browser.makeUser("bea@x.example", .trainee)
        let refused = await browser.post("manage/users/\(id)/edit", ["preferredLanguage": "klingon!!"])
        #expect(refused.text.contains("The language must be a language tag such as en or de-CH."))
        #expect(refused.text.contains("value=\"klingon!!\""))
        #expect(await browser.post("manage/users/\(id)/edit", ["preferredLanguage": "DE-ch"]).status == 303)
        #expect(try await attributes(id, browser)["preferredLanguage"] == "de-CH")
        // An underscore counts as a hyphen, as it does for what a provider sends.
        #expect(await browser.post("manage/users/\(id)/edit", ["preferredLanguage": "en_US"]).status == 303)
        #expect(try await attributes(id, browser)["preferredLanguage"] == "en-US")
    }

    @Test func `a manager who reports to the person already is refused, and the circle is named`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let ann = try await browser.makeUser("ann@x.example", .trainee)
        let bea = try await browser.makeUser("bea@x.example", .trainee)
        #expect(await browser.post("manage/users/\(bea)/edit", ["manager": "ann@x.example"]).status == 303)
        let closing = await browser.post("manage/users/\(ann)/edit", ["manager": "bea@x.example"])
        #expect(closing.status == 422)
        #expect(
            closing.text.contains(
                "These people would report to each other in a circle: ann@x.example → bea@x.example → ann@x.example."))
        let own = await browser.post("manage/users/\(ann)/edit", ["manager": "ann@x.example"])
        #expect(own.status == 422 && own.text.contains("ann@x.example → ann@x.example"))
        let new = await browser.post(
            "manage/users/new", ["userName": "cyd", "email": "cyd@x.example", "role": "trainee", "manager": "cyd"])
        #expect(new.status == 422 && new.text.contains("cyd → cyd"))
        #expect(try await attributes(ann, browser)[UserAttributes.enterpriseURN]?["manager"] == nil)
    }

    @Test func `circles of managers that a provider states are named on the pages of their people`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (ann, client) = try await provisioned(browser)
        let changes = UserChanges(
            users: browser.test.users, identifiers: TestDatabase.identifiers, source: client.plugin)
        func state(_ name: String, manager: String) async throws -> UserID {
            try await changes.create(
                .named(name, manager: manager), role: .trainee, origin: origin, in: scope(browser)
            ).id
        }
        let own = try await state("own@x.example", manager: "own@x.example")
        let bea = try await state("bea@x.example", manager: "cyd@x.example")
        let cyd = try await state("cyd@x.example", manager: "bea@x.example")
        let ownPage = await browser.get("manage/users/\(own)").text
        #expect(ownPage.contains("own@x.example is entered as their own manager."))
        #expect(!ownPage.contains("not here yet"))
        let circlePage = await browser.get("manage/users/\(bea)").text
        #expect(
            circlePage.contains("report to each other in a circle: bea@x.example → cyd@x.example → bea@x.example."))
        // A manager without a display name is shown by the user name, also where the provider states an id.
        #expect(circlePage.contains("manage/users/\(cyd)\">cyd@x.example</a>"))
        let dee = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await changes.create(
            .named("dee@x.example", manager: dee.description), as: dee, role: .trainee, origin: origin,
            in: scope(browser))
        #expect(await browser.get("manage/users/\(dee)").text.contains("manage/users/\(dee)\">dee@x.example</a>"))
        #expect(await !browser.get("manage/users/\(ann)").text.contains("in a circle"))
    }

    @Test func `what the identity provider manages is locked, the rest is not`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (id, client) = try await provisioned(browser)
        let page = await browser.get("manage/users/\(id)/edit").text
        #expect(page.contains("manages the fields that are marked"))
        #expect(
            page.contains(
                #"name="displayName" type="text" value="Ann" maxlength="254" autocomplete="off" spellcheck="false" readonly"#
            ))
        let fields = ["displayName": "Mallory", "email": "m@x.example", "userName": "m", "title": "Clerk"]
        #expect(await browser.post("manage/users/\(id)/edit", fields).status == 303)
        let after = try await attributes(id, browser)
        #expect(after["displayName"] == "Ann" && after["userName"] == "ann@x.example" && after["title"] == "Clerk")
        #expect(after["emails"]?[0]?["value"] == "ann@x.example")
        // Once the connection is off, somebody has to be able to.
        var plugin = try #require(try await browser.test.integration.plugins(in: scope(browser)).first)
        #expect(plugin.id == client.plugin)
        plugin.isEnabled = false
        try await browser.test.integration.update(
            plugin, change: TestDatabase.change(.update, .plugin(plugin.id)), in: scope(browser))
        #expect(await browser.post("manage/users/\(id)/edit", ["displayName": "Anna"]).status == 303)
        #expect(try await attributes(id, browser)["displayName"] == "Anna")
    }

    @Test func `an unlinked user is nobody's, and the history says so`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (id, _) = try await provisioned(browser)
        #expect(await browser.get("manage/users/\(id)").text.contains("<code>a-1</code>"))
        #expect(await browser.post("manage/users/\(id)/release").location.hasSuffix("?done=released"))
        let user = try await browser.test.users.user(id, in: scope(browser))
        let attributes = try user.profile.attributes()
        #expect(user.source == nil && attributes["externalId"] == nil)
        let page = await browser.get("manage/users/\(id)").text
        #expect(page.contains("linked to no identity provider") && page.contains("Managed by: <del>"))
        // The roles stay, and can be taken now.
        #expect(page.contains("the default role of the connection") && page.contains("Take back"))
    }

    @Test func `roles are given and taken by hand`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let (id, _) = try await provisioned(browser)
        let roles = "manage/users/\(id)/roles"
        #expect(await browser.post(roles, ["role": "editor"]).location.hasSuffix("?done=saved"))
        // A second time there is nothing to do.
        #expect(await browser.post(roles, ["role": "editor"]).location.hasSuffix("\(id)"))
        let grants = try await browser.test.users.roles(of: id, in: scope(browser)).map { "\($0.role) \($0.origin)" }
        #expect(grants == ["editor admin", "trainee default"])
        #expect(await browser.get("manage/users/\(id)").text.contains("<strong>Moved roles</strong> · owner@x.example"))
        // A role that follows from a rule cannot be removed by hand.
        _ = await browser.post(roles, ["role": "trainee", "remove": "on"])
        _ = await browser.post(roles, ["role": "editor", "remove": "on"])
        #expect(try await browser.test.users.roles(of: id, in: scope(browser)).map(\.role) == [.trainee])
        let last = await browser.post("manage/users/\(owner)/roles", ["role": "owner", "remove": "on"])
        #expect(last.status == 409)
        #expect(await browser.post(roles, ["role": "owner"]).status == 303)
        #expect(await browser.post("manage/users/\(owner)/roles", ["role": "owner", "remove": "on"]).status == 303)
    }

    @Test func `an Admin gives no Owner, and takes none`() async throws {
        let browser = try await Browser()
        let owner = try await browser.makeUser("owner@x.example", .owner)
        let admin = try await browser.signedIn(as: "admin@x.example", .admin)
        #expect(await browser.post("manage/users/\(admin)/roles", ["role": "owner"]).status == 403)
        #expect(await browser.post("manage/users/\(owner)/roles", ["role": "editor"]).status == 403)
        #expect(await browser.get("manage/users/\(owner)/edit").status == 403)
        #expect(await browser.post("manage/users/\(owner)/release").status == 403)
        // Nor is one brought back, or given to a connection, which could then change their address.
        let gone = try await browser.makeUser("gone@x.example", .owner)
        _ = try await UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers).delete(
            gone, version: nil, origin: origin, in: scope(browser))
        #expect(await browser.post("manage/users/\(gone)/restoration").status == 403)
        let client = try await browser.test.makeClient(
            of: browser.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 7, count: 32)))
        _ = try await browser.test.users.ask(
            .init(.update), for: owner, beyond: .own(client.plugin), in: TenantScope(client))
        let review = ["plugin": "\(client.plugin)", "user": "\(owner)", "decision": "approved"]
        #expect(await browser.post("manage/integration/reviews", review).status == 403)
    }

    @Test func `who gets other roles goes on with another secret`() async throws {
        let browser = try await Browser()
        let id = try await browser.signedIn(as: "ann@x.example", .trainee)
        let before = try #require(browser.cookie)
        #expect(await browser.get("manage/account").headers[.setCookie] == nil)
        try await browser.test.users.set(
            .admin, isGiven: true, to: id, change: TestDatabase.change(.assignRoles, .user(id)), in: scope(browser))
        #expect(await browser.get("manage/users").status == 200)
        let after = try #require(browser.cookie)
        #expect(after != before)
        #expect(await browser.get("manage/users").headers[.setCookie] == nil)
        browser.cookie = before
        #expect(await browser.get("manage/users").location.contains("/login"))
    }
}
