# Prints questions in SQL, each of which prints itself when the store t and the ordinary table
# plain, which have the same rows, answer it differently.

# The rows of t that meet a condition, as found by pushing it down, and as SQLite finds them
# itself, twice: where IS TRUE keeps it from being pushed down, and in plain. What has u64 in it is
# not asked of plain, whose INTEGER column cannot hold one.
function ask(condition, text, rows)
{
    text = condition
    gsub(/'/, "''", text)
    rows = "(SELECT ifnull(group_concat(i), '') FROM (SELECT rowid AS i FROM %s WHERE %s ORDER BY rowid))"
    printf("SELECT '%s' WHERE " rows " IS NOT " rows ";\n", text, "t", condition, "t",
           "(" condition ") IS TRUE")
    if (condition !~ /u64/) {
        printf("SELECT 'plain: %s' WHERE " rows " IS NOT " rows ";\n", text, "t", condition,
               "plain", condition)
    }
}

function ask_join(tables, condition)
{
    sum = "(SELECT count(*) || ' ' || total(a.rowid * 1000 + b.rowid) FROM %s WHERE %s)"
    printf("SELECT '%s: %s' WHERE " sum " IS NOT " sum ";\n", tables, condition, tables, condition,
           "plain a, plain b", condition)
}

function ask_page(rest, text, rows)
{
    text = rest
    gsub(/'/, "''", text)
    rows = "(SELECT group_concat(i) FROM (SELECT rowid AS i FROM %s %s))"
    printf("SELECT '%s' WHERE " rows " IS NOT " rows ";\n", text, "t", rest, "plain", rest)
}

function list(text, items)
{
    return split(text, items, "|")
}

function ask_operands(column, i, k)
{
    for (i = 1; i <= operand_count; i++) {
        for (k = 1; k <= operator_count; k++) {
            ask(column " " operators[k] " " operands[i])
        }
    }
}

# Operands that come as they come, with the affinities of other columns.
function ask_others(column, i)
{
    for (i = 1; i <= other_count; i++) {
        ask(column " >= (SELECT " others[i] " FROM t AS t2 WHERE t2.rowid = 17)")
        ask(column " <= (SELECT " others[i] " FROM t AS t2 WHERE t2.rowid = 6)")
        ask(column " = (SELECT " others[i] " FROM t AS t2 WHERE t2.rowid = 6)")
    }
    for (i = 1; i <= condition_count; i++) {
        text = conditions[i]
        gsub(/@/, column, text)
        ask(text)
    }
}

BEGIN {
    operator_count = list("=|<>|<|<=|>|>=|IS", operators)
    other_count = list("s|i64|f64|x|u64|t_s|'5'|upper('buy')", others)
    column_count = list("b|i8|u8|i16|u16|i32|u32|i64|u64|f32|f64|s|s3|x|side|deep|t_s|t_ms|t_ns|" \
        "d2|d9|id|id8|v4|v6|a|rowid", columns)
    operand_count = list("-1|0|1|2|5|7|42|127|128|255|1.27|0.05|2.5|-0.0|0.1|1e300|-1e300|9e999|" \
        "-9e999|9007199254740993|9007199254740992.0|9223372036854775807|-9223372036854775808|" \
        "9223372036854775808|1e19|18446744073709549568|18446744073709551615|9999999999999999999|4294967295|NULL|''|'a'|'A'|'abc'|'abd'|'5'|'5.0'|'05'|'42'|' 5'|" \
        "'-1'|'1e2'|'é'|'Ā'|'zz'|'BUY'|'SELL'|'HOLD'|'LOW'|'N'|'2026'|'2026-11-21'|" \
        "'2026-11-21T12:43:09Z'|'1970-01-01T00:00:00.012Z'|'0000'|'9999-12-31T23:59:59Z'|" \
        "'2026-11-21T12:43:09.123456789Z'|'20010db8-0000-0000-0000-000000000003'|'2001:db8::1'|" \
        "'2001:DB8::1'|'0.0.0.42'|'[0,1,0]'|'9223372036854775807'|'18446744073709551615'|x''|x'61'|" \
        "x'616263'|CAST('5' AS TEXT)|CAST(5 AS BLOB)|+'42'|trim(' 42 ')", operands)
    condition_count = list("@ IN (1, 5, 42, 2.5, '5', 'abc', 'BUY', 'MID', x'61', NULL)|" \
        "@ IN (SELECT @ FROM t LIMIT 4)|@ IN (5, 42, 127, -1, 0)|@ IN ('abc', 'BUY', 'a')|" \
        "@ IN ('2001:db8::1', '2001:db8::2', '0.0.0.42', '20010db8-0000-0000-0000-000000000003')|" \
        "@ IN ('2026-11-21T12:43:09Z', '2001-09-09T01:46:40.001Z')|@ IN ()|@ IN (NULL)|" \
        "@ NOT IN ('5', 42)|@ IS NULL|@ IS NOT NULL|@ IS NOT 5|@ = 'ABC' COLLATE NOCASE|" \
        "@ > 1 AND @ < 100 AND i8 <> 0|@ BETWEEN '0' AND 'z' AND s3 > 'a'|@ LIKE '%5%'|" \
        "@ = 5 OR @ = 42 OR rowid < 3|@ = @ AND rowid > 100.5 AND rowid <= 110.0|@ = i8|@ < s|" \
        "-@ < 3 AND f32 >= 0|(@, i8) > (5, 3)|@ < (SELECT n FROM odd)|@ >= (SELECT n FROM odd)|" \
        "@ <> (SELECT n FROM odd)|@ = (SELECT n FROM odd)|" \
        "@ = (SELECT u64 FROM t AS t2 WHERE CAST(u64 AS TEXT) = '09223372036854775808')|" \
        "@ > '5' AND rowid IN (3, 1, 9, 77.0, '11', 5, -1, 300, 'x', NULL)", conditions)
    join_count = list("i8 i16|u8 i8|s s3|i64 f64|f32 f64|s i64|s x|side s|t_s t_ms|d2 f64|s3 u8|" \
        "s rowid|rowid i8|u16 b", joins)
    where_count = list("1|rowid > 17|rowid < 100 AND rowid >= 30|rowid IN (5, 4, 3, 99, 119, 120)|rowid IN (5, 'x', 3, 9)|" \
        "i8 > 0|rowid > '20'|s LIKE '%a%'|rowid <> 3|abs(i16) > 5 AND rowid > 3|" \
        "rowid = 4|rowid > 3 AND f64 > 0|_index > 5", wheres)
    order_count = list("rowid|rowid DESC|_index DESC, s|s, rowid|i8 DESC, rowid DESC", orders)
    limit_count = list("5|5 OFFSET 3|-1 OFFSET 110|3 OFFSET 1000|0|2 OFFSET -4|400 OFFSET 2", limits)

    for (c = 1; c <= column_count; c++) {
        ask_operands(columns[c])
        ask_others(columns[c])
    }
    for (j = 1; j <= join_count; j++) {
        split(joins[j], pair, " ")
        ask_join("t a, t b", "a." pair[1] " = b." pair[2])
        ask_join("plain a CROSS JOIN t b", "a." pair[1] " = b." pair[2])
        ask_join("plain a CROSS JOIN t b", "a." pair[1] " < b." pair[2])
        ask_join("plain a CROSS JOIN t b", "a." pair[2] " >= b." pair[1])
    }
    for (w = 1; w <= where_count; w++) {
        for (o = 1; o <= order_count; o++) {
            for (l = 1; l <= limit_count; l++) {
                ask_page("WHERE " wheres[w] " ORDER BY " orders[o] " LIMIT " limits[l])
            }
        }
        ask_page("WHERE " wheres[w] " GROUP BY rowid % 7 ORDER BY 1 LIMIT 3 OFFSET 1")
    }
}
