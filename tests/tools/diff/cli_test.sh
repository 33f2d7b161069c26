#!/bin/bash
# mmf diff as it is called.
#
#   cli_test.sh MMF
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
go="$here/tests/fixtures/go-mmapforge"
cat >tick.mmf.json <<'JSON'
{"name": "Tick", "version": 1, "fields": [
  {"name": "symbol", "type": "string", "max": 64}, {"name": "price", "type": "float64"},
  {"name": "volume", "type": "float64"}, {"name": "timestamp", "type": "uint64"}]}
JSON
cat >tick2.mmf.json <<'JSON'
{"name": "Tick", "version": 2, "reserved": ["volume"], "fields": [
  {"name": "symbol", "type": "string", "max": 70}, {"name": "price", "type": "float64"},
  {"name": "timestamp", "type": "uint64"}, {"name": "venue", "type": "uint8"}]}
JSON
run 0 upgrade -s tick.mmf.json --output a.mmf "$go/ticks.mmf"
cp "$go/stuck.mmf" b.mmf
chmod u+w b.mmf
run 0 upgrade -s tick.mmf.json --damaged=keep b.mmf
run 0 diff a.mmf a.mmf
silent out
silent err

# record 5 lost its writer between two prices; the second has but 100
run 1 diff a.mmf b.mmf
is out <<'TEXT'
5 price: 101.25 -> -1
100 to 199: only in a.mmf
TEXT
silent err
run 1 diff --json a.mmf b.mmf
is out <<'TEXT'
{"index":5,"field":"price","a":101.25,"b":-1}
{"only":"a","first":100,"count":100}
TEXT
run 1 diff --brief a.mmf b.mmf
is out <<'TEXT'
a.mmf and b.mmf differ
TEXT
run 1 diff -qj a.mmf b.mmf
is out <<'TEXT'
{"differ":true}
TEXT
run 1 diff --fields symbol,volume a.mmf b.mmf
is out <<'TEXT'
100 to 199: only in a.mmf
TEXT
run 2 diff --fields symbol,nothing a.mmf b.mmf
is err <<'TEXT'
mmf diff: a.mmf: has no field "nothing"
TEXT
run 1 diff -n 1 a.mmf b.mmf
says err 'stopped at 1 differences'

# schemas
run 0 migrate -s tick2.mmf.json -o c.mmf a.mmf
run 1 diff a.mmf c.mmf
is out <<'TEXT'
schema symbol: string(64) -> string(70)
schema volume: float64, only in a.mmf
schema venue: uint8, only in c.mmf
TEXT
run 0 diff --fields price,timestamp a.mmf c.mmf
run 1 diff --json a.mmf c.mmf
is out <<'TEXT'
{"field":"symbol","type_a":"string(64)","type_b":"string(70)"}
{"field":"volume","type_a":"float64"}
{"field":"venue","type_b":"uint8"}
TEXT

# damage is trouble, whatever else there is
run 2 diff -s tick.mmf.json "$go/stuck.mmf" b.mmf
says err 'stuck.mmf: record 5:'
says err 'stuck.mmf: record 63:'
says err '2 damaged records were not compared'
silent out
run 2 diff a.mmf "$go/ticks.mmf"
says err '--schema'
run 0 diff --schema-b tick.mmf.json a.mmf "$go/ticks.mmf"
run 2 diff a.mmf none.mmf
run 2 diff a.mmf
check 2 bash -c "\"$mmf\" diff a.mmf b.mmf >/dev/full"
says err 'could not be written'
finish
