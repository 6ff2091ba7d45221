-- Somebody who arrives is found by the names that were kept for them, without regard to case.
alter table app.pending_members add column value_key text collate "C" not null
    generated always as (lower(normalize(value collate "default", nfkc))) stored;

create index pending_members_key on app.pending_members (tenant_id, value_key);

drop index app.pending_members_value;

alter table app.users add column manager_key text collate "C"
    generated always as (lower(normalize(manager_value collate "default", nfkc))) stored;

create index users_awaited_manager_key on app.users (tenant_id, manager_key)
    where manager_key is not null and manager_id is null;

drop index app.users_awaited_manager;
