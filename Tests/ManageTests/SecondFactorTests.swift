import Domain
import Edge
import HTTPTypes
import LecternTesting
import Manage
import Persistence
import Postgres
import TOTP
import Testing

struct SecondFactorTests {
    /// Sets up a telephone; gives what it holds, the recovery codes, and the code that confirmed it.
    private func setUp(_ browser: Browser) async throws -> (OneTimePassword, [String], confirming: String) {
        let page = await browser.get("manage/account/second-factor")
        let typed = try #require(page.text.firstMatch(of: /<code>([A-Z2-7 ]+)<\/code>/)).output.1
        let password = OneTimePassword(secret: Self.decode(String(typed.filter { $0 != " " })))
        #expect(password.text == String(typed))
        #expect(page.text.contains("<svg class=\"qr\""))
        // Loading it again changes nothing.
        #expect(await browser.get("manage/account/second-factor").text.contains(typed))
        #expect(await browser.post("manage/account/second-factor", ["code": "000000"]).status == 422)
        let confirming = code(password, browser)
        let done = await browser.post("manage/account/second-factor", ["code": confirming])
        #expect(done.headers[.cacheControl] == "no-store")
        let recovery = done.text.matches(of: /<code>([a-z0-9-]{19})<\/code>/).map { String($0.output.1) }
        return (password, recovery, confirming)
    }

    private func code(_ password: OneTimePassword, _ browser: Browser, later seconds: Int64 = 0) -> String {
        password.code(at: browser.now.seconds + seconds)
    }

    private static func decode(_ base32: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (bits, count, bytes) = (0, 0, [UInt8]())
        for letter in base32 {
            bits = bits << 5 | (alphabet.firstIndex(of: letter) ?? 0)
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 0xFF))
            }
        }
        return bytes
    }

    /// The proof that the second step's form carries, after the password.
    private func proof(_ browser: Browser, next: String? = nil) async throws -> String {
        browser.cookie = nil
        let asked = await browser.signIn("owner@x.example", next: next)
        #expect(asked.status == 200 && asked.text.contains("One more step") && browser.cookie == nil)
        // A slow machine takes its time before the code.
        try await age(browser, by: -3600)
        return try #require(asked.field("proof"))
    }

    @Test func `the password alone lets nobody in, nor does a code that was used`() async throws {
        let browser = try await Browser(clockStands: true)
        _ = try await browser.signedIn()
        let (password, recovery, confirming) = try await setUp(browser)
        #expect(recovery.count == 10 && Set(recovery).count == 10)
        let first = try await proof(browser, next: "manage/users")
        let wrong = await browser.post("login/code", ["proof": first, "code": "000000"], token: nil)
        #expect(wrong.status == 422 && wrong.text.contains("This code is not right") && browser.cookie == nil)
        // The code that confirmed the telephone is used up.
        let used = await browser.post("login/code", ["proof": first, "code": confirming], token: nil)
        #expect(used.status == 422)
        let next = code(password, browser, later: 30)
        let signedIn = await browser.post(
            "login/code", ["proof": first, "code": next, "next": "manage/users"], token: nil)
        #expect(signedIn.status == 303 && signedIn.location.hasSuffix("/manage/users"))
        #expect(await browser.get("manage/account").text.contains("10 recovery codes are left"))
        let again = try await proof(browser)
        #expect(await browser.post("login/code", ["proof": again, "code": next], token: nil).status == 422)
        #expect(await browser.post("login/code", ["proof": again, "code": recovery[0]], token: nil).status == 303)
        let third = try await proof(browser)
        for (code, status) in [(recovery[0], 422), (recovery[1].uppercased() + " ", 303)] {
            let answer = await browser.post("login/code", ["proof": third, "code": code], token: nil)
            #expect(answer.status == status, "\(code)")
        }
        #expect(await browser.get("manage/account").text.contains("8 recovery codes are left"))
    }

    @Test func `the step between password and code cannot be forged, kept, or taken elsewhere`() async throws {
        let browser = try await Browser(clockStands: true)
        _ = try await browser.signedIn()
        let (password, _, _) = try await setUp(browser)
        let good = try await proof(browser)
        let right = ["proof": good, "code": code(password, browser, later: 30)]
        for forged in ["", "x", String(good.dropLast()), good + "A"] {
            let answer = await browser.post("login/code", right.merging(["proof": forged]) { $1 }, token: nil)
            #expect(answer.location.hasSuffix("/login") && browser.cookie == nil, "\(forged)")
        }
        let elsewhere = try await Browser(clockStands: true)
        _ = try await elsewhere.makeUser("owner@x.example", .owner)
        elsewhere.stepCookie = browser.stepCookie?.replacing("\(browser.tenant.slug)", with: "\(elsewhere.tenant.slug)")
        #expect(await elsewhere.post("login/code", right, token: nil).location.hasSuffix("/login"))
        // Another browser has no cookie, or that of another step.
        let other = try await Browser(tenant: browser.tenant, clockStands: true)
        #expect(await other.post("login/code", right, token: nil).location.hasSuffix("/login"))
        _ = try await proof(other)
        #expect(await other.post("login/code", right, token: nil).location.hasSuffix("/login"))
        #expect(await browser.post("login/code", right, token: nil).status == 303)
        #expect(await browser.get("login/code").status == 405)
    }

    /// Ages the steps between password and code.
    private func age(_ browser: Browser, by seconds: Int64) async throws {
        _ = try await browser.test.superuser.write([
            """
            update app.sign_in_steps set expires_at = expires_at - \(seconds) * interval '1 second'
            where tenant_id = \(.uuid(browser.tenant.id.rawValue))
            """
        ])
    }

    @Test func `the step between password and code leads to one session, and ends after five minutes`() async throws {
        let browser = try await Browser(clockStands: true)
        _ = try await browser.signedIn()
        let (_, recovery, _) = try await setUp(browser)
        let first = try await proof(browser)
        #expect(await browser.post("login/code", ["proof": first, "code": recovery[0]], token: nil).status == 303)
        let again = await browser.post("login/code", ["proof": first, "code": recovery[1]], token: nil)
        #expect(again.location.hasSuffix("/login"))
        let late = try await proof(browser)
        let lifetime = try await browser.test.superuser.read([
            """
            select extract(epoch from expires_at - created_at)::bigint - 3600 from app.sign_in_steps
            where tenant_id = \(.uuid(browser.tenant.id.rawValue))
            """
        ])[0][0]
        #expect(try lifetime.bigint(0) == SignInStep.lifetime)
        try await age(browser, by: SignInStep.lifetime + 3600)
        let answer = await browser.post("login/code", ["proof": late, "code": recovery[1]], token: nil)
        #expect(answer.location.hasSuffix("/login"))
    }

    @Test func `five wrong codes or a new password end the step between password and code`() async throws {
        let browser = try await Browser(clockStands: true)
        let owner = try await browser.signedIn()
        let (_, recovery, _) = try await setUp(browser)
        let proof1 = try await proof(browser)
        for _ in 0..<5 {
            #expect(await browser.post("login/code", ["proof": proof1, "code": "123123"], token: nil).status == 422)
        }
        try await browser.passTime(3600)
        let right = await browser.post("login/code", ["proof": proof1, "code": recovery[0]], token: nil)
        #expect(right.location.hasSuffix("/login"))
        let proof2 = try await proof(browser)
        try await browser.test.signIn.setPassword(
            try await PasswordHasher(environment: .system).hash(Browser.password), of: owner,
            change: TestDatabase.change(.setPassword, .user(owner)),
            in: TenantScope(tenant: browser.tenant.id, admission: .operator))
        let old = await browser.post("login/code", ["proof": proof2, "code": recovery[0]], token: nil)
        #expect(old.location.hasSuffix("/login"))
        let proof3 = try await proof(browser)
        #expect(await browser.post("login/code", ["proof": proof3, "code": recovery[0]], token: nil).status == 303)
    }

    @Test func `wrong codes side by side are evaluated five times, over all networks and processes`() async throws {
        let browser = try await Browser(clockStands: true)
        _ = try await browser.signedIn()
        let (password, _, _) = try await setUp(browser)
        var browsers = [browser]
        for number in 1...3 {
            browsers.append(try await Browser(tenant: browser.tenant, clockStands: true))
            browsers[number].address = "198.51.\(number).7"
        }
        var statuses: [Int] = []
        for browser in browsers {
            let proof = try await proof(browser)
            statuses += await browser.postTogether(25, "login/code", ["proof": proof, "code": "123123"], and: browsers)
            // The wait is as good as new, so that a slow machine changes nothing.
            try await browser.passTime(-600)
        }
        #expect(statuses.count { $0 == 422 } == 5 && !statuses.contains(200))
        // The right code waits as well, wherever it comes from, because the password is known to whoever guesses.
        let late = try await proof(browsers[3])
        let right = ["proof": late, "code": code(password, browsers[3], later: 30)]
        #expect(await browsers[3].post("login/code", right, token: nil).status == 429)
        try await browser.passTime(3600)
        let letIn = await browsers[3].post("login/code", right, token: nil)
        #expect(letIn.status == 303, "\(letIn.text)")
    }

    @Test func `wrong codes are logged, and the person is told once`() async throws {
        let mailbox = Mailbox()
        let browser = try await Browser(clockStands: true, transport: mailbox)
        let owner = try await browser.signedIn()
        let (_, recovery, _) = try await setUp(browser)
        browser.address = "203.0.113.9"
        for _ in 0..<2 {
            let proof = try await proof(browser)
            for _ in 0..<4 {
                #expect(await browser.post("login/code", ["proof": proof, "code": "123123"], token: nil).status == 422)
                try await browser.passTime(3600)
            }
        }
        let wrong = try await browser.securityEvents(.wrongCode)
        #expect(wrong.reduce(0) { $0 + $1.count } == 8)
        #expect(wrong.allSatisfy { $0.event.subject == .user(owner) && $0.event.address == "203.0.113.9" })
        let sent = try await browser.test.mails.mails(
            to: owner, in: TenantScope(tenant: browser.tenant.id, admission: .operator))
        #expect(sent.map(\.kind) == [.codesGuessed])
        // A new password by a link begins the count anew: who guessed does not know it.
        let link = Edge.Environment.system.secret(for: .passwordLink)
        try await browser.test.signIn.create(
            TokenDigest(of: link.text), .reset, for: owner,
            change: TestDatabase.change(.makePasswordLink, .user(owner)),
            in: TenantScope(tenant: browser.tenant.id, admission: .operator))
        let fields = ["password": Browser.password, "again": Browser.password]
        #expect(await browser.post("password/\(link.text)", fields, token: nil).status == 303)
        let proof = try await proof(browser)
        #expect(await browser.post("login/code", ["proof": proof, "code": recovery[0]], token: nil).status == 303)
        // Events of one moment are in no order, and here all are of one.
        let noted = try await browser.securityEvents().filter { $0.event.address == "203.0.113.9" }
        #expect(Set(noted.map(\.event.kind)).isSuperset(of: [.passwordChanged, .signedIn]))
    }

    @Test func `making secrets asks for the code as well`() async throws {
        let browser = try await Browser(clockStands: true)
        _ = try await browser.signedIn()
        let (password, recovery, _) = try await setUp(browser)
        let old = try await Browser(tenant: browser.tenant, secondsAhead: 660, clockStands: true)
        old.cookie = browser.cookie
        let asked = await old.post("manage/account/recovery-codes")
        #expect(asked.text.contains("is done as soon as you have confirmed") && !asked.text.contains("<dl>"))
        #expect(asked.text.contains("name=\"proof_code\"") && !asked.text.contains("Your recovery codes"))
        let page = await old.get("manage/account/confirmation?next=manage/account")
        #expect(page.text.contains("name=\"proof_code\""))
        let path = "manage/account/confirmation?next=manage/account"
        #expect(await old.post(path, ["proof_password": Browser.password, "proof_code": "000000"]).status == 422)
        #expect(await old.post(path, ["proof_password": Browser.password, "proof_code": recovery[0]]).status == 303)
        _ = password
    }

    @Test func `it is taken away by oneself, or by an admin, and the history says so`() async throws {
        let browser = try await Browser(clockStands: true)
        let owner = try await browser.signedIn()
        let (_, first, _) = try await setUp(browser)
        let renewed = await browser.post("manage/account/recovery-codes")
        #expect(renewed.text.contains("Your recovery codes") && !renewed.text.contains(first[0]))
        // The codes before are worth nothing, and each of the new ones is good once.
        let fresh = try #require(renewed.text.firstMatch(of: /<code>([a-z0-9-]{19})<\/code>/)).output.1
        let proof = try await proof(browser)
        #expect(await browser.post("login/code", ["proof": proof, "code": first[0]], token: nil).status == 422)
        let letIn = await browser.post("login/code", ["proof": proof, "code": String(fresh)], token: nil)
        #expect(letIn.status == 303)
        #expect(await browser.post("manage/account/second-factor/removal").location.hasSuffix("?done=codeRemoved"))
        #expect(await browser.post("manage/account/second-factor/removal").status == 303)
        browser.cookie = nil
        #expect(await browser.signIn("owner@x.example").status == 303)
        let history = await browser.get("manage/users/\(owner)").text
        for action in ["Set up a second factor", "Made new recovery codes", "Removed the second factor"] {
            #expect(history.contains("<strong>\(action)</strong> · owner@x.example"), "\(action)")
        }
        _ = try await setUp(browser)
        _ = try await browser.signedIn(as: "second@x.example", .owner)
        #expect(await browser.get("manage/users/\(owner)").text.contains("Remove the second factor"))
        #expect(await browser.post("manage/users/\(owner)/second-factor").status == 303)
        browser.cookie = nil
        #expect(await browser.signIn("owner@x.example").status == 303)
        _ = try await browser.signedIn(as: "admin@x.example", .admin)
        #expect(await browser.post("manage/users/\(owner)/second-factor").status == 403)
    }
}
