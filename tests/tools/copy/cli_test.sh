#!/bin/bash
# mmf copy as it is called.
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

run 0 upgrade --schema tick.mmf.json --output a.mmf "$go/ticks.mmf"
run 0 copy a.mmf b.mmf
silent out
silent err
run 0 diff a.mmf b.mmf
silent out

# what is there stays, unless it may go
run 2 copy a.mmf b.mmf
is err <<'TEXT'
mmf copy: b.mmf: File exists
TEXT
run 0 copy --force a.mmf b.mmf
run 2 copy --force a.mmf ./a.mmf
says err 'is what would be copied'
run 2 copy none.mmf c.mmf
says err 'none.mmf'
run 2 copy tick.mmf.json c.mmf
run 2 copy a.mmf
run 2 copy a.mmf no/such/directory
[[ ! -e c.mmf ]] || fail "something was made"

# format 1: says what it lacks
run 2 copy "$go/ticks.mmf" c.mmf
says err '--schema'
run 0 copy --schema tick.mmf.json "$go/ticks.mmf" c.mmf
[[ $(stat -c %s c.mmf) == $((64 + 200 * 104)) ]] || fail "not compact: $(stat -c %s c.mmf)"
cp "$go/empty.mmf" e.mmf
run 0 copy -s tick.mmf.json e.mmf f.mmf

# damage is told by index, and refused
cp "$go/stuck.mmf" stuck.mmf
chmod u+w stuck.mmf
run 2 copy --lock -s tick.mmf.json stuck.mmf d.mmf
says err 'record 5:'
says err 'record 63:'
says err '2 of 100 records are damaged, the first is 5: nothing was made'
[[ ! -e d.mmf ]] || fail "something was made"
run 0 copy --lock --damaged=blank -s tick.mmf.json stuck.mmf d.mmf
says err '2 damaged records were replaced by blank ones'
run 2 copy --damaged=skip a.mmf g.mmf
says err 'not one of refuse|keep|blank'

# cut in the middle
head -c 12288 a.mmf >cut.mmf
run 2 copy cut.mmf g.mmf
says err 'cut.mmf'

# a signal ends it in good order: each of the two damaged records takes a second
before=$(ls -A)
"$mmf" copy --damaged=keep -s tick.mmf.json "$go/stuck.mmf" late.mmf 2>err.late &
sleep 0.3
kill -TERM $!
wait $!
[[ $? == 2 ]] || fail "exit status of a cancelled copy"
grep -q cancelled err.late || fail "it does not say so: $(cat err.late)"
rm err.late
[[ $(ls -A) == "$before" ]] || fail "left behind: $(ls -A)"

# the lock
run 0 copy --lock a.mmf h.mmf
run 0 diff a.mmf h.mmf
exec 9>>a.mmf.lock
flock 9
run 2 copy --lock a.mmf i.mmf
says err 'writes to it'
run 0 copy a.mmf i.mmf
finish
