#!/usr/bin/env bash
# Runs //bench under `perf stat` and `perf record`.
#
#   bench/perf.sh [option...] [-- ARGUMENT...]
#     --filter TEXT   only rows whose name contains TEXT
#     --quick         a thousandth of the work: only shows that everything runs
#     --dir DIR       where to put what comes out; default: a new directory in $TMPDIR or /tmp
#     --binary FILE   a benchmark that is built already; else bazelw builds it, -c opt with symbols
#     --frequency N   samples a second; default: 997
#     --help          this text
#   What follows -- is handed to the benchmark too.
#
# In DIR are then: stat.txt, what perf counted; bench.json, what the benchmark measured meanwhile;
# perf.data, for perf report; and stacks.folded, a line "frame;frame;frame COUNT" a stack, which
# flame-graph tools take. The hottest functions are printed. Where the machine has no hardware
# events (many virtual ones) software events are taken, which is said.
#
# Exit status: 0; 1 when something failed; 2 for usage; 3 when there is no perf, or none allowed.
set -uo pipefail
export LC_ALL=C # numbers in perf's output

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 1
hardware_events=cycles,instructions,branches,branch-misses,cache-references,cache-misses
hardware_events+=,dTLB-load-misses,page-faults,context-switches
software_events=task-clock,page-faults,major-faults,context-switches,cpu-migrations
top=20 # functions

usage() {
    awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "${BASH_SOURCE[0]}"
}

refuse() {
    echo "perf.sh: $*" >&2
    usage >&2
    exit 2
}

fail() {
    echo "perf.sh: $*" >&2
    exit 1
}

forbidden() {
    echo "perf.sh: $*" >&2
    exit 3
}

# --- What can be counted ------------------------------------------------------------------------

# counts EVENT: whether perf has a number for it. The line is NUMBER,UNIT,EVENT,...; where there is
# no such event, or no permission, it is no number.
counts() {
    perf stat -x, -e "$1" -- true 2>"$temp/perf" >&2 && grep -Eq '^[0-9.]+,' "$temp/perf"
}

choose_events() {
    local paranoid=/proc/sys/kernel/perf_event_paranoid
    command -v perf >/dev/null ||
        forbidden "there is no perf (Debian: linux-perf; Ubuntu: linux-tools-generic)"
    if counts instructions; then
        events=$hardware_events
        sampled=cycles
        echo "events: hardware"
    elif counts task-clock; then
        events=$software_events
        sampled=cpu-clock
        echo "events: software only; perf has no hardware events on this machine, so cycles," \
            "instructions and misses are not known, and samples are of time"
    else
        cat "$temp/perf" >&2
        forbidden "perf counts nothing here; $paranoid is" \
            "$(cat "$paranoid" 2>/dev/null || echo '?'), and users other than root need 2 or less"
    fi
}

# --- The benchmark ------------------------------------------------------------------------------

# Frame pointers, so that stacks are cheap; symbols, so that they have names.
build() {
    local flags=(-c opt --copt=-g --copt=-fno-omit-frame-pointer --strip=never)
    "$root/bazelw" build "${flags[@]}" //bench >&2 || fail "//bench does not build"
    binary=$("$root/bazelw" info "${flags[@]}" bazel-bin 2>/dev/null)/bench/bench
}

# perf script's output to folded stacks. A stack is a line with the command, then a line a frame
# from the innermost on: address and name, which may have spaces.
fold() {
    awk '
        function flush_stack(i, line) {
            if (command != "") {
                line = command
                for (i = depth; i > 0; i--) { line = line ";" frame[i] }
                count[line]++
            }
            command = ""
            depth = 0
        }
        NF == 0 { flush_stack(); next }
        command == "" {
            sub(/^[ \t]+/, "")
            sub(/[ \t:]+$/, "")
            gsub(/;/, ":")
            command = $0
            next
        }
        {
            sub(/^[ \t]*[0-9a-f]+[ \t]*/, "")
            sub(/[ \t]+$/, "")
            gsub(/;/, ":")
            frame[++depth] = $0 == "" ? "[unknown]" : $0
        }
        END {
            flush_stack()
            for (line in count) { print line, count[line] }
        }' | sort
}

# Functions by the samples in themselves, and in what they call.
hottest() {
    awk -v top="$top" '
        {
            samples = $NF
            sub(/ [0-9]+$/, "")
            n = split($0, frames, ";")
            all += samples
            self[frames[n]] += samples
            split("", seen)
            for (i = 2; i <= n; i++) {
                if (!(frames[i] in seen)) { with[frames[i]] += samples }
                seen[frames[i]]
            }
        }
        END {
            for (name in self) {
                printf "%6.1f %%  %6.1f %%  %s\n", 100 * self[name] / all,
                    100 * with[name] / all, name
            }
        }' "$1" | sort -rn | head -n "$top"
}

# --- Running ------------------------------------------------------------------------------------

arguments=()
directory=
binary=
frequency=997
while [ $# -gt 0 ]; do
    case $1 in
    --filter | --dir | --binary | --frequency)
        [ $# -ge 2 ] || refuse "$1: an argument is missing"
        case $1 in
        --filter) arguments+=(--filter "$2") ;;
        --dir) directory=$2 ;;
        --binary) binary=$2 ;;
        --frequency) frequency=$2 ;;
        esac
        shift
        ;;
    --quick) arguments+=(--quick) ;;
    --help)
        usage
        exit 0
        ;;
    --)
        shift
        arguments+=("$@")
        break
        ;;
    *) refuse "$1: not an option" ;;
    esac
    shift
done
[[ $frequency =~ ^[1-9][0-9]*$ ]] || refuse "--frequency $frequency: not a number that is allowed"

temp=$(mktemp -d "${TMPDIR:-/tmp}/perf.sh.XXXXXX") || exit 1
trap 'rm -rf "$temp"' EXIT
choose_events
if [ -n "$binary" ]; then
    [ -x "$binary" ] || fail "$binary: not a program"
else
    build
fi
if [ -n "$directory" ]; then
    mkdir -p "$directory" && directory=$(cd "$directory" && pwd) || exit 1
else
    directory=$(mktemp -d "${TMPDIR:-/tmp}/mmf-perf.XXXXXX") || exit 1
fi

perf stat -o "$directory/stat.txt" -e "$events" -- \
    "$binary" ${arguments[@]+"${arguments[@]}"} --json "$directory/bench.json" ||
    fail "perf stat, or the benchmark under it, failed"
cat "$directory/stat.txt"
perf record -q -o "$directory/perf.data" -e "$sampled" -F "$frequency" --call-graph fp -- \
    "$binary" ${arguments[@]+"${arguments[@]}"} >"$temp/out" ||
    fail "perf record, or the benchmark under it, failed"
perf script -i "$directory/perf.data" --no-inline -F comm,ip,sym >"$temp/script" ||
    fail "perf script failed"
fold <"$temp/script" >"$directory/stacks.folded"
[ -s "$directory/stacks.folded" ] || fail "no samples: the run was too short"
echo "  itself  with calls  function, of $sampled samples"
hottest "$directory/stacks.folded"
echo "in $directory: stat.txt bench.json perf.data stacks.folded"
