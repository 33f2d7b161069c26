#!/bin/bash
# --json: one document, always a complete one, whatever names and texts are made of.
# shellcheck source=tests/fsck/cli/common.sh
source "$(dirname "$0")/common.sh"

# get KEY...: what stands there, a line each, compared with stdin.
get() {
    "$json_get" out "$@" >"$work/got" 2>"$work/why" || fail "$*: $(cat "$work/why" "$work/out")"
    is got
}

store a.mmf <<'END'
finding DIRTY - 256 state found 1
finding LENGTH 17 5000 symbol found 4000000, expected 16 at most
finding LOCK_FOREIGN - 0 - found "GIF8"
finding IN_USE - 0 - somebody
undo a.mmf.undo
END

# --- All members ---------------------------------------------------------------------------------

run 5 --json -p a.mmf
is err </dev/null
get version files.# files.0.path files.0.findings.# files.0.# files.0.findings.0.# <<'END'
1
1
a.mmf
4
19
12
END
f=files.0.findings
get $f.0.{code,name,severity,repair,outcome,path,offset,record,field,text,title,action} <<'END'
MMFSCK-050
DIRTY
error
safe
repaired
a.mmf
256
null
state
found 1
the store was not closed in good order
sync it, and note that it is closed
END
get $f.1.{code,outcome,repair,offset,record,field} <<'END'
MMFSCK-080
left
ask
5000
17
symbol
END
get $f.2.{code,outcome,repair,path,action,field} <<'END'
MMFSCK-060
left
none
a.mmf.lock
null
null
END
get $f.3.{code,severity} <<'END'
MMFSCK-056
note
END
says out '"offset": 256, "record": null, "field": "state"'
says out '"record": 17,'
f=files.0
get $f.{status,error,holder,errors,repaired,left,notes,is_store,is_complete,looked_at_all} <<'END'
ok
null
null
3
1
2
1
true
true
true
END
get $f.{format,record_size,record_count,capacity,records_checked,undo_path,exit} exit <<'END'
2
104
200
275
0
a.mmf.undo
5
5
END

# --- Several files, and what goes wrong ----------------------------------------------------------

echo 'status MMF_E_LOCKED 1234 in use' >locked.mmf
printf 'set is_store 0\nfail\nfinding MAGIC - 0 - x\nfinding BOOL 1 4096 b x\n' >text.mmf
: >clean.mmf
run 13 --json -y a.mmf locked.mmf none.mmf text.mmf clean.mmf
get files.# files.{0,1,2,3,4}.exit exit <<'END'
5
5
8
8
4
0
13
END
get files.1.{path,status,error,holder,findings.#} <<'END'
locked.mmf
MMF_E_LOCKED
in use: process 1234 writes to it
1234
0
END
get files.2.{status,error,holder,undo_path,is_store,record_count} <<'END'
MMF_E_NOT_FOUND
none.mmf: no such file
null
null
false
null
END
get files.3.{is_store,format,findings.1.outcome} <<'END'
false
null
failed
END
says err 'mmf-fsck: locked.mmf: in use: process 1234 writes to it'

# --- Any bytes, any numbers ----------------------------------------------------------------------

name=$'\xff "\\\e\n\xc2\x9b\xed\xa0\x80 größe.mmf'
printf 'finding ENUM 18446744073709551614 18446744073709551615 s\2033e <\364\220\200\200\177>\n' \
    >"$name"
printf 'set record_count 18446744073709551615\n' >>"$name"
run 4 --json "$name"
LC_ALL=C grep -q $'[^\x20-\x7f]' out && fail "not ASCII alone: $(cat -v out)"
r=$'\xef\xbf\xbd'
{
    printf '%s "\\\e\n\xc2\x9b%s größe.mmf\n' "$r" "$r$r$r"
    printf 's%s3e\n<%s\x7f>\n' "$r" "$r$r$r$r"
    printf '18446744073709551614\n18446744073709551615\n18446744073709551615\n'
} >expected
get files.0.path files.0.findings.0.{field,text,record,offset} files.0.record_count <expected

# --- Thousands of findings, and no end of them ---------------------------------------------------

echo 'many 5000 ODD_UNKNOWN counter 513' >many.mmf
run 4 --json many.mmf
get files.0.findings.# files.0.findings.4999.record <<'END'
5000
4999
END

# as much memory for many as for few
echo 'many 200000 ODD_UNKNOWN counter 513' >many.mmf
memory=$(awk '/^VmPeak/ { print $2 + 20000 }' "/proc/$$/status")
if (ulimit -v "$memory" && "$fsck" --version) >version 2>&1; then # no: under a sanitizer
    (ulimit -v "$memory" && exec "$fsck" --json many.mmf) >out
    [[ $? == 4 && $(grep -c MMFSCK-074 out) == 200000 ]] || fail 'memory grows with findings'
fi

# --- Cancelled -----------------------------------------------------------------------------------

store cancelled.mmf <<'END'
finding BOOL 1 4096 flag found 2
raise 2
progress 1 1 2
finding BOOL 2 4200 flag found 2
END
run 36 --json cancelled.mmf a.mmf
get files.# files.0.{status,error,findings.#,exit} exit <<'END'
1
MMF_E_CANCELLED
null
1
36
36
END
run 33 --json -y cancelled.mmf
get files.0.findings.0.outcome exit <<'END'
repaired
33
END

# --- --undo --------------------------------------------------------------------------------------

run 0 --json --undo a.undo clean.mmf
get files.0.{path,findings.#,status,undone,exit} files.0.# exit <<'END'
clean.mmf
0
ok
true
0
7
0
END
run 8 --json --undo a.undo locked.mmf
get files.0.{status,holder,undone,exit} exit <<'END'
MMF_E_LOCKED
1234
false
8
8
END

finish
