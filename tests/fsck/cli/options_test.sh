#!/bin/bash
# Command lines: what each option asks of mmf_check(), and what is refused.
# shellcheck source=tests/fsck/cli/common.sh
source "$(dirname "$0")/common.sh"

: >a.mmf
: >b.mmf
: >-n
echo '{"name": "Tick", "version": 1, "fields": [{"name": "x", "type": "uint8"}]}' >tick.json
export FAKE_LOG="$work/log"

# refused TEXT ARGUMENT...: wrong usage, and nothing is looked at.
refused() {
    local text=$1
    shift
    rm -f log
    run 16 "$@"
    is out </dev/null
    is err <<END
mmf-fsck: $text
Try 'mmf-fsck --help'.
END
    [[ ! -e log ]] || fail "$*: mmf_check() was called"
}

# asks LINE ARGUMENT...: what mmf_check() was given.
asks() {
    local line=$1
    shift
    rm -f log
    run 0 "$@"
    echo "$line" | is log
}

# --- Refused -------------------------------------------------------------------------------------

refused 'no file'
refused 'no file' -p
refused 'no file' --
only='-n, -p, -y, --undo: only one of them'
for pair in '-n -p' '-p -n' '-n -y' '-y -p' '-np' '--check --yes' '--preen -y'; do
    # shellcheck disable=SC2086 # several words
    refused "$only" $pair a.mmf
done
refused "$only" -n --undo u a.mmf
refused "$only" --undo u -p a.mmf
refused "$only" --undo u -y a.mmf
refused '--undo: only with one file' --undo u a.mmf b.mmf
for option in '-f' '-z v' '--no-undo' '--schema tick.json'; do
    # shellcheck disable=SC2086
    refused '--undo: not with -f, -z, --no-undo or --schema' --undo u $option a.mmf
done
refused '-z: only with one file' -y -z u a.mmf b.mmf
refused '-z, --no-undo: only one of them' -y -z u --no-undo a.mmf
for number in '' 0 65 -1 +1 1x ' 1' 0x10 99999999999999999999; do
    refused "-j: not a number from 1 to 64: $number" -j "$number" a.mmf
done
for number in '' -1 x 1x 99999999999999999999; do
    refused "-C: not the number of a descriptor: $number" -C "$number" a.mmf
done
refused '-C: descriptor 77 is not open for writing' -C 77 a.mmf
exec 7</dev/null
refused '-C: descriptor 7 is not open for writing' -C 7 a.mmf
exec 7<&-
refused '--color: neither auto, always nor never: blue' --color blue a.mmf
refused '--color: neither auto, always nor never: ' --color= a.mmf
refused '-x: no such option' -x a.mmf
refused '-x: no such option' -nx a.mmf
refused '--nothing: no such option' --nothing a.mmf
refused '--json=1: takes no argument' --json=1 a.mmf
refused '-j: an argument is missing' a.mmf -j
refused '--undo: an argument is missing' a.mmf --undo
refused '--?[2J?: no such option' $'--\e[2J\n' a.mmf

# --- What each of them does ----------------------------------------------------------------------

none='threads=0 undo=- schema=- path=a.mmf'
asks "check flags=0 $none" a.mmf
asks "check flags=0 $none" -n a.mmf
asks "check flags=0 $none" -n --check -nn a.mmf
asks "check flags=1 $none" -p a.mmf
asks "check flags=1 $none" --preen a.mmf
asks "check flags=1 $none" -y a.mmf
asks "check flags=1 $none" a.mmf --yes
asks "check flags=2 $none" -f a.mmf
asks "check flags=3 $none" -p --force a.mmf
asks "check flags=5 $none" -p --no-undo a.mmf
asks 'check flags=1 threads=0 undo=u v schema=- path=a.mmf' -yz 'u v' a.mmf
asks 'check flags=1 threads=0 undo=-n schema=- path=a.mmf' --save-undo -n -y a.mmf
asks 'check flags=0 threads=64 undo=- schema=- path=a.mmf' -j64 a.mmf
asks 'check flags=0 threads=1 undo=- schema=- path=a.mmf' --jobs=1 a.mmf
asks 'check flags=0 threads=0 undo=- schema=Tick path=a.mmf' --schema tick.json a.mmf
asks 'check flags=0 threads=0 undo=- schema=- path=-n' -- -n
asks 'undo undo=u path=a.mmf' --undo u a.mmf
asks 'undo undo=u path=a.mmf' --undo=u -v --json -C0 a.mmf
asks "check flags=0 $none
check flags=0 threads=0 undo=- schema=- path=b.mmf" a.mmf b.mmf
run 8 '' # no file has no name
unset FAKE_LOG

# --- --schema ------------------------------------------------------------------------------------

printf '{"name": "Tick", "version": 1,\n "fields": [{"name": "x", "type": "uint9"}]}' >wrong.json
run 8 --schema wrong.json a.mmf
is out </dev/null
grep -q '^wrong.json:2:[0-9]*: error: ' err || fail "no diagnostic: $(cat err)"
run 8 --schema none.json a.mmf
is out </dev/null
says err 'none.json: error: '
run 8 --json --schema none.json a.mmf
printf '{"version": 1, "files": [\n], "exit": 8}\n' | is out

# --- --help, --version ---------------------------------------------------------------------------

run 0 --help
is err </dev/null
[[ $(wc -l <out) -le 24 ]] || fail "--help has $(wc -l <out) lines"
! LC_ALL=C.UTF-8 grep -qE '.{80}' out || fail '--help has lines of more than 79 columns'
cp out help
run 0 -h
is out <help
run 0 a.mmf -h -x
is out <help
run 0 --version
grep -qxE 'mmf-fsck [0-9]+\.[0-9]+\.[0-9]+' out || fail "--version: $(cat out)"
run 0 -V

finish
