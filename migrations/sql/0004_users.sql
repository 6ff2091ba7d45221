create table app.users (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id uuid not null,
    -- The connection that provisions this user; null for users made here.
    plugin_id uuid,
    user_name text not null,
    user_name_key text collate "C" not null,
    external_id text collate "C",
    employee_number text collate "C",
    active boolean not null default true,
    -- As the identity provider sent it, and whom it turned out to mean.
    manager_value text collate "C",
    manager_id uuid,
    -- Everything an identity provider or an admin has set, in the form of RFC 7643 §4.
    attributes jsonb not null,
    version bigint not null default 1,
    change_id uuid not null,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    -- Hidden, the name free again, the history kept.
    deleted_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id),
    foreign key (tenant_id, manager_id) references app.users (tenant_id, id)
) with (fillfactor = 85);

create unique index users_user_name on app.users (tenant_id, user_name_key) where deleted_at is null;
create index users_external_id on app.users (tenant_id, external_id)
    where external_id is not null and deleted_at is null;
create index users_employee_number on app.users (tenant_id, employee_number)
    where employee_number is not null and deleted_at is null;
create index users_manager on app.users (tenant_id, manager_id) where manager_id is not null;
create index users_awaited_manager on app.users (tenant_id, manager_value)
    where manager_value is not null and manager_id is null;
create index users_created on app.users (tenant_id, created_at, id) where deleted_at is null;

select app.isolate('users');

grant select, insert, update, delete on app.users to lectern_app;

-- Each address of a user, folded, so that one can be found by it.
create table app.user_emails (
    tenant_id uuid not null,
    user_id uuid not null,
    address_key text collate "C" not null,
    primary key (tenant_id, user_id, address_key),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

create index user_emails_address on app.user_emails (tenant_id, address_key);

select app.isolate('user_emails');

grant select, insert, delete on app.user_emails to lectern_app;

create table app.user_roles (
    tenant_id uuid not null,
    user_id uuid not null,
    role text not null check (role in ('owner', 'admin', 'editor', 'instructor', 'trainee')),
    -- Why the user has it.
    origin text not null check (origin in ('default', 'admin', 'operator')),
    granted_at timestamptz not null default now(),
    primary key (tenant_id, user_id, role),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

create index user_roles_role on app.user_roles (tenant_id, role);

select app.isolate('user_roles');

grant select, insert, delete on app.user_roles to lectern_app;
