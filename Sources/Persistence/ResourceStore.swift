package import Domain
import Postgres

/// Users and groups in one list: PostgreSQL orders the two together and cuts the page, then each is read as its own kind.
package struct ResourceStore: ResourceRepository {
    private let database: TenantDatabase

    /// One line of the page.
    private struct Line: Sendable {
        let isUser: Bool
        let id: UserID
    }

    package init(_ database: TenantDatabase) { self.database = database }

    package func resources(
        _ users: ListSelection<User.Field>, _ groups: ListSelection<Group.Field>, isDescending: Bool, page: PageRequest,
        withMembers: Bool, in scope: TenantScope
    ) async throws(DomainError) -> Page<ListedResource> {
        let (list, count, paging) = Self.listQueries(users, groups, isDescending, page, scope.tenant)
        let rows =
            if case .offset = page.start {
                try await database.read(scope, mayTakeLong: true, list, count)
            } else { try await database.read(scope, mayTakeLong: true, list) }
        let found = try decoding { () throws(PostgresError) in
            let found = try rows[0].map { row throws(PostgresError) in
                let line = Line(isUser: try row.boolean(0), id: try row.identifier(1))
                let place = ListPosition(
                    value: row.textOrNull(3), createdAt: try row.time(2), id: line.id.description)
                return (line, place)
            }
            return paging.assemble(found, total: rows.count > 1 ? Int(try rows[1][0].bigint(0)) : nil)
        }
        let lines = found.elements
        let usersFound = try await UserStore(database).users(lines.filter(\.isUser).map(\.id), in: scope)
        let groupsFound = try await GroupStore(database).groups(
            lines.filter { !$0.isUser }.map { GroupID(rawValue: $0.id.rawValue) }, withMembers: withMembers, in: scope)
        // A resource that was deleted since the page was cut is no longer on it.
        return Page(
            elements: lines.compactMap { line in
                line.isUser
                    ? usersFound[line.id].map { .user($0) }
                    : groupsFound[GroupID(rawValue: line.id.rawValue)].map { .group($0) }
            }, total: found.total, end: found.end, beginning: found.beginning)
    }

    private static func listQueries(
        _ users: ListSelection<User.Field>, _ groups: ListSelection<Group.Field>, _ isDescending: Bool,
        _ page: PageRequest, _ tenant: TenantID
    ) -> (list: PostgresQuery, count: PostgresQuery, Paging) {
        let (ofUsers, ofGroups) = (
            users.key.flatMap(UserCondition.sortable), groups.key.flatMap(GroupCondition.sortable)
        )
        // An attribute has one type in all schemas that have it.
        let cast = ofUsers?.cast ?? ofGroups?.cast
        let none: PostgresFragment = cast.map { $0 == "" ? "null::text" : "null\($0)" } ?? "null::text"
        let paging = Paging(
            table: "x", key: cast.map { ("x.key", $0) }, isAlwaysThere: false, isDescending: isDescending, page: page)
        let userCondition: PostgresFragment =
            users.predicate.map { " and (\(UserCondition(tenant: tenant).sql($0)))" } ?? ""
        let groupCondition: PostgresFragment =
            groups.predicate.map { " and (\(GroupCondition(tenant: tenant).sql($0)))" } ?? ""
        var list: PostgresQuery = """
            select x.is_user, x.id, x.created_at, \(paging.value) from (
                select true as is_user, u.id, u.created_at, \(ofUsers?.expression ?? none) as key from app.users u
                where u.tenant_id = \(tenant) and u.deleted_at is null\(userCondition)
                union all
                select false, g.id, g.created_at, \(ofGroups?.expression ?? none) from app.groups g
                where g.tenant_id = \(tenant) and g.deleted_at is null\(groupCondition)) x
            where true\(paging.condition)
            \(paging.order)
            """
        var count: PostgresQuery = """
            select (select count(*) from app.users u
                    where u.tenant_id = \(tenant) and u.deleted_at is null\(userCondition))
                + (select count(*) from app.groups g
                    where g.tenant_id = \(tenant) and g.deleted_at is null\(groupCondition))
            """
        (list.preparation, count.preparation) = (.never, .never)
        return (list, count, paging)
    }
}

extension UserStore {
    /// The ids of existing users among them.
    fileprivate func users(
        _ ids: [UserID], in scope: TenantScope
    ) async throws(DomainError) -> [UserID: User] {
        if ids.isEmpty { return [:] }
        let query: PostgresQuery = """
            \(Self.select) where u.tenant_id = \(scope.tenant) and u.deleted_at is null
                and u.id = any(\(.uuidArray(ids.map(\.rawValue))))
            """
        let rows = try await database.read(scope, mayTakeLong: true, query)[0]
        return try decoding { () throws(PostgresError) in
            var users: [UserID: User] = [:]
            for index in 0..<rows.count {
                let user = try Self.decode(rows[index])
                users[user.id] = user
            }
            return users
        }
    }
}

extension GroupStore {
    /// The ids of existing groups among them.
    fileprivate func groups(
        _ ids: [GroupID], withMembers: Bool, in scope: TenantScope
    ) async throws(DomainError) -> [GroupID: Group] {
        if ids.isEmpty { return [:] }
        let query: PostgresQuery = """
            \(Self.select) where g.tenant_id = \(scope.tenant) and g.deleted_at is null
                and g.id = any(\(.uuidArray(ids.map(\.rawValue))))
            """
        let rows =
            withMembers
            ? try await database.read(scope, mayTakeLong: true, query, Self.members(of: ids, scope.tenant))
            : try await database.read(scope, mayTakeLong: true, query)
        return try decoding { () throws(PostgresError) in
            let members = withMembers ? try Self.decodeMembers(rows[1]) : [:]
            var groups: [GroupID: Group] = [:]
            for index in 0..<rows[0].count {
                var group = try Self.decode(rows[0][index])
                if withMembers { group.members = members[group.id] ?? [] }
                groups[group.id] = group
            }
            return groups
        }
    }
}
