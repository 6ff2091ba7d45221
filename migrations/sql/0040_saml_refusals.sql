-- Refused sign-ins that repeat an earlier one are counted there instead of being written anew.
alter table app.saml_sign_ins add column repeats bigint not null default 0 check (repeats >= 0);

alter table app.saml_sign_ins add column last_at timestamptz;

grant update (repeats, last_at) on app.saml_sign_ins to lectern_app;

-- The refusals by one rule replace only each other.
create index saml_sign_ins_rule on app.saml_sign_ins (tenant_id, plugin_id, failed_rule, at desc, id desc);

-- Sign-ins are kept as long as the tenant keeps its logs.
create index saml_sign_ins_age on app.saml_sign_ins (tenant_id, at);

-- Requests of providers to log out that were followed, until nobody would take them any more: each is followed once.
create table app.saml_logouts (
    tenant_id uuid not null,
    plugin_id uuid not null,
    -- Of the request's identifier, SHA-256.
    digest bytea not null check (octet_length(digest) = 32),
    expires_at timestamptz not null,
    primary key (tenant_id, plugin_id, digest),
    foreign key (tenant_id, plugin_id) references app.saml_connections (tenant_id, plugin_id) on delete cascade
);

select app.isolate('saml_logouts');

grant select, insert, delete on app.saml_logouts to lectern_app;

create index saml_logouts_expiry on app.saml_logouts (tenant_id, expires_at);
