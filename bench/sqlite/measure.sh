#!/bin/sh
# Queries of a store, and of an ordinary table of SQLite with the same rows, in seconds: the best of
# five. Arguments: mmf.so make schema [records [directory]]. The directory needs 64 bytes a record,
# and about as many again for the ordinary table.
set -eu

extension=$PWD/$1
make=$PWD/$2
schema=$PWD/$3
records=${4:-10000000}
dir=$(mktemp -d "${5:-/dev/shm}/mmf-sqlite.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"

"$make" "$schema" trade.mmf "$records"
sqlite3 -batch -init /dev/null plain.db <<EOF
.load $extension
PRAGMA journal_mode = off;
PRAGMA synchronous = off;
CREATE VIRTUAL TABLE temp.store USING mmf('trade.mmf', raw=1);
CREATE TABLE plain(at INTEGER, price REAL, volume INTEGER, venue INTEGER, symbol TEXT,
                   order_id INTEGER, account INTEGER);
INSERT INTO plain(rowid, at, price, volume, venue, symbol, order_id, account)
    SELECT _index, * FROM store;
EOF

# The best of five, in seconds; the answer goes to a file, to be compared.
seconds() {
    {
        echo ".load $extension"
        echo "PRAGMA mmap_size = 100000000000;"
        echo "CREATE VIRTUAL TABLE temp.store USING mmf('trade.mmf', raw=1);"
        echo ".output $2"
        echo "$1;"
        echo ".output stdout"
        echo ".timer on"
        for _ in 1 2 3 4 5; do
            echo "$1;"
        done
    } | sqlite3 -batch -init /dev/null plain.db |
        awk '/^Run Time/ && (best == "" || $4 < best) { best = $4 } END { print best }'
}

printf '%d records of 64 bytes\n%10s %10s  query\n' "$records" store ordinary
while read -r query; do
    store=$(seconds "$(echo "$query" | sed 's/TABLE/store/')" store.out)
    plain=$(seconds "$(echo "$query" | sed 's/TABLE/plain/')" plain.out)
    cmp -s store.out plain.out || printf 'DIFFERENT ANSWERS: '
    printf '%10s %10s  %s\n' "$store" "$plain" "$query"
done <<'EOF'
SELECT count(*), sum(volume) FROM TABLE WHERE price < 10
SELECT count(*), avg(price) FROM TABLE WHERE volume = 42
SELECT count(*), sum(volume) FROM TABLE WHERE price BETWEEN 5000 AND 5050 AND venue = 3
SELECT count(*), sum(volume) FROM TABLE WHERE symbol = 'S123'
SELECT count(*), max(price) FROM TABLE WHERE at >= 1700000000000000000 AND at < 1700000100000000000
SELECT count(*), sum(volume) FROM TABLE WHERE volume IN (1, 22, 333, 4444)
SELECT count(*), sum(volume) FROM TABLE WHERE price < 1000
SELECT count(*), sum(volume) FROM TABLE WHERE price < 5000
SELECT count(*), sum(price * volume) FROM TABLE
SELECT symbol, count(*) FROM TABLE WHERE venue = 3 GROUP BY symbol ORDER BY 2 DESC LIMIT 3
SELECT sum(volume) FROM TABLE WHERE rowid > 1000 AND rowid < 2000
EOF
