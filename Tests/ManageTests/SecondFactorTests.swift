import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
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

    /// What the second step's form carries, after the password.
    private func proof(_ browser: Browser, next: String? = nil) async throws -> String {
        browser.cookie = nil
        let asked = await browser.signIn("owner@x.example", next: next)
        #expect(asked.status == 200 && asked.text.contains("One more step") && browser.cookie == nil)
        return try #require(asked.field("proof"))
    }

    @Test func `the password alone lets nobody in, nor does a code that was used`() async throws {
        let browser = try await Browser()
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
        for (code, status) in [(recovery[0], 303), (recovery[0], 422), (recovery[1].uppercased() + " ", 303)] {
            let answer = await browser.post("login/code", ["proof": again, "code": code], token: nil)
            #expect(answer.status == status, "\(code)")
        }
        #expect(await browser.get("manage/account").text.contains("8 recovery codes are left"))
    }

    @Test func `the step between password and code cannot be forged, kept, or taken elsewhere`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (password, _, _) = try await setUp(browser)
        let good = try await proof(browser)
        let code = code(password, browser, later: 30)
        for forged in ["", "x", String(good.dropLast()), good + "A"] {
            let answer = await browser.post("login/code", ["proof": forged, "code": code], token: nil)
            #expect(answer.location.hasSuffix("/login") && browser.cookie == nil, "\(forged)")
        }
        let elsewhere = try await Browser()
        _ = try await elsewhere.makeUser("owner@x.example", .owner)
        #expect(
            await elsewhere.post("login/code", ["proof": good, "code": code], token: nil).location.hasSuffix("/login"))
        let later = try await Browser(tenant: browser.tenant, secondsAhead: 301)
        #expect(await later.post("login/code", ["proof": good, "code": code], token: nil).location.hasSuffix("/login"))
        #expect(await browser.get("login/code").status == 405)
    }

    @Test func `guessing codes is slowed down`() async throws {
        let browser = try await Browser(clockStands: true)
        _ = try await browser.signedIn()
        let (password, _, _) = try await setUp(browser)
        let proof = try await proof(browser)
        var last = 0
        for _ in 0..<8 {
            last = await browser.post("login/code", ["proof": proof, "code": "123123"], token: nil).status
        }
        #expect(last == 429)
        let right = ["proof": proof, "code": code(password, browser, later: 30)]
        #expect(await browser.post("login/code", right, token: nil).status == 429)
        // Whose code is guessed is not locked out.
        browser.address = "198.51.100.7"
        let letIn = await browser.post("login/code", right, token: nil)
        #expect(letIn.status == 303, "\(letIn.text)")
    }

    @Test func `making secrets asks for the code as well`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (password, recovery, _) = try await setUp(browser)
        let old = try await Browser(tenant: browser.tenant, secondsAhead: 660)
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
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let (_, first, _) = try await setUp(browser)
        let renewed = await browser.post("manage/account/recovery-codes")
        #expect(renewed.text.contains("Your recovery codes") && !renewed.text.contains(first[0]))
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
