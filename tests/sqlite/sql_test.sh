#!/bin/sh
# The SQL of README.md: creating tables, what they show, INSERT, UPDATE, and what is refused.
# shellcheck source=tests/sqlite/common.sh
. "$(dirname "$0")/common.sh"

# Rows that the schema's defaults make, and others.
"$fill" "$schema" e.mmf 0
"$fill" "$schema" large.mmf 0
write="CREATE VIRTUAL TABLE t USING mmf('e.mmf', writable=1);"
set_raw="CREATE VIRTUAL TABLE r USING mmf('e.mmf', raw=1);"

# --- Arguments ---------------------------------------------------------------------------------

"$fill" "$schema" "o'clock, (1) = 2.mmf" 3
expect "3|3|3|3|0" <<'EOF'
CREATE VIRTUAL TABLE a USING mmf('o''clock, (1) = 2.mmf');
CREATE VIRTUAL TABLE b USING mmf ( "o'clock, (1) = 2.mmf" , raw = 'yes' );
CREATE VIRTUAL TABLE c USING mmf([o'clock, (1) = 2.mmf], WRITABLE=off);
CREATE VIRTUAL TABLE d USING mmf(`o'clock, (1) = 2.mmf`, raw=0);
CREATE VIRTUAL TABLE e USING mmf(e.mmf);
SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b), (SELECT count(*) FROM c),
       (SELECT count(*) FROM d), count(*) FROM e;
EOF
refuse() {
    expect_part "$1" <<EOF
CREATE VIRTUAL TABLE t USING $2;
EOF
}
refuse "which file?" "mmf"
refuse "which file?" "mmf(raw=1)"
refuse "which file?" "mmf('')"
refuse "expected a 'text' or a word" "mmf('e.mmf' 'x')"
refuse "there are: schema, writable, raw, in_transactions" "mmf('e.mmf', writeable=1)"
refuse "raw=2: expected 0 or 1" "mmf('e.mmf', raw=2)"
refuse "raw is given twice" "mmf('e.mmf', raw=1, raw=1)"
refuse "the file is given twice" "mmf('e.mmf', 'e.mmf')"
refuse "mmf: none.mmf: No such file" "mmf('none.mmf')"
echo '{ "nam": "X" }' >bad.json
refuse "mmf: bad.json:1:1: error: the schema has no" "mmf('e.mmf', schema='bad.json')"
refuse "mmf: /: not a regular file" "mmf('/')"
sed 's/"i8"/"i9"/' "$schema" >other.json
refuse "mmf: e.mmf: " "mmf('e.mmf', schema='other.json')"

# --- INSERT ------------------------------------------------------------------------------------

expect "0
0|0|-7|0|1.5|none|BUY|1970-01-01T00:00:00Z|0.0|NULL|[0,0,0]|0|512" <<EOF
$write
INSERT INTO t(b) VALUES (NULL);
SELECT last_insert_rowid();
SELECT b, u8, i64, u64, f64, s, side, t_s, d2, nullif(length(id), 0), a, _index, _version FROM t;
EOF
expect "1|1|-128|255|9223372036854775807|18446744073709551615|0.5|-2.5|é|x|616263|HOLD|HIGH|2026-11-21T12:43:09Z|1999-12-31T23:59:59.250Z|-0.75|4.294967295|550e8400-e29b-41d4-a716-446655440000|550e8400-e29b-41d4-a716-446655440001|192.0.2.1|2001:db8::1|[1,-2,3]
integer|text|text|real|blob
1|-128|7|100000|1795264989|946684799250|-75|4294967295|550E8400E29B41D4A716446655440000|[85,14,132,0,226,155,65,212,167,22,68,102,85,68,0,1]|3221225985" <<EOF
$write
$set_raw
INSERT INTO t(b, i8, u8, i64, u64, f32, f64, s, s3, x, side, deep, t_s, t_ms, d2, d9, id, id8, v4, v6, a) VALUES
    (1, -128, 255.0, '9223372036854775807', '18446744073709551615', 0.5, -2.5, 'é', 'x', x'616263', 'HOLD',
     'HIGH', '2026-11-21 12:43:09', '1999-12-31T23:59:59.25Z', -0.75, '4.294967295',
     '550e8400-e29b-41d4-a716-446655440000', '550e8400-e29b-41d4-a716-446655440001', '192.0.2.1',
     '2001:db8::1', '[1,-2,3]');
SELECT last_insert_rowid(), b, i8, u8, i64, u64, f32, f64, s, s3, hex(x), side, deep, t_s, t_ms, d2, d9, id,
    id8, v4, v6, a FROM t WHERE rowid = 1;
SELECT typeof(i64), typeof(u64), typeof(side), typeof(d2), typeof(x) FROM t WHERE rowid = 1;
SELECT b, i8, side, deep, t_s, t_ms, d2, d9, hex(id), id8, v4 FROM r WHERE rowid = 1;
EOF
# Other ways to say a number; decimals to the nearest.
expect "1.25|1.01|-3.0|0
18446744073709551615|NULL" <<EOF
$write
INSERT INTO t(d2) VALUES ('1.25'), (1.005000001), (-3);
INSERT INTO t(u64, f64) VALUES (0, 9e999 - 9e999);
SELECT (SELECT d2 FROM t WHERE rowid = 2), (SELECT d2 FROM t WHERE rowid = 3), (SELECT d2 FROM t WHERE rowid = 4),
    (SELECT u64 FROM t WHERE rowid = 5);
UPDATE t SET f64 = NULL, u64 = '0xffffffffffffffff' WHERE rowid = 5;
SELECT u64, f64 FROM t WHERE rowid = 5;
EOF

expect "5|integer
9223372036854775807|integer
09223372036854775808|text
10000000000000000000|text
18446744073709551615|text
5|18446744073709551615|1|1" <<EOF
CREATE VIRTUAL TABLE t USING mmf('large.mmf', writable=1);
INSERT INTO t(u64) VALUES ('10000000000000000000'), (5), ('18446744073709551615'), ('9223372036854775808'),
    (9223372036854775807);
SELECT u64, typeof(u64) FROM t ORDER BY u64;
SELECT min(u64), max(u64), (SELECT count(*) FROM t WHERE u64 >= 18446744073709551615 AND
    CAST(u64 AS TEXT) = '18446744073709551615'), (SELECT count(*) FROM t WHERE u64 = 5) FROM t;
EOF

# Every error names the column and the value.
refuse_value() {
    expect_part "$1" <<EOF
$write
INSERT INTO t($2) VALUES ($3);
EOF
    expect_part "$1" <<EOF
$write
UPDATE t SET $2 = $3 WHERE rowid = 1;
EOF
}
refuse_value "mmf: i8: integer 128: expected an integer of -128 … 127" i8 128
refuse_value "mmf: i8: real 1.5: expected an integer" i8 1.5
refuse_value "mmf: u8: integer -1: expected an integer of 0 … 255" u8 -1
refuse_value "mmf: u64: integer -1: expected an integer of 0 … 18446744073709551615" u64 -1
refuse_value "mmf: u32: " u32 "'12x'"
refuse_value "mmf: u64: " u64 "'18446744073709551616'"
refuse_value "mmf: b: integer 2: expected 0 or 1" b 2
refuse_value "mmf: i64: a blob of 1 bytes: expected" i64 "x'00'"
refuse_value "mmf: f32: real 1.0e+39: expected a number that a float32 holds" f32 1e39
refuse_value "mmf: f64: a blob of 1 bytes: expected a number" f64 "x'00'"
refuse_value "mmf: s: 123456789012345678901: 21 bytes, at most 20 are possible" s "'123456789012345678901'"
refuse_value "mmf: s: a blob of 1 bytes: expected a text" s "x'00'"
refuse_value "mmf: x: text ab: expected a blob" x "'ab'"
refuse_value "mmf: x: a blob: 6 bytes, at most 5" x "x'010203040506'"
refuse_value "mmf: side: text buy: expected one of: BUY SELL HOLD" side "'buy'"
refuse_value "mmf: side: integer 2: expected one of: BUY SELL HOLD" side 2
refuse_value "mmf: t_s: integer 5: expected ISO 8601, as text (numbers need raw=1)" t_s 5
refuse_value "mmf: t_s: " t_s "'2026-13-01'"
refuse_value "mmf: d2: " d2 "'1.005'"
refuse_value "mmf: d9: " d9 "5"
refuse_value "mmf: id: " id "'550e8400-e29b'"
refuse_value "mmf: v4: " v4 "'1.2.3'"
refuse_value "mmf: a: " a "'[1,2]'"
refuse_value "mmf: a: integer 1: expected a JSON array, as text" a 1
expect "6" <<EOF
$write
SELECT count(*) FROM t;
EOF

# --- UPDATE ------------------------------------------------------------------------------------

# A change of many fields is one change; no change is none.
expect "1|0|0|HOLD|é|512|x
1|-1|8|SELL|new|1536|abc" <<EOF
$write
UPDATE t SET side = 'SELL', i16 = -1, u16 = 7 WHERE rowid = 1 AND s3 = 'none';
SELECT _index, i16, u16, side, s, _version, s3 FROM t WHERE rowid = 1;
UPDATE t SET side = 'SELL', s3 = 'abc', u16 = 8, i16 = -1, s = 'new' WHERE s = 'é';
SELECT _index, i16, u16, side, s, _version, s3 FROM t WHERE rowid = 1;
EOF
expect "6
0|41,42,43,44,45,46" <<EOF
$write
UPDATE t SET i32 = rowid + 41;
SELECT changes();
UPDATE t SET i32 = i32 WHERE 0;
SELECT changes(), (SELECT group_concat(i32) FROM t);
EOF
for what in "rowid = 9" "_index = 9" "_version = 9"; do
    expect_part "rowid, _index and _version cannot be changed" <<EOF
$write
UPDATE t SET $what WHERE rowid = 1;
EOF
done
expect_part "mmf: s: NULL: records have no NULL" <<EOF
$write
UPDATE t SET s = NULL WHERE rowid = 1;
EOF
for what in "rowid" "_index" "_version"; do
    expect_part "rowid, _index and _version are not given" <<EOF
$write
INSERT INTO t($what, i8) VALUES (6, 1);
EOF
done

# --- What is refused ---------------------------------------------------------------------------

expect_part "records cannot be deleted" <<EOF
$write
DELETE FROM t WHERE rowid = 1;
EOF
for change in "INSERT INTO t(i8) VALUES (1)" "UPDATE t SET i8 = 1" "DELETE FROM t"; do
    expect_part "the table is read-only" <<EOF
CREATE VIRTUAL TABLE t USING mmf('e.mmf');
$change;
EOF
done
expect_part "the table is read-only" <<'EOF'
INSERT INTO mmf(record) VALUES ('{}');
EOF
for begin in BEGIN "SAVEPOINT one"; do
    expect_part "cannot be rolled back" <<EOF
$write
$begin;
UPDATE t SET i8 = 1;
EOF
done
expect "6|1" <<EOF
CREATE VIRTUAL TABLE t USING mmf('e.mmf', writable=1, in_transactions=1);
BEGIN;
UPDATE t SET i8 = 1;
ROLLBACK;
SELECT count(*), min(i8) FROM t;
EOF
# A view or a trigger, which somebody else may have put into a database, cannot use it.
for view in "SELECT * FROM t" "SELECT * FROM mmf('e.mmf')"; do
    expect_part "unsafe use of virtual table" <<EOF
CREATE VIRTUAL TABLE t USING mmf('e.mmf');
CREATE VIEW v AS $view;
SELECT * FROM v;
EOF
done

# --- mmf('…') ----------------------------------------------------------------------------------

expect "6
1|8|SELL|1
1
6
1|1795264989
0
3:5.4.3.2.1.0" <<'EOF'
SELECT count(*) FROM mmf('e.mmf');
SELECT _index, record ->> 'u16', record ->> '$.side', json_valid(record) FROM mmf('e.mmf') WHERE rowid = 1;
SELECT count(*) FROM mmf('e.mmf') WHERE _index > 2 AND rowid < 4;
SELECT count(*) FROM (SELECT 'e.mmf' AS name) AS files, mmf(files.name);
SELECT raw, record ->> 't_s' FROM mmf('e.mmf', NULL, 1) WHERE _index = 1;
SELECT count(*) FROM mmf(NULL);
SELECT (SELECT group_concat(_index, '.') FROM (SELECT _index FROM mmf('e.mmf') LIMIT 1 OFFSET 3)) || ':' ||
    (SELECT group_concat(_index, '.') FROM (SELECT _index FROM mmf('e.mmf') ORDER BY rowid DESC));
EOF
expect_part "mmf: which file?" <<'EOF'
SELECT * FROM mmf;
EOF
expect_part "No such file" <<'EOF'
SELECT * FROM mmf('none.mmf');
EOF

# --- Plans -------------------------------------------------------------------------------------

plan() {
    expect_part "VIRTUAL TABLE INDEX $1
." <<EOF
CREATE VIRTUAL TABLE t USING mmf('e.mmf');
EXPLAIN QUERY PLAN SELECT b FROM t WHERE $2;
SELECT '.';
EOF
}
plan "0:fields=0x3 1.4.1:i8>?" "i8 > 3"
plan "0:fields=0x801 11.2.1:s=? -1.6.1:rowid>=?" "s = 'abc' AND rowid >= 7"
plan "0:fields=0x10001 16.6.1:t_s>=? 16.3.1:t_s<=?" "t_s BETWEEN '2026' AND '2027'"
plan "0:fields=0x3 1.2.2:i8=(…)" "i8 IN (1, 2, 3)"
plan "1:fields=0x1" "1 ORDER BY rowid DESC"
plan "0:fields=0x1 -1.4.1:rowid>? -2.0.0:limit -3.0.0:offset" "rowid > 3 LIMIT 5 OFFSET 2"
plan "0:fields=0x801" "s = 'abc' COLLATE NOCASE"
plan "0:fields=0x2000001" "a = '[1,2,3]'"
expect_part "USE TEMP B-TREE FOR ORDER BY" <<'EOF'
CREATE VIRTUAL TABLE t USING mmf('e.mmf');
EXPLAIN QUERY PLAN SELECT * FROM t ORDER BY i8;
EOF

# --- One table, several connections; a table that is kept in a database ------------------------

database=kept.db
expect "6" <<'EOF'
CREATE VIRTUAL TABLE t USING mmf('e.mmf', writable=1);
ALTER TABLE t RENAME TO u;
SELECT count(*) FROM u;
EOF
expect "7
7" <<'EOF'
CREATE VIRTUAL TABLE temp.again USING mmf('e.mmf');
INSERT INTO u(i8) VALUES (3);
SELECT count(*) FROM again;
SELECT count(*) FROM u;
DROP TABLE u;
EOF
[ -f e.mmf ]
database=

# --- Damage ------------------------------------------------------------------------------------

# Record 2's counter, odd by a writer that is nowhere.
size=$(sqlite3 -init /dev/null :memory: "SELECT 0" >/dev/null && od -An -tu4 -j44 -N4 e.mmf | tr -d ' ')
offset=$(od -An -tu4 -j88 -N4 e.mmf | tr -d ' ')
rm -f e.mmf.lock
printf '\003' | dd of=e.mmf bs=1 seek=$((offset + 2 * size)) conv=notrunc 2>/dev/null
expect_part "mmf: e.mmf: record 2: the record's writer did not finish" <<'EOF'
CREATE VIRTUAL TABLE t USING mmf('e.mmf');
SELECT count(i8) FROM t;
EOF
expect "6" <<'EOF'
CREATE VIRTUAL TABLE t USING mmf('e.mmf');
SELECT count(i8) FROM t WHERE rowid <> 2 AND (rowid < 2 OR rowid > 2);
EOF
