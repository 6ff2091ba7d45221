-- A connection that is paused asks its provider to come back later, instead of letting it in.
alter table app.plugins add column paused boolean not null default false;

-- The last caller of each kind whom no token of the tenant let in: what an admin looks for who has pasted the wrong
-- thing.
create table app.strangers (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    kind text not null check (kind in ('absent', 'malformed', 'mistyped', 'unknown')),
    at timestamptz not null,
    address text not null,
    primary key (tenant_id, kind)
);

select app.isolate('strangers');

grant select, insert, update on app.strangers to lectern_app;
