package import Domain
import Postgres

/// Which connection is the tenant's active provider: the first one, until an admin chooses another.
extension IntegrationStore {
    package func create(_ plugin: Plugin, change: Change, in scope: TenantScope) async throws(DomainError) -> Plugin {
        let tenant = scope.tenant
        let insert: PostgresQuery = """
            insert into app.plugins (tenant_id, id, kind, name, name_key, enabled, default_role, bare_token,
                token_header, unknown_members, unknown_attributes, matching, required_profile, strict_profile, lists_roles, invites, change_id,
                active_provider, takeover_roles)
            values (\(tenant), \(plugin.id), \(plugin.kind.rawValue), \(plugin.name), \(FoldedKey(plugin.name)),
                \(plugin.isEnabled), \(plugin.defaultRole.rawValue), \(plugin.acceptsBareToken),
                \(plugin.tokenHeader?.description), \(plugin.policy.unknownMembers.rawValue),
                \(plugin.policy.unknownAttributes.rawValue),
                \(plugin.policy.matching.rawValue), \(plugin.policy.requiredProfile.rawValue),
                \(plugin.policy.isStrict), \(plugin.policy.listsRoles), \(plugin.policy.invites.rawValue), \(change.id),
                \(plugin.kind == .scim) and not exists
                    (select from app.plugins p where p.tenant_id = \(tenant) and p.kind = 'scim'),
                \(plugin.policy.takeoverRoles.rawValue))
            returning active_provider
            """
        let difference: PostgresFragment = """
            \(.jsonb(change.difference.json)) || jsonb_build_object('active_provider', jsonb_build_array(null,
                (select p.active_provider from app.plugins p where p.tenant_id = \(tenant) and p.id = \(plugin.id))))
            """
        let queries = [Self.takeTurns(tenant), insert, change.insert(tenant: tenant, difference: difference)]
        let rows = try await database.write(scope, conflict: "name", queries)[1]
        return try decoding { () throws(PostgresError) in
            var created = plugin
            created.isActiveProvider = try rows[0].boolean(0)
            return created
        }
    }

    /// One change of the connection that becomes it, one of that which no longer is.
    package func activate(_ plugin: PluginID, change: Change, in scope: TenantScope) async throws(DomainError) -> Bool {
        let tenant = scope.tenant
        let isThere: PostgresFragment = """
            exists (select from app.plugins p
                where p.tenant_id = \(tenant) and p.id = \(plugin) and p.kind = 'scim' and not p.active_provider)
            """
        let note = change.insertConsequences(
            tenant: tenant, .update, on: "'plugin'", difference: "'{\"active_provider\": [true, false]}'::jsonb",
            of: "select id from former")
        let former: PostgresQuery = """
            with former as (
                update app.plugins set active_provider = false, version = version + 1, change_id = \(change.id),
                    updated_at = now()
                where tenant_id = \(tenant) and active_provider and id <> \(plugin) and \(isThere) returning id)
            \(note.fragment)
            """
        let update: PostgresQuery = """
            update app.plugins set active_provider = true, version = version + 1, change_id = \(change.id),
                updated_at = now()
            where tenant_id = \(tenant) and id = \(plugin) and kind = 'scim' and not active_provider returning id
            """
        let mark: PostgresFragment = """
            exists (select from app.plugins c where c.tenant_id = \(tenant) and c.id = \(plugin)
                and c.change_id = \(change.id))
            """
        let queries = [Self.takeTurns(tenant), former, update, change.insert(tenant: tenant, if: mark)]
        return try await database.write(scope, queries)[2].count == 1
    }

    /// Two who want to be the only one at the same time.
    private static func takeTurns(_ tenant: TenantID) -> PostgresQuery {
        "select from app.tenants where id = \(tenant) for no key update"
    }
}
