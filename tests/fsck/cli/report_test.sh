#!/bin/bash
# What a person is told: findings, summaries, what to do next, exit statuses.
# shellcheck source=tests/fsck/cli/common.sh
source "$(dirname "$0")/common.sh"

# --- Clean files ---------------------------------------------------------------------------------

store clean.mmf </dev/null
for option in -n -p -y ''; do
    # shellcheck disable=SC2086 # none, where there is none
    run 0 $option clean.mmf
    echo 'clean.mmf: clean: format 2, 200 records of 104 bytes, room for 275' | is out
    is err </dev/null
done

store one.mmf <<'END'
set record_count 1
set looked_at_all 0
END
run 0 -n one.mmf
echo 'one.mmf: clean: format 2, 1 record of 104 bytes, room for 275' | is out
run 0 -v one.mmf
says out 'room for 275; closed in good order: -f looks at its records'

# notes are no errors; two of them are told in the summary
store notes.mmf <<'END'
set is_complete 0
finding IN_USE - 0 - somebody writes
finding NO_SCHEMA - 0 - found none
finding BUSY 3 4408 - counter 515
END
run 0 notes.mmf
is out <<'END'
notes.mmf: no errors found, but not everything could be looked at: format 2, 200 records of 104 bytes, room for 275; in use, so some things cannot be judged; no schema to check fields by: --schema gives one
END
run 0 -v notes.mmf
says out 'notes.mmf: MMFSCK-056: the store is in use: some things cannot be judged: somebody writes'
says out 'notes.mmf: MMFSCK-070: record 3: a living writer is inside the record: counter 515'
says_not out 'left'

# --- Modes ---------------------------------------------------------------------------------------

store a.mmf <<'END'
finding DIRTY - 256 state found 1
finding LOCK_DAMAGED - 5 - found "MMFx"
finding LENGTH 17 5000 symbol found 4000000, expected 16 at most
finding UNREADABLE 18 5104 - Input/output error
END
one='a.mmf: MMFSCK-050: state: the store was not closed in good order: found 1'
two='a.mmf.lock: MMFSCK-061: byte 5: the lock file is damaged: found "MMFx"'
three='a.mmf: MMFSCK-080: record 17, symbol: a length is more than the field holds: found 4000000, expected 16 at most'
four='a.mmf: MMFSCK-085: record 18: a part of the file cannot be read: Input/output error; left: there is no repair'

run 4 -n a.mmf
is out <<END
$one; left: needs -p
$two; left: needs -p
$three; left: needs -y
$four
a.mmf: 4 errors found
  mmf-fsck -p a.mmf   repairs 2, and loses nothing
  mmf-fsck -y a.mmf   repairs 3, some of them at a cost: see mmf-fsck(8)
  1 cannot be repaired: see mmf-fsck(8)
END
cp out checked
run 4 a.mmf
is out <checked

run 5 -p a.mmf
is out <<END
$one; repaired: sync it, and note that it is closed
$two; repaired: clear it
$three; left: needs -y
$four
a.mmf: 4 errors found, 2 repaired, 2 left
  mmf-fsck -y a.mmf   repairs 1, some of them at a cost: see mmf-fsck(8)
  1 cannot be repaired: see mmf-fsck(8)
END

echo 'undo a.mmf.undo' >>a.mmf
run 5 -y a.mmf
is out <<END
$one; repaired: sync it, and note that it is closed
$two; repaired: clear it
$three; repaired: write the length up to the last byte that is not zero
$four
a.mmf: 4 errors found, 3 repaired, 1 left
  1 cannot be repaired: see mmf-fsck(8)
  what was there before is in a.mmf.undo; this brings it back:
  mmf-fsck --undo a.mmf.undo a.mmf
END

store safe.mmf <<'END'
finding BOOL 1 4096 flag found 2
END
run 4 -n safe.mmf
run 1 -p safe.mmf
run 1 -y safe.mmf
says out 'safe.mmf: 1 error found, 1 repaired, 0 left'

# what the check of the repaired file found counts
echo 'set left 2' >>safe.mmf
run 5 -p safe.mmf
says out 'safe.mmf: 1 error found, 1 repaired, 2 left'

# also where the first check found nothing
printf 'set left 1\n' >later.mmf
run 4 later.mmf
echo 'later.mmf: 0 errors found' | is out
store part.mmf <<'END'
set is_complete 0
finding UNREADABLE 18 5104 - Input/output error
END
run 4 part.mmf
says out 'part.mmf: 1 error found; not everything could be looked at'

# no file is told what another one had
echo 'finding BOOL 1 4096 flag found 2' >b.mmf
run 4 notes.mmf a.mmf clean.mmf b.mmf
tail -n 4 out >last
is last <<'END'
clean.mmf: clean: format 2, 200 records of 104 bytes, room for 275
b.mmf: MMFSCK-081: record 1, flag: a bool is neither 0 nor 1: found 2; left: needs -p
b.mmf: 1 error found
  mmf-fsck -p b.mmf   repairs 1, and loses nothing
END

# the commands have what the check was called with
echo '{"name": "Tick", "version": 1, "fields": [{"name": "x", "type": "uint8"}]}' >'my schema.json'
run 4 -f --schema 'my schema.json' safe.mmf
says out "  mmf-fsck -p -f --schema 'my schema.json' safe.mmf   repairs 1"

# --- Many findings -------------------------------------------------------------------------------

store many.mmf <<'END'
many 5000 ODD_UNKNOWN counter 513
many 20 BOOL found 2
many 21 PADDING found 1
END
run 4 -n many.mmf
[[ $(grep -c 'MMFSCK-074: record' out) == 20 ]] || fail "not 20 of the first kind"
[[ $(grep -c 'MMFSCK-081: record' out) == 20 ]] || fail "not 20 of the second kind"
says out 'many.mmf: MMFSCK-074: 4980 more of these; -v shows all'
says out 'many.mmf: MMFSCK-084: 1 more of these; -v shows all'
says_not out 'MMFSCK-081: 0 more'
says out 'many.mmf: 5041 errors found'
run 4 -n -v many.mmf
[[ $(grep -c 'MMFSCK-074: record' out) == 5000 ]] || fail "-v does not show all"
says_not out 'more of these'
run 5 -p many.mmf
[[ $(grep -c 'record' out) == 3 ]] || fail "-p tells more than one of a kind"
says out 'many.mmf: MMFSCK-081: 19 more of these; -v shows all'
run 4 -n many.mmf many.mmf
[[ $(grep -c 'MMFSCK-074: record' out) == 40 ]] || fail "the second file is told less of"

# --- What goes wrong -----------------------------------------------------------------------------

store locked.mmf <<'END'
status MMF_E_LOCKED 1234 locked.mmf: somebody else
END
run 8 -p locked.mmf
is out </dev/null
is err <<'END'
mmf-fsck: locked.mmf: in use: process 1234 writes to it
mmf-fsck: -n looks at it all the same
END
echo 'status MMF_E_LOCKED 0' >locked.mmf
run 8 -p locked.mmf
says err 'mmf-fsck: locked.mmf: in use: somebody writes to it'
echo 'status MMF_E_LOCKED 0 locked.mmf: another lock file' >locked.mmf
run 8 -p locked.mmf
says err 'mmf-fsck: locked.mmf: another lock file'

run 8 none.mmf
is out </dev/null
echo 'mmf-fsck: none.mmf: no such file' | is err

# where the library does not name the file, or says nothing
echo 'status MMF_E_NO_MEMORY 0 out of luck' >poor.mmf
run 8 poor.mmf
echo 'mmf-fsck: poor.mmf: out of luck' | is err
echo 'status MMF_E_NO_MEMORY 0' >poor.mmf
run 8 poor.mmf
echo 'mmf-fsck: poor.mmf: out of memory or address space' | is err

# a disk that fills up amid the repairs
store full.mmf <<'END'
finding BOOL 1 4096 flag found 2
fail
finding BOOL 2 4200 flag found 3
undo full.mmf.undo
status MMF_E_NO_SPACE 0 full.mmf.undo: no room
END
run 13 -y full.mmf
is out <<'END'
full.mmf: MMFSCK-081: record 1, flag: a bool is neither 0 nor 1: found 2; repaired: write 1, as which it is read
full.mmf: MMFSCK-081: record 2, flag: a bool is neither 0 nor 1: found 3; not repaired
full.mmf: 2 errors found, 1 repaired, 1 left
  what was there before is in full.mmf.undo; this brings it back:
  mmf-fsck --undo full.mmf.undo full.mmf
END
is err <<'END'
mmf-fsck: full.mmf: full.mmf.undo: no room
mmf-fsck: -z puts the undo file elsewhere, --no-undo does without
END
run 13 -y --no-undo full.mmf
says_not err '-z puts'

# exit statuses of several files are one
run 13 -p none.mmf safe.mmf clean.mmf
says out 'clean.mmf: clean'

# --- --undo --------------------------------------------------------------------------------------

run 0 --undo a.undo clean.mmf
echo 'clean.mmf: is again what it was before the repairs of a.undo' | is out
is err </dev/null
echo 'status MMF_E_CHANGED 0 poor.mmf: has changed since' >poor.mmf
run 8 --undo a.undo poor.mmf
is out </dev/null
echo 'mmf-fsck: poor.mmf: has changed since' | is err
echo 'status MMF_E_LOCKED 77' >poor.mmf
run 8 --undo a.undo poor.mmf
echo 'mmf-fsck: poor.mmf: in use: process 77 writes to it' | is err
run 8 --undo a.undo none.mmf
echo 'mmf-fsck: none.mmf: no such file' | is err

# --- Paths and texts of any bytes ----------------------------------------------------------------

# damage NAME COMMAND: a store of that name is told of as it should be, and the advice is a command
# of a shell that means this very file.
damage() {
    local name=$1 told=$2
    printf 'finding BOOL 1 4096 flag found 2\nundo %s.undo\n' 'x' >"./$name"
    run 4 -n -- "$name"
    says out "$told: MMFSCK-081: record 1, flag"
    says out "$told: 1 error found"
    LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f]' out && fail "control characters: $(cat -v out)"
    sed -n 's/^  mmf-fsck \(-p .*\)   repairs 1, .*/\1/p' out >words
    eval "set -- $(cat words)"
    [[ $# -ge 2 && ${*: -1} == "$name" ]] || fail "$name: the advice is $(cat words)"
    check 1 "$fsck" "$@"
}

damage 'two words.mmf' 'two words.mmf'
damage "it's.mmf" "it's.mmf"
damage $'new\nline.mmf' 'new?line.mmf'
damage $'\e]0;title\a\e[31mred.mmf' '?]0;title??[31mred.mmf'
damage $'not\xffutf\xc3.mmf' 'not?utf?.mmf'
damage $'c1\xc2\x9b31m.mmf' 'c1?31m.mmf'
damage $'turned\xe2\x80\xaefmm.mmf' 'turned?fmm.mmf'
damage 'größe ☃.mmf' 'größe ☃.mmf'
damage '-y.mmf' '-y.mmf'
damage '--no-undo' '--no-undo'
damage $'-\\\'\t$(touch oops)`touch oops`.mmf' "-\\'?\$(touch oops)\`touch oops\`.mmf"
damage '~' '~'
damage '#' '#'
[[ ! -e oops ]] || fail "the advice runs commands"

printf 'finding ENUM 1 4096 si\033de found "\033[2J\235\r\t"\n' >text.mmf
run 4 text.mmf
says out 'record 1, si?de: a number that the schema gives no name: found "?[2J???"'
printf 'finding STATE_BITS - 256 st\033te found 9\nundo un\033do\n' >text.mmf
run 1 -p text.mmf
says out 'text.mmf: MMFSCK-054: st?te: '
says out 'is in un?do;'
says out "  mmf-fsck --undo \$'un\\033do' text.mmf"
run 0 --undo $'un\edo' clean.mmf
says out 'the repairs of un?do'
printf 'status MMF_E_SYSTEM 0 \033[2J wrong\n' >text.mmf
run 8 text.mmf
echo 'mmf-fsck: text.mmf: ?[2J wrong' | is err
echo 'status MMF_E_NO_MEMORY 0' >$'po\eor'
run 8 $'po\eor'
says err 'mmf-fsck: po?or: '
run 8 $'gone\e[2J'
echo 'mmf-fsck: gone?[2J: no such file' | is err

finish
