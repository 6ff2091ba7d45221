package import Domain
import Postgres

/// Users who were deleted: they are hidden and kept, and can come back.
extension UserStore {
    package func deletedUsers(
        named name: String?, before place: ListPosition?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [DeletedUser] {
        var earlier: PostgresFragment = ""
        if let place, let id = UserID(place.id) {
            earlier = "and (u.deleted_at, u.id) < (\(.timestamp(place.createdAt.microseconds)), \(id))"
        }
        let named: PostgresFragment =
            name.map {
                "and \(SQLComparison.keyed("u.user_name_key", .startsWith, .text($0, caseExact: false)))"
            } ?? ""
        let query: PostgresQuery = """
            select u.id, u.user_name, u.deleted_at from app.users u
            where u.tenant_id = \(scope.tenant) and u.deleted_at is not null \(named) \(earlier)
            order by u.deleted_at desc, u.id desc limit \(Int64(limit))
            """
        let rows = try await database.read(scope, mayTakeLong: true, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                DeletedUser(id: try row.identifier(0), userName: try row.text(1), deletedAt: try row.time(2))
            }
        }
    }

    package func deletedUser(_ id: UserID, in scope: TenantScope) async throws(DomainError) -> User {
        let query: PostgresQuery = """
            \(Self.select) where u.tenant_id = \(scope.tenant) and u.id = \(id) and u.deleted_at is not null
            """
        guard let row = try await database.read(scope, query)[0].first else { throw .notFound }
        return try decoding { () throws(PostgresError) in try Self.decode(row) }
    }

    package func restore(
        _ user: User, _ attributes: UserAttributes, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let tenant = scope.tenant
        let restore: PostgresQuery = """
            update app.users set deleted_at = null, version = version + 1, change_id = \(change.id), updated_at = now(),
                external_id_shared = \(Self.externalIDIsTaken("users.plugin_id", tenant))
            where tenant_id = \(tenant) and id = \(user.id) and version = \(user.version) and deleted_at is not null
            returning id
            """
        let mark = Self.mark(user.id, change.id, tenant)
        // A restored user is treated like a new one: groups and reports may wait for them.
        let arrival = Self.arrival(user.id, attributes, tenant, if: mark)
        let turns = Self.turns(arrival, awaiting: attributes.manager, tenant)
        var statements = [turns, restore, change.insert(tenant: tenant, if: mark)]
        if !attributes.emails.isEmpty {
            statements.append(Self.insertEmails(of: user.id, attributes, tenant, if: mark))
        }
        if attributes.manager != nil {
            statements.append(Self.resolveManager(of: user.id, attributes, tenant, if: mark))
        }
        statements.append(arrival.joinGroupsAndReports(user.id, change))
        statements.append(
            RoleAssignment(tenant: tenant, change: change).assign(to: "select \(user.id)::uuid where \(mark)"))
        return try await database.write(scope, conflict: "userName", statements)[1].count == 1
    }

    /// Whether another user of the connection has the externalId of the row of `app.users`: who comes back or is given to
    /// a connection by an administrator is not held up by it.
    static func externalIDIsTaken(_ plugin: PostgresFragment, _ tenant: TenantID) -> PostgresFragment {
        """
        exists (select from app.users o where o.tenant_id = \(tenant) and o.plugin_id = \(plugin)
            and o.external_id = users.external_id and o.deleted_at is null and o.id <> users.id)
        """
    }
}
