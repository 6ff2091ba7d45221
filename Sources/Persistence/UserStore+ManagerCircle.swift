package import Domain
import Postgres

/// Circles of people who report to each other.
extension UserStore {
    package func managerCircle(
        of id: UserID, _ attributes: UserAttributes, in scope: TenantScope
    ) async throws(DomainError) -> ManagerCircle? {
        guard let value = attributes.manager else { return nil }
        let tenant = scope.tenant
        let names = [id.description] + [attributes.externalID].compactMap(\.self)
        // The manager's own manager may not exist yet and be this user.
        let closes: PostgresFragment = """
            coalesce(a.manager_id = \(id), a.manager_value = any(\(.textArray(names)))
                or a.manager_key = \(attributes.userName.key), false)
            """
        let query: PostgresQuery = """
            with recursive above(id, user_name, manager_id, manager_value, manager_key, path, depth) as (
                (select m.id, m.user_name, m.manager_id, m.manager_value, m.manager_key, array[m.id], 1
                \(Self.called(value, tenant)) and m.id <> \(id) \(Self.bestMatchFirst(value)) limit 1)
                union all
                select m.id, m.user_name, m.manager_id, m.manager_value, m.manager_key, a.path || m.id, a.depth + 1
                from above a join app.users m on m.tenant_id = \(tenant) and m.id = a.manager_id
                where m.deleted_at is null and m.id <> \(id) and m.id <> all(a.path)
                    and a.depth < \(ManagerCircle.maximumDepth))
            select a.user_name, \(closes) from above a order by a.depth
            """
        let above = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            let userName = attributes.userName
            if above.count == 0 {
                let isOwn = names.contains(value) || FoldedKey(name: value) == userName.key
                return isOwn ? ManagerCircle(userNames: [userName.spelling]) : nil
            }
            guard try above[above.count - 1].boolean(1) else { return nil }
            let managers = try above.map { row throws(PostgresError) in try row.text(0) }
            return ManagerCircle(userNames: [userName.spelling] + managers)
        }
    }
}
