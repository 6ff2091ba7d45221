-- The product reads in one round trip, decides, and writes in a second one if the version is still the one it read.
-- pgbench cannot carry the version over: \gset is not allowed in a pipeline. So `version = $1` becomes
-- `version >= $1` with a bound 1: the same plan, the same filter on the same row, only never lost to another client
-- (which, with the users chosen at random from thousands, happens to the product in about one request of a thousand).
-- Nor does it know whether the user was active, so PostgreSQL says which of two documents comes next, and every second
-- patch does what disabling somebody takes.
\set i :i + 1
\set k :i * 10000 + :client_id
\set n random(1, :users / 2)
\startpipeline
begin read only;
{opening.sql}
select {columns.sql}
{tables.sql} where u.tenant_id = :tenant and u.id = (:seeded || lpad(:n, 12, '0'))::uuid and u.deleted_at is null;
commit;
\endpipeline
\startpipeline
begin;
{opening.sql}
update app.users set
    user_name = 'user' || :n || '@contoso.example',
    user_name_key = case when user_name = 'user' || :n || '@contoso.example' then user_name_key
        else 'user' || :n || '@contoso.example' end,
    external_id_shared = external_id_shared and external_id is not distinct from 'user' || :n,
    external_id = 'user' || :n, employee_number = 'user' || :n,
    active = not active, plugin_id = :plugin,
    attributes = replace(case when active then :suspended else :document end, '{name}', 'user' || :n)::jsonb, suspended_at = null, suspended_by = null,
    version = version + 1, change_id = (:fresh || lpad(:k, 15, '0'))::uuid, updated_at = now()
where tenant_id = :tenant and id = (:seeded || lpad(:n, 12, '0'))::uuid and version >= :version
    and deleted_at is null
returning version, updated_at;
insert into app.changes
    (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
select :tenant::uuid, (:fresh || lpad(:k, 15, '0'))::uuid, 'token', :token::uuid, :plugin::uuid, 'enable',
    'user', (:seeded || lpad(:n, 12, '0'))::uuid, '{"active": [false, true]}'::jsonb, 'r1z141z3zz141z'
where exists (select from app.users c
    where c.tenant_id = :tenant and c.id = (:seeded || lpad(:n, 12, '0'))::uuid
        and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
\if :i % 2 = 1
select from app.tenants where id = :tenant and exists (select from app.user_roles r
    where r.tenant_id = :tenant and r.user_id = (:seeded || lpad(:n, 12, '0'))::uuid and r.role = 'owner') for no key update;
select app.refuse(exists (select from app.user_roles r
    where r.tenant_id = :tenant and r.user_id = (:seeded || lpad(:n, 12, '0'))::uuid and r.role = 'owner')
    and not exists (select from app.user_roles r join app.users u on u.tenant_id = r.tenant_id and u.id = r.user_id
        where r.tenant_id = :tenant and r.role = 'owner' and u.active and u.deleted_at is null), 'last-owner')
where exists (select from app.users c
    where c.tenant_id = :tenant and c.id = (:seeded || lpad(:n, 12, '0'))::uuid
        and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
delete from app.sessions where tenant_id = :tenant and user_id = (:seeded || lpad(:n, 12, '0'))::uuid and exists (select from app.users c
    where c.tenant_id = :tenant and c.id = (:seeded || lpad(:n, 12, '0'))::uuid
        and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
delete from app.password_links where tenant_id = :tenant and user_id = (:seeded || lpad(:n, 12, '0'))::uuid and exists (select from app.users c
    where c.tenant_id = :tenant and c.id = (:seeded || lpad(:n, 12, '0'))::uuid
        and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
delete from app.sign_in_steps where tenant_id = :tenant and user_id = (:seeded || lpad(:n, 12, '0'))::uuid and exists (select from app.users c
    where c.tenant_id = :tenant and c.id = (:seeded || lpad(:n, 12, '0'))::uuid
        and c.change_id = (:fresh || lpad(:k, 15, '0'))::uuid);
\endif
commit;
\endpipeline
