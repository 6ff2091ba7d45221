-- The mail domains that a tenant says are its own. Several tenants of one company may prove the same one.
create table app.tenant_domains (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    domain text collate "C" not null,
    -- What the TXT record has to say.
    challenge text not null,
    added_at timestamptz not null,
    verified_at timestamptz,
    -- When DNS was last asked.
    checked_at timestamptz,
    -- By the operator, without a proof in DNS.
    vouched_for boolean not null default false check (not vouched_for or verified_at is not null),
    primary key (tenant_id, domain)
);

select app.isolate('tenant_domains');

grant select, insert, update, delete on app.tenant_domains to lectern_app;
