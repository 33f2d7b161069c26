#!/bin/bash
# Whether each row of problem.def is found in some recipe, or is said to be tested elsewhere.
#   every_problem.sh PROBLEMS
set -uo pipefail

recipes=tests/fsck/recipes
failures=0
rows=0
while read -r name number; do
    code=$(printf 'MMFSCK-%03d' "$number")
    rows=$((rows + 1))
    if grep -qsF "$code" "$recipes"/*/expect.1 "$recipes"/*/expect.1.json; then
        if grep -q "^$name " "$recipes/elsewhere"; then
            echo "$name ($code) has a recipe: strike it from elsewhere" >&2
            failures=$((failures + 1))
        fi
    elif ! grep -q "^$name " "$recipes/elsewhere"; then
        echo "$name ($code): no recipe has it" >&2
        failures=$((failures + 1))
    fi
done < <(sed -nE 's/^MMF_PROBLEM\(([A-Z_]+), ([0-9]+),.*/\1 \2/p' "$1")
echo "$rows problems, $failures without a recipe"
[[ $failures == 0 && $rows -gt 0 ]]
