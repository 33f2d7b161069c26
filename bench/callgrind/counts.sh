#!/usr/bin/env bash
# Instructions that each operation takes, counted by valgrind's callgrind, and compared with those
# in counts-ARCH-COMPILER-MAJOR.txt beside this script.
#
#   counts.sh PROGRAM            fails when one has grown by more than 5 %
#   counts.sh --print PROGRAM    prints them
#   counts.sh --update PROGRAM   writes that file: ./bazelw run //bench/callgrind:update
#
# They are those of one operation and of the loop around it, in code of the program itself: what
# runs in libc, which is another one on each machine, is not counted. PROGRAM is `operations`, built
# as by -c opt; another compiler makes other instructions, and has a file of its own. Without
# valgrind, or without that file, it says so and ends with 0.
set -uo pipefail

limit=5 # %
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
mode=--compare
case ${1-} in
--print | --update)
    mode=$1
    shift
    ;;
esac
if [ $# -ne 1 ]; then
    awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
program=$(realpath "$1") || exit 1
compiler=$("$program" --compiler) || exit 1
name=counts-$compiler.txt

if ! command -v valgrind >/dev/null; then
    echo "skipped: no valgrind"
    exit 0
fi
if [ "$mode" = --compare ] && [ ! -e "$here/$name" ]; then
    echo "skipped: no $name; ./bazelw run //bench/callgrind:update makes it"
    exit 0
fi
temp=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/callgrind.XXXXXX") || exit 1
trap 'rm -rf "$temp"' EXIT

# Into $temp/profile: three parts for each operation, in the order of --list.
profile() {
    local row dumps=()
    while read -r row _; do
        dumps+=("--dump-after=op_$row")
    done <"$temp/list"
    mkdir "$temp/stores"
    valgrind --tool=callgrind --callgrind-out-file="$temp/profile" --combine-dumps=yes \
        --toggle-collect='op_*' "${dumps[@]}" "$program" "$temp/stores" >"$temp/log" 2>&1 || {
        cat "$temp/log"
        return 1
    }
}

# NAME COUNT of each operation. A line of costs that follows calls= is what was called, and is
# counted where it is; the object that a function is in is named when it changes.
count() {
    awk -v program="$program" '
        FNR == NR { name[++rows] = $1; n[rows] = $2; next }
        /^part:/ { part = $2; object = ""; next }
        /^c?ob=/ {
            id = $1
            sub(/^c?ob=/, "", id)
            if (NF > 1) { path[id] = substr($0, index($0, " ") + 1) }
            if ($1 ~ /^ob=/) { object = path[id] }
            next
        }
        /^calls=/ { getline; next }
        /^[-+*0-9]/ { if (object == program) { sum[part] += $2 } }
        END {
            if (part != 3 * rows + 1) {
                print "operations: " part " parts, expected " 3 * rows + 1 >"/dev/stderr"
                exit 1
            }
            for (i = 1; i <= rows; i++) {
                printf "%-24s %7.1f\n", name[i], (sum[3 * i] - sum[3 * i - 1]) / n[i]
            }
        }' "$temp/list" "$temp/profile"
}

# What has changed, and whether that is too much. Lines that begin with # are comments.
compare() {
    awk -v limit="$limit" '
        /^#/ { next }
        FNR == NR { was[$1] = $2; next }
        !($1 in was) { print $1 ": " $2 ", is new"; failed = 1; next }
        {
            percent = was[$1] > 0 ? 100 * ($2 - was[$1]) / was[$1] : $2 > 0 ? 100 : 0
            if (percent > limit || percent < -limit) {
                printf "%s: %s instructions, were %s: %+.1f %%\n", $1, $2, was[$1], percent
            }
            failed = failed || percent > limit
            fell = fell || percent < -limit
            delete was[$1]
        }
        END {
            for (row in was) { print row ": is gone"; failed = 1 }
            if (failed || fell) {
                print "when that is meant: ./bazelw run //bench/callgrind:update"
            }
            exit failed
        }' "$1" "$2"
}

"$program" --list >"$temp/list" && profile && count >"$temp/counts" || exit 1
case $mode in
--print) cat "$temp/counts" ;;
--update)
    directory=${BUILD_WORKSPACE_DIRECTORY:+$BUILD_WORKSPACE_DIRECTORY/bench/callgrind}
    {
        echo '# Instructions of an operation; see counts.sh.'
        echo '# Made by ./bazelw run //bench/callgrind:update'
        cat "$temp/counts"
    } >"$temp/new" && cp "$temp/new" "${directory:-$here}/$name" && echo "wrote $name"
    ;;
*) compare "$here/$name" "$temp/counts" ;;
esac
