import Domain
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// Settings are in force when they have been saved, in every process that remembers others.
struct SettingsTests {
    private let scim: SCIMClient
    /// Has remembered the connection's settings, and is not told of changes.
    private let other: SCIMClient

    init() async throws {
        scim = try await SCIMClient()
        other = SCIMClient(atAnotherProcess: scim)
        #expect(await other.send(.get, "/Users?count=0").status == 200)
    }

    private var scope: TenantScope { TenantScope(tenant: scim.tenant.id, admission: .operator) }

    private func save(_ change: (inout Plugin) -> Void) async throws {
        var plugin = try #require(
            try await scim.test.integration.plugins(in: scope).first { $0.id == scim.client.plugin })
        let before = plugin
        change(&plugin)
        try await IntegrationChanges(
            integration: scim.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "t")
        ).updateAgreed(plugin, from: before, in: scope)
    }

    private func roles(_ id: String) async throws -> [String] {
        let user = try #require(UserID(id))
        return try await scim.test.users.roles(of: user, in: scope).map { "\($0.role.rawValue) by \($0.origin)" }
    }

    @Test func `the default role is the saved one, and users made by it follow it`() async throws {
        try await save { $0.defaultRole = .admin }
        let user = await other.createUser("anna@x.example")
        #expect(user.status == 201)
        #expect(try await roles(user.id) == ["admin by default"])
        try await save { $0.defaultRole = .trainee }
        #expect(try await roles(user.id) == ["trainee by default"])
        #expect(try await roles(await other.createUser("bob@x.example").id) == ["trainee by default"])
    }

    @Test func `a default role that changes while a user is made is the user's in the end`() async throws {
        async let created: [String] = withTaskGroup(of: String.self) { [other] group in
            for number in 0..<40 { group.addTask { await other.createUser("u\(number)@x.example").id } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for role in [Role.admin, .trainee, .admin, .trainee, .editor] { try await save { $0.defaultRole = role } }
        for id in await created { #expect(try await roles(id) == ["editor by default"]) }
    }

    @Test func `the matching rule is the saved one`() async throws {
        let local = try await UserChanges(users: scim.test.users, identifiers: TestDatabase.identifiers).create(
            .named("local@x.example"), role: .trainee, origin: ChangeOrigin(actor: .operator, requestID: "t"),
            in: scope)
        let title: JSON = ["op": "replace", "path": "title", "value": "Dr."]
        try await save { $0.policy.matching = .refuse }
        #expect(await other.patch("/Users/\(local.id)", title).status == 403)
        #expect(try await scim.test.users.user(local.id, in: scope).source == nil)
        try await save { $0.policy.matching = .link }
        #expect(await other.patch("/Users/\(local.id)", title).status == 200)
    }

    @Test func `strictness is the saved one`() async throws {
        try await save {
            $0.policy.requiredProfile = .velpic
            $0.policy.isStrict = true
        }
        #expect(await other.createUser("anna@x.example").status == 400)
        try await save { $0.policy.isStrict = false }
        #expect(await other.createUser("anna@x.example").status == 201)
    }

    @Test func `an operation of a bulk obeys the saved settings`() async throws {
        try await save { $0.defaultRole = .instructor }
        let operation: JSON = [
            "method": "POST", "path": "/Users", "bulkId": "a",
            "data": ["schemas": [.string(SCIMClient.user)], "userName": "anna@x.example"],
        ]
        let bulk = await other.send(
            .post, "/Bulk",
            ["schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]])
        let location = try #require(bulk.json["Operations"]?[0]?["location"]?.stringValue)
        #expect(try await roles(String(location.suffix(36))) == ["instructor by default"])
    }

    @Test func `attributes that the tenant defines and removes are known at once`() async throws {
        let colour = try #require(CustomAttribute(name: "colour", kind: .string))
        let change = TestDatabase.change(.update, .tenant(scim.tenant.id))
        #expect(await other.send(.get, "/Schemas").json["totalResults"] == 6)
        try await scim.test.customAttributes.create(colour, change: change, in: scope)
        #expect(await other.send(.get, "/Schemas").json["totalResults"] == 7)
    }

    @Test func `where tokens may come is as saved`() async throws {
        let header = try #require(TokenHeader("X-Api-Key"))
        let own: HTTPFields = [HTTPField.Name("X-Api-Key")!: scim.token]
        let bare: HTTPFields = [.authorization: scim.token]
        #expect(await other.send(.get, "/Users", headers: own, token: nil).status == 401)
        #expect(await other.send(.get, "/Users", headers: bare).status == 401)
        try await save {
            $0.tokenHeader = header
            $0.acceptsBareToken = true
        }
        #expect(await other.send(.get, "/Users", headers: own, token: nil).status == 200)
        #expect(await other.send(.get, "/Users", headers: bare).status == 200)
        try await save {
            $0.tokenHeader = nil
            $0.acceptsBareToken = false
        }
        #expect(await other.send(.get, "/Users", headers: own, token: nil).status == 401)
        #expect(await other.send(.get, "/Users", headers: bare).status == 401)
    }

    @Test func `a revoked token does not even read the schemas`() async throws {
        try await scim.test.integration.revoke(
            scim.client.token, change: TestDatabase.change(.revoke, .token(scim.client.token)), in: scope)
        #expect(await other.send(.get, "/Schemas").status == 401)
    }

    @Test func `a revoked token does not even learn what is wrong with a request`() async throws {
        let bulk: JSON = ["schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": []]
        #expect(await other.send(.post, "/Users", ["a": 1]).status == 400)
        try await scim.test.integration.revoke(
            scim.client.token, change: TestDatabase.change(.revoke, .token(scim.client.token)), in: scope)
        #expect(await other.send(.post, "/Users", ["a": 1]).status == 401)
        #expect(await other.send(.post, "/Bulk", bulk).status == 401)
    }

    @Test func `whether unknown attributes are refused is as saved`() async throws {
        try await save { $0.policy.unknownAttributes = .refuse }
        #expect(await other.createUser("anna@x.example", ["shoeSize": 44]).status == 400)
        try await save { $0.policy.unknownAttributes = .ignore }
        #expect(await other.createUser("anna@x.example", ["shoeSize": 44]).status == 201)
    }

    @Test func `what becomes of unknown members is as saved`() async throws {
        let group = await other.send(
            .post, "/Groups",
            ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Teachers"])
        try await save { $0.policy.unknownMembers = .refuse }
        let add: JSON = ["op": "add", "path": "members", "value": [["value": "nobody"]]]
        #expect(await other.patch("/Groups/\(group.id)", add).status == 400)
    }
}
