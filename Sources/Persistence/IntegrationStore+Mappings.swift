package import Domain
import Postgres

/// The rules of a connection by which users get roles.
extension IntegrationStore {
    package func mappings(of plugin: PluginID, in scope: TenantScope) async throws(DomainError) -> [RoleMapping] {
        let query: PostgresQuery = """
            select m.origin, m.value, m.role from app.role_mappings m
            where m.tenant_id = \(scope.tenant) and m.plugin_id = \(plugin) order by m.origin, m.value_key, m.role
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in try Self.mapping(row) }
        }
    }

    package func set(
        _ mapping: RoleMapping, isPresent: Bool, of plugin: PluginID, agreed: String? = nil, change: Change,
        in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let everybody = Self.everybody(of: plugin, tenant)
        // The log names a group that was given by its id.
        let difference: PostgresFragment = """
            (select jsonb_set(\(.jsonb(change.difference.json))::jsonb,
                \(.textArray(["roleMapping", isPresent ? "1" : "0", "value"])), to_jsonb(min(m.value)))
            from moved m)
            """
        let note = change.insert(tenant: tenant, difference: difference, if: "exists (select from moved)")
        let set: PostgresQuery = """
            with moved as (\(GroupMappings(tenant: tenant).set(mapping, isPresent: isPresent, of: plugin)))
            \(note.fragment) returning id
            """
        let roles = RoleAssignment(tenant: tenant, change: change)
        let check = agreed.map { RoleMoves(tenant: tenant, users: everybody).refuse(unlessAgreedTo: $0) }
        let queries = [set, check, roles.assign(to: everybody, mayBeMany: true), Self.touchSettings(tenant)]
            .compactMap(\.self)
        if try await database.write(scope, mayTakeLong: true, queries)[0].count == 0, !isPresent { throw .notFound }
    }

    package func preview(
        _ mapping: RoleMapping, isPresent: Bool, of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> RolePreview {
        let tenant = scope.tenant
        let set = GroupMappings(tenant: tenant).set(mapping, isPresent: isPresent, of: plugin)
        let moves = RoleMoves(tenant: tenant, users: Self.everybody(of: plugin, tenant))
        let rows = try await database.rehearse(scope, [PostgresQuery(set), moves.preview()])
        return try decoding { () throws(PostgresError) in try RolePreview(rows[1]) }
    }

    private static func everybody(of plugin: PluginID, _ tenant: TenantID) -> PostgresFragment {
        "select id from app.users where tenant_id = \(tenant) and plugin_id = \(plugin)"
    }

    package func mappingStatuses(
        of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> [RoleMappingStatus] {
        let tenant = scope.tenant
        let people: PostgresFragment = """
            u.tenant_id = \(tenant) and u.plugin_id = \(plugin) and u.deleted_at is null
            """
        let query: PostgresQuery = """
            with recursive own as (
                select m.id, m.origin, m.value, m.value_key, m.role, m.group_id from app.role_mappings m
                where m.tenant_id = \(tenant) and m.plugin_id = \(plugin)),
            found as (
                select r.mapping_id, r.group_id from (\(GroupMappings(tenant: tenant).rules)) r
                where r.plugin_id = \(plugin)),
            below (root, id) as (
                select distinct f.group_id, f.group_id from found f union
                select b.root, x.member_id from below b join app.group_members x
                    on x.tenant_id = \(tenant) and x.group_id = b.id and x.member_type = 'Group'),
            members as materialized (
                select d.root, count(*) as n from (
                    select distinct b.root, x.member_id from below b
                    join app.group_members x on x.tenant_id = \(tenant) and x.group_id = b.id
                        and x.member_type = 'User') d
                join app.users u on u.id = d.member_id and \(people) group by 1),
            holders as materialized (
                select d.mapping_id, count(*) as n from (
                    select distinct o.id as mapping_id, u.id from app.users u
                    cross join lateral jsonb_path_query(u.attributes, '$.roles[*].value') r(value)
                    join own o on o.origin = 'app-role' and o.value_key = \(SQLComparison.folded("r.value #>> '{}'"))
                    where \(people) and exists (select from own a where a.origin = 'app-role')) d
                group by 1)
            select o.origin, coalesce(g.display_name, o.value), o.role, coalesce(f.group_id, o.group_id),
                f.group_id is not null, g.deleted_at is not null, coalesce(m.n, h.n, 0)
            from own o
            left join found f on f.mapping_id = o.id
            left join app.groups g on g.tenant_id = \(tenant) and g.id = coalesce(f.group_id, o.group_id)
            left join members m on m.root = f.group_id
            left join holders h on h.mapping_id = o.id
            order by 1, coalesce(g.display_name_key, o.value_key), 3, 4
            """
        let rows = try await database.read(scope, mayTakeLong: true, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                let mapping = try Self.mapping(row)
                var status = RoleMappingStatus(mapping: mapping, people: Int(try row.bigint(6)))
                if mapping.origin == .group {
                    let group = try row.uuidOrNull(3).map { GroupID(rawValue: $0) }
                    status.group = Self.group(group, isFound: try row.boolean(4), isDeleted: try row.boolean(5))
                }
                return status
            }
        }
    }

    private static func group(_ id: GroupID?, isFound: Bool, isDeleted: Bool) -> RoleMappingStatus.Group {
        guard let id else { return .awaited }
        if isDeleted { return .deleted(id) }
        return isFound ? .found(id) : .ofAnother(id)
    }

    private static func mapping(_ row: PostgresRow) throws(PostgresError) -> RoleMapping {
        guard let origin = RoleMapping.Origin(rawValue: try row.text(0)), let role = Role(rawValue: try row.text(2))
        else { throw .unexpectedResult("a mapping that this program does not know") }
        return RoleMapping(origin: origin, value: try row.text(1), role: role)
    }
}
