#!/bin/sh
# Follows a log that grows, is cut and is rotated; every line must be printed once.
set -eu

tail=$1
dir=$(mktemp -d "${TEST_TMPDIR:-/tmp}/tail.XXXXXX")
log=$dir/log
out=$dir/out
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT

# Waits until the last line that was printed is this one.
await() {
    tries=0
    until [ "$(tail -n 1 "$out" 2>/dev/null)" = "$1" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 500 ]; then
            echo "no line '$1' in:" && cat "$out" "$dir/err" && exit 1
        fi
        sleep 0.02
    done
}

echo "before" >"$log"
"$tail" --stop-after 9 "$log" >"$out" 2>"$dir/err" &
pid=$!
sleep 0.3

echo "one" >>"$log"
await one
i=0
while [ $i -lt 1000 ]; do # one line of several pages
    printf '0123456789'
    i=$((i + 1))
done >>"$log"
printf '\nthree\n' >>"$log"
await three

: >"$log" # cut, and begun again
sleep 0.1
echo "four" >>"$log"
await four

mv "$log" "$log.1" # rotated; its last line comes late
echo "five" >>"$log.1"
echo "six" >"$log"
await six
echo "seven" >>"$log"
await seven

rm "$log" # gone for a while
sleep 0.1
printf 'eight\nnine\n' >"$log"
wait "$pid"

{
    echo one
    i=0
    while [ $i -lt 1000 ]; do
        printf '0123456789'
        i=$((i + 1))
    done
    printf '\nthree\nfour\nfive\nsix\nseven\neight\nnine\n'
} >"$dir/expected"
diff "$dir/expected" "$out"
grep -q "was cut" "$dir/err"
grep -q "new file" "$dir/err"
