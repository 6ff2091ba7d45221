-- Employee numbers are looked up without regard to case, as addresses and names are.
alter table app.users add column employee_number_key text collate "C"
    generated always as (lower(normalize(employee_number collate "default", nfkc))) stored;

create index users_employee_number_key on app.users (tenant_id, employee_number_key)
    where employee_number_key is not null and deleted_at is null;

drop index app.users_employee_number;

-- Which groups are in a group is asked often, and it has few of them beside its users.
create index group_members_groups on app.group_members (tenant_id, group_id, member_id) where member_type = 'Group';
