-- Mail that waits for a server to take it. What it says is put together when it goes.
create table app.mails (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    kind text not null check (kind in ('invitation', 'reset', 'welcome', 'secret-ends')),
    user_id uuid not null,
    -- What it is about, where it is said once only.
    topic text collate "C",
    details jsonb not null default '{}',
    state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    attempts integer not null default 0,
    -- Until then whoever took it is trying.
    next_try_at timestamptz not null default now(),
    problem text,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, topic, user_id),
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

create index mails_due on app.mails (tenant_id, next_try_at) where state = 'waiting';
create index mails_user on app.mails (tenant_id, user_id, created_at);

select app.isolate('mails');

grant select, insert, update, delete on app.mails to lectern_app;

-- Whether people whom a connection creates get mail.
alter table app.plugins add column invites text not null default 'never'
    check (invites in ('never', 'at-once', 'first-sign-in'));

alter table app.users add column first_signed_in_at timestamptz;

alter table app.user_imports add column invites boolean not null default false;
