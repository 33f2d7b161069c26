# What the tests of mmf share; sourced with the program as the first argument. Those who source it
# work in an empty directory, $work.
# shellcheck shell=bash disable=SC2034 # who sources it uses them
set -uo pipefail
unset NO_COLOR
export TERM=xterm LC_ALL=C

mmf="$PWD/$1"
here="$PWD"
tests="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d "${TEST_TMPDIR:-/tmp}/mmf.XXXXXX")"
trap 'chmod -R u+w "$work"; rm -rf "$work" "$work.failed"' EXIT
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

# run STATUS ARGUMENT...: mmf itself.
run() {
    local status=$1
    shift
    check "$status" "$mmf" "$@"
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

silent() {
    [[ ! -s $work/$1 ]] || fail "$1 is not empty: $(cat "$work/$1")"
}

finish() {
    [[ ! -e $work.failed ]] || exit 1
}
