import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

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
                token: TokenID(rawValue: 1), method: script, resourceType: script, resourceID: script, status: 400,
                scimType: script, reason: script, requestID: script), of: browser.tenant.id)
        log.record(Stranger(kind: .unknown, at: browser.now, address: script), at: browser.tenant.id)
        await log.write()
        _ = await browser.post("\(plugin)/role-mappings", ["origin": "group", "value": script, "role": "editor"])
        let cell = CSVFile.cell(script)
        let trial = await browser.upload(
            "manage/users/imports", file: "First name,E-mail,\(cell)\n\(cell),x@x.example,1", name: script)
        #expect(trial.status == 303)
        let pages = [
            "manage/users", "manage/users/\(user.id)", "manage/users/\(user.id)/edit", "manage/users/deleted",
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
}
