-- Users of another source may also be held until an administrator has decided.
alter table app.plugins drop constraint plugins_matching_check;

alter table app.plugins add constraint plugins_matching_check check (matching in ('link', 'refuse', 'review'));

-- The identity provider whose users no other connection takes over unasked.
alter table app.plugins add column active_provider boolean not null default false;

alter table app.plugins add constraint plugins_active_provider_check check (not active_provider or kind = 'scim');

create unique index plugins_active_provider on app.plugins (tenant_id) where active_provider;

-- Where there is only one it is meant. The policy would hide the rows of all tenants, so it rests for one statement.
alter table app.plugins no force row level security;

update app.plugins set active_provider = true where kind = 'scim' and not exists (
    select from app.plugins o
    where o.tenant_id = plugins.tenant_id and o.kind = 'scim' and o.id <> plugins.id);

alter table app.plugins force row level security;

-- Connections that wanted to write to a user of another source, and what an administrator decided.
create table app.link_reviews (
    tenant_id uuid not null,
    plugin_id uuid not null,
    user_id uuid not null,
    first_asked_at timestamptz not null default now(),
    last_asked_at timestamptz not null default now(),
    -- Null while nobody has decided.
    decision text check (decision in ('approved', 'refused')),
    decided_at timestamptz,
    primary key (tenant_id, plugin_id, user_id),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id) on delete cascade,
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade,
    check ((decision is null) = (decided_at is null))
);

create index link_reviews_user on app.link_reviews (tenant_id, user_id);

select app.isolate('link_reviews');

grant select, insert, update on app.link_reviews to lectern_app;
