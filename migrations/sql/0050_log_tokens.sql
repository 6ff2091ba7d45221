-- The provisioning log is asked for the lines of one token: after a leak, for what was done with it.
create index changes_token on app.changes (tenant_id, actor_id, id) where actor = 'token';

create index refused_requests_token on app.refused_requests (tenant_id, token_id, id);
