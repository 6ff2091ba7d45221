-- Signing in with an identity provider (SAML 2.0): what belongs to a connection of the kind saml.
create table app.saml_connections (
    tenant_id uuid not null,
    plugin_id uuid not null,
    -- The provider; all null until its metadata came, or was entered.
    issuer text,
    sso_url text,
    sso_binding text check (sso_binding in ('redirect', 'post')),
    slo_url text,
    slo_binding text check (slo_binding in ('redirect', 'post')),
    slo_response_url text,
    -- DER in base64, in the order of the metadata.
    certificates text[] not null default '{}',
    -- When the last of them ends.
    certificates_end timestamptz,
    metadata_url text,
    metadata_read_at timestamptz,
    -- A document that says other things than what is used, and waits for an admin.
    pending_metadata text,
    auto_create boolean not null default false,
    -- Where people may be created; empty for every domain that the tenant has proved.
    allowed_domains text[] not null default '{}',
    idp_initiated boolean not null default false,
    allows_cbc boolean not null default true,
    -- Until when signatures with SHA-1 are taken; null for never.
    sha1_until timestamptz,
    name_id_format text,
    forces_authentication boolean not null default false,
    -- Claim → names under which it is looked for, where they are not the usual ones.
    claims jsonb not null default '{}',
    -- The last time that a trial went well.
    tested_at timestamptz,
    version bigint not null default 0,
    primary key (tenant_id, plugin_id),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id) on delete cascade,
    check ((issuer is null) = (sso_url is null) and (issuer is null) = (sso_binding is null)),
    check ((slo_url is null) = (slo_binding is null))
);

select app.isolate('saml_connections');

grant select, insert, update, delete on app.saml_connections to lectern_app;

-- Our own keys of a connection. One signs; all that are listed decrypt.
create table app.saml_keys (
    tenant_id uuid not null,
    plugin_id uuid not null,
    id uuid not null,
    -- DER in base64.
    certificate text not null,
    -- Sealed with the key of the installation.
    sealed_key text not null,
    state text not null check (state in ('next', 'current', 'previous')),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, plugin_id, id),
    foreign key (tenant_id, plugin_id) references app.saml_connections (tenant_id, plugin_id) on delete cascade
);

select app.isolate('saml_keys');

grant select, insert, update, delete on app.saml_keys to lectern_app;

create unique index saml_keys_current on app.saml_keys (tenant_id, plugin_id, state);

-- Requests that wait for their answer. Whoever answers uses one up.
create table app.saml_requests (
    tenant_id uuid not null,
    id text not null collate "C",
    plugin_id uuid not null,
    -- Of the secret that the browser keeps.
    browser bytea not null check (octet_length(browser) = 32),
    purpose text not null check (purpose in ('sign-in', 'trial', 'link', 'confirmation', 'logout')),
    -- A path of the console.
    target text not null,
    -- Whose session it is for; null when nobody is signed in.
    session_id uuid,
    user_id uuid,
    -- As it was sent, where somebody will look at it.
    message text,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, plugin_id) references app.saml_connections (tenant_id, plugin_id) on delete cascade
);

select app.isolate('saml_requests');

grant select, insert, delete on app.saml_requests to lectern_app;

create index saml_requests_browser on app.saml_requests (tenant_id, plugin_id, browser);

create index saml_requests_expiry on app.saml_requests (tenant_id, expires_at);

-- Assertions that were used, until nobody would take them anyway.
create table app.saml_assertions (
    tenant_id uuid not null,
    plugin_id uuid not null,
    -- Of the assertion's identifier, SHA-256.
    digest bytea not null check (octet_length(digest) = 32),
    expires_at timestamptz not null,
    primary key (tenant_id, plugin_id, digest),
    foreign key (tenant_id, plugin_id) references app.saml_connections (tenant_id, plugin_id) on delete cascade
);

select app.isolate('saml_assertions');

grant select, insert, delete on app.saml_assertions to lectern_app;

create index saml_assertions_expiry on app.saml_assertions (tenant_id, expires_at);

-- Who is who: what a provider calls somebody, and which user that is.
create table app.saml_identities (
    tenant_id uuid not null,
    plugin_id uuid not null,
    name_id text not null collate "C",
    user_id uuid not null,
    linked_at timestamptz not null default now(),
    primary key (tenant_id, plugin_id, name_id),
    foreign key (tenant_id, plugin_id) references app.saml_connections (tenant_id, plugin_id) on delete cascade,
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

select app.isolate('saml_identities');

grant select, insert, update, delete on app.saml_identities to lectern_app;

create index saml_identities_user on app.saml_identities (tenant_id, user_id);

-- The last sign-ins, and why some were refused.
create table app.saml_sign_ins (
    tenant_id uuid not null,
    id uuid not null,
    plugin_id uuid not null,
    at timestamptz not null default now(),
    purpose text not null,
    -- The rule that was not met; null when all were.
    failed_rule text,
    user_id uuid,
    name_id text,
    address text not null,
    -- How each rule stood, what was stated, and the documents of who failed or tried.
    report jsonb not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, plugin_id) references app.saml_connections (tenant_id, plugin_id) on delete cascade
);

select app.isolate('saml_sign_ins');

grant select, insert, delete on app.saml_sign_ins to lectern_app;

create index saml_sign_ins_latest on app.saml_sign_ins (tenant_id, plugin_id, at desc, id desc);

-- Sessions that a provider vouches for: it may end them, and say when they end.
alter table app.sessions add column plugin_id uuid;

alter table app.sessions add column name_id text;

alter table app.sessions add column session_index text;

alter table app.sessions add column ends_at timestamptz;

-- How people of the tenant sign in.
alter table app.tenants add column sign_in text not null default 'both' check (sign_in in ('password', 'saml', 'both'));

-- The end of a provider's certificate is told like the end of a secret.
alter table app.mails drop constraint mails_kind_check;

alter table app.mails add constraint mails_kind_check
    check (kind in ('invitation', 'reset', 'welcome', 'secret-ends', 'certificate-ends'));
