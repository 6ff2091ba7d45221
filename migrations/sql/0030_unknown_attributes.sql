-- What becomes of attributes that no schema has.
alter table app.plugins add column unknown_attributes text not null default 'ignore'
    check (unknown_attributes in ('ignore', 'refuse'));

-- Those that identity providers sent and that were left out: the names, and when each came last. No value is kept here.
create table app.ignored_attributes (
    tenant_id uuid not null,
    plugin_id uuid not null,
    name text collate "C" not null check (char_length(name) <= 200),
    last_at timestamptz not null,
    primary key (tenant_id, plugin_id, name),
    foreign key (tenant_id, plugin_id) references app.plugins (tenant_id, id) on delete cascade
);

select app.isolate('ignored_attributes');

grant select, insert, update, delete on app.ignored_attributes to lectern_app;
