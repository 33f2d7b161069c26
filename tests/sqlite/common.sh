# What the tests of //sqlite share. Arguments of each: mmf.so fill
# shellcheck shell=sh
set -eu

if ! command -v sqlite3 >/dev/null; then
    echo "the sqlite3 shell is not in PATH: apt-get install sqlite3, or nix develop" >&2
    exit 1
fi

extension=$PWD/$1
# shellcheck disable=SC2034 # for those that fill stores
fill=$PWD/$2
# shellcheck disable=SC2034
schema=$PWD/tests/sqlite/every.mmf.json
# shellcheck disable=SC2034
questions=$PWD/tests/sqlite/questions.awk
# An AddressSanitizer in the extension has to come before all else.
preload=$(ldd "$extension" | awk '/lib(asan|ubsan)/ { print $3 }' | tr '\n' ' ')
case $preload in
*asan*) export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" ;; # sqlite3's own, at exit
esac
dir=$(mktemp -d "${TEST_TMPDIR:-/tmp}/sqlite.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# Runs what it is given, and then its standard input, in one shell that has the extension.
sql() {
    LD_PRELOAD=$preload sqlite3 -batch -init /dev/null -cmd ".load $extension" -cmd ".nullvalue NULL" \
        "${database:-:memory:}" 2>&1
}

# Fails unless the input's output is just that.
expect() {
    expected=$1
    got=$(sql || true)
    if [ "$got" != "$expected" ]; then
        printf 'expected:\n%s\nfound:\n%s\n' "$expected" "$got" >&2
        exit 1
    fi
}

# Fails unless the input's output has that in it.
expect_part() {
    part=$1
    got=$(sql || true)
    case $got in
    *"$part"*) ;;
    *)
        printf 'expected:\n…%s…\nfound:\n%s\n' "$part" "$got" >&2
        exit 1
        ;;
    esac
}
