import Domain
import Postgres

/// The rules by which groups give roles, as SQL. A rule follows its group by the group's id; one that has no group yet
/// waits for the first of its name.
struct GroupMappings {
    let tenant: TenantID

    /// Does group `g` count for the rules of the connection? A group of another one does when that is switched off: what
    /// an identity provider says of its groups gives no roles that are another's to give.
    static func countsFor(_ plugin: PostgresFragment) -> PostgresFragment {
        """
        (g.plugin_id is null or g.plugin_id = \(plugin) or not exists (
            select from app.plugins o where o.tenant_id = g.tenant_id and o.id = g.plugin_id and o.enabled))
        """
    }

    /// Is mapping `m` about group `g`? By name only while it has no group: a version of the program that does not know
    /// of groups' ids may have made it.
    static let isAbout: PostgresFragment = """
        (m.group_id = g.id or m.group_id is null and m.value_key = g.display_name_key)
        """

    /// A query for `(mapping_id, plugin_id, group_id, role)`: which groups give which roles by which connection's rules.
    var rules: PostgresFragment {
        """
        select m.id as mapping_id, m.plugin_id, g.id as group_id, m.role from app.role_mappings m
        join app.groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
        where m.tenant_id = \(tenant) and m.origin = 'group' and g.deleted_at is null
            and \(Self.countsFor("m.plugin_id"))
        union all
        select m.id, m.plugin_id, g.id, m.role from app.role_mappings m
        join app.groups g on g.tenant_id = m.tenant_id and g.display_name_key = m.value_key
        where m.tenant_id = \(tenant) and m.origin = 'group' and m.group_id is null and g.deleted_at is null
            and \(Self.countsFor("m.plugin_id"))
        """
    }

    /// Gives a new or renamed group to the mappings that wait for it, and its name to those that it has.
    ///
    /// A mapping waits for a group when it has none yet, or when its group was deleted: then the group that comes must
    /// have the same externalId, or the same name where the deleted one had no externalId.
    ///
    /// - Parameter formerName: the group's name until now.
    func bind(
        _ group: GroupID, formerName: FoldedKey? = nil, change: Change, if condition: PostgresFragment = "true"
    ) -> PostgresQuery {
        let formerName = formerName.map { PostgresBind.text($0.description) } ?? .null(.text)
        let waiting: PostgresFragment = """
            select distinct on (m.plugin_id, m.role) m.id, true as is_new, d.display_name as former,
                g.id as group_id, g.display_name, g.display_name_key
            from app.groups g
            join app.role_mappings m on m.tenant_id = g.tenant_id and m.origin = 'group'
                and \(Self.countsFor("m.plugin_id"))
            left join app.groups d on d.tenant_id = m.tenant_id and d.id = m.group_id and d.deleted_at is not null
            where g.tenant_id = \(tenant) and g.id = \(group) and g.deleted_at is null and \(condition)
                and (m.group_id is null and m.value_key in (g.display_name_key, \(formerName))
                    or d.id is not null and d.plugin_id is not distinct from g.plugin_id and (d.external_id = g.external_id
                        or d.external_id is null and d.display_name_key = g.display_name_key))
                and not exists (select from app.role_mappings h where h.tenant_id = m.tenant_id
                    and h.plugin_id = m.plugin_id and h.group_id = g.id and h.role = m.role)
            order by m.plugin_id, m.role, d.deleted_at desc nulls last, m.id
            """
        let held: PostgresFragment = """
            select m.id, false, null, g.id, g.display_name, g.display_name_key
            from app.groups g join app.role_mappings m on m.tenant_id = g.tenant_id and m.group_id = g.id
            where g.tenant_id = \(tenant) and g.id = \(group) and m.value <> g.display_name and \(condition)
            """
        let note = change.insertConsequences(
            tenant: tenant, .update, on: "'plugin'", difference: "x.difference",
            of: """
                select b.plugin_id, jsonb_build_object('mappedGroup', jsonb_build_array(min(b.former), min(b.value)))
                from bound b where b.is_new group by 1
                """, columns: "id, difference")
        return """
            with found as ((\(waiting)) union all \(held)),
            bound as (
                update app.role_mappings m
                set group_id = f.group_id, value = f.display_name, value_key = f.display_name_key
                from found f where m.tenant_id = \(tenant) and m.id = f.id
                returning m.plugin_id, f.is_new, f.former, m.value)
            \(note.fragment) returning id
            """
    }

    /// A statement that adds or removes a mapping and gives its value as it is kept.
    func set(_ mapping: RoleMapping, isPresent: Bool, of plugin: PluginID) -> PostgresFragment {
        isPresent ? insert(mapping, of: plugin) : delete(mapping, of: plugin)
    }

    /// Adds a mapping. One from a group is about the group with the id that the value is, or else of the name.
    private func insert(_ mapping: RoleMapping, of plugin: PluginID) -> PostgresFragment {
        let key = mapping.valueKey
        switch mapping.origin {
        case .appRole:
            return """
                insert into app.role_mappings (tenant_id, plugin_id, origin, value, value_key, role)
                values (\(tenant), \(plugin), 'app-role', \(mapping.value), \(key), \(mapping.role.rawValue))
                on conflict do nothing returning value
                """
        case .group:
            let given = mapping.group
            return """
                insert into app.role_mappings (tenant_id, plugin_id, origin, value, value_key, role, group_id)
                select \(tenant), \(plugin), 'group', coalesce(f.display_name, \(mapping.value)),
                    coalesce(f.display_name_key, \(key)), \(mapping.role.rawValue), f.id
                from (select) one left join (
                    select g.id, g.display_name, g.display_name_key from app.groups g
                    where g.tenant_id = \(tenant) and (g.id = \(given) or g.display_name_key = \(key))
                        and g.deleted_at is null and \(Self.countsFor("\(plugin)"))
                    order by g.id = \(given) desc, g.plugin_id = \(plugin) desc nulls last, g.created_at, g.id
                    limit 1) f on true
                on conflict do nothing returning value
                """
        }
    }

    /// Removes a mapping: of the group with the id that the value is, else those of the value.
    private func delete(_ mapping: RoleMapping, of plugin: PluginID) -> PostgresFragment {
        """
        delete from app.role_mappings m where m.tenant_id = \(tenant) and m.plugin_id = \(plugin)
            and m.origin = \(mapping.origin.rawValue) and m.role = \(mapping.role.rawValue)
            and (m.group_id = \(mapping.group) or m.value_key = \(mapping.valueKey))
        returning m.value
        """
    }
}
