import Domain
import Edge
import LecternTesting
import Persistence
import Postgres
import Testing

/// If people sign in with their company only, nobody can close the last way to sign in without confirmation.
struct LockOutTests {
    private static let warning = "Nobody but Owners gets in"
    private static let question = "this is the last connection by which they can"

    private func browser(_ method: Tenant.SignInMethod = .saml) async throws -> (Browser, connection: String) {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = try await browser.makeConnection()
        try await browser.setSignIn(method)
        browser.isSure = false
        return (browser, path)
    }

    private func isWarned(_ browser: Browser) async -> Bool {
        let pages = [await browser.get("manage/settings"), await browser.get("manage/integration/plugins")]
        let warned = pages.map { $0.text.contains(Self.warning) }
        #expect(warned[0] == warned[1])
        return warned[0]
    }

    @Test func `switching off or pausing the last connection is asked for first, and warned of while it is so`()
        async throws
    {
        let (browser, path) = try await browser()
        #expect(!(await isWarned(browser)))
        for form in [["name": "Entra"], ["name": "Entra", "enabled": "on", "paused": "on"]] {
            let asked = await browser.post(path, form.merging(["allowed_domains": "x.example"]) { $1 })
            #expect(asked.status == 200 && asked.text.contains(Self.question))
            #expect(asked.field("allowed_domains") == "x.example" && asked.field("name") == "Entra")
            #expect(try await browser.connection(path).letsIn)
            browser.isSure = true
            #expect(await browser.post(path, form).location.hasSuffix("?done=saved"))
            #expect(try await !browser.connection(path).letsIn)
            browser.isSure = false
            #expect(await isWarned(browser))
            // A setting that is closed already needs no confirmation, and neither does one that opens a way.
            #expect(await browser.post(path, form.merging(["cbc": "on"]) { $1 }).status == 303)
            #expect(await browser.post(path, ["name": "Entra", "enabled": "on"]).status == 303)
            #expect(!(await isWarned(browser)))
        }
    }

    @Test func `nobody is asked where there is another way in`() async throws {
        let (browser, path) = try await browser()
        _ = try await browser.makeConnection("Okta")
        #expect(await browser.post(path, ["name": "Entra"]).status == 303)
        #expect(!(await isWarned(browser)))
        #expect(!(await browser.get("\(path)/deletion").text.contains(Self.question)))
        for method in [Tenant.SignInMethod.both, .password] {
            let (other, connection) = try await self.browser(method)
            #expect(!(await other.get("\(connection)/deletion").text.contains(Self.question)))
            #expect(await other.post(connection, ["name": "Entra"]).status == 303, "\(method)")
            #expect(!(await isWarned(other)))
        }
    }

    @Test func `the page of deleting the last connection says so`() async throws {
        let (browser, path) = try await browser()
        #expect(await browser.get("\(path)/deletion").text.contains(Self.question))
        #expect(await browser.post("\(path)/deletion").status == 303)
        #expect(await isWarned(browser))
    }

    @Test func `another provider for the only connection is asked for first, in whichever way it comes`() async throws {
        let (browser, path) = try await browser()
        let known = try await browser.connection(path).provider
        // The same again changes nothing.
        #expect(await browser.post("\(path)/provider", ["text": try ProviderMetadataText().text]).status == 303)
        var other = try ProviderMetadataText(key: 1)
        other.entityID = "https://other.example/metadata"
        let words = "this is the only connection by which they can"
        let pasted = await browser.post("\(path)/provider", ["text": other.text])
        let file = await browser.upload("\(path)/provider", file: other.text, name: "idp.xml")
        for asked in [pasted, file] {
            #expect(asked.status == 200 && asked.text.contains(words))
            #expect(asked.field("text")?.contains("https://other.example/metadata") == true)
            #expect(try await browser.connection(path).provider == known)
        }
        browser.isSure = true
        #expect(await browser.post("\(path)/provider", ["text": other.text]).status == 303)
        #expect(try await browser.connection(path).provider?.issuer == "https://other.example/metadata")
    }

    @Test func `a paused connection does not become the only way in`() async throws {
        let (browser, path) = try await browser(.both)
        _ = try await browser.test.superuser.write([
            "update app.saml_connections set tested_at = now() where tenant_id = \(.uuid(browser.tenant.id.rawValue))"
        ])
        #expect(await browser.post(path, ["name": "Entra", "enabled": "on", "paused": "on"]).status == 303)
        let form = ["language": "en", "retention": "90", "sign_in": "saml"]
        #expect(await browser.post("manage/settings", form).status == 422)
        #expect(await browser.post(path, ["name": "Entra", "enabled": "on"]).status == 303)
        #expect(await browser.post("manage/settings", form).status == 303)
    }
}
