package import Domain
import Postgres

/// The links between users and what a provider calls them, as far as a change of the connection ends them.
extension SAMLStore {
    package func linksOutside(
        _ domains: [String], of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> SAMLLinksOutside {
        let query: PostgresQuery = """
            select u.user_name, count(*) over () from app.users u
            where u.tenant_id = \(scope.tenant) and u.deleted_at is null
                and exists (select from app.saml_identities i where i.tenant_id = u.tenant_id
                    and i.plugin_id = \(plugin) and i.user_id = u.id)
                and not \(Self.isInside(domains))
            order by u.user_name_key limit \(SAMLLinksOutside.mostNamed)
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            SAMLLinksOutside(
                count: Int(try rows.first?.bigint(1) ?? 0),
                userNames: try rows.map { row throws(PostgresError) in try row.text(0) })
        }
    }

    /// Whether the name of user `u`, or one of the user's addresses, lies in one of the domains.
    private static func isInside(_ domains: [String]) -> PostgresFragment {
        let domains = PostgresBind.textArray(domains)
        return """
            (strpos(u.user_name_key, '@') > 0 and substring(u.user_name_key from '[^@]*$') = any(\(domains))
                or exists (select from app.user_emails e where e.tenant_id = u.tenant_id and e.user_id = u.id
                    and strpos(e.address_key, '@') > 0 and substring(e.address_key from '[^@]*$') = any(\(domains))))
            """
    }

    /// Ends links, as a consequence of a change of the connection.
    static func forgetting(
        _ kind: SAMLForgetting, of plugin: PluginID, _ change: Change, _ tenant: TenantID
    ) -> [PostgresQuery] {
        switch kind {
        case .everybody:
            [
                """
                delete from app.saml_identities
                where tenant_id = \(tenant) and plugin_id = \(plugin)
                """
            ]
        case .owners:
            [
                """
                delete from app.saml_identities i
                where i.tenant_id = \(tenant) and i.plugin_id = \(plugin) and exists (
                    select from app.user_roles r
                    where r.tenant_id = i.tenant_id and r.user_id = i.user_id and r.role = 'owner')
                """
            ]
        case .outside(let domains): ending(outside: domains, of: plugin, change, tenant)
        }
    }

    private static func ending(
        outside domains: [String], of plugin: PluginID, _ change: Change, _ tenant: TenantID
    ) -> [PostgresQuery] {
        let isOutside: PostgresFragment = """
            exists (select from app.users u where u.tenant_id = x.tenant_id and u.id = x.user_id
                and not \(isInside(domains)))
            """
        return [
            change.insertConsequences(
                tenant: tenant, .update, on: "'user'",
                difference: "jsonb_build_object(\(.text(SAMLIdentity.field)), jsonb_build_array(x.names, null))",
                of: """
                    select x.user_id, string_agg(x.name_id, ', ' order by x.name_id) from app.saml_identities x
                    where x.tenant_id = \(tenant) and x.plugin_id = \(plugin) and \(isOutside)
                    group by x.user_id
                    """, columns: "id, names"),
            """
            delete from app.sessions x
            where x.tenant_id = \(tenant) and x.plugin_id = \(plugin) and \(isOutside)
            """,
            """
            delete from app.saml_identities x
            where x.tenant_id = \(tenant) and x.plugin_id = \(plugin) and \(isOutside)
            """,
        ]
    }
}
