-- A client of the token endpoint (RFC 6749 §2): what a plug-in is called there, and how long its tokens live.
create table app.oauth_clients (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id uuid not null,
    plugin_id uuid not null,
    token_seconds integer not null check (token_seconds between 3600 and 21600),
    -- Whose assertions the client may come with instead of a secret (RFC 7523 §3).
    issuer text,
    subject text,
    audience text,
    jwks_url text,
    change_id uuid not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id) on delete cascade,
    check (num_nulls(issuer, subject, audience, jwks_url) in (0, 4))
);

create index oauth_clients_plugin on app.oauth_clients (tenant_id, plugin_id);

select app.isolate('oauth_clients');

grant select, insert, update, delete on app.oauth_clients to lectern_app;

-- Several may be good at a time, so that rotating them interrupts nothing. Only the digest is kept.
create table app.client_secrets (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id uuid not null,
    client_id uuid not null,
    digest bytea not null check (octet_length(digest) = 32),
    prefix text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, client_id) references app.oauth_clients (tenant_id, id) on delete cascade
);

create index client_secrets_client on app.client_secrets (tenant_id, client_id);

select app.isolate('client_secrets');

grant select, insert, update, delete on app.client_secrets to lectern_app;

-- Access tokens are SCIM tokens that live for hours: the client that they were issued to, and the secret it showed
-- (none when it came with an assertion).
alter table app.scim_tokens add column client_id uuid;

alter table app.scim_tokens add column secret_id uuid;

alter table app.scim_tokens add constraint scim_tokens_client_fkey
    foreign key (tenant_id, client_id) references app.oauth_clients (tenant_id, id) on delete cascade;

alter table app.scim_tokens add constraint scim_tokens_secret_fkey
    foreign key (tenant_id, secret_id) references app.client_secrets (tenant_id, id) on delete cascade;

alter table app.scim_tokens add constraint scim_tokens_access_check
    check ((secret_id is null or client_id is not null) and (client_id is null or expires_at is not null));

create index scim_tokens_client on app.scim_tokens (tenant_id, client_id, expires_at) where client_id is not null;

create index scim_tokens_secret on app.scim_tokens (tenant_id, secret_id) where secret_id is not null;

alter table app.changes drop constraint changes_subject_check;

alter table app.changes add constraint changes_subject_check
    check (subject in ('tenant', 'plugin', 'token', 'user', 'group', 'role', 'client', 'secret'));

-- A header of the plug-in's own whose value is the token, for clients that can send nothing else; in lower case.
alter table app.plugins add column token_header text collate "C" check (token_header ~ '^[a-z0-9-]{1,64}$');
