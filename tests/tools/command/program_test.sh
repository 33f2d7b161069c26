#!/bin/bash
# mmf as a program: help, mistakes, and output that nobody takes.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"

# --- Help ----------------------------------------------------------------------------------------

# screen: ./out fits one.
screen() {
    [[ $(wc -l <out) -le 24 ]] || fail "$1: $(wc -l <out) lines"
    LC_ALL=C.UTF-8 awk 'length($0) > 79 { exit 1 }' out || fail "$1: wider than 79: $(cat out)"
}

run 0 --help
screen --help
silent err
cp out help
run 0 help
is out <help
run 0 -h
is out <help
mapfile -t commands < <(sed -n 's/^  \([a-z]*\)  .*/\1/p' help)
[[ ${#commands[@]} -ge 3 ]] || fail 'no commands in the help'
for command in "${commands[@]}"; do
    run 0 help "$command"
    screen "$command"
    cp out help
    run 0 "$command" --help
    is out <help
    says out "usage: mmf $command"
    says out "See mmf-$command(1)"
done

run 0 --version
grep -qE '^mmf [0-9]+\.[0-9]+\.[0-9]+$' out || fail "version: $(cat out)"
run 0 -V

# --- Mistakes ------------------------------------------------------------------------------------

run 2
is err <<'END'
mmf: no command
Try 'mmf --help'.
END
silent out
run 2 layuot
is err <<'END'
mmf: layuot: no such command; did you mean layout?
Try 'mmf --help'.
END
run 2 help layuot
says err 'did you mean layout?'
run 2 nonsense
says_not err 'did you mean'
run 2 --layout
says err 'mmf: --layout: no such option'
run 2 ''
run 2 layout --hepl
is err <<'END'
mmf layout: --hepl: no such option; did you mean --help?
Try 'mmf layout --help'.
END
run 2 completion fish
says err 'mmf completion: operand: not one of bash|zsh: fish'
run 2 layout a b c
says err 'mmf layout: too many operands: usage: mmf layout'

# nothing that was typed acts on a terminal
run 2 $'\e[31mred\xc2\x9b\n'
LC_ALL=C grep -q $'[\e\x9b]' err && fail "control characters: $(cat -v err)"
[[ $(wc -l <err) == 2 ]] || fail "lines: $(cat err)"
run 2 layout $'none\e[31m\n.mmf'
LC_ALL=C grep -q $'\e' err && fail "control characters: $(cat -v err)"

# --- Output that cannot be written ---------------------------------------------------------------

"$mmf" completion bash >/dev/full 2>err
[[ $? == 2 ]] || fail 'a full disk is no trouble'
says err 'mmf completion: the output could not be written: No space left on device'
(
    "$mmf" completion bash 2>err
    echo $? >status
) | true
[[ $(cat status) == 2 || $(cat status) == 0 ]] || fail "a closed pipe: $(cat status)"
silent err
"$mmf" --help >&- 2>err
[[ $? == 2 ]] || fail 'a closed output is no trouble'
says err 'mmf: the output could not be written: Bad file descriptor'
"$mmf" --help <&- >out 2>&- || fail 'input and error closed'
says out usage
finish
