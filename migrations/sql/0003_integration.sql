-- A way in from outside: one identity provider's SCIM or SAML connection.
create table app.plugins (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id uuid not null,
    kind text not null check (kind in ('scim', 'saml')),
    name text not null check (char_length(name) between 1 and 100),
    name_key text collate "C" not null,
    enabled boolean not null default true,
    -- Whether the token may come without the word Bearer, as some providers' header mode sends it.
    bare_token boolean not null default false,
    default_role text not null default 'trainee'
        check (default_role in ('admin', 'editor', 'instructor', 'trainee')),
    version bigint not null default 1,
    change_id uuid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, kind, name_key)
);

select app.isolate('plugins');

grant select, insert, update, delete on app.plugins to lectern_app;

-- What an identity provider shows to come in. Only the digest of the secret is kept.
create table app.scim_tokens (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id uuid not null,
    plugin_id uuid not null,
    digest bytea not null check (octet_length(digest) = 32),
    prefix text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    last_used_from text,
    primary key (tenant_id, id),
    unique (tenant_id, digest),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id) on delete cascade
);

create index scim_tokens_plugin on app.scim_tokens (tenant_id, plugin_id);

select app.isolate('scim_tokens');

grant select, insert, update, delete on app.scim_tokens to lectern_app;

-- Ends the transaction unless its condition holds: the first statement of what a token asks for, so that a token
-- revoked a moment ago can neither read nor write.
create function app.admit(admitted boolean) returns void
language plpgsql stable as $admit$
begin
    if admitted is not true then
        raise exception 'not admitted' using errcode = 'invalid_authorization_specification';
    end if;
end
$admit$;
