set local app.tenant = '{tenant}';
select app.admit(count(*) = 1)
from app.scim_tokens t
join app.plugins p on p.tenant_id = t.tenant_id and p.id = t.plugin_id
join app.tenants n on n.id = t.tenant_id
where t.tenant_id = :tenant and t.id = :token
    and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
    and p.enabled and not p.paused and n.status = 'active' and 'scim' = any(n.entitlements)
    and p.version + p.settings_version = :settings;
