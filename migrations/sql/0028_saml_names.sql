-- A message about logging out repeats the whole name that the provider gave (SAML 2.0 Core §2.2.3).
alter table app.sessions add column name_format text;

alter table app.sessions add column name_qualifier text;

alter table app.sessions add column sp_name_qualifier text;

-- Whose requests wait: no network takes the room of all others.
alter table app.saml_requests add column network text not null default '' check (char_length(network) <= 200);

create index saml_requests_network on app.saml_requests (tenant_id, plugin_id, network, created_at);

create index saml_requests_age on app.saml_requests (tenant_id, plugin_id, created_at);

-- Who was deleted is known by the identifier that their provider gave, so that nobody is made in their place.
create index users_deleted_external_id on app.users (tenant_id, external_id)
    where external_id is not null and deleted_at is not null;
