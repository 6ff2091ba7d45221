package import Domain
import Postgres

/// The users in a group, in an order that costs the same whatever the size of the group.
extension UserStore {
    package func members(
        of group: GroupID, after user: UserID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [User] {
        let rows = try await database.read(scope, Self.membersQuery(group, user, limit, scope.tenant))[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.decode) }
    }

    /// From each of the groups within as many as are wanted, and of these the first.
    static func membersQuery(_ group: GroupID, _ user: UserID?, _ limit: Int, _ tenant: TenantID) -> PostgresQuery {
        let after = user ?? UserID(rawValue: 0)
        return """
            \(select) where u.tenant_id = \(tenant) and u.deleted_at is null and u.id = any(array(
                select distinct m.member_id
                from unnest(array(\(GroupMembership.below("\(group)", tenant)))) g(id)
                cross join lateral (
                    select n.member_id from app.group_members n
                    where n.tenant_id = \(tenant) and n.group_id = g.id and n.member_id > \(after)
                        and n.member_type = 'User'
                    order by n.member_id limit \(Int64(limit))) m
                order by m.member_id limit \(Int64(limit))))
            order by u.id
            """
    }
}
