import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Manage
import Persistence
import Postgres
import StrictJSON
import Testing
import XMLSecurity

/// Manage > Plugins > SAML: how an admin sets a connection up, and looks after it.
struct SAMLPageTests {
    private func browser() async throws -> Browser {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        return browser
    }

    // MARK: Adding

    @Test func `a connection that was added says what the provider needs, and asks who that is`() async throws {
        let browser = try await browser()
        let added = await browser.post("manage/integration/plugins", ["name": "Entra", "kind": "saml"])
        #expect(added.status == 303 && added.location.contains("/manage/integration/plugins/"))
        let path = String(added.location.dropFirst(browser.base.count + 1).prefix { $0 != "?" })
        let page = await browser.get(path)
        let id = try await browser.connection(path).id
        for endpoint in ["login", "metadata", "acs", "slo"] {
            #expect(page.text.contains("value=\"\(Browser.origin)/saml/\(id)/\(endpoint)\""), "\(endpoint)")
        }
        #expect(page.text.contains("Tell who your identity provider is") && !page.text.contains("Test connection"))
        #expect(page.text.contains("/saml/\(id)/metadata?download"))
        #expect(await browser.get("manage/integration/plugins").text.contains("Entra"))
        // Without a provider it is no way in.
        #expect(!(await browser.get("login").text.contains("/saml/")))
        #expect(await browser.post("manage/integration/plugins", ["name": "", "kind": "saml"]).status == 422)
        #expect(await browser.post("manage/integration/plugins", ["name": "Entra", "kind": "saml"]).status == 422)
    }

    @Test func `the provider is told by a file, as text, or by three values`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection(described: false)
        let metadata = try ProviderMetadataText()
        let form = ["issuer": "https://three.example", "sso_url": "https://three.example/sso"]
        for (answer, issuer) in [
            (await browser.upload("\(path)/provider", file: metadata.text, name: "idp.xml"), metadata.entityID),
            (
                await browser.post("\(path)/provider", form.merging(["certificate": metadata.certificate]) { $1 }),
                "https://three.example"
            ),
            (await browser.post("\(path)/provider", ["text": "\u{FEFF}\(metadata.text)"]), metadata.entityID),
        ] {
            #expect(answer.status == 303 && answer.location == "\(browser.base)/\(path)?done=providerTaken")
            _ = issuer
        }
        let connection = try await browser.connection(path)
        #expect(connection.provider?.issuer == metadata.entityID && connection.metadataURL == nil)
        #expect(connection.provider?.singleLogoutURL == "https://idp.example/slo")
        let page = await browser.get("\(path)?done=providerTaken")
        for text in [
            "The provider is taken. Test the connection next.", "https://idp.example/sso", "idp-0.example", "RSA 2048",
            "Test connection", "Not tested yet", "a file or by hand",
        ] { #expect(page.text.contains(text), "\(text)") }
        // A date that lies ahead comes before the distance to it.
        #expect(page.text.firstMatch(of: /until <time datetime="[^"]+">[0-9]+ [A-Z][a-z]+ [0-9]{4},/) != nil)
        browser.cookie = nil
        #expect(await browser.get("login").text.contains("Log in with Entra"))
    }

    @Test func `metadata comes from an address, which is kept`() async throws {
        let document = try ProviderMetadataText().text
        let browser = try await Browser(metadata: { url throws(DownloadProblem) in
            if url.hasPrefix("http:") { throw .badAddress }
            return Array(document.utf8)
        })
        _ = try await browser.signedIn()
        let path = try await browser.makeConnection(described: false)
        let refused = await browser.post("\(path)/provider", ["url": "http://idp.example/metadata"])
        #expect(refused.status == 422 && refused.text.contains("it has to be https"))
        #expect(refused.text.contains("value=\"http://idp.example/metadata\""))
        let taken = await browser.post("\(path)/provider", ["url": " https://idp.example/metadata "])
        #expect(taken.status == 303)
        #expect(try await browser.connection(path).metadataURL == "https://idp.example/metadata")
        #expect(await browser.get(path).text.contains("<code>https://idp.example/metadata</code>"))
        #expect(await browser.get("\(path)/provider").text.contains("value=\"https://idp.example/metadata\""))
    }

    @Test(arguments: [
        ([], false), (["http://www.w3.org/2001/04/xmlenc#aes256-cbc"], true),
        (["http://www.w3.org/2001/04/xmlenc#aes128-cbc", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"], true),
        (["http://www.w3.org/2001/04/xmlenc#aes256-cbc", "http://www.w3.org/2009/xmlenc11#aes256-gcm"], false),
        (["http://www.w3.org/2009/xmlenc11#aes256-gcm"], false),
    ])
    func `AES-CBC is off until the metadata names nothing else or an admin says so`(
        _ ciphers: [String], _ isOn: Bool
    ) async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection(described: false)
        #expect(try await browser.connection(path).settings.takesCBC == false)
        var metadata = try ProviderMetadataText()
        metadata.ciphers = ciphers
        let taken = await browser.post("\(path)/provider", ["text": metadata.text])
        #expect(taken.location.hasSuffix(isOn ? "?done=metadata_cbcTaken" : "?done=providerTaken"))
        #expect(try await browser.connection(path).settings.takesCBC == isOn)
        #expect(await browser.get(path).text.contains("name=\"cbc\" value=\"on\" checked") == isOn)
        // The settings of an administrator stay when the same provider is described again.
        let version = try await browser.connection(path).version
        let decided = ["version": "\(version)", "enabled": "on"].merging(isOn ? [:] : ["cbc": "on"]) { $1 }
        #expect(await browser.post(path, decided).location.hasSuffix("?done=saved"))
        #expect(await browser.post("\(path)/provider", ["text": metadata.text]).status == 303)
        #expect(try await browser.connection(path).settings.takesCBC == !isOn)
    }

    @Test func `of several providers one is chosen, and where they came from is kept`() async throws {
        var (one, two) = (try ProviderMetadataText(), try ProviderMetadataText(key: 1))
        (one.displayName, two.entityID) = ("The <b>one</b>", "https://two.example/metadata")
        let document = ProviderMetadataText.aggregate([one, two])
        let browser = try await Browser(metadata: { _ throws(DownloadProblem) in Array(document.utf8) })
        _ = try await browser.signedIn()
        let path = try await browser.makeConnection(described: false)
        let choice = await browser.post("\(path)/provider", ["url": "https://federation.example/all"])
        #expect(choice.status == 200 && choice.text.contains("Which provider?"))
        for issuer in [one.entityID, two.entityID] {
            #expect(choice.text.contains("name=\"entity_id\" value=\"\(issuer)\""))
        }
        #expect(choice.text.contains("The &lt;b&gt;one&lt;/b&gt;"))
        #expect(choice.field("url") == "https://federation.example/all")
        #expect(try await browser.connection(path).provider == nil)
        let fields = ["text": document, "url": "https://federation.example/all", "entity_id": two.entityID]
        #expect(await browser.post("\(path)/provider", fields).status == 303)
        let connection = try await browser.connection(path)
        #expect(connection.provider?.issuer == two.entityID)
        #expect(connection.metadataURL == "https://federation.example/all")
        // Its document is read again for the one that was chosen.
        #expect(try await browser.refresh(path, document) == .unchanged)
        #expect(await browser.post("\(path)/provider", ["text": document]).status == 303)
        #expect(try await browser.connection(path).provider?.issuer == two.entityID)
    }

    @Test func `what cannot be taken says why, keeps the form, and changes nothing`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let before = try await browser.connection(path)
        let good = try ProviderMetadataText()
        var (plain, placeholder) = (good, good)
        plain.signOn = "http://idp.example/sso"
        placeholder.entityID = "https://sts.windows.net/{tenantid}/"
        let signed = try good.signed(by: 0).replacing("https://idp.example/sso", with: "https://evil.example/sso")
        for (text, reason) in [
            ("rubbish", "it is no XML that can be read"), ("<!doctype html><html></html>", "This is a web page"),
            ("<!DOCTYPE x []><x/>", "document type"), ("<x/>", "No identity provider"),
            (good.text.replacing("IDPSSO", with: "SPSSO"), "This describes an application"),
            (plain.text, "An address is not https"), (placeholder.text, "holds {tenant}"),
            (good.text.replacing(good.certificate, with: "AAAA"), "A certificate cannot be read"),
            (signed, "it was changed after it was signed"), (String(good.text.dropLast(5)), "no XML"),
        ] {
            let answer = await browser.post("\(path)/provider", ["text": text])
            #expect(answer.status == 422 && answer.text.contains(reason), "\(reason)")
            #expect(answer.text.contains("<title>Error: ") && answer.text.contains("</textarea>"))
        }
        for fields in [
            [:], ["issuer": "https://x.example"], ["issuer": "https://x.example", "sso_url": "https://x.example/sso"],
            ["issuer": " ", "sso_url": " ", "certificate": " "],
        ] {
            let answer = await browser.post("\(path)/provider", fields)
            #expect(
                answer.status == 422
                    && answer.text.contains(
                        "Give a file, text, an address, or issuer, sign-in address and certificate.")
            )
        }
        let values = ["issuer": "https://x.example", "sso_url": "javascript:alert(1)", "certificate": good.certificate]
        let script = await browser.post("\(path)/provider", values)
        #expect(script.status == 422 && script.text.contains("value=\"javascript:alert(1)\""))
        let key = Data(good.key.privateKey).base64EncodedString()
        let secret = await browser.post(
            "\(path)/provider",
            values.merging([
                "sso_url": "https://x.example",
                "certificate": "-----BEGIN PRIVATE KEY-----\n\(key)\n-----END PRIVATE KEY-----",
            ]) { $1 })
        #expect(secret.status == 422 && secret.text.contains("private key"))
        #expect(!secret.text.contains(key))
        let unreachable = await browser.post("\(path)/provider", ["url": "https://idp.example/metadata"])
        #expect(unreachable.status == 422 && unreachable.text.contains("Nothing that could be read came"))
        #expect(try await browser.connection(path) == before)
    }

    // MARK: What waits

    @Test func `changed metadata waits until somebody has seen it, and is taken or dismissed`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        try await browser.keepURL(path)
        var changed = try ProviderMetadataText(key: 1)
        changed.signOn = "https://idp.example/<other>"
        changed.signOn = "https://idp.example/other?a=b&amp;c=d"
        #expect(try await browser.refresh(path, try ProviderMetadataText().text) == .unchanged)
        #expect(try await browser.refresh(path, changed.text) == .waiting)
        #expect(try await browser.connection(path).provider?.singleSignOnURL == "https://idp.example/sso")
        #expect(await browser.get(path).text.contains("has changed and waits for you"))
        let page = await browser.get("\(path)/provider")
        for text in [
            "Another address to sign in at", "https://idp.example/other?a=b&amp;c=d", "A new certificate",
            "A certificate that is gone",
        ] { #expect(page.text.contains(text), "\(text)") }
        let seen = try #require(page.field("seen"))
        // A change that came after the page was shown was not confirmed.
        changed.signOn = "https://evil.example/sso"
        #expect(try await browser.refresh(path, changed.text) == .waiting)
        for decision in ["take", "dismiss"] {
            let late = await browser.post("\(path)/provider/approval", ["decision": decision, "seen": seen])
            #expect(late.status == 422 && late.text.contains("https://evil.example/sso"))
        }
        #expect(try await browser.connection(path).provider?.singleSignOnURL == "https://idp.example/sso")
        // A reading that fails changes nothing about what waits.
        for (document, key) in [(nil, "noAnswer"), ("rubbish", "notXML")] {
            #expect(try await browser.refresh(path, document) == .failed(key: key))
        }
        let now = try #require(await browser.get("\(path)/provider").field("seen"))
        let taken = await browser.post("\(path)/provider/approval", ["decision": "take", "seen": now])
        #expect(taken.location.hasSuffix("?done=providerTaken"))
        let connection = try await browser.connection(path)
        #expect(connection.provider?.singleSignOnURL == "https://evil.example/sso")
        #expect(connection.pendingMetadata == nil && connection.metadataURL == "https://idp.example/metadata")
        // And the other way: dismissed.
        #expect(try await browser.refresh(path, try ProviderMetadataText().text) == .waiting)
        let other = try #require(await browser.get("\(path)/provider").field("seen"))
        let dismissed = await browser.post("\(path)/provider/approval", ["decision": "dismiss", "seen": other])
        #expect(dismissed.location.hasSuffix("?done=metadataDismissed"))
        #expect(try await browser.connection(path).pendingMetadata == nil)
        #expect(try await browser.connection(path).provider == connection.provider)
        #expect(await browser.post("\(path)/provider/approval", ["decision": "take"]).location.hasSuffix(path))
    }

    @Test func `what a known key has signed is taken at once, and another provider never`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        try await browser.keepURL(path)
        var next = try ProviderMetadataText(key: 1)
        #expect(try await browser.refresh(path, try next.signed(by: 1)) == .waiting)
        #expect(try await browser.refresh(path, try next.signed(by: 0)) == .taken)
        let connection = try await browser.connection(path)
        #expect(connection.provider?.certificates == [next.key.certificate] && connection.pendingMetadata == nil)
        next.entityID = "https://other.example"
        #expect(try await browser.refresh(path, try next.signed(by: 1)) == .waiting)
        #expect(await browser.get("\(path)/provider").text.contains("Another issuer"))
        #expect(try await browser.connection(path).provider?.issuer == "https://idp.example/metadata")
    }

    // MARK: Settings

    private static let settings = [
        "enabled": "on", "auto_create": "on", "idp_initiated": "on", "default_role": "instructor",
        "allowed_domains": "X.example, y.example x.EXAMPLE", "name_id_format": SAMLPageTests.persistent,
        "claim_email": "upn, mail", "force_authn": "on",
    ]
    private static let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"

    @Test func `settings are kept as they were sent, and shown again`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let day = Date.now.addingTimeInterval(40 * 86_400).formatted(.iso8601.year().month().day())
        let answer = await browser.post(path, Self.settings.merging(["sha1_until": day]) { $1 })
        #expect(answer.location == "\(browser.base)/\(path)?done=saved")
        let connection = try await browser.connection(path)
        let settings = connection.settings
        #expect(connection.isEnabled && !connection.isPaused && connection.defaultRole == .instructor)
        #expect(settings.createsUsers && settings.takesUnsolicited && settings.forcesAuthentication)
        #expect(!settings.takesCBC && settings.nameIDFormat == Self.persistent)
        #expect(settings.allowedDomains == ["x.example", "y.example"])
        #expect(settings.claims == [.email: ["upn", "mail"]])
        let page = await browser.get(path)
        for text in [
            "value=\"x.example, y.example\"", "value=\"upn, mail\"",
            "name=\"sha1_until\" type=\"date\" value=\"\(day)\"",
            "value=\"instructor\" selected", "value=\"\(Self.persistent)\" selected",
        ] { #expect(page.text.contains(text), "\(text)") }
        _ = await browser.post(path)
        let off = try await browser.connection(path)
        #expect(
            !off.isEnabled
                && off.settings == SAMLConnection.Settings())
    }

    @Test(arguments: [
        ("allowed_domains", "localhost"), ("allowed_domains", "<script>"), ("allowed_domains", "a@x.example"),
        ("allowed_domains", (0...50).map { "d\($0).example" }.joined(separator: ",")),
        ("sha1_until", "2020-01-01"), ("sha1_until", "2999-01-01"), ("sha1_until", "tomorrow"),
        ("sha1_until", "2026-13-40"), ("claim_email", String(repeating: "a", count: 501)),
        ("claim_groups", (0...10).map { "c\($0)" }.joined(separator: ", ")),
    ])
    func `a setting that cannot be is refused, and nothing is kept`(_ field: String, _ value: String) async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let before = try await browser.connection(path)
        let sent = ["version": "\(before.version)", field: value]
        let answer = await browser.post(path, Self.settings.merging(sent) { $1 })
        #expect(answer.status == 422 && answer.text.contains("href=\"#\(field)\""), "\(answer.status)")
        #expect(answer.text.contains("id=\"auto_create\" name=\"auto_create\" value=\"on\" checked"))
        #expect(!answer.text.contains("<script>"))
        #expect(try await browser.connection(path) == before)
    }

    @Test func `a role that nobody may be given by a provider, and a format of no name, are not kept`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        for role in ["owner", "admin", "nobody"] where Role(rawValue: role)?.canBeProvisioned != true {
            let fields = ["enabled": "on", "default_role": role, "name_id_format": "urn:x"]
            #expect(await browser.post(path, fields).status == 303)
            let connection = try await browser.connection(path)
            #expect(connection.defaultRole == .trainee && connection.settings.nameIDFormat == nil)
        }
    }

    @Test func `a rule for roles and groups is added and removed`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let rule = ["origin": "app-role", "value": "Teacher <b>", "role": "editor"]
        #expect(await browser.post("\(path)/role-mappings", rule).status == 303)
        #expect(await browser.get(path).text.contains("<strong>Teacher &lt;b&gt;</strong>"))
        let nobody = await browser.post("\(path)/role-mappings", ["origin": "app-role", "role": "editor"])
        #expect(nobody.refuses("mapping-value"))
        // The settings beside it stand as they are: who saves them next changes nothing.
        #expect(nobody.text.contains("id=\"enabled\" name=\"enabled\" value=\"on\" checked"))
        let owner = await browser.post("\(path)/role-mappings", rule.merging(["role": "owner"]) { $1 })
        #expect(owner.refuses("mapping-role") && owner.text.contains("value=\"Teacher &lt;b&gt;\""))
        #expect(await browser.post("\(path)/role-mappings", rule.merging(["remove": "on"]) { $1 }).status == 303)
        #expect(!(await browser.get(path).text.contains("<strong>Teacher &lt;b&gt;</strong>")))
    }
}

extension Browser {
    /// As if the metadata had come from an address.
    func keepURL(_ page: String) async throws {
        let before = try await connection(page)
        var changed = before
        changed.metadataURL = "https://idp.example/metadata"
        try await SAMLConnectionChanges(
            connections: test.saml, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "test")
        ).update(changed, from: before, in: scope)
    }
}
