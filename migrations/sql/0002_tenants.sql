-- A company that bought the product. The only table that is not divided by tenant, with what leads to it.
create table app.tenants (
    id uuid not null primary key,
    slug text collate "C" not null unique check (slug ~ '^[a-z0-9-]{2,63}$'),
    name text not null check (char_length(name) between 1 and 200),
    plan text not null,
    entitlements text[] not null,
    default_language text not null default 'en',
    status text not null default 'active' check (status in ('active', 'suspended')),
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table app.tenants is 'global: the tenants themselves; read to find which tenant a request belongs to';

-- Every slug a tenant ever had goes on answering.
create table app.tenant_slugs (
    slug text collate "C" not null primary key check (slug ~ '^[a-z0-9-]{2,63}$'),
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    created_at timestamptz not null default now()
);

comment on table app.tenant_slugs is 'global: leads from the name in a URL to the tenant, before one is open';

create index tenant_slugs_tenant on app.tenant_slugs (tenant_id);

-- Facts about the installation, such as which secret key its secrets were sealed with.
create table app.installation (
    name text collate "C" not null primary key,
    value text not null
);

comment on table app.installation is 'global: facts about the installation, none about a tenant';

grant select, insert, update on app.tenants to lectern_app;
grant select, insert, delete on app.tenant_slugs to lectern_app;
grant select, insert on app.installation to lectern_app;

-- The rule of every table that belongs to tenants: only rows of the tenant that the transaction has opened.
create function app.isolate(table_name text) returns void
language plpgsql set search_path = app, pg_temp as $isolate$
begin
    execute format('alter table app.%I enable row level security', table_name);
    execute format('alter table app.%I force row level security', table_name);
    execute format(
        'create policy tenant on app.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)',
        table_name);
end
$isolate$;

revoke all on function app.isolate(text) from public;
