-- Who was deleted is looked for by name, in the provisioning log and in the list of deleted users.
create index users_deleted_user_name on app.users (tenant_id, user_name_key) where deleted_at is not null;

create index groups_deleted_display_name on app.groups (tenant_id, display_name_key) where deleted_at is not null;
