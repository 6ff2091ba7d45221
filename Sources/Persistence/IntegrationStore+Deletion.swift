package import Domain
import Postgres

/// Removing a connection.
extension IntegrationStore {
    package func dependants(
        of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> PluginDependants {
        let query: PostgresQuery = """
            select (select count(*) from app.users u
                    where u.tenant_id = \(scope.tenant) and u.plugin_id = \(plugin) and u.deleted_at is null),
                (select count(*) from app.groups g
                    where g.tenant_id = \(scope.tenant) and g.plugin_id = \(plugin) and g.deleted_at is null)
            """
        let row = try await database.read(scope, mayTakeLong: true, query)[0][0]
        return try decoding { () throws(PostgresError) in
            PluginDependants(users: Int(try row.bigint(0)), groups: Int(try row.bigint(1)))
        }
    }

    package func delete(_ plugin: PluginID, change: Change, in scope: TenantScope) async throws(DomainError) {
        let tenant = scope.tenant
        // Nobody is provisioned by it meanwhile: that takes a key share of the row.
        let lock: PostgresQuery = """
            select from app.plugins where tenant_id = \(tenant) and id = \(plugin) for update
            """
        let left: PostgresFragment =
            "jsonb_build_object('source', jsonb_build_array(\(plugin.description)::text, null))"
        let noteUsers = change.insertConsequences(
            tenant: tenant, .update, on: "'user'", difference: left,
            of: """
                select id from app.users
                where tenant_id = \(tenant) and plugin_id = \(plugin) and deleted_at is null
                """)
        let noteGroups = change.insertConsequences(
            tenant: tenant, .update, on: "'group'", difference: left,
            of: """
                select id from app.groups
                where tenant_id = \(tenant) and plugin_id = \(plugin) and deleted_at is null
                """)
        // The provider's identifiers mean nothing to another provider.
        let users: PostgresQuery = """
            update app.users set plugin_id = null, external_id = null, attributes = attributes - 'externalId',
                version = version + 1, updated_at = now()
            where tenant_id = \(tenant) and plugin_id = \(plugin)
            """
        let groups: PostgresQuery = """
            update app.groups set plugin_id = null, external_id = null, attributes = attributes - 'externalId',
                version = version + 1, updated_at = now()
            where tenant_id = \(tenant) and plugin_id = \(plugin)
            """
        let signOut: PostgresQuery = """
            delete from app.sessions where tenant_id = \(tenant) and plugin_id = \(plugin)
            """
        let delete: PostgresQuery = """
            with gone as (
                delete from app.plugins where tenant_id = \(tenant) and id = \(plugin) returning id)
            \(change.insert(tenant: tenant, if: "exists (select from gone)").fragment) returning id
            """
        let queries = [lock, noteUsers, noteGroups, users, groups, delete, signOut]
        if try await database.write(scope, mayTakeLong: true, queries)[5].count == 0 { throw .notFound }
    }
}
