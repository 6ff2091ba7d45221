package import Domain
import Postgres
import StrictJSON

/// In PostgreSQL: which connections asked for which users, and what was decided.
package struct LinkReviewStore: LinkReviewRepository {
    let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func reviews(
        of plugin: PluginID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [LinkReview] {
        let only: PostgresFragment = plugin.map { "and l.plugin_id = \($0)" } ?? ""
        let query: PostgresQuery = """
            select p.name, u.id, u.user_name, s.name, l.first_asked_at, l.last_asked_at, l.decision, l.decided_at,
                p.id, l.act, l.difference
            from app.link_reviews l
            join app.plugins p on p.tenant_id = l.tenant_id and p.id = l.plugin_id
            join app.users u on u.tenant_id = l.tenant_id and u.id = l.user_id and u.deleted_at is null
            left join app.plugins s on s.tenant_id = u.tenant_id and s.id = u.plugin_id
            where l.tenant_id = \(scope.tenant) and \(Self.isCurrent(scope.tenant)) \(only)
            order by l.decision is not null, l.last_asked_at desc, p.name_key, u.id limit \(Int64(limit))
            """
        let rows = try await database.read(scope, mayTakeLong: true, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                LinkReview(
                    plugin: try row.identifier(8), pluginName: try row.text(0), user: try row.identifier(1),
                    userName: try row.text(2),
                    sourceName: row.textOrNull(3), firstAskedAt: try row.time(4), lastAskedAt: try row.time(5),
                    act: try Self.act(row.textOrNull(9)), difference: try Self.difference(row.jsonbOrNull(10)),
                    decision: try Self.decision(row.textOrNull(6)), decidedAt: try row.timeOrNull(7))
            }
        }
    }

    package func link(
        of user: UserID, to plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> Link {
        let query: PostgresQuery = """
            select u.version, u.plugin_id, l.user_id is not null and \(Self.isCurrent(scope.tenant)), l.decision, l.act
            from app.users u
            left join app.plugins p on p.tenant_id = u.tenant_id and p.id = \(plugin)
            left join app.link_reviews l
                on l.tenant_id = u.tenant_id and l.user_id = u.id and l.plugin_id = p.id
            where u.tenant_id = \(scope.tenant) and u.id = \(user) and u.deleted_at is null
            """
        guard let row = try await database.read(scope, query)[0].first else { throw .notFound }
        return try decoding { () throws(PostgresError) in
            Link(
                plugin: plugin, user: user, version: try row.bigint(0),
                source: try row.uuidOrNull(1).map { PluginID(rawValue: $0) }, isAsked: try row.boolean(2),
                act: try Self.act(row.textOrNull(4)), decision: try Self.decision(row.textOrNull(3)))
        }
    }

    package func decide(
        _ decision: LinkReview.Decision, on link: Link, keepsRoles: Bool, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let queries =
            switch decision {
            case .approved where !link.isOwn: Self.approve(link, keepsRoles, change, scope.tenant)
            case .approved, .refused: Self.note(decision, link, change, scope.tenant)
            }
        return try await database.write(scope, queries)[0].count == 1
    }

    /// The connection becomes the user's source, as if it had taken the user over.
    private static func approve(
        _ link: Link, _ keepsRoles: Bool, _ change: Change, _ tenant: TenantID
    ) -> [PostgresQuery] {
        let update: PostgresQuery = """
            update app.users set plugin_id = \(link.plugin),
                external_id_shared = \(UserStore.externalIDIsTaken("\(link.plugin)", tenant)), version = version + 1, change_id = \(change.id),
                updated_at = now()
            where tenant_id = \(tenant) and id = \(link.user) and version = \(link.version) and deleted_at is null
                and exists (\(asked(link, tenant)))
            returning id
            """
        let mark = UserStore.mark(link.user, change.id, tenant)
        let remember: PostgresQuery = """
            update app.link_reviews set decision = 'approved', decided_at = now(), linked_at = now()
            where tenant_id = \(tenant) and plugin_id = \(link.plugin) and user_id = \(link.user) and \(mark)
            """
        let roles = RoleAssignment(tenant: tenant, change: change)
        return [
            update, change.insert(tenant: tenant, if: mark), remember,
            roles.assign(
                to: "select \(link.user)::uuid where \(mark)",
                keeping: keepsRoles ? KeptRoles(origin: UserStore.giver(change)) : nil),
        ]
    }

    /// Only while the user is as it was read: who approves or takes over at the same time moves its version.
    private static func note(
        _ decision: LinkReview.Decision, _ link: Link, _ change: Change, _ tenant: TenantID
    ) -> [PostgresQuery] {
        [
            """
            with found as (
                select u.id from app.users u where u.tenant_id = \(tenant) and u.id = \(link.user)
                    and u.version = \(link.version) and u.deleted_at is null for update),
            noted as (
                update app.link_reviews l set decision = \(decision.rawValue), decided_at = now() from found f
                where l.tenant_id = \(tenant) and l.plugin_id = \(link.plugin) and l.user_id = f.id
                    and l.decision is distinct from \(decision.rawValue)
                    and l.act is not distinct from \(link.act?.rawValue)
                returning l.user_id)
            \(change.insert(tenant: tenant, if: "exists (select from noted)").fragment)
            returning id
            """
        ]
    }

    private static func asked(_ link: Link, _ tenant: TenantID) -> PostgresFragment {
        """
        select from app.link_reviews l
        where l.tenant_id = \(tenant) and l.plugin_id = \(link.plugin) and l.user_id = \(link.user)
            and l.act is not distinct from \(link.act?.rawValue)
        """
    }

    /// Is review `l` of user `u` and connection `p` still a question, or a decision that holds? All that ends a review
    /// is here: the user is the connection's, nothing guards the user, another source has the user since.
    static func isCurrent(_ tenant: TenantID) -> PostgresFragment {
        """
        case when u.plugin_id is not distinct from l.plugin_id then
                l.decision is not distinct from 'approved' or l.linked_at is not null and l.act is not distinct from 'delete'
            when l.decision is not distinct from 'approved' then false
            else p.matching = 'review' or l.decision is not distinct from 'refused'
                or p.matching = 'link' and \(Reach.isGuarded(from: "l.plugin_id", "u", tenant)) end
        """
    }

    private static func act(_ text: String?) throws(PostgresError) -> LinkReview.Act? {
        guard let text else { return nil }
        guard let act = LinkReview.Act(rawValue: text) else {
            throw .unexpectedResult("an act that this program does not know")
        }
        return act
    }

    private static func difference(_ json: [UInt8]?) throws(PostgresError) -> JSONObject {
        guard let json else { return JSONObject() }
        guard let difference = (try? JSON.parse(json, limits: .stored))?.objectValue else {
            throw .unexpectedResult("a difference that is no object")
        }
        return difference
    }

    private static func decision(_ text: String?) throws(PostgresError) -> LinkReview.Decision? {
        guard let text else { return nil }
        guard let decision = LinkReview.Decision(rawValue: text) else {
            throw .unexpectedResult("a decision that this program does not know")
        }
        return decision
    }
}
