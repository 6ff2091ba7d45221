-- Identifiers of client assertions (the claim jti) that were used, until nobody would take them anyway.
create table app.client_assertions (
    tenant_id uuid not null,
    client_id uuid not null,
    -- SHA-256 of the identifier.
    digest bytea not null check (octet_length(digest) = 32),
    expires_at timestamptz not null,
    primary key (tenant_id, client_id, digest),
    foreign key (tenant_id, client_id) references app.oauth_clients (tenant_id, id) on delete cascade
);

create index client_assertions_expiry on app.client_assertions (tenant_id, expires_at);

select app.isolate('client_assertions');

grant select, insert, delete on app.client_assertions to lectern_app;
