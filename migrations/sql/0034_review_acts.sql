-- What a connection wanted to do to a user of another source, and what it would change, as the change log has it. Null
-- where it asked before these were kept.
alter table app.link_reviews
    add column act text check (act in ('update', 'disable', 'enable', 'delete')),
    add column difference jsonb,
    -- When an approval made the user the connection's. Deleting such a user takes an approval of its own.
    add column linked_at timestamptz;
