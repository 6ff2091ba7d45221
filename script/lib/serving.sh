# shellcheck shell=bash
# A server as a first user gets it, for as long as the script runs: with a private PostgreSQL in the scratch directory
# and no settings but the port, or with `cluster=packaged` as a first administrator gets it. The caller has sourced
# scratch.sh and set `logs`. `superuser_url` leads to the database past row-level security.

unset DATABASE_URL LECTERN_MIGRATION_DATABASE_URL LECTERN_PUBLIC_URL LECTERN_SECRET_KEY_FILE LECTERN_HTTP_HOST
# shellcheck disable=SC2154 # scratch, logs and root are the caller's
{
    LECTERN_HTTP_PORT=$(free_port)
    export LECTERN_DATA_DIR=$scratch/lectern LECTERN_HTTP_PORT LECTERN_SKIP_SETUP=1 LECTERN_SKIP_BUILD=1
    if [[ ${cluster:-private} == packaged ]]; then
        source "$root/script/lib/packaged.sh"
        database_port=$(free_port)
        packaged_cluster packaged "$database_port"
        LECTERN_MIGRATION_DATABASE_URL=$(packaged_url lectern_owner "$database_port" lectern)
        DATABASE_URL=$(packaged_url lectern_app "$database_port" lectern)
        export LECTERN_MIGRATION_DATABASE_URL DATABASE_URL
    fi
    say "starting the server on port $LECTERN_HTTP_PORT"
    "$root/script/server" >"$logs/server.log" 2>&1 </dev/null &
    server=$!
    scratch_processes+=("$server")
    for ((attempt = 0; ; attempt++)); do
        if curl -fs -o /dev/null -m 2 "http://127.0.0.1:$LECTERN_HTTP_PORT/readyz"; then break; fi
        if ! kill -0 "$server" 2>/dev/null || ((attempt == 300)); then
            tail -n 5 "$logs/server.log" >&2
            fail "the server did not get ready; its log is $logs/server.log"
        fi
        sleep 0.2
    done
    # shellcheck disable=SC2034 # the callers read it
    if [[ ${cluster:-private} == packaged ]]; then
        superuser_url=$(packaged_url postgres "$database_port" lectern)
    else
        superuser_url=$(cluster_url "$(realpath "$LECTERN_DATA_DIR/postgres")" postgres lectern)
    fi
}
