-- A group's name is its own within its connection: two identity providers may each have their “All staff”.
create unique index groups_connection_display_name on app.groups (tenant_id, plugin_id, display_name_key)
    where deleted_at is null;

drop index app.groups_display_name;

create index groups_display_name on app.groups (tenant_id, display_name_key) where deleted_at is null;

-- An identity provider gives each identifier of its own to one user and to one group. Rows that share one from before
-- stay as they are, all but the oldest marked, and only the others have to differ.
alter table app.users add column external_id_shared boolean not null default false;

alter table app.groups add column external_id_shared boolean not null default false;

lock table app.users, app.groups in share row exclusive mode;

-- The policy would hide the rows of all tenants, so it rests for these statements.
alter table app.users no force row level security;

alter table app.groups no force row level security;

update app.users u set external_id_shared = true
where u.external_id is not null and u.plugin_id is not null and u.deleted_at is null and exists (
    select from app.users o
    where o.tenant_id = u.tenant_id and o.plugin_id = u.plugin_id and o.external_id = u.external_id
        and o.deleted_at is null and (o.created_at, o.id) < (u.created_at, u.id));

update app.groups g set external_id_shared = true
where g.external_id is not null and g.plugin_id is not null and g.deleted_at is null and exists (
    select from app.groups o
    where o.tenant_id = g.tenant_id and o.plugin_id = g.plugin_id and o.external_id = g.external_id
        and o.deleted_at is null and (o.created_at, o.id) < (g.created_at, g.id));

alter table app.users force row level security;

alter table app.groups force row level security;

create unique index users_connection_external_id on app.users (tenant_id, plugin_id, external_id)
    where external_id is not null and deleted_at is null and not external_id_shared;

create unique index groups_connection_external_id on app.groups (tenant_id, plugin_id, external_id)
    where external_id is not null and deleted_at is null and not external_id_shared;
