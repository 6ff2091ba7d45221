# shellcheck shell=bash
# The basics of every script: the repository, the data directory, and messages.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Progress and errors go to standard error, so that standard output stays free for what a command is asked for.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# Absolute, because the server may change its directory and PostgreSQL does.
LECTERN_DATA_DIR=${LECTERN_DATA_DIR:-$root/.lectern}
[[ $LECTERN_DATA_DIR == /* ]] || LECTERN_DATA_DIR=$PWD/$LECTERN_DATA_DIR
export LECTERN_DATA_DIR
