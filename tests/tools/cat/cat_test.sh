#!/bin/bash
# mmf cat: what it prints, of which records, beside writers, of damaged files.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/stores.sh
source "$tests/stores.sh"

trades a.mmf || fail 'no store'

# --- Notations -----------------------------------------------------------------------------------

run 0 cat a.mmf
silent err
is out <<'END'
symbol,price,volume,side,is_open,at,levels
ACME,41.50,100,buy,false,2026-11-21T12:43:09.500Z,"[0.1,2]"
XYZ,-0.05,4294967295,sell,true,1970-01-01T00:00:00.000Z,"[0,0]"
"a,""b",7.00,1,buy,false,1970-01-01T00:00:01.000Z,"[0,0]"
END
cp out all.csv
run 0 cat --csv a.mmf
is out <all.csv
run 0 cat -i --raw a.mmf
is out <<'END'
#,symbol,price,volume,side,is_open,at,levels
0,ACME,4150,100,0,0,1795264989500,"[0.1,2]"
1,XYZ,-5,4294967295,1,1,0,"[0,0]"
2,"a,""b",700,1,0,0,1000,"[0,0]"
END
run 0 cat --json -f price,symbol a.mmf
is out <<'END'
{"price":41.50,"symbol":"ACME"}
{"price":-0.05,"symbol":"XYZ"}
{"price":7.00,"symbol":"a,\"b"}
END
run 0 cat -ij -f price -n 1 a.mmf
is out <<'END'
{"#":0,"price":41.50}
END
run 0 cat -t -i -f symbol,price,volume,side a.mmf
is out <<'END'
#  symbol  price      volume  side
0  ACME    41.50         100  buy
1  XYZ     -0.05  4294967295  sell
2  a,"b     7.00           1  buy
END
run 0 cat -t --no-header -f symbol,price a.mmf
is out <<'END'
ACME  41.50
XYZ   -0.05
a,"b   7.00
END
run 0 cat --no-header --fields volume a.mmf
is out <<'END'
100
4294967295
1
END

# --- Which records -------------------------------------------------------------------------------

# picks ARGUMENT...: the volumes, on one line.
picks() {
    run 0 cat --no-header -f volume "$@" a.mmf
    tr '\n' ' ' <out >got
    echo >>got
    is got
}
picks -r 1:2 <<<'4294967295 '
picks -r 1: <<<'4294967295 1 '
picks -r :2 <<<'100 4294967295 '
picks -r -2: <<<'4294967295 1 '
picks -r :-1 <<<'100 4294967295 '
picks -r -2:-1 <<<'4294967295 '
picks -r 2 <<<'1 '
picks -r -1 <<<'1 '
picks -r : <<<'100 4294967295 1 '
picks -r 2:1 <<<''
picks -r 7:9 <<<''
picks -r 7: <<<''
picks -r -9:1 <<<'100 '
picks -n 2 <<<'100 4294967295 '
picks -n 0 <<<''
picks -w 'price > 0' <<<'100 1 '
picks -w 'price > 0' -n 1 -r 1: <<<'1 '
picks -w 'side = sell or at > "2026-01-01T00:00:00Z"' <<<'100 4294967295 '
picks -w 'levels[1] = 2' <<<'100 '
picks -w 'false' <<<''

# --- Mistakes ------------------------------------------------------------------------------------

run 2 cat a.mmf -w 'prise > 3'
is err <<<'--where:1:1: error: no field prise; did you mean price?'
silent out
run 2 cat a.mmf -w 'symbol = ACME'
is err <<<'--where:1:10: error: no field ACME'
run 2 cat a.mmf -f price,symbal
is err <<<'mmf cat: --fields: no field symbal; did you mean symbol?'
for fields in '' ',' 'price,' ',price'; do
    run 2 cat a.mmf -f "$fields"
    says err '--fields: no field'
done
for range in '' x 1:x 1:2:3 1- -0 -:2 18446744073709551616; do
    run 2 cat a.mmf -r "$range"
    says err 'mmf cat: --range: not a range, such as'
done
run 2 cat a.mmf --csv --json
is err <<<'mmf cat: --csv, --json, --table: only one of them'
run 2 cat a.mmf -Fr :3
says err 'mmf cat: --follow: not with a range that has an end'
run 2 cat none.mmf
is err <<<'mmf cat: none.mmf: No such file or directory'
run 2 cat a.mmf --schema none.mmf.json
says err 'none.mmf.json'
run 2 cat a.mmf --schema "$tick"
says err 'mmf cat: a.mmf'

# --- Files that are none, or damaged -------------------------------------------------------------

: >empty.mmf
run 2 cat empty.mmf
says err 'mmf cat: empty.mmf: '
run 2 cat .
says err 'not a regular file'
cp a.mmf damaged.mmf
printf 'X' | dd of=damaged.mmf bs=1 seek=88 conv=notrunc 2>/dev/null
run 2 cat damaged.mmf
says err 'see mmf-fsck(8)'
silent out
head -c 5000 a.mmf >cut.mmf
run 2 cat cut.mmf
says err 'see mmf-fsck(8)'

# a string's length beyond its max: as much as the field has
cp a.mmf long.mmf
printf '\377\377\377\377' | dd of=long.mmf bs=1 seek=$((4096 + 8)) conv=notrunc 2>/dev/null
run 0 cat -j -f symbol -n 1 long.mmf
is out <<<'{"symbol":"ACME\u0000\u0000\u0000\u0000"}'

# --- Format 1 ------------------------------------------------------------------------------------

ticks="$(fixture ticks.mmf)"
run 2 cat "$ticks"
says err 'a file of format 1 does not carry its schema: give it with --schema'
run 0 cat --schema "$tick" "$ticks"
[[ $(wc -l <out) == 201 ]] || fail "lines: $(wc -l <out)"
run 0 cat --schema "$tick" -j -r 5 "$ticks"
is out <<'END'
{"symbol":"ΑΒΓ-日本","price":101.25,"volume":5000,"timestamp":1700000000005000015}
END
# two records whose writers nobody knows: told, and left out
run 2 cat --schema "$tick" "$(fixture stuck.mmf)"
[[ $(wc -l <out) == 99 && $(wc -l <err) == 2 ]] || fail "$(cat err)"
says err 'mmf cat: record 5: '
says err 'mmf cat: record 63: '
says err '; skipped'
run 0 cat --schema "$tick" "$(fixture empty.mmf)"
is out <<<symbol,price,volume,timestamp

# --- Holes of a terabyte -------------------------------------------------------------------------

cp a.mmf sparse.mmf
truncate -s 1T sparse.mmf && {
    run 0 cat sparse.mmf
    is out <all.csv
}

# --- Output that nobody takes, or that cannot be written -----------------------------------------

"$mmf" cat a.mmf >/dev/full 2>err
[[ $? == 2 ]] || fail 'a full disk is no trouble'
is err <<<'mmf cat: the output could not be written: No space left on device'
"$mmf" cat a.mmf >&- 2>err
[[ $? == 2 ]] || fail 'a closed output is no trouble'
is err <<<'mmf cat: the output could not be written: Bad file descriptor'
"$play" create many.mmf "$trade" <<<'fill 20000'
{
    "$mmf" cat many.mmf 2>err
    echo $? >status
} | head -n 1 >out
is out < <(head -n 1 all.csv)
[[ $(cat status) == 2 ]] || fail "a closed pipe: $(cat status)"
silent err

# more rows than a table keeps at once, and columns that have to grow
echo 'set 15000 symbol=ABCDEFGH volume=4000000000' | "$play" open many.mmf "$trade"
run 0 cat -t -f symbol,volume many.mmf
[[ $(wc -l <out) == 20001 ]] || fail "a long table: $(wc -l <out)"
[[ $(sed -n 2p out) == '             0' ]] || fail "a long table: $(sed -n 2p out)"
[[ $(sed -n 15002p out) == 'ABCDEFGH  4000000000' ]] || fail "a long table: $(sed -n 15002p out)"
[[ $(tail -n 1 out) == '                   0' ]] || fail "a long table: $(tail -n 1 out)"

# --- Where nothing can be written ----------------------------------------------------------------

mkdir ro
cp a.mmf ro/a.mmf
chmod 444 ro/a.mmf
chmod 555 ro
run 0 cat ro/a.mmf
is out <all.csv
[[ ! -e ro/a.mmf.lock ]] || fail 'a lock file was made'
chmod 755 ro

# --- Text that would act -------------------------------------------------------------------------

"$play" create evil.mmf "$trade" <<<$'append symbol=\e[2J\x7f\xff'
run 0 cat -t -f symbol evil.mmf
is out <<'END'
symbol
\x1b[2J\x7f\xff
END
for style in csv json table; do
    "$pty" 1 '' "$mmf" cat "--$style" -f symbol evil.mmf >out 2>err
    LC_ALL=C grep -q $'[\e\x7f\xff]' out && fail "--$style: $(cat -v out)"
done
"$pty" 1 '' "$mmf" cat -f symbol,volume a.mmf >out
is out <<'END'
symbol      volume
ACME           100
XYZ     4294967295
a,"b             1
END
finish
