# shellcheck shell=bash
# A PostgreSQL as its Debian package makes it, for as long as the script runs: the configuration that initdb writes, TCP
# with TLS, passwords, and the roles of deploy/roles.sql. The caller has sourced scratch.sh.

# take_cluster_option "$@": reads `--cluster private|packaged`; what is left is in `arguments`.
take_cluster_option() {
    cluster=private arguments=()
    while (($#)); do
        case $1 in
        --cluster)
            case ${2:-} in private | packaged) cluster=$2 ;; *) fail "--cluster is private or packaged" ;; esac
            shift
            ;;
        *) arguments+=("$1") ;;
        esac
        shift
    done
}

random_password() { python3 -c 'import secrets; print(secrets.token_hex(24))'; }

# packaged_certificate DIRECTORY: an authority, and the server's certificate for 127.0.0.1.
packaged_certificate() {
    local directory=$1 name
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Lectern test authority' \
        -keyout "$directory/ca.key" -out "$directory/ca.pem" 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 \
        -keyout "$directory/server.key" -out "$directory/server.csr" 2>/dev/null
    openssl x509 -req -in "$directory/server.csr" -CA "$directory/ca.pem" -CAkey "$directory/ca.key" -CAcreateserial \
        -days 2 -extfile <(printf 'subjectAltName=IP:127.0.0.1\n') -out "$directory/server.pem" 2>/dev/null
    for name in ca.pem server.pem; do chmod 0644 "$directory/$name"; done
}

# packaged_server NAME PORT [SETTING…]: starts one in $scratch/NAME and sets packaged_password and packaged_ca.
packaged_server() {
    local directory=$scratch/$1 port=$2 name
    shift 2
    cluster_require
    cluster_directory "$directory"
    scratch_clusters+=("$directory")
    as_postgres "$POSTGRES_BIN/initdb" --pgdata="$directory/data" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
        --auth-local=trust --auth-host=scram-sha-256 >/dev/null || fail "initdb failed in $directory"
    as_postgres mkdir -m 0700 "$directory/log"
    cluster_socket_prepare "$directory"
    [[ -e $scratch/ca.pem ]] || packaged_certificate "$scratch"
    for name in server.key server.pem; do
        as_postgres tee "$directory/data/$name" <"$scratch/$name" >/dev/null
        as_postgres chmod 0600 "$directory/data/$name"
    done
    # The settings that pg_createcluster makes on Debian, and those that a caller's tests need.
    {
        printf "listen_addresses = '127.0.0.1'\nport = %s\nunix_socket_directories = '%s'\n" "$port" "$(cluster_socket "$directory")"
        printf "ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n"
        if (($#)); then printf '%s\n' "$@"; fi
    } | as_postgres tee -a "$directory/data/postgresql.conf" >/dev/null
    # The socket lies in a directory of ours; by TCP nobody comes without TLS and a password.
    printf 'local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n' |
        as_postgres tee "$directory/data/pg_hba.conf" >/dev/null
    cluster_start "$directory"
    packaged_ca=$scratch/ca.pem
    packaged_password=${packaged_password:-$(random_password)}
    cluster_sql "$directory" postgres "alter role postgres password '$packaged_password'" "$port"
}

# packaged_cluster NAME PORT [SETTING…]: the same, with the roles and the database `lectern`.
packaged_cluster() {
    local directory=$scratch/$1 port=$2
    packaged_server "$@"
    cluster_sql "$directory" postgres 'create database lectern' "$port"
    # As an administrator does it.
    "$POSTGRES_BIN/psql" -X -q -o /dev/null "$(packaged_url postgres "$port" lectern)" -v "owner_password=$packaged_password" \
        -v "app_password=$packaged_password" -f "$root/deploy/roles.sql" || fail "deploy/roles.sql failed"
}

# packaged_url ROLE PORT DATABASE
packaged_url() {
    printf 'postgresql://%s:%s@127.0.0.1:%s/%s?sslmode=verify-full&sslrootcert=%s\n' \
        "$1" "$packaged_password" "$2" "$3" "$(percent_encode "$packaged_ca")"
}
