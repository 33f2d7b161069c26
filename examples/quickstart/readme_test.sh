#!/bin/sh
# README.md's first example is the one that is built here: byte for byte.
#
#   readme_test.sh README.md tick.mmf.json BUILD.bazel quickstart.c quickstart
set -eu

readme=$1 schema=$2 build=$3 code=$4 program=$5
tmp=${TEST_TMPDIR:-$(mktemp -d)}
failed=0

# The fenced block that follows a marker.
block() {
    awk -v marker="<!-- quickstart:$1 -->" '
        inside && /^```/ { whole = 1; exit }
        inside { print }
        seen && !inside && /^```/ { inside = 1 }
        $0 == marker { seen = 1 }
        END { exit !whole }
    ' "$readme" || {
        echo "$readme: no fenced block after the marker quickstart:$1" >&2
        return 1
    }
}

# same MARKER FILE: the block is the file.
same() {
    block "$1" >"$tmp/block" || { failed=1; return; }
    if ! diff -u "$tmp/block" "$2"; then
        echo "$readme: the block after quickstart:$1 is not $2" >&2
        failed=1
    fi
}

same schema "$schema"
same code "$code"

# A user loads the rule from another repository. The rest of the file is this test.
sed 's|"//:mmf.bzl"|"@mmapforge//:mmf.bzl"|; /^# README.md shows/,$d' "$build" |
    sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$tmp/build"
same build "$tmp/build"

"$program" "$tmp/ticks.mmf" >"$tmp/output"
same output "$tmp/output"
"$program" "$tmp/ticks.mmf" >"$tmp/again" # beside an old file
same output "$tmp/again"

if "$program" "$tmp/no/such/directory" >"$tmp/output" 2>"$tmp/error"; then
    echo "quickstart succeeds where it cannot" >&2
    failed=1
fi
grep -q '^quickstart: .*no/such/directory' "$tmp/error" || {
    cat "$tmp/error" >&2
    failed=1
}
exit $failed
