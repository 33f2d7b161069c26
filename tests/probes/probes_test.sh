#!/usr/bin/env bash
# Probes of a program: names and numbers of arguments are those of docs/tracing.md, each is a nop,
# all fire under gdb with what they should say, and a build without them does the same.
#
#   probes_test.sh PROGRAM PROGRAM_WITHOUT_PROBES DOCUMENT HEADER...
set -uo pipefail

with=$PWD/$1
without=$PWD/$2
document=$PWD/$3
shift 3
headers=("$@")
temp=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/probes.XXXXXX") || exit 1
trap 'rm -rf "$temp"' EXIT
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

finish() {
    [ "$failures" -gt 0 ] || echo "all well"
    exit $((failures > 0))
}

# same WHAT EXPECTED FOUND: two files
same() {
    diff -u "$2" "$3" || fail "$1"
}

have() {
    command -v "$1" >/dev/null || { echo "skipped: no $1: $2"; return 1; }
}

# Notes of a program as lines of: address name number-of-arguments.
notes() {
    readelf -n "$1" | awk '
        $1 == "Provider:" { ours = $2 == "mmapforge" }
        $1 == "Name:" { name = $2 }
        $1 == "Location:" { sub(/,$/, "", $2); address = $2 }
        $1 == "Arguments:" && ours { print address, name, gsub(/@/, "@") }'
}

# --- the same without them

mkdir "$temp/without" "$temp/with" "$temp/gdb"
(cd "$temp/without" && "$without") || fail "does not work without probes"
(cd "$temp/with" && "$with") || fail "does not work with probes"

# --- not on fast paths: generated code includes no header that has any

for header in "${headers[@]}"; do
    case $header in
    *.h)
        if [[ $header != */probe.h ]] && grep -l 'probe' "$header"; then
            fail "$header: probes belong to slow paths, in C files"
        fi
        ;;
    esac
done

# --- names and arguments

if ! "$with" --has-probes; then
    echo "skipped: compiled without <sys/sdt.h> (Debian: systemtap-sdt-dev), so there are no probes"
    finish
fi
have readelf "what probes there are" || finish
notes "$with" >"$temp/notes"
[ -z "$(notes "$without")" ] || fail "-DMMF_NO_PROBES leaves some"
awk '{ print $2, $3 }' "$temp/notes" | sort -u >"$temp/found"
awk -F'|' '/^\| `/ { name = $2; gsub(/[ `]/, "", name); print name, gsub(/`[^`]*`/, "", $3) }' \
    "$document" | sort >"$temp/documented"
[ -s "$temp/documented" ] || fail "no table of probes in $document"
same "probes and their document differ" "$temp/documented" "$temp/found"

# --- a nop each

if have objdump "what stands at a probe"; then
    objdump -d --no-show-raw-insn "$with" >"$temp/code"
    while read -r address name _; do
        line=$(grep -m 1 "^ *$(printf '%x' "$address"):" "$temp/code")
        [[ $line =~ [[:space:]]nop[[:space:]]*$ ]] || fail "$name at $address is no nop: $line"
    done <"$temp/notes"
fi

# --- all of them fire

# Commands for gdb that print each probe as: fired NAME COUNT ARGUMENT...
gdb_commands() {
    local name count i
    printf '%s\n' 'set pagination off' 'set confirm off' 'handle SIGBUS nostop noprint pass'
    while read -r name count; do
        printf 'break -probe-stap mmapforge:%s\ncommands\nsilent\n' "$name"
        printf 'printf "fired %s %%d", $_probe_argc\n' "$name"
        for ((i = 0; i < count; i++)); do
            printf 'printf " %%lld", (long long)$_probe_arg%d\n' "$i"
        done
        case $name in
        open | opened | file_opened) printf 'printf " %%s", (char *)$_probe_arg0\n' ;;
        close) printf 'printf " %%s", (char *)$_probe_arg1\n' ;;
        esac
        printf 'printf "\\n"\ncontinue\nend\n'
    done
    printf 'run\n'
}

# fired PATTERN: by a line of what gdb has seen
fired() {
    grep -Eq "^fired $1\$" "$temp/seen" || fail "did not fire: $1"
}

have gdb "whether the probes fire" || finish
gdb_commands <"$temp/documented" >"$temp/commands"
(cd "$temp/gdb" && gdb -nx -batch -x "$temp/commands" "$with" </dev/null) >"$temp/seen" 2>&1
if grep -Eqi 'ptrace.*not permitted|could not trace the inferior|cannot trace' "$temp/seen"; then
    echo "skipped: gdb may not trace here: whether the probes fire"
    finish
fi
grep -q 'exited normally' "$temp/seen" || fail "under gdb: $(tail -n 5 "$temp/seen")"
awk '$1 == "fired" { print $2, $3 }' "$temp/seen" | sort -u >"$temp/fired"
same "probes that fired" "$temp/documented" "$temp/fired"

number='-?[0-9]+'
fired "open 2 $number 0 no such store"
fired "opened 4 $number 0 -1 17 no such store"
fired "opened 4 $number $number $number 0 cells"
fired "close 2 $number $number cells"
fired "grow 3 $number 64 65"
fired "grown 5 $number 64 1152 77824 0"
fired "synced 4 $number 0 $number 0"
fired "recover 4 $number 2 $number 1"
fired "recover 4 $number 2 $number 3"
fired "repaired 4 $number 203 202 0"
fired "retry 5 $number 2 0 513 0"
fired "stuck 5 $number 2 0 513 5"
fired "right 5 $number 0 $number $number 0"
fired "wait 4 $number -1 201 10000"
fired "waited 3 $number -1 21"
fired "waited 3 $number -1 0"
fired "file_grown 4 $number 0 10000 0"
finish
