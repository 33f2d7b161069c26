#!/bin/bash
# The pretty printers and commands of tools/gdb/mmf_gdb.py, in a process and in its core file.
#
#   gdb_test.sh DEBUGGEE SCRIPT
set -uo pipefail
debuggee="$PWD/$1"
script="$PWD/$2"
work="$(mktemp -d "${TEST_TMPDIR:-/tmp}/gdb.XXXXXX")"
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export LC_ALL=C.UTF-8 HOME="$work"

if ! gdb -nx -batch -ex 'python print(1)' 2>/dev/null | grep -q '^1$'; then
    echo "SKIPPED: there is no gdb with Python, so the printers are not tested" >&2
    exit 0
fi

failed=0
fail() {
    echo "FAILED: line ${BASH_LINENO[1]}: $*" >&2
    failed=1
}

# debug PROGRAM... -- COMMAND...: what gdb says is in ./out.
debug() {
    local program=() commands=()
    while [[ $1 != -- ]]; do
        program+=("$1")
        shift
    done
    shift
    for command in "$@"; do
        commands+=(-ex "$command")
    done
    timeout 50 gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'set width 0' \
        -ex "source $script" "${commands[@]}" "${program[@]}" >out 2>&1 </dev/null ||
        fail "gdb ended with $?"
    if grep -q 'Python Exception\|Traceback' out; then
        fail "an exception: $(cat out)"
    fi
}

says() {
    grep -qF -- "$1" out || fail "no '$1' in: $(cat out)"
}

# What a process and its core have in common.
looks=(
    'print store' 'print *store' 'print null_store' 'print wild_store' 'print garbage_store'
    'print *garbage_store' 'print damaged.symbol' 'print damaged.tags' 'print damaged.digest'
    'print damaged' 'print *mine'
    'mmf stat null_store' 'mmf stat wild_store' 'mmf stat garbage_store' 'mmf stat mine'
    'mmf record garbage_store 0' 'mmf record nothing 0' 'mmf record store' 'mmf record store -1'
    'mmf record store 3' 'mmf record store 99999999999999999999'
    'mmf record store 0' 'mmf record "(const mmf_store *)base" 1+1' 'mmf stat store'
)
quote='symbol = "AAPL", digest = {00 ff 12}, tags = {"ab", "x\n\"\\\xff\x01"}, side = SELL (1), '
rest='at = 2023-11-14T22:13:20.000350Z (1700000000000350), id = 550e8400-e29b-41d4-a716-446655000000, from = 192.0.2.1 (3221225985), to = 2001:db8::1, levels = {1.5, 2.5, 3.5}, is_last = true}'
line='<"quotes.mmf": Quote, format 2, many writers, slot 1, 3 records of 208 bytes, room for '

common() {
    says "= (quote_store *) 0x"
    says " $line"
    says "= $line"
    says '= (mmf_store *) 0x0'
    says '= (mmf_store *) 0x123456 <not a store: Cannot access memory at address 0x123456>'
    grep -qE '= \(mmf_store \*\) 0x[0-9a-f]+ <not a store: ' out || fail "garbage passes: $(cat out)"
    says '= <not a store: '
    says '= "AAPL" <len is 4000000, above 64>'
    says '= {"ab", "x\n\"\\\xff\x01"}'
    says '= {00 ff 12}'
    says 'side = no symbol (7), '
    says 'at = 18446744073709551615, '
    says "{${quote}price = 124.60 (12460), $rest"
    says 'null_store: a null pointer'
    says 'wild_store: Cannot access memory'
    says 'mine: a value of type quote * is not a store'
    says 'nothing: No symbol "nothing" in current context'
    says 'usage: mmf record STORE INDEX'
    says 'record -1: there are 3'
    says 'record 3: there are 3'
    says 'record 0 at 0x'
    says 'counter 512: at rest'
    says "{${quote}price = -0.05 (-5), $rest"
    says "counter 1027: the writer in slot 1 is inside, this handle's first"
    says "{${quote}price = 83.05 (8305), $rest"
    says 'visible: 3 records, as this handle knows'
    says 'state: 1 (dirty)'
    says 'waiting: nobody, woken 0 times in all'
    says 'recovered: 0 records'
    grep -qE '^slot 1: process [0-9]+, thread [0-9]+, of this handle, in record 2$' out ||
        fail "no writer: $(cat out)"
}

# --- A process -----------------------------------------------------------------------------------

debug "$debuggee" -- 'break stop' 'run quotes.mmf' 'up' "${looks[@]}" \
    'mmf record store 1 quotes.mmf' 'mmf record store 1 missing' 'mmf stat store /dev/null' \
    'set variable store->base.type = 0' 'print store' 'mmf record store 0' 'kill'
if grep -q 'ptrace\|Operation not permitted' out; then
    echo "SKIPPED: no process may be traced here" >&2
    exit 0
fi
common
says '<not a store: a null pointer>'
says "{${quote}price = 41.50 (4150), $rest"
says "No such file or directory: 'missing'"
says '/dev/null: not a store'

# --- Its core, with what is mapped and without ---------------------------------------------------

rm -f quotes.mmf*
(
    ulimit -c unlimited
    echo 0x3b >/proc/self/coredump_filter
    DEBUGGEE_ABORTS=1 exec "$debuggee" quotes.mmf >printed
) 2>/dev/null
mkdir away
mv quotes.mmf* away
core=$(find . -maxdepth 1 -name 'core*' | head -n 1)
if [[ -n $core ]]; then
    debug "$debuggee" "$core" -- 'frame function look' "${looks[@]}"
    common
else
    echo "SKIPPED: the kernel leaves no core file here, so none is looked at" >&2
fi

debug "$debuggee" -- 'break stop' 'run quotes.mmf' 'generate-core-file without' 'kill'
[[ -s without ]] || fail "no core: $(cat out)"
rm -f quotes.mmf*
debug "$debuggee" without -- 'up' 'print store' 'mmf record store 0' 'mmf stat store' 'print *mine' \
    'mmf record store 1 away/quotes.mmf' 'mmf stat store away/quotes.mmf'
says '<"quotes.mmf": Quote, format 2, many writers, slot 1, 3 records of 208 bytes (its file is not in memory)>'
says 'record 0: the mapped file is not in memory: '
says 'coredump_filter'
says 'state: not known: the mapped file is not in memory'
says 'writers: not known: the lock file is not in memory'
says "{${quote}price = 124.60 (12460), $rest"
says 'record 1 at 0x'
says "{${quote}price = 41.50 (4150), $rest"
says 'state: 1 (dirty)'

# --- Beside the program --------------------------------------------------------------------------

cp -L "$debuggee" program
cp "$script" program-gdb.py
gdb -nx -batch -ex 'set debuginfod enabled off' -ex "add-auto-load-safe-path $work" -ex 'file program' \
    -ex 'break stop' -ex 'run again.mmf' -ex up -ex 'print store' >out 2>&1 </dev/null
says '<"again.mmf": Quote, '
exit "$failed"
