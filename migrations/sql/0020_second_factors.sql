-- Codes of a telephone as a second factor (TOTP, RFC 6238).
create table app.second_factors (
    tenant_id uuid not null,
    user_id uuid not null,
    -- Sealed with the key of the installation.
    secret text not null,
    -- Null until a first code has shown that the telephone has the secret.
    confirmed_at timestamptz,
    -- Codes up to this step have been used.
    last_step bigint not null default 0,
    primary key (tenant_id, user_id),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

select app.isolate('second_factors');

grant select, insert, update, delete on app.second_factors to lectern_app;

-- Codes for who has lost the telephone; each is good once.
create table app.recovery_codes (
    tenant_id uuid not null,
    user_id uuid not null,
    digest bytea not null check (octet_length(digest) = 32),
    primary key (tenant_id, user_id, digest),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

select app.isolate('recovery_codes');

grant select, insert, delete on app.recovery_codes to lectern_app;
