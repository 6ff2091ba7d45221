package import Domain
import Postgres

/// The members of a group other than users, and its supervisors.
extension GroupStore {
    /// How many awaited members and groups are named.
    private static let namesShown: Int64 = 50

    package func structure(of id: GroupID, in scope: TenantScope) async throws(DomainError) -> GroupStructure {
        let tenant = scope.tenant
        let subgroups: PostgresQuery = """
            select g.id, g.display_name from app.group_members m
            join app.groups g on g.tenant_id = m.tenant_id and g.id = m.member_id and g.deleted_at is null
            where m.tenant_id = \(tenant) and m.group_id = \(id) and m.member_type = 'Group'
            order by g.display_name_key collate "und-x-icu" limit \(Self.namesShown)
            """
        let awaited: PostgresQuery = """
            select p.value, count(*) over () from app.pending_members p
            where p.tenant_id = \(tenant) and p.group_id = \(id) order by p.value limit \(Self.namesShown)
            """
        let supervisors: PostgresQuery = """
            select u.id, u.user_name from app.group_supervisors s
            join app.users u on u.tenant_id = s.tenant_id and u.id = s.user_id and u.deleted_at is null
            where s.tenant_id = \(tenant) and s.group_id = \(id) order by u.user_name_key collate "und-x-icu"
            """
        let rows = try await database.read(scope, subgroups, awaited, supervisors)
        return try decoding { () throws(PostgresError) in
            GroupStructure(
                subgroups: try rows[0].map { row throws(PostgresError) in
                    GroupReference(id: try row.identifier(0), displayName: try row.text(1), isDirect: true)
                },
                awaited: try rows[1].map { row throws(PostgresError) in try row.text(0) },
                awaitedCount: try rows[1].first.map { row throws(PostgresError) in Int(try row.bigint(1)) } ?? 0,
                supervisors: try rows[2].map { row throws(PostgresError) in
                    GroupStructure.Supervisor(id: try row.identifier(0), userName: try row.text(1))
                })
        }
    }

    package func setSupervisor(
        _ user: UserID, isOne: Bool, of group: GroupID, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let moved: PostgresFragment =
            isOne
            ? """
            insert into app.group_supervisors (tenant_id, group_id, user_id)
            select g.tenant_id, g.id, u.id from app.groups g join app.users u on u.tenant_id = g.tenant_id
            where g.tenant_id = \(tenant) and g.id = \(group) and g.deleted_at is null
                and u.id = \(user) and u.deleted_at is null
            on conflict do nothing returning user_id
            """
            : """
            delete from app.group_supervisors
            where tenant_id = \(tenant) and group_id = \(group) and user_id = \(user) returning user_id
            """
        let query: PostgresQuery = """
            with moved as (\(moved))
            \(change.insert(tenant: tenant, if: "exists (select from moved)").fragment) returning id
            """
        _ = try await database.write(scope, [query])
    }
}
