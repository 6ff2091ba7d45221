import LecternTesting
import Persistence
import Postgres
import Testing

struct PlannerStatisticsTests {
    @Test func `statistics are taken of tables that have doubled, and of no others`() async throws {
        let name = try await TestDatabase.emptyName()
        let owner = Database(configuration: try TestDatabase.configuration(name), reactors: [Reactor()])
        _ = try await Migrator(owner).run()
        var configuration = try TestDatabase.configuration(name)
        configuration.role = "lectern_app"
        let app = Database(configuration: configuration, reactors: [Reactor()])
        // Autovacuum would take some of its own.
        _ = try await owner.write(["alter table app.tenants set (autovacuum_enabled = false)"])
        let statistics = PlannerStatistics(app)
        _ = try await statistics.renew()
        let pages: PostgresQuery = "select relpages::bigint from pg_class where oid = 'app.tenants'::regclass"
        for number in [300, 900] as [Int64] {
            _ = try await owner.write([
                """
                insert into app.tenants (id, slug, name, plan, entitlements)
                select gen_random_uuid(), 't' || \(number) || '-' || n, 'T', 'enterprise', '{}'
                from generate_series(1, \(number)) n
                """
            ])
            let before = try await owner.read([pages])[0][0].bigint(0)
            #expect(try await statistics.renew() > 0)
            #expect(try await owner.read([pages])[0][0].bigint(0) > 2 * before)
            #expect(try await statistics.renew() == 0)
        }
        owner.close()
        app.close()
    }
}
