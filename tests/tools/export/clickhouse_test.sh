#!/bin/bash
# ClickHouse takes in both tables of --emit sql-clickhouse: rows by rowbinary, and records as they
# lie in the file.
#
#   clickhouse_test.sh MMF MMF_GEN MAKE_STORE
#
# chdb, which is ClickHouse as a library, is found by NODE_PATH: bazel test
# --test_env=NODE_PATH=DIRECTORY/node_modules.
# shellcheck source=tests/tools/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=tests/tools/export/ticks.sh
source "$here/tests/tools/export/ticks.sh"
gen="$here/$2"
make_store="$here/$3"
schemas="$here/tests/tools/export"

# clickhouse FORMAT: runs what stdin says; the answer is in ./out
clickhouse() {
    cat >statements.sql
    node "$schemas/chdb.js" "$work/data" statements.sql "$1" >out 2>err || fail "$(tail -n 3 err)"
}

command -v node >/dev/null || {
    echo 'skipped: no node (Debian: nodejs)'
    exit 0
}
node "$schemas/chdb.js" "$work/data" /dev/null || {
    [[ $? == 77 ]] || fail 'chdb is there, and does not start'
    finish
    exit 0
}

"$make_store" "$schemas/everything.mmf.json" everything.mmf <"$schemas/everything.txt"
ticks 3000 | "$make_store" "$schemas/tick.mmf.json" ticks.mmf
"$gen" --emit sql-clickhouse "$schemas/everything.mmf.json" | clickhouse TSV
"$gen" --emit sql-clickhouse "$schemas/tick.mmf.json" | clickhouse TSV

run 0 export --format rowbinary --output everything.bin everything.mmf
clickhouse TSV <<END
INSERT INTO everything SELECT * FROM file('$work/everything.bin', 'RowBinary');
SELECT * REPLACE (hex(word) AS word, hex(blob) AS blob) FROM everything;
END
is out <"$schemas/everything.clickhouse.txt"

run 0 export --format rowbinary --output ticks.bin ticks.mmf
clickhouse CSV <<END
INSERT INTO tick SELECT * FROM file('$work/ticks.bin', 'RowBinary');
SELECT symbol, price, size, side, order_id FROM tick ORDER BY order_id;
END
mv out rows.csv
run 0 export --fields symbol,price,size,side,order_id ticks.mmf
tail -n +2 out | sed 's/^\([^,]*\),\([^,]*\),\([^,]*\),\([^,]*\),/"\1",\2,\3,"\4",/' >ticks.csv
cmp -s ticks.csv rows.csv || fail "other rows: $(diff ticks.csv rows.csv | head -n 5)"

# the records: cut out of the file itself, and exported
tail -c +4097 ticks.mmf | head -c $((3000 * 64)) >region.bin
run 0 export --format raw --output raw.bin ticks.mmf
cmp region.bin raw.bin || fail 'records that were only appended lie in the file as raw has them'
run 0 export --format raw --output everything.raw everything.mmf
clickhouse CSV <<END
INSERT INTO tick_record SELECT * FROM file('$work/region.bin', 'RowBinary');
SELECT substring(symbol.data, 1, symbol.len), price, size, if(side = 0, 'BUY', 'SELL'), order_id
    FROM tick_record ORDER BY order_id;
END
cmp -s ticks.csv out || fail "other records: $(diff ticks.csv out | head -n 5)"
clickhouse TSV <<END
INSERT INTO everything_record SELECT * FROM file('$work/everything.raw', 'RowBinary');
SELECT u64, hex(substring(word.data, 1, word.len)), phases.2, substring(labels.1.data, 1, labels.1.len),
    hex(_padding_1), _counter FROM everything_record;
END
is out <<'END'
18446744073709551615	6772C3BC6E275C2201	2	six___	00	512
0		1		00	512
10000	3132333435363738782C227922	2	a\tb	00	512
END
finish
