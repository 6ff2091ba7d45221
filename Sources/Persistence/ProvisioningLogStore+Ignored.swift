package import Domain
import Postgres

/// Attributes that were left out: one row for each connection and name.
extension ProvisioningLogStore {
    package func note(
        _ ignored: [IgnoredAttribute], of plugin: PluginID, in tenant: TenantID
    ) async throws(DomainError) {
        let ignored = ignored.sorted { $0.name < $1.name }
        let times = ignored.map { String($0.lastAt.microseconds) }
        let insert: PostgresQuery = """
            insert into app.ignored_attributes as i (tenant_id, plugin_id, name, last_at)
            select p.tenant_id, p.id, n.name, 'epoch'::timestamptz + n.at::bigint * interval '1 microsecond'
            from app.plugins p, unnest(\(.textArray(ignored.map(\.name))), \(.textArray(times))) n(name, at)
            where p.tenant_id = \(tenant) and p.id = \(plugin) and (
                exists (select from app.ignored_attributes o
                    where o.tenant_id = \(tenant) and o.plugin_id = \(plugin) and o.name = n.name)
                or \(Int64(IgnoredAttribute.limit)) > (select count(*) from app.ignored_attributes o
                    where o.tenant_id = \(tenant) and o.plugin_id = \(plugin)))
            on conflict (tenant_id, plugin_id, name) do update set last_at = excluded.last_at
                where i.last_at < excluded.last_at
            """
        _ = try await database.write(TenantScope(tenant: tenant, admission: .operator), [insert])
    }

    package func ignoredAttributes(
        of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> [IgnoredAttribute] {
        let query: PostgresQuery = """
            select i.name, i.last_at from app.ignored_attributes i
            where i.tenant_id = \(scope.tenant) and i.plugin_id = \(plugin) order by i.name
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                IgnoredAttribute(name: try row.text(0), lastAt: try row.time(1))
            }
        }
    }
}
