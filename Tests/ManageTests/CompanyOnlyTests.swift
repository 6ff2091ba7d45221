import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Synchronization
import Testing

@testable import Manage

/// An account whose people sign in with their company only: Owners keep their passwords, nobody else has one.
struct CompanyOnlyTests {
    /// An account with a company to sign in with, an Owner who looks at it, and a trainee.
    private struct Account {
        let browser: Browser
        let mailbox = Mailbox()
        let owner: UserID
        let ann: UserID
        let visitor: Browser

        init(_ method: Tenant.SignInMethod = .saml) async throws {
            browser = try await Browser(transport: mailbox)
            owner = try await browser.signedIn()
            _ = try await browser.makeConnection()
            ann = try await browser.makeUser("ann@x.example", .trainee)
            try await browser.setSignIn(method)
            visitor = try await Browser(tenant: browser.tenant, transport: mailbox)
        }

        /// The mail that has gone, the latest first.
        func delivered() async -> [MailMessage] {
            await browser.courier.deliver(of: browser.tenant.id)
            return mailbox.latest(linkingTo: Browser.origin + browser.base)
        }
    }

    private func link(in message: MailMessage) -> String? {
        message.text.firstMatch(of: /password\/lpl_[A-Za-z0-9]+/).map { String($0.output) }
    }

    // MARK: Invitations

    @Test func `who is invited and signs in with the company is led there, and an Owner to a password`() async throws {
        let account = try await Account()
        let browser = account.browser
        #expect(await browser.post("manage/users/\(account.ann)/invitation").location.hasSuffix("?done=invited"))
        let message = try #require(await account.delivered().first)
        #expect(message.recipient == "ann@x.example" && link(in: message) == nil)
        #expect(message.text.contains("sign in with your company") && message.text.contains("\(browser.base)/login"))
        #expect(await account.visitor.get("login").text.contains("Log in with Entra"))
        #expect(await browser.post("manage/users/\(account.ann)/edit", ["preferredLanguage": "de"]).status == 303)
        _ = await browser.post("manage/users/\(account.ann)/invitation")
        #expect(await account.delivered().first?.text.contains("über Ihr Unternehmen") == true)
        let boss = try await browser.makeUser("boss@x.example", .owner)
        _ = await browser.post("manage/users/\(boss)/invitation")
        let theirs = try #require(await account.delivered().first { $0.recipient == "boss@x.example" })
        #expect(link(in: theirs) != nil)
    }

    @Test func `where passwords are taken as well, an invitation leads to one`() async throws {
        let account = try await Account(.both)
        _ = await account.browser.post("manage/users/\(account.ann)/invitation")
        let message = try #require(await account.delivered().first)
        let path = try #require(link(in: message))
        #expect(await account.visitor.get(path).text.contains("name=\"again\""))
        // Decided anew when it is followed.
        try await account.browser.setSignIn(.saml)
        let page = await account.visitor.get(path)
        #expect(page.status == 403 && page.text.contains("You need no password") && page.text.contains("/login\""))
        let fields = ["password": "nine blue otters swim", "again": "nine blue otters swim"]
        #expect(await account.visitor.post(path, fields, token: nil).status == 403)
        try await account.browser.setSignIn(.both)
        let set = await account.visitor.post(path, fields, token: nil)
        #expect(set.location.hasSuffix("/login?done=password"))
    }

    @Test func `who is made by hand needs no link to a password`() async throws {
        let account = try await Account()
        let fields = ["userName": "bob@x.example", "email": "bob@x.example", "role": "trainee"]
        let made = await account.browser.post("manage/users/new", fields)
        #expect(await account.browser.get(made.location).text.contains("signs in with the company."))
        try await account.browser.setSignIn(.both)
        let other = ["userName": "cid@x.example", "email": "cid@x.example", "role": "trainee"]
        #expect(await account.browser.post("manage/users/new", other).location.hasSuffix("?done=userMade"))
    }

    // MARK: Forgotten passwords

    @Test func `a reset goes to Owners, and the page tells everybody else where they sign in`() async throws {
        let account = try await Account()
        let page = await account.visitor.get("forgotten")
        #expect(page.text.contains("Here people sign in with their company") && page.text.contains("an Owner&#39;s"))
        let (ann, owner) = (
            await account.visitor.post("forgotten", ["name": "ann@x.example"], token: nil),
            await account.visitor.post("forgotten", ["name": "owner@x.example"], token: nil)
        )
        // Nobody learns who is an Owner.
        #expect(ann.status == 200 && ann.text == owner.text)
        let scope = account.browser.scope
        #expect(
            try await eventually { try await !account.browser.test.mails.mails(to: account.owner, in: scope).isEmpty })
        #expect(await account.delivered().map(\.recipient) == ["owner@x.example"])
        #expect(try await account.browser.test.mails.mails(to: account.ann, in: scope).isEmpty)
        let login = await account.visitor.get("login?password")
        #expect(login.text.contains("Forgotten an Owner&#39;s password?"))
        try await account.browser.setSignIn(.both)
        #expect(!(await account.visitor.get("forgotten").text.contains("Here people sign in")))
    }

    @Test func `a reset that waits is not sent once it is of no use`() async throws {
        let account = try await Account(.both)
        try await account.browser.test.mails.addReset(for: "ann@x.example", in: account.browser.tenant.id)
        try await account.browser.setSignIn(.saml)
        #expect(await account.delivered().isEmpty)
        let page = await account.browser.get("manage/users/\(account.ann)")
        #expect(page.text.contains("The user signs in with the company and needs no password."))
    }

    // MARK: Links

    @Test func `a link to a password is made for Owners only`() async throws {
        let account = try await Account()
        let browser = account.browser
        let page = await browser.get("manage/users/\(account.ann)")
        #expect(!page.text.contains("/password-link") && page.text.contains("only those of Owners are taken"))
        let refused = await browser.post("manage/users/\(account.ann)/password-link")
        #expect(refused.status == 409 && refused.text.contains("This person needs no password"))
        let boss = try await browser.makeUser("boss@x.example", .owner)
        #expect(await browser.get("manage/users/\(boss)").text.contains("/password-link"))
        let made = await browser.post("manage/users/\(boss)/password-link")
        let path = try #require(made.text.firstMatch(of: /password\/lpl_[A-Za-z0-9]+/)).output
        let fields = ["password": "nine blue otters swim", "again": "nine blue otters swim"]
        let set = await account.visitor.post(String(path), fields, token: nil)
        // The page that says so has the form to sign in with it.
        let next = await account.visitor.get(set.location)
        #expect(next.text.contains("Your password is set.") && next.text.contains("id=\"password\""))
        #expect(await account.visitor.signIn("boss@x.example", "nine blue otters swim").status == 303)
    }
}

extension Browser {
    /// As the settings are saved by who has tested a connection.
    func setSignIn(_ method: Tenant.SignInMethod) async throws {
        var tenant = tenant
        tenant.signInMethod = method
        try await test.tenants.update(
            tenant, change: TestDatabase.change(.update, .tenant(tenant.id)), in: scope)
    }
}
