-- The roles that a session's secret was made with: when they move, the session gets another secret.
alter table app.sessions add column roles text[] not null default '{}';
