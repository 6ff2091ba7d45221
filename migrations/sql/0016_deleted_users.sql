-- Deleted users are listed for whoever wants one back.
create index users_deleted on app.users (tenant_id, deleted_at, id) where deleted_at is not null;
