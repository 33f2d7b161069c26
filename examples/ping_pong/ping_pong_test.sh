#!/bin/sh
# Some balls go there and back, and nothing is left behind.
#
#   ping_pong_test.sh ping_pong
set -eu

program=$1
tmp=${TEST_TMPDIR:-$(mktemp -d)}

"$program" 2000 >"$tmp/output"
grep -Eq '^2000 round trips of 64 bytes, [0-9]+ a second, [0-9]+ ns each$' "$tmp/output" || {
    cat "$tmp/output" >&2
    exit 1
}
"$program" 1 >"$tmp/output"
if "$program" none 2>"$tmp/error"; then
    echo "ping_pong plays no rounds" >&2
    exit 1
fi
grep -q '^usage: ' "$tmp/error"
