-- A sign-in that the provider begins, of somebody who has signed in before: what the connection is, who is meant, and
-- the transaction that uses the assertion up and begins a session.
\set i :i + 1
\set k :i * 10000 + :client_id
-- The other half of the users is disabled and enabled by `patch`, and who is disabled does not sign in.
\set n random(:users / 2 + 1, :users)
\startpipeline
begin read only;
set local app.tenant = '{tenant}';
select t.id, t.slug, t.name, t.plan, t.entitlements, t.default_language, t.status, t.created_at,
    t.log_retention_days::bigint, t.sign_in
from app.tenants t where t.id = :tenant;
select p.id, p.name, p.enabled, p.paused, p.default_role, c.issuer, c.sso_url, c.sso_binding, c.slo_url,
    c.slo_binding, c.slo_response_url, coalesce(c.certificates, '{}'), c.metadata_url, c.metadata_read_at,
    c.pending_metadata, coalesce(c.auto_create, false), coalesce(c.allowed_domains, '{}'),
    coalesce(c.idp_initiated, false), coalesce(c.allows_cbc, false), c.sha1_until, c.name_id_format,
    coalesce(c.forces_authentication, false), coalesce(c.claims, '{}'), c.tested_at, coalesce(c.version, 0),
    c.certificates_end
from app.plugins p left join app.saml_connections c on c.tenant_id = p.tenant_id and c.plugin_id = p.id
where p.tenant_id = :tenant and p.id = :connection and p.kind = 'saml';
select k.id, k.state, k.certificate, k.sealed_key, k.created_at, k.expires_at from app.saml_keys k
where k.tenant_id = :tenant and k.plugin_id = :connection order by k.created_at, k.id;
select r.id, r.purpose, r.target, r.session_id, r.user_id, r.created_at, r.message
from app.saml_requests r
where r.tenant_id = :tenant and r.plugin_id = :connection and r.browser = null::bytea and r.expires_at > now();
commit;
\endpipeline
\startpipeline
begin read only;
set local app.tenant = '{tenant}';
select c.reason, u.id, u.user_name, u.active, u.deleted_at is not null, u.plugin_id,
    exists (select from app.user_roles r
        where r.tenant_id = u.tenant_id and r.user_id = u.id and r.origin in ('admin', 'operator')
            and r.role = any(array['owner', 'admin'])),
    exists (select from app.user_roles r
        where r.tenant_id = u.tenant_id and r.user_id = u.id and r.role = any(array['owner', 'admin'])),
    strpos(u.user_name, '@') = 0 or exists (select from app.tenant_domains d
        where d.tenant_id = :tenant and d.verified_at is not null
            and d.domain = lower(substring(u.user_name from '[^@]*$') collate "C"))
from (
    select 'identity' as reason, i.user_id from app.saml_identities i
    where i.tenant_id = :tenant and i.plugin_id = :connection and i.name_id = 'user' || :n || '@contoso.example'
        and true
    union all
    select 'external-id', e.id from app.users e
    where e.tenant_id = :tenant and e.external_id = 'user' || :n and e.plugin_id is not null and e.deleted_at is null
    union all
    select 'external-id', g.id from app.users g
    where g.tenant_id = :tenant and g.external_id = 'user' || :n and g.plugin_id is not null
        and g.deleted_at is not null
    union all
    select 'user-name', n.id from app.users n
    where n.tenant_id = :tenant and n.deleted_at is null and n.user_name_key = any(array['user' || :n ||
        '@contoso.example', 'user' || :n || '@contoso.example', 'user' || :n || '@contoso.example'])
    union all
    select 'email', m.user_id from app.user_emails m
    join app.users o on o.tenant_id = m.tenant_id and o.id = m.user_id and o.deleted_at is null
    where m.tenant_id = :tenant and m.address_key = 'user' || :n || '@contoso.example') c
join app.users u on u.tenant_id = :tenant and u.id = c.user_id;
select exists (select from app.tenant_domains d
    where d.tenant_id = :tenant and d.domain = 'contoso.example' and d.verified_at is not null),
    not exists (select from app.plugins p
        where p.tenant_id = :tenant and p.kind = 'saml' and p.enabled and p.id <> :connection);
commit;
\endpipeline
\startpipeline
begin;
set local app.tenant = '{tenant}';
with new as (
    insert into app.saml_assertions (tenant_id, plugin_id, digest, expires_at)
    values (:tenant, :connection, sha256((:fresh || lpad(:k, 15, '0'))::bytea), now() + interval '71 minutes')
    on conflict do nothing returning digest)
select app.refuse(not exists (select from new), 'assertion-used');
delete from app.saml_assertions where tenant_id = :tenant and expires_at < now();
delete from app.sessions where tenant_id = :tenant and user_id = (:seeded || lpad(:n, 12, '0'))::uuid
    and (last_seen_at < now() - 1800 * interval '1 second' or created_at < now() - 43200 * interval '1 second');
insert into app.sessions (tenant_id, id, user_id, digest, address, user_agent, roles, plugin_id, name_id,
    name_format, name_qualifier, sp_name_qualifier, session_index, ends_at, authenticated_at)
select u.tenant_id, (:fresh || lpad(:k, 15, '0'))::uuid, u.id, sha256(('s' || :fresh || lpad(:k, 15, '0'))::bytea),
    '127.0.0.1', '',
    array(select distinct r.role from app.user_roles r
        where r.tenant_id = u.tenant_id and r.user_id = u.id order by 1),
    :connection::uuid, 'user' || :n || '@contoso.example',
    :name_format, null, null, '_' || (:fresh || lpad(:k, 15, '0'))::uuid, null,
    least(now(), coalesce(now() - interval '1 minute', now()))
from app.users u
where u.tenant_id = :tenant and u.id = (:seeded || lpad(:n, 12, '0'))::uuid and u.active and u.deleted_at is null
returning id;
with first as (
    update app.users set first_signed_in_at = now()
    where tenant_id = :tenant and id = (:seeded || lpad(:n, 12, '0'))::uuid and first_signed_in_at is null
    returning id, plugin_id)
insert into app.mails (tenant_id, kind, user_id)
select :tenant::uuid, 'welcome', f.id from first f
join app.plugins p on p.tenant_id = :tenant and p.id = f.plugin_id
where p.invites = 'first-sign-in';
select app.refuse(not exists (
    select from app.sessions s join app.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
    where s.tenant_id = :tenant and s.id = (:fresh || lpad(:k, 15, '0'))::uuid
        and s.user_id = (:seeded || lpad(:n, 12, '0'))::uuid and u.active and u.deleted_at is null
        and s.last_seen_at > now() - 1800 * interval '1 second' and s.created_at > now() - 43200 * interval '1 second'
        and (s.ends_at is null or s.ends_at > now())), 'user-gone');
delete from app.sessions where tenant_id = :tenant and id <> (:fresh || lpad(:k, 15, '0'))::uuid
    and (digest = null::bytea or id = null::uuid);
insert into app.saml_identities (tenant_id, plugin_id, name_id, user_id)
select u.tenant_id, :connection::uuid, 'user' || :n || '@contoso.example', u.id from app.users u
where u.tenant_id = :tenant and u.id = (:seeded || lpad(:n, 12, '0'))::uuid and u.active and u.deleted_at is null
on conflict (tenant_id, plugin_id, name_id) do nothing;
insert into app.changes
    (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
select :tenant::uuid, (:fresh || lpad(:k, 15, '0'))::uuid, 'sign-in', null::uuid, :connection::uuid, 'update',
    'user', (:seeded || lpad(:n, 12, '0'))::uuid, '{"identity": [null, {}]}'::jsonb, 'r1z141z3zz141z'
where exists (select from app.saml_identities i where i.tenant_id = :tenant and i.plugin_id = :connection
    and i.name_id = 'user' || :n || '@contoso.example' and i.user_id = (:seeded || lpad(:n, 12, '0'))::uuid
    and i.linked_at = now());
insert into app.saml_sign_ins
    (tenant_id, id, plugin_id, purpose, failed_rule, user_id, name_id, address, report)
values (:tenant, (:fresh || lpad(:k, 15, '0'))::uuid, :connection, 'sign-in', null,
    (:seeded || lpad(:n, 12, '0'))::uuid, 'user' || :n || '@contoso.example', '127.0.0.1', :report);
commit;
\endpipeline
