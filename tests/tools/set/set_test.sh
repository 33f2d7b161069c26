#!/bin/bash
# mmf set: all of a change or nothing of it, and who is in the way.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/stores.sh
source "$tests/stores.sh"

# record INDEX: as CSV, compared with stdin.
record() {
    run 0 cat --no-header -r "$1" a.mmf
    is out
}

trades a.mmf
run 0 set a.mmf 0 price=42
silent out
silent err
record 0 <<<'ACME,42.00,100,buy,false,2026-11-21T12:43:09.500Z,"[0.1,2]"'
run 0 set -v a.mmf 1 symbol='Ö\t' side=buy is_open=false 'levels[1]=-1.5'
is out <<'END'
symbol: XYZ → Ö\t
side: sell → buy
is_open: true → false
levels[1]: 0 → -1.5
END
record 1 <<<$'Ö\t,-0.05,4294967295,buy,false,1970-01-01T00:00:00.000Z,"[0,-1.5]"'
run 0 set -v a.mmf -- -1 'levels=[3,4]' at='2026-01-01 00:00:00+01:00'
is out <<'END'
levels: [0,0] → [3,4]
at: 1970-01-01T00:00:01.000Z → 2025-12-31T23:00:00.000Z
END
run 0 stat a.mmf
says out 'state     clean'

# with its output closed, the store is not what takes its place
"$mmf" set -v a.mmf 1 side=sell >&- 2>err
[[ $? == 2 ]] || fail 'a closed output is no trouble'
says err 'the output could not be written'
run 0 stat a.mmf
record 1 <<<$'Ö\t,-0.05,4294967295,sell,false,1970-01-01T00:00:00.000Z,"[0,-1.5]"'

# --- Nothing is changed --------------------------------------------------------------------------

cp a.mmf before.mmf
run 0 set -n a.mmf 0 price=1 volume=2
is out <<'END'
price: 42.00 → 1.00
volume: 100 → 2
END
run 2 set a.mmf 0 volume=7 price=x
says err 'mmf set: price: '
run 2 set a.mmf 0 volume=4294967296
says err 'mmf set: volume: '
run 2 set a.mmf 0 symbol=123456789
says err 'mmf set: symbol: '
run 2 set a.mmf 0 side=hold
says err 'mmf set: side: '
run 2 set a.mmf 0 volume=7 volume=8
is err <<<'mmf set: volume: twice'
run 2 set a.mmf 0 'levels=[1,2]' 'levels[0]=8'
is err <<<'mmf set: levels[0]: twice'
run 2 set a.mmf 0 'levels[2]=1'
is err <<<'mmf set: levels has 2 elements: levels[0] to levels[1]'
for wrong in 'levels[]' 'levels[x]' 'levels[1' 'levels[1]x' 'levels[-1]'; do
    run 2 set a.mmf 0 "$wrong=1"
    says err 'mmf set: not an element, such as levels[0]: '
done
run 2 set a.mmf 0 'volume[0]=1'
is err <<<'mmf set: volume is not an array'
run 2 set a.mmf 0 volum=1
is err <<<'mmf set: no field volum; did you mean volume?'
for wrong in volume =3; do
    run 2 set a.mmf 0 "$wrong"
    is err <<<"mmf set: not field=value: $wrong"
done
run 2 set a.mmf 3 volume=1
is err <<<'mmf set: no record 3: there are 3'
run 2 set a.mmf -- -4 volume=1
is err <<<'mmf set: no record -4: there are 3'
for wrong in x 1: 0:2 '' 0x1; do
    run 2 set a.mmf "$wrong" volume=1
    is err <<<"mmf set: not the index of a record: $wrong"
done
run 2 set a.mmf 0
says err 'too few operands'
run 2 set none.mmf 0 volume=1
[[ ! -e none.mmf ]] || fail 'a store was made'
run 0 cat a.mmf
cp out after
run 0 cat before.mmf
is after <out

# --- Beside writers ------------------------------------------------------------------------------

start open a.mmf "$trade"
tell 'append volume=4'
run 0 set a.mmf 3 volume=5
tell 'set 3 price=8'
record 3 <<<'"",8.00,5,buy,false,1970-01-01T00:00:00.000Z,"[0,0]"'
tell 'enter 3'
run 2 set a.mmf 3 volume=6
is err <<END
mmf set: record 3: the record's writer did not finish before the deadline
mmf set: process $player, thread $player, is in it
END
kill_writer
run 0 set -v a.mmf 3 volume=6
is out <<<'volume: 5 → 6'

start one-writer a.mmf "$trade"
tell 'set 0 volume=1'
run 2 set a.mmf 0 volume=2
says err 'mmf set: '
says err "mmf set: process $player, thread $player, has the store open to write"
run 0 set -n a.mmf 0 volume=2
is out <<<'volume: 1 → 2'
stop
run 0 set a.mmf 0 volume=2

# --- Format 1, and where nothing can be written --------------------------------------------------

cp "$(fixture ticks.mmf)" go.mmf
run 2 set go.mmf 0 price=1
says err 'give it with --schema'
run 0 set -v --schema "$tick" go.mmf 0 price=1.25 symbol=NEW
says out '→ 1.25'
run 0 cat --schema "$tick" -j -r 0 go.mmf
says out '{"symbol":"NEW","price":1.25,'
run 0 set -n a.mmf 0 volume=3
cp "$(fixture stuck.mmf)" stuck.mmf
run 2 set --schema "$tick" stuck.mmf 5 price=1
is err <<'END'
mmf set: record 5: the record's writer did not finish before the deadline
mmf set: nobody who is known is in it; see mmf-fsck(8)
END

# a torn record, by its checksum, takes all fields or none
sed 's/"version": 3,/"version": 3, "checksum": true,/' "$trade" >sums.mmf.json
"$play" create sums.mmf sums.mmf.json <<<'append volume=1'
printf '\001' | dd of=sums.mmf bs=1 seek=4096 conv=notrunc 2>/dev/null
run 2 set sums.mmf 0 volume=3
is err <<<'mmf set: record 0 was torn by a crash: give all of its fields'
run 2 cat --no-header sums.mmf
is err <<<'mmf cat: record 0: the file contradicts itself; skipped'
run 0 set sums.mmf 0 symbol=A price=1 volume=2 side=sell is_open=1 at=1970-01-01T00:00:00Z \
    'levels[0]=1' 'levels[1]=2'
run 0 cat --no-header sums.mmf
is out <<<'A,1.00,2,sell,true,1970-01-01T00:00:00.000Z,"[1,2]"'
finish
