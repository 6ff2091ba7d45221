import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Synchronization
import Testing

@testable import Manage

struct MailTests {
    /// Takes mail, or refuses it, and remembers both.
    private final class Transport: MailTransport {
        let sent = Mutex<[MailMessage]>([])
        let failure = Mutex<MailFailure?>(nil)

        func send(_ message: MailMessage) async throws(MailFailure) {
            if let failure = failure.withLock({ $0 }) { throw failure }
            sent.withLock { $0.append(message) }
        }

        var messages: [MailMessage] { sent.withLock { $0 } }
    }

    private func scope(_ browser: Browser) -> TenantScope {
        TenantScope(tenant: browser.tenant.id, admission: .operator)
    }

    /// The mail is sent after the answer.
    private func delivered(_ browser: Browser, to user: UserID, count: Int = 1) async throws {
        let scope = scope(browser)
        #expect(try await eventually { try await browser.test.mails.mails(to: user, in: scope).count >= count })
        await browser.courier.deliver(of: browser.tenant.id)
    }

    private func link(in message: MailMessage) -> String {
        message.text.split(separator: "\n").first { $0.contains("/password/lpl_") }.map(String.init) ?? ""
    }

    @Test func `who has forgotten the password gets a link, and nobody learns who is here`() async throws {
        let transport = Transport()
        let browser = try await Browser(transport: transport)
        let id = try await browser.makeUser("ann@x.example", .trainee)
        #expect(await browser.get("login").text.contains("/forgotten\""))
        let unknown = await browser.post("forgotten", ["name": "nobody@x.example"], token: nil)
        let known = await browser.post("forgotten", ["name": "ANN@x.example"], token: nil)
        #expect(known.status == 200 && known.text == unknown.text)
        try await delivered(browser, to: id)
        let message = try #require(transport.messages.first)
        #expect(transport.messages.count == 1 && message.recipient == "ann@x.example")
        #expect(message.subject == "Set another password at Test")
        let link = try #require(link(in: message).firstRange(of: "/password/")).lowerBound
        let path = String(self.link(in: message)[link...].dropFirst())
        #expect(await browser.get(path).status == 200)
        let set = await browser.post(
            path, ["password": "nine blue otters swim", "again": "nine blue otters swim"], token: nil)
        #expect(set.status == 303)
        #expect(await browser.signIn("ann@x.example", "nine blue otters swim").status == 303)
        #expect(await browser.get(path).status == 410)
        // A second wish a moment later, which a slow machine takes longer for, is the same wish.
        _ = try await browser.test.superuser.write([
            "update app.mails set created_at = now() where tenant_id = \(.uuid(browser.tenant.id.rawValue))"
        ])
        _ = await browser.post("forgotten", ["name": "ann@x.example"], token: nil)
        try await Task.sleep(for: .milliseconds(100))
        await browser.courier.deliver(of: browser.tenant.id)
        #expect(transport.messages.count == 1)
        #expect(await browser.post("forgotten", ["name": " "], token: nil).status == 422)
    }

    @Test func `no mail goes to what is no address, and nobody signs in or is found by it`() async throws {
        let transport = Transport()
        let browser = try await Browser(transport: transport)
        let id = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await browser.test.users.create(
            NewUser(
                id: id, source: nil, attributes: .named("ann", emails: ["office"]), role: .trainee,
                change: TestDatabase.change(.create, .user(id)), mapsGroups: false, isInvited: true),
            in: scope(browser))
        await browser.courier.deliver(of: browser.tenant.id)
        #expect(transport.messages.isEmpty)
        try await browser.test.mails.addReset(for: "office", in: browser.tenant.id)
        #expect(try await browser.test.mails.mails(to: id, in: scope(browser)).count == 1)
        try await browser.test.signIn.setPassword(
            "hash", of: id, change: TestDatabase.change(.setPassword, .user(id)), in: scope(browser))
        #expect(try await browser.test.signIn.passwordHolder("office", in: browser.tenant.id) == nil)
        #expect(try await browser.test.signIn.passwordHolder("ann", in: browser.tenant.id) != nil)
    }

    @Test func `whoever asks again and again has to wait`() async throws {
        let browser = try await Browser()
        let wish = ["name": "ann@x.example"]
        for _ in 0..<5 { #expect(await browser.post("forgotten", wish, token: nil).status == 200) }
        // A slow machine takes its time before the next one.
        try await browser.passTime(-3600)
        #expect(await browser.post("forgotten", wish, token: nil).status == 429)
        #expect(await browser.post("forgotten", ["name": "bea@x.example"], token: nil).status == 200)
    }

    @Test func `an invitation goes in the language of whom it is for, and the page tells what became of it`()
        async throws
    {
        let transport = Transport()
        let browser = try await Browser(transport: transport)
        _ = try await browser.signedIn()
        let fields = [
            "userName": "ann", "email": "ann@x.example", "givenName": "Ann", "role": "trainee", "invite": "on",
        ]
        let made = await browser.post("manage/users/new", fields)
        #expect(made.location.hasSuffix("?done=invited"))
        let id = try #require(UserID(made.location.split(separator: "/").last?.split(separator: "?").first ?? ""))
        try await delivered(browser, to: id)
        #expect(transport.messages.last?.text.hasPrefix("Hello Ann,\n\nAn account was made for you") == true)
        let page = await browser.get("manage/users/\(id)").text
        #expect(page.contains("Invitation – <span class=\"tag fine\">sent") && page.contains("· Lectern"))
        #expect(await browser.post("manage/users/\(id)/edit", ["preferredLanguage": "de-CH"]).status == 303)
        transport.failure.withLock { $0 = MailFailure(reason: "Nobody there (550)", isFinal: true) }
        #expect(await browser.post("manage/users/\(id)/invitation").status == 303)
        try await delivered(browser, to: id, count: 2)
        #expect(await browser.get("manage/users/\(id)").text.contains("not delivered</span>"))
        #expect(await browser.get("manage/users/\(id)").text.contains("Nobody there (550)"))
        transport.failure.withLock { $0 = nil }
        _ = await browser.post("manage/users/\(id)/invitation")
        try await delivered(browser, to: id, count: 3)
        #expect(transport.messages.last?.subject == "Ihr Konto für Schulungen bei Test")
        // The newer link is the good one.
        #expect(link(in: transport.messages[0]) != link(in: transport.messages[1]))
    }

    @Test func `what is not taken now is tried again, and not by two at once`() async throws {
        let transport = Transport()
        let browser = try await Browser(transport: transport)
        let id = try await browser.makeUser("ann@x.example", .trainee)
        try await browser.test.mails.add(.invitation, to: id, in: scope(browser))
        transport.failure.withLock { $0 = MailFailure(reason: "busy", isFinal: false) }
        await browser.courier.deliver(of: browser.tenant.id)
        #expect(try await browser.test.mails.mails(to: id, in: scope(browser)).first?.problem == "busy")
        transport.failure.withLock { $0 = nil }
        await browser.courier.deliver(of: browser.tenant.id)
        #expect(transport.messages.isEmpty)
        let later = try await Browser(tenant: browser.tenant, secondsAhead: 61, transport: transport)
        let (one, other, tenant) = (later.courier, browser.courier, browser.tenant.id)
        async let first: Void = one.deliver(of: tenant)
        async let second: Void = other.deliver(of: tenant)
        _ = await (first, second)
        #expect(transport.messages.count == 1)
        #expect((1...7).map { Mail.wait(after: $0) } == [60, 300, 1800, 7200, 21_600, 43_200, 86_400])
        #expect(Mail.wait(after: 8) == nil)
    }

    @Test func `the policy of a connection decides who gets mail`() async throws {
        let transport = Transport()
        let browser = try await Browser(transport: transport)
        let client = try await browser.test.makeClient(
            of: browser.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 7, count: 32)))
        for (policy, kinds) in [
            (ProvisioningPolicy.Invites.never, []), (.atOnce, [Mail.Kind.invitation]), (.firstSignIn, [.welcome]),
        ] {
            var plugin = try #require(try await browser.test.integration.plugins(in: scope(browser)).first)
            plugin.policy.invites = policy
            try await browser.test.integration.update(
                plugin, change: TestDatabase.change(.update, .plugin(plugin.id)), in: scope(browser))
            let stored = try #require(try await browser.test.integration.plugins(in: scope(browser)).first)
            #expect(stored.policy.invites == policy)
            let changes = UserChanges(
                users: browser.test.users, identifiers: TestDatabase.identifiers, source: client.plugin,
                policy: stored.policy)
            let user = try await changes.create(
                .named("\(policy)@x.example", emails: ["\(policy)@x.example"]), role: .trainee,
                origin: ChangeOrigin(actor: .token(client.token, of: client.plugin), requestID: "r"),
                in: scope(browser))
            for _ in 0..<2 {
                let session = Session(
                    id: SessionID(rawValue: TestDatabase.identifiers.next()), user: user.id,
                    createdAt: Timestamp(microseconds: 0), lastSeenAt: Timestamp(microseconds: 0),
                    authenticatedAt: Timestamp(microseconds: 0), address: "", userAgent: "")
                let digest = TokenDigest(of: "\(session.id)")
                try await browser.test.signIn.begin(session, digest: digest, in: browser.tenant.id)
            }
            #expect(
                try await browser.test.mails.mails(to: user.id, in: scope(browser)).map(\.kind) == kinds, "\(policy)")
        }
    }

    @Test func `the end of a secret is told in time, once for each step, to who can do something`() async throws {
        let transport = Transport()
        let browser = try await Browser(transport: transport)
        let owner = try await browser.makeUser("owner@x.example", .owner)
        let editor = try await browser.makeUser("editor@x.example", .editor)
        let start = browser.now
        let client = try await browser.test.makeClient(
            of: browser.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 7, count: 32)),
            expiresAt: start.adding(seconds: 90 * 86_400))
        var told: [Int] = []
        for day in 50...91 {
            for _ in 0..<2 {
                try await browser.test.mails.addNotices(
                    now: start.adding(seconds: Int64(day) * 86_400 + 60), in: browser.tenant.id)
            }
            let count = try await browser.test.mails.mails(to: owner, in: scope(browser)).count
            if count > told.count { told.append(90 - day) }
        }
        #expect(told == [30, 14, 7, 1])
        #expect(try await browser.test.mails.mails(to: editor, in: scope(browser)).isEmpty)
        await browser.courier.deliver(of: browser.tenant.id)
        #expect(transport.messages.count == 4)
        #expect(transport.messages.first?.text.contains("begins with test") == true)
        // A successor makes the old one nobody's worry, unless it is still used.
        let other = try await Browser(transport: transport)
        let admin = try await other.makeUser("owner@x.example", .owner)
        let second = try await other.test.makeClient(
            of: other.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 7, count: 32)),
            expiresAt: start.adding(seconds: 90 * 86_400))
        let plugin = try #require(try await other.test.integration.plugins(in: scope(other)).first)
        _ = try await IntegrationChanges(
            integration: other.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r")
        ).createToken(
            of: plugin, digest: TokenDigest(of: "next"), prefix: "next",
            expiresAt: start.adding(seconds: 400 * 86_400), now: start, in: scope(other))
        let late = start.adding(seconds: 80 * 86_400)
        try await other.test.mails.addNotices(now: late, in: other.tenant.id)
        #expect(try await other.test.mails.mails(to: admin, in: scope(other)).isEmpty)
        try await other.test.integration.noteUse(
            of: second.token, at: late.adding(seconds: -3600), from: "1.2.3.4", in: other.tenant.id)
        try await other.test.mails.addNotices(now: late, in: other.tenant.id)
        #expect(try await other.test.mails.mails(to: admin, in: scope(other)).count == 1)
        _ = client
    }

    @Test func `the mailbox is for this machine, and shows this tenant's mail only`() async throws {
        let mailbox = Mailbox()
        let browser = try await Browser(transport: mailbox)
        let other = try await Browser(transport: mailbox)
        for each in [browser, other] {
            let id = try await each.makeUser("ann@x.example", .trainee)
            try await each.test.mails.add(.invitation, to: id, in: scope(each))
            await each.courier.deliver(of: each.tenant.id)
        }
        browser.host = "localhost:8080"
        let page = await browser.get("mailbox")
        #expect(page.text.contains("ann@x.example") && page.text.contains("/t/\(browser.tenant.slug)/password/lpl_"))
        #expect(!page.text.contains("/t/\(other.tenant.slug)/"))
        for host in ["127.0.0.1:8080", "[::1]:8080", "[::1]", "acme.localhost", "LOCALHOST"] {
            browser.host = host
            #expect(await browser.get("mailbox").status == 200, "\(host)")
        }
        for host in ["lectern.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "evil-localhost", ""] {
            browser.host = host
            #expect(await browser.get("mailbox").status == 404, "\(host)")
        }
        browser.host = "localhost"
        for name in ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"] {
            let header = try #require(HTTPField.Name(name))
            #expect(await browser.get("mailbox", headers: [header: "x"]).status == 404, "\(name)")
        }
    }
}
