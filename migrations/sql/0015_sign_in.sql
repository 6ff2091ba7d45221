-- Signing in with a password: who has one, and the sessions that began with it.
create table app.passwords (
    tenant_id uuid not null,
    user_id uuid not null,
    -- A PHC string: algorithm, parameters, salt and hash.
    hash text not null,
    changed_at timestamptz not null default now(),
    primary key (tenant_id, user_id),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

select app.isolate('passwords');

grant select, insert, update, delete on app.passwords to lectern_app;

create table app.sessions (
    tenant_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    digest bytea not null check (octet_length(digest) = 32),
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    -- When its holder last proved who they are.
    authenticated_at timestamptz not null default now(),
    address text not null,
    user_agent text not null check (char_length(user_agent) <= 300),
    primary key (tenant_id, id),
    unique (tenant_id, digest),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

create index sessions_user on app.sessions (tenant_id, user_id);

select app.isolate('sessions');

grant select, insert, update, delete on app.sessions to lectern_app;

-- Links by which somebody sets a password: an invitation, or because it was forgotten. Each is good once.
create table app.password_links (
    tenant_id uuid not null,
    digest bytea not null check (octet_length(digest) = 32),
    user_id uuid not null,
    purpose text not null check (purpose in ('invitation', 'reset')),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, digest),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

create index password_links_user on app.password_links (tenant_id, user_id);

select app.isolate('password_links');

grant select, insert, delete on app.password_links to lectern_app;
