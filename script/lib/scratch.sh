# shellcheck shell=bash
# A throw-away directory and throw-away PostgreSQL clusters in it; everything goes when the script ends.

# Always /tmp: the path has to be short (socket addresses) and open to the user that runs PostgreSQL.
scratch=$(mktemp -d /tmp/lectern-XXXXXXXX)
chmod 0711 "$scratch"
scratch_clusters=()
scratch_processes=()

scratch_leave() {
    local status=$? process cluster
    trap '' TERM INT HUP
    for process in "${scratch_processes[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
    for process in "${scratch_processes[@]}"; do wait "$process" 2>/dev/null || true; done
    for cluster in "${scratch_clusters[@]}"; do cluster_stop "$cluster" immediate; done
    rm -rf "$scratch"
    exit "$status"
}
trap scratch_leave EXIT

# scratch_cluster NAME durable|fast [SETTING…]: starts a cluster in $scratch/NAME.
scratch_cluster() {
    local directory=$scratch/$1 durability=$2
    shift 2
    cluster_require
    cluster_directory "$directory"
    scratch_clusters+=("$directory")
    cluster_init "$directory"
    cluster_configure "$directory" "$durability" "$@"
    cluster_start "$directory"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
