#!/bin/bash
# Runs a test of a broken runtime: it has to fail, and to say that a promise was broken. Some of the
# tests need luck for that, which a busy machine may not give at once.
set -uo pipefail

for seed in 1 2 3 4 5; do
    output=$(MMF_SEED=$seed "$@" 2>&1)
    status=$?
    if ((status != 0)); then
        break
    fi
    if [[ $output == *"skipped: "* && $output != *"violation: "* ]]; then
        echo "$output"
        exit 0
    fi
done
if ((status == 0)); then
    echo "$output"
    echo "the test has found nothing, though the runtime is broken" >&2
    exit 1
fi
grep --max-count=3 "violation: " <<<"$output" && exit 0
if [[ $output == *"skipped: "* ]]; then
    echo "$output"
    exit 0
fi
echo "$output"
echo "the test has failed, but not for what is broken" >&2
exit 1
