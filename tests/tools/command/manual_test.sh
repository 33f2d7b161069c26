#!/bin/bash
# The manual pages and --help speak of the same things.
#
#   manual_test.sh MMF MANUAL...
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
manuals=("${@:2}")
export LC_ALL=C.UTF-8

page() {
    local manual
    for manual in "${manuals[@]}"; do
        if [[ $manual == */$1 ]]; then
            echo "$here/$manual"
            return
        fi
    done
    fail "no page $1"
    echo /dev/null
}

# options of --help: "-j --json", "--limit ARGUMENT"
of_help() {
    sed -nE 's/^  (-.|   ),? +(--[a-z-]+)( [^a-z ][^ ]*)? .*/\1 \2\3/p' out |
        sed -E 's/(--[a-z-]+) .*/\1 ARGUMENT/; s/^ +//' | sort
}

# the same of a page
of_page() {
    sed -nE '/^\.Sh DESCRIPTION/,/^\.Sh [^D]/ {
        s/^\.It Fl (.)( Ar [^ ]+)? , Fl -([a-z-]+)( Ar [^ ]+)?$/-\1 --\3\4/p
        s/^\.It Fl -([a-z-]+)( Ar [^ ]+)?$/--\1\2/p
    }' "$1" | sed -E 's/ Ar [^ ]+$/ ARGUMENT/' | sort
}

run 0 --help
mapfile -t commands < <(sed -n 's/^  \([a-z]*\)  .*/\1/p' out)
main="$(page mmf.1)"
for command in "${commands[@]}"; do
    manual="$(page "mmf-$command.1")"
    grep -qE "^\.(It )?Xr mmf-$command 1" "$main" || fail "$command: not in mmf.1"
    run 0 "$command" --help
    of_help >expected
    [[ $(wc -l <expected) == $(grep -c '^  ' out) ]] || fail "$command: odd lines in --help"
    of_page "$manual" >found
    diff expected found >difference || fail "$command: < --help, > page: $(cat difference)"
    synopsis=$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$manual")
    while read -r first second _; do
        long=$first
        [[ $second == --* ]] && long=$second
        [[ $long == --help ]] && continue
        grep -qE -- "Fl -${long#--}\b|Fl ([a-zA-Z] \| )*[a-zA-Z]*${first#-}" <<<"$synopsis" ||
            fail "$command: $long is not in the synopsis"
    done <expected
    grep -qF "$(sed -n 's/^\.Nd //p' "$manual")" <("$mmf" --help) ||
        fail "$command: another summary: $(grep '^\.Nd' "$manual")"
done

# and no page of a command that is none
for manual in "${manuals[@]}"; do
    name=$(basename "$manual" .1)
    [[ $name == mmf || " ${commands[*]} " == *" ${name#mmf-} "* ]] || fail "$name: of no command"
    if command -v mandoc >/dev/null; then
        # links to other pages cannot be judged where these are not installed
        lint=$(mandoc -T lint -W warning "$here/$manual") || fail "$lint"
    fi
done
finish
