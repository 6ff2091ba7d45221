import Domain
import LecternTesting
import Postgres
import Testing

@testable import Persistence

/// The plan by which PostgreSQL finds the lines of one token in the provisioning log.
struct LogPlanTests {
    @Test func `the lines of one token are found by index`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant().id
        let plugin = PluginID(rawValue: TestDatabase.identifiers.next())
        let (busy, quiet) = (
            TokenID(rawValue: TestDatabase.identifiers.next()), TokenID(rawValue: TestDatabase.identifiers.next())
        )
        _ = try await test.superuser.write([
            """
            insert into app.plugins (tenant_id, id, kind, name, name_key, change_id)
            values (\(tenant), \(plugin), 'scim', 'Many', 'many', gen_random_uuid())
            """,
            """
            insert into app.changes
                (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
            select \(tenant), gen_random_uuid(), 'token', case when n % 2000 = 0 then \(quiet) else \(busy) end, \(plugin),
                'update', 'user', gen_random_uuid(), '{}', 'q'
            from generate_series(1, 20000) n
            """,
            """
            insert into app.refused_requests
                (tenant_id, id, at, plugin_id, token_id, method, status, reason, request_id)
            select \(tenant), gen_random_uuid(), now(), \(plugin),
                case when n % 2000 = 0 then \(quiet) else \(busy) end, 'PATCH', 400, 'because', 'q'
            from generate_series(1, 20000) n
            """,
            "analyze app.changes", "analyze app.refused_requests",
        ])
        let query = ProvisioningLogStore.query(
            ProvisioningLogFilter(token: quiet), before: nil, limit: 51, of: tenant)
        let rows = try await test.app.read([
            .beginReadOnly, PostgresQuery(unsafeSQL: "set local app.tenant = '\(tenant)'"),
            PostgresQuery("explain \(query.fragment)", preparation: .never), .commit,
        ])[2]
        let plan = try rows.map { row throws(PostgresError) in try row.text(0) }.joined(separator: "\n")
        #expect(plan.contains("changes_token"), "\(plan)")
        #expect(plan.contains("refused_requests_token"), "\(plan)")
        let entries = try await test.provisioningLog.entries(
            ProvisioningLogFilter(token: quiet), before: nil, limit: 100,
            in: TenantScope(tenant: tenant, admission: .operator))
        #expect(entries.count == 20)
    }
}
