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
    /// - Parameters:
    ///   - users: a query for their ids.
    ///   - mayBeMany: these can be a good part of the tenant's users.
    ///   - keeping: how roles are kept that nothing gives any more; nil when they are not.
    func assign(
        to users: PostgresFragment, mayBeMany: Bool = false, keeping: KeptRoles? = nil
    ) -> PostgresQuery {
        let kept = keeping.map { ",\nkept as (\(keep($0)))" as PostgresFragment } ?? ""
        let given: PostgresFragment = keeping == nil ? "added" : "(table added union all table kept) k"
        let note = change.insertConsequences(
            tenant: tenant, .assignRoles, on: "'user'", difference: "x.difference",
            of: """
                select coalesce(g.user_id, a.user_id),
                    jsonb_build_object('grantedRoles', jsonb_build_array(to_jsonb(g.roles), to_jsonb(a.roles)))
                from (select user_id, array_agg(distinct role order by role) as roles from gone group by 1) g
                full join (select user_id, array_agg(distinct role order by role) as roles from \(given) group by 1) a
                    on a.user_id = g.user_id
                """, columns: "id, difference")
        return """
            with recursive \(Self.wanted(users, mayBeMany: mayBeMany, tenant)),
            gone as (
                delete from app.user_roles r where r.tenant_id = \(tenant) and r.user_id in (select id from concerned)
                    and r.origin in ('default', 'app-role', 'group')
                    and (r.user_id, r.role, r.origin) not in (select id, role, origin from wanted)
                returning r.user_id, r.role),
            added as (
                insert into app.user_roles (tenant_id, user_id, role, origin)
                select \(tenant), w.id, w.role, w.origin from wanted w
                on conflict do nothing returning user_id, role)\(kept)
            \(note.fragment)
            returning id
            """
    }

    /// A statement that grants what the user loses by another source. Trainee is part of every other role.
    private func keep(_ roles: KeptRoles) -> PostgresFragment {
        """
        insert into app.user_roles (tenant_id, user_id, role, origin)
        select distinct r.tenant_id, r.user_id, r.role, \(roles.origin) from app.user_roles r
        where r.tenant_id = \(tenant) and r.user_id in (select id from concerned) and r.role <> 'trainee'
            and r.origin in ('default', 'app-role', 'group') and \(roles.condition)
            and not exists (select from wanted w where w.id = r.user_id and w.role = r.role)
            and not exists (select from app.user_roles h where h.tenant_id = r.tenant_id and h.user_id = r.user_id
                and h.role = r.role and h.origin in ('admin', 'operator', 'kept'))
        on conflict do nothing returning user_id, role
        """
    }

    /// `concerned` and `wanted (id, role, origin)`, for a `with`.
    ///
    /// - Parameter plugin: the connection whose users they would be; nil for the one whose they are.
    static func wanted(
        _ users: PostgresFragment, mayBeMany: Bool, as plugin: PluginID? = nil, _ tenant: TenantID
    ) -> PostgresFragment {
        let source = plugin.map { "\($0)::uuid" as PostgresFragment } ?? "u.plugin_id"
        // PostgreSQL takes an array for a short list and looks each of them up. From a subquery it expects so many that
        // it reads all users and memberships of the tenant, which is right only when they are many.
        let isConcerned: PostgresFragment = mayBeMany ? "u.id in (\(users))" : "u.id = any(array(\(users)))"
        return """
            concerned as (
                select u.id, \(source) as plugin_id, u.attributes from app.users u
                where u.tenant_id = \(tenant) and u.deleted_at is null and \(source) is not null
                    and \(isConcerned)),
            reach (id, plugin_id, group_id) as (
                select c.id, c.plugin_id, x.group_id from concerned c
                join app.group_members x on x.tenant_id = \(tenant) and x.member_id = c.id
                union
                select r.id, r.plugin_id, x.group_id from reach r
                join app.group_members x on x.tenant_id = \(tenant) and x.member_id = r.group_id
                    and x.member_type = 'Group'),
            mapped as (
                select c.id, m.role, m.origin from concerned c
                cross join lateral jsonb_path_query(c.attributes, '$.roles[*].value') r(value)
                join app.role_mappings m on m.tenant_id = \(tenant) and m.plugin_id = c.plugin_id
                    and m.origin = 'app-role' and m.value_key = \(SQLComparison.folded("r.value #>> '{}'"))
                union
                select r.id, m.role, 'group' from reach r
                join (\(GroupMappings(tenant: tenant).rules)) m
                    on m.plugin_id = r.plugin_id and m.group_id = r.group_id),
            wanted as (
                select id, role, origin from mapped union all
                select c.id, p.default_role, 'default' from concerned c
                join app.plugins p on p.tenant_id = \(tenant) and p.id = c.plugin_id
                where c.id not in (select id from mapped))
            """
    }

    /// A query that gives the same ids, but none while no group maps to a role.
    func whereGroupsMap(_ users: PostgresFragment) -> PostgresFragment {
        """
        select c.id from (\(users)) c(id) where exists
            (select from app.role_mappings m where m.tenant_id = \(tenant) and m.origin = 'group')
        """
    }

    /// A query for everybody whose roles a group can have to do with: who is in it, and who has a role by it or by a
    /// group that it is in. Nobody, while none of these maps to a role.
    func everybody(in group: GroupID) -> PostgresFragment {
        let roles: PostgresFragment = """
            select m.role from app.role_mappings m
            join app.groups g on g.tenant_id = m.tenant_id and \(GroupMappings.isAbout)
            where m.tenant_id = \(tenant) and m.origin = 'group'
                and g.id in (\(GroupMembership.above(group, tenant)))
            """
        return """
            select m.member_id from app.group_members m where m.tenant_id = \(tenant) and exists (\(roles))
                and m.group_id = any(array(\(GroupMembership.below("\(group)", tenant))))
            union
            select r.user_id from app.user_roles r
            where r.tenant_id = \(tenant) and r.origin = 'group' and r.role in (\(roles))
            """
    }
}

/// How roles stay that the rules of a former connection gave.
struct KeptRoles {
    /// `admin` or `operator` when one of these wanted it, else `kept`.
    let origin: String
    var condition: PostgresFragment = "true"

    /// As the settings of the connection say that now has the users.
    static func bySetting(of plugin: PluginID, _ tenant: TenantID) -> KeptRoles {
        KeptRoles(
            origin: "kept",
            condition: """
                exists (select from app.plugins p where p.tenant_id = \(tenant) and p.id = \(plugin)
                    and p.takeover_roles = 'keep')
                """)
    }
}
