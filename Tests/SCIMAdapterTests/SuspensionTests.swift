import Domain
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// An administrator's suspension and a provider's `active` are two facts.
struct SuspensionTests {
    private let scim: SCIMClient
    private let user: UserID

    init() async throws {
        scim = try await SCIMClient()
        user = try #require(UserID(await scim.createUser("anna@x.example").id))
    }

    private var scope: TenantScope { TenantScope(tenant: scim.tenant.id, admission: .operator) }
    private var changes: UserChanges { UserChanges(users: scim.test.users, identifiers: TestDatabase.identifiers) }
    private static let origin = ChangeOrigin(actor: .operator, requestID: "t")

    private func suspend() async throws {
        try await changes.suspend(user, at: Timestamp(microseconds: 1_000_000), origin: Self.origin, in: scope)
    }

    private func resume(statesActive: Bool = false) async throws {
        try await changes.resume(user, statesActive: statesActive, origin: Self.origin, in: scope)
    }

    private var isActive: Bool { get async throws { try await scim.test.users.user(user, in: scope).isActive } }

    private func setActive(_ value: JSON) async -> Int {
        await scim.patch("/Users/\(user)", ["op": "replace", "path": "active", "value": value]).status
    }

    @Test func `no request of a provider lets a suspended person in`() async throws {
        try await suspend()
        #expect(try await !isActive)
        let body: JSON = ["schemas": [.string(SCIMClient.user)], "userName": "anna@x.example", "active": true]
        let operation: JSON = ["method": "PUT", "path": .string("/Users/\(user)"), "data": body]
        let bulk: JSON = [
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation],
        ]
        #expect(await setActive(false) == 200)
        #expect(await setActive(true) == 200)
        #expect(try await !isActive)
        #expect(await setActive(false) == 200)
        #expect(await scim.send(.put, "/Users/\(user)", body).status == 200)
        #expect(try await !isActive)
        #expect(await setActive(false) == 200)
        #expect(await scim.send(.post, "/Bulk", bulk).json["Operations"]?[0]?["status"] == "200")
        #expect(try await !isActive)
        #expect(
            await scim.patch("/Users/\(user)", ["op": "replace", "path": "title", "value": "Dr."]).status == 200)
        #expect(try await !isActive)
    }

    @Test func `what the provider reads back is what it has stated`() async throws {
        try await suspend()
        #expect(await scim.send(.get, "/Users/\(user)").json["active"] == true)
        let found = await scim.send(.get, "/Users?filter=active+eq+true&sortBy=active")
        #expect(found.json["totalResults"] == 1 && found.json["Resources"]?[0]?["active"] == true)
        #expect(await scim.send(.get, "/Users?filter=active+ne+true").json["totalResults"] == 0)
        #expect(await setActive(false) == 200)
        #expect(await scim.send(.get, "/Users/\(user)").json["active"] == false)
        #expect(await scim.send(.get, "/Users?filter=active+eq+false").json["totalResults"] == 1)
    }

    @Test func `lifting a suspension gives back what the provider states by then`() async throws {
        try await suspend()
        try await resume()
        #expect(try await isActive)
        try await suspend()
        #expect(await setActive(false) == 200)
        try await resume()
        #expect(try await !isActive)
        #expect(await setActive(true) == 200)
        #expect(try await isActive)
    }

    @Test func `who is stated active here is active when nothing suspends them`() async throws {
        #expect(await setActive(false) == 200)
        try await resume(statesActive: true)
        #expect(try await isActive)
    }

    @Test func `lifting a suspension that is not there changes nothing`() async throws {
        let version = try await scim.test.users.user(user, in: scope).version
        try await resume()
        try await resume(statesActive: true)
        #expect(try await scim.test.users.user(user, in: scope).version == version)
    }

    @Test func `a suspension outlasts deletion and restoration`() async throws {
        try await suspend()
        _ = try await changes.delete(user, version: nil, origin: Self.origin, in: scope)
        try await changes.restore(user, origin: Self.origin, in: scope)
        #expect(try await !isActive)
        #expect(try await scim.test.users.user(user, in: scope).suspension != nil)
    }

    @Test func `suspending twice keeps when it was done first`() async throws {
        try await suspend()
        let version = try await scim.test.users.user(user, in: scope).version
        try await changes.suspend(user, at: Timestamp(microseconds: 2_000_000), origin: Self.origin, in: scope)
        let found = try await scim.test.users.user(user, in: scope)
        #expect(found.version == version)
        #expect(found.suspension == Suspension(at: Timestamp(microseconds: 1_000_000), by: nil))
    }

    /// As a server of the version before does, which knows one fact only.
    @Test func `the database refuses to make a suspended user active`() async throws {
        try await suspend()
        do {
            _ = try await scim.test.superuser.write([
                "update app.users set active = true where id = \(.uuid(user.rawValue))"
            ])
            Issue.record("the user is active")
        } catch PostgresError.server(let state, _, _) {
            #expect(state.rawValue == "23514")
        }
    }
}
