-- The roles of Lectern on a managed PostgreSQL, for the administrator that the provider gives (a superuser is
-- not needed). Run once, connected to the database that Lectern shall use, and again after an upgrade:
--
--   psql -X "<administrator's URL>/lectern" -v owner_password=… -v app_password=… -f deploy/roles.sql
--
-- Afterwards: LECTERN_MIGRATION_DATABASE_URL = lectern_owner, DATABASE_URL = lectern_app.
\set ON_ERROR_STOP 1
begin;

-- `alter role … nobypassrls` is reserved to superusers in PostgreSQL 15, so the attributes are given at creation
-- and only checked for a role that exists.
-- `lectern_worker` is asked for by the first migration and used by nothing: nobody can log in with it.
select format('create role %I %s nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit', name, login)
from (values ('lectern_owner', 'login'), ('lectern_app', 'login'), ('lectern_worker', 'nologin')) as r (name, login)
where not exists (select from pg_roles where rolname = name)
\gexec

do $check$
begin
    if exists (
        select from pg_roles
        where rolname in ('lectern_owner', 'lectern_app', 'lectern_worker')
            and (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication)
    ) then
        raise exception 'a lectern role has an attribute that would let it out of its tenant';
    end if;
    if exists (
        select from pg_auth_members m join pg_roles r on r.oid = m.member
        where r.rolname in ('lectern_app', 'lectern_worker')
    ) then
        raise exception 'lectern_app and lectern_worker must not be members of any role';
    end if;
end
$check$;

alter role lectern_owner password :'owner_password';
alter role lectern_app password :'app_password';
alter role lectern_worker nologin;

-- The owner makes the schema; nobody else makes anything.
select format('revoke all on database %I from public', current_database())
\gexec
select format('grant connect, create, temporary on database %I to lectern_owner', current_database())
\gexec
select format('grant connect on database %I to lectern_app', current_database())
\gexec
revoke create on schema public from public;

-- The server asks for these when it connects. A pooler drops what a client asks for then, so the role has them too;
-- `lectern doctor` compares.
alter role lectern_app set statement_timeout = '3s';
alter role lectern_app set lock_timeout = '1s';
alter role lectern_app set idle_in_transaction_session_timeout = '10s';
-- PostgreSQL as packaged compiles statements that it takes for expensive; these are all short.
alter role lectern_app set jit = off;
alter role lectern_app set timezone = 'UTC';
alter role lectern_app set datestyle = 'ISO, YMD';
alter role lectern_app set default_transaction_isolation = 'read committed';
-- A migration that waits for a lock makes every reader behind it wait too: it gives up soon and tries again.
alter role lectern_owner set lock_timeout = '100ms';

commit;
