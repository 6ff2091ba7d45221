-- Somebody who arrives is found by the names that were kept for them, without regard to case.
create index pending_members_key on app.pending_members
    (tenant_id, (lower(normalize((value collate "default"), nfkc))));

drop index app.pending_members_value;

create index users_awaited_manager_key on app.users
    (tenant_id, (lower(normalize((manager_value collate "default"), nfkc))))
    where manager_value is not null and manager_id is null;

drop index app.users_awaited_manager;
