-- Two facts decide whether a user is active: what the identity provider (or, of a user made here, the attributes)
-- states, and whether an administrator has suspended the user. The column active holds only while both allow it.
alter table app.users
    add column stated_active boolean not null
        generated always as ((attributes -> 'active') is distinct from 'false'::jsonb) stored,
    add column suspended_at timestamptz(3),
    -- The administrator; null for the operator.
    add column suspended_by uuid;

-- Until now both facts were one. The change log tells whose the last one was: what a person did is a suspension. The
-- policies would hide the rows of all tenants, so they rest for one statement.
alter table app.users no force row level security;

alter table app.changes no force row level security;

update app.users u
set suspended_at = c.at, suspended_by = c.actor_id, attributes = jsonb_set(u.attributes, '{active}', 'true'),
    version = u.version + 1, updated_at = now()
from app.users i
cross join lateral (
    select l.at, l.actor, l.actor_id from app.changes l
    where l.tenant_id = i.tenant_id and l.subject_id = i.id and l.subject = 'user'
        and l.difference -> 'active' is not null
    order by l.id desc limit 1) c
where u.tenant_id = i.tenant_id and u.id = i.id and not i.active and c.actor in ('admin', 'operator');

update app.users set active = false where active and not stated_active;

alter table app.changes force row level security;

alter table app.users force row level security;

-- Whichever program writes: nothing makes a suspended user active.
alter table app.users add constraint users_activity_check
    check (not active or (stated_active and suspended_at is null));
