-- Attempts at what decides about security: passwords, codes, re-authentication. An attempt is counted here before it is
-- evaluated, so the limits hold over all processes.
create table app.attempts (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    -- The limit that the row counts for.
    kind text not null collate "C" check (kind ~ '^[a-z-]{1,40}$'),
    -- A keyed hash of the account, the network or both, never an address or a name.
    key bytea not null check (octet_length(key) = 32),
    -- Since the last success.
    count bigint not null,
    last_at timestamptz not null,
    -- Until then no attempt is admitted; null while attempts are free.
    next_at timestamptz,
    primary key (tenant_id, kind, key)
);

create index attempts_last on app.attempts (tenant_id, last_at);

select app.isolate('attempts');

grant select, insert, update, delete on app.attempts to lectern_app;

-- The step between the password and the code of a second factor. Each leads to one session at most.
create table app.sign_in_steps (
    tenant_id uuid not null,
    -- Of the secret in the form.
    digest bytea not null check (octet_length(digest) = 32),
    -- Of the secret in the browser's cookie.
    browser bytea not null check (octet_length(browser) = 32),
    user_id uuid not null,
    -- Codes that were evaluated for it.
    attempts bigint not null default 0,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, digest),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

create index sign_in_steps_user on app.sign_in_steps (tenant_id, user_id);

select app.isolate('sign_in_steps');

grant select, insert, update, delete on app.sign_in_steps to lectern_app;

-- A person is told when somebody knows the password and guesses codes.
alter table app.mails drop constraint mails_kind_check;

alter table app.mails add constraint mails_kind_check
    check (kind in ('invitation', 'reset', 'welcome', 'secret-ends', 'certificate-ends', 'codes-guessed'));
