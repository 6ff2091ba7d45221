package import Domain
import Postgres

/// In PostgreSQL: which connections asked for which users, and what was decided.
package struct LinkReviewStore: LinkReviewRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func reviews(
        of plugin: PluginID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [LinkReview] {
        let only: PostgresFragment = plugin.map { "and l.plugin_id = \($0)" } ?? ""
        let query: PostgresQuery = """
            select p.name, u.id, u.user_name, s.name, l.first_asked_at, l.last_asked_at, l.decision, l.decided_at,
                p.id
            from app.link_reviews l
            join app.plugins p on p.tenant_id = l.tenant_id and p.id = l.plugin_id
            join app.users u on u.tenant_id = l.tenant_id and u.id = l.user_id and u.deleted_at is null
            left join app.plugins s on s.tenant_id = u.tenant_id and s.id = u.plugin_id
            where l.tenant_id = \(scope.tenant) \(only)
            order by l.decision is not null, l.last_asked_at desc, p.name_key, u.id limit \(Int64(limit))
            """
        let rows = try await database.read(scope, mayTakeLong: true, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                LinkReview(
                    plugin: try row.identifier(8), pluginName: try row.text(0), user: try row.identifier(1),
                    userName: try row.text(2),
                    sourceName: row.textOrNull(3), firstAskedAt: try row.time(4), lastAskedAt: try row.time(5),
                    decision: try Self.decision(row.textOrNull(6)), decidedAt: try row.timeOrNull(7))
            }
        }
    }

    package func link(
        of user: UserID, to plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> Link {
        let query: PostgresQuery = """
            select u.version, u.plugin_id, l.user_id is not null, l.decision from app.users u
            left join app.link_reviews l
                on l.tenant_id = u.tenant_id and l.user_id = u.id and l.plugin_id = \(plugin)
            where u.tenant_id = \(scope.tenant) and u.id = \(user) and u.deleted_at is null
            """
        guard let row = try await database.read(scope, query)[0].first else { throw .notFound }
        return try decoding { () throws(PostgresError) in
            Link(
                plugin: plugin, user: user, version: try row.bigint(0),
                source: try row.uuidOrNull(1).map { PluginID(rawValue: $0) }, isAsked: try row.boolean(2),
                decision: try Self.decision(row.textOrNull(3)))
        }
    }

    package func decide(
        _ decision: LinkReview.Decision, on link: Link, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let queries =
            switch decision {
            case .approved: Self.approve(link, change, scope.tenant)
            case .refused: Self.refuse(link, change, scope.tenant)
            }
        return try await database.write(scope, queries)[0].count == 1
    }

    /// The connection becomes the user's source, as if it had taken the user over.
    private static func approve(_ link: Link, _ change: Change, _ tenant: TenantID) -> [PostgresQuery] {
        let update: PostgresQuery = """
            update app.users set plugin_id = \(link.plugin), version = version + 1, change_id = \(change.id),
                updated_at = now()
            where tenant_id = \(tenant) and id = \(link.user) and version = \(link.version) and deleted_at is null
                and exists (\(asked(link, tenant)))
            returning id
            """
        let mark = UserStore.mark(link.user, change.id, tenant)
        let remember: PostgresQuery = """
            update app.link_reviews set decision = 'approved', decided_at = now()
            where tenant_id = \(tenant) and plugin_id = \(link.plugin) and user_id = \(link.user) and \(mark)
            """
        let roles = RoleAssignment(tenant: tenant, change: change)
        return [
            update, change.insert(tenant: tenant, if: mark), remember,
            roles.assign(to: "select \(link.user)::uuid where \(mark)"),
        ]
    }

    /// Only while the user is as it was read: who approves or takes over at the same time moves its version.
    private static func refuse(_ link: Link, _ change: Change, _ tenant: TenantID) -> [PostgresQuery] {
        [
            """
            with found as (
                select u.id from app.users u where u.tenant_id = \(tenant) and u.id = \(link.user)
                    and u.version = \(link.version) and u.deleted_at is null for update),
            refused as (
                update app.link_reviews l set decision = 'refused', decided_at = now() from found f
                where l.tenant_id = \(tenant) and l.plugin_id = \(link.plugin) and l.user_id = f.id
                    and l.decision is distinct from 'refused'
                returning l.user_id)
            \(change.insert(tenant: tenant, if: "exists (select from refused)").fragment)
            returning id
            """
        ]
    }

    private static func asked(_ link: Link, _ tenant: TenantID) -> PostgresFragment {
        """
        select from app.link_reviews l
        where l.tenant_id = \(tenant) and l.plugin_id = \(link.plugin) and l.user_id = \(link.user)
        """
    }

    private static func decision(_ text: String?) throws(PostgresError) -> LinkReview.Decision? {
        guard let text else { return nil }
        guard let decision = LinkReview.Decision(rawValue: text) else {
            throw .unexpectedResult("a decision that this program does not know")
        }
        return decision
    }
}
