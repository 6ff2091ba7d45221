package import Domain
import Postgres

/// Why users have the roles that follow from rules.
extension UserStore {
    package func reasons(ofRolesOf id: UserID, in scope: TenantScope) async throws(DomainError) -> [RoleReason] {
        let tenant = scope.tenant
        // The rules are those by which `RoleAssignment` gives roles.
        let query: PostgresQuery = """
            with recursive concerned as (
                select u.plugin_id, u.attributes, p.name, p.default_role from app.users u
                join app.plugins p on p.tenant_id = u.tenant_id and p.id = u.plugin_id
                where u.tenant_id = \(tenant) and u.id = \(id)),
            reach (group_id) as (
                select x.group_id from app.group_members x where x.tenant_id = \(tenant) and x.member_id = \(id)
                union
                select x.group_id from reach r
                join app.group_members x on x.tenant_id = \(tenant) and x.member_id = r.group_id)
            select m.role, m.origin, m.value, c.name from concerned c
            join app.role_mappings m on m.tenant_id = \(tenant) and m.plugin_id = c.plugin_id and m.origin = 'app-role'
            where exists (select from jsonb_path_query(c.attributes, '$.roles[*].value') r(value)
                where m.value_key = \(SQLComparison.folded("r.value #>> '{}'")))
            union
            select m.role, 'group', g.display_name, c.name from concerned c
            cross join reach r
            join (\(GroupMappings(tenant: tenant).rules)) m on m.plugin_id = c.plugin_id and m.group_id = r.group_id
            join app.groups g on g.tenant_id = \(tenant) and g.id = m.group_id
            union all
            select c.default_role, 'default', null, c.name from concerned c
            order by 1, 2, 3
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                guard let role = Role(rawValue: try row.text(0)) else { throw .unexpectedResult("an unknown role") }
                return RoleReason(
                    role: role, origin: try row.text(1), value: row.textOrNull(2), pluginName: try row.text(3))
            }
        }
    }
}
