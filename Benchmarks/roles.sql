with recursive concerned as (
    select u.id, u.plugin_id, u.attributes from app.users u
    where u.tenant_id = :tenant and u.deleted_at is null and u.plugin_id is not null and u.id = any(array(
        select c.id from (
            select u.id from app.users u where u.tenant_id = :tenant and (u.id = (:seeded || lpad(:n, 12, '0'))::uuid)
            union
            select m.member_id from app.group_members m where m.tenant_id = :tenant
                and m.group_id = any(array(with recursive below(id) as (
        select g.id from app.groups g where g.tenant_id = :tenant and (g.id = (:seeded || lpad(:n, 12, '0'))::uuid) union
        select m.member_id from app.group_members m join below b on m.group_id = b.id
        where m.tenant_id = :tenant and m.member_type = 'Group')
    select id from below))) c(id)
        where exists (select from app.role_mappings m where m.tenant_id = :tenant and m.origin = 'group')))),
reach (id, plugin_id, group_id) as (
    select c.id, c.plugin_id, x.group_id from concerned c
    join app.group_members x on x.tenant_id = :tenant and x.member_id = c.id
    union
    select r.id, r.plugin_id, x.group_id from reach r
    join app.group_members x on x.tenant_id = :tenant and x.member_id = r.group_id and x.member_type = 'Group'),
mapped as (
    select c.id, m.role, m.origin from concerned c
    cross join lateral jsonb_path_query(c.attributes, '$.roles[*].value') r(value)
    join app.role_mappings m on m.tenant_id = :tenant and m.plugin_id = c.plugin_id
        and m.origin = 'app-role' and m.value_key = app.fold(r.value #>> '{}')
    union
    select r.id, m.role, 'group' from reach r
    join (
        select m.id as mapping_id, m.plugin_id, g.id as group_id, m.role from app.role_mappings m
        join app.groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
        where m.tenant_id = :tenant and m.origin = 'group' and g.deleted_at is null
            and (g.plugin_id is null or g.plugin_id = m.plugin_id or not exists (
                select from app.plugins o where o.tenant_id = g.tenant_id and o.id = g.plugin_id and o.enabled))
        union all
        select m.id, m.plugin_id, g.id, m.role from app.role_mappings m
        join app.groups g on g.tenant_id = m.tenant_id and g.display_name_key = m.value_key
        where m.tenant_id = :tenant and m.origin = 'group' and m.group_id is null and g.deleted_at is null
            and (g.plugin_id is null or g.plugin_id = m.plugin_id or not exists (
                select from app.plugins o where o.tenant_id = g.tenant_id and o.id = g.plugin_id and o.enabled))) m
        on m.plugin_id = r.plugin_id and m.group_id = r.group_id),
wanted as (
    select id, role, origin from mapped union all
    select c.id, p.default_role, 'default' from concerned c
    join app.plugins p on p.tenant_id = :tenant and p.id = c.plugin_id
    where c.id not in (select id from mapped)),
gone as (
    delete from app.user_roles r where r.tenant_id = :tenant and r.user_id in (select id from concerned)
        and r.origin in ('default', 'app-role', 'group')
        and (r.user_id, r.role, r.origin) not in (select id, role, origin from wanted)
    returning r.user_id, r.role),
added as (
    insert into app.user_roles (tenant_id, user_id, role, origin)
    select :tenant, w.id, w.role, w.origin from wanted w
    on conflict do nothing returning user_id, role)
insert into app.changes
    (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
select :tenant::uuid, app.consequence_id((:fresh || lpad(:k, 15, '0'))::uuid, x.id), 'token', :token::uuid, :plugin::uuid, 'assign-roles', 'user',
    x.id, x.difference, 'r1z141z3zz141z'
from (
    select coalesce(g.user_id, a.user_id),
        jsonb_build_object('grantedRoles', jsonb_build_array(to_jsonb(g.roles), to_jsonb(a.roles)))
    from (select user_id, array_agg(distinct role order by role) as roles from gone group by 1) g
    full join (select user_id, array_agg(distinct role order by role) as roles from added group by 1) a
        on a.user_id = g.user_id) x(id, difference)
returning id;
