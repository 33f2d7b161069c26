# Stores to try commands on; sourced behind common.sh by tests whose arguments are
#   MMF PLAY PTY TRADE_SCHEMA TICK_1_SCHEMA FIXTURE...
# shellcheck shell=bash disable=SC2034,SC2154 # who sources it uses them; common.sh has others
play="$here/$2" pty="$here/$3" trade="$here/$4" tick="$here/$5"

# fixture NAME: its path, of the Go library's files.
fixture() {
    local path
    for path in "${fixtures[@]}"; do
        [[ $path != */$1 ]] || echo "$here/$path"
    done
}
fixtures=("${@:6}")

# three trades, and two more fields that need quotes
trades() {
    "$play" create "$1" "$trade" <<'END'
append symbol=ACME price=41.50 volume=100 at=2026-11-21T12:43:09.500Z levels=[0.1,2]
append symbol=XYZ price=-0.05 volume=4294967295 side=sell is_open=true
append symbol=a,"b price=7 volume=1 at=1970-01-01T00:00:01Z
END
}

# start NAME ARGUMENT...: play, which waits for lines from `tell NAME LINE`; there is one at a time.
start() {
    rm -f lines said
    mkfifo lines said
    "$play" "$@" <lines >said 2>play.err &
    player=$!
    exec 8>lines 9<said
}

# tell LINE...: and waits until it is done.
tell() {
    printf '%s\n' "$@" 'say done' >&8
    answer=
    read -r -t 60 -u 9 answer
    [[ $answer == 'done' ]] || fail "the writer: $(cat play.err)"
}

# stop: the store is closed.
stop() {
    exec 8>&-
    wait "$player" || fail "the writer: $(cat play.err)"
    exec 9<&-
}

# kill_writer: as an accident would.
kill_writer() {
    echo die >&8
    wait "$player" 2>/dev/null
    exec 8>&- 9<&-
}
