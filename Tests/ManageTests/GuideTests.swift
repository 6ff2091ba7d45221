import Domain
import Foundation
import HTTPTypes
import LecternTesting
import StrictJSON
import Testing

@testable import Manage

/// The guides for the identity provider's side, in the words of its own pages.
struct GuideTests {
    private func made(_ browser: Browser) async throws -> String {
        _ = try await browser.signedIn()
        return await browser.post("manage/integration/plugins", ["name": "Microsoft Entra ID"]).location
            .split(separator: "?").first.map(String.init) ?? ""
    }

    private static let names: [SetupGuide.Provider: (own: [String], guide: String)] = [
        .entra: (["userPrincipalName", "jobTitle", "employeeId", "Join("], "entra-id"),
        .okta: (["login", "mobilePhone", "managerId", "countryCode"], "okta"),
        .onelogin: (["{$parameters.scimusername}", "{$user.custom_fields.mobile}", "{$user.firstname}"], "onelogin"),
        .google: (["Basic Information &gt; Primary email", "Employee details &gt; Employee ID"], "google-workspace"),
        .jumpcloud: (["Company Email", "Work Cell", "Employee ID"], "jumpcloud"),
        .ping: (["Given Name", "Locality", "Country Code", "an attribute of your own"], "ping"),
    ]

    @Test(arguments: SetupGuide.Provider.allCases)
    func `a provider's attributes are its own, as its guide has them`(_ provider: SetupGuide.Provider) async throws {
        let browser = try await Browser()
        let path = try await made(browser)
        let page = await browser.get("\(path)/guide?provider=\(provider.rawValue)").text
        let (own, guide) = try #require(Self.names[provider])
        for name in own { #expect(page.contains(name), "\(name)") }
        for (other, theirs) in Self.names where other != provider {
            #expect(!page.contains("<code>\(theirs.own[1])</code>"), "\(other): \(theirs.own[1])")
        }
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/integration/\(guide).md").standardized
        let text = try String(contentsOf: file, encoding: .utf8).lowercased()
        let rows = GuideAttributes(provider: provider, words: try #require(try Catalogue.all()[.en])).json.arrayValue
        #expect(rows?.count == 16)
        for field in rows?.flatMap({ $0["fields"]?.arrayValue ?? [] }) ?? [] {
            let name = field.stringValue?.replacing("Basic Information > ", with: "").lowercased() ?? ""
            #expect(text.contains(name), "\(name)")
        }
    }

    /// Each label of the three guides whose words people come with.
    private static let labels: [ForeignGuide: [String]] = [
        .velpic: [
            "Manage &gt; Integration &gt; Plugin &gt; SCIM", "Generate secret token", "Tenant URL", "Secret Token",
            "Test Connection", "Notification Email", "Admin permissions", "Enterprise plan or better",
        ],
        .vaultPlatform: [
            "Administration &gt; Authentication", "Identity Provider - Azure - SAML", "Issuer URI", "SSO URL",
            "Certificate", "Administration &gt; Data Integration", "Data Integration: Azure",
            "Method of providing SCIM secret location", "Secret", "Set as active SCIM Provider",
        ],
        .peripass: [
            "Configuration &gt; Identity providers &amp; provisioning", "Provider name", "User role",
            "Default language", "SCIM Endpoint, Peripass Tenant URL", "SCIM Token, Secret Token", "Save your changes",
        ],
    ]

    @Test func `each label of another product's guide is there, and leads to where it is`() async throws {
        let browser = try await Browser()
        let path = try await made(browser)
        let (page, plugin) = (await browser.get("\(path)/guide").text, await browser.get(path).text)
        for (guide, labels) in Self.labels {
            let start = try #require(page.firstRange(of: "<details id=\"\(guide.rawValue)\"")?.lowerBound)
            let end = try #require(page[start...].firstRange(of: "</details>")?.lowerBound)
            let part = page[start..<end]
            for label in labels { #expect(part.contains("<th scope=\"row\">\(label)</th>"), "\(label)") }
            #expect(part.contains("<ol class=\"steps\">\n<li>"))
            #expect(!part.contains("foreign"), "a text is missing")
        }
        let places = page.matches(of: /href="([^"#]+)#([a-z-]+)"/).filter { $0.output.1 == path }
        #expect(places.count > 10)
        for place in places {
            #expect(plugin.contains("id=\"\(place.output.2)\""), "\(place.output.2)")
        }
        let german: HTTPFields = [.acceptLanguage: "de"]
        let other = await browser.get("\(path)/guide", headers: german).text
        #expect(other.contains("Method of providing SCIM secret location") && other.contains("Token erzeugen"))
    }

    @Test func `the guide that a connection's profile is of is open`() async throws {
        let browser = try await Browser()
        let path = try await made(browser)
        #expect(await browser.get("\(path)/guide").text.contains("\" open>") == false)
        _ = await browser.post(path, ["enabled": "on", "required_profile": "vault-platform"])
        let page = await browser.get("\(path)/guide").text
        #expect(page.ranges(of: "\" open>").count == 1 && page.contains("<details id=\"vault-platform\" open>"))
    }
}
