#!/bin/bash
# mmf cat beside writers: records that come, that are stuck, and the ends of --follow.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/stores.sh
source "$tests/stores.sh"

trades a.mmf

# until COMMAND...: it becomes true; a minute at most.
until_is() {
    local i
    for ((i = 0; i < 600; i++)); do
        "$@" && return
        sleep 0.1
    done
    fail "in a minute not: $*"
}

lines() {
    [[ $(wc -l <"$1") == "$2" ]]
}

# --- New records, then a signal ------------------------------------------------------------------

for signal in TERM INT; do
    rm -f b.mmf*
    cp a.mmf b.mmf
    start open b.mmf "$trade"
    tell 'append volume=4'
    # a shell has its background jobs ignore the interrupt
    bash -c 'trap - INT; exec "$@"' _ "$mmf" cat -Fr -2: -f volume b.mmf >followed 2>err &
    follower=$!
    until_is lines followed 3
    tell 'append volume=5' 'append volume=6'
    until_is lines followed 5
    tell 'append volume=7'
    until_is lines followed 6
    kill -"$signal" "$follower"
    wait "$follower" || fail "SIG$signal: exit status $?"
    is followed <<'END'
volume
1
4
5
6
7
END
    silent err
    stop
done

# --- A limit, and the end of a pipe --------------------------------------------------------------

start open a.mmf "$trade"
"$mmf" cat -F -n 4 --no-header -f volume a.mmf >followed 2>err &
follower=$!
until_is lines followed 3
tell 'append volume=4' 'append volume=5'
wait "$follower" || fail "a limit: exit status $?"
[[ $(tail -n 1 followed) == 4 ]] || fail "a limit: $(cat followed)"

# from a record on that is to come
"$mmf" cat -Fr 6: -n 1 --no-header -f volume a.mmf >followed &
follower=$!
sleep 0.2
tell 'append volume=6' 'append volume=7'
wait "$follower" || fail "records to come: exit status $?"
is followed <<<7

{
    "$mmf" cat -F --no-header -f volume a.mmf 2>err
    echo "$?" >status
} | head -n 5 >followed
until_is test -s status
lines followed 5 || fail "a pipe: $(cat followed)"
silent err

# --- Each record is of one moment ----------------------------------------------------------------

for ((i = 0; i < 20000; i++)); do
    echo "set 0 volume=$i price=$i symbol=$i"
done >&8 &
feeder=$!
for ((i = 0; i < 20; i++)); do
    run 0 cat --no-header -f symbol,volume,price -r 0 a.mmf
    IFS=, read -r symbol volume price <out
    [[ $symbol == ACME || "$symbol $symbol.00" == "$volume $price" ]] || fail "torn: $(cat out)"
done
wait "$feeder"
tell

# --- A record whose writer does not go on --------------------------------------------------------

tell 'enter 1'
run 2 cat --no-header -f volume a.mmf
is out <<'END'
19999
1
4
5
6
7
END
is err <<<"mmf cat: record 1: the record's writer did not finish before the deadline; skipped"

# dead, it is known what the record was
kill_writer
run 0 cat --no-header -f volume -r 1 a.mmf
is out <<<4294967295
finish
