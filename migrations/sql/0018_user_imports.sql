-- Files of users that admins bring: what they say, and what came of each row.
create table app.user_imports (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id uuid not null,
    made_by uuid not null,
    file_name text not null check (char_length(file_name) <= 200),
    mode text not null check (mode in ('create', 'update-by-email', 'update-by-employee-number')),
    -- Nothing is changed yet.
    trial boolean not null,
    state text not null check (state in ('running', 'done', 'stopped')),
    ignored_columns text[] not null,
    row_count integer not null,
    -- Somebody works on it until then, at least.
    claimed_until timestamptz not null default '-infinity',
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, made_by) references app.users (tenant_id, id) on delete cascade
);

create index user_imports_made_by on app.user_imports (tenant_id, made_by);

select app.isolate('user_imports');

grant select, insert, update, delete on app.user_imports to lectern_app;

create table app.user_import_rows (
    tenant_id uuid not null,
    import_id uuid not null,
    line integer not null,
    -- Whom the row makes, if it makes somebody.
    user_id uuid not null,
    fields jsonb not null,
    role text,
    outcome text check (outcome in ('created', 'updated', 'unchanged', 'refused')),
    -- Whom it is about, once that is known.
    subject_id uuid,
    reason text,
    field text,
    -- No trial is needed to know that it cannot be done.
    hopeless boolean not null default false,
    primary key (tenant_id, import_id, line),
    foreign key (tenant_id, import_id) references app.user_imports (tenant_id, id) on delete cascade
);

create index user_import_rows_outcome on app.user_import_rows (tenant_id, import_id, outcome, line);

select app.isolate('user_import_rows');

grant select, insert, update, delete on app.user_import_rows to lectern_app;
