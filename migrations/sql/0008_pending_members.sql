-- Members that a group was given before they exist: what the client called them, kept until they arrive.
create table app.pending_members (
    tenant_id uuid not null,
    group_id uuid not null,
    value text collate "C" not null,
    added_at timestamptz not null default now(),
    primary key (tenant_id, group_id, value),
    foreign key (tenant_id, group_id) references app.groups (tenant_id, id) on delete cascade
);

create index pending_members_value on app.pending_members (tenant_id, value);

select app.isolate('pending_members');

grant select, insert, delete on app.pending_members to lectern_app;

-- Whether such members are kept, or make the request fail.
alter table app.plugins add column unknown_members text not null default 'keep'
    check (unknown_members in ('keep', 'refuse'));

-- Ends the transaction when its condition holds; the reason says to the program which rule was broken.
create function app.refuse(refused boolean, reason text) returns void
language plpgsql stable as $refuse$
begin
    if refused then
        raise exception '%', reason using errcode = 'LR001';
    end if;
end
$refuse$;
