-- What identity providers asked for and did not get. What they did get is in the change log; together the two are the
-- provisioning log. No value of a request is kept here.
create table app.refused_requests (
    tenant_id uuid not null,
    id uuid not null,
    at timestamptz not null,
    plugin_id uuid not null,
    token_id uuid not null,
    method text not null,
    resource_type text,
    resource_id text,
    status integer not null,
    scim_type text,
    reason text not null,
    request_id text not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id) on delete cascade
);

select app.isolate('refused_requests');

grant select, insert, delete on app.refused_requests to lectern_app;

-- How long refused requests are kept.
alter table app.tenants add column log_retention_days integer not null default 90
    check (log_retention_days between 1 and 3650);

-- The provisioning log reads the change log by time.
create index changes_plugin on app.changes (tenant_id, plugin_id, id) where plugin_id is not null;
