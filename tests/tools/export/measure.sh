#!/bin/bash
# How fast records get out: 10 million of 64 bytes, from /dev/shm to /dev/shm (1.3 GB, 2 GB with jsonl). Not a test.
#
#   bazel build -c opt //tools:mmf //tests/tools/export:make_store
#   tests/tools/export/measure.sh bazel-bin [RECORDS [FORMAT...]]
set -euo pipefail

bin=$(readlink -f "$1")
records=${2:-10000000}
formats=("${@:3}")
((${#formats[@]} > 0)) || formats=(raw pgcopy rowbinary npy csv jsonl)
schema=$(dirname "$(readlink -f "$0")")/tick.mmf.json
work=$(mktemp -d /dev/shm/mmf-export.XXXXXX)
trap 'rm -rf "$work"' EXIT

printf 'ACME\t41.5\t100\tBUY\t2026-11-21T12:43:09.123456Z\t123456789\n' |
    "$bin/tests/tools/export/make_store" "$schema" "$work/ticks.mmf" "$records"
for format in "${formats[@]}"; do
    best=
    for _ in 1 2 3; do
        rm -f "$work/out"
        start=$(date +%s%N)
        "$bin/tools/mmf" export --format "$format" --output "$work/out" "$work/ticks.mmf"
        took=$(($(date +%s%N) - start))
        [[ -z $best || $took -lt $best ]] && best=$took
    done
    awk -v format="$format" -v ns="$best" -v records="$records" -v size="$(stat -c %s "$work/out")" \
        'BEGIN { printf "%-10s %6.2f s %7.0f MB/s out %7.0f MB/s in %6.2f M rows/s\n", format,
                 ns / 1e9, size / ns * 1e3, records * 64 / ns * 1e3, records / ns * 1e3 }'
done
