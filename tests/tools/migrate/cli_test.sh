#!/bin/bash
# mmf migrate and mmf upgrade as they are called.
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
  {"name": "note", "type": "string", "max": 8, "default": "none"},
  {"name": "sym", "type": "string", "max": 70, "aliases": ["symbol"]},
  {"name": "price", "type": "float64"},
  {"name": "levels", "type": "int16", "count": 2, "default": [1, -2]},
  {"name": "at", "type": "uint64", "aliases": ["timestamp"], "logical": "timestamp", "unit": "ns"}]}
JSON
sed 's/"reserved": \["volume"\], //; s/"price", "type": "float64"/"price", "type": "float32"/' \
    tick2.mmf.json >bad.mmf.json

# upgrade
cp "$go/ticks.mmf" ticks.mmf
chmod u+w ticks.mmf
run 2 upgrade ticks.mmf
says err '--schema is missing'
run 0 upgrade --schema tick.mmf.json ticks.mmf
is out <<TEXT
ticks.mmf: 200 records; what it was is $work/ticks.mmf.v1
TEXT
silent err
run 2 upgrade --schema tick.mmf.json ticks.mmf
says err 'of format 2 already'
run 0 diff --schema tick.mmf.json ticks.mmf.v1 ticks.mmf
rm ticks.mmf.v1
cp "$go/ticks.mmf" other.mmf
run 2 upgrade --schema tick2.mmf.json other.mmf
says err 'levels: format 1 has no arrays'
[[ ! -e other.mmf.v1 ]] || fail "kept what was not replaced"

# what a migration would do
run 0 migrate -n --schema tick2.mmf.json ticks.mmf
is out <<'TEXT'
ticks.mmf: Tick version 1 -> Tick version 2, 104 -> 120 bytes a record
  note             string(8)        new: none
  sym              string(70)       <- symbol string(64)
  price            float64          <- price float64
  levels           int16[2]         new: [1,-2]
  at               uint64           <- timestamp uint64
  volume           float64          dropped
TEXT
[[ ! -e ticks.mmf.bak ]] || fail "it was done"

# what is refused, where, and why
run 2 migrate --schema bad.mmf.json ticks.mmf
is err <<'TEXT'
bad.mmf.json:1:10: error: field "volume" would be lost: put its name into "reserved", or drop it explicitly
bad.mmf.json:4:29: error: field "price" was narrowed from float64 to float32, which does not hold every old value
TEXT
run 2 migrate --schema bad.mmf.json --drop volume ticks.mmf
says_not err volume
run 2 migrate --schema tick2.mmf.json --drop nothing ticks.mmf
says err 'nothing: cannot be dropped: no such field'
run 2 migrate ticks.mmf
says err '--schema is missing'
run 2 migrate --schema none.json ticks.mmf
says err 'none.json'

# done, once
cp ticks.mmf before.mmf
run 0 migrate --schema tick2.mmf.json ticks.mmf
is out <<TEXT
ticks.mmf: 200 records; what it was is $work/ticks.mmf.bak
TEXT
run 0 diff before.mmf ticks.mmf.bak
run 0 migrate --schema tick2.mmf.json ticks.mmf
is out <<'TEXT'
ticks.mmf: has that schema already
TEXT
run 0 copy ticks.mmf after.mmf
run 0 migrate --schema tick2.mmf.json --output second.mmf before.mmf
run 0 diff second.mmf after.mmf
run 2 migrate --schema tick2.mmf.json --output second.mmf before.mmf
says err 'second.mmf: File exists'
[[ ! -e before.mmf.bak ]] || fail "kept what was not replaced"
run 0 migrate --no-backup --schema tick2.mmf.json before.mmf
[[ ! -e before.mmf.bak ]] || fail "a backup"

# format 1 at once
cp "$go/ticks.mmf" once.mmf
chmod u+w once.mmf
run 2 migrate --schema tick2.mmf.json once.mmf
says err '--from'
run 0 migrate --from tick.mmf.json --schema tick2.mmf.json once.mmf
run 0 diff once.mmf after.mmf

# somebody writes
exec 9>>second.mmf.lock
flock 9
run 2 migrate --schema tick.mmf.json second.mmf
says err 'writes to it'
finish
