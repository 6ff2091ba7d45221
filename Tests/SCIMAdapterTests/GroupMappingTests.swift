import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// Role mappings from groups, which follow the group and not its name.
struct GroupMappingTests {
    private struct Directory {
        let scim: SCIMClient
        var scope: TenantScope { TenantScope(tenant: scim.tenant.id, admission: .operator) }

        func map(_ value: String, _ role: Role, isPresent: Bool = true) async throws {
            try await scim.test.integration.set(
                RoleMapping(origin: .group, value: value, role: role), isPresent: isPresent, of: scim.client.plugin,
                change: TestDatabase.change(.update, .plugin(scim.client.plugin)), in: scope)
        }

        func statuses() async throws -> [RoleMappingStatus] {
            try await scim.test.integration.mappingStatuses(of: scim.client.plugin, in: scope)
        }

        func roles(_ id: String) async throws -> Set<Role> {
            Set(try await scim.test.users.roles(of: UserID(id)!, in: scope).map(\.role))
        }

        func group(_ name: String, _ members: [String], externalID: String? = nil, token: String = "") async -> String {
            var body: JSONObject = [
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": .string(name),
                "members": .array(members.map { ["value": .string($0)] }),
            ]
            body["externalId"] = externalID.map { .string($0) }
            let made = await scim.send(.post, "/Groups", .object(body), token: token)
            #expect(made.status == 201)
            return made.id
        }

        func rename(_ group: String, _ name: String) async {
            _ = await scim.patch("/Groups/\(group)", ["op": "replace", "path": "displayName", "value": .string(name)])
        }

        func delete(_ group: String) async {
            #expect(await scim.send(.delete, "/Groups/\(group)").status == 204)
        }
    }

    private func directory() async throws -> (Directory, ann: String) {
        let directory = Directory(scim: try await SCIMClient())
        return (directory, await directory.scim.createUser("ann@x").id)
    }

    @Test func `a group that is renamed keeps the role, and the mapping shows its new name`() async throws {
        let (directory, ann) = try await directory()
        let group = await directory.group("Teachers", [ann])
        try await directory.map("TEACHERS", .instructor)
        await directory.rename(group, "Teaching staff")
        #expect(try await directory.roles(ann) == [.instructor])
        let status = try await directory.statuses()[0]
        #expect(status.mapping.value == "Teaching staff" && status.group == .found(GroupID(group)!))
        // Another group of the old name has nothing to do with it.
        let bob = await directory.scim.createUser("bob@x").id
        _ = await directory.group("Teachers", [bob])
        #expect(try await directory.roles(bob) == [.trainee])
        try await directory.map("Teaching staff", .instructor, isPresent: false)
        #expect(try await directory.roles(ann) == [.trainee])
    }

    @Test func `a mapping waits for the first group of its name, and then follows that one`() async throws {
        let (directory, ann) = try await directory()
        try await directory.map("Teachers", .instructor)
        #expect(try await directory.statuses().map(\.group) == [.awaited])
        let other = await directory.group("Others", [ann])
        #expect(try await directory.roles(ann) == [.trainee])
        await directory.rename(other, "teachers")
        #expect(try await directory.roles(ann) == [.instructor])
        await directory.rename(other, "Others")
        #expect(try await directory.roles(ann) == [.instructor])
        #expect(try await directory.statuses().map(\.group) == [.found(GroupID(other)!)])
        let history = try await directory.scim.test.history.history(
            ofConnection: directory.scim.client.plugin, before: nil, limit: 10, in: directory.scope)
        #expect(history.contains { $0.difference["mappedGroup"] == [.null, "teachers"] })
    }

    @Test func `a deleted group's mapping is marked, and applies again to a group with the same externalId`()
        async throws
    {
        let (directory, ann) = try await directory()
        let first = await directory.group("Teachers", [ann], externalID: "e1")
        try await directory.map("Teachers", .instructor)
        await directory.delete(first)
        #expect(try await directory.roles(ann) == [.trainee])
        let dead = try await directory.statuses()
        #expect(dead.map(\.group) == [.deleted(GroupID(first)!)] && dead[0].mapping.value == "Teachers")
        // The same name alone does not make it the same group where the provider names groups by externalId.
        let impostor = await directory.group("Teachers", [ann], externalID: "e2")
        #expect(try await directory.roles(ann) == [.trainee])
        await directory.delete(impostor)
        let second = await directory.group("Staff", [ann], externalID: "e1")
        #expect(try await directory.roles(ann) == [.instructor])
        #expect(try await directory.statuses().map(\.group) == [.found(GroupID(second)!)])
    }

    @Test func `without an externalId a group of the deleted one's name takes its place`() async throws {
        let (directory, ann) = try await directory()
        let first = await directory.group("Teachers", [ann])
        try await directory.map("Teachers", .instructor)
        await directory.rename(first, "Staff")
        await directory.delete(first)
        _ = await directory.group("Teachers", [ann])
        #expect(try await directory.roles(ann) == [.trainee])
        _ = await directory.group("Staff", [ann])
        #expect(try await directory.roles(ann) == [.instructor])
    }

    @Test func `another connection's group is never taken for the one that a mapping waits for`() async throws {
        let (directory, ann) = try await directory()
        let token = PlainToken(secret: (0..<32).map { _ in UInt8.random(in: 0...255) }).text
        let second = try await directory.scim.test.makeClient(
            of: directory.scim.tenant, tokenDigest: TokenDigest(of: token))
        try await directory.map("Admins", .admin)
        let foreign = await directory.group("Admins", [ann], token: token)
        #expect(try await directory.roles(ann) == [.trainee])
        #expect(try await directory.statuses().map(\.group) == [.awaited])
        try await directory.map(foreign, .editor)
        #expect(try await directory.roles(ann) == [.trainee])
        #expect(
            try await directory.scim.test.integration.mappingStatuses(of: second.plugin, in: directory.scope).isEmpty)
    }

    @Test func `a mapping tells how many people of the connection it reaches, each once`() async throws {
        let (directory, ann) = try await directory()
        let bob = await directory.scim.createUser("bob@x", ["roles": [["value": "Author"], ["value": "author"]]]).id
        let local = try await UserChanges(users: directory.scim.test.users, identifiers: TestDatabase.identifiers)
            .create(
                .named("local@x"), role: .trainee, origin: ChangeOrigin(actor: .operator, requestID: "t"),
                in: directory.scope
            ).id.description
        let inner = await directory.group("Inner", [ann, bob])
        let outer = await directory.group("Outer", [ann, local, inner])
        try await directory.map(outer, .instructor)
        try await directory.map("Inner", .editor)
        try await directory.map("Nowhere", .editor)
        try await directory.scim.test.integration.set(
            RoleMapping(origin: .appRole, value: "AUTHOR", role: .editor), isPresent: true,
            of: directory.scim.client.plugin,
            change: TestDatabase.change(.update, .plugin(directory.scim.client.plugin)), in: directory.scope)
        let statuses = try await directory.statuses()
        #expect(statuses.map { "\($0.mapping.value) \($0.people)" } == ["AUTHOR 1", "Inner 2", "Nowhere 0", "Outer 2"])
        let (elsewhere, _) = try await self.directory()
        #expect(
            try await directory.scim.test.integration.mappingStatuses(
                of: directory.scim.client.plugin, in: elsewhere.scope
            ).isEmpty)
    }
}
