import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import SAMLAdapter
import StrictJSON
import Testing

@testable import Manage

/// The history of a connection's and the account's settings, with the person who made each change, as their pages show
/// it.
struct SettingsHistoryTests {
    private static let german: HTTPFields = [.acceptLanguage: "de"]

    private func made(_ name: String, _ browser: Browser) async -> String {
        let location = await browser.post("manage/integration/plugins", ["name": name]).location
        return String(location.dropFirst(browser.base.count + 1).prefix { $0 != "?" })
    }

    /// The part of the page below the heading of the timeline.
    private func history(_ path: String, _ browser: Browser, _ headers: HTTPFields = [:]) async throws -> String {
        let text = await browser.get(path, headers: headers).text
        let start = try #require(text.firstRange(of: "<h2 id=\"history\">"))
        return String(text[start.upperBound...].prefix(upTo: text.firstRange(of: "</main>")!.lowerBound))
    }

    @Test func `a connection tells who did what to it and to its secrets, and no secret`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let (path, other) = (await made("Okta", browser), await made("Another", browser))
        _ = await browser.post(path, ["name": "Okta Two", "enabled": "on", "paused": "on", "default_role": "editor"])
        _ = await browser.post(
            "\(path)/role-mappings", ["origin": "group", "value": "Teachers", "role": "instructor"])
        let id = await browser.get(path).field("id") ?? ""
        let token = await browser.post("\(path)/tokens", ["id": id, "days": "90"]).text
        let secret = try #require(token.firstMatch(of: /lct_[0-9A-Za-z]{49}/)).output
        _ = await browser.post("\(path)/tokens/\(id)/revocation")
        let secretID = await browser.get("\(path)/clients").field("id") ?? ""
        let client = await browser.post("\(path)/clients", ["id": secretID, "days": "90"]).text
        #expect(client.contains("shown this once"))
        let page = try await history(path, browser)
        for words in [
            "<strong>Changed</strong> · owner@x.example", "Name: <del>Okta</del> → <ins>Okta Two</ins>",
            "Paused: <del>no</del> → <ins>yes</ins>", "<del>Trainee</del> → <ins>Editor</ins>",
            "Role mapping: <del>–</del> → <ins>Group “Teachers”: Instructor</ins>",
            "<strong>Created</strong> · token \(secret.prefix(8))", "<strong>Revoked</strong> · token lct_",
            "<strong>Created</strong> · client ", "<strong>Created</strong> · secret ", "request <code>",
        ] { #expect(page.contains(words), "\(words)") }
        #expect(page.contains(/Expires: <ins>\d+ [A-Z][a-z]+ \d+, \d\d:\d\d UTC<\/ins>/))
        #expect(!page.contains(secret) && !page.contains("Another"))
        let prefixes = client.matches(of: /lc[a-z]_[0-9A-Za-z]{43,}/)
        #expect(prefixes.allSatisfy { !page.contains($0.output) })
        // Another connection has another history, and another tenant none of it.
        #expect(try await history(other, browser).contains("Okta") == false)
        let german = try await history(path, browser, Self.german)
        #expect(german.contains("Pausiert: <del>nein</del> → <ins>ja</ins>") && german.contains("Rollenzuordnung"))
        let stranger = try await Browser()
        _ = try await stranger.signedIn()
        #expect(await stranger.get(path).status == 404)
        let plugin = try #require(path.split(separator: "/").last.flatMap { PluginID($0) })
        let elsewhere = try await browser.test.history.history(
            ofConnection: plugin, before: nil, limit: 9, in: stranger.scope)
        #expect(elsewhere.isEmpty)
    }

    @Test func `a connection to sign in by tells of its provider and our keys`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = try await browser.makeConnection()
        let connection = try await browser.connection(path)
        _ = await browser.post(
            path, ["name": "Entra", "enabled": "on", "auto_create": "on", "claim_email": "mail, upn"])
        let key = try await ConnectionKeys.make(
            .current, for: connection.id, sealer: Sealer(key: [UInt8](repeating: 6, count: 32)), environment: .system)
        _ = try await browser.test.saml.add(key, to: connection.id)
        for step in ["begin", "finish", "forget"] { _ = await browser.post("\(path)/keys", ["step": step]) }
        let page = try await history(path, browser)
        let certificate = try #require(connection.provider?.certificates.first)
        let details = try #require(MetadataReader().details(of: certificate))
        for words in [
            "Certificates of the provider: <del>–</del> → <ins>SHA-256 \(details.sha256)</ins>",
            "Auto create new users: <del>no</del> → <ins>yes</ins>",
            "Claims: <del>–</del> → <ins>E-mail address: mail, upn</ins>",
            "Our certificate: <del>In use</del> → <ins>Next</ins>",
            "Our certificate: <del>Previous</del> → <ins>–</ins>",
        ] { #expect(page.contains(words), "\(words)") }
        #expect(!page.contains(Data(certificate).base64EncodedString()) && !page.contains(key.sealedKey))
    }

    @Test func `the account's settings and domains tell who changed them`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        _ = await browser.post("manage/settings", ["language": "de", "retention": "30", "sign_in": "password"])
        _ = await browser.post("manage/settings/domains", ["domain": "x.example"])
        let challenge = try #require(try await browser.test.domains.domains(in: browser.scope).first).challenge.text
        let page = try await history("manage/settings", browser, [.acceptLanguage: "en"])
        for words in [
            "<strong>Changed</strong> · owner@x.example", "Default language: <del>English</del> → <ins>German</ins>",
            "(days): <del>90</del> → <ins>30</ins>",
            "How people sign in: <del>With their company or a password</del> → <ins>With a password only</ins>",
            "Mail domain x.example: <del>–</del> → <ins>waiting for the record</ins>",
            "<strong>Created</strong> · the operator",
        ] { #expect(page.contains(words), "\(words)") }
        #expect(!page.contains(challenge))
        let german = try await history("manage/settings", browser, Self.german)
        #expect(german.contains("Standardsprache: <del>Englisch</del> → <ins>Deutsch</ins>"))
        // A refused change is not in the timeline, which the page shows all the same.
        let refused = await browser.post("manage/settings", ["language": "en", "retention": "0"])
        #expect(refused.status == 422 && refused.text.contains("<h2 id=\"history\">"))
        #expect(!refused.text.contains("<ins>0</ins>"))
    }

    @Test func `a long history of a connection has older pages`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = await made("Okta", browser)
        for number in 0..<60 {
            let plugin = try #require(try await browser.test.integration.plugins(in: browser.scope).first)
            try await browser.test.integration.update(
                plugin,
                change: Change(
                    id: ChangeID(rawValue: TestDatabase.identifiers.next()), action: .update,
                    subject: .plugin(plugin.id), difference: Difference(),
                    origin: ChangeOrigin(actor: .operator, requestID: "n\(number)x")), in: browser.scope)
        }
        let page = try await history(path, browser)
        #expect(page.contains("n59x</code>") && !page.contains("n0x</code>"))
        let older = try #require(page.firstMatch(of: /href="([^"#]*)#history"/))
        let last = try await history(String(older.output.1), browser)
        #expect(last.contains("n0x</code>") && !last.contains("#history\""))
    }

    @Test func `every setting has a name in words`() async throws {
        let browser = try await Browser()
        let plugin = Plugin(
            id: PluginID(rawValue: 1), kind: .saml, name: "x", isEnabled: true, defaultRole: .trainee,
            acceptsBareToken: false)
        let connection = SAMLConnection(
            id: SAMLConnectionID(tenant: browser.tenant.id, plugin: plugin.id), name: "x", isEnabled: true,
            isPaused: false, defaultRole: .trainee)
        let fields = plugin.fields.dropFirst().map(\.0) + connection.fields.map(\.0)
        let keys = try Catalogue(.en, json: Resources.messages[.en] ?? []).keys
        #expect(fields.count > 25)
        for field in fields { #expect(keys.contains("setting.\(field)"), "\(field)") }
    }
}
