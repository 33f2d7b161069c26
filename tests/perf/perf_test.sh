#!/usr/bin/env bash
# bench/perf.sh on machines that there may be: a perf of our own in PATH plays them.
#
#   perf_test.sh PATH_OF_PERF_SH
set -uo pipefail

script=$PWD/$1
temp=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/perf.XXXXXX") || exit 1
trap 'rm -rf "$temp"' EXIT
cd "$temp" || exit 1
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# --- The machine, and a benchmark ---------------------------------------------------------------

mkdir bin bare
cat >bin/perf <<'STUB'
#!/usr/bin/env bash
# MACHINE: what perf can do here. Its calls are noted in ./calls.
echo "$*" >>calls
command=$1
shift
output=
events=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case $1 in
    -o | -i) output=$2 && shift ;;
    -e) events=$2 && shift ;;
    esac
    shift
done
shift
case $command in
stat)
    case $MACHINE/$events in
    forbidden/*)
        echo 'Access to performance monitoring and observability operations is limited.' >&2
        exit 255
        ;;
    software/instructions) echo '<not supported>,,instructions,0,100.00,,' >&2 ;;
    */instructions) echo '123456,,instructions,1000,100.00,1.5,insn per cycle' >&2 ;;
    */task-clock) echo '0.42,msec,task-clock,420000,100.00,0.5,CPUs utilized' >&2 ;;
    *) echo "counted $events" >"$output" ;;
    esac
    "$@"
    ;;
record)
    [ "$MACHINE" != 'no record' ] || exit 1
    echo data >"$output"
    "$@"
    ;;
script)
    [ "$MACHINE" != 'no samples' ] || exit 0
    cat samples
    ;;
esac
STUB
cat >benchmark <<'STUB'
#!/usr/bin/env bash
echo "run: $*" >>runs
[ "${BENCHMARK-}" != fails ]
STUB
chmod +x bin/perf benchmark
for tool in bash awk cat dirname grep mkdir mktemp rm sed sort head true; do
    ln -s "$(command -v "$tool")" bare/
done
printf '%s\n' \
    'bench ' \
    '	    55d0a1 mmf_bytes_load' \
    '	    55d0a2 mmf_get_text' \
    '	    7f0001 main' \
    '' \
    'bench ' \
    '	    55d0a1 mmf_bytes_load' \
    '	    55d0a2 mmf_get_text' \
    '	    7f0001 main' \
    '' \
    'two words ' \
    '	    55d0b1 benchmark::run(int, char const*)' \
    '	    55d0b2 ' \
    '	    55d0b3 a;b' \
    '' \
    'bench ' \
    '	    55d0a2 mmf_get_text' \
    '	    55d0a2 mmf_get_text' \
    '	    7f0001 main' >samples
printf '%s\n' \
    'bench;main;mmf_get_text;mmf_bytes_load 2' \
    'bench;main;mmf_get_text;mmf_get_text 1' \
    'two words;a:b;[unknown];benchmark::run(int, char const*) 1' >folded

# expect STATUS MACHINE ARGUMENT...: runs perf.sh there; what it says is in ./out and ./err.
expect() {
    local status=$1 got
    export MACHINE=$2
    shift 2
    rm -rf calls runs results
    PATH=$temp/bin:$PATH "$script" "$@" >out 2>err </dev/null
    got=$?
    [ "$got" -eq "$status" ] ||
        fail "$MACHINE: perf.sh $*: status $got, expected $status: $(cat err)"
}

# says FILE TEXT
says() {
    grep -qF -- "$2" "$1" || fail "no \"$2\" in $1: $(cat "$1")"
}

# --- Both kinds of machine ----------------------------------------------------------------------

expect 0 hardware --binary ./benchmark --dir results --filter 'get price' --quick -- --more
says out 'events: hardware'
says results/stat.txt 'counted cycles,instructions,'
says out 'counted cycles,instructions,'
says calls "record -q -o $temp/results/perf.data -e cycles -F 997 --call-graph fp -- ./benchmark"
says runs "run: --filter get price --quick --more --json $temp/results/bench.json"
grep -qx 'run: --filter get price --quick --more' runs || fail "not recorded: $(cat runs)"
says out "in $temp/results: stat.txt bench.json perf.data stacks.folded"
diff -u folded results/stacks.folded || fail 'stacks'
says results/perf.data data
printf '%s\n' '  50.0 %    50.0 %  mmf_bytes_load' '  25.0 %    75.0 %  mmf_get_text' \
    '  25.0 %    25.0 %  benchmark::run(int, char const*)' | sort >wanted
grep ' %  ' out | sort | diff -u wanted - || fail 'hottest functions'
grep ' %  ' out | head -n 1 | grep -q mmf_bytes_load || fail 'the hottest is not the first'

expect 0 software --binary ./benchmark --frequency 50
says out 'events: software only; perf has no hardware events on this machine'
says calls '-e cpu-clock -F 50 '
says out 'counted task-clock,page-faults,'
directory=$(sed -n 's/^in \(.*\): stat.txt .*/\1/p' out)
[ -s "$directory/stacks.folded" ] || fail "no directory of its own: $directory"
rm -rf "$directory"

# --- What is in the way -------------------------------------------------------------------------

expect 3 forbidden --binary ./benchmark --dir results
says err 'perf counts nothing here; /proc/sys/kernel/perf_event_paranoid is'
says err 'Access to performance monitoring'
[ ! -e runs ] || fail 'the benchmark was run for nothing'

PATH=$temp/bare "$script" --binary ./benchmark >out 2>err </dev/null
[ $? -eq 3 ] || fail 'without perf: status'
says err 'there is no perf (Debian: linux-perf'

expect 1 'no record' --binary ./benchmark --dir results
says err 'perf record, or the benchmark under it, failed'
expect 1 'no samples' --binary ./benchmark --dir results
says err 'no samples'
export BENCHMARK=fails
expect 1 hardware --binary ./benchmark --dir results
says err 'perf stat, or the benchmark under it, failed'
unset BENCHMARK
expect 1 hardware --binary ./nothing
says err './nothing: not a program'
expect 2 hardware --frequency often
says err '--frequency often'
expect 2 hardware --dir
says err '--dir: an argument is missing'
expect 2 hardware --frobnicate
says err '--frobnicate: not an option'
expect 0 hardware --help
says out 'Exit status: 0; 1 when something failed'

[ "$failures" -gt 0 ] || echo 'all well'
exit $((failures > 0))
