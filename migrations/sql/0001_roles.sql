-- The three roles. Where the login may not create roles (a managed server), deploy/roles.sql has made them before.
do $roles$
declare
    role text;
begin
    foreach role in array array['lectern_owner', 'lectern_app', 'lectern_worker'] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format(
                'create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noreplication', role);
        end if;
    end loop;
end
$roles$;

do $timeouts$
begin
    -- Poolers drop the settings that the client sends at start-up, so the role carries them too.
    alter role lectern_app set statement_timeout = '3s';
    alter role lectern_app set lock_timeout = '1s';
    alter role lectern_app set idle_in_transaction_session_timeout = '10s';
exception when insufficient_privilege then
    null;
end
$timeouts$;

do $schema$
begin
    if not exists (select from pg_namespace where nspname = 'app') then
        create schema app authorization lectern_owner;
    end if;
end
$schema$;

grant usage on schema app to lectern_app, lectern_worker;
