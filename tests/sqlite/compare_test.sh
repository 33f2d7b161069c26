#!/bin/sh
# The same questions to a store and to an ordinary table of the same rows: all columns, operators
# and operands at which comparisons go wrong (questions.awk).
# shellcheck source=tests/sqlite/common.sh
. "$(dirname "$0")/common.sh"

columns='b INTEGER, i8 INTEGER, u8 INTEGER, i16 INTEGER, u16 INTEGER, i32 INTEGER, u32 INTEGER,
 i64 INTEGER, u64, f32 REAL, f64 REAL, s TEXT, s3 TEXT, x BLOB, side TEXT, deep TEXT, t_s TEXT,
 t_ms TEXT, t_ns TEXT, d2 REAL, d9 REAL, id TEXT, id8 TEXT, v4 TEXT, v6 TEXT, a TEXT'
names=$(echo "$columns" | sed 's/ [A-Z]*,/,/g; s/ TEXT$//')

tables() {
    echo "CREATE VIRTUAL TABLE temp.t USING mmf('store.mmf');"
    echo "CREATE TABLE plain(_index INTEGER PRIMARY KEY, $columns);"
    echo "INSERT INTO plain SELECT _index, * FROM t;"
    echo "CREATE TABLE odd(n INTEGER);" # a text among numbers
    echo "INSERT INTO odd VALUES ('!abc');"
    echo "SELECT 'values differ' WHERE EXISTS(SELECT * FROM t EXCEPT SELECT $names FROM plain);"
    echo "SELECT 'rows are missing' WHERE (SELECT count(*) FROM t) IS NOT 120;"
}

awk -f "$questions" >asked
[ "$(wc -l <asked)" -gt 10000 ]

"$fill" "$schema" store.mmf 120 1
{
    tables
    cat asked
} >script
expect "" <script

# Other rows; and a database whose texts are in another order.
rm store.mmf
"$fill" "$schema" store.mmf 120 2
{
    echo "PRAGMA encoding = 'UTF-16le';"
    tables
    grep "'s \| s > \|'side \|'t_s \|'i64 \|'u64 \|'id " asked
} >script
expect "" <script
