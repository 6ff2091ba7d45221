-- Security events: sign-ins, wrong credentials, refused requests. Most change nothing, so they are not in the change log.
-- Repetitions within a minute are one row with a count, so that an attack cannot fill the table.
create table app.security_events (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    -- Version 7: in the order of time.
    id uuid not null,
    minute timestamptz not null,
    kind text not null collate "C" check (kind ~ '^[a-z-]{1,40}$'),
    -- A hash of what makes two events of a minute the same.
    fold bytea not null check (octet_length(fold) = 32),
    count bigint not null default 1,
    -- The first and the last of them.
    at timestamptz not null,
    last_at timestamptz not null,
    -- Who did it, or whose account or connection was tried, as far as that is known.
    user_id uuid,
    plugin_id uuid,
    client_id uuid,
    -- A keyed hash of a name that belongs to nobody.
    claimed bytea check (octet_length(claimed) = 32),
    address text not null check (char_length(address) <= 100),
    reason text not null check (char_length(reason) <= 200),
    request_id text not null check (char_length(request_id) <= 100),
    primary key (tenant_id, id),
    unique (tenant_id, minute, kind, fold)
);

create index security_events_user on app.security_events (tenant_id, user_id, id) where user_id is not null;

select app.isolate('security_events');

grant select, insert, update, delete on app.security_events to lectern_app;
