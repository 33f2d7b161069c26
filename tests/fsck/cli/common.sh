#!/bin/bash
# What the tests of mmf-fsck's command line share; sourced with the test's own arguments:
#   TEST.sh JSON_GET MMF_FSCK PTY
# Stores are scripts: fake_check.c says of which steps.
# shellcheck disable=SC2034 # who sources it uses them
set -uo pipefail
unset NO_COLOR
export TERM=xterm LC_ALL=C

json_get="$PWD/$1"
fsck="$PWD/$2"
pty="$PWD/$3"
work="$(mktemp -d "${TEST_TMPDIR:-/tmp}/fsck.XXXXXX")"
trap 'rm -rf "$work" "$work.failed"' EXIT
cd "$work" || exit 1

# Kept in a file, as the end of a pipeline has variables of its own.
fail() {
    echo "FAILED: ${FUNCNAME[*]:1} line ${BASH_LINENO[*]}: $*" | tee -a "$work.failed" >&2
}

# check STATUS COMMAND...: runs it without a terminal; its output is in ./out and ./err.
check() {
    local status=$1 got
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null
    got=$?
    [[ $got == "$status" ]] ||
        fail "$*: exit status $got, not $status: $(cat "$work/out" "$work/err")"
}

# run STATUS ARGUMENT...: mmf-fsck itself.
run() {
    local status=$1
    shift
    check "$status" "$fsck" "$@"
}

# is FILE: its content is what stdin has, exactly.
is() {
    diff - "$work/$1" >"$work/difference" || fail "$1 is not as expected: $(cat "$work/difference")"
}

# says FILE TEXT, says_not FILE TEXT: it stands there.
says() {
    grep -qF -- "$2" "$work/$1" || fail "no \"$2\" in $1: $(cat "$work/$1")"
}

says_not() {
    ! grep -qF -- "$2" "$work/$1" || fail "\"$2\" in $1: $(cat "$work/$1")"
}

# store NAME: its script is what stdin has.
store() {
    cat >"$work/$1"
}

finish() {
    [[ ! -e $work.failed ]] || exit 1
}
