import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// Why somebody has a role, as the user's page says it.
struct RoleReasonTests {
    private struct Company {
        let browser: Browser
        let plugin: Plugin
        let users: UserChanges
        let groups: GroupChanges
        let origin: ChangeOrigin

        func set(_ origin: RoleMapping.Origin, _ value: String, _ role: Role, isPresent: Bool = true) async throws {
            try await browser.test.integration.set(
                RoleMapping(origin: origin, value: value, role: role), isPresent: isPresent, of: plugin.id,
                change: TestDatabase.change(.update, .plugin(plugin.id)), in: browser.scope)
        }

        func makeGroup(_ name: String, _ members: [UInt128]) async throws -> Group {
            try await groups.create(
                GroupAttributes(displayName: name, externalID: nil, document: ["displayName": .string(name)]),
                members: MemberNames(ids: members), source: plugin.id, origin: origin, in: browser.scope)
        }
    }

    private func company() async throws -> Company {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin = try await IntegrationChanges(
            integration: browser.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r")
        ).create(.scim, name: "Entra", in: browser.scope)
        var policy = plugin.policy
        policy.mapsGroups = true
        return Company(
            browser: browser, plugin: plugin,
            users: UserChanges(
                users: browser.test.users, identifiers: TestDatabase.identifiers, source: plugin.id, policy: policy),
            groups: GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers, policy: policy),
            origin: ChangeOrigin(actor: .token(TokenID(rawValue: 1), of: plugin.id), requestID: "q"))
    }

    @Test func `a role says which group and which app role of which connection give it`() async throws {
        let company = try await company()
        try await company.set(.group, "trainers", .instructor)
        try await company.set(.appRole, "Author", .editor)
        try await company.set(.appRole, "Nobody", .admin)
        let roles: JSONObject = ["roles": [["value": "AUTHOR"], ["value": "Other"]]]
        let ann = try await company.users.create(
            .named("ann", more: roles), role: .trainee, origin: company.origin, in: company.browser.scope)
        // By a group that is in the one that counts.
        let inner = try await company.makeGroup("Inner", [ann.id.rawValue])
        _ = try await company.makeGroup("Trainers", [inner.id.rawValue])
        let page = await company.browser.get("manage/users/\(ann.id)").text
        #expect(page.contains("<strong>Instructor</strong> – from the group Trainers of Entra,"))
        #expect(page.contains("<strong>Editor</strong> – from the app role Author of Entra,"))
        #expect(!page.contains("Nobody") && !page.contains("the default role"))
        let german = await company.browser.get("manage/users/\(ann.id)", headers: [.acceptLanguage: "de"]).text
        #expect(german.contains("aus der Gruppe Trainers von Entra") && german.contains("aus der App-Rolle Author"))
        // A rule that is gone explains nothing, and neither do another tenant's.
        try await company.set(.appRole, "Author", .editor, isPresent: false)
        #expect(await company.browser.get("manage/users/\(ann.id)").text.contains("app role Author") == false)
        let elsewhere = try await self.company()
        #expect(
            try await company.browser.test.users.reasons(ofRolesOf: ann.id, in: elsewhere.browser.scope).isEmpty)
    }

    @Test func `the default role says whose it is, and what people gave says so`() async throws {
        let company = try await company()
        try await company.set(.group, "Trainers", .instructor)
        let ann = try await company.users.create(
            .named("ann"), role: .trainee, origin: company.origin, in: company.browser.scope)
        _ = await company.browser.post("manage/users/\(ann.id)/roles", ["role": "instructor"])
        let page = await company.browser.get("manage/users/\(ann.id)").text
        #expect(page.contains("<strong>Trainee</strong> – the default role of Entra,"))
        #expect(page.contains("<strong>Instructor</strong> – given by an administrator,"))
        #expect(!page.contains("Trainers"))
    }
}
