#!/bin/bash
# Makes each store of the recipes, has mmf-fsck look at it, mend it, look again and take it all back,
# and compares what it said with the expectations beside the recipe:
#
#   expect.1       mmf-fsck -n -f -v         of the damaged store, of which no byte may change
#   expect.1.json  mmf-fsck -n -f --json
#   expect.p       mmf-fsck -p -f -v         of a copy
#   expect.y       mmf-fsck -y -f -v -z UNDO of a copy
#   expect.2       mmf-fsck -n -f -v         of that copy; then what readers and writers make of it
#
# (A recipe that says "quick" is looked at without -f, but for the last time.)
#
# Whatever is expected, this holds: an exit status fits what was found; a second run finds nothing
# but what has no repair; a store that it calls clean can be read; and --undo brings back every byte.
#
#   run.sh FSCK DAMAGE FIXTURES PROBLEMS INTERRUPTED   the test; TESTBRIDGE_TEST_ONLY
#                                  (--test_filter): a pattern of names; sharded as Bazel says
#   run.sh --update FSCK … INTERRUPTED [PATTERN]   writes the expectations (bazel run)
set -uo pipefail

updates=false
if [[ ${1-} == --update ]]; then
    updates=true
    shift
fi
fsck=$PWD/$1
damage=$PWD/$2
fixtures=$PWD/$3
problems=$PWD/$4
interrupted=$PWD/$5
pattern=${6-${TESTBRIDGE_TEST_ONLY-*}}
recipes=$PWD/tests/fsck/recipes
expected=$recipes
if $updates; then
    expected=${BUILD_WORKSPACE_DIRECTORY:?run it with bazel run}/tests/fsck/recipes
fi
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/recipes.XXXXXX")
trap 'rm -rf "$work"' EXIT
failures=0
limit=(timeout -s KILL 60)

fail() {
    echo "FAILED: $name: $*" >&2
    failures=$((failures + 1))
}

# codes SEVERITIES REPAIRS: the codes of these rows of problem.def, one a line. (Titles are on lines
# of their own, or behind what is looked at here.)
codes() {
    sed -nE "s/^MMF_PROBLEM\([A-Z_]+, ([0-9]+), ($1), ($2),.*/\1/p" "$problems" |
        while read -r number; do printf 'MMFSCK-%03d\n' "$number"; done
}
error_codes=$(codes 'ERROR|FATAL' 'NONE|SAFE|ASK')
repairable_codes=$(codes 'ERROR|FATAL' 'SAFE|ASK')

# found FILE CODES: whether one of the codes stands in the file.
found() {
    grep -qF "$2" "$1"
}

# What differs from run to run: processes, times, random ids. (A schema hash has 64 digits.)
normalise() {
    sed -E \
        -e 's,/[^ ]*/STORE\.mmf,STORE.mmf,g' \
        -e 's/\b([Pp]rocess|[Tt]hread|pid) [0-9]+/\1 N/g' \
        -e 's/"(process|holder|pid|process_id|thread|thread_id)": *[0-9]+/"\1": 0/g' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{8,}Z?/TIME/g' \
        -e 's/\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b/ID/g' \
        -e 's/\b[0-9a-f]{32}\b/ID/g'
}

# run DIRECTORY OUT ARGUMENT…: mmf-fsck in that directory. Its output and exit status go to OUT;
# returns that status.
run() {
    local directory=$1 out=$2 status
    shift 2
    (cd "$directory" && "${limit[@]}" "$fsck" "$@") </dev/null >"$work/raw" 2>&1
    status=$?
    normalise <"$work/raw" >"$out"
    echo "exit $status" >>"$out"
    return $status
}

# check FILE: compares $work/out/FILE with what is expected, or makes it that.
check() {
    if $updates; then
        install -m 644 "$work/out/$1" "$expected/$name/$1"
    elif [[ ! -f $expected/$name/$1 ]]; then
        fail "there is no $1"
    else
        diff -u --label "$name/$1, expected" --label "$name/$1" "$expected/$name/$1" \
            "$work/out/$1" >&2 || fail "$1"
    fi
}

# Names and bytes of all files.
picture() {
    (cd "$1" && sha256sum -- *)
}

# Looks without changing anything. `damaged` is the store's directory.
look() {
    local before status has_errors=false
    before=$(picture "$damaged")
    run "$damaged" "$work/out/expect.1" -n "${force[@]}" -v "${options[@]}" STORE.mmf
    status=$?
    found "$work/out/expect.1" "$error_codes" && has_errors=true
    case $status:$has_errors in
    0:false | 4:true) ;;
    *) fail "-n: exit status $status" ;;
    esac
    run "$damaged" "$work/out/expect.1.json" -n "${force[@]}" --json "${options[@]}" STORE.mmf
    [[ $? == "$status" ]] || fail "--json: another exit status than $status"
    [[ $(picture "$damaged") == "$before" ]] || fail "-n has changed something"
    check expect.1
    check expect.1.json
}

# What is only in use is refused, and stays as it is.
mend_held() {
    local before
    before=$(picture "$damaged")
    run "$damaged" "$work/out/expect.p" -p "${force[@]}" -v "${options[@]}" STORE.mmf
    run "$damaged" "$work/out/expect.y" -y "${force[@]}" -v -z STORE.mmf.undo "${options[@]}" STORE.mmf
    [[ $(picture "$damaged") == "$before" ]] || fail "a store in use was changed"
    check expect.p
    check expect.y
}

# visit DIRECTORY -r|-w: reads all records of the store, or opens it to write and reads them.
visit() {
    (cd "$1" && "${limit[@]}" "$damage" -s "$recipes/schemas" "$2" "$schema" .) 2>&1 | normalise
}

# The second look, and what others make of the repaired store.
look_again() {
    local status reader
    run "$work/y" "$work/out/expect.2" -n -f -v "${options[@]}" STORE.mmf
    status=$?
    if [[ ${#force[@]} -gt 0 ]] && found "$work/out/expect.2" "$repairable_codes"; then
        fail "a second run finds what was to be repaired"
    fi
    cp -a "$work/y" "$work/w"
    visit "$work/y" -r >>"$work/out/expect.2"
    reader=$?
    [[ $status != 0 || $reader == 0 ]] || fail "it is called clean, but cannot be read"
    visit "$work/w" -w >>"$work/out/expect.2"
    check expect.2
}

mend() {
    cp -a "$damaged" "$work/p"
    cp -a "$damaged" "$work/y"
    run "$work/p" "$work/out/expect.p" -p "${force[@]}" -v "${options[@]}" STORE.mmf
    [[ $? -lt 8 ]] || fail "-p failed"
    check expect.p
    run "$work/y" "$work/out/expect.y" -y "${force[@]}" -v -z STORE.mmf.undo "${options[@]}" STORE.mmf
    [[ $? -lt 8 ]] || fail "-y failed"
    check expect.y
    look_again
    if [[ -f $work/y/STORE.mmf.undo ]]; then
        run "$work/y" "$work/out/undo" --undo STORE.mmf.undo STORE.mmf
        [[ $? -lt 8 ]] || fail "--undo failed: $(cat "$work/out/undo")"
    fi
    for file in STORE.mmf STORE.mmf.lock; do
        if [[ -f $origin/$file ]]; then
            cmp "$origin/$file" "$work/y/$file" >&2 || fail "--undo: $file is not what it was"
        fi
    done
}

# A repair that was killed when the first of it was done.
interrupt() {
    cp -a "$damaged" "$work/before"
    origin=$work/before
    (cd "$damaged" && "${limit[@]}" "$interrupted" STORE.mmf STORE.mmf.undo) 2>"$work/out/interrupt"
    if [[ $? != 137 || ! -s $damaged/STORE.mmf.undo ]]; then
        fail "there is no repair to interrupt"
    fi
}

# do_recipe NAME: `schema` and `options` are what its lines say, `origin` is what --undo brings
# back.
do_recipe() {
    local recipe=$recipes/$1/recipe
    name=$1
    damaged=$work/damaged
    origin=$damaged
    rm -rf "${work:?}"/*
    mkdir "$damaged" "$work/out"
    read -r schema < <(awk '$1 == "make" { print $2 } $1 == "copy" { print $3 }' "$recipe")
    read -ra options < <(sed -n 's/^options //p' "$recipe")
    force=(-f)
    if grep -q '^quick$' "$recipe"; then
        force=()
    fi
    if [[ ${#options[@]} -gt 0 ]]; then
        cp -L "$recipes"/schemas/*.json "$damaged"
    fi
    local make=("$damage" -s "$recipes/schemas" -f "$fixtures" "$recipe" "$damaged")
    if grep -q '^hold' "$recipe"; then
        coproc holder { exec "${make[@]}"; }
        local pid=$! input=${holder[1]} ready=
        read -r -t 60 -u "${holder[0]}" ready || fail "nobody holds the store"
        if [[ $ready == ready ]]; then
            look
            mend_held
        fi
        exec {input}>&-
        wait "$pid" || fail "the holder failed"
        return
    fi
    if ! "${limit[@]}" "${make[@]}" </dev/null; then
        fail "there is no store"
        return
    fi
    if grep -q '^interrupt' "$recipe"; then
        interrupt
    fi
    look
    mend
}

[[ -z ${TEST_SHARD_STATUS_FILE-} ]] || touch "$TEST_SHARD_STATUS_FILE"
number=0
done=0
for recipe in "$recipes"/*/recipe; do
    name=$(basename "$(dirname "$recipe")")
    number=$((number + 1))
    # shellcheck disable=SC2053 # it is a pattern
    if [[ $((number % ${TEST_TOTAL_SHARDS:-1})) == "${TEST_SHARD_INDEX:-0}" &&
        $name == $pattern ]]; then
        do_recipe "$name"
        done=$((done + 1))
    fi
done
echo "$done recipes, $failures failures"
[[ $failures == 0 && $done -gt 0 ]]
