#!/bin/bash
# COPY BINARY into real servers: one; and three that hold the partitions of a fourth's table.
#
#   postgres_test.sh MMF MMF_GEN MAKE_STORE
#
# The servers run as another user than root, in a directory of their own below /tmp: that user need
# not be able to reach $TEST_TMPDIR, and the path of a socket may have 107 bytes only. They listen
# on that socket alone, and end with this script, whatever ends it.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/export/ticks.sh
source "$here/tests/tools/export/ticks.sh"
gen="$here/$2"
make_store="$here/$3"
schemas="$here/tests/tools/export"

skip() {
    echo "skipped: $*"
    exit 0
}

bin=$(for each in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /)")"; do
    [[ -x $each/initdb && -x $each/postgres ]] && echo "$each"
done | sort -V | tail -n 1)
[[ -n $bin ]] || skip 'no initdb and postgres (Debian: postgresql)'
command -v psql >/dev/null || skip 'no psql (Debian: postgresql-client)'
command -v setpriv >/dev/null || skip 'no setpriv (Debian: util-linux)'

user=()
owner=$(id -un)
if ((EUID == 0)); then
    owner=$(id -un postgres 2>/dev/null || echo nobody)
    user=(--reuid="$owner" --regid="$(id -g "$owner")" --clear-groups)
    setpriv "${user[@]}" true || skip "$owner cannot be had here"
fi
base=$(mktemp -d /tmp/mmf-pg.XXXXXX)
chmod 755 "$base"
servers=()

end() {
    ((${#servers[@]} == 0)) || kill -QUIT "${servers[@]}" 2>/dev/null
    wait
    rm -rf "$base" "$work" "$work.failed"
}
trap end EXIT
trap 'exit 1' TERM INT HUP

as_owner() {
    (cd / && setpriv "${user[@]}" "$@")
}

# start NAME: a server in $base/NAME; it gets SIGQUIT when this shell ends, even by SIGKILL.
start() {
    setpriv "${user[@]}" --pdeathsig QUIT "$bin/postgres" -D "$base/$1/data" -k "$base/$1" \
        -c listen_addresses= -c fsync=off -c shared_buffers=16MB -c max_connections=20 \
        -c autovacuum=off -c max_wal_senders=0 -c wal_level=minimal >"$base/$1/log" 2>&1 &
    servers+=($!)
}

# sql NAME ARGUMENT...: psql on that server
sql() {
    local name=$1
    shift
    PGTZ=UTC psql -h "$base/$name" -U postgres -d postgres -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

is_ready() {
    local deadline=$((SECONDS + 15))
    until sql "$1" -c 'SELECT 1' >/dev/null 2>&1; do
        ((SECONDS < deadline)) || {
            fail "$1 does not start: $(tail -n 5 "$base/$1/log")"
            exit 1
        }
        sleep 0.05
    done
}

install -d -o "$owner" -m 700 "$base"/{one,a,b,c}
as_owner "$bin/initdb" -D "$base/one/data" -U postgres -A trust -N -E UTF8 --locale=C \
    >initdb 2>&1 || { fail "initdb: $(cat initdb)" && exit 1; }
for name in a b c; do
    cp -a "$base/one/data" "$base/$name/data"
done
for name in one a b c; do
    start "$name"
done

for schema in tick everything; do
    "$gen" --emit sql-postgres "$schemas/$schema.mmf.json" >"$schema.sql"
done
"$gen" --emit sql-postgres --raw "$schemas/everything.mmf.json" >raw.sql
ticks 3000 | "$make_store" "$schemas/tick.mmf.json" ticks.mmf
"$make_store" "$schemas/everything.mmf.json" everything.mmf <"$schemas/everything.txt"
run 0 export ticks.mmf
tail -n +2 out >ticks.csv

# All rows of tick, as csv has them.
rows_of() {
    sql "$1" -c "COPY (SELECT symbol, price, size, side,
                           to_char(at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), order_id
                       FROM tick ORDER BY order_id) TO STDOUT (FORMAT csv)" >rows.csv
    cmp -s ticks.csv rows.csv || fail "other rows: $(diff ticks.csv rows.csv | head -n 5)"
}

copy_in() { # SERVER TABLE ARGUMENT...
    local server=$1 table=$2
    shift 2
    "$mmf" export --format pgcopy "$@" | sql "$server" -c "COPY \"$table\" FROM STDIN (FORMAT binary)"
}

one_server() {
    is_ready one
    sql one -f tick.sql -f everything.sql
    copy_in one tick ticks.mmf || fail 'COPY of ticks'
    rows_of one

    copy_in one everything everything.mmf || fail 'COPY of everything'
    sql one -c 'COPY everything TO STDOUT' >out
    is out <"$schemas/everything.postgres.txt"
    [[ $(sql one -c "SELECT col_description('everything'::regclass, 1)") == \
        'a reserved word of SQL' ]] || fail 'no comment'
    sql one -c 'DROP TABLE everything' -f raw.sql
    copy_in one everything --raw everything.mmf || fail 'COPY of everything, raw'
    [[ $(sql one -c 'SELECT at_ns, side, cents, u64 FROM everything LIMIT 1') == \
        '1795264989123456789|1|-9223372036854775808|18446744073709551615' ]] || fail 'raw numbers'
    copy_in one everything --raw --range 0:0 everything.mmf || fail 'COPY of no rows'
}

# What ends in the middle is undone.
half_a_copy() {
    cp ticks.mmf damaged.mmf
    printf '\xff\xff\xff\xff' |
        dd of=damaged.mmf bs=1 seek=$((4096 + 2999 * 64 + 8)) conv=notrunc status=none
    sql one -c 'TRUNCATE tick'
    if copy_in one tick damaged.mmf 2>err; then
        fail 'a copy without an end was taken'
    fi
    says err 'record 2999: symbol: a length of 4294967295'
    [[ $(sql one -c 'SELECT count(*) FROM tick') == 0 ]] || fail 'a half stays'
}

# The table of server `one` has its rows on a, b and c.
shards() {
    local name
    {
        echo 'ALTER TABLE tick RENAME TO tick_here;
              CREATE TABLE tick (LIKE tick_here) PARTITION BY HASH (symbol);
              CREATE EXTENSION postgres_fdw;'
        for name in a b c; do
            echo "CREATE SERVER $name FOREIGN DATA WRAPPER postgres_fdw
                      OPTIONS (host '$base/$name', dbname 'postgres');
                  CREATE USER MAPPING FOR postgres SERVER $name OPTIONS (user 'postgres');
                  CREATE FOREIGN TABLE tick_$name PARTITION OF tick
                      FOR VALUES WITH (MODULUS 3, REMAINDER $(($(printf %d "'$name") - 97)))
                      SERVER $name OPTIONS (table_name 'tick');"
        done
    } >partitions.sql
    for name in a b c; do
        is_ready "$name"
        sql "$name" -f tick.sql
    done
    sql one -f partitions.sql
    copy_in one tick ticks.mmf || fail 'COPY into partitions'
    rows_of one
    for name in a b c; do
        local count
        count=$(sql "$name" -c 'SELECT count(*) FROM tick')
        ((count > 300 && count < 2000)) || fail "$count rows on $name"
    done
}

aggregates() {
    local query='SELECT symbol, count(*), sum(size), max(price), sum(price) FROM tick GROUP BY symbol'
    awk -F, '{ count[$1]++; size[$1] += $3; sum[$1] += $2; if ($2 > max[$1]) max[$1] = $2 }
             END { for (s in count) print s "|" count[s] "|" size[s] "|" max[s] "|" sum[s] }' \
        ticks.csv | LC_ALL=C sort >expected
    sql one -c 'SET enable_partitionwise_aggregate = on' -c "$query" | LC_ALL=C sort >out
    is out <expected
    sql one -c 'SET enable_partitionwise_aggregate = on' -c "EXPLAIN (VERBOSE) $query" >plan
    (($(grep -cE 'Remote SQL: SELECT symbol, count\(\*\), sum\(size\).* GROUP BY 1' plan) == 3)) ||
        fail "not computed on the shards: $(cat plan)"
    ! grep -q 'Aggregate$\|HashAggregate' plan || fail "computed here: $(cat plan)"
}

one_server
half_a_copy
if [[ $(sql one -c "SELECT 1 FROM pg_available_extensions WHERE name = 'postgres_fdw'") ]]; then
    shards
    aggregates
else
    echo 'skipped: partitions, no postgres_fdw (Debian: postgresql)'
fi
finish
