# shellcheck shell=bash
# venv NAME PACKAGE…: a virtual environment below .build, made once also when two runs want it.
venv() {
    local directory=$root/.build/$1
    shift
    (
        flock -x 9
        [[ -e $directory/complete ]] && exit 0
        say "creating ${directory#"$root"/}"
        rm -rf "$directory"
        python3 -m venv "$directory"
        "$directory/bin/pip" install -q --disable-pip-version-check "$@"
        touch "$directory/complete"
    ) 9>"$directory.lock"
}
