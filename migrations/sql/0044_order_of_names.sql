-- Lists of users and groups in the order in which people look for names: adam, Ärger, Zoe, zoo.
drop index app.users_state;

drop index app.users_source;

drop index app.users_made_here;

create index users_order on app.users (tenant_id, user_name_key collate "und-x-icu") where deleted_at is null;

create index users_state on app.users (tenant_id, active, user_name_key collate "und-x-icu") where deleted_at is null;

create index users_source on app.users (tenant_id, plugin_id, user_name_key collate "und-x-icu")
    where deleted_at is null and plugin_id is not null;

create index users_made_here on app.users (tenant_id, user_name_key collate "und-x-icu")
    where deleted_at is null and plugin_id is null;

create index groups_order on app.groups (tenant_id, display_name_key collate "und-x-icu") where deleted_at is null;
