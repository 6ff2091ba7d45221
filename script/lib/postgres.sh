# shellcheck shell=bash
# The private PostgreSQL of a data directory, shared by everything that uses that directory at the same time.
#
#   postgres.lock        each user holds it shared while it lives; whoever leaves and gets it exclusively was the last
#   postgres.start.lock  held exclusively while starting or stopping, so that two users never do it at once
#
# Both are released by the kernel when their holders end, however they end.

postgres_directory=''
postgres_use_lock=''
postgres_start_lock=''

postgres_lock_start() {
    # Still held when a failed start leaves: asking again on a second descriptor would wait for ourselves.
    [[ -z $postgres_start_lock ]] || return 0
    exec {postgres_start_lock}>>"$LECTERN_DATA_DIR/postgres.start.lock"
    # Longer than any start or stop may take.
    flock -x -w 400 "$postgres_start_lock" || fail "another process has been starting or stopping PostgreSQL for minutes"
}

postgres_unlock_start() {
    exec {postgres_start_lock}>&-
    postgres_start_lock=''
}

# Root's data directory may lie where the postgres user cannot go (below /root, or in a closed temporary directory).
# The cluster then goes to /var/lib, and a link in the data directory says where.
postgres_place() {
    local place=$LECTERN_DATA_DIR/postgres
    if [[ -L $place && ! -d $place ]]; then
        fail "$place points to $(readlink "$place"), which is gone; restore it or remove the link to start empty"
    fi
    if [[ ! -d $place ]]; then
        if as_postgres test -x "$LECTERN_DATA_DIR"; then
            cluster_directory "$place"
        else
            install -d -m 0711 /var/lib/lectern
            postgres_directory=$(mktemp -d /var/lib/lectern/postgres-XXXXXXXX)
            cluster_directory "$postgres_directory"
            ln -s "$postgres_directory" "$place"
            say "$cluster_user may not enter $LECTERN_DATA_DIR, so the database lies in $postgres_directory"
        fi
    fi
    postgres_directory=$(realpath "$place")
    # A directory made by an ordinary user stays that user's, also when root comes by.
    if ((EUID == 0)); then cluster_user=$(stat -c %U "$postgres_directory"); fi
    [[ $cluster_user != root ]] || fail "$postgres_directory belongs to root, and PostgreSQL refuses to run as root"
    [[ $(stat -c %u "$postgres_directory") == "$(id -u "$cluster_user")" ]] ||
        fail "$postgres_directory belongs to $(stat -c %U "$postgres_directory"), not to you; set LECTERN_DATA_DIR to a place of your own"
}

postgres_version_check() {
    local version
    version=$(as_postgres cat "$postgres_directory/data/PG_VERSION")
    [[ $version == "$("$POSTGRES_BIN/postgres" --version | grep -oE '[0-9]+' | head -n 1)" ]] ||
        fail "$postgres_directory/data is of PostgreSQL $version; upgrade it with pg_upgrade"
}

# Starts the private PostgreSQL or joins it, and exports how to reach it.
postgres_acquire() {
    cluster_require
    mkdir -p "$LECTERN_DATA_DIR" 2>/dev/null || fail "cannot create the data directory $LECTERN_DATA_DIR"
    [[ -w $LECTERN_DATA_DIR ]] || fail "cannot write to the data directory $LECTERN_DATA_DIR"
    # Passable for the postgres user, listable for nobody else.
    if ((EUID == 0)); then chmod 0711 "$LECTERN_DATA_DIR"; else chmod 0700 "$LECTERN_DATA_DIR"; fi
    postgres_lock_start
    exec {postgres_use_lock}>>"$LECTERN_DATA_DIR/postgres.lock"
    flock -s "$postgres_use_lock"
    postgres_place
    if ! cluster_answers "$postgres_directory"; then
        if ! as_postgres test -e "$postgres_directory/data/PG_VERSION"; then
            say "creating a private PostgreSQL in $postgres_directory"
            cluster_init "$postgres_directory"
        fi
        postgres_version_check
        cluster_configure "$postgres_directory" durable
        cluster_start "$postgres_directory"
    fi
    [[ $(cluster_sql "$postgres_directory" postgres "select 1 from pg_database where datname = 'lectern'") == 1 ]] ||
        cluster_sql "$postgres_directory" postgres 'create database lectern'
    postgres_unlock_start
    # The server is a plain role under row-level security; only migrations come as the superuser.
    DATABASE_URL=$(cluster_url "$postgres_directory" lectern_app lectern)
    LECTERN_MIGRATION_DATABASE_URL=$(cluster_url "$postgres_directory" postgres lectern)
    export DATABASE_URL LECTERN_MIGRATION_DATABASE_URL
}

# Whether `lectern migrate` has never run here: the server's role does not exist yet.
postgres_is_empty() {
    [[ -z $(cluster_sql "$postgres_directory" postgres "select 1 from pg_roles where rolname = 'lectern_app'") ]]
}

# The last one out stops PostgreSQL. Safe to call when nothing was acquired.
postgres_release() {
    [[ -n $postgres_use_lock ]] || return 0
    postgres_lock_start
    if [[ -n $postgres_directory ]] && flock -x -n "$postgres_use_lock"; then cluster_stop "$postgres_directory"; fi
    exec {postgres_use_lock}>&-
    postgres_use_lock=''
    postgres_unlock_start
}
