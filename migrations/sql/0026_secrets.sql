-- What people call a secret, so that several that are good at a time are told apart; who made it, the change log tells.
alter table app.scim_tokens add column name text not null default '' check (char_length(name) <= 100);

alter table app.client_secrets add column name text not null default '' check (char_length(name) <= 100);

-- When and from where a client last got a token by the secret.
alter table app.client_secrets add column last_used_at timestamptz;

alter table app.client_secrets add column last_used_from text;

-- When requests of the connection were last held back because there were too many.
alter table app.plugins add column throttled_at timestamptz;
