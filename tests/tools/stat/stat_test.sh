#!/bin/bash
# mmf stat: of stores at rest, in use, left by the dead, damaged, and of format 1.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/stores.sh
source "$tests/stores.sh"
json_get="$here/${fixtures[0]}"

# get KEY...: what stands there in ./out, a line each, compared with stdin.
get() {
    "$json_get" out "$@" >got 2>why || fail "$*: $(cat why out)"
    is got
}

trades a.mmf

# --- At rest -------------------------------------------------------------------------------------

run 0 stat a.mmf
silent err
sed -E 's/[0-9a-f]{32,64}|20[0-9]{2}-[-0-9T:.]+Z/X/g; s/, [0-9]+ (in memory)/, N \1/' out >masked
is masked <<'END'
a.mmf: format 2, Trade, version 3
  hash      X
  fields    7: symbol string(8), price int64, volume uint32, side enum(uint8), is_open bool, at uint64, levels float32[2]
  records   3 of 73 that there is room for, 56 bytes each
  file      8192 bytes, N in memory, 0 mapped by huge pages
  created   X
  state     clean: the last writer has synced and gone
  boot      X, this run of the machine
  durable   3 records, at X
  writers   0
  changing  0 records
END
run 0 stat -j a.mmf
get path format schema.{name,version} schema.fields.# schema.fields.1.{name,type,offset,size} <<'END'
a.mmf
2
Trade
3
7
price
int64
24
8
END
get record_size records capacity file_bytes state writer_died is_other_boot durable.records <<'END'
56
3
73
8192
clean
false
false
3
END
get writers.# changing.{records,torn} changing.owners.# recovered count_before <<'END'
0
0
0
0
0
null
END
run 0 stat -jq a.mmf
get changing <<<null
rm a.mmf.lock
run 0 stat -j a.mmf
get state writers recovered <<'END'
clean
null
null
END
[[ ! -e a.mmf.lock ]] || fail 'a lock file was made'

# --- In use, and left ----------------------------------------------------------------------------

start open a.mmf "$trade"
tell 'append volume=4'
run 0 stat -j a.mmf
get state records durable.records writers.# writers.0.{process,alive,record} <<END
in-use
4
3
1
$player
true
null
END
tell 'enter 2'
run 0 stat -j a.mmf
get writers.0.{alive,record} changing.records changing.owners.0.{process,alive,records,first} <<END
true
2
1
$player
true
1
2
END
run 0 stat a.mmf
says out '  state     in use'
grep -qE "^            slot 1: process $player, thread $player, alive, since 20.*Z, in record 2$" out ||
    fail "$(cat out)"
says out "            1, the first is record 2, of slot 1, process $player, alive"
kill_writer
run 0 stat -j a.mmf
get state writers.0.{process,alive,record} changing.owners.0.alive <<END
abandoned
$player
false
2
false
END
run 0 stat a.mmf
says out 'state     abandoned: its writers died, or left without a sync'

# as if the machine had been started anew since
cp a.mmf crashed.mmf
printf '0123456789abcdef' | dd of=crashed.mmf bs=1 seek=$((0x108)) conv=notrunc 2>/dev/null
run 0 stat -j crashed.mmf
get state boot is_other_boot writers <<'END'
crashed
30313233343536373839616263646566
true
null
END
run 0 stat crashed.mmf
says out 'state     crashed: it was in use when the machine stopped'
says out 'another run of the machine'

# --- Format 1 ------------------------------------------------------------------------------------

stuck="$(fixture stuck.mmf)"
cp "$stuck" stuck.mmf
run 0 stat -j stuck.mmf
get format schema.{name,fields} records state uuid created boot durable <<'END'
1
null
null
100
unknown
null
null
null
null
END
get changing.records changing.owners.# changing.owners.0.{slot,process,first} <<'END'
2
1
null
null
5
END
run 0 stat stuck.mmf
says out 'stuck.mmf: format 1, version 1'
says out 'fields    unknown: format 1 does not carry its schema; give it with --schema'
says out 'changing  2 records'
says out 'see mmf-fsck(8)'
run 0 stat --schema "$tick" stuck.mmf
says out 'stuck.mmf: format 1, Tick, version 1'
says out 'fields    4: symbol string(64), price'
run 2 stat --schema "$trade" stuck.mmf
says err 'side: format 1 has no enums'
# where a header of format 2 would go on, are records
cp "$stuck" full.mmf
printf 'records!' | dd of=full.mmf bs=1 seek=128 conv=notrunc 2>/dev/null
run 0 stat -j full.mmf
get created <<<null
sed 's/volume/size/' "$tick" >other.mmf.json
run 2 stat --schema other.mmf.json stuck.mmf
is err <<<'mmf stat: stuck.mmf: its records are not those of other.mmf.json'
run 2 stat --schema none.mmf.json stuck.mmf
says err none.mmf.json

# --- Damaged, huge, read-only --------------------------------------------------------------------

: >empty.mmf
run 2 stat empty.mmf
says err 'mmf stat: empty.mmf: '
run 2 stat none.mmf
is err <<<'mmf stat: none.mmf: No such file or directory'
run 2 stat .
says err 'not a regular file'
rm -f a.mmf*
trades a.mmf
cp a.mmf damaged.mmf
printf 'X' | dd of=damaged.mmf bs=1 seek=88 conv=notrunc 2>/dev/null
run 2 stat damaged.mmf
says err 'see mmf-fsck(8)'
silent out
head -c 5000 a.mmf >cut.mmf
run 2 stat cut.mmf
says err 'see mmf-fsck(8)'
cp a.mmf sparse.mmf
truncate -s 1T sparse.mmf && {
    run 0 stat -j sparse.mmf
    get file_bytes records <<'END'
1099511627776
3
END
}
mkdir ro
cp a.mmf ro
chmod 444 ro/a.mmf
chmod 555 ro
run 0 stat ro/a.mmf
says out clean
chmod 755 ro

# a file system that is read-only, where a namespace can be had
if unshare -rm true 2>/dev/null; then
    check 0 unshare -rm sh -c "mount --bind ro ro && mount -o remount,bind,ro ro &&
        ! touch ro/x 2>/dev/null && exec '$mmf' stat ro/a.mmf"
    says out clean
    check 0 unshare -rm sh -c "mount --bind ro ro && mount -o remount,bind,ro ro &&
        exec '$mmf' cat ro/a.mmf"
    says out ACME
else
    echo 'no namespaces: a read-only file system was not tried'
fi

# names that would act
evil=$'e\e[2J\n\xff.mmf'
cp a.mmf "$evil"
run 0 stat "$evil"
LC_ALL=C grep -q $'[\e\xff]' out && fail "$(cat -v out)"
run 0 stat -j "$evil"
get records <<<3
finish
