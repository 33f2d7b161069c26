/* What a value becomes in pgcopy and in rowbinary, byte by byte. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/export/export_testing.h"

#define HEAD "5047434f50590aff0d0a000000000000000000"
#define DIGITS_MOST "07341a5802e103bb064f" /* of 18446744073709551615 */

/* An expectation is hexadecimal digits, or "!TEXT": refused, and the error says TEXT. */
typedef struct value_row {
    const char *field; /* of a schema, but for its name */
    const char *cell;
    const char *pgcopy; /* with its length */
    const char *rowbinary;
} value_row;

#define UUID "550e8400-e29b-41d4-a716-446655440000"
#define UUID_PG "00000010550e8400e29b41d4a716446655440000"
#define UUID_CH                                                                                    \
    "d4419be200840e55"                                                                             \
    "00004455664416a7"

static const value_row logical_rows[] = {
    {"'type':'bool'", "true", "0000000101", "01"},
    {"'type':'bool'", "false", "0000000100", "00"},
    {"'type':'int8'", "-128", "00000002ff80", "80"},
    {"'type':'uint8'", "255", "0000000200ff", "ff"},
    {"'type':'int16'", "-2", "00000002fffe", "feff"},
    {"'type':'uint16'", "65535", "000000040000ffff", "ffff"},
    {"'type':'int32'", "-2", "00000004fffffffe", "feffffff"},
    {"'type':'uint32'", "4294967295", "0000000800000000ffffffff", "ffffffff"},
    {"'type':'int64'", "-9223372036854775808", "000000088000000000000000", "0000000000000080"},
    {"'type':'float32'", "1.5", "000000043fc00000", "0000c03f"},
    {"'type':'float64'", "-0.0", "000000088000000000000000", "0000000000000080"},
    /* numeric: digits of base 10000, weight, sign, scale, and the digits */
    {"'type':'uint64'", "0", "000000080000000000000000", "0000000000000000"},
    {"'type':'uint64'", "9999", "0000000a0001000000000000270f", "0f27000000000000"},
    {"'type':'uint64'", "10000", "0000000a00010001000000000001", "1027000000000000"},
    {"'type':'uint64'", "18446744073709551615", "000000120005000400000000" DIGITS_MOST,
     "ffffffffffffffff"},
    {"'type':'int64','logical':'decimal','scale':2", "-12.50", "0000000c0002000040000002000c1388",
     "1efbffffffffffffffffffffffffffff"},
    {"'type':'int32','logical':'decimal','scale':4", "0.0001", "0000000a0001ffff000000040001",
     "0100000000000000"},
    {"'type':'int16','logical':'decimal','scale':5", "-0.00001", "0000000a0001fffe4000000503e8",
     "ffffffff"},
    {"'type':'int8','logical':'decimal','scale':0", "100", "0000000a00010000000000000064",
     "64000000"},
    {"'type':'int8','logical':'decimal','scale':2", "0", "000000080000000000000002", "00000000"},
    {"'type':'uint64','logical':'decimal','scale':18", "18.446744073709551615",
     "00000014000600000000001200121173"
     "11370e7d158c05dc",
     "ffffffffffffffff0000000000000000"},
    {"'type':'int64','logical':'decimal','scale':18", "-9.223372036854775808",
     "000000140006000040000012000908b9"
     "1c231ac61e4e0320",
     "0000000000000080ffffffffffffffff"},
    {"'type':'string','max':8", "", "00000000", "00"},
    {"'type':'string','max':8", "gr\xc3\xbcn", "000000056772c3bc6e", "056772c3bc6e"},
    {"'type':'string','max':8", "a\\x00b", "!byte 1 is 0x00", "03610062"},
    {"'type':'string','max':8", "a\\xff", "!byte 1 is 0xff", "0261ff"},
    {"'type':'string','max':8", "\\xc3", "!byte 0 is 0xc3", "01c3"},
    {"'type':'string','max':20", "\xf0\x9f\x98\x80\xef\xbf\xbf", "00000007f09f9880efbfbf",
     "07f09f9880efbfbf"},
    {"'type':'string','max':20", "\\xed\\xa0\\x80", "!byte 0 is 0xed", "03eda080"}, /* surrogate */
    {"'type':'string','max':20", "\\xe0\\x9f\\xbf", "!byte 0 is 0xe0", "03e09fbf"}, /* overlong */
    {"'type':'string','max':20", "\\xc1\\xbf", "!byte 0 is 0xc1", "02c1bf"},
    {"'type':'string','max':20", "\\xf4\\x90\\x80\\x80", "!byte 0 is 0xf4", "04f4908080"},
    {"'type':'string','max':20", "\\xe2\\x82x", "!byte 0 is 0xe2", "03e28278"},
    {"'type':'string','max':20", "12345678abc\\x80", "!byte 11 is 0x80",
     "0c313233343536373861626380"},
    {"'type':'string','max':20", "12345678abc\\x00defgh", "!byte 11 is 0x00",
     "11313233343536373861626300"
     "6465666768"},
    {"'type':'bytes','max':3", "00ff10", "0000000300ff10", "0300ff10"},
    {"'type':'enum','base':'int8','symbols':{'SELL':-1,'BUY':1}", "SELL", "0000000453454c4c", "ff"},
    {"'type':'enum','base':'int8','symbols':{'SELL':-1,'BUY':1}", "7",
     "!7 is the number of no symbol", "!7 is the number of no symbol"},
    {"'type':'enum','base':'uint16','symbols':{'A':0,'B':300}", "B", "0000000142", "2c01"},
    {"'type':'enum','base':'uint64','symbols':{'A':0,'B':70000}", "B", "0000000142",
     "7011010000000000"},
    {"'type':'enum','base':'uint64','symbols':{'A':0,'B':70000}", "18446744073709551615",
     "!18446744073709551615 is the number", "ffffffffffffffff"},
    /* microseconds from 2000 on; ticks from 1970 on */
    {"'type':'int64','logical':'timestamp','unit':'s'", "2000-01-01T00:00:01Z",
     "0000000800000000000f4240", "81436d3800000000"},
    {"'type':'int64','logical':'timestamp','unit':'ns'", "2000-01-01T00:00:00.000001999Z",
     "000000080000000000000001", "cf074352cf4c230d"},
    {"'type':'int64','logical':'timestamp','unit':'ns'", "1999-12-31T23:59:59.999999999Z",
     "00000008ffffffffffffffff", "ffff4252cf4c230d"},
    {"'type':'int64','logical':'timestamp','unit':'ns'", "1969-12-31T23:59:59.999999999Z",
     "00000008fffca2fec4c81fff", "ffffffffffffffff"},
    {"'type':'uint64','logical':'timestamp','unit':'ns'", "18446744073709551615",
     "!18446744073709551615 ns is a time", "!18446744073709551615 ns is a time"},
    {"'type':'int64','logical':'timestamp','unit':'us'", "9223372036854775807",
     "000000087ffca2fec4c81fff", "!9223372036854775807 us is a time"},
    {"'type':'int64','logical':'timestamp','unit':'us'", "-210866803200000000",
     "00000008fd0f7cc1411fa000", "!-210866803200000000 us is a time"},
    {"'type':'int64','logical':'timestamp','unit':'us'", "-210866803200000001",
     "!a time that timestamptz does not have", "!a time that DateTime64 does not have"},
    {"'type':'int64','logical':'timestamp','unit':'s'", "9224318015999", "000000087fffff5bb3a35dc0",
     "!9224318015999 s is a time"},
    {"'type':'int64','logical':'timestamp','unit':'s'", "9224318016000",
     "!9224318016000 s is a time", "!9224318016000 s is a time"},
    {"'type':'uint64','logical':'timestamp','unit':'ms'", "9224318015999999",
     "000000087fffff5bb3b29c18", "!9224318015999999 ms is a time"},
    {"'type':'uint64','logical':'timestamp','unit':'ms'", "9224318016000000",
     "!9224318016000000 ms is a time", "!9224318016000000 ms is a time"},
    {"'type':'int64','logical':'timestamp','unit':'s'", "1900-01-01T00:00:00Z",
     "00000008fff4c9ee7c0b8000", "8081557cffffffff"},
    {"'type':'int64','logical':'timestamp','unit':'s'", "-2208988801", "00000008fff4c9ee7bfc3dc0",
     "!-2208988801 s is a time"},
    {"'type':'int64','logical':'timestamp','unit':'s'", "2299-12-31T23:59:59Z",
     "000000080021a248a9a59dc0", "ffdab56c02000000"},
    {"'type':'int64','logical':'timestamp','unit':'s'", "10413792000", "000000080021a248a9b4e000",
     "!10413792000 s is a time"},
    /* uuids and addresses; without bytes they are NULL */
    {"'type':'bytes','max':16,'logical':'uuid'", UUID, UUID_PG, "00" UUID_CH},
    {"'type':'bytes','max':16,'logical':'uuid'", "", "ffffffff", "01"},
    {"'type':'bytes','max':16,'logical':'uuid'", "0102", "!2 bytes, where uuid has 16",
     "!2 bytes, where uuid has 16"},
    {"'type':'bytes','max':4,'logical':'ipv4'", "010203", "!3 bytes, where ipv4 has 4",
     "!3 bytes, where ipv4 has 4"},
    {"'type':'uint8','count':16,'logical':'uuid'", UUID, UUID_PG, UUID_CH},
    {"'type':'uint32','logical':'ipv4'", "192.0.2.1", "0000000802200004c0000201", "010200c0"},
    {"'type':'bytes','max':4,'logical':'ipv4'", "192.0.2.1", "0000000802200004c0000201",
     "00010200c0"},
    {"'type':'bytes','max':4,'logical':'ipv4'", "", "ffffffff", "01"},
    {"'type':'uint8','count':4,'logical':'ipv4'", "192.0.2.1", "0000000802200004c0000201",
     "010200c0"},
    {"'type':'uint8','count':16,'logical':'ipv6'", "2001:db8::1",
     "000000140380001020010db8000000000000000000000001", "20010db8000000000000000000000001"},
    /* arrays: dimensions, whether there are NULLs, type, size, first index */
    {"'type':'int16','count':2", "[1,-1]",
     "00000020"
     "00000001"
     "00000000"
     "00000015"
     "00000002"
     "00000001"
     "000000020001"
     "00000002ffff",
     "020100ffff"},
    {"'type':'string','max':2,'count':2", "[\"ab\",\"\"]",
     "0000001e"
     "00000001"
     "00000000"
     "00000019"
     "00000002"
     "00000001"
     "000000026162"
     "00000000",
     "02026162"
     "00"},
    {"'type':'bytes','max':4,'logical':'ipv4','count':1", "[\"\"]",
     "00000018"
     "00000001"
     "00000001"
     "00000365"
     "00000001"
     "00000001"
     "ffffffff",
     "0101"},
    {"'type':'enum','base':'int8','symbols':{'A':0},'count':1", "[\"A\"]",
     "00000019"
     "00000001"
     "00000000"
     "00000000"
     "00000001"
     "00000001"
     "0000000141",
     "0100"},
    {"'type':'enum','base':'int8','symbols':{'A':0},'count':2", "[\"A\",3]",
     "!3 is the number of no symbol", "!3 is the number of no symbol"},
};

static const value_row raw_rows[] = {
    {"'type':'string','max':8", "a\\xff\\x00", "0000000361ff00", "0361ff00"},
    {"'type':'enum','base':'int8','symbols':{'A':1}", "7", "000000020007", "07"},
    {"'type':'int64','logical':'timestamp','unit':'ns'", "1970-01-01T00:00:00.000000001Z",
     "000000080000000000000001", "0100000000000000"},
    {"'type':'uint64','logical':'timestamp','unit':'ns'", "18446744073709551615",
     "000000120005000400000000" DIGITS_MOST, "ffffffffffffffff"},
    {"'type':'uint64','logical':'decimal','scale':2", "1.00", "0000000a00010000000000000064",
     "6400000000000000"},
    {"'type':'int32','logical':'decimal','scale':2", "-1.00", "00000004ffffff9c", "9cffffff"},
    {"'type':'bytes','max':16,'logical':'uuid'", "", "00000000", "00"},
    {"'type':'uint32','logical':'ipv4'", "192.0.2.1", "0000000800000000c0000201", "010200c0"},
    {"'type':'uint8','count':4,'logical':'ipv4'", "192.0.2.1",
     "0000002c"
     "00000001"
     "00000000"
     "00000015"
     "00000004"
     "00000001"
     "0000000200c0"
     "000000020000"
     "000000020002"
     "000000020001",
     "04c0000201"},
};

static void check_one(const value_row *row, bool is_raw, const char *format, const char *expected,
                      const char *head, const char *tail)
{
    mmf_export_options options = {.format = format, .end = UINT64_MAX, .is_raw = is_raw};
    char text[2048];
    mmf_table *table;
    testing_bytes got;

    (void)snprintf(text, sizeof text, "{'name':'T','version':1,'fields':[{'name':'v',%s}]}",
                   row->field);
    table = testing_create(text);
    testing_append(table, row->cell);
    got = testing_export(table, &options);
    if (expected[0] == '!') {
        ck_assert_msg(got.status == MMF_E_INVALID, "%s %s %s: not refused", format, row->field,
                      row->cell);
        ck_assert_msg(strncmp(got.error.text, "record 0: v: ", 13) == 0 &&
                          strstr(got.error.text, expected + 1),
                      "%s %s %s: %s", format, row->field, row->cell, got.error.text);
    } else {
        ck_assert_msg(got.status == MMF_OK, "%s %s %s: %s", format, row->field, row->cell,
                      got.error.text);
        (void)snprintf(text, sizeof text, "%s%s%s", head, expected, tail);
        ck_assert_msg(strcmp(testing_hex(got.bytes, got.size), text) == 0, "%s %s %s: %s, not %s",
                      format, row->field, row->cell, testing_hex(got.bytes, got.size), text);
    }
    free(got.bytes);
    testing_close(table);
}

START_TEST(pgcopy_logical)
{
    check_one(&logical_rows[_i], false, "pgcopy", logical_rows[_i].pgcopy, HEAD "0001", "ffff");
}
END_TEST

START_TEST(pgcopy_raw)
{
    check_one(&raw_rows[_i], true, "pgcopy", raw_rows[_i].pgcopy, HEAD "0001", "ffff");
}
END_TEST

START_TEST(rowbinary_logical)
{
    check_one(&logical_rows[_i], false, "rowbinary", logical_rows[_i].rowbinary, "", "");
}
END_TEST

START_TEST(rowbinary_raw)
{
    check_one(&raw_rows[_i], true, "rowbinary", raw_rows[_i].rowbinary, "", "");
}
END_TEST

/* A string of 300 has a length of two bytes there. */
START_TEST(rowbinary_long_string)
{
    mmf_table *table = testing_create(
        "{'name':'T','version':1,'fields':[{'name':'v','type':'string','max':300}]}");
    mmf_export_options options = {.format = "rowbinary", .end = UINT64_MAX};
    testing_bytes got;
    char word[301];

    memset(word, 'x', 300);
    word[300] = '\0';
    testing_append(table, word);
    got = testing_export(table, &options);
    ck_assert(got.status == MMF_OK);
    ck_assert_uint_eq(got.size, 302);
    ck_assert_str_eq(testing_hex(got.bytes, 3), "ac0278");
    free(got.bytes);
    testing_close(table);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("values");
    TCase *tcase = tcase_create("values");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tcase, pgcopy_logical, 0, sizeof logical_rows / sizeof *logical_rows);
    tcase_add_loop_test(tcase, pgcopy_raw, 0, sizeof raw_rows / sizeof *raw_rows);
    tcase_add_loop_test(tcase, rowbinary_logical, 0, sizeof logical_rows / sizeof *logical_rows);
    tcase_add_loop_test(tcase, rowbinary_raw, 0, sizeof raw_rows / sizeof *raw_rows);
    tcase_add_test(tcase, rowbinary_long_string);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
