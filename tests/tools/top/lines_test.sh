#!/bin/bash
# mmf top without a screen: text and JSON.
#
#   lines_test.sh MMF FEED
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
feed="$here/$2"

# number KEY: of the first one of that name in ./out.
number() {
    grep -oE "\"$1\":-?[0-9.]+" out | head -n 1 | sed 's/.*://; s/\..*//'
}

start_feed() {
    "$feed" write "$1" "$2" &
    writer=$!
}

stop_feed() {
    kill -KILL "$writer"
    wait "$writer" 2>/dev/null
}

"$feed" create a.mmf 100 || fail "no store"
"$feed" create b.mmf 10 || fail "no store"

# --- Usage ---------------------------------------------------------------------------------------

run 2 top
says err 'too few operands'
run 2 top --interval 5 a.mmf
says err '--interval 5: expected 10 to 3600000 milliseconds'
run 2 top --count 0 a.mmf
says err '--count 0: expected at least 1'
run 2 top --count 2 --once a.mmf
says err '--once and --count exclude each other'

# --- At rest -------------------------------------------------------------------------------------

run 0 top --once --interval 50 a.mmf b.mmf
silent err
says out 'format 2, 100 records, room for'
says out 'format 2, 10 records, room for'
says out 'appends/s 0.0   writes/s 0.0'
says out 'writers: none'
says_not out 'hottest'

# --- A writer of one record ----------------------------------------------------------------------

start_feed a.mmf 42
for _ in {1..100}; do
    run 0 top --once --json --interval 20 a.mmf
    grep -q '"hottest":\[{"record":42,' out && break
done
run 0 top --once --json --interval 200 a.mmf
[[ $(wc -l <out) == 1 ]] || fail "not one line: $(cat out)"
says out '{"time":"20'
says out '"path":"a.mmf","format":2,"records":100,'
says out "\"pid\":$writer,"
says out '"command":"feed","is_alive":true'
says out '"hottest":[{"record":42,'
says out '"is_estimate":false,"looked_at":100,'
rate=$(number writes_per_s_least)
((rate > 5 && rate <= 1100)) || fail "$rate writes a second"

run 0 top --once --interval 100 a.mmf
says out "hottest records, by writes/s"
grep -qE "^ +[0-9]+ +$writer +$writer  feed +alive " out || fail "no writer: $(cat out)"
grep -qE '^ +42 +[0-9]+\.[0-9] +[0-9]+$' out || fail "no hot record: $(cat out)"

run 0 top --json --count 3 --interval 30 a.mmf b.mmf
[[ $(wc -l <out) == 3 && $(grep -c '"path":"b.mmf"' out) == 3 ]] || fail "not 3 lines: $(cat out)"
[[ $(grep -cE '"stores":\[\{.*\},\{"path":"b\.mmf".*\}\]\}$' out) == 3 ]] || fail "no JSON: $(cat out)"
stop_feed
run 0 top --once --json --interval 30 a.mmf
says out '"command":"","is_alive":false'

# --- Appends -------------------------------------------------------------------------------------

"$mmf" top --once --json --interval 1500 b.mmf >out &
top=$!
sleep 0.5 # its first look is over by then
"$feed" append b.mmf 7
wait "$top" || fail "it ended with $?"
says out '"records":17,'
appended=$(sed -E 's/.*"seconds":([0-9.]+),"appends_per_s":([0-9.]+).*/\1 \2/' out |
    awk '{printf "%.0f", $1 * $2}')
[[ $appended == 7 ]] || fail "$appended appended: $(cat out)"

# --- Files that are not there, or do not stay ----------------------------------------------------

check 2 timeout 20 "$mmf" top --once --interval 30000 missing.mmf # nothing to wait for
says out 'missing.mmf: No such file or directory'
says err 'mmf top: missing.mmf: No such file or directory'
run 2 top --once --json --interval 50 missing.mmf a.mmf
says out '{"path":"missing.mmf","error":"missing.mmf: No such file or directory","status":"MMF_E_'
says out '"path":"a.mmf","format":2'
echo text >text
run 2 top --once text
says err 'text: '
mkdir directory
run 2 top --once directory
says err 'not a regular file'
name=$'\e[31m"bad\xff\n'
cp b.mmf "$name"
run 0 top --once --json --interval 20 "$name"
says out '"path":"\u001b[31m\u0022bad\ufffd\u000a"'
run 0 top --once --interval 20 "$name"
says out '?[31m"bad??'

# Cut, deleted and made anew, while it looks.
cp a.mmf c.mmf
"$mmf" top --json --interval 20 c.mmf >lines 2>err &
top=$!
await() {
    for _ in {1..500}; do
        [[ $(tail -n 1 lines) == *$1* ]] && return
        sleep 0.02
    done
    fail "no $1 in $(tail -n 1 lines)"
}
await '"seconds"'
: >c.mmf
await '"error"'
cp a.mmf c.mmf
await '"seconds"'
truncate -s 5000 c.mmf
await '"error"'
rm c.mmf
await 'No such file'
cp b.mmf c.mmf
await '"records":17'
mv -f a.mmf c.mmf
await '"records":100'
kill -TERM "$top"
wait "$top"
code=$?
[[ $code == 143 ]] || fail "it ended with $code: $(cat err)"
silent err

# Nobody reads.
"$mmf" top --json --interval 20 b.mmf 2>err | head -n 1 >out
code=${PIPESTATUS[0]}
[[ $code == 2 ]] || fail "it ended with $code"
silent err
finish
