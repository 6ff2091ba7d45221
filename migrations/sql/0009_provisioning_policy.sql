-- How a connection treats what its identity provider sends.
alter table app.plugins
    -- What becomes of a user that somebody else made when this connection writes to it.
    add column matching text not null default 'link' check (matching in ('link', 'refuse')),
    -- Which attributes a user should have, and whether one without them is refused.
    add column required_profile text not null default 'standard'
        check (required_profile in ('standard', 'velpic', 'vault-platform', 'peripass')),
    add column strict_profile boolean not null default false,
    -- Whether the product's roles are listed in the form that Okta's entitlement management reads.
    add column lists_roles boolean not null default false;

-- Roles that follow from what the identity provider says: from a value of a user's roles, or from a group by its name.
create table app.role_mappings (
    tenant_id uuid not null,
    plugin_id uuid not null,
    origin text not null check (origin in ('app-role', 'group')),
    value text not null,
    value_key text collate "C" not null,
    role text not null check (role in ('admin', 'editor', 'instructor', 'trainee')),
    primary key (tenant_id, plugin_id, origin, value_key, role),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id) on delete cascade
);

create index role_mappings_origin on app.role_mappings (tenant_id, origin, value_key);

select app.isolate('role_mappings');

grant select, insert, delete on app.role_mappings to lectern_app;

-- A user can have one role for several reasons.
alter table app.user_roles drop constraint user_roles_pkey, drop constraint user_roles_origin_check;

alter table app.user_roles
    add primary key (tenant_id, user_id, role, origin),
    add constraint user_roles_origin_check
        check (origin in ('default', 'app-role', 'group', 'admin', 'operator'));
