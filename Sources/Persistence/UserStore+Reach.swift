package import Domain
import Postgres

/// Users of other sources: who may be taken over, and whom an administrator is asked about.
extension UserStore {
    package func ask(
        _ request: LinkReview.Request, for id: UserID, beyond reach: Reach, in scope: TenantScope
    ) async throws(DomainError) -> LinkReview.Answer? {
        let tenant = scope.tenant
        guard let plugin = reach.plugin else { return nil }
        let isDeletion = request.act == .delete
        // An approval at the same time comes either before, so that there is nothing to ask, or after.
        let lock: PostgresQuery = "select from app.users where tenant_id = \(tenant) and id = \(id) for share"
        // An approval counts no more when another source has the user since, or when it was of another act.
        let ask: PostgresQuery = """
            insert into app.link_reviews as l (tenant_id, plugin_id, user_id, act, difference)
            select \(tenant), \(plugin), users.id, \(request.act.rawValue), \(.jsonb(request.difference.json))
            from app.users
            where users.tenant_id = \(tenant) and users.id = \(id) and users.deleted_at is null
                and not (true \(reach.condition(tenant, isDeletion: isDeletion)))
            on conflict (tenant_id, plugin_id, user_id) do update set last_asked_at = now(),
                act = excluded.act, difference = excluded.difference, decision = nullif(l.decision, 'approved'),
                decided_at = case when l.decision = 'refused' then l.decided_at end
            returning decision
            """
        guard let row = try await database.write(scope, [lock, ask])[1].first else { return nil }
        return row.textOrNull(0) == LinkReview.Decision.refused.rawValue ? .refused : .waiting
    }
}

extension Reach {
    fileprivate var plugin: PluginID? {
        switch self {
        case .everybody: nil
        case .own(let plugin), .unguarded(let plugin): plugin
        }
    }

    /// `and …`, true of the rows of `app.users` within reach and never null; nothing where all are.
    func condition(_ tenant: TenantID, isDeletion: Bool = false) -> PostgresFragment {
        let deletion: PostgresFragment =
            isDeletion ? plugin.map { "and not \(Self.isKept(from: "\($0)", "users", tenant))" } ?? "" : ""
        switch self {
        case .everybody: return ""
        case .own(let plugin): return "and users.plugin_id is not distinct from \(plugin) \(deletion)"
        case .unguarded(let plugin):
            let isGuarded = Self.isGuarded(from: "\(plugin)", "users", tenant)
            return "and (users.plugin_id is not distinct from \(plugin) or not \(isGuarded)) \(deletion)"
        }
    }

    /// Is a user of another source guarded from the connection?
    static func isGuarded(
        from plugin: PostgresFragment, _ user: PostgresFragment, _ tenant: TenantID
    ) -> PostgresFragment {
        let privileged = Role.allCases.filter(\.isPrivileged).map(\.rawValue)
        return """
            (exists (select from app.user_roles r where r.tenant_id = \(tenant) and r.user_id = \(user).id
                and r.role = any(\(.textArray(privileged))) and r.origin in ('admin', 'operator'))
            or exists (select from app.plugins o where o.tenant_id = \(tenant) and o.id = \(user).plugin_id
                and o.active_provider)
            or exists (select from app.link_reviews v where v.tenant_id = \(tenant) and v.user_id = \(user).id
                and (v.plugin_id = \(plugin) and v.decision = 'refused'
                    or v.plugin_id = \(user).plugin_id and v.decision = 'approved')))
            """
    }

    /// Is a user of the connection kept from being deleted by it? An approval that made the user the connection's is
    /// none of deleting.
    static func isKept(
        from plugin: PostgresFragment, _ user: PostgresFragment, _ tenant: TenantID
    ) -> PostgresFragment {
        """
        exists (select from app.link_reviews k where k.tenant_id = \(tenant) and k.user_id = \(user).id
            and k.plugin_id = \(plugin) and \(user).plugin_id = k.plugin_id and k.linked_at is not null
            and not (k.act is not distinct from 'delete' and k.decision is not distinct from 'approved'))
        """
    }
}
