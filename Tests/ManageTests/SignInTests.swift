import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Testing

struct SignInTests {
    @Test func `a name or an address and the password open the console`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        let page = await browser.get("login")
        #expect(page.status == 200 && page.text.contains("<h1>Sign in</h1>"))
        #expect(await browser.get("manage/users").location == "\(browser.base)/login?next=manage/users")
        let answer = await browser.signIn("OWNER@x.example", next: "manage/users")
        #expect(answer.status == 303 && answer.location == "\(browser.base)/manage/users")
        let cookie = answer.headers[.setCookie] ?? ""
        #expect(cookie.hasPrefix("__Host-lectern-\(browser.tenant.slug)=lss_"))
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            #expect(cookie.contains(attribute))
        }
        #expect(await browser.get("manage/users").status == 200)
    }

    @Test func `a wrong name and a wrong password look the same`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        let wrongName = await browser.signIn("nobody@x.example")
        let wrongPassword = await browser.signIn("owner@x.example", "another password")
        #expect(wrongName.status == 422 && wrongPassword.status == 422)
        #expect(
            wrongName.text.replacing("nobody@x.example", with: "")
                == wrongPassword.text.replacing("owner@x.example", with: ""))
        #expect(browser.cookie == nil)
        #expect(wrongName.text.contains("<title>Error: "))
    }

    @Test func `trying passwords slows down who tries, and nobody else`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        browser.address = "192.0.2.7"
        // Both of the account's names are one account, whichever process is asked.
        let other = try await Browser(tenant: browser.tenant)
        other.address = "192.0.2.8"
        var statuses: [Int] = []
        for _ in 0..<3 {
            statuses.append(await browser.signIn("owner@x.example", "wrong").status)
            // The wait is as good as new, so that a slow machine changes nothing.
            try await browser.passTime(-600)
            statuses.append(await other.signIn("OWNER@X.EXAMPLE", "wrong").status)
        }
        #expect(statuses == [422, 422, 422, 422, 422, 429])
        #expect(await other.signIn("owner@x.example").status == 429)
        browser.address = "198.51.100.1"
        #expect(await browser.signIn("owner@x.example").status == 303)
        try await browser.passTime(3600)
        #expect(await other.signIn("owner@x.example").status == 303)
        let wrong = try await browser.securityEvents(.wrongPassword) + other.securityEvents(.wrongPassword)
        #expect(wrong.map(\.userName).allSatisfy { $0 == "owner@x.example" } && !wrong.isEmpty)
        #expect(try await other.securityEvents(.throttled).reduce(0) { $0 + $1.count } == 2)
    }

    @Test func `passwords tried side by side are evaluated five times`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        let statuses = await browser.postTogether(
            40, "login", ["name": "owner@x.example", "password": "wrong"],
            and: [try await Browser(tenant: browser.tenant)])
        #expect(statuses.count { $0 == 422 } == 5 && statuses.count { $0 == 429 } == 35)
    }

    @Test func `a network that tries many accounts is slowed down, and a right password costs it nothing`() async throws
    {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        for number in 0..<29 { #expect(await browser.signIn("name\(number)", "wrong").status == 422) }
        for _ in 0..<3 { #expect(await browser.signIn("owner@x.example").status == 303) }
        #expect(await browser.signIn("name29", "wrong").status == 422)
        #expect(await browser.signIn("owner@x.example").status == 429)
        let names = try await browser.securityEvents(.wrongPassword).map(\.event.subject)
        #expect(Set(names).count == 30)
        #expect(!"\(names)".contains("name1"))
    }

    @Test func `signing in begins another session, whatever the browser had`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let planted = browser.cookie
        await browser.signIn("owner@x.example")
        #expect(browser.cookie != planted)
        browser.cookie = planted
        #expect(await browser.get("manage/account").status == 303)
    }

    @Test func `signing out ends the session itself`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let cookie = browser.cookie
        #expect(await browser.post("logout").location == "\(browser.base)/login?done=signedOut")
        browser.cookie = cookie
        #expect(await browser.get("manage/account").status == 303)
    }

    @Test func `a user whom the identity provider disables has no session any more`() async throws {
        let browser = try await Browser()
        let id = try await browser.signedIn(as: "admin@x.example", .admin)
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
        _ = try await changes.update(
            id, origin: ChangeOrigin(actor: .operator, requestID: "r"),
            in: TenantScope(tenant: browser.tenant.id, admission: .operator)
        ) { try $0.attributes(active: false) }
        #expect(await browser.get("manage/users").status == 303)
        #expect(await browser.signIn("admin@x.example").status == 422)
    }

    @Test func `who is enabled again signs in again`() async throws {
        let browser = try await Browser()
        let id = try await browser.signedIn(as: "admin@x.example", .admin)
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
        for isActive in [false, true] {
            _ = try await changes.update(
                id, origin: ChangeOrigin(actor: .operator, requestID: "r"),
                in: TenantScope(tenant: browser.tenant.id, admission: .operator)
            ) { try $0.attributes(active: isActive) }
        }
        #expect(await browser.get("manage/users").status == 303)
        #expect(await browser.signIn("admin@x.example").status == 303)
    }

    @Test func `a suspended tenant lets nobody in, and nobody stay`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        try await browser.test.tenants.setStatus(
            .suspended, of: browser.tenant.id, change: TestDatabase.change(.suspend, .tenant(browser.tenant.id)))
        for path in ["login", "manage/users", "manage/integration/plugins"] {
            let page = await browser.get(path)
            #expect(page.status == 403 && page.text.contains("This account is suspended"), "\(path)")
        }
        #expect(await browser.signIn("owner@x.example").status == 403)
        try await browser.test.tenants.setStatus(
            .active, of: browser.tenant.id, change: TestDatabase.change(.resume, .tenant(browser.tenant.id)))
        #expect(await browser.get("manage/users").status == 200)
    }

    @Test func `nobody is shut out by somebody else's address`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        let changes = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers)
        let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
        let origin = ChangeOrigin(actor: .operator, requestID: "r")
        _ = try await browser.makeUser("second", .admin)
        _ = try await changes.create(
            .named("impostor", emails: ["owner@x.example", "second@x.example"]), role: .trainee, origin: origin,
            in: scope)
        #expect(await browser.signIn("owner@x.example").status == 303)
    }

    @Test func `a session is one tenant's`() async throws {
        let (one, other) = (try await Browser(), try await Browser())
        _ = try await one.signedIn()
        let secret = one.cookie?.split(separator: "=").last ?? ""
        other.cookie = "__Host-lectern-\(other.tenant.slug)=\(secret)"
        #expect(await other.get("manage/users").status == 303)
    }

    @Test func `where to go after signing in is a place of the console`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        for evil in [
            "https://evil.example", "//evil.example", "manage@evil.example", "manage/../../evil", "manage/%2e%2e/evil",
            "/\\evil.example", "javascript:x",
        ] {
            #expect(await browser.signIn("owner@x.example", next: evil).location == "\(browser.base)/manage", "\(evil)")
        }
    }

    @Test func `a form of somebody else's page does nothing`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = "manage/integration/plugins"
        #expect(await browser.post(path, ["name": "Evil"], origin: "https://evil.example").status == 403)
        #expect(await browser.post(path, ["name": "Evil"], origin: "null").status == 403)
        #expect(await browser.post(path, ["name": "Evil"], token: nil).status == 403)
        #expect(await browser.post(path, ["name": "Evil"], token: "0000").status == 403)
        #expect(await browser.get(path).text.contains("Evil") == false)
        #expect(await browser.post("login", [:], token: nil, origin: "https://evil.example").status == 403)
    }

    @Test func `a link sets a password once, and not one that is tried first`() async throws {
        let browser = try await Browser()
        let id = try await browser.makeUser("new@x.example", .admin)
        let plain = Edge.Environment.system.secret(for: .passwordLink)
        try await browser.test.signIn.create(
            TokenDigest(of: plain.text), .invitation, for: id,
            change: TestDatabase.change(.makePasswordLink, .user(id)),
            in: TenantScope(tenant: browser.tenant.id, admission: .operator))
        let path = "password/\(plain.text)"
        #expect(await browser.get(path).text.contains("new@x.example"))
        for bad in ["short", "password1234", "aaaaaaaaaaaa", "abcdefghijklm"] {
            #expect(await browser.post(path, ["password": bad, "again": bad], token: nil).status == 422, "\(bad)")
        }
        #expect(
            await browser.post(path, ["password": "five tall ships sail", "again": "other"], token: nil).status == 422)
        let good = ["password": "five tall ships sail", "again": "five tall ships sail"]
        #expect(await browser.post(path, good, token: nil).status == 303)
        #expect(await browser.post(path, good, token: nil).status == 410)
        #expect(await browser.get(path).status == 410)
        #expect(await browser.signIn("new@x.example", "five tall ships sail").status == 303)
    }

    @Test func `a new password ends all sessions`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let first = browser.cookie
        await browser.signIn("owner@x.example")
        browser.cookie = first
        #expect(await browser.get("manage/account").status == 303)
        await browser.signIn("owner@x.example")
        let fields = ["password": Browser.password, "new": "five tall ships sail", "again": "five tall ships sail"]
        #expect(await browser.post("manage/account", ["password": "wrong", "new": "x", "again": "x"]).status == 422)
        #expect(await browser.post("manage/account", fields).status == 303)
        #expect(await browser.signIn("owner@x.example", "five tall ships sail").status == 303)
    }
}
