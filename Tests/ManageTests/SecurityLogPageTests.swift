import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

@testable import Manage

/// The security log: what is noted of the console's requests, and the page that shows it.
struct SecurityLogPageTests {
    @Test func `signing in and out, and what is refused, is shown with person, address and reason`() async throws {
        let browser = try await Browser()
        browser.address = "203.0.113.9"
        let owner = try await browser.makeUser("owner@x.example", .owner)
        _ = await browser.signIn("owner@x.example", "wrong")
        _ = await browser.signIn("<b>nobody", "wrong")
        _ = await browser.signIn("owner@x.example")
        #expect(await browser.post("manage/integration/plugins", ["name": "x"], token: "forged").status == 403)
        #expect(await browser.post("manage/integration/plugins", origin: "https://evil.example").status == 403)
        #expect(await browser.post("logout").status == 303)
        let events = try await browser.securityEvents()
        #expect(
            events.map(\.event.kind) == [
                .wrongPassword, .wrongPassword, .signedIn, .foreignForm, .foreignForm, .signedOut,
            ])
        #expect(events.map(\.event.reason) == ["password", "password", "password", "form-token", "origin", ""])
        #expect(events.allSatisfy { $0.event.address == "203.0.113.9" })
        #expect(events.filter { $0.event.subject == .user(owner) }.count == 5)
        await browser.signIn("owner@x.example")
        let page = await browser.get("manage/security")
        #expect(page.status == 200)
        // What was wrong or rejected looks different from the rest.
        #expect(page.text.matches(of: /<li class="bad">/).count == 4 && page.text.contains("<li class=\"\">"))
        for text in ["Wrong password", "Signed in", "Signed out", "Form from another site rejected", "203.0.113.9"] {
            #expect(page.text.contains(text), "\(text)")
        }
        #expect(page.text.contains("href=\"\(browser.base)/manage/users/\(owner)\">owner@x.example</a>"))
        #expect(page.text.contains("a name that nobody here has (") && !page.text.contains("nobody&"))
    }

    @Test func `what other parts of the product note has its reason in words, too`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let kinds: [(SecurityEvent.Kind, String, String)] = [
            (.signedIn, "company", "By the company"),
            (.signInRefused, "foreign-domain", "in no mail domain that you have proved"),
            (.signedOut, "provider", "The identity provider ended the session."),
            (.tokenRefused, "invalid_client", "The client id, its secret or its assertion is wrong."),
        ]
        for (kind, reason, _) in kinds {
            browser.securityLog.record(
                SecurityEvent(
                    kind, .user(owner), from: "203.0.113.9", reason: reason, requestID: "r", at: browser.now),
                of: browser.tenant.id)
        }
        _ = try await browser.securityEvents()
        let text = await browser.get("manage/security").text
        for (_, reason, words) in kinds {
            #expect(text.contains(words) && !text.contains("<code>\(reason)"), "\(reason)")
        }
    }

    @Test func `a person without a password is named all the same`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let id = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await browser.test.users.create(
            NewUser(
                id: id, source: nil, attributes: .named("new", emails: ["new@x.example"]), role: .trainee,
                change: TestDatabase.change(.create, .user(id)), mapsGroups: false), in: browser.scope)
        let other = try await Browser(tenant: browser.tenant)
        _ = await other.signIn("new", "wrong")
        for name in ["new@x.example", "owner@x.example", "nobody@x.example"] {
            _ = await other.post("forgotten", ["name": name], token: nil)
        }
        #expect(try await other.securityEvents(.wrongPassword).map(\.event.subject) == [.user(id)])
        let asked = try await other.securityEvents(.passwordLinkSent).map(\.event.subject)
        #expect(asked.count == 3 && asked.contains(.user(id)) && asked.contains(.user(owner)))
        #expect(await browser.get("manage/security?person=new@x.example").text.contains("Wrong password"))
    }

    @Test func `whoever may not call a page is noted, and whoever asks too often`() async throws {
        let browser = try await Browser()
        let trainee = try await browser.signedIn(as: "trainee@x.example", .trainee)
        #expect(await browser.get("manage/security").status == 403)
        #expect(await browser.post("manage/users/\(trainee)/roles", ["role": "owner"]).status == 403)
        for _ in 0..<6 { _ = await browser.post("manage/account", ["password": "wrong", "new": "x", "again": "x"]) }
        let events = try await browser.securityEvents()
        let forbidden = events.filter { $0.event.kind == .forbidden }
        #expect(Set(forbidden.map(\.event.reason)) == ["securityLog", "userRoles"])
        #expect(forbidden.allSatisfy { $0.event.subject == .user(trainee) })
        let wrong = events.filter { $0.event.kind == .wrongConfirmation }
        #expect(wrong.reduce(0) { $0 + $1.count } == 5 && wrong.allSatisfy { $0.event.reason == "password" })
        #expect(events.filter { $0.event.kind == .throttled }.map(\.event.reason) == ["account"])
    }

    @Test func `lines are found by event, person, address and days`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("ann@x.example", .trainee)
        _ = await browser.signIn("ann@x.example", "wrong")
        browser.address = "2001:db8::7"
        _ = try await browser.signedIn()
        _ = try await browser.securityEvents()
        func lines(_ query: String) async -> Int {
            await browser.get("manage/security?\(query)").text.matches(of: /<li class="/).count
        }
        for (query, count) in [
            ("", 2), ("kind=wrong-password", 1), ("person=ANN@x.example", 1), ("person=nobody", 0),
            ("address=2001:DB8:0::7", 1), ("address=192.0.2.1", 0), ("from=2020-01-01", 2), ("to=2020-01-01", 0),
        ] { #expect(await lines(query) == count, "\(query)") }
        let broken = await browser.get("manage/security?from=2026-02-30")
        #expect(broken.refuses("from"))
        #expect(await browser.get("manage/security?from=2026-02-02&to=2026-02-01").refuses("to"))
        #expect(await browser.get("manage/security?person=nobody").text.contains("No line fits"))
    }

    @Test func `an export names people, and holds what was asked for`() async throws {
        let browser = try await Browser()
        browser.address = "203.0.113.9"
        let owner = try await browser.makeUser("owner@x.example", .owner)
        let gone = try await browser.makeUser("gone@x.example", .trainee)
        for name in ["owner", "gone", "nobody"] { _ = await browser.signIn("\(name)@x.example", "wrong") }
        _ = await browser.signIn("owner@x.example")
        _ = try await browser.securityEvents()
        _ = await browser.post("manage/users/\(gone)/deletion")
        let page = await browser.get("manage/security?kind=wrong-password")
        #expect(page.text.contains("/manage/security.csv?kind=wrong-password\""))
        let export = await browser.get("manage/security.json?kind=wrong-password")
        #expect(export.headers[.contentDisposition] == "attachment; filename=\"security-log.json\"")
        let lines = try #require(try JSON.parse(export.text).arrayValue)
        #expect(lines.count == 3)
        for (id, name) in [(owner, "owner@x.example"), (gone, "gone@x.example")] {
            let line = try #require(lines.first { $0["subject_id"] == .string(id.description) })
            #expect(line["subject_kind"] == "user" && line["subject_name"] == .string(name))
            #expect(line["event"] == "Wrong password" && line["address"] == "203.0.113.9" && line["count"] == "1")
        }
        // A name that nobody has is kept by its hash only.
        #expect(lines.contains { $0["subject_kind"] == "unknown" && $0["subject_name"] == "" })
        #expect(!export.text.contains("nobody@x.example"))
        let table = await browser.get("manage/security.csv").text
        #expect(table.hasPrefix("\"at\",\"last_at\",\"count\",\"event\",\"subject_kind\",\"subject_id\","))
        #expect(await browser.get("manage/security.json?person=nobody").text == "[]")
        #expect(await browser.get("manage/security.csv?from=2026-02-30").refuses("from"))
        #expect(await browser.get("manage/security?person=nobody").text.contains("security.csv") == false)
    }

    @Test func `a long log is read page by page`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        for number in 0..<60 {
            let at = Timestamp(microseconds: browser.now.microseconds - Int64(number) * 60_000_000)
            browser.securityLog.record(
                SecurityEvent(.forbidden, .user(owner), from: "192.0.2.1", reason: "home", requestID: "r", at: at),
                of: browser.tenant.id)
        }
        _ = try await browser.securityEvents()
        let first = await browser.get("manage/security?kind=forbidden")
        #expect(first.text.matches(of: /<li class="/).count == 50)
        let older = try #require(first.text.firstMatch(of: /href="([^"]*before=[^"]*)"/)).output.1
        let second = await browser.get(String(older).replacing("&amp;", with: "&"))
        #expect(second.text.matches(of: /<li class="/).count == 10 && !second.text.contains("before="))
    }
}
