import Domain
import LecternTesting
@testable import Persistence
import Postgres
import StrictJSON
import Testing

struct UserStoreTests {
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
    private var origin: ChangeOrigin { ChangeOrigin(actor: .token(client.token, of: client.plugin), requestID: "r1") }
    private var changes: UserChanges {
        UserChanges(users: test.users, identifiers: TestDatabase.identifiers, source: client.plugin)
    }

    private func create(_ attributes: UserAttributes) async throws -> User {
        try await changes.create(attributes, role: .trainee, origin: origin, in: scope)
    }

    private func log(of user: UserID) async throws -> [(action: String, actor: String, difference: JSON)] {
        try await test.superuser.read([
            "select action, actor, difference, request_id from app.changes where subject_id = \(.uuid(user.rawValue)) order by id"
        ])[0].map { row in
            #expect(try row.text(3) == "r1")
            return (try row.text(0), try row.text(1), try JSON.parse(try row.jsonb(2)))
        }
    }

    @Test func `a user is kept as it was given, and who made it is written down`() async throws {
        let user = try await create(.named("Anna@x.example", externalID: "E1", emails: ["a@x.example"]))
        let read = try await test.users.user(user.id, in: scope)
        #expect(try read.profile.attributes() == user.profile.attributes())
        #expect(read.version == 1 && read.createdAt == user.createdAt && read.updatedAt == user.createdAt)
        let log = try await log(of: user.id)
        #expect(log.map(\.action) == ["create"] && log.map(\.actor) == ["token"])
        #expect(log[0].difference["userName"] == [.null, "Anna@x.example"])
    }

    @Test func `a user name is taken once, in whatever case, and free again after deletion`() async throws {
        let user = try await create(.named("anna@x.example"))
        await #expect(throws: DomainError.conflict(key: "userName")) { try await create(.named("ANNA@x.example")) }
        #expect(try await changes.delete(user.id, version: nil, origin: origin, in: scope))
        await #expect(throws: DomainError.notFound) { try await test.users.user(user.id, in: scope) }
        let again = try await create(.named("anna@x.example"))
        #expect(again.id != user.id)
        #expect(try await log(of: user.id).map(\.action) == ["create", "delete"])
    }

    @Test func `the same name may exist in two tenants`() async throws {
        _ = try await create(.named("anna@x.example"))
        let other = try await UserStoreTests()
        _ = try await other.create(.named("anna@x.example"))
    }

    @Test func `a change moves the version, and no change does not`() async throws {
        let user = try await create(.named("a@x.example"))
        let changed = try await changes.update(user.id, origin: origin, in: scope) { _ in
            .named("a@x.example", active: false)
        }
        #expect(changed.version == 2 && changed.updatedAt >= user.updatedAt)
        let same = try await changes.update(user.id, origin: origin, in: scope) { _ in
            .named("a@x.example", active: false)
        }
        #expect(same.version == 2)
        #expect(try await log(of: user.id).map(\.action) == ["create", "disable"])
    }

    @Test func `a lost race is decided again and nothing is lost`() async throws {
        let user = try await create(.named("a@x.example", more: ["nickName": "0"]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    _ = try await changes.update(user.id, origin: origin, in: scope) { user throws(DomainError) in
                        let count = Int(try user.profile.attributes()["nickName"]?.stringValue ?? "") ?? 0
                        return .named("a@x.example", more: ["nickName": .string("\(count + 1)")])
                    }
                }
            }
            try await group.waitForAll()
        }
        let read = try await test.users.user(user.id, in: scope)
        #expect(try read.profile.attributes()["nickName"] == "10")
        #expect(read.version == 11)
        #expect(try await log(of: user.id).count == 11)
    }

    @Test func `an old version changes nothing and writes nothing down`() async throws {
        let user = try await create(.named("a@x.example"))
        _ = try await changes.update(user.id, origin: origin, in: scope) { _ in .named("b@x.example") }
        let change = TestDatabase.change(.update, .user(user.id))
        #expect(try await test.users.update(user, to: .named("c@x.example"), change: change, in: scope) == nil)
        #expect(try await !changes.delete(user.id, version: 1, origin: origin, in: scope))
        #expect(try await log(of: user.id).count == 2)
    }

    @Test func `a manager may come later, by id, externalId or userName`() async throws {
        let report = try await create(.named("report@x.example", manager: "boss@x.example"))
        #expect(report.manager == nil)
        let boss = try await create(.named("Boss@x.example", externalID: "B1", more: ["displayName": "The Boss"]))
        // A user name is matched whatever its case, like everywhere else.
        #expect(try await test.users.user(report.id, in: scope).manager?.id == boss.id)
        let second = try await create(.named("second@x.example", manager: "B1"))
        #expect(second.manager == ManagerReference(id: boss.id, displayName: "The Boss"))
        let third = try await create(.named("third@x.example", manager: boss.id.description))
        #expect(third.manager?.id == boss.id)
        let waiting = try await create(.named("waiting@x.example", manager: "late@x.example"))
        let late = try await create(.named("late@x.example"))
        let resolved = try await test.users.user(waiting.id, in: scope)
        #expect(resolved.manager?.id == late.id)
        #expect(resolved.version == 2)
        #expect(try await changes.delete(late.id, version: nil, origin: origin, in: scope))
        #expect(try await test.users.user(waiting.id, in: scope).manager == nil)
    }

    @Test func `another tenant's user cannot be a manager`() async throws {
        let other = try await UserStoreTests()
        let stranger = try await other.create(.named("boss@x.example"))
        let report = try await create(.named("r@x.example", manager: stranger.id.description))
        #expect(report.manager == nil)
    }

    @Test func `a revoked token can neither read nor write, whatever was believed before`() async throws {
        let user = try await create(.named("a@x.example"))
        try await test.integration.revoke(
            client.token, change: TestDatabase.change(.revoke, .token(client.token)),
            in: TenantScope(tenant: tenant.id, admission: .operator))
        for work in [
            { _ = try await test.users.user(user.id, in: scope) },
            { _ = try await create(.named("b@x.example")) },
            { _ = try await changes.delete(user.id, version: nil, origin: origin, in: scope) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: DomainError.self) { try await work() }
            if case .unauthenticated = error {} else { Issue.record("\(error as Any)") }
        }
        let operatorScope = TenantScope(tenant: tenant.id, admission: .operator)
        #expect(
            try await test.users.users(
                matching: nil, order: ListOrder(), page: PageRequest(offset: 0, limit: 9), in: operatorScope
            ).total
                == 1)
    }

    @Test func `a user who comes back is found by address again`() async throws {
        let operatorScope = TenantScope(tenant: tenant.id, admission: .operator)
        let user = try await create(.named("anna@x.example", emails: ["a@x.example"]))
        let address: Predicate<User.Field> = .comparison(.email, .equal, .text("a@x.example", caseExact: false))
        func found() async throws -> [UserID] {
            try await test.users.users(
                matching: address, order: ListOrder(), page: PageRequest(offset: 0, limit: 9), in: scope
            ).elements.map(\.id)
        }
        #expect(try await found() == [user.id])
        #expect(try await changes.delete(user.id, version: nil, origin: origin, in: scope))
        #expect(try await found().isEmpty)
        try await changes.restore(user.id, origin: origin, in: operatorScope)
        #expect(try await found() == [user.id])
    }

    @Test func `an attribute was set by the connection that changed it last`() async throws {
        let operatorScope = TenantScope(tenant: tenant.id, admission: .operator)
        let user = try await create(.named("anna@x.example", more: ["title": "A", "nickName": "N"]))
        let own = UserChanges(users: test.users, identifiers: TestDatabase.identifiers)
        _ = try await own.update(
            user.id, origin: ChangeOrigin(actor: .operator, requestID: "r1"), in: operatorScope
        ) { _ in .named("anna@x.example", more: ["title": "B", "nickName": "N"]) }
        let paths = try await test.history.attributesSet(by: client.plugin, of: user.id, in: operatorScope)
        #expect(paths.contains("nickName") && !paths.contains("title"))
        _ = try await changes.update(user.id, origin: origin, in: scope) { _ in
            .named("anna@x.example", more: ["title": "C", "nickName": "N"])
        }
        let again = try await test.history.attributesSet(by: client.plugin, of: user.id, in: operatorScope)
        #expect(again.contains("nickName") && again.contains("title"))
    }

    @Test func `a page is part of a stable whole`() async throws {
        for number in 0..<7 { _ = try await create(.named("u\(number)@x.example")) }
        var seen: [UserID] = []
        for offset in stride(from: 0, to: 7, by: 3) {
            let page = try await test.users.users(
                matching: nil, order: ListOrder(), page: PageRequest(offset: offset, limit: 3), in: scope)
            #expect(page.total == 7)
            seen += page.elements.map(\.id)
        }
        #expect(seen.count == 7 && Set(seen).count == 7)
    }

    @Test func `look-ups by name, address and external id use an index`() async throws {
        let predicates: [Predicate<User.Field>] = [
            .comparison(.userName, .equal, .text("x", caseExact: false)),
            .comparison(.email, .equal, .text("x", caseExact: false)),
            .comparison(.externalID, .equal, .text("x", caseExact: true)),
            .comparison(.id, .equal, .text(UserID(rawValue: 1).description, caseExact: true)),
        ]
        for predicate in predicates {
            let plan = try await plan(of: predicate)
            #expect(!plan.contains("Seq Scan on users"), "\(predicate): \(plan)")
            #expect(plan.contains("Index"), "\(predicate): \(plan)")
        }
    }

    private func plan(of predicate: Predicate<User.Field>) async throws -> String {
        let condition = UserCondition(tenant: tenant.id).sql(predicate)
        let explain: PostgresQuery = """
            explain select u.id from app.users u
            where u.tenant_id = \(.uuid(tenant.id.rawValue)) and u.deleted_at is null and (\(condition))
            """
        let rows = try await test.app.read([
            .begin, PostgresQuery(unsafeSQL: "set local app.tenant = '\(tenant.id)'"),
            "set local enable_seqscan = off", explain, .commit,
        ])[3]
        return try rows.map { try $0.text(0) }.joined(separator: "\n")
    }
}
