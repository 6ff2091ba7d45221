import Domain
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The roles that follow from rules, beside the roles that people granted.
struct RoleAssignmentTests {
    let test: TestDatabase
    let client: ProvisioningClient
    let scope: TenantScope

    init() async throws {
        test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        client = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 3, count: 32)))
        scope = TenantScope(tenant: tenant.id, admission: .operator)
    }

    private let origin = ChangeOrigin(actor: .operator, requestID: "r")
    private var groups: GroupChanges { GroupChanges(groups: test.groups, identifiers: TestDatabase.identifiers) }
    private var users: UserChanges {
        UserChanges(users: test.users, identifiers: TestDatabase.identifiers, source: client.plugin)
    }

    private func user(appRole: String? = nil) async throws -> UserID {
        let roles: JSONObject = appRole.map { ["roles": [["value": .string($0)]]] } ?? [:]
        return try await users.create(
            .named("ann@x.example", more: roles), role: .trainee, origin: origin, in: scope
        ).id
    }

    private func map(
        _ origin: RoleMapping.Origin, _ value: String, _ role: Role, isPresent: Bool = true
    ) async throws {
        try await test.integration.set(
            RoleMapping(origin: origin, value: value, role: role), isPresent: isPresent, of: client.plugin,
            change: TestDatabase.change(.update, .plugin(client.plugin)), in: scope)
    }

    private func grant(_ role: Role, to user: UserID, by actor: ChangeOrigin.Actor) async throws {
        var change = TestDatabase.change(.assignRoles, .user(user))
        change.origin.actor = actor
        try await test.users.set(role, isGiven: true, to: user, change: change, in: scope)
    }

    private func group(_ name: String, members: [UserID]) async throws -> GroupID {
        try await groups.create(
            GroupAttributes(displayName: name, externalID: nil, document: ["displayName": .string(name)]),
            members: MemberNames(ids: members.map(\.rawValue)), source: nil, origin: origin, in: scope
        ).id
    }

    private func roles(_ user: UserID) async throws -> Set<String> {
        Set(try await test.users.roles(of: user, in: scope).map { "\($0.role.rawValue) by \($0.origin)" })
    }

    @Test func `a role that people granted stays when groups and mappings give and take the same and other roles`()
        async throws
    {
        let user = try await user()
        try await grant(.admin, to: user, by: .admin(user))
        try await grant(.editor, to: user, by: .operator)
        let granted: Set = ["admin by admin", "editor by operator"]
        #expect(try await roles(user) == granted.union(["trainee by default"]))

        let group = try await group("Editors", members: [user])
        try await map(.group, "Editors", .editor)
        try await map(.group, "Editors", .instructor)
        #expect(try await roles(user) == granted.union(["editor by group", "instructor by group"]))
        try await groups.changeMembers(
            of: group, by: [.remove(MemberNames(ids: [user.rawValue]))], version: nil, origin: origin, in: scope)
        #expect(try await roles(user) == granted.union(["trainee by default"]))
        try await groups.changeMembers(
            of: group, by: [.add(MemberNames(ids: [user.rawValue]))], version: nil, origin: origin, in: scope)
        try await map(.group, "Editors", .editor, isPresent: false)
        #expect(try await roles(user) == granted.union(["instructor by group"]))
    }

    @Test func `a restored user has the roles of the mappings as they are now`() async throws {
        let user = try await user(appRole: "Author")
        try await map(.appRole, "Author", .editor)
        #expect(try await roles(user) == ["editor by app-role"])
        #expect(try await users.delete(user, version: nil, origin: origin, in: scope))
        try await map(.appRole, "Author", .editor, isPresent: false)
        try await map(.appRole, "Author", .instructor)
        try await users.restore(user, origin: origin, in: scope)
        #expect(try await roles(user) == ["instructor by app-role"])
    }

    @Test func `a restored user has no role of a group that the deletion took the user out of`() async throws {
        let user = try await user()
        try await map(.group, "Editors", .editor)
        _ = try await group("Editors", members: [user])
        #expect(try await roles(user) == ["editor by group"])
        #expect(try await users.delete(user, version: nil, origin: origin, in: scope))
        try await users.restore(user, origin: origin, in: scope)
        #expect(try await roles(user) == ["trainee by default"])
    }
}
