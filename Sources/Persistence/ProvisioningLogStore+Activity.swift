package import Domain
import Postgres

/// The recent requests of all SCIM connections of a tenant, counted in one query.
///
/// Each count looks at a bounded number of the newest rows, which an index gives by connection and time. The conditions
/// are written as bounds of that index, in its order: for `plugin_id = p.id order by id` PostgreSQL may take the primary
/// key, and then reads the whole log for a connection that is quiet.
extension ProvisioningLogStore {
    /// The newest changes that are looked at, of each connection.
    private static let mostChanges: Int64 = 5000
    /// The newest changes that disable or delete a user, likewise: two for each of 20,000 people.
    private static let mostRemovals: Int64 = 40_000

    /// The newest refused requests that are looked at, of each connection. Of those for one person or group the newest counts.
    private static let mostRefusals: Int64 = 10_000

    /// The reasons of requests that an administrator decides on, or has decided on: those are no fault of the
    /// connection.
    private static let decided = [
        Refusal.linkWaiting, .linkRefused, .deletionWaiting, .deletionRefused,
    ].map(\.sentence)

    package func activities(
        at now: Timestamp, in scope: TenantScope
    ) async throws(DomainError) -> [PluginID: ConnectionActivity] {
        let rows = try await database.read(scope, mayTakeLong: true, Self.activityQuery(at: now, scope.tenant))[0]
        return try decoding { () throws(PostgresError) -> [PluginID: ConnectionActivity] in
            var activities: [PluginID: ConnectionActivity] = [:]
            for index in 0..<rows.count {
                let row = rows[index]
                let plugin: PluginID = try row.identifier(0)
                var activity = ConnectionActivity()
                activity.changes = Int(try row.bigint(1))
                activity.refusals = Int(try row.bigint(2))
                activity.recentUnresolved = Int(try row.bigint(3))
                activity.unresolved = Int(try row.bigint(4))
                activity.removed = Int(try row.bigint(5))
                activity.active = Int(try row.bigint(6))
                activity.waiting = Int(try row.bigint(7))
                activity.lastChangeAt = try row.timeOrNull(8)
                activity.lastRefusalAt = try row.timeOrNull(9)
                activities[plugin] = activity
            }
            return activities
        }
    }

    /// A query for the newest user or group that has the name or the externalId of a refused request `r` of a connection `p`.
    ///
    /// - Parameter hasName: a condition on a row `x`. Existing and deleted rows are found by an index each.
    private static func newest(
        in table: PostgresFragment, _ tenant: TenantID, _ hasName: PostgresFragment
    ) -> PostgresFragment {
        let hasExternalID: PostgresFragment = "x.plugin_id = p.id and x.external_id = r.name"
        var parts: [PostgresFragment] = []
        for condition in [hasName, hasExternalID] {
            for deleted: PostgresFragment in ["is null", "is not null"] {
                parts.append(
                    """
                    select x.id from \(table) x
                    where x.tenant_id = \(tenant) and \(condition) and x.deleted_at \(deleted)
                    """)
            }
        }
        let all = parts.dropFirst().reduce(parts[0]) { "\($0) union all \($1)" }
        return "select n.id from (\(all)) n order by n.id desc limit 1"
    }

    static func activityQuery(at now: Timestamp, _ tenant: TenantID) -> PostgresQuery {
        let window = now.adding(seconds: -ConnectionActivity.windowSeconds)
        let week = now.adding(seconds: -ConnectionActivity.refusalSeconds)
        // The id begins with the time, by which the index leads to the right place; the clock that counts is the row's.
        let slack = ProvisioningLogFilter.secondsBetweenClocks
        let windowID = ProvisioningLogFilter.firstID(at: window.adding(seconds: -slack))
        let weekID = ProvisioningLogFilter.firstID(at: week.adding(seconds: -slack))
        let limit = Int64(ConnectionActivity.limit)
        // A refused creation has a name, or an externalId, in place of an id.
        let user = newest(in: "app.users", tenant, "x.user_name_key = \(SQLComparison.foldedName("r.name"))")
        let group = newest(
            in: "app.groups", tenant,
            "x.plugin_id = p.id and x.display_name_key = \(SQLComparison.foldedName("r.name"))")
        // `offset 0` keeps a subquery from being computed once for each of its uses.
        return """
            select p.id, c.changes, f.refusals, f.recent, f.unresolved, o.people, n.active, w.people, l.change_at,
                l.refused_at
            from app.plugins p
            cross join lateral (
                select (select c.at from app.changes c
                        where c.tenant_id = \(tenant) and c.plugin_id between p.id and p.id
                        order by c.plugin_id desc, c.id desc limit 1) as change_at,
                    (select r.at from app.refused_requests r
                        where r.tenant_id = \(tenant) and r.plugin_id between p.id and p.id
                        order by r.plugin_id desc, r.id desc limit 1) as refused_at,
                    (select max(s.last_used_at) from app.scim_tokens s
                        where s.tenant_id = \(tenant) and s.plugin_id = p.id) as used_at
                offset 0
            ) l
            cross join lateral (
                select least(count(*), \(limit)) as changes from (
                    select c.at, c.subject, c.action from app.changes c
                    where c.tenant_id = \(tenant) and (c.plugin_id, c.id) >= (p.id, \(windowID)) and c.plugin_id <= p.id
                    order by c.plugin_id desc, c.id desc limit \(mostChanges)
                ) c where c.at > \(window) and c.subject in ('user', 'group') and c.action <> 'assign-roles'
            ) c
            cross join lateral (
                select count(*) filter (where r.is_recent) as refusals,
                    count(*) filter (where r.is_recent and r.is_unresolved) as recent,
                    count(*) filter (where r.is_unresolved) as unresolved
                from (
                    select r.at > \(window) as is_recent,
                        r.reason <> all(\(.textArray(decided))) and case
                            when r.method = \(RefusedRequest.anyMethod)
                                then coalesce(r.at > greatest(l.change_at, l.used_at), true)
                            else not exists (select from app.changes c
                                where c.tenant_id = \(tenant) and c.plugin_id = p.id and c.id > r.id
                                    and c.action <> 'assign-roles' and c.subject_id = case
                                        when r.resource_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                                            then r.resource_id::uuid
                                        when r.resource_type = 'User' then (\(user))
                                        when r.resource_type = 'Group' then (\(group)) end)
                        end as is_unresolved
                    from (
                        select distinct on (r.subject) r.* from (
                            select r.id, r.at, r.method, r.status, r.resource_type, r.resource_id, r.name, r.reason,
                                case
                                when r.method = \(RefusedRequest.anyMethod) then r.method
                                else coalesce(r.resource_id, r.resource_type || ' ' || lower(r.name), r.id::text)
                                end as subject
                            from app.refused_requests r
                            where r.tenant_id = \(tenant) and (r.plugin_id, r.id) >= (p.id, \(weekID))
                                and r.plugin_id <= p.id
                            order by r.plugin_id desc, r.id desc limit \(mostRefusals)
                        ) r where r.at > \(week) and r.method <> 'GET' and (r.method <> 'DELETE' or r.status <> 404)
                        order by r.subject, r.id desc
                    ) r
                    order by r.id desc limit \(limit) offset 0
                ) r
            ) f
            cross join lateral (
                select count(distinct c.subject_id) as people from (
                    select c.at, c.subject_id, c.action from app.changes c
                    where c.tenant_id = \(tenant) and c.plugin_id = p.id and c.subject = 'user'
                        and c.action in ('disable', 'delete') and c.id >= \(windowID)
                    order by c.id desc limit \(mostRemovals)
                ) c where c.at > \(window) and not exists (select from app.users u
                    where u.tenant_id = \(tenant) and u.id = c.subject_id and case c.action
                        when 'delete' then u.deleted_at is null or not u.active
                        else u.active and u.deleted_at is null end)
            ) o
            cross join lateral (
                select count(*) as active from (
                    select from app.users u
                    where u.tenant_id = \(tenant) and u.active and u.deleted_at is null
                        and o.people >= \(Int64(ConnectionActivity.manyPeople))
                    limit 4 * o.people + 1
                ) u
            ) n
            cross join lateral (
                select count(*) as people from (
                    select from app.link_reviews l
                    join app.users u on u.tenant_id = l.tenant_id and u.id = l.user_id and u.deleted_at is null
                    where l.tenant_id = \(tenant) and l.plugin_id = p.id and l.decision is null
                        and \(LinkReviewStore.isCurrent(tenant))
                    limit \(limit)
                ) l
            ) w
            where p.tenant_id = \(tenant) and p.kind = 'scim'
            """
    }
}
