-- Attributes of users that the tenant itself has defined: the schema of its own extension (RFC 7643 §3.3).
create table app.custom_attributes (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    name text not null,
    name_key text collate "C" not null,
    type text not null check (type in ('string', 'boolean', 'integer', 'decimal', 'dateTime', 'reference')),
    multi_valued boolean not null default false,
    case_exact boolean not null default false,
    description text not null default '',
    created_at timestamptz not null default now(),
    primary key (tenant_id, name_key)
);

select app.isolate('custom_attributes');

grant select, insert, delete on app.custom_attributes to lectern_app;
