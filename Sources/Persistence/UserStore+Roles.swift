package import Domain
import Postgres

/// The roles of users, which are rows of their own.
extension UserStore {
    /// Why the user has which roles.
    package func roles(of id: UserID, in scope: TenantScope) async throws(DomainError) -> [RoleGrant] {
        let query: PostgresQuery = """
            select r.role, r.origin, r.granted_at from app.user_roles r
            where r.tenant_id = \(scope.tenant) and r.user_id = \(id) order by r.role, r.origin
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                guard let role = Role(rawValue: try row.text(0)) else { throw .unexpectedResult("an unknown role") }
                return RoleGrant(role: role, origin: try row.text(1), grantedAt: try row.time(2))
            }
        }
    }

    /// Ends the transaction when it leaves the tenant without an active Owner.
    static func guardLastOwner(
        _ id: UserID, _ tenant: TenantID, if condition: PostgresFragment
    ) -> [PostgresQuery] {
        let isOwner = Self.isOwner("\(id)", tenant)
        // Two who disable two Owners at the same time take turns.
        return [
            "select from app.tenants where id = \(tenant) and \(isOwner) for no key update",
            """
            select app.refuse(\(isOwner) and \(noOwner(tenant)), \(PostgresError.Rule.lastOwner.rawValue))
            where \(condition)
            """,
        ]
    }

    static func isOwner(_ user: PostgresFragment, _ tenant: TenantID) -> PostgresFragment {
        """
        exists (select from app.user_roles r
            where r.tenant_id = \(tenant) and r.user_id = \(user) and r.role = 'owner')
        """
    }

    private static func noOwner(_ tenant: TenantID) -> PostgresFragment {
        """
        not exists (select from app.user_roles r join app.users u on u.tenant_id = r.tenant_id and u.id = r.user_id
            where r.tenant_id = \(tenant) and r.role = 'owner' and u.active and u.deleted_at is null)
        """
    }

    package func set(
        _ role: Role, isGiven: Bool, to user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let givers: PostgresFragment = "('admin', 'operator')"
        let moved: PostgresFragment =
            isGiven
            ? """
            insert into app.user_roles (tenant_id, user_id, role, origin)
            select u.tenant_id, u.id, \(role.rawValue), \(Self.giver(change)) from app.users u
            where u.tenant_id = \(tenant) and u.id = \(user) and u.deleted_at is null
                and not exists (select from app.user_roles r where r.tenant_id = u.tenant_id and r.user_id = u.id
                    and r.role = \(role.rawValue) and r.origin in \(givers))
            on conflict do nothing returning role
            """
            : """
            delete from app.user_roles r using app.users u
            where r.tenant_id = \(tenant) and r.user_id = \(user) and r.role = \(role.rawValue)
                and u.tenant_id = r.tenant_id and u.id = r.user_id and u.deleted_at is null
                and (r.origin in \(givers) or r.origin = 'kept' or u.plugin_id is null)
            returning role
            """
        // Two who take two Owners' role at the same time take turns.
        let turn: PostgresQuery = "select from app.tenants where id = \(tenant) for no key update"
        let move: PostgresQuery = """
            with moved as (\(moved))
            \(change.insert(tenant: tenant, if: "exists (select from moved)").fragment) returning id
            """
        let guardOwner: PostgresQuery = """
            select app.refuse(\(Self.noOwner(tenant)), \(PostgresError.Rule.lastOwner.rawValue))
            """
        let queries = role == .owner && !isGiven ? [turn, move, guardOwner] : [turn, move]
        if try await database.write(scope, queries)[1].count == 0 { throw .notFound }
    }

    static func giver(_ change: Change) -> String {
        switch change.origin.actor {
        case .admin: "admin"
        case .operator, .token, .program, .signIn: "operator"
        }
    }

    /// The roles that a new user begins with: the given one, or what a connection's user gets by its rules, which is
    /// what its `roles` map to, else the default role.
    ///
    /// The default role is read under a lock that a change of it waits for, and that change then finds the user.
    static func firstRoles(of user: NewUser, _ tenant: TenantID) -> PostgresQuery {
        guard let source = user.source else {
            return """
                insert into app.user_roles (tenant_id, user_id, role, origin)
                values (\(tenant), \(user.id), \(user.role.rawValue), \(giver(user.change)))
                """
        }
        let values = user.attributes.roles.map { FoldedKey($0).description }
        if values.isEmpty {
            return """
                insert into app.user_roles (tenant_id, user_id, role, origin)
                select \(tenant), \(user.id), p.default_role, 'default' from app.plugins p
                where p.tenant_id = \(tenant) and p.id = \(source) for share
                """
        }
        return """
            with mapped as (
                select distinct m.role from app.role_mappings m where m.tenant_id = \(tenant)
                    and m.plugin_id = \(source) and m.origin = 'app-role' and m.value_key = any(\(.textArray(values)))),
            fallback as (
                select p.default_role from app.plugins p
                where p.tenant_id = \(tenant) and p.id = \(source) and not exists (select from mapped) for share)
            insert into app.user_roles (tenant_id, user_id, role, origin)
            select \(tenant), \(user.id), m.role, 'app-role' from mapped m union all
            select \(tenant), \(user.id), f.default_role, 'default' from fallback f
            returning role
            """
    }
}
