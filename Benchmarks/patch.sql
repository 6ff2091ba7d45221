-- The product reads in one round trip, decides, and writes in a second one if the version is still the one it read.
-- pgbench cannot carry the version over: \gset is not allowed in a pipeline. So `version = $1` becomes
-- `version >= $1` with a bound 1: the same plan, the same filter on the same row, only never lost to another client
-- (which, with the users chosen at random from thousands, happens to the product in about one request of a thousand).
-- Nor does it know whether the user was active, so PostgreSQL says which of two documents comes next.
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
    user_name = 'user' || :n || '@contoso.example', user_name_key = 'user' || :n || '@contoso.example',
    external_id = 'user' || :n, employee_number = 'user' || :n,
    active = not active, plugin_id = :plugin,
    attributes = replace(case when active then :suspended else :document end, '{name}', 'user' || :n)::jsonb,
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
commit;
\endpipeline
