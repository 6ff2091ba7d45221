import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing
import XMLSecurity

@testable import Manage

/// Whatever an identity provider or a person writes is text on every page.
struct HostileTextTests {
    private static let script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"

    @Test func `a script in any field stays text on any page`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
        let script = Self.script
        let plugin =
            await browser.post("manage/integration/plugins", ["name": "P \(script)"]).location
            .split(separator: "?").first.map(String.init) ?? ""
        let source = try #require(try await browser.test.integration.plugins(in: scope).first)
        let origin = ChangeOrigin(actor: .token(TokenID(rawValue: 1), of: source.id), requestID: script)
        // Every attribute of the schemas, and some of none.
        var more: JSONObject = [
            "name": ["formatted": .string(script), "givenName": .string(script), "honorificPrefix": .string(script)],
            "addresses": [["type": .string(script), "locality": .string(script), "formatted": .string(script)]],
            "phoneNumbers": [["type": .string(script), "value": .string(script)]],
            "roles": [["value": .string(script), "display": .string(script)]],
            "photos": [["value": .string("javascript:alert(1)")]], "urn:x:\(script)": ["x": .string(script)],
        ]
        for name in [
            "displayName", "title", "nickName", "profileUrl", "userType", "locale", "preferredLanguage", script,
        ] {
            more[name] = .string(script)
        }
        let changes = UserChanges(
            users: browser.test.users, identifiers: TestDatabase.identifiers, source: source.id)
        let user = try await changes.create(
            .named(
                "a\(script)@x.example", externalID: script, emails: [script], manager: script, more: more),
            role: .trainee, origin: origin, in: scope)
        let gone = try await changes.create(.named("b\(script)"), role: .trainee, origin: origin, in: scope)
        _ = try await changes.delete(gone.id, version: nil, origin: origin, in: scope)
        let group = try await GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers).create(
            GroupAttributes(displayName: script, externalID: script, document: ["displayName": .string(script)]),
            members: MemberNames(ids: [user.id.rawValue], others: ["later \(script)"]), source: source.id,
            origin: origin,
            in: scope)
        try await browser.test.groups.setSupervisor(
            owner, isOne: true, of: group.id, change: TestDatabase.change(.update, .group(group.id)), in: scope)
        let log = RefusalLog(repository: browser.test.provisioningLog, environment: .system)
        log.record(
            RefusedRequest(
                id: ChangeID(rawValue: TestDatabase.identifiers.next()), at: browser.now, plugin: source.id,
                token: TokenID(rawValue: 1), method: script, resourceType: script, resourceID: script, name: script,
                status: 400, scimType: script, reason: script, requestID: script), of: browser.tenant.id)
        log.record(Stranger(kind: .unknown, at: browser.now, address: script), at: browser.tenant.id)
        await log.write()
        _ = await browser.post("\(plugin)/role-mappings", ["origin": "group", "value": script, "role": "editor"])
        for form in ["tokens", "clients"] {
            let named = ["id": TestDatabase.identifier(), "name": script]
            #expect(await browser.post("\(plugin)/\(form)", named).status == 200)
        }
        let cell = CSVFile.cell(script)
        let trial = await browser.upload(
            "manage/users/imports", file: "First name,E-mail,\(cell)\n\(cell),x@x.example,1", name: script)
        #expect(trial.status == 303)
        let pages = [
            "manage/users", "manage/users/\(user.id)", "manage/users/\(user.id)/edit", "manage/users/deleted",
            "manage/users/\(gone.id)", "manage/users/deleted?search=\(PercentEncoding.encode(script))",
            "manage/settings",
            "manage/users?search=\(PercentEncoding.encode(script))", "manage/groups", "manage/groups/\(group.id)",
            "manage/team", "manage/team/\(user.id)", "manage/integration/plugins", plugin, "\(plugin)/guide",
            "\(plugin)/clients", "\(plugin)/deletion", "manage/integration/log", "manage/integration/reviews",
            "manage/integration/log?subject=\(PercentEncoding.encode(script))", "manage/users/imports", trial.location,
            "login?next=\(PercentEncoding.encode(script))", "manage?done=\(PercentEncoding.encode(script))",
        ]
        for path in pages {
            let page = await browser.get(path)
            #expect(page.status == 200 || page.status == 303, "\(path) \(page.status)")
            let isText =
                !page.text.contains("<script>alert") && !page.text.contains("<img")
                && !page.text.contains("=\"javascript:")
            #expect(isText, "\(path)")
            if page.status == 200 {
                #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'self'") == true, "\(path)")
            }
        }
        // It is there, as text.
        #expect(await browser.get("manage/users/\(user.id)").text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    }

    @Test func `a script in what a provider says of itself and of people stays text on any page`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let script = Self.script
        let escaped = script.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
        let path = try await browser.makeConnection("S \(script)")
        // A page must escape any text that no check rejects.
        let before = try await browser.connection(path)
        var connection = before
        connection.provider = SAMLConnection.Provider(
            issuer: script, singleSignOnURL: script, singleSignOnBinding: .post,
            certificates: [
                try KeyPair.make(
                    name: script, serialNumber: [1, 2, 3], notBefore: .now, notAfter: .now.addingTimeInterval(86_400)
                ).certificate
            ])
        connection.provider?.singleLogoutURL = script
        connection.provider?.singleLogoutBinding = .post
        connection.metadataURL = script
        var pending = try ProviderMetadataText(key: 1)
        (pending.entityID, pending.displayName) = (escaped, escaped)
        connection.pendingMetadata = pending.text
        connection.settings.allowedDomains = [script]
        connection.settings.nameIDFormat = script
        for claim in Claim.allCases { connection.settings.claims[claim] = [script] }
        try await SAMLConnectionChanges(
            connections: browser.test.saml, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: script)
        ).update(connection, from: before, in: browser.scope)
        let document = JSON.string("<!-- \(script) --></pre>\(script)")
        let trace = SAMLSignIn(
            id: SAMLSignInID(rawValue: TestDatabase.identifiers.next()), plugin: connection.id.plugin, at: browser.now,
            purpose: .trial, failedRule: script, user: owner, nameID: script, address: script,
            report: [
                "checks": [
                    [
                        "rule": .string(script), "state": .string(script), "found": .string(script),
                        "expected": .string(script),
                    ]
                ],
                "claims": [["name": .string(script), "values": [.string(script)]]], "format": .string(script),
                "status": .string(script), "context": .string(script), "request": document, "document": document,
                "decrypted": document,
            ])
        try await browser.test.saml.keep(trace, in: browser.tenant.id)
        let link = PostgresQuery(
            unsafeSQL:
                "insert into app.saml_identities (tenant_id, plugin_id, name_id, user_id) values ($1, $2, $3, $4)",
            binds: [
                .uuid(browser.tenant.id.rawValue), .uuid(connection.id.plugin.rawValue), .text(script),
                .uuid(owner.rawValue),
            ])
        _ = try await browser.test.superuser.write([link])
        var two = try ProviderMetadataText(key: 1)
        two.entityID = "https://two.example"
        let fresh = try await browser.makeConnection("Fresh", described: false)
        let choice = await browser.post(
            "\(fresh)/provider", ["text": ProviderMetadataText.aggregate([pending, two])])
        #expect(choice.status == 200 && choice.text.contains("name=\"entity_id\""))
        var pages = ["choice": choice]
        for field in ["text", "url", "issuer"] {
            pages["refused \(field)"] = await browser.post(
                "\(path)/provider", [field: script, "sso_url": script, "certificate": script])
        }
        pages["settings"] = await browser.post(
            path, ["allowed_domains": script, "sha1_until": script, "claim_email": script])
        for place in [
            path, "\(path)/provider", "\(path)/sign-ins", "\(path)/sign-ins/\(trace.id)", "manage/users/\(owner)",
            "manage/account", "manage/integration/plugins", "\(path)/deletion", "login?company=\(script)",
            "login?at=\(connection.id)&ticket=\(PercentEncoding.encode(script))", "manage/account/confirmation",
            "login/company?email=\(PercentEncoding.encode(script))",
        ] { pages[place] = await browser.get(place.replacing(script, with: PercentEncoding.encode(script))) }
        let visitor = try await Browser(tenant: browser.tenant)
        pages["login"] = await visitor.get("login")
        for (path, page) in pages {
            #expect([200, 303, 422].contains(page.status), "\(path) \(page.status)")
            let isText =
                !page.text.contains("<script>alert") && !page.text.contains("<img") && !page.text.contains("'><")
                && !page.text.contains("=\"javascript:") && !page.location.contains("<")
            #expect(isText, "\(path)")
        }
        // It is there, as text.
        for place in [path, "\(path)/provider", "\(path)/sign-ins/\(trace.id)", "manage/users/\(owner)", "login"] {
            #expect(pages[place]?.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") == true, "\(place)")
        }
    }

    @Test func `a form that leads to a provider holds what it is given as text`() async throws {
        let browser = try await Browser()
        let fields = ["SAMLRequest": Self.script, "RelayState": Self.script, Self.script: "x"]
        for page in [SAMLPage.post(to: Self.script, fields: fields), .refused(trace: Self.script)] {
            let text = try await browser.text(of: page)
            #expect(!text.contains("<script>alert") && !text.contains("<img"))
            #expect(text.contains("&lt;script&gt;alert(1)"))
        }
    }
}
