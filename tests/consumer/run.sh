#!/usr/bin/env bash
# A second workspace that uses mmapforge from elsewhere, as a project of its own would: builds
# and tests it in a temporary copy, with a Bazel server and output root of its own.
#
#   tests/consumer/run.sh [OPTION OF bazel test...]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
temp=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/mmapforge-consumer.XXXXXX")
workspace=$temp/workspace

bazel() {
    (cd "$workspace" && "$repository/bazelw" --output_user_root="$temp/bazel" "$@")
}

finish() {
    bazel shutdown >/dev/null 2>&1 || true
    chmod -R u+w "$temp"
    rm -rf "$temp"
}
trap finish EXIT

fail() {
    echo "consumer: $*" >&2
    exit 1
}

cp -R "$here" "$workspace"
sed -i "s,\"\.\./\.\.\",\"$repository\"," "$workspace/WORKSPACE" "$workspace/MODULE.bazel"
# Where bazel/debian7.bazelrc looks for its modules.
mkdir "$workspace/bazel"
ln -s "$repository/bazel/offline" "$workspace/bazel/offline"

bazel test --noshow_progress --test_output=errors "$@" //...

bazel query --noshow_progress 'kind(mmf_store, //...)' >"$temp/stores" 2>"$temp/query.log" ||
    fail "query: $(cat "$temp/query.log")"
stores=$(sort "$temp/stores" | tr '\n' ' ')
[ "$stores" = "//:point //store:broken //store:reading //store:sub/place " ] ||
    fail "bazel query finds other stores: $stores"

# An error in a schema is told with the path that the user knows, and with its place.
if bazel build --noshow_progress //store:broken >"$temp/broken.log" 2>&1; then
    fail "a broken schema was built"
fi
grep -Eq '^schemas/broken\.mmf\.json:5:[0-9]+: error: ' "$temp/broken.log" ||
    fail "no place in the message: $(cat "$temp/broken.log")"

echo "consumer: passed"
