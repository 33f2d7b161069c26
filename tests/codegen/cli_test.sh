#!/bin/bash
# The command line of mmf-gen: exit statuses, what it writes, what it leaves alone.
set -uo pipefail

gen="$PWD/$1"
tick="$PWD/tests/golden/tick.mmf.json"
work="$(mktemp -d "${TEST_TMPDIR:-/tmp}/cli.XXXXXX")"
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# expect STATUS ARGUMENT…: runs mmf-gen; its output is in ./out and ./err.
expect() {
    local status=$1 got
    shift
    "$gen" "$@" >"$work/out" 2>"$work/err"
    got=$?
    [[ $got == "$status" ]] || fail "mmf-gen $*: exit status $got, not $status: $(cat "$work/err")"
}

# says FILE TEXT: the text stands in ./out or ./err.
says() {
    grep -qF -- "$2" "$work/$1" || fail "no \"$2\" in $1: $(cat "$work/$1")"
}

is_there() {
    local file
    for file; do [[ -s $file ]] || fail "$file is missing"; done
}

is_absent() {
    local file
    for file; do [[ ! -e $file ]] || fail "$file should not be there"; done
}

mkdir in dir
cp "$tick" in/tick.mmf.json
cp "$tick" in/plain.json
echo '{"name":"Bad","version":1,"fields":[{"name":"a","type":"int9"},{"name":"int","type":"int8"}]}' >in/bad.mmf.json
echo '{"name":"Twice","version":1,"fields":[
  {"name":"a","type":"int8","count":2},
  {"name":"a_at","type":"int8"}]}' >in/twice.mmf.json

# --- information
expect 0 --help
says out 'usage: mmf-gen'
expect 0 --version
says out 'mmf-gen '

# --- usage
expect 2
says err 'no schema file'
expect 2 --frobnicate in/tick.mmf.json
says err '--frobnicate'
expect 2 -o
says err 'an argument is missing'
expect 2 --basename x in/tick.mmf.json in/plain.json
says err '--basename'
expect 2 --basename a/b in/tick.mmf.json
expect 2 --check --print-layout in/tick.mmf.json
says err 'only one of them'
expect 2 --compat in/tick.mmf.json in/tick.mmf.json in/plain.json
is_absent in/*.mmf.h

# --- writing: beside the input, without tests
expect 0 in/tick.mmf.json in/plain.json
says out 'Tick v1 → 6 fields, 152 bytes/record'
[[ $(wc -l <out) == 2 ]] || fail 'one line a file'
expect 0 --quiet in/tick.mmf.json in/plain.json
[[ ! -s out ]] || fail "--quiet: $(cat out)"
is_there in/tick.mmf.h in/tick.mmf.c in/plain.mmf.h in/plain.mmf.c
is_absent in/tick_mmf_test.c
grep -q 'from plain.json, schema' in/plain.mmf.h || fail 'the name of the input is missing'
! grep -q 'in/' in/plain.mmf.h in/plain.mmf.c || fail 'a path is in the output'
grep -q '"plain.mmf.h"' in/plain.mmf.c || fail 'the source includes another header'

# --- writing: elsewhere, under another name, with tests
expect 0 -o dir --basename tack --tests in/tick.mmf.json
is_there dir/tack.mmf.h dir/tack.mmf.c dir/tack_mmf_test.c
is_absent dir/tick.mmf.h
[[ $(ls dir) == $'tack.mmf.c\ntack.mmf.h\ntack_mmf_test.c' ]] || fail "left over: $(ls dir)"
expect 2 -o no/such/directory in/tick.mmf.json
says err 'no/such/directory'
expect 2 in/missing.mmf.json
says err 'in/missing.mmf.json: error: '

# the same input gives the same bytes, wherever it is
mkdir -p other/place
cp "$tick" other/place/tick.mmf.json
expect 0 other/place/tick.mmf.json
cmp -s in/tick.mmf.h other/place/tick.mmf.h || fail 'headers differ by place'
cmp -s in/tick.mmf.c other/place/tick.mmf.c || fail 'sources differ by place'

# --- files that are right already are not touched, wrong ones are replaced
touch -d '2001-01-01' in/tick.mmf.h
echo '/* edited */' >>in/tick.mmf.c
expect 0 in/tick.mmf.json
[[ $(stat -c %Y in/tick.mmf.h) == "$(date -d 2001-01-01 +%s)" ]] || fail 'tick.mmf.h was touched'
cmp -s in/tick.mmf.c other/place/tick.mmf.c || fail 'tick.mmf.c was not replaced'
[[ $(stat -c %a in/tick.mmf.c) == "$(printf %o $((0666 & ~0$(umask))))" ]] || fail 'mode'

# --- errors: all of them, nothing written, other files unharmed
expect 1 -o dir in/bad.mmf.json in/tick.mmf.json
says err 'in/bad.mmf.json:1:'
[[ $(grep -c ': error: ' err) == 2 ]] || fail "not both errors: $(cat err)"
is_absent dir/bad.mmf.h dir/bad.mmf.c
is_there dir/tick.mmf.h
expect 1 in/twice.mmf.json
says err 'in/twice.mmf.json:3:11: error: in C, field "a_at" would have the name twice_get_a_at'
says err 'in/twice.mmf.json:2:11: note: field "a" is here'
is_absent in/twice.mmf.h

# --- modes that write nothing
rm -rf dir/*
expect 0 --check -o dir in/tick.mmf.json
expect 1 --check -o dir in/bad.mmf.json
expect 1 --check -o dir in/twice.mmf.json
expect 0 --print-layout -o dir in/tick.mmf.json
says out 'end of record'
expect 0 --list-outputs --tests -o dir in/tick.mmf.json
[[ $(cat out) == $'dir/tick.mmf.h\ndir/tick.mmf.c\ndir/tick_mmf_test.c' ]] || fail "$(cat out)"
expect 0 --list-outputs in/plain.json
[[ $(cat out) == $'in/plain.mmf.h\nin/plain.mmf.c' ]] || fail "$(cat out)"
expect 0 --emit sql-postgres -o dir in/tick.mmf.json
says out 'CREATE TABLE "tick" ('
expect 2 --emit sql-oracle in/tick.mmf.json
says err '"sql-oracle" is none of sql-sqlite, sql-postgres, sql-clickhouse, numpy, json'
expect 2 --raw in/tick.mmf.json
says err '--raw: only with --emit'
expect 2 --check --emit json in/tick.mmf.json
says err 'only one of them'
expect 1 --emit json in/bad.mmf.json
[[ ! -s out ]] || fail "--emit of a schema with errors: $(cat out)"
is_absent dir/*

# --- dependencies in make's language
mkdir 'a b$c'
cp "$tick" 'a b$c/t#1.mmf.json'
expect 0 --depfile dir/deps --basename x -o dir 'a b$c/t#1.mmf.json'
[[ $(cat dir/deps) == 'dir/x.mmf.h dir/x.mmf.c: a\ b$$c/t\#1.mmf.json' ]] || fail "$(cat dir/deps)"
if command -v make >/dev/null; then
    printf 'all: dir/x.mmf.h\ninclude dir/deps\n' >Makefile
    make -q all || fail 'make does not understand the dependencies, or would rebuild'
fi
expect 0 --depfile dir/deps2 --tests -o dir in/tick.mmf.json in/plain.json
[[ $(wc -l <dir/deps2) == 2 ]] || fail 'one rule a file'
grep -q '^dir/tick.mmf.h dir/tick.mmf.c dir/tick_mmf_test.c: in/tick.mmf.json$' dir/deps2 ||
    fail "$(cat dir/deps2)"
expect 1 --depfile dir/deps3 -o dir in/bad.mmf.json
is_absent dir/deps3

# --- --compat
sed 's/"version": 1/"version": 2/; s/"max": 64/"max": 65/' in/tick.mmf.json >in/wider.mmf.json
sed 's/"SELL": 1/"SELL": 2/' in/tick.mmf.json >in/other.mmf.json
sed 's/last traded/latest/' in/tick.mmf.json >in/same.mmf.json
expect 0 --compat in/tick.mmf.json in/same.mmf.json
says out 'Tick v1 → v1: compatible'
expect 3 --compat in/tick.mmf.json in/wider.mmf.json
says out 'in/wider.mmf.json:7:'
says out 'needs migration: "max" of field "symbol" was raised from 64 to 65'
says out 'Tick v1 → v2: needs migration'
expect 4 --compat in/tick.mmf.json in/other.mmf.json
says out 'forbidden: symbol "SELL"'
expect 1 --compat in/bad.mmf.json in/tick.mmf.json
expect 1 --compat in/tick.mmf.json in/bad.mmf.json
expect 2 --compat in/missing.json in/tick.mmf.json

# --- output that cannot be written
if [[ -e /dev/full ]]; then
    "$gen" --help >/dev/full 2>err
    [[ $? == 2 ]] || fail 'a full disk goes unnoticed'
fi

((failures == 0)) && echo 'all well'
exit $((failures > 0))
