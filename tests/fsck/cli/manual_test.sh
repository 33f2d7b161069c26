#!/bin/bash
# The manual page, the table of problems and --help speak of the same things.
#
#   manual_test.sh MANUAL PROBLEMS MMF_FSCK
set -uo pipefail
export LC_ALL=C

manual=$1 problems=$2 fsck=$3
work="$(mktemp -d "${TEST_TMPDIR:-/tmp}/manual.XXXXXX")"
trap 'rm -rf "$work"' EXIT
failed=0

# same WHAT: ./a, of the program, and ./b, of the page, are alike and not empty.
same() {
    if ! [[ -s $work/a ]] || ! diff "$work/a" "$work/b"; then
        echo "FAILED: $1: < the program, > the page" >&2
        failed=1
    fi
}

# each problem, in the order of the table, with the words for its severity and its repair
"$problems" >"$work/a"
sed -n 's/^\.It \(MMFSCK-[0-9]*\) \([A-Z_]*\) Pq \([a-z]*\); \([a-z]*\)$/\1 \2 \3 \4/p' \
    "$manual" >"$work/b"
same problems
grep -c '^\.It MMFSCK' "$manual" >"$work/a"
wc -l <"$work/b" >"$work/b2" && mv "$work/b2" "$work/b"
same 'a problem is written in another way'

# what is referred to exists
"$problems" | cut -d ' ' -f 1 >"$work/codes"
grep -oE 'MMFSCK-[0-9]+' "$manual" | grep -vxFf "$work/codes" && failed=1

# and each has a text: two sentences at least
awk '/^\.(It|El|Ss|Sh)/ { if (code && ends < 2) print code; code = ""; ends = 0 }
     /^\.It MMFSCK/ { code = $2 }
     !/^\./ && /\.$/ { ends++ }' "$manual" >"$work/short"
if [[ -s $work/short ]]; then
    echo "FAILED: hardly described: $(cat "$work/short")" >&2
    failed=1
fi

# the options, with their arguments' being there: "-C --progress ARGUMENT"
"$fsck" --help | sed -nE 's/^  (-.|   ),? +(--[a-z-]+)( [A-Z]+)? .*/\1 \2\3/p' |
    sed -E 's/ [A-Z]+$/ ARGUMENT/; s/^ +//' | sort >"$work/a"
[[ $(wc -l <"$work/a") == $("$fsck" --help | grep -c '^  ') ]] || {
    echo 'FAILED: --help has lines that are not understood' >&2
    failed=1
}
sed -nE '/^\.Sh DESCRIPTION/,/^\.Sh REPAIRS/ {
    s/^\.It Fl (.)( Ar [a-z]+)? , Fl -([a-z-]+)( Ar [a-z]+)?$/-\1 --\3\4/p
    s/^\.It Fl -([a-z-]+)( Ar [a-z]+)?$/--\1\2/p
}' "$manual" | sed -E 's/ Ar [a-z]+$/ ARGUMENT/' | sort >"$work/b"
same options

# the synopsis has them all
synopsis=$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$manual")
while read -r option _; do
    case $option in
    -h | -V) continue ;; # by their long names
    --*) grep -qE "Fl ([a-z] Ar [a-z]+ \| Fl |-[a-z]+ \| )?-${option#--}\b" <<<"$synopsis" ;;
    *) grep -qE "Fl ([a-z] \| )*[a-z]*${option#-}" <<<"$synopsis" ;;
    esac || {
        echo "FAILED: $option is not in the synopsis" >&2
        failed=1
    }
done <"$work/b"

# all members of the JSON document
printf 'finding MAGIC - 0 - x\n' >"$work/a.mmf"
"$fsck" --json "$work/a.mmf" | grep -oE '"[a-z_]+": ' | tr -d '": ' | sort -u >"$work/a"
sed -n '/^\.Sh JSON OUTPUT/,/^\.Sh EXAMPLES/p' "$manual" |
    grep -oE '^\.(It )?Va [a-z_]+' | sed 's/.* //' | sort -u | grep -vx undone >"$work/b"
same 'members of JSON'

if command -v mandoc >/dev/null; then
    # links to other pages cannot be judged where these are not installed
    mandoc -T lint -W warning "$manual" || failed=1
fi
exit "$failed"
