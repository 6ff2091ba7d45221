import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The entered fields survive the question for re-authentication.
struct ConfirmationTests {
    private static let proof = ["proof_password": Browser.password]

    /// An Owner, and the same session as a server sees it whose clock is eleven minutes on.
    private func browsers() async throws -> (now: Browser, later: Browser, owner: UserID) {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let later = try await Browser(tenant: browser.tenant, secondsAhead: Session.freshness + 60)
        later.cookie = browser.cookie
        return (browser, later, owner)
    }

    /// The hidden fields of a page's first form that leads to the action.
    private func hidden(_ page: Browser.Answer) -> [String: String] {
        let fields = page.text.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)">/)
        return Dictionary(fields.map { (String($0.output.1), String($0.output.2)) }) { first, _ in first }
    }

    private func action(_ page: Browser.Answer) throws -> String {
        String(try #require(page.text.firstMatch(of: /class="card" action="([^"]*)"/)).output.1)
    }

    @Test func `the step is done with the proof, as it was typed`() async throws {
        let (browser, later, _) = try await browsers()
        let typed = ["userName": "m", "email": "m@x.example", "givenName": "<b>Mia", "role": "admin"]
        let asked = await later.post("manage/users/new", typed)
        #expect(asked.status == 200 && asked.text.contains("What you have entered is kept"))
        // It says what comes along, as people know it.
        #expect(
            asked.text.contains("<dt>First name</dt><dd>&lt;b&gt;Mia</dd>") && asked.text.contains("<dd>Admin</dd>"))
        #expect(asked.field("userName") == "m" && asked.field("givenName") == "&lt;b&gt;Mia")
        let fields = typed.merging(Self.proof) { $1 }
        let wrong = await later.post(try action(asked), fields.merging(["proof_password": "wrong"]) { $1 })
        #expect(wrong.status == 422 && wrong.field("userName") == "m")
        #expect(wrong.text.contains("The current password is not right.") && !wrong.text.contains("value=\"wrong\""))
        let before = later.cookie
        let done = await later.post(try action(wrong), fields)
        #expect(done.location.hasSuffix("?done=userMade") && later.cookie != nil && later.cookie != before)
        #expect(await later.get(done.location).text.contains("<h1>&lt;b&gt;Mia</h1>"))
        // The session goes on with another secret, and is fresh.
        #expect(await browser.get("manage/users").location.contains("/login"))
        browser.cookie = later.cookie
        let plain = ["userName": "n", "email": "n@x.example", "role": "admin"]
        #expect(await browser.post("manage/users/new", plain).status == 303)
    }

    @Test(arguments: [(200, ""), (201, " …")])
    func `a long field is shown by its beginning`(length: Int, end: String) async throws {
        let (_, later, _) = try await browsers()
        let name = String(repeating: "x", count: length)
        let asked = await later.post(
            "manage/users/new", ["userName": "m", "email": "m@x.example", "givenName": name, "role": "admin"])
        #expect(asked.text.contains("<dd>\(name.prefix(200))\(end)</dd>"))
    }

    @Test func `what cannot be done after the proof is told on the form, as typed`() async throws {
        let (_, later, _) = try await browsers()
        let typed = ["userName": "m", "email": "nonsense", "givenName": "Mia", "role": "admin"]
        _ = await later.post("manage/users/new", typed)
        let page = await later.post("manage/users/new", typed.merging(Self.proof) { $1 })
        #expect(page.status == 422 && page.text.contains("value=\"nonsense\"") && page.text.contains("value=\"Mia\""))
        #expect(page.headers[.setCookie] != nil)
    }

    @Test func `what is asked before it is done is asked after the proof, without the password`() async throws {
        let (browser, later, _) = try await browsers()
        let ann = try await later.makeUser("ann@x.example", .trainee)
        later.isSure = false
        let question = await later.post("manage/users/\(ann)/deletion", Self.proof)
        #expect(question.text.contains("Delete this user?") && !question.text.contains("proof_password"))
        #expect(!question.text.contains(Browser.password))
        let form = hidden(question)
        #expect(form["confirmed"] == "on" && form["form_token"]?.isEmpty == false)
        browser.cookie = later.cookie
        #expect(await browser.post("manage/users/\(ann)/deletion").location.hasSuffix("?done=userDeleted"))
    }

    @Test func `secrets and files come along with nothing`() async throws {
        let (browser, later, _) = try await browsers()
        let path = await browser.post("manage/integration/plugins", ["name": "Okta"]).location
        let plugin = String(path.dropFirst(browser.base.count + 1).prefix { $0 != "?" })
        let secret = "s3cret-of-our-own-that-is-long-enough"
        let asked = await later.post(
            "\(plugin)/tokens", ["id": TestDatabase.identifier(), "days": "90", "secret": secret])
        #expect(asked.status == 303 && asked.location.contains("/confirmation?next=") && asked.text.isEmpty)
        #expect(await later.get(asked.location).text.contains("A file or a secret is not kept meanwhile"))
        let saml = try await browser.makeConnection()
        let key = ["certificate": "-----BEGIN PRIVATE KEY-----", "issuer": "i", "sso_url": "https://i.example"]
        #expect(await later.post("\(saml)/provider", key).location.contains("/confirmation?next="))
        #expect(await later.upload("\(saml)/provider", file: "<x/>").location.contains("/confirmation?next="))
        // Everything else of the same form does.
        let kept = await later.post("\(plugin)/tokens", ["id": TestDatabase.identifier(), "days": "90", "secret": ""])
        #expect(kept.status == 200 && kept.field("days") == "90")
    }

    @Test func `a proof lets nobody do what they may not, nor a form from elsewhere`() async throws {
        let (browser, _, owner) = try await browsers()
        let admin = try await Browser(tenant: browser.tenant, secondsAhead: Session.freshness + 60)
        _ = try await browser.makeUser("editor@x.example", .editor)
        _ = await admin.signIn("editor@x.example")
        #expect(
            await admin.post("manage/users/\(owner)/roles", ["role": "admin"].merging(Self.proof) { $1 }).status == 403)
        let (_, later, ownerThere) = try await browsers()
        let before = later.cookie
        let forged = await later.post("manage/users/\(ownerThere)/roles", Self.proof, token: "forged")
        #expect(forged.status == 403 && later.cookie == before)
    }

    @Test func `guessing the password is slowed down`() async throws {
        let (_, later, owner) = try await browsers()
        var statuses: Set<Int> = []
        for _ in 0..<12 {
            let answer = await later.post("manage/users/\(owner)/roles", ["proof_password": "x", "role": "admin"])
            statuses.insert(answer.status)
        }
        #expect(statuses.contains(422) && statuses.contains(429))
    }
}
