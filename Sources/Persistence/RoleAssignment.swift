import Domain
import Postgres

/// The statements by which users get the roles that follow from what identity providers say of them.
///
/// Precedence: what an admin or the operator granted always stays. Of the rest, what `roles` and groups map to counts;
/// a user to whom nothing maps has the default role of the connection that made it.
struct RoleAssignment {
    let tenant: TenantID
    let change: Change

    /// Brings the roles of provisioned users in line, and notes for each whose roles move that they did.
    ///
    /// - Parameter users: a query for their ids.
    func assign(to users: PostgresFragment) -> PostgresQuery {
        let note = change.insertConsequences(
            tenant: tenant, .assignRoles, on: "'user'", difference: "x.difference",
            of: """
                select coalesce(g.user_id, a.user_id),
                    jsonb_build_object('grantedRoles', jsonb_build_array(to_jsonb(g.roles), to_jsonb(a.roles)))
                from (select user_id, array_agg(distinct role order by role) as roles from gone group by 1) g
                full join (select user_id, array_agg(distinct role order by role) as roles from added group by 1) a
                    on a.user_id = g.user_id
                """, columns: "id, difference")
        return """
            with \(wanted(users)),
            gone as (
                delete from app.user_roles r where r.tenant_id = \(tenant) and r.user_id in (select id from concerned)
                    and r.origin in ('default', 'app-role', 'group') and not exists
                        (select from wanted w where w.id = r.user_id and w.role = r.role and w.origin = r.origin)
                returning r.user_id, r.role),
            added as (
                insert into app.user_roles (tenant_id, user_id, role, origin)
                select \(tenant), w.id, w.role, w.origin from wanted w
                on conflict do nothing returning user_id, role)
            \(note.fragment)
            returning id
            """
    }

    /// `concerned` and `wanted (id, role, origin)`, for a `with`.
    private func wanted(_ users: PostgresFragment) -> PostgresFragment {
        """
        concerned as (
            select u.id, u.plugin_id, u.attributes from app.users u
            where u.tenant_id = \(tenant) and u.deleted_at is null and u.plugin_id is not null and u.id in (\(users))),
        mapped as (
            select c.id, m.role, m.origin from concerned c
            cross join lateral jsonb_path_query(c.attributes, '$.roles[*].value') r(value)
            join app.role_mappings m on m.tenant_id = \(tenant) and m.plugin_id = c.plugin_id
                and m.origin = 'app-role' and m.value_key = \(SQLComparison.folded("r.value #>> '{}'"))
            union
            select c.id, m.role, m.origin from app.role_mappings m
            join app.groups g on g.tenant_id = \(tenant) and g.display_name_key = m.value_key
                and g.deleted_at is null
            cross join lateral (\(GroupMembership.below("g.id", tenant))) b
            join app.group_members x on x.tenant_id = \(tenant) and x.group_id = b.id
            join concerned c on c.id = x.member_id and c.plugin_id = m.plugin_id
            where m.tenant_id = \(tenant) and m.origin = 'group'),
        wanted as (
            select id, role, origin from mapped union all
            select c.id, p.default_role, 'default' from concerned c
            join app.plugins p on p.tenant_id = \(tenant) and p.id = c.plugin_id
            where not exists (select from mapped m where m.id = c.id))
        """
    }

    /// A query that gives the same ids, but none while no group maps to a role.
    func whereGroupsMap(_ users: PostgresFragment) -> PostgresFragment {
        """
        select c.id from (\(users)) c(id) where exists
            (select from app.role_mappings m where m.tenant_id = \(tenant) and m.origin = 'group')
        """
    }

    /// A query for everybody whose roles a group can have to do with: who is in it, and who has a role by a group.
    func everybody(in group: GroupID) -> PostgresFragment {
        """
        select m.member_id from app.group_members m where m.tenant_id = \(tenant)
            and m.group_id in (\(GroupMembership.below("\(group)", tenant)))
        union select r.user_id from app.user_roles r where r.tenant_id = \(tenant) and r.origin = 'group'
        """
    }
}
