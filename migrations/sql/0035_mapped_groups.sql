-- A mapping from a group follows the group by its id; its name is what people read. Null while no group of the name
-- has been there, which is how a mapping waits for one. A deleted group's row stays, and with it what it was called.
alter table app.role_mappings
    add column id uuid not null default gen_random_uuid(),
    add column group_id uuid,
    add constraint role_mappings_group_check check (group_id is null or origin = 'group'),
    add constraint role_mappings_tenant_id_group_id_fkey
        foreign key (tenant_id, group_id) references app.groups (tenant_id, id);

-- Two groups can have had the same name one after the other.
alter table app.role_mappings drop constraint role_mappings_pkey;

alter table app.role_mappings add primary key (tenant_id, id);

create unique index role_mappings_value on app.role_mappings (tenant_id, plugin_id, origin, value_key, role)
    where group_id is null;

create unique index role_mappings_group on app.role_mappings (tenant_id, group_id, plugin_id, role)
    where group_id is not null;

grant update on app.role_mappings to lectern_app;

-- The policy would hide the rows of all tenants, so it rests while they are moved.
alter table app.role_mappings no force row level security;

alter table app.groups no force row level security;

alter table app.plugins no force row level security;

-- Each group that a name means today keeps the role, so that nobody loses one.
insert into app.role_mappings (tenant_id, plugin_id, origin, value, value_key, role, group_id)
select m.tenant_id, m.plugin_id, m.origin, g.display_name, g.display_name_key, m.role, g.id
from app.role_mappings m
join app.groups g on g.tenant_id = m.tenant_id and g.display_name_key = m.value_key and g.deleted_at is null
where m.origin = 'group' and (g.plugin_id is null or g.plugin_id = m.plugin_id or not exists (
    select from app.plugins o where o.tenant_id = g.tenant_id and o.id = g.plugin_id and o.enabled));

delete from app.role_mappings m
where m.origin = 'group' and m.group_id is null and exists (
    select from app.role_mappings o
    where o.tenant_id = m.tenant_id and o.plugin_id = m.plugin_id and o.value_key = m.value_key and o.role = m.role
        and o.group_id is not null);

alter table app.role_mappings force row level security;

alter table app.groups force row level security;

alter table app.plugins force row level security;
