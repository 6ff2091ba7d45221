import Domain
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The effect of a setting on the roles of existing people, shown before it is saved.
struct RolePreviewTests {
    let test: TestDatabase
    let plugin: Plugin
    let scope: TenantScope

    init() async throws {
        test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        scope = TenantScope(tenant: tenant.id, admission: .operator)
        let client = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 9, count: 32)))
        plugin = try #require(try await test.integration.plugins(in: scope).first { $0.id == client.plugin })
    }

    private let origin = ChangeOrigin(actor: .operator, requestID: "r")
    private var changes: IntegrationChanges {
        IntegrationChanges(integration: test.integration, identifiers: TestDatabase.identifiers, origin: origin)
    }

    private func user(_ name: String, appRole: String? = nil) async throws -> UserID {
        let roles: JSONObject = appRole.map { ["roles": [["value": .string($0)]]] } ?? [:]
        return try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers, source: plugin.id)
            .create(
                .named(name, more: roles), role: plugin.defaultRole, origin: origin, in: scope
            ).id
    }

    private func roles(_ user: UserID) async throws -> Set<Role> {
        Set(try await test.users.roles(of: user, in: scope).map(\.role))
    }

    private func asked(_ outcome: SettingOutcome) throws -> RolePreview {
        guard case .asks(let preview) = outcome else { throw DomainError.unexpected("nothing was asked") }
        return preview
    }

    private func withDefault(_ role: Role) -> Plugin {
        var plugin = plugin
        plugin.defaultRole = role
        return plugin
    }

    @Test func `a default role that would make people Admin names them and changes nothing until that is agreed to`()
        async throws
    {
        var people: [UserID] = []
        for index in 0..<25 { people.append(try await user("u\(index + 10)@x")) }
        _ = try await changes.set(
            RoleMapping(origin: .appRole, value: "Author", role: .editor), isPresent: true, of: plugin.id, in: scope)
        let author = try await user("author@x", appRole: "Author")
        var grant = TestDatabase.change(.assignRoles, .user(people[0]))
        grant.origin.actor = .operator
        try await test.users.set(.admin, isGiven: true, to: people[0], change: grant, in: scope)

        let preview = try asked(try await changes.update(withDefault(.admin), from: plugin, in: scope))
        #expect(preview.moves.map(\.gained) == [[.admin], []])
        #expect(preview.moves.map(\.lost) == [[.trainee], [.trainee]])
        #expect(preview.moves.map(\.count) == [24, 1])
        // People who manage others are always named, never just counted.
        #expect(preview.moves[0].people.count == 24 && preview.moves[1].people.map(\.id) == [people[0]])
        #expect(preview.unchanged == 1)
        #expect(try await roles(people[3]) == [.trainee])
        #expect(try await test.integration.plugins(in: scope)[0].defaultRole == .trainee)

        let outcome = try await changes.update(withDefault(.admin), from: plugin, agreed: preview.digest, in: scope)
        #expect(outcome == .saved)
        for person in people { #expect(try await roles(person) == [.admin]) }
        #expect(try await roles(author) == [.editor])
    }

    @Test func `who agreed to one list has not agreed to another`() async throws {
        _ = try await user("a@x")
        let first = try asked(try await changes.update(withDefault(.editor), from: plugin, in: scope))
        let late = try await user("b@x")
        let second = try asked(
            try await changes.update(withDefault(.editor), from: plugin, agreed: first.digest, in: scope))
        #expect(second.count == 2 && second.digest != first.digest)
        #expect(try await roles(late) == [.trainee])
        await #expect(throws: DomainError.conflict(key: RolePreview.conflictKey)) {
            try await test.integration.update(
                withDefault(.editor), agreed: first.digest, change: TestDatabase.change(.update, .plugin(plugin.id)),
                in: scope)
        }
        #expect(
            try await changes.update(withDefault(.editor), from: plugin, agreed: second.digest, in: scope) == .saved)
        #expect(try await roles(late) == [.editor])
    }

    @Test func `the first twenty of those who manage nobody are named`() async throws {
        for index in 0..<23 { _ = try await user("u\(index + 10)@x") }
        let preview = try asked(try await changes.update(withDefault(.editor), from: plugin, in: scope))
        #expect(preview.moves.map(\.count) == [23] && preview.moves[0].people.count == 20)
        #expect(preview.moves[0].people.first?.userName == "u10@x" && preview.unchanged == 0)
    }

    @Test func `a mapping that is added or removed asks as well, and one that moves nobody does not`() async throws {
        let ann = try await user("ann@x", appRole: "Author")
        let mapping = RoleMapping(origin: .appRole, value: "author", role: .instructor)
        let added = try asked(try await changes.set(mapping, isPresent: true, of: plugin.id, in: scope))
        #expect(added.moves.map(\.gained) == [[.instructor]] && added.moves[0].people.map(\.userName) == ["ann@x"])
        #expect(try await test.integration.mappings(of: plugin.id, in: scope).isEmpty)
        let save = { (mapping: RoleMapping, isPresent: Bool, agreed: String?) in
            try await changes.set(mapping, isPresent: isPresent, of: plugin.id, agreed: agreed, in: scope)
        }
        #expect(try await save(mapping, true, added.digest) == .saved)
        #expect(try await roles(ann) == [.instructor])
        let other = RoleMapping(origin: .group, value: "Nobody", role: .admin)
        #expect(try await save(other, true, nil) == .saved)
        #expect(try await save(other, false, nil) == .saved)
        let removed = try asked(try await save(mapping, false, nil))
        #expect(removed.moves.map(\.lost) == [[.instructor]] && removed.moves.map(\.gained) == [[.trainee]])
        #expect(try await roles(ann) == [.instructor])
    }

    @Test func `switching a connection off shows whom its groups would make what by another one's mappings`()
        async throws
    {
        let second = try await changes.create(.scim, name: "Second", in: scope)
        let ann = try await user("ann@x")
        let group = try await GroupChanges(groups: test.groups, identifiers: TestDatabase.identifiers).create(
            GroupAttributes(displayName: "Bosses", externalID: nil, document: ["displayName": "Bosses"]),
            members: MemberNames(ids: [ann.rawValue]), source: second.id, origin: origin, in: scope)
        let mapping = RoleMapping(origin: .group, value: "Bosses", role: .admin)
        #expect(try await changes.set(mapping, isPresent: true, of: plugin.id, in: scope) == .saved)
        var off = second
        off.isEnabled = false
        let preview = try asked(try await changes.update(off, from: second, in: scope))
        #expect(preview.moves.map(\.gained) == [[.admin]] && preview.moves[0].people.map(\.id) == [ann])
        off.isEnabled = true
        off.isPaused = true
        #expect(try await changes.update(off, from: second, in: scope) == .saved)
        #expect(try await test.groups.group(group.id, withMembers: false, in: scope).displayName == "Bosses")
    }
}
