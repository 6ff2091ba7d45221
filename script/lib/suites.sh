# shellcheck shell=bash
# Outside judges: programs that know the product only by its interfaces. They are no part of the repository. A caller that
# has judges of its own besides sets `suites_are_optional`, and finds `suites` empty without them.

suites=${LECTERN_SUITES:-$root/../shared/suites}
if [[ ! -d $suites ]]; then
    say "no outside suites are present (LECTERN_SUITES names their directory)"
    [[ -n ${suites_are_optional:-} ]] || exit 0
    suites=
else
    suites=$(cd "$suites" && pwd)
fi
export PYTHONDONTWRITEBYTECODE=1

# A directory of its own for each run, so that runs at the same time keep their logs apart.
logs=$root/.build/${0##*/}/$(date +%Y%m%dT%H%M%S)-$$
mkdir -p "$logs"
failed=()

# judge NAME COMMAND…: its output goes to a log, its last line and verdict to the screen.
judge() {
    local name=$1 status=0
    shift
    run_child "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
    if [[ -n $stop_signal ]]; then exit $((128 + $(kill -l "$stop_signal"))); fi
    # psql ends well also when checks failed: the count is part of the verdict.
    if tail -n 1 "$logs/$name.log" | grep -qE '[1-9][0-9]* failed' && [[ $name == isolation ]]; then status=1; fi
    if ((status)); then failed+=("$name"); fi
    printf '%-4s %-10s %s\n' "$( ((status)) && echo FAIL || echo ok)" "$name" "$(tail -n 1 "$logs/$name.log")"
}

verdict() {
    printf 'logs: %s\n' "$logs"
    ((${#failed[@]} == 0)) || fail "failed: ${failed[*]}"
}
