package import Domain
import Postgres

/// The settings of connections.
extension IntegrationStore {
    /// Changes how the connection works and what it is called; its kind stays.
    package func update(
        _ plugin: Plugin, agreed: String? = nil, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let mark: PostgresFragment = """
            exists (select from app.plugins c where c.tenant_id = \(tenant) and c.id = \(plugin.id)
                and c.change_id = \(change.id))
            """
        let everybody = Self.everybody(tenant)
        let roles = RoleAssignment(tenant: tenant, change: change)
        // Sessions that began by this connection end with it.
        let signOut: PostgresQuery = """
            delete from app.sessions
            where tenant_id = \(tenant) and plugin_id = \(plugin.id) and not \(plugin.isEnabled) and \(mark)
            """
        let check = agreed.map { RoleMoves(tenant: tenant, users: everybody).refuse(unlessAgreedTo: $0, if: mark) }
        let queries =
            [Self.updating(plugin, change.id, tenant)] + [check].compactMap(\.self)
            + [change.insert(tenant: tenant, if: mark), roles.assign(to: everybody, mayBeMany: true), signOut]
        if try await database.write(scope, conflict: "name", mayTakeLong: true, queries)[0].count == 0 {
            throw .stale
        }
    }

    package func preview(_ plugin: Plugin, in scope: TenantScope) async throws(DomainError) -> RolePreview {
        let moves = RoleMoves(tenant: scope.tenant, users: Self.everybody(scope.tenant))
        // Nothing is kept that could name a change.
        let update = Self.updating(plugin, ChangeID(rawValue: 0), scope.tenant)
        let rows = try await database.rehearse(scope, conflict: "name", [update, moves.preview()])
        if rows[0].count == 0 { throw .stale }
        return try decoding { () throws(PostgresError) in try RolePreview(rows[1]) }
    }

    /// All connections' users, since groups of one that is switched off count for the rules of others.
    private static func everybody(_ tenant: TenantID) -> PostgresFragment {
        "select id from app.users where tenant_id = \(tenant) and plugin_id is not null"
    }

    private static func updating(_ plugin: Plugin, _ change: ChangeID, _ tenant: TenantID) -> PostgresQuery {
        let policy = plugin.policy
        return """
            update app.plugins set name = \(plugin.name), name_key = \(FoldedKey(plugin.name)),
                enabled = \(plugin.isEnabled), paused = \(plugin.isPaused), default_role = \(plugin.defaultRole.rawValue),
                bare_token = \(plugin.acceptsBareToken), token_header = \(plugin.tokenHeader?.description),
                unknown_members = \(policy.unknownMembers.rawValue),
                matching = \(policy.matching.rawValue), required_profile = \(policy.requiredProfile.rawValue),
                unknown_attributes = \(policy.unknownAttributes.rawValue),
                strict_profile = \(policy.isStrict), lists_roles = \(policy.listsRoles),
                invites = \(policy.invites.rawValue), takeover_roles = \(policy.takeoverRoles.rawValue),
                version = version + 1, change_id = \(change), updated_at = now()
            where tenant_id = \(tenant) and id = \(plugin.id) and version = \(plugin.version) returning id
            """
    }
}
