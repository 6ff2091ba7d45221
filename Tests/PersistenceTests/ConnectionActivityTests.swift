import Domain
import LecternTesting
import Postgres
import Testing

@testable import Persistence

/// The requests by which a connection is judged, as PostgreSQL counts them.
struct ConnectionActivityTests {
    private static let (day, week): (Int64, Int64) = (86_400, 604_800)

    let test: TestDatabase
    let tenant: Tenant
    let client: ProvisioningClient
    let scope: TenantScope
    let now = Timestamp(microseconds: 1_800_000_000_000_000)

    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        client = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 1, count: 32)),
            policy: ProvisioningPolicy(matching: .review))
        scope = TenantScope(tenant: tenant.id, admission: .operator)
    }

    private func activity(of plugin: PluginID? = nil) async throws -> ConnectionActivity {
        let activities = try await test.provisioningLog.activities(at: now, in: scope)
        return try #require(activities[plugin ?? client.plugin])
    }

    private func id(at time: Timestamp) -> UInt128 {
        UUIDv7.make(milliseconds: time.microseconds / 1000, random: TestDatabase.identifiers.next())
    }

    /// A change by the connection, so many seconds ago.
    private func change(
        _ action: String, _ ago: Int64, of subject: UserID, as kind: String = "user", by plugin: PluginID? = nil
    ) async throws {
        let time = now.adding(seconds: -ago)
        let (tenant, plugin) = (scope.tenant.rawValue, (plugin ?? client.plugin).rawValue)
        _ = try await test.superuser.write([
            """
            insert into app.changes (tenant_id, id, at, actor, plugin_id, action, subject, subject_id, difference,
                request_id)
            values (\(.uuid(tenant)), \(.uuid(id(at: time))), \(.timestamp(time.microseconds)), 'token', \(.uuid(plugin)),
                \(action), \(kind), \(.uuid(subject.rawValue)), '{}', 'r')
            """
        ])
    }

    /// A request of the connection that was refused, so many seconds ago.
    private func refuse(
        _ ago: Int64, of subject: UserID? = nil, status: Int = 409, method: String = "PATCH", name: String? = nil,
        reason: String = "because"
    ) async throws {
        let time = now.adding(seconds: -ago)
        let refused = RefusedRequest(
            id: ChangeID(rawValue: id(at: time)), at: time, plugin: client.plugin, token: client.token, method: method,
            resourceType: "User", resourceID: subject?.description, name: name, status: status, scimType: nil,
            reason: reason, requestID: "r")
        try await test.provisioningLog.add([refused], of: scope.tenant)
    }

    private func newID() -> UserID { UserID(rawValue: TestDatabase.identifiers.next()) }

    @Test func `a connection that did nothing has counts of zero`() async throws {
        #expect(try await activity() == ConnectionActivity())
        let other = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 2, count: 32)))
        try await change("update", 60, of: newID())
        try await refuse(50)
        // Another connection of the tenant is counted by itself.
        #expect(try await activity(of: other.plugin) == ConnectionActivity())
        let counts = try await activity()
        #expect(counts.changes == 1 && counts.refusals == 1 && counts.unresolved == 1)
        #expect(counts.lastChangeAt == now.adding(seconds: -60))
        #expect(counts.lastRefusalAt == now.adding(seconds: -50))
    }

    @Test func `a refusal counts until a later success for the same subject`() async throws {
        let (ann, bea) = (newID(), newID())
        try await change("update", 400, of: ann)
        try await refuse(300, of: ann)
        try await refuse(290, of: ann)
        try await refuse(280, of: bea)
        try await refuse(270, method: "POST")
        #expect(try await activity().unresolved == 3)
        let other = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 2, count: 32)))
        // Neither another connection's change nor a role that follows from a group is a success of the request.
        try await change("update", 200, of: ann, by: other.plugin)
        try await change("assign-roles", 200, of: ann)
        #expect(try await activity().unresolved == 3)
        try await change("update", 100, of: ann)
        let counts = try await activity()
        #expect(counts.unresolved == 2 && counts.recentUnresolved == 2 && counts.refusals == 3)
        try await change("disable", 90, of: bea)
        #expect(try await activity().unresolved == 1)
        // A refusal after the success counts again.
        try await refuse(80, of: ann)
        #expect(try await activity().unresolved == 2)
    }

    @Test func `a refused creation counts until the connection changes the user who has the name`() async throws {
        try await refuse(300, method: "POST", name: " Ann@X ")
        try await refuse(290, method: "POST", name: "bea@x")
        let ann = try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers).create(
            .named("ann@x"), role: .trainee, origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope)
        // Somebody of that name whom the connection has not touched is not the one it asked for.
        #expect(try await activity().unresolved == 2)
        try await change("create", 200, of: ann.id)
        #expect(try await activity().unresolved == 1)
        // A deletion does not bring the refusal back.
        let tenant = scope.tenant.rawValue
        _ = try await test.superuser.write([
            "update app.users set deleted_at = now() where tenant_id = \(.uuid(tenant)) and user_name = 'ann@x'"
        ])
        #expect(try await activity().unresolved == 1)
    }

    @Test func `a refused creation without a name is known by its externalId`() async throws {
        try await refuse(300, method: "POST", name: "id-7")
        try await refuse(290, method: "POST", name: "id-8")
        let attributes = UserAttributes.named("cyd@x", externalID: "id-7")
        let cyd = try await UserChanges(
            users: test.users, identifiers: TestDatabase.identifiers, source: client.plugin
        ).create(attributes, role: .trainee, origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope)
        try await change("create", 200, of: cyd.id)
        let counts = try await activity()
        #expect(counts.unresolved == 1 && counts.refusals == 2)
    }

    @Test func `the second deletion of somebody is no refused change`() async throws {
        try await refuse(60, of: newID(), status: 404, method: "DELETE")
        #expect(try await activity().refusals == 0)
        try await refuse(60, of: newID(), status: 404, method: "PATCH")
        #expect(try await activity().unresolved == 1)
    }

    @Test func `the window is 24 hours, and a refusal is forgotten after seven days`() async throws {
        for ago in [Self.day - 1, Self.day, Self.week - 1, Self.week] {
            try await refuse(ago)
            try await change("update", ago, of: newID())
        }
        let counts = try await activity()
        #expect(counts.changes == 1 && counts.refusals == 1 && counts.recentUnresolved == 1)
        #expect(counts.unresolved == 3)
    }

    @Test func `changes are those of users and groups`() async throws {
        try await change("create", 60, of: newID())
        try await change("add-members", 60, of: newID(), as: "group")
        try await change("assign-roles", 60, of: newID())
        #expect(try await activity().changes == 2)
    }

    @Test func `retries for one person count once, and a refused read is no refused change`() async throws {
        let ann = newID()
        for ago in 1...40 {
            try await refuse(Int64(ago), of: ann)
            try await refuse(Int64(ago), method: "POST", name: ago.isMultiple(of: 2) ? "bea@x" : "Bea@X")
            try await refuse(Int64(ago), method: "GET")
            try await refuse(Int64(ago), method: RefusedRequest.anyMethod)
        }
        let counts = try await activity()
        #expect(counts.refusals == 3 && counts.recentUnresolved == 3 && counts.unresolved == 3)
    }

    @Test func `a refused token counts until a request is admitted again`() async throws {
        try await refuse(300, method: RefusedRequest.anyMethod)
        #expect(try await activity().unresolved == 1)
        try await test.integration.noteUse(
            of: client.token, at: now.adding(seconds: -200), from: "192.0.2.1", in: scope.tenant)
        #expect(try await activity().unresolved == 0)
        try await refuse(100, method: RefusedRequest.anyMethod)
        #expect(try await activity().unresolved == 1)
        try await change("update", 50, of: newID())
        #expect(try await activity().unresolved == 0)
    }

    @Test func `a request that an administrator decides on waits, and is no refusal of the connection`() async throws {
        let user = try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers).create(
            .named("local@x"), role: .trainee, origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope)
        #expect(
            try await test.users.ask(.init(.update), for: user.id, beyond: .own(client.plugin), in: TenantScope(client))
                == .waiting)
        for reason in [Refusal.linkWaiting, .linkRefused, .deletionWaiting, .deletionRefused] {
            try await refuse(60, of: user.id, reason: reason.sentence)
        }
        let counts = try await activity()
        #expect(counts.waiting == 1 && counts.refusals == 1 && counts.unresolved == 0)
        _ = try await LinkReviews(repository: test.linkReviews, identifiers: TestDatabase.identifiers).decide(
            .approved, on: .update, for: user.id, of: client.plugin,
            origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope)
        #expect(try await activity().waiting == 0)
    }

    /// Disables people by the connection, so many seconds ago, and leaves others active.
    private func disable(_ people: Int64, left: Int64, _ ago: Int64) async throws {
        let (tenant, plugin) = (scope.tenant.rawValue, client.plugin.rawValue)
        let time = now.adding(seconds: -ago)
        let users: PostgresQuery = """
            insert into app.users (tenant_id, id, user_name, user_name_key, active, plugin_id, attributes, change_id)
            select \(.uuid(tenant)), gen_random_uuid(), 'u' || n, 'u' || n, n > \(people), \(.uuid(plugin)), '{}',
                gen_random_uuid()
            from generate_series(1, \(people + left)) n
            """
        let changes: PostgresQuery = """
            insert into app.changes (tenant_id, id, at, actor, plugin_id, action, subject, subject_id, difference,
                request_id)
            select u.tenant_id, app.consequence_id(\(.uuid(id(at: time))), u.id), \(.timestamp(time.microseconds)), 'token',
                u.plugin_id, 'disable', 'user', u.id, '{}', 'r'
            from app.users u where u.tenant_id = \(.uuid(tenant)) and not u.active
            """
        _ = try await test.superuser.write([users])
        _ = try await test.superuser.write([changes])
    }

    @Test func `people who were disabled are counted once, until they are active again`() async throws {
        try await disable(60, left: 100, 3600)
        let gone = newID()
        try await change("disable", 1800, of: gone)
        try await change("delete", 1700, of: gone)
        let counts = try await activity()
        #expect(counts.removed == 61 && counts.active == 100)
        _ = try await test.superuser.write([
            "update app.users set active = true where tenant_id = \(.uuid(scope.tenant.rawValue))"
        ])
        let again = try await activity()
        #expect(again.removed == 1 && again.active == 0)
    }

    @Test func `the deletion of people who had been disabled before removes nobody`() async throws {
        try await disable(60, left: 100, 30 * Self.day)
        let tenant = scope.tenant.rawValue
        _ = try await test.superuser.write([
            """
            insert into app.changes (tenant_id, id, at, actor, plugin_id, action, subject, subject_id, difference,
                request_id)
            select u.tenant_id, app.consequence_id(\(.uuid(id(at: now.adding(seconds: -60)))), u.id),
                \(.timestamp(now.adding(seconds: -60).microseconds)), 'token', u.plugin_id, 'delete', 'user', u.id, '{}', 'r'
            from app.users u where u.tenant_id = \(.uuid(tenant)) and not u.active
            """,
            "update app.users set deleted_at = now() where tenant_id = \(.uuid(tenant)) and not active",
        ])
        #expect(try await activity().removed == 0)
        // A deletion leaves `active` as it was.
        _ = try await test.superuser.write([
            "update app.users set active = true where tenant_id = \(.uuid(tenant)) and deleted_at is not null"
        ])
        #expect(try await activity().removed == 60)
    }

    @Test func `active people are counted no further than they matter, and removals no longer than a day`() async throws
    {
        try await disable(50, left: 300, Self.day - 60)
        let counts = try await activity()
        #expect(counts.removed == 50 && counts.active == 201)
        let other = try await ConnectionActivityTests()
        try await other.disable(50, left: 10, Self.day)
        #expect(try await other.activity().removed == 0)
    }

    @Test func `another tenant's requests are not counted`() async throws {
        let other = try await ConnectionActivityTests()
        try await other.refuse(60)
        #expect(try await activity() == ConnectionActivity())
        let found = try await test.provisioningLog.activities(at: now, in: scope)
        #expect(found.keys.contains(other.client.plugin) == false)
    }

    @Test func `however much was changed and refused, few pages are read`() async throws {
        // A quiet connection beside the busy one has none of the newest rows.
        _ = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 2, count: 32)))
        let (tenant, plugin) = (scope.tenant.rawValue, client.plugin.rawValue)
        let first = now.adding(seconds: -Self.day + 60)
        let patience = PostgresQuery(unsafeSQL: "set local statement_timeout = 0")
        // Ids that are made like this one begin with the same time, as those of one large request do.
        let changes: PostgresQuery = """
            insert into app.changes (tenant_id, id, at, actor, plugin_id, action, subject, subject_id, difference,
                request_id)
            select \(.uuid(tenant)), app.consequence_id(\(.uuid(id(at: first))), gen_random_uuid()),
                \(.timestamp(first.microseconds)), 'token', \(.uuid(plugin)), 'update', 'user', gen_random_uuid(), '{}', 'r'
            from generate_series(1, 100000)
            """
        let refusals: PostgresQuery = """
            insert into app.refused_requests (tenant_id, id, at, plugin_id, token_id, method, resource_type,
                resource_id, status, reason, request_id)
            select \(.uuid(tenant)), app.consequence_id(\(.uuid(id(at: first))), gen_random_uuid()),
                \(.timestamp(first.microseconds)), \(.uuid(plugin)), gen_random_uuid(), 'PATCH', 'User',
                gen_random_uuid()::text, 409, 'because', 'r'
            from generate_series(1, 20000)
            """
        for statement in [changes, refusals, "analyze app.changes", "analyze app.refused_requests"] {
            _ = try await test.superuser.write([.begin, patience, statement, .commit])
        }
        let counts = try await activity()
        #expect(counts.changes == ConnectionActivity.limit && counts.refusals == ConnectionActivity.limit)
        let query = ProvisioningLogStore.activityQuery(at: now, scope.tenant)
        let rows = try await test.app.read([
            .beginReadOnly, PostgresQuery(unsafeSQL: "set local app.tenant = '\(scope.tenant)'"),
            PostgresQuery("explain (analyze, buffers) \(query.fragment)", preparation: .never), .commit,
        ])[2]
        let lines = try rows.map { row throws(PostgresError) in try row.text(0) }
        // The first line about buffers is the whole plan's.
        let buffers = try #require(lines.first { $0.contains("Buffers:") })
        let pages = buffers.matches(of: /(?:hit|read)=(\d+)/).compactMap { Int($0.output.1) }.reduce(0, +)
        let plan = lines.joined(separator: "\n")
        #expect(pages < 30_000, "\(pages)\n\(plan)")
    }
}
