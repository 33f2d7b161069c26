#!/bin/sh
# The whole program: what it prints, its exit status, and that it leaves nothing behind.
#
#   ticks_test.sh ticks sp500-2000.csv
set -u

ticks=$1 csv=$2
tmp=${TEST_TMPDIR:-$(mktemp -d)}
mkdir -p "$tmp/scratch"
failed=0

fail() {
    echo "FAILED: $*" >&2
    failed=1
}

# expect STATUS ARGUMENT…: runs it with its output in $tmp/out and $tmp/err.
expect() {
    expected=$1
    shift
    TEST_TMPDIR="$tmp/scratch" "$ticks" "$@" >"$tmp/out" 2>"$tmp/err"
    status=$?
    if [ "$status" -ne "$expected" ]; then
        cat "$tmp/out" "$tmp/err" >&2
        fail "ticks $*: exit status $status, not $expected"
    fi
    rmdir "$tmp/scratch" || fail "ticks $*: left something in its directory"
    mkdir -p "$tmp/scratch"
}

# has FILE TEXT
has() {
    grep -qF -- "$2" "$tmp/$1" || {
        cat "$tmp/$1" >&2
        fail "no \"$2\" in $1"
    }
}

matched="All 5105 records match the CSV, bit for bit."

expect 0 --file "$csv"
[ "$(tail -n 1 "$tmp/out")" = "$matched" ] || fail "the last line is another: $(tail -n 1 "$tmp/out")"
[ -s "$tmp/err" ] && fail "it says something: $(cat "$tmp/err")"
has out "   5105  2020-04-17 "
has out "One record, 64 bytes:"
has out "      12     4  (padding)"
has out "      56     8  volume"
has out "The CSV:     415968 bytes"
has out "326720 of them in 5105 records"

expect 0 --fast --file "$csv" --keep "$tmp/kept"
[ "$(tail -n 1 "$tmp/out")" = "$matched" ] || fail "the last line is another"
[ -s "$tmp/kept" ] || fail "--keep: there is no store"
expect 1 --fast --file "$csv" --keep "$tmp/kept"
has err "ticks: cannot create the store: $tmp/kept"

sed '5s/1403/14o3/' "$csv" >"$tmp/bad.csv"
expect 1 --file "$tmp/bad.csv"
has err "ticks: $tmp/bad.csv:5:50: expected a price"
expect 1 --file "$tmp/none.csv"
has err "ticks: $tmp/none.csv: No such file or directory"

expect 2 --unknown
expect 2 more
expect 2 --keep
expect 2 --keep ''
expect 0 --help
has out "usage: ticks"
[ -s "$tmp/err" ] && fail "--help says something on stderr"

# A full disk for its output is a failure, not silence.
if [ -w /dev/full ]; then
    TEST_TMPDIR="$tmp/scratch" "$ticks" --fast --file "$csv" >/dev/full 2>"$tmp/err" &&
        fail "it succeeds without its output"
    has err "ticks: standard output"
fi

# Interrupted, it ends at once and cleans up.
TEST_TMPDIR="$tmp/scratch" "$ticks" --file "$csv" >"$tmp/live" 2>"$tmp/err" &
pid=$!
touch "$tmp/live"
while ! grep -q "^    500 " "$tmp/live"; do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.02
done
kill -TERM "$pid"
wait "$pid" && fail "interrupted, it succeeds"
has err "ticks: interrupted"
rmdir "$tmp/scratch" || fail "interrupted, it leaves something in its directory"

exit $failed
