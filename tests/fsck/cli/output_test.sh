#!/bin/bash
# Where output goes: colours, the bar, lines of progress, outputs that are closed or full, signals.
# shellcheck source=tests/fsck/cli/common.sh
source "$(dirname "$0")/common.sh"

store a.mmf <<'END'
finding BOOL 1 4096 flag found 2
END
: >clean.mmf

# --- Colours -------------------------------------------------------------------------------------

# colored YES ENVIRONMENT... -- DESCRIPTORS ARGUMENT...
colored() {
    local expected=$1 environment=() descriptors got=no
    shift
    while [[ $1 != -- ]]; do
        environment+=("$1")
        shift
    done
    descriptors=$2
    shift 2
    check 4 env "${environment[@]}" "$pty" "$descriptors" '' "$fsck" -n "$@" a.mmf
    grep -q $'\e\\[' out && got=yes
    [[ $got == "$expected" ]] || fail "coloured: $got, not $expected"
}

colored yes A=1 -- 012
colored yes A=1 -- 1
colored no A=1 -- 02
colored yes NO_COLOR= -- 012
colored no NO_COLOR=1 -- 012
colored no NO_COLOR=0 -- 012
colored no TERM=dumb -- 012
colored yes -u TERM -- 012
colored no A=1 -- 012 --color never
colored yes NO_COLOR=1 TERM=dumb -- 012 --color always
colored yes A=1 -- 0 --color=always
colored no NO_COLOR=1 -- 012 --color auto
colored no A=1 -- 012 --json

run 4 --color=always -n a.mmf
sed 's/\x1b\[[0-9;]*m//g' out >plain
run 4 -n a.mmf
is out <plain

# red while something is left
run 1 --color=always -p a.mmf
says out $'a.mmf: \e[1m1 error found\e[0m'
run 4 --color=always -n a.mmf
says out $'a.mmf: \e[1;31m1 error found\e[0m'

# --- Progress ------------------------------------------------------------------------------------

store slow.mmf <<'END'
progress 1 0 1000000000
finding BOOL 1 4096 flag found 2
sleep 600
progress 1 250000000 1000000000
finding BOOL 2 4200 flag found 2
sleep 120
progress 1 500000000 1000000000
END
check_bar() {
    grep -q '25%  [0-9]* MB/s  [0-9:]*'$'\e''\[K'$'\r\e''\[K'"$1" out ||
        fail "no bar, or it stays: $(cat -v out)"
}

# on the terminal, and taken away before each line and at the end
NO_COLOR=1 check 4 "$pty" 12 '' "$fsck" -n slow.mmf
check_bar 'slow.mmf: MMFSCK-081: record 2'
tail -n 2 out | grep -q $'50%.*\r\e''\[Kslow.mmf: 2 errors' || fail "the bar stays: $(cat -v out)"
NO_COLOR=1 check 4 "$pty" 12 '' "$fsck" -n -C 0 slow.mmf
check_bar 'slow.mmf: MMFSCK-081: record 2'

# nowhere else
run 4 -n slow.mmf
says_not out '%'
is err </dev/null
run 4 -n -C 0 slow.mmf
is err </dev/null
NO_COLOR=1 check 4 "$pty" 1 '' "$fsck" -n slow.mmf
says_not out '%'
is err </dev/null

# lines instead, with -C
store quick.mmf <<'END'
progress 1 0 18446744073709551615
progress 1 5 10
progress 2 10 10
END
run 0 -C 3 quick.mmf clean.mmf quick.mmf 3>lines
is lines <<'END'
1 0 18446744073709551615 quick.mmf
1 5 10 quick.mmf
2 10 10 quick.mmf
1 0 18446744073709551615 quick.mmf
1 5 10 quick.mmf
2 10 10 quick.mmf
END
cp quick.mmf $'line\nbreak \e[2J'
run 0 -C 3 $'line\nbreak \e[2J' 3>lines
is lines <<'END'
1 0 18446744073709551615 line?break ?[2J
1 5 10 line?break ?[2J
2 10 10 line?break ?[2J
END
NO_COLOR=1 check 4 "$pty" 12 '' "$fsck" -n -C 3 slow.mmf 3>lines
says_not out '%'
[[ $(wc -l <lines) == 3 ]] || fail "-C beside a terminal: $(cat lines)"

# a descriptor that refuses them does not matter
run 0 -C 3 quick.mmf 3>/dev/full
says out 'quick.mmf: clean'
run 0 -C 3 quick.mmf 3> >(:)
says out 'quick.mmf: clean'

# --- Outputs that fail ---------------------------------------------------------------------------

full='mmf-fsck: the output could not be written: No space left on device'
closed='mmf-fsck: the output could not be written: Bad file descriptor'
for arguments in '-n clean.mmf' '--json clean.mmf' '--help' '--version' '--undo u clean.mmf'; do
    # shellcheck disable=SC2086 # several words
    check 8 bash -c '"$0" "$@" >/dev/full' "$fsck" $arguments
    echo "$full" | is err
    # shellcheck disable=SC2086
    check 8 bash -c '"$0" "$@" >&-' "$fsck" $arguments
    echo "$closed" | is err
done
check 12 bash -c '"$0" -n a.mmf >/dev/full' "$fsck"
check 9 bash -c '"$0" -p a.mmf >/dev/full' "$fsck"

# with none of the three a store does not become one of them
check 8 bash -c '"$0" -y clean.mmf <&- >&- 2>&-' "$fsck"
check 0 test ! -s clean.mmf
check 8 bash -c 'ls -l /proc/self/fd >/dev/null; "$0" --schema clean.mmf -n clean.mmf 2>&-' "$fsck"
check 0 test ! -s clean.mmf
check 4 bash -c '"$0" a.mmf <&-' "$fsck"

# a reader who has gone is told nothing; a check ends, a repair goes on
echo 'many 100000 BOOL found 2' >many.mmf
gone() {
    "$fsck" -C 3 "$@" 2>err 3>lines | head -n 1 >out
    echo "${PIPESTATUS[0]}" >status
    is err </dev/null
}
gone -n -v many.mmf many.mmf
echo 12 | is status
[[ $(wc -l <lines) -lt 100000 ]] || fail "the check went on"
gone -y -v many.mmf
echo 9 | is status
[[ $(wc -l <lines) == 100000 ]] || fail "the repair ended: $(wc -l <lines)"
gone --json many.mmf
echo 12 | is status

# --- Signals -------------------------------------------------------------------------------------

for number in 2 15; do
    printf 'finding BOOL 1 4096 flag found 2\nraise %s\nprogress 1 1 2\nfinding BOOL 2 1 f x\n' \
        $number >cancel.mmf
    run 36 -n cancel.mmf clean.mmf
    says out 'cancel.mmf: cancelled; till then 1 error found'
    says_not out 'record 2'
    says_not out 'clean.mmf'
    is err </dev/null
    run 33 -y cancel.mmf clean.mmf
    says out 'cancel.mmf: cancelled; till then 1 error found, 1 repaired, 0 left'
    # between two files
    printf 'raise %s\n' $number >between.mmf
    run 32 between.mmf clean.mmf
    says_not out 'clean.mmf: clean'
done

# the second one kills, whichever it is
for second in 2 15; do
    printf 'raise 2\nraise %s\n' $second >twice.mmf
    run $((128 + second)) twice.mmf
done

# from outside, while it works
mkfifo begun
echo wait >wait.mmf
env --default-signal=INT "$fsck" -C 9 wait.mmf 9>begun >out 2>err &
read -r line <begun
kill -INT $!
wait $!
[[ $? == 32 && $line == '1 50 100 wait.mmf' ]] || fail "SIGINT from outside: $line"
says out 'wait.mmf: cancelled'

# one that was ignored from the beginning stays so
store ignored.mmf <<'END'
raise 2
progress 1 1 2
END
(trap '' INT && check 0 "$fsck" ignored.mmf)

finish
