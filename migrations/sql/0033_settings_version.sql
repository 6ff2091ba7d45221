-- Servers remember a connection's settings with its tokens. Those that are rows of their own, the tenant's attributes
-- and whether groups map to roles, count here; what was remembered is current while version + settings_version is.
alter table app.plugins add column settings_version bigint not null default 0;
