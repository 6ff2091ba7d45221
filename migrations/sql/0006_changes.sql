-- The one record of who changed what: written in the transaction of the change, never altered afterwards.
create table app.changes (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    -- Version 7: in the order of time.
    id uuid not null,
    at timestamptz not null default now(),
    actor text not null check (actor in ('token', 'admin', 'operator', 'sign-in', 'rule')),
    -- The token, user or rule; null for the operator.
    actor_id uuid,
    plugin_id uuid,
    action text not null,
    subject text not null check (subject in ('tenant', 'plugin', 'token', 'user', 'group', 'role')),
    subject_id uuid not null,
    -- {"attribute": [before, after], …}; a side that has no value is null.
    difference jsonb not null,
    request_id text not null,
    primary key (tenant_id, id)
);

create index changes_subject on app.changes (tenant_id, subject_id, id);

select app.isolate('changes');

grant select, insert on app.changes to lectern_app;
