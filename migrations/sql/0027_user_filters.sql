-- Lists of users by state and by source, in the order of their names.
create index users_state on app.users (tenant_id, active, user_name_key) where deleted_at is null;

create index users_source on app.users (tenant_id, plugin_id, user_name_key)
    where deleted_at is null and plugin_id is not null;

-- An index that holds "is null" among other values is not known to be in order within it.
create index users_made_here on app.users (tenant_id, user_name_key) where deleted_at is null and plugin_id is null;

-- Who has a role is read from the index alone.
create index user_roles_holders on app.user_roles (tenant_id, role, user_id);

drop index app.user_roles_role;
