#!/bin/bash
# Copies freshly generated files over the checked-in ones: look at the diff before you commit it.
set -euo pipefail

golden="${BUILD_WORKSPACE_DIRECTORY:?run it with bazel run}/tests/golden"
for file in "$@"; do
    install -m 644 "$file" "$golden/$(basename "$file")"
done
echo "updated $# files in $golden"
