-- Who looks after the people of a group, beside their managers.
create table app.group_supervisors (
    tenant_id uuid not null,
    group_id uuid not null,
    user_id uuid not null,
    primary key (tenant_id, group_id, user_id),
    foreign key (tenant_id, group_id) references app.groups (tenant_id, id) on delete cascade,
    foreign key (tenant_id, user_id) references app.users (tenant_id, id) on delete cascade
);

create index group_supervisors_user on app.group_supervisors (tenant_id, user_id);

select app.isolate('group_supervisors');

grant select, insert, delete on app.group_supervisors to lectern_app;
