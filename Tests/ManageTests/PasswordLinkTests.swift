import Domain
import Edge
import LecternTesting
import Persistence
import Postgres
import Testing

@testable import Manage

/// Links to set a password, names that two people have, and what wrong names cost.
struct PasswordLinkTests {
    private static let fields = ["password": "five tall ships sail", "again": "five tall ships sail"]

    /// A new link of the user, as a path.
    private func link(
        _ browser: Browser, for user: UserID, _ purpose: PasswordLinkPurpose = .reset
    ) async throws -> String {
        let plain = Edge.Environment.system.secret(for: .passwordLink)
        try await browser.test.signIn.create(
            TokenDigest(of: plain.text), purpose, for: user,
            change: TestDatabase.change(.makePasswordLink, .user(user)),
            in: TenantScope(tenant: browser.tenant.id, admission: .operator))
        return "password/\(plain.text)"
    }

    private func age(_ browser: Browser, by seconds: Int64) async throws {
        _ = try await browser.test.superuser.write([
            """
            update app.password_links set expires_at = expires_at - \(seconds) * interval '1 second'
            where tenant_id = \(.uuid(browser.tenant.id.rawValue))
            """
        ])
    }

    @Test(arguments: [(PasswordLinkPurpose.reset, 3600), (.invitation, 7 * 86_400)] as [(PasswordLinkPurpose, Int64)])
    func `a link ends when its time is over`(_ purpose: PasswordLinkPurpose, _ lifetime: Int64) async throws {
        let browser = try await Browser()
        let ann = try await browser.makeUser("ann@x.example", .trainee)
        let path = try await link(browser, for: ann, purpose)
        try await age(browser, by: lifetime - 60)
        #expect(await browser.get(path).status == 200)
        try await age(browser, by: 60)
        #expect(await browser.get(path).status == 410)
        #expect(await browser.post(path, Self.fields, token: nil).status == 410)
        #expect(await browser.signIn("ann@x.example").status == 303)
    }

    @Test func `a new password ends the other links, however it was set`() async throws {
        let browser = try await Browser()
        let ann = try await browser.makeUser("ann@x.example", .trainee)
        let (one, other) = (try await link(browser, for: ann), try await link(browser, for: ann, .invitation))
        #expect(await browser.post(one, Self.fields, token: nil).status == 303)
        #expect(await browser.post(other, Self.fields, token: nil).status == 410)
        let third = try await link(browser, for: ann)
        #expect(await browser.signIn("ann@x.example", "five tall ships sail").status == 303)
        let own = [
            "password": "five tall ships sail", "new": "nine blue otters swim", "again": "nine blue otters swim",
        ]
        #expect(await browser.post("manage/account", own).status == 303)
        #expect(await browser.get(third).status == 410)
    }

    @Test func `a suspension ends links, also after it is over`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let ann = try await browser.makeUser("ann@x.example", .trainee)
        let path = try await link(browser, for: ann)
        for active in ["false", "true"] {
            #expect(await browser.post("manage/users/\(ann)/suspension", ["active": active]).status == 303)
            #expect(await browser.get(path).status == 410, "\(active)")
        }
    }

    @Test func `an address of two people signs neither of them in`() async throws {
        let browser = try await Browser()
        for name in ["ann", "bea"] {
            let id = UserID(rawValue: TestDatabase.identifiers.next())
            let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
            _ = try await browser.test.users.create(
                NewUser(
                    id: id, source: nil, attributes: .named(name, emails: ["team@x.example"]), role: .trainee,
                    change: TestDatabase.change(.create, .user(id)), mapsGroups: false), in: scope)
            try await browser.test.signIn.setPassword(
                try await browser.hasher.hash(Browser.password), of: id,
                change: TestDatabase.change(.setPassword, .user(id)), in: scope)
        }
        #expect(await browser.signIn("team@x.example").status == 422)
        for name in ["ann", "bea"] { #expect(await browser.signIn(name).status == 303, "\(name)") }
    }

    @Test func `a name that nobody has costs the same hash as a wrong password`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("ann@x.example", .trainee)
        for (name, password, hashes) in [
            ("nobody@x.example", "wrong", 1), ("ann@x.example", "wrong", 1), ("ann@x.example", Browser.password, 1),
            // More than anybody types is not even hashed.
            ("ann@x.example", String(repeating: "x", count: PasswordRule.maximumBytes + 1), 0),
        ] {
            let before = browser.hasher.count
            _ = await browser.signIn(name, password)
            #expect(browser.hasher.count - before == hashes, "\(name)")
        }
    }

    @Test func `nobody suspends themselves`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("second@x.example", .owner)
        let owner = try await browser.signedIn()
        #expect(await browser.post("manage/users/\(owner)/suspension", ["active": "false"]).status == 422)
        #expect(await browser.get("manage/account").status == 200)
    }
}
