-- Identifiers grow with time, as version 7 does: the run's time, then each client's count, then the client.
\set i :i + 1
\set k :i * 10000 + :client_id
\startpipeline
begin;
{opening.sql}
insert into app.users
    (tenant_id, id, plugin_id, user_name, user_name_key, external_id, employee_number, active,
    manager_value, attributes, change_id)
values
    (:tenant, (:fresh || lpad(:k, 15, '0'))::uuid, :plugin, :fresh || :k || '@contoso.example',
    :fresh || :k || '@contoso.example', :fresh || :k, :fresh || :k, true, null,
    replace(:document, '{name}', :fresh || :k)::jsonb, (:fresh || lpad(:k, 15, '0'))::uuid)
returning version, created_at,
    pg_advisory_xact_lock_shared(hashtext(:tenant::text), least(
        hashtext(app.fold((:fresh || :k)::text)) & 255,
        hashtext(app.fold((:fresh || :k || '@contoso.example')::text)) & 255)),
    pg_advisory_xact_lock_shared(hashtext(:tenant::text), greatest(
        hashtext(app.fold((:fresh || :k)::text)) & 255,
        hashtext(app.fold((:fresh || :k || '@contoso.example')::text)) & 255));
insert into app.user_roles (tenant_id, user_id, role, origin)
select :tenant, (:fresh || lpad(:k, 15, '0'))::uuid, p.default_role, 'default' from app.plugins p
where p.tenant_id = :tenant and p.id = :plugin for share;
insert into app.user_emails (tenant_id, user_id, address_key)
select :tenant::uuid, (:fresh || lpad(:k, 15, '0'))::uuid, e.key
from unnest(array[:fresh || :k || '@contoso.example']) e(key) where true
on conflict do nothing;
insert into app.user_words (tenant_id, word, user_id)
select :tenant::uuid, w.word, (:fresh || lpad(:k, 15, '0'))::uuid from (
    select left(w.word, 100) from unnest(app.search_words(
        replace(:document, '{name}', :fresh || :k)::jsonb)) w(word) where w.word <> '') w(word) where true
on conflict do nothing;
with adopted as (
    update app.users set manager_id = (:fresh || lpad(:k, 15, '0'))::uuid, version = version + 1, updated_at = now()
    where tenant_id = :tenant and manager_id is null
        and manager_key in (
            app.fold((:fresh || lpad(:k, 15, '0'))::text), app.fold((:fresh || :k)::text),
            app.fold((:fresh || :k || '@contoso.example')::text))
        and (manager_value in ((:fresh || lpad(:k, 15, '0'))::text, (:fresh || :k)::text)
            or manager_key = app.fold((:fresh || :k || '@contoso.example')::text))
        and deleted_at is null and id <> (:fresh || lpad(:k, 15, '0'))::uuid and true
    returning id),
arrived as (
    delete from app.pending_members where tenant_id = :tenant
        and value_key in (
            app.fold((:fresh || lpad(:k, 15, '0'))::text), app.fold((:fresh || :k)::text),
            app.fold((:fresh || :k || '@contoso.example')::text))
        and (value in ((:fresh || lpad(:k, 15, '0'))::text, (:fresh || :k)::text)
            or value_key = app.fold((:fresh || :k || '@contoso.example')::text)) and true
    returning group_id),
joined as (
    insert into app.group_members (tenant_id, group_id, member_id, member_type)
    select distinct g.tenant_id, g.id, (:fresh || lpad(:k, 15, '0'))::uuid, 'User' from arrived a
    join app.groups g on g.tenant_id = :tenant and g.id = a.group_id and g.deleted_at is null
    where true
    on conflict do nothing returning group_id),
touched as (
    update app.groups set version = version + 1, updated_at = now()
    where tenant_id = :tenant and id in (select group_id from joined) returning id),
noted as (
    insert into app.changes
        (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
    select :tenant::uuid, app.consequence_id((:fresh || lpad(:k, 15, '0'))::uuid, x.id), 'token', :token::uuid, :plugin::uuid, 'add-members',
        'group', x.id, jsonb_build_object('members.add', jsonb_build_array(null, jsonb_build_array((:fresh || lpad(:k, 15, '0'))::uuid))),
        'r1z141z3zz141z'
    from (select group_id from joined) x(id)),
noted_reports as (
insert into app.changes
    (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
select :tenant::uuid, app.consequence_id((:fresh || lpad(:k, 15, '0'))::uuid, x.id), 'token', :token::uuid, :plugin::uuid, 'update', 'user', x.id,
    jsonb_build_object(:manager_path::text,
        jsonb_build_array(null::uuid, (:fresh || lpad(:k, 15, '0'))::uuid)), 'r1z141z3zz141z'
from (select id from adopted) x(id))
select exists (select from joined);
insert into app.changes
    (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
select :tenant::uuid, (:fresh || lpad(:k, 15, '0'))::uuid, 'token', :token::uuid, :plugin::uuid, 'create',
    'user', (:fresh || lpad(:k, 15, '0'))::uuid, replace(:difference, '{name}', :fresh || :k)::jsonb, 'r1z141z3zz141z'
where true;
commit;
\endpipeline
