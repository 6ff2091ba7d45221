# shellcheck shell=bash
# One PostgreSQL cluster in a directory of its own: DIR/data, DIR/log and, if its path is short enough, DIR/run for
# the socket. The private cluster of a data directory and the throw-away clusters of the tests are both made here.

POSTGRES_BIN=${POSTGRES_BIN:-/usr/lib/postgresql/15/bin}

# PostgreSQL refuses to run as root: root hands it to the user that the Debian package made.
if ((EUID == 0)); then cluster_user=postgres; else cluster_user=$(id -un); fi

# Socket addresses end at 107 bytes, of which `/.s.PGSQL.12345` takes 15.
readonly socket_directory_limit=92

as_postgres() (
    cd / # the caller's directory may be closed to that user
    if ((EUID == 0)); then
        exec setpriv --reuid="$cluster_user" --regid="$(id -g "$cluster_user")" --init-groups -- "$@"
    fi
    exec "$@"
)

cluster_require() {
    [[ -x $POSTGRES_BIN/postgres ]] || fail "PostgreSQL 15 is not installed in $POSTGRES_BIN; run script/setup"
    id -u "$cluster_user" >/dev/null 2>&1 || fail "there is no operating system user $cluster_user; run script/setup"
}

# cluster_directory DIR: creates it, closed to everyone but the user that runs PostgreSQL.
cluster_directory() {
    if ((EUID == 0)); then
        install -d -m 0700 -o "$cluster_user" -g "$(id -g "$cluster_user")" "$1"
    else
        install -d -m 0700 "$1"
    fi
}

cluster_socket() {
    local digest
    if ((${#1} + 4 <= socket_directory_limit)); then
        printf '%s/run\n' "$1"
    else
        digest=$(printf '%s' "$1" | sha256sum)
        printf '/tmp/lectern-%s\n' "${digest:0:16}"
    fi
}

# The directory is the guard of the socket: whoever can open it is trusted. So it has to be ours, and closed.
cluster_socket_prepare() {
    local socket owner
    socket=$(cluster_socket "$1")
    as_postgres mkdir -m 0700 "$socket" 2>/dev/null || true
    owner=$(stat -c %u "$socket" 2>/dev/null) || fail "cannot create $socket for the database socket"
    [[ -d $socket && ! -L $socket && $owner == "$(id -u "$cluster_user")" ]] ||
        fail "$socket exists and does not belong to $cluster_user; remove it or choose a shorter LECTERN_DATA_DIR"
    as_postgres chmod 0700 "$socket"
}

# cluster_init DIR: a kill in the middle leaves no half-made cluster, as the finished one is moved into place.
cluster_init() {
    local directory=$1
    [[ ! -e $directory/data/PG_VERSION ]] || return 0
    as_postgres rm -rf "$directory/data.new"
    as_postgres "$POSTGRES_BIN/initdb" --pgdata="$directory/data.new" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --data-checksums >/dev/null ||
        fail "initdb failed in $directory"
    as_postgres mkdir -p -m 0700 "$directory/log"
    as_postgres mv "$directory/data.new" "$directory/data"
}

durable_settings() {
    cat <<'END'
# An acknowledged change survives a crash of the process, the system and the power.
fsync = on
synchronous_commit = on
full_page_writes = on
END
}

fast_settings() {
    cat <<'END'
# For tests only: nothing in this cluster outlives the run, so nothing has to reach the disk.
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = 5s
END
}

common_settings() {
    cat <<'END'
shared_buffers = 128MB
max_wal_size = 1GB
checkpoint_timeout = 15min
wal_compression = on
# Every statement is short; compiling one would take longer than running it.
jit = off
timezone = 'UTC'
lc_messages = 'C'
# A week of logs, one file a day. Statements, parameters and the details of errors hold personal data: not logged.
logging_collector = on
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_file_mode = 0600
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
END
}

# cluster_configure DIR durable|fast [SETTING…]: written anew at each start, so an update of this file takes effect.
cluster_configure() {
    local directory=$1 durability=$2 socket
    shift 2
    cluster_socket_prepare "$directory"
    socket=$(cluster_socket "$directory")
    {
        printf '# Written by script/lib/cluster.sh at each start; put own settings into postgresql.conf, below the include.\n'
        printf "listen_addresses = ''\nport = 5432\nmax_connections = 100\n"
        printf "unix_socket_directories = '%s'\nunix_socket_permissions = 0700\n" "${socket//\'/\'\'}"
        printf "log_directory = '%s/log'\n" "${directory//\'/\'\'}"
        common_settings
        "${durability}_settings"
        # The last line wins, so a caller's setting overrides the ones above.
        if (($#)); then printf '%s\n' "$@"; fi
    } | as_postgres tee "$directory/data/lectern.conf" >/dev/null
    # shellcheck disable=SC2016 # $1 belongs to the inner shell
    as_postgres sh -c 'grep -qs "^include .lectern.conf." "$1" || echo "include '\''lectern.conf'\''" >> "$1"' \
        sh "$directory/data/postgresql.conf"
    # No host line: with the empty listen_addresses, a second lock on the same door.
    printf 'local all all trust\n' | as_postgres tee "$directory/data/pg_hba.conf" >/dev/null
}

cluster_answers() { "$POSTGRES_BIN/pg_isready" -q -t 3 -h "$(cluster_socket "$1")" -p "${2:-5432}"; }

# cluster_start DIR: pg_ctl puts the postmaster into a session of its own, so a signal to our process group does
# not reach it. A stale postmaster.pid is PostgreSQL's own business.
cluster_start() {
    local directory=$1 attempt
    # After a kill the old postmaster's children need a moment to notice it; until then they hold memory and lock file.
    for ((attempt = 0; attempt < 5; attempt++)); do
        if (
            # The postmaster must not inherit our locks (or a pipe that somebody waits for).
            for descriptor in "/proc/$BASHPID/fd/"*; do
                descriptor=${descriptor##*/}
                if ((descriptor > 2 && descriptor != 255)); then exec {descriptor}>&-; fi
            done
            as_postgres "$POSTGRES_BIN/pg_ctl" start -w -s -t 300 -D "$directory/data" -l "$directory/log/start.log" \
                </dev/null >/dev/null 2>&1
        ); then return 0; fi
        as_postgres tail -n 3 "$directory/log/start.log" | grep -qE 'shared memory|lock file' || break
        sleep 1
    done
    as_postgres tail -n 5 "$directory/log/start.log" >&2 || true
    fail "PostgreSQL did not start; its log is in $directory/log"
}

cluster_stop() {
    if as_postgres "$POSTGRES_BIN/pg_ctl" stop -w -s -t 60 -m "${2:-fast}" -D "$1/data" >/dev/null 2>&1; then
        [[ $(cluster_socket "$1") == "$1/run" ]] || as_postgres rmdir "$(cluster_socket "$1")" 2>/dev/null || true
    fi
}

# cluster_sql DIR DATABASE SQL
cluster_sql() {
    PGOPTIONS='' "$POSTGRES_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$(cluster_socket "$1")" -p "${4:-5432}" \
        -U postgres -d "$2" -c "$3"
}

percent_encode() {
    local LC_ALL=C text=$1 out='' char code
    while [[ -n $text ]]; do
        char=${text:0:1} text=${text:1}
        if [[ $char != [a-zA-Z0-9/._~-] ]]; then
            printf -v code '%d' "'$char"
            printf -v char '%%%02X' "$((code & 255))"
        fi
        out+=$char
    done
    printf '%s' "$out"
}

# cluster_url DIR ROLE DATABASE [PORT]
cluster_url() {
    printf 'postgresql://%s@/%s?host=%s&port=%s\n' \
        "$2" "$3" "$(percent_encode "$(cluster_socket "$1")")" "${4:-5432}"
}
