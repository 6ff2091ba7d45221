-- PostgreSQL plans by what it knows of the size of tables, and autovacuum looks once a minute at most: long enough for a
-- first provisioning run to fill tables that PostgreSQL takes for empty, by plans that read them whole. So the server
-- asks for statistics where a table has doubled since the last ones. New statistics also end plans that are kept.
create function app.analyze_grown_tables() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $analyze$
declare
    grown regclass;
    number bigint := 0;
begin
    for grown in
        select c.oid::regclass from pg_class c
        where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
            and pg_relation_size(c.oid) / current_setting('block_size')::bigint > 2 * c.relpages
    loop
        -- Another process may be doing it at this moment.
        execute format('analyze (skip_locked) %s', grown);
        number := number + 1;
    end loop;
    return number;
end
$analyze$;

comment on function app.analyze_grown_tables() is 'global: statistics of all tables; shows and changes no row';

revoke all on function app.analyze_grown_tables() from public;
grant execute on function app.analyze_grown_tables() to lectern_app;

-- No session has ever used this role. 0001 makes it, so it stays, without rights.
revoke usage on schema app from lectern_worker;
