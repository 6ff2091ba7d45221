-- One user into one of the groups, and out of it again.
\set i :i + 1
\set k :i * 10000 + :client_id
\if :i % 2 = 1
\set g random(1, :groups)
\set n random(1, :users)
\startpipeline
begin;
{opening.sql}
select case when x.waits then pg_advisory_xact_lock(hashtext(:tenant::text), x.turn)
    else pg_advisory_xact_lock_shared(hashtext(:tenant::text), x.turn) end
from (
    select t.turn, bool_or(t.waits) as waits from (
        select hashtext(app.fold(n.name)) & 255, false from unnest(array[]::text[]) n(name)
        union all select a.turn, true from (
            select case when g.id is null then hashtext(app.fold(n.id::text)) & 255 else 256 end
            from (select (:seeded || lpad(:n, 12, '0'))::uuid) n(id)
            left join app.groups g on g.tenant_id = :tenant and g.id = n.id and g.deleted_at is null
            where not exists
                (select from app.users u where u.tenant_id = :tenant and u.id = n.id and u.deleted_at is null)) a(turn)) t(turn, waits)
    group by t.turn order by t.turn) x;
update app.groups set version = version + 1, change_id = (:fresh || lpad(:k, 15, '0'))::uuid, updated_at = now()
where tenant_id = :tenant and id = (:grouped || lpad(:g, 12, '0'))::uuid and deleted_at is null
    and (groups.plugin_id is null or groups.plugin_id = :plugin or not exists (
        select from app.plugins o where o.tenant_id = :tenant and o.id = groups.plugin_id and o.enabled
            and (o.active_provider or exists (
                select from app.role_mappings m where m.tenant_id = o.tenant_id and m.plugin_id = o.id
                    and m.origin = 'group' and (m.group_id = groups.id
                        or m.group_id is null and m.value_key = groups.display_name_key)))))
returning version, updated_at;
select app.refuse(exists (select from (
    with recursive above(id) as (
        select (:grouped || lpad(:g, 12, '0'))::uuid union
        select m.group_id from app.group_members m join above a on m.member_id = a.id where m.tenant_id = :tenant and m.member_type = 'Group')
    select id from above) a
    left join app.groups g on g.tenant_id = :tenant and g.id = a.id and g.deleted_at is null
    where a.id = (:grouped || lpad(:g, 12, '0'))::uuid and a.id = (:seeded || lpad(:n, 12, '0'))::uuid
        or g.id = (:seeded || lpad(:n, 12, '0'))::uuid), 'members-form-circle');
insert into app.group_members (tenant_id, group_id, member_id, member_type)
select u.tenant_id, (:grouped || lpad(:g, 12, '0'))::uuid, u.id, 'User' from app.users u
where u.tenant_id = :tenant and u.deleted_at is null and (u.id = (:seeded || lpad(:n, 12, '0'))::uuid) and exists (select from app.groups c
    where c.tenant_id = :tenant and c.id = (:grouped || lpad(:g, 12, '0'))::uuid and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid)
for key share of u
on conflict do nothing;
insert into app.group_members (tenant_id, group_id, member_id, member_type)
select g.tenant_id, (:grouped || lpad(:g, 12, '0'))::uuid, g.id, 'Group' from app.groups g
where g.tenant_id = :tenant and g.id = (:seeded || lpad(:n, 12, '0'))::uuid and g.deleted_at is null and exists (select from app.groups c
    where c.tenant_id = :tenant and c.id = (:grouped || lpad(:g, 12, '0'))::uuid and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid)
for key share of g
on conflict do nothing;
insert into app.pending_members (tenant_id, group_id, value)
select :tenant, (:grouped || lpad(:g, 12, '0'))::uuid, n.value from (
    select n.id::text as value from (select (:seeded || lpad(:n, 12, '0'))::uuid) n(id) where not exists
        (select from app.group_members m where m.tenant_id = :tenant and m.group_id = (:grouped || lpad(:g, 12, '0'))::uuid and m.member_id = n.id)) n
where exists (select from app.groups c
    where c.tenant_id = :tenant and c.id = (:grouped || lpad(:g, 12, '0'))::uuid and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid)
on conflict do nothing;
insert into app.changes
    (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
select :tenant::uuid, (:fresh || lpad(:k, 15, '0'))::uuid, 'token', :token::uuid, :plugin::uuid, 'add-members',
    'group', (:grouped || lpad(:g, 12, '0'))::uuid, jsonb_build_object('members.add', jsonb_build_array(null, jsonb_build_array((:seeded || lpad(:n, 12, '0'))::uuid))), 'r1z141z3zz141z'
where exists (select from app.groups c
    where c.tenant_id = :tenant and c.id = (:grouped || lpad(:g, 12, '0'))::uuid and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
{roles.sql}
commit;
\endpipeline
\else
\startpipeline
begin;
{opening.sql}
update app.groups set version = version + 1, change_id = (:fresh || lpad(:k, 15, '0'))::uuid, updated_at = now()
where tenant_id = :tenant and id = (:grouped || lpad(:g, 12, '0'))::uuid and deleted_at is null
    and (groups.plugin_id is null or groups.plugin_id = :plugin or not exists (
        select from app.plugins o where o.tenant_id = :tenant and o.id = groups.plugin_id and o.enabled
            and (o.active_provider or exists (
                select from app.role_mappings m where m.tenant_id = o.tenant_id and m.plugin_id = o.id
                    and m.origin = 'group' and (m.group_id = groups.id
                        or m.group_id is null and m.value_key = groups.display_name_key)))))
returning version, updated_at;
delete from app.group_members where tenant_id = :tenant and group_id = (:grouped || lpad(:g, 12, '0'))::uuid
    and (member_id = (:seeded || lpad(:n, 12, '0'))::uuid) and exists (select from app.groups c
    where c.tenant_id = :tenant and c.id = (:grouped || lpad(:g, 12, '0'))::uuid and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
delete from app.pending_members where tenant_id = :tenant and group_id = (:grouped || lpad(:g, 12, '0'))::uuid
    and value = any(array[((:seeded || lpad(:n, 12, '0'))::uuid)::text]) and exists (select from app.groups c
    where c.tenant_id = :tenant and c.id = (:grouped || lpad(:g, 12, '0'))::uuid and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
insert into app.changes
    (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
select :tenant::uuid, (:fresh || lpad(:k, 15, '0'))::uuid, 'token', :token::uuid, :plugin::uuid, 'remove-members',
    'group', (:grouped || lpad(:g, 12, '0'))::uuid, jsonb_build_object('members.remove', jsonb_build_array(jsonb_build_array((:seeded || lpad(:n, 12, '0'))::uuid), null)), 'r1z141z3zz141z'
where exists (select from app.groups c
    where c.tenant_id = :tenant and c.id = (:grouped || lpad(:g, 12, '0'))::uuid and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
{roles.sql}
commit;
\endpipeline
\endif
