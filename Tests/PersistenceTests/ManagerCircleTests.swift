import Domain
import LecternTesting
import Persistence
import Testing

struct ManagerCircleTests {
    let test: TestDatabase
    let tenant: Tenant
    let client: ProvisioningClient

    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        client = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 1, count: 32)))
    }

    private var scope: TenantScope { TenantScope(client) }
    private let origin = ChangeOrigin(actor: .operator, requestID: "r1")
    private var provider: UserChanges {
        UserChanges(users: test.users, identifiers: TestDatabase.identifiers, source: client.plugin)
    }
    private var people: UserChanges { UserChanges(users: test.users, identifiers: TestDatabase.identifiers) }

    /// Users as a provider states them, by their names and their managers' names.
    @discardableResult
    private func create(_ users: (name: String, manager: String?)...) async throws -> [UserID] {
        var ids: [UserID] = []
        for (name, manager) in users {
            let user = try await provider.create(
                .named(name, manager: manager), role: .trainee, origin: origin, in: scope)
            ids.append(user.id)
        }
        return ids
    }

    private func circle(of id: UserID) async throws -> ManagerCircle? {
        let user = try await test.users.user(id, in: scope)
        return try await test.users.managerCircle(
            of: id, try UserAttributes(of: try user.profile.attributes()), in: scope)
    }

    @Test func `a circle that a provider states is stored and found from each of its people, not from below it`()
        async throws
    {
        let ids = try await create(("ann", "Bob"), ("bob", "cyd"), ("cyd", "ann"), ("dan", "ann"), ("eve", nil))
        #expect(try await circle(of: ids[0])?.userNames == ["ann", "bob", "cyd"])
        #expect(try await circle(of: ids[2])?.userNames == ["cyd", "ann", "bob"])
        #expect(try await circle(of: ids[3]) == nil)
        #expect(try await circle(of: ids[4]) == nil)
    }

    @Test func `somebody who is named as their own manager by name, id or externalId reports to themselves`()
        async throws
    {
        let ids = try await create(("ann", "ANN"), ("bob", nil))
        #expect(try await circle(of: ids[0])?.userNames == ["ann"])
        for manager in [ids[1].description, "E1", "bob"] {
            let circle = try await test.users.managerCircle(
                of: ids[1], .named("bob", externalID: "E1", manager: manager), in: scope)
            #expect(circle?.isOfOne == true, "\(manager)")
        }
    }

    @Test func `a manager who waits for the user closes the circle before the user exists`() async throws {
        try await create(("ann", "bob"))
        let circle = DomainError.managerCircle(ManagerCircle(userNames: ["bob", "ann"]))
        await #expect(throws: circle) {
            try await people.create(.named("bob", manager: "ann"), role: .trainee, origin: origin, in: scope)
        }
    }

    @Test func `people cannot close a circle, and can enter everything else`() async throws {
        let ids = try await create(("ann", nil), ("bob", "ann"), ("cyd", "bob"))
        func enter(_ manager: String) async throws {
            _ = try await people.update(ids[0], origin: origin, in: scope) { _ in .named("ann", manager: manager) }
        }
        let found = DomainError.managerCircle(ManagerCircle(userNames: ["ann", "cyd", "bob"]))
        await #expect(throws: found) { try await enter("cyd") }
        let own = DomainError.managerCircle(ManagerCircle(userNames: ["ann"]))
        await #expect(throws: own) { try await enter("ann") }
        try await enter("somebody later")
        #expect(try await circle(of: ids[0]) == nil)
    }

    @Test func `a chain is followed for a hundred people and no further`() async throws {
        let last = ManagerCircle.maximumDepth + 1
        var ids: [UserID] = []
        for place in 1...last {
            ids += try await create((name: "u\(place)", manager: place == 1 ? nil : "u\(place - 1)"))
        }
        func circle(under place: Int64) async throws -> ManagerCircle? {
            try await test.users.managerCircle(of: ids[0], .named("u1", manager: "u\(place)"), in: scope)
        }
        #expect(try await circle(under: last)?.userNames.count == 101)
        ids += try await create((name: "more", manager: "u\(last)"))
        let tooDeep = try await test.users.managerCircle(of: ids[0], .named("u1", manager: "more"), in: scope)
        #expect(tooDeep == nil)
    }
}
