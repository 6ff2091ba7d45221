import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import Testing

/// How sessions end.
struct SessionTests {
    /// Ages the sessions of the tenant.
    private func age(_ browser: Browser, created: Int64 = 0, seen: Int64 = 0) async throws {
        _ = try await browser.test.superuser.write([
            """
            update app.sessions set created_at = created_at - \(created) * interval '1 second',
                last_seen_at = last_seen_at - \(seen) * interval '1 second'
            where tenant_id = \(.uuid(browser.tenant.id.rawValue))
            """
        ])
    }

    private func isSignedIn(_ browser: Browser) async -> Bool { await browser.get("manage/account").status == 200 }

    @Test func `a session ends half an hour after it was last used`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        try await age(browser, seen: Session.idleLimit - 60)
        #expect(await isSignedIn(browser))
        // Being used keeps it alive.
        try await age(browser, seen: 120)
        #expect(await isSignedIn(browser))
        try await age(browser, seen: Session.idleLimit)
        #expect(await browser.get("manage/account").location.contains("/login?next="))
    }

    @Test func `a session ends after twelve hours, however much it is used`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        try await age(browser, created: Session.lifetime - 60)
        #expect(await isSignedIn(browser))
        try await age(browser, created: 60)
        #expect(await browser.get("manage/account").location.contains("/login?next="))
    }

    @Test func `nobody ends a session of somebody else by its id`() async throws {
        let browser = try await Browser()
        let ann = try await browser.signedIn(as: "ann@x.example", .owner)
        let annsCookie = browser.cookie
        let session = try #require(try await browser.test.signIn.sessions(of: ann, in: browser.tenant.id).first)
        browser.cookie = nil
        _ = try await browser.signedIn(as: "bea@x.example", .owner)
        #expect(await browser.post("manage/account/sessions/\(session.id)").status == 303)
        browser.cookie = annsCookie
        #expect(await isSignedIn(browser))
        #expect(await browser.post("manage/account/sessions/\(session.id)").status == 303)
        #expect(await !isSignedIn(browser))
    }

    @Test func `a user has at most twenty sessions, and the oldest end`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let first = browser.cookie
        var cookies: [String?] = []
        for _ in 0..<20 {
            browser.cookie = nil
            let now = browser.now
            let secret = Edge.Environment.system.secret(for: .session)
            let session = Session(
                id: SessionID(rawValue: TestDatabase.identifiers.next()), user: owner, createdAt: now, lastSeenAt: now,
                authenticatedAt: now, address: "", userAgent: "")
            try await browser.test.signIn.begin(
                session, digest: TokenDigest(of: secret.text), in: browser.tenant.id)
            cookies.append("__Host-lectern-\(browser.tenant.slug)=\(secret.text)")
        }
        #expect(try await browser.test.signIn.sessions(of: owner, in: browser.tenant.id).count == 20)
        browser.cookie = first
        #expect(await !isSignedIn(browser))
        for cookie in cookies {
            browser.cookie = cookie
            #expect(await isSignedIn(browser))
        }
    }

    @Test func `an administrator signs somebody out everywhere, who stays active`() async throws {
        let browser = try await Browser()
        let ann = try await browser.signedIn(as: "ann@x.example", .trainee)
        let annsCookie = browser.cookie
        // Signing in ends the session that the browser had before.
        browser.cookie = nil
        let owner = try await browser.signedIn(as: "owner@x.example", .owner)
        let ownersCookie = browser.cookie
        browser.cookie = nil
        _ = try await browser.signedIn(as: "admin@x.example", .admin)
        let page = await browser.get("manage/users/\(ann)")
        #expect(page.text.contains("Sign out everywhere") && page.text.contains("1 session"))
        #expect(await browser.post("manage/users/\(ann)/sign-out").location.hasSuffix("?done=signedOutEverywhere"))
        // An Owner is managed by Owners only.
        #expect(await browser.post("manage/users/\(owner)/sign-out").status == 403)
        let after = await browser.get("manage/users/\(ann)").text
        #expect(!after.contains("Sign out everywhere") && after.contains("Signed the user out everywhere"))
        browser.cookie = annsCookie
        #expect(await !isSignedIn(browser))
        browser.cookie = ownersCookie
        #expect(await isSignedIn(browser))
        browser.cookie = nil
        #expect(await browser.signIn("ann@x.example").status == 303)
        let ended = try await browser.securityEvents(.sessionsEnded)
        #expect(ended.map(\.event.subject) == [.user(ann)] && ended.map(\.event.reason) == ["administrator"])
    }

    @Test func `a second factor that is set up, renewed or removed ends the other sessions`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let (secondFactors, signIn, tenant) = (
            browser.test.secondFactors, browser.test.signIn, browser.tenant.id
        )
        func sessions() async throws -> Int { try await signIn.sessions(of: owner, in: tenant).count }
        func another() async throws {
            let now = browser.now
            let session = Session(
                id: SessionID(rawValue: TestDatabase.identifiers.next()), user: owner, createdAt: now, lastSeenAt: now,
                authenticatedAt: now, address: "", userAgent: "")
            try await signIn.begin(
                session, digest: TokenDigest(of: Edge.Environment.system.secret(for: .session).text), in: tenant)
            #expect(try await sessions() == 2)
        }
        let kept = try #require(try await signIn.sessions(of: owner, in: tenant).first).id
        let (change, codes) = (
            { TestDatabase.change(.setSecondFactor, .user(owner)) },
            [TokenDigest(of: "a"), TokenDigest(of: "b")]
        )
        try await another()
        try await secondFactors.begin("sealed", of: owner, in: tenant)
        #expect(try await sessions() == 2)
        try await secondFactors.confirm(
            of: owner, step: 1, recoveryCodes: codes, keeping: kept, change: change(), in: tenant)
        #expect(try await sessions() == 1)
        try await another()
        try await secondFactors.replace(recoveryCodes: codes, of: owner, keeping: kept, change: change(), in: tenant)
        #expect(try await sessions() == 1)
        try await another()
        #expect(await browser.post("manage/account/second-factor/removal").location.hasSuffix("?done=codeRemoved"))
        #expect(try await sessions() == 1)
        #expect(await isSignedIn(browser))
    }
}
