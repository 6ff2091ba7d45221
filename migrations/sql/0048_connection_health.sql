-- The state of a connection is decided from the requests of its own that were refused lately, and from the people whom it
-- has disabled or deleted lately: both are few among all that is logged.
create index refused_requests_plugin on app.refused_requests (tenant_id, plugin_id, id);

create index changes_removals on app.changes (tenant_id, plugin_id, id)
    where plugin_id is not null and subject = 'user' and action in ('disable', 'delete');
