#!/bin/bash
# The screen of mmf top, as tmux sees it.
#
#   screen_test.sh MMF FEED
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
feed="$here/$2"

if ! command -v tmux >/dev/null; then
    echo "SKIPPED: there is no tmux, so nobody looks at the screen" >&2
    exit 0
fi

"$feed" create a.mmf 100 || fail "no store"
"$feed" create b.mmf 10 || fail "no store"
"$feed" write a.mmf 42 &
writer=$!
trap 'kill -KILL "$writer"; wait "$writer" 2>/dev/null; t kill-server; rm -rf "$work" "$work.failed"' EXIT

# Not by the whole path: that of a socket may have 107 bytes.
t() {
    tmux -S ./socket "$@"
}

# sees TEXT: within ten seconds it stands on the screen.
sees() {
    for _ in {1..500}; do
        t capture-pane -p -t top >screen 2>/dev/null
        grep -qF -- "$1" screen && return
        sleep 0.02
    done
    fail "no \"$1\" on the screen: $(cat screen)"
}

sees_not() {
    for _ in {1..500}; do
        t capture-pane -p -t top >screen
        grep -qF -- "$1" screen || return
        sleep 0.02
    done
    fail "\"$1\" stays on the screen: $(cat screen)"
}

press() {
    t send-keys -t top "$@"
}

# The shell says what the terminal is like before and behind, and what mmf ended with.
cat >session <<'END'
trap : INT # for the program alone
stty -g >before
bash -c 'echo $$ >pid; exec "$@"' - "$@" 2>err
echo $? >code
stty -g >behind
echo "the end"
exec cat
END
begin() {
    rm -f code
    t kill-session -t top 2>/dev/null
    t new-session -d -s top -x 100 -y 30 bash session "$@" ||
        { fail "no session"; exit 1; }
}

# ended STATUS: the terminal is as it was.
ended() {
    sees "the end"
    [[ $(cat code) == "$1" ]] || fail "it ended with $(cat code), not $1: $(cat err)"
    diff before behind || fail "the terminal is not as it was"
    [[ $(t display-message -p -t top '#{alternate_on} #{cursor_flag}') == "0 1" ]] ||
        fail "the screen is not as it was"
}

# the server ends with its last session
TERM=screen t -f /dev/null new-session -d -s keep 'exec cat' || fail "no server"

begin "$mmf" top --interval 50 a.mmf b.mmf
sees "a.mmf"
sees "hottest records, by writes/s"
sees "42 "
sees "feed"
sees "q quit"

press s
sees "by counter"
press s
sees "by index"
press s
sees "by writes/s"
press +
sees "every 0.10 s"
press -
press -
sees "every 0.03 s" # 25 ms
press +

press h
sees "choose a file"
press x
sees_not "choose a file"

press Enter
sees "record 42 of a.mmf"
sees "symbol  ACME"
sees "price   41.5"
press Escape
sees_not "record 42 of"

press Down
press Enter # nothing is hot in b.mmf
sees "10 records"
press Up

# smaller, larger, tiny
t resize-window -t top -x 60 -y 12
sees "q quit"
sees "a.mmf"
[[ $(wc -l <screen) == 12 ]] || fail "not 12 lines"
press Down
sees "10 records"
t resize-window -t top -x 10 -y 1
sleep 0.1
t resize-window -t top -x 120 -y 40
sees "hottest records"
sees "q quit"

# a file that is cut, gone, and there again
cp b.mmf kept
: >b.mmf
sees "b.mmf: "
rm b.mmf
sees "b.mmf: No such file"
mv kept b.mmf
sees_not "b.mmf: No such file"
press q
ended 0

begin "$mmf" top --count 2 --interval 50 b.mmf
ended 0

for signal in INT TERM HUP; do
    begin "$mmf" top --interval 50 b.mmf
    sees "q quit"
    kill "-$signal" "$(<pid)"
    ended $((128 + $(kill -l "$signal")))
done

begin "$mmf" top --interval 50 b.mmf
sees "q quit"
press C-c
ended 130

# A terminal that nobody knows, and colours.
# What ncurses itself keeps of those is not ours to free.
begin env TERM=unknown-kind ASAN_OPTIONS=detect_leaks=0 "$mmf" top b.mmf
ended 2
grep -q 'of kind unknown-kind: try --once' err || fail "it says $(cat err)"
begin env TERM=screen "$mmf" top --interval 50 missing.mmf
sees "No such file"
t capture-pane -e -p -t top | grep -q $'\e\\[31m' || fail "no colours"
begin env TERM=screen NO_COLOR=1 "$mmf" top --interval 50 missing.mmf
sees "No such file"
! t capture-pane -e -p -t top | grep -q $'\e\\[3[0-7]m' || fail "colours"
press q
ended 0
finish
