create table app.groups (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id uuid not null,
    plugin_id uuid,
    display_name text not null,
    display_name_key text collate "C" not null,
    external_id text collate "C",
    -- Everything but the members, in the form of RFC 7643 §4.2.
    attributes jsonb not null,
    version bigint not null default 1,
    change_id uuid not null,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id)
) with (fillfactor = 70);

create unique index groups_display_name on app.groups (tenant_id, display_name_key) where deleted_at is null;
create index groups_external_id on app.groups (tenant_id, external_id)
    where external_id is not null and deleted_at is null;
create index groups_created on app.groups (tenant_id, created_at, id) where deleted_at is null;

select app.isolate('groups');

grant select, insert, update, delete on app.groups to lectern_app;

-- A member is a user or a group; the row goes with either end.
create table app.group_members (
    tenant_id uuid not null,
    group_id uuid not null,
    member_id uuid not null,
    member_type text not null check (member_type in ('User', 'Group')),
    added_at timestamptz not null default now(),
    primary key (tenant_id, group_id, member_id),
    foreign key (tenant_id, group_id) references app.groups (tenant_id, id) on delete cascade
);

create index group_members_member on app.group_members (tenant_id, member_id);

select app.isolate('group_members');

grant select, insert, delete on app.group_members to lectern_app;
