#!/bin/bash
# The command line of mmf export: what it takes, what it refuses, what a failure leaves.
#
#   export_test.sh MMF MMF_GEN MAKE_STORE
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/export/ticks.sh
source "$here/tests/tools/export/ticks.sh"
make_store="$here/$3"
schemas="$here/tests/tools/export"
fixtures="$here/tests/fixtures/go-mmapforge"

ticks 4 | "$make_store" "$schemas/tick.mmf.json" ticks.mmf

run 0 export ticks.mmf
silent err
is out <<'END'
symbol,price,size,side,at,order_id
S0,0.25,0,SELL,2026-11-21T12:00:00.000000Z,0
S19,0.5,31,BUY,2026-11-21T12:00:01.000997Z,1
S38,0.75,62,BUY,2026-11-21T12:00:02.001994Z,2
S7,1,93,SELL,2026-11-21T12:00:03.002991Z,3
END
run 0 export --format jsonl --fields side,order_id --range 2: ticks.mmf
is out <<'END'
{"side":"BUY","order_id":2}
{"side":"SELL","order_id":3}
END
run 0 export -f side,at --raw -r :1 ticks.mmf
is out <<'END'
side,at
1,1795262400000000
END
run 0 export --range 1:1 -f size ticks.mmf
is out <<<size
for range in : 0: :4 :100 -100:; do
    run 0 export --range="$range" -f size ticks.mmf
    [[ $(wc -l <out) == 5 ]] || fail "$range: $(cat out)"
done
for range in 4: 100: 5:9 -1:1; do
    run 0 export --range="$range" -f size ticks.mmf
    is out <<<size
done
run 0 export --range=-1 -f order_id ticks.mmf
is out <<<$'order_id\n3'

# --- refused
for range in 1-2 a: :b 1:2:3 99999999999999999999:; do
    run 2 export --range="$range" ticks.mmf
    says err "mmf export: --range: not a range, such as 10:20, 100:, -10: or 7: $range"
    silent out
done
run 2 export --fields prize ticks.mmf
says err 'no field prize; did you mean price?'
run 2 export --format raw --fields side ticks.mmf
says err 'format raw has whole records: no fields'
run 2 export --format xml ticks.mmf
says err 'xml'
run 2 export none.mmf
says err 'none.mmf'
run 2 export "$schemas/tick.mmf.json"
says err 'tick.mmf.json'
run 2 export --schema "$schemas/everything.mmf.json" ticks.mmf
says err 'ticks.mmf'

# --- files: all or nothing
run 0 export --output x.csv ticks.mmf
silent out
[[ $(wc -l <x.csv) == 5 ]] || fail "$(cat x.csv)"
cp ticks.mmf damaged.mmf
printf '\x15' | dd of=damaged.mmf bs=1 seek=$((4096 + 2 * 64 + 8)) conv=notrunc status=none
for format in csv jsonl pgcopy rowbinary raw npy; do
    run 2 export --format "$format" --output x.csv damaged.mmf
    says err 'mmf export: damaged.mmf: record 2: symbol: a length of 21, where the most is 20'
    [[ $(wc -l <x.csv) == 5 ]] || fail "$format: x.csv has changed"
    run 2 export --format "$format" --output y damaged.mmf
    [[ ! -e y ]] || fail "$format: half of y is there"
done
[[ $(echo x.csv*) == x.csv ]] || fail "left behind: $(echo x.csv*)"
run 0 export --range :2 --format pgcopy damaged.mmf
run 2 export --output ticks.mmf ticks.mmf
says err 'ticks.mmf: is the store itself'
run 0 export --output /dev/null ticks.mmf
[[ -c /dev/null ]] || fail '/dev/null was replaced'
check 2 bash -c '"$0" export ticks.mmf >/dev/full' "$mmf"
says err 'No space left on device'
# who reads may have had enough
ticks 1 | "$make_store" "$schemas/tick.mmf.json" big.mmf 200000
"$mmf" export big.mmf 2>err | head -n 1 >/dev/null
silent err

# whoever is killed leaves nothing but what is complete, where the file system has nameless files
mkdir killed
kind=$(stat -f -c %T killed)
for pause in 0 0.02 0.05 0.1; do
    "$mmf" export --output killed/x big.mmf &
    sleep "$pause"
    kill -KILL $! 2>/dev/null
    wait $! 2>/dev/null
    if [[ -e killed/x ]]; then
        [[ $(wc -l <killed/x) == 200001 ]] || fail "half of a file after $pause s"
        rm killed/x
    fi
    [[ $kind == overlayfs ]] && rm -f killed/x.new-*
    [[ -z $(ls -A killed) ]] || fail "left behind after $pause s: $(ls -A killed)"
done

truncate -s 4100 damaged.mmf
run 2 export damaged.mmf
says err 'damaged.mmf'

# --- files of the Go library: format 1
run 2 export "$fixtures/ticks.mmf"
says err '--schema'
run 0 export --schema "$schemas/go_tick.mmf.json" --fields price,timestamp --range 1:3 "$fixtures/ticks.mmf"
is out <<'END'
price,timestamp
100.25,1700000000001000003
100.5,1700000000002000006
END
run 0 export --schema "$schemas/go_tick.mmf.json" --format raw --output raw.bin "$fixtures/ticks.mmf"
[[ $(stat -c %s raw.bin) == $((200 * 104)) ]] || fail "raw of format 1: $(stat -c %s raw.bin)"
run 0 export --schema "$schemas/go_tick.mmf.json" "$fixtures/empty.mmf"
is out <<<symbol,price,volume,timestamp
run 2 export --schema "$schemas/go_tick.mmf.json" --output y "$fixtures/stuck.mmf"
says err "stuck.mmf: record 5: the record's writer did not finish before the deadline"
[[ ! -e y ]] || fail 'half of y is there'
run 0 export --schema "$schemas/go_tick.mmf.json" --range 6:63 "$fixtures/stuck.mmf"

# --- SQLite takes in the text
gen="$here/$2"
columns='"select", xmin, u64, word, side, at_ns, cents, totals'

# into_sqlite EXPECTED_STATUS RANGE [--raw]: a table of its own
into_sqlite() {
    local status=$1 range=$2
    shift 2
    rm -f db
    "$gen" --emit sql-sqlite "$@" "$schemas/everything.mmf.json" | sqlite3 db
    run 0 export "$@" --range "$range" --output x.csv everything.mmf
    sqlite3 db '.import --csv --skip 1 x.csv everything' 2>refused
    [[ -s refused ]] && status=$((status - 1))
    ((status == 0)) || fail ".import: $(cat refused)"
    check 0 sqlite3 db "SELECT $columns FROM everything"
}

if command -v sqlite3 >/dev/null; then
    "$make_store" "$schemas/everything.mmf.json" everything.mmf <"$schemas/everything.txt"
    into_sqlite 0 1:
    is out <<'END'
false|0|0||NONE|1970-01-01T00:00:00.000000000Z|0.00|[0,0]
true|1|10000|12345678x,"y"|SELL|1969-12-31T23:59:59.999999999Z|100.00|[10000,99999999]
END
    into_sqlite 0 1: --raw
    is out <<'END'
0|0|0||0|0|0|[0,0]
1|1|10000|12345678x,"y"|-1|-1|10000|[10000,99999999]
END
    into_sqlite 1 :1 # what an INTEGER there does not hold is not rounded
    silent out
    grep -q 'CHECK constraint failed' refused || fail "$(cat refused)"
else
    echo 'skipped: no sqlite3 (Debian: sqlite3)'
fi
finish
