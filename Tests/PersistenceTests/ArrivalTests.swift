import Domain
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// People and groups that are named before they are there.
struct ArrivalTests {
    let test: TestDatabase
    let scope: TenantScope

    init() async throws {
        test = try await TestDatabase.shared()
        scope = TenantScope(tenant: try await test.makeTenant().id, admission: .operator)
    }

    private let origin = ChangeOrigin(actor: .operator, requestID: "r1")
    private var groups: GroupChanges { GroupChanges(groups: test.groups, identifiers: TestDatabase.identifiers) }
    private var users: UserChanges { UserChanges(users: test.users, identifiers: TestDatabase.identifiers) }

    private func user(_ attributes: UserAttributes) async throws -> UserID {
        try await users.create(attributes, role: .trainee, origin: origin, in: scope).id
    }

    private func group(_ name: String, externalID: String? = nil, members: MemberNames = .init()) async throws
        -> GroupID
    {
        try await groups.create(
            GroupAttributes(displayName: name, externalID: externalID, document: Self.document(name, externalID)),
            members: members, source: nil, origin: origin, in: scope
        ).id
    }

    private static func document(_ name: String, _ externalID: String?) -> JSONObject {
        var document: JSONObject = ["displayName": .string(name)]
        if let externalID { document["externalId"] = .string(externalID) }
        return document
    }

    private func members(_ group: GroupID) async throws -> Set<UInt128> {
        Set(try await test.groups.group(group, withMembers: true, in: scope).members?.map(\.id) ?? [])
    }

    @Test func `whoever is named at the moment of their arrival is found`() async throws {
        let group = try await group("G")
        var arrived: Set<UInt128> = []
        for round in 0..<60 {
            let name = "n\(round)@x.example"
            async let id = user(.named(name))
            async let report = users.create(
                .named("r\(round)@x.example", manager: name), role: .trainee, origin: origin, in: scope)
            async let naming = groups.changeMembers(
                of: group, by: [.add(MemberNames([name]))], version: nil, origin: origin, in: scope)
            _ = try await naming
            let (member, reporting) = (try await id, try await report.id)
            arrived.insert(member.rawValue)
            #expect(try await test.users.user(reporting, in: scope).manager?.id == member)
        }
        #expect(try await members(group) == arrived)
    }

    @Test func `names count without case, external identifiers with it`() async throws {
        let group = try await group("G", members: MemberNames(["Ann@X.example", "ext-1", "ÉVA@x.example"]))
        let ann = try await user(.named("ann@x.example"))
        _ = try await user(.named("other@x.example", externalID: "EXT-1"))
        let eva = try await user(.named("éva@x.example"))
        #expect(try await members(group) == [ann.rawValue, eva.rawValue])
        let exact = try await user(.named("third@x.example", externalID: "ext-1"))
        #expect(try await members(group) == [ann.rawValue, eva.rawValue, exact.rawValue])
    }

    @Test func `a group is found by the external identifier that it has, gets with its making, or gets later`()
        async throws
    {
        let early = try await group("Early", externalID: "g-1")
        let outer = try await group("Outer", members: MemberNames(["g-1", "g-2", "g-3"]))
        let made = try await group("Made", externalID: "g-2")
        let later = try await group("Later")
        #expect(try await members(outer) == [early.rawValue, made.rawValue])
        try await groups.update(later, membership: [], origin: origin, in: scope) { _ in
            GroupAttributes(displayName: "Later", externalID: "g-3", document: Self.document("Later", "g-3"))
        }
        #expect(try await members(outer) == [early.rawValue, made.rawValue, later.rawValue])
        try await groups.changeMembers(
            of: outer, by: [.remove(MemberNames(["g-1"]))], version: nil, origin: origin, in: scope)
        #expect(try await members(outer) == [made.rawValue, later.rawValue])
    }

    @Test func `no circle arises by an external identifier`() async throws {
        let outer = try await group("Outer", externalID: "o-1")
        let inner = try await group("Inner", members: MemberNames(["later"]))
        try await groups.changeMembers(
            of: outer, by: [.add(MemberNames(ids: [inner.rawValue]))], version: nil, origin: origin, in: scope)
        let refused = await #expect(throws: DomainError.self) {
            try await groups.changeMembers(
                of: inner, by: [.add(MemberNames(["o-1"]))], version: nil, origin: origin, in: scope)
        }
        if case .invalid(field: "members", _) = refused {} else { Issue.record("\(refused as Any)") }
        // A new name is accepted even if a reference that waits for it would close a circle; the group does not join.
        try await groups.update(outer, membership: [], origin: origin, in: scope) { _ in
            GroupAttributes(displayName: "Outer", externalID: "later", document: Self.document("Outer", "later"))
        }
        #expect(try await members(inner).isEmpty)
    }
}
