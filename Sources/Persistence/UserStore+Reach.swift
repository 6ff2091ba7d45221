package import Domain
import Postgres

/// Users of other sources: who may be taken over, and whom an administrator is asked about.
extension UserStore {
    package func ask(
        for id: UserID, beyond reach: Reach, in scope: TenantScope
    ) async throws(DomainError) -> LinkReview.Answer? {
        let tenant = scope.tenant
        guard let plugin = reach.plugin else { return nil }
        // Who approves at the same time comes either before, and then there is nothing to ask, or after.
        let lock: PostgresQuery = "select from app.users where tenant_id = \(tenant) and id = \(id) for share"
        // An approval that has been overtaken by another source counts no more.
        let ask: PostgresQuery = """
            insert into app.link_reviews as l (tenant_id, plugin_id, user_id)
            select \(tenant), \(plugin), users.id from app.users
            where users.tenant_id = \(tenant) and users.id = \(id) and users.deleted_at is null
                and not (true \(reach.condition(tenant)))
            on conflict (tenant_id, plugin_id, user_id) do update set last_asked_at = now(),
                decision = nullif(l.decision, 'approved'),
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
    func condition(_ tenant: TenantID) -> PostgresFragment {
        switch self {
        case .everybody: ""
        case .own(let plugin): "and users.plugin_id is not distinct from \(plugin)"
        case .unguarded(let plugin):
            "and (users.plugin_id is not distinct from \(plugin) or not \(Self.isGuarded(from: plugin, tenant)))"
        }
    }

    private static func isGuarded(from plugin: PluginID, _ tenant: TenantID) -> PostgresFragment {
        let privileged = Role.allCases.filter(\.isPrivileged).map(\.rawValue)
        return """
            (exists (select from app.user_roles r where r.tenant_id = \(tenant) and r.user_id = users.id
                and r.role = any(\(.textArray(privileged))) and r.origin in ('admin', 'operator'))
            or exists (select from app.plugins p where p.tenant_id = \(tenant) and p.id = users.plugin_id
                and p.active_provider)
            or exists (select from app.link_reviews v where v.tenant_id = \(tenant) and v.user_id = users.id
                and (v.plugin_id = \(plugin) and v.decision = 'refused'
                    or v.plugin_id = users.plugin_id and v.decision = 'approved')))
            """
    }
}
