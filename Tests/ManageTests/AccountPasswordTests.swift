import Domain
import Edge
import LecternTesting
import Persistence
import Postgres
import Testing

/// The password of one's own account, for people who have one, may have one, or need none.
struct AccountPasswordTests {
    private static let fields = ["new": "nine blue otters swim", "again": "nine blue otters swim"]

    /// Somebody who was made at their first sign-in with the company: signed in, and without a password.
    private func newcomer(_ role: Role = .trainee) async throws -> Browser {
        let browser = try await Browser()
        let id = try await browser.signedIn(as: "ann@x.example", role)
        _ = try await browser.test.superuser.write([
            "delete from app.passwords where user_id = \(.uuid(id.rawValue))"
        ])
        return browser
    }

    @Test func `who has no password sets one after a fresh proof, and is not asked for the current one`() async throws {
        let browser = try await newcomer()
        let page = await browser.get("manage/account")
        #expect(page.text.contains("You have no password here yet.") && page.text.contains("id=\"new\""))
        #expect(!page.text.contains("Current password"))
        #expect(await browser.post("manage/account", ["new": "short", "again": "short"]).status == 422)
        #expect(await browser.post("manage/account", Self.fields).location.hasSuffix("/login?done=password"))
        #expect(await browser.signIn("ann@x.example", "nine blue otters swim").status == 303)
        // From now on it is asked for.
        #expect(await browser.get("manage/account").text.contains("Current password"))
        #expect(await browser.post("manage/account", Self.fields).status == 422)
    }

    @Test func `a proof that is old sets no first password`() async throws {
        let browser = try await newcomer()
        let later = try await Browser(tenant: browser.tenant, secondsAhead: Session.freshness + 60)
        later.cookie = browser.cookie
        let page = await later.get("manage/account")
        #expect(!page.text.contains("id=\"new\"") && page.text.contains("confirmation?next=manage/account"))
        #expect(await later.post("manage/account", Self.fields).location.contains("/confirmation?next=manage/account"))
        #expect(try await browser.test.signIn.passwordHolder("ann@x.example", in: browser.tenant.id) == nil)
    }

    @Test func `where people sign in with the company only, nobody but an Owner has a password to set`() async throws {
        let browser = try await newcomer()
        try await browser.setSignIn(.saml)
        let page = await browser.get("manage/account")
        #expect(page.text.contains("You sign in with your company") && !page.text.contains("id=\"new\""))
        #expect(!(await browser.post("manage/account", Self.fields).location.contains("login")))
        #expect(try await browser.test.signIn.passwordHolder("ann@x.example", in: browser.tenant.id) == nil)
        let owner = try await newcomer(.owner)
        try await owner.setSignIn(.saml)
        let set = await owner.post("manage/account", Self.fields)
        #expect(set.location.hasSuffix("/login?password&done=password"))
        #expect(await owner.signIn("ann@x.example", "nine blue otters swim").status == 303)
    }
}
