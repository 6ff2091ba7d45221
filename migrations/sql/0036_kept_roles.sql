-- Roles that a former connection's rules gave, and that stay after another connection took the user over.
alter table app.user_roles drop constraint user_roles_origin_check;

alter table app.user_roles add constraint user_roles_origin_check
    check (origin in ('default', 'app-role', 'group', 'admin', 'operator', 'kept'));

-- Whether a connection that takes users over leaves them those roles.
alter table app.plugins
    add column takeover_roles text not null default 'keep' check (takeover_roles in ('keep', 'follow'));
