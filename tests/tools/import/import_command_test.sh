#!/bin/bash
# mmf import from the outside: arguments, streams, signals.
#
#   import_command_test.sh MMF
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"

cat >row.json <<'END'
{"name": "Row", "version": 1, "fields": [
  {"name": "id", "type": "uint64"}, {"name": "name", "type": "string", "max": 8}]}
END
printf 'id,name\n1,a\n2,b\n' >in.csv
printf '{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n' >in.jsonl

# Both syntaxes, a file or a pipe, make the same records. What differs is a UUID and times.
run 0 import --schema row.json --csv csv.mmf in.csv
silent out
silent err
"$mmf" import --schema row.json --jsonl json.mmf - <in.jsonl || fail "from a pipe"
cmp <(tail -c +4097 csv.mmf) <(tail -c +4097 json.mmf) || fail "CSV and JSON differ"

run 0 cat --csv csv.mmf
is out <in.csv

# What cat prints is what import reads, whatever strings and numbers there are.
cat >odd.json <<'END'
{"name": "Odd", "version": 1, "fields": [
  {"name": "text", "type": "string", "max": 16}, {"name": "real", "type": "float64"},
  {"name": "at", "type": "int64", "logical": "timestamp", "unit": "us"},
  {"name": "numbers", "type": "uint64", "count": 2}]}
END
printf '%s\n' 'text,real,at,numbers' '"",0,1970-01-01T00:00:00.000000Z,"[0,0]"' \
    '"a,""b""",-1.5e-300,2026-11-21T12:43:09.000001Z,"[1,""18446744073709551615""]"' \
    $'"two\nlines",nan,-9999-01-01T00:00:00.000000Z,"[1,2]"' \
    $'\xff\xfe,inf,9223372036854775807,"[1,2]"' \
    $'"\r",0.1,1969-12-31T23:59:59.999999Z,"[7,8]"' >odd.csv
run 0 import --schema odd.json odd.mmf odd.csv
run 0 cat --csv odd.mmf
is out <odd.csv
for syntax in csv json; do
    run 0 cat --$syntax odd.mmf
    "$mmf" import --schema odd.json "--${syntax/json/jsonl}" odd-$syntax.mmf <out || fail "$syntax"
    cmp <(tail -c +4097 odd.mmf) <(tail -c +4097 odd-$syntax.mmf) || fail "$syntax: not the same"
done

run 2 import csv.mmf in.csv
says err "mmf import: a new store needs --schema SCHEMA"
run 2 import --schema row.json csv.mmf in.csv
says err "mmf import: csv.mmf: exists; --append adds records to it"
run 2 import --schema row.json --csv --jsonl new.mmf in.csv
says err "either CSV or JSON"
run 2 import --schema row.json new.mmf none.csv
says err "mmf import: none.csv: No such file or directory"
run 2 import --schema row.json new.mmf .
says err "mmf import: .: cannot be read: Is a directory"
run 2 import --append new.mmf in.csv
says err "new.mmf: No such file or directory"
run 2 import --schema none.json new.mmf in.csv
says err "none.json: error: cannot read the schema"
run 2 import --schema row.json none/new.mmf in.csv
says err "none/new.mmf"

# Errors are found in the input by an editor; its name is printable.
printf 'id,name\n1,a\nx,b\n' >$'bad\e.csv'
run 2 import --schema row.json new.mmf $'bad\e.csv'
is err <<'END'
bad?.csv:3:1: error: id: found "x", expected uint64, 0 to 18446744073709551615
END
check 2 bash -c "printf 'id,nane\n' | $mmf import --schema row.json new.mmf"
is err <<'END'
-:1:4: error: found "nane", expected a field of Row; did you mean "name"?
END

run 0 import --append csv.mmf in.csv
run 0 import --append --columns -,id csv.mmf - # of nothing
[[ ! -e new.mmf ]] || fail "a store is left of what failed"

# A signal takes the temporary file away; a kill leaves it, and no store.
mkfifo pipe
for signal in TERM KILL; do
    "$mmf" import --schema row.json new.mmf pipe 2>err &
    import=$!
    exec 3>pipe
    printf 'id\n1\n' >&3
    while ! compgen -G 'new.mmf.importing-*' >/dev/null; do
        sleep 0.01
    done
    kill -"$signal" "$import"
    { wait "$import"; } 2>/dev/null
    exec 3>&-
    [[ ! -e new.mmf ]] || fail "a store is left by SIG$signal"
    if [[ $signal == TERM ]]; then
        says err "mmf import: pipe: interrupted"
        ! compgen -G 'new.mmf.*' >/dev/null || fail "SIGTERM leaves $(echo new.mmf.*)"
    fi
done
compgen -G 'new.mmf.importing-*' >/dev/null || fail "SIGKILL leaves no temporary file?"
run 0 import --schema row.json new.mmf in.csv

finish
