#!/bin/bash
# Generated files must be what is checked in, to the byte.
set -euo pipefail

failures=0
for file in "$@"; do
    if ! diff -u "tests/golden/$(basename "$file")" "$file"; then
        failures=$((failures + 1))
    fi
done
if ((failures > 0)); then
    echo "$failures files differ; if that is meant: ./bazelw run //codegen:update_goldens" >&2
    exit 1
fi
(($# >= 58)) # the list itself must not run empty
