# shellcheck shell=bash
# Runs a command as a child that receives the signals this script receives.

child=''
starting=''
stop_signal=''
signals=0

pass_on() {
    stop_signal=$1 signals=$((signals + 1))
    if [[ -n $child ]]; then
        kill -s "$1" "$child" 2>/dev/null || true
    elif [[ -z $starting ]]; then
        exit $((128 + $(kill -l "$1")))
    fi
}
trap 'pass_on TERM' TERM
trap 'pass_on INT' INT
trap 'pass_on HUP' HUP

# run_child COMMAND…: returns the command's exit status; `stop_signal` names the signal that came meanwhile.
run_child() {
    local status seen
    stop_signal='' starting=yes
    # A background child of a script would ignore INT and QUIT and read from /dev/null: both are undone here.
    env --default-signal=INT,QUIT "$@" <&0 &
    child=$!
    starting=''
    if [[ -n $stop_signal ]]; then kill -s "$stop_signal" "$child" 2>/dev/null || true; fi
    while :; do
        seen=$signals status=0
        wait "$child" || status=$?
        # A signal makes `wait` return early; the child's own status is what a further call returns.
        ((signals != seen)) || break
    done
    child=''
    return "$status"
}

# run_step COMMAND…: the same, but a signal or a failure ends the script.
run_step() {
    run_child "$@" || exit $?
    if [[ -n $stop_signal ]]; then exit $((128 + $(kill -l "$stop_signal"))); fi
}
