import Domain
import LecternTesting
import Migrations
import Persistence
import Postgres
import StrictJSON
import Testing

struct ActiveProviderTests {
    let test: TestDatabase
    let tenant: Tenant
    let scope: TenantScope

    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        scope = TenantScope(tenant: tenant.id, admission: .operator)
    }

    private func create(_ kind: Plugin.Kind, _ name: String) async throws -> Plugin {
        let plugin = Plugin(
            id: PluginID(rawValue: TestDatabase.identifiers.next()), kind: kind, name: name, isEnabled: true,
            defaultRole: .trainee, acceptsBareToken: false)
        return try await test.integration.create(
            plugin, change: TestDatabase.change(.create, .plugin(plugin.id)), in: scope)
    }

    private func activate(_ plugin: Plugin) async throws -> Bool {
        try await test.integration.activate(
            plugin.id, change: TestDatabase.change(.update, .plugin(plugin.id)), in: scope)
    }

    private func active() async throws -> [String] {
        try await test.integration.plugins(in: scope).filter(\.isActiveProvider).map(\.name)
    }

    private func log(of plugin: Plugin) async throws -> [JSON] {
        try await test.superuser.read([
            "select difference from app.changes where subject_id = \(.uuid(plugin.id.rawValue)) order by at, id"
        ])[0].map { try JSON.parse(try $0.jsonb(0)) }
    }

    @Test func `the first SCIM connection is the active one, a SAML one never`() async throws {
        #expect(try await !create(.saml, "Sign-in").isActiveProvider)
        let first = try await create(.scim, "First")
        #expect(first.isActiveProvider)
        #expect(try await log(of: first)[0]["active_provider"] == [.null, true])
        #expect(try await !create(.scim, "Second").isActiveProvider)
        #expect(try await active() == ["First"])
    }

    @Test func `of several first ones at the same time one is active`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 { group.addTask { _ = try await create(.scim, "P\(number)") } }
            try await group.waitForAll()
        }
        #expect(try await active().count == 1)
    }

    @Test func `it moves in one piece, and both sides are written down`() async throws {
        let (first, second) = (try await create(.scim, "First"), try await create(.scim, "Second"))
        let saml = try await create(.saml, "Sign-in")
        #expect(try await activate(second))
        #expect(try await active() == ["Second"])
        #expect(try await log(of: first).last?["active_provider"] == [true, false])
        #expect(try await log(of: second).count == 2)
        #expect(try await !activate(second))
        #expect(try await !activate(saml))
        #expect(try await active() == ["Second"])
        #expect(try await log(of: second).count == 2)
    }

    @Test func `while the flag moves between many at once, every look finds exactly one that has it`() async throws {
        let plugins = [try await create(.scim, "A"), try await create(.scim, "B"), try await create(.scim, "C")]
        let (moves, looks) = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { for plugin in plugins { group.addTask { try await activate(plugin) } } }
            var looks: [Int] = []
            var moves = 0
            for try await hasMoved in group {
                moves += hasMoved ? 1 : 0
                looks.append(try await active().count)
            }
            return (moves, looks)
        }
        #expect(looks.count == 60 && looks.allSatisfy { $0 == 1 })
        // The log has a record of each move about the one that got it, and one of the loss that it was to another.
        var steps: [JSON] = []
        for plugin in plugins { steps += try await log(of: plugin) }
        let losses = steps.count { $0["active_provider"] == [true, false] }
        #expect(moves > 1 && losses == moves)
        #expect(steps.count == plugins.count + 2 * moves)
    }

    @Test func `the migration chooses where there is only one to choose`() async throws {
        let database = try await TestDatabase.empty()
        let before = Migration.all.filter { $0.name < "0014" }
        _ = try await Migrator(database, migrations: before).run()
        _ = try await database.write([
            """
            insert into app.tenants (id, slug, name, plan, entitlements)
            select ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'tenant-' || n, 'T', 'enterprise', '{}'
            from generate_series(1, 2) n
            """,
            """
            insert into app.plugins (tenant_id, id, kind, name, name_key, change_id)
            select ('00000000-0000-7000-8000-00000000000' || p.tenant)::uuid, gen_random_uuid(), p.kind, p.name, p.name,
                gen_random_uuid()
            from (values (1, 'scim', 'only'), (1, 'saml', 'sign-in'), (2, 'scim', 'a'), (2, 'scim', 'b'))
                p(tenant, kind, name)
            """,
        ])
        _ = try await Migrator(database).run()
        let active = try await database.read(["select name from app.plugins where active_provider"])[0]
        #expect(try active.map { try $0.text(0) } == ["only"])
        let forced: PostgresQuery = "select relforcerowsecurity from pg_class where oid = 'app.plugins'::regclass"
        #expect(try await database.read([forced])[0][0].boolean(0))
        database.close()
    }
}
