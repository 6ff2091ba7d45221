import Domain
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

struct GroupStoreTests {
    let test: TestDatabase
    let tenant: Tenant
    let scope: TenantScope

    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        scope = TenantScope(tenant: tenant.id, admission: .operator)
    }

    private let origin = ChangeOrigin(actor: .operator, requestID: "r1")
    private var changes: GroupChanges { GroupChanges(groups: test.groups, identifiers: TestDatabase.identifiers) }

    private func user(_ name: String) async throws -> UserID {
        try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers).create(
            .named(name), role: .trainee, origin: origin, in: scope
        ).id
    }

    private func group(_ name: String, members: [UserID] = [], source: PluginID? = nil) async throws -> Group {
        try await changes.create(
            GroupAttributes(displayName: name, externalID: nil, document: ["displayName": .string(name)]),
            members: MemberNames(ids: members.map(\.rawValue)), source: source, origin: origin, in: scope)
    }

    private func members(_ group: GroupID) async throws -> Set<UInt128> {
        Set(try await test.groups.group(group, withMembers: true, in: scope).members?.map(\.id) ?? [])
    }

    @Test func `members come and go, and an id that is nobody's is refused`() async throws {
        let (a, b) = (try await user("a"), try await user("b"))
        let group = try await group("G", members: [a])
        let refused = await #expect(throws: DomainError.self) {
            try await changes.changeMembers(
                of: group.id, by: [.add(MemberNames(ids: [b.rawValue, 12345]))], version: nil, origin: origin,
                in: scope)
        }
        if case .invalid(field: "members", _) = refused {} else { Issue.record("\(refused as Any)") }
        #expect(try await members(group.id) == [a.rawValue])
        try await changes.changeMembers(
            of: group.id, by: [.add(MemberNames(ids: [a.rawValue, b.rawValue]))], version: nil, origin: origin,
            in: scope)
        #expect(try await members(group.id) == [a.rawValue, b.rawValue])
        try await changes.changeMembers(
            of: group.id, by: [.remove(MemberNames(ids: [a.rawValue]))], version: nil, origin: origin, in: scope)
        #expect(try await members(group.id) == [b.rawValue])
        try await changes.changeMembers(
            of: group.id, by: [.replace(MemberNames(ids: [a.rawValue]))], version: nil, origin: origin, in: scope)
        #expect(try await members(group.id) == [a.rawValue])
    }

    @Test func `a user knows the groups it is in, and a deleted one is in none`() async throws {
        let a = try await user("a")
        let group = try await group("G", members: [a])
        #expect(try await test.users.user(a, in: scope).groups.map(\.id) == [group.id])
        let users = UserChanges(users: test.users, identifiers: TestDatabase.identifiers)
        #expect(try await users.delete(a, version: nil, origin: origin, in: scope))
        let after = try await test.groups.group(group.id, withMembers: true, in: scope)
        #expect(after.members?.isEmpty == true && after.version == group.version + 1)
    }

    @Test func `every step of one change is written down`() async throws {
        let (a, b) = (try await user("a"), try await user("b"))
        let group = try await group("G")
        try await changes.changeMembers(
            of: group.id, by: [.add(MemberNames(ids: [a.rawValue])), .add(MemberNames(ids: [b.rawValue]))],
            version: nil, origin: origin, in: scope)
        let log = try await test.superuser.read([
            "select difference from app.changes where subject_id = \(.uuid(group.id.rawValue)) order by id desc limit 1"
        ])[0][0].jsonb(0)
        let text = String(decoding: log, as: UTF8.self)
        #expect(text.contains(a.description) && text.contains(b.description))
    }

    /// The last change of a thing: its action, and the difference as text.
    private func lastChange(of id: UInt128) async throws -> (action: String, difference: String) {
        let row = try await test.superuser.read([
            "select action, difference::text from app.changes where subject_id = \(.uuid(id)) order by id desc limit 1"
        ])[0][0]
        return (try row.text(0), try row.text(1))
    }

    @Test func `whom a deletion changes as well has a change of its own`() async throws {
        let users = UserChanges(users: test.users, identifiers: TestDatabase.identifiers)
        let boss = try await user("boss")
        let report = try await users.create(
            .named("report", manager: "boss"), role: .trainee, origin: origin, in: scope)
        let (group, parent) = (try await group("G", members: [boss]), try await self.group("P"))
        try await changes.changeMembers(
            of: parent.id, by: [.add(MemberNames(ids: [group.id.rawValue]))], version: nil, origin: origin, in: scope)

        #expect(try await users.delete(boss, version: nil, origin: origin, in: scope))
        let left = try await lastChange(of: group.id.rawValue)
        #expect(left.action == "remove-members" && left.difference.contains(boss.description))
        let released = try await lastChange(of: report.id.rawValue)
        #expect(released.action == "update" && released.difference.contains("[\"\(boss)\", null]"))

        let next = try await user("boss")
        #expect(try await lastChange(of: report.id.rawValue).difference.contains("[null, \"\(next)\"]"))

        try await changes.changeMembers(
            of: group.id, by: [.add(MemberNames(ids: [next.rawValue]))], version: nil, origin: origin, in: scope)
        #expect(try await changes.delete(group.id, version: nil, origin: origin, in: scope))
        let deleted = try await lastChange(of: group.id.rawValue)
        #expect(deleted.action == "delete" && deleted.difference.contains(next.description))
        let bereft = try await lastChange(of: parent.id.rawValue)
        #expect(bereft.action == "remove-members" && bereft.difference.contains(group.id.description))
    }

    @Test func `whoever is deleted while joining a group is not in it afterwards`() async throws {
        let users = UserChanges(users: test.users, identifiers: TestDatabase.identifiers)
        let group = try await group("G")
        for round in 0..<20 {
            let user = try await user("u\(round)")
            async let deleted = users.delete(user, version: nil, origin: origin, in: scope)
            do {
                try await changes.changeMembers(
                    of: group.id, by: [.add(MemberNames(ids: [user.rawValue]))], version: nil, origin: origin,
                    in: scope)
            } catch DomainError.invalid {
                // The deletion was faster.
            }
            _ = try await deleted
        }
        #expect(try await members(group.id).isEmpty)
    }

    @Test func `concurrent additions are all kept`() async throws {
        let group = try await group("G")
        var users: [UserID] = []
        for number in 0..<12 { users.append(try await user("u\(number)")) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for user in users {
                tasks.addTask {
                    try await changes.changeMembers(
                        of: group.id, by: [.add(MemberNames(ids: [user.rawValue]))], version: nil, origin: origin,
                        in: scope)
                }
            }
            try await tasks.waitForAll()
        }
        #expect(try await members(group.id) == Set(users.map(\.rawValue)))
    }

    @Test func `a name is taken once in whatever case, a stale version is refused, a deleted group is gone`()
        async throws
    {
        let source = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 1, count: 32))
        ).plugin
        let group = try await group("Sales", source: source)
        await #expect(throws: DomainError.conflict(key: "displayName")) {
            try await self.group("SALES", source: source)
        }
        await #expect(throws: DomainError.stale) {
            try await changes.changeMembers(
                of: group.id, by: [.replace(MemberNames())], version: 99, origin: origin, in: scope)
        }
        #expect(try await changes.delete(group.id, version: nil, origin: origin, in: scope))
        await #expect(throws: DomainError.notFound) {
            try await changes.changeMembers(
                of: group.id, by: [.replace(MemberNames())], version: nil, origin: origin, in: scope)
        }
        _ = try await self.group("Sales", source: source)
    }

    @Test func `another tenant's people cannot be members`() async throws {
        let other = try await GroupStoreTests()
        let stranger = try await other.user("a")
        let refused = await #expect(throws: DomainError.self) { try await self.group("G", members: [stranger]) }
        if case .invalid(field: "members", _) = refused {} else { Issue.record("\(refused as Any)") }
        let group = try await group("G")
        await #expect(throws: DomainError.notFound) {
            try await test.groups.group(group.id, withMembers: false, in: other.scope)
        }
    }
}
