/* Exports as a whole: which fields and records, what is cleaned, what is refused, and files. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/crc32c.h"
#include "tests/tools/export/export_testing.h"

#define SCHEMA                                                                                     \
    "{'name':'Row','version':1,'align':64,'checksum':true,'fields':["                              \
    "{'name':'word','type':'string','max':5},"                                                     \
    "{'name':'number','type':'int32'},"                                                            \
    "{'name':'flag','type':'bool'},"                                                               \
    "{'name':'words','type':'string','max':2,'count':2}]}"
/* counter 0, word 8 (5 behind its length), number 20, flag 24, words 28 and 36; end 44, payload
 * 40, checksum 48, 64 in all */

static mmf_table *table;

static void open_rows(void)
{
    table = testing_create(SCHEMA);
    testing_append(table, "abc\t-1\ttrue\t[\"x\",\"yz\"]");
    testing_append(table, "\t2\tfalse\t[\"\",\"\"]");
    testing_append(table, "12345\t3\ttrue\t[\"aa\",\"bb\"]");
}

static void close_rows(void)
{
    testing_close(table);
}

static testing_bytes export_as(const char *format, const char *fields)
{
    return testing_export(
        table, &(mmf_export_options){.format = format, .fields = fields, .end = UINT64_MAX});
}

static void check_text(testing_bytes got, const char *expected)
{
    ck_assert_msg(got.status == MMF_OK, "%s", got.error.text);
    ck_assert_str_eq((const char *)got.bytes, expected);
    free(got.bytes);
}

static void check_refused(testing_bytes got, mmf_status status, const char *text)
{
    ck_assert_msg(got.status == status, "%s", mmf_status_name(got.status));
    ck_assert_msg(strstr(got.error.text, text) != NULL, "\"%s\", not \"%s\"", got.error.text, text);
    free(got.bytes);
}

START_TEST(fields_and_their_order)
{
    check_text(export_as("csv", "flag,number"), "flag,number\ntrue,-1\nfalse,2\ntrue,3\n");
    check_text(export_as("jsonl", "number,words"), "{\"number\":-1,\"words\":[\"x\",\"yz\"]}\n"
                                                   "{\"number\":2,\"words\":[\"\",\"\"]}\n"
                                                   "{\"number\":3,\"words\":[\"aa\",\"bb\"]}\n");
    check_refused(export_as("csv", "flag,numbr"), MMF_E_INVALID,
                  "no field numbr; did you mean number?");
    check_refused(export_as("csv", "flag,"), MMF_E_INVALID, "no field");
    check_refused(export_as("csv", ""), MMF_E_INVALID, "no field");
    check_refused(export_as("csv", "flag,word,flag"), MMF_E_INVALID, "flag stands there twice");
    check_refused(export_as("raw", "flag"), MMF_E_INVALID, "whole records");
    check_refused(export_as("xml", NULL), MMF_E_INVALID, "\"xml\" is none of csv|jsonl");
}
END_TEST

START_TEST(ranges)
{
    static const struct {
        uint64_t first, end;
        const char *text; /* NULL: refused */
    } rows[] = {
        {0, 3, "number\n-1\n2\n3\n"},
        {1, 2, "number\n2\n"},
        {1, UINT64_MAX, "number\n2\n3\n"},
        {3, 3, "number\n"},
        {3, UINT64_MAX, "number\n"},
        {0, 4, NULL},
        {2, 1, NULL},
        {4, UINT64_MAX, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mmf_export_options options = {
            .format = "csv", .fields = "number", .first = rows[i].first, .end = rows[i].end};

        if (rows[i].text) {
            check_text(testing_export(table, &options), rows[i].text);
        } else {
            check_refused(testing_export(table, &options), MMF_E_INDEX, "there are 3");
        }
    }
}
END_TEST

START_TEST(every_format_of_the_list)
{
    char names[] = MMF_EXPORT_FORMATS;

    for (char *name = strtok(names, "|"); name; name = strtok(NULL, "|")) {
        testing_bytes got = export_as(name, NULL);

        ck_assert_msg(got.status == MMF_OK, "%s: %s", name, got.error.text);
        ck_assert_msg(got.size > 0, "%s", name);
        free(got.bytes);
    }
}
END_TEST

/* Whatever lies where no field is does not get out, nor does a counter. */
START_TEST(raw_is_clean)
{
    static const uint8_t noise[16] = {0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
                                      0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa};
    const char *expected = "0002000000000000"   /* counter 512 */
                           "030000006162630000" /* word, and zeros behind its length */
                           "000000"
                           "ffffffff"
                           "01" /* a gap, number, flag */
                           "000000"
                           "010000007800"
                           "0000" /* a gap, words[0], a gap */
                           "02000000797a"
                           "0000"
                           "00000000"; /* words[1], up to the payload's end */
    testing_bytes got;
    uint32_t checksum;

    testing_damage(table, 0, 15, noise, 2); /* behind "abc" */
    testing_damage(table, 0, 17, noise, 3); /* behind word */
    testing_damage(table, 0, 24, noise, 1); /* the flag: true */
    testing_damage(table, 0, 25, noise, 3);
    testing_damage(table, 0, 33, noise, 3); /* behind "x", and behind the element */
    testing_damage(table, 0, 42, noise, 6);
    testing_damage(table, 0, 48, noise, 16); /* checksum and the record's end */
    got = export_as("raw", NULL);
    ck_assert(got.status == MMF_OK);
    ck_assert_uint_eq(got.size, 3 * 64);
    ck_assert_str_eq(testing_hex(got.bytes, 48), expected);
    memcpy(&checksum, got.bytes + 48, sizeof checksum);
    ck_assert_uint_eq(checksum, mmf_crc32c(0, got.bytes + 8, 40));
    ck_assert_str_eq(testing_hex(got.bytes + 52, 12), "000000000000000000000000");
    free(got.bytes);
}
END_TEST

START_TEST(npy_header_and_rows)
{
    testing_bytes got = export_as("npy", NULL);
    const char *descr = "{'descr': [('word', [('len', '<u4'), ('data', '|S5')]), "
                        "('number', '<i4'), ('flag', '|b1'), ('words', [('len', '<u4'), "
                        "('data', '|S2'), ('', '|V2')], (2,))], 'fortran_order': False, "
                        "'shape': (3,), }";
    uint16_t size;

    ck_assert(got.status == MMF_OK);
    ck_assert_str_eq(testing_hex(got.bytes, 8), "934e554d50590100");
    memcpy(&size, got.bytes + 8, sizeof size);
    ck_assert_uint_eq((size + 10u) % 64, 0);
    ck_assert(memcmp(got.bytes + 10, descr, strlen(descr)) == 0);
    ck_assert_uint_eq(got.bytes[10 + size - 1], '\n');
    ck_assert_uint_eq(got.size, 10u + size + 3u * (9 + 4 + 1 + 16));
    ck_assert_str_eq(testing_hex(got.bytes + 10 + size, 30), "030000006162630000"
                                                             "ffffffff"
                                                             "01"
                                                             "0100000078000000"
                                                             "02000000797a0000");
    free(got.bytes);
}
END_TEST

/* More names than a header of version 1 can have. */
START_TEST(npy_long_header)
{
    size_t size = 1u << 20;
    char *schema = malloc(size);
    size_t length = (size_t)sprintf(schema, "{'name':'Wide','version':1,'fields':[");
    mmf_table *wide;
    testing_bytes got;
    uint32_t header;

    for (int i = 0; i < 1000; i++) {
        length += (size_t)sprintf(schema + length, "%s{'name':'f%060d','type':'uint8'}",
                                  i > 0 ? "," : "", i);
    }
    (void)sprintf(schema + length, "]}");
    wide = testing_create(schema);
    got = testing_export(wide, &(mmf_export_options){.format = "npy", .end = UINT64_MAX});
    ck_assert(got.status == MMF_OK);
    ck_assert_str_eq(testing_hex(got.bytes, 8), "934e554d50590200");
    memcpy(&header, got.bytes + 8, sizeof header);
    ck_assert_uint_eq(got.size, 12 + header);
    ck_assert_uint_eq(got.size % 64, 0);
    ck_assert_uint_eq(got.bytes[got.size - 1], '\n');
    free(got.bytes);
    free(schema);
    testing_close(wide);
}
END_TEST

START_TEST(records_that_cannot_be_had)
{
    static const uint32_t too_long = 6;
    static const uint64_t odd = 1; /* of slot 0: torn */
    char names[] = MMF_EXPORT_FORMATS;

    testing_damage(table, 1, 8, &too_long, sizeof too_long);
    for (char *name = strtok(names, "|"); name; name = strtok(NULL, "|")) {
        check_refused(export_as(name, NULL), MMF_E_CORRUPT,
                      "record 1: word: a length of 6, where the most is 5; see mmf-fsck(8)");
    }
    check_text(export_as("csv", "number"), "number\n-1\n2\n3\n"); /* it was not asked for */
    testing_damage(table, 2, 0, &odd, sizeof odd);
    check_refused(export_as("csv", "number"), MMF_E_CORRUPT, "record 2: ");
}
END_TEST

/* PostgreSQL undoes a COPY that has no end mark. */
START_TEST(half_a_copy_has_no_end)
{
    static const uint32_t too_long = 6;
    testing_bytes got;

    testing_damage(table, 2, 8, &too_long, sizeof too_long);
    got = export_as("pgcopy", NULL);
    ck_assert(got.status == MMF_E_CORRUPT);
    ck_assert(got.size < 2 || memcmp(got.bytes + got.size - 2, "\xff\xff", 2) != 0);
    free(got.bytes);
}
END_TEST

/* --- Beside a writer ------------------------------------------------------------------------- */

static bool is_done;

static void *write_pairs(void *argument)
{
    mmf_table *pairs = argument;
    uint64_t payload[2] = {0, 0};

    while (!__atomic_load_n(&is_done, __ATOMIC_RELAXED)) {
        payload[0]++;
        payload[1] = payload[0];
        for (uint64_t index = 0; index < 4; index++) {
            ck_assert(mmf_table_set(pairs, index, payload) == MMF_OK);
        }
        if (payload[0] < 1000) {
            ck_assert(mmf_table_append(pairs, payload, 1, NULL) == MMF_OK);
        }
    }
    return NULL;
}

/* Both numbers of a record are of one moment, and no record is half there. */
START_TEST(beside_a_writer)
{
    mmf_table *pairs =
        testing_create("{'name':'Pair','version':1,'fields':["
                       "{'name':'a','type':'uint64'},{'name':'b','type':'uint64'}]}");
    const mmf_export_options all = {.format = "raw", .end = UINT64_MAX};
    pthread_t writer;

    for (int i = 0; i < 4; i++) {
        testing_append(pairs, "0\t0");
    }
    is_done = false;
    ck_assert(pthread_create(&writer, NULL, write_pairs, pairs) == 0);
    for (int i = 0; i < 60; i++) {
        testing_bytes got = testing_export(pairs, &all);
        const uint64_t *words = (const uint64_t *)(const void *)got.bytes;

        ck_assert_msg(got.status == MMF_OK, "%s", got.error.text);
        ck_assert_uint_eq(got.size % 24, 0);
        ck_assert_uint_ge(got.size, 4 * 24);
        for (size_t at = 0; at < got.size / 8; at += 3) {
            ck_assert_uint_eq(words[at], 512);
            ck_assert_uint_eq(words[at + 1], words[at + 2]);
        }
        free(got.bytes);
    }
    __atomic_store_n(&is_done, true, __ATOMIC_RELAXED);
    ck_assert(pthread_join(writer, NULL) == 0);
    testing_close(pairs);
}
END_TEST

/* --- Files ----------------------------------------------------------------------------------- */

static const mmf_export_options csv = {.format = "csv", .fields = "number", .end = UINT64_MAX};
static char directory[2048];

static void check_file(const char *path, const char *expected)
{
    char text[256] = "";
    int fd = open(path, O_RDONLY);

    ck_assert(fd >= 0);
    ck_assert(read(fd, text, sizeof text - 1) >= 0);
    ck_assert_str_eq(text, expected);
    ck_assert(close(fd) == 0);
}

static const char *in_directory(const char *name)
{
    static char path[4096];

    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void make_directory(void)
{
    const char *base = getenv("TEST_TMPDIR");

    (void)snprintf(directory, sizeof directory, "%s/files.XXXXXX", base ? base : "/tmp");
    ck_assert(mkdtemp(directory) != NULL);
}

START_TEST(file_is_all_or_nothing)
{
    static const uint32_t too_long = 6;
    const mmf_export_options words = {.format = "csv", .fields = "word", .end = UINT64_MAX};
    mmf_error error = {0};
    struct stat stat_of;

    make_directory();
    ck_assert(mmf_export_to_file(table, &csv, in_directory("a"), NULL) == MMF_OK);
    check_file(in_directory("a"), "number\n-1\n2\n3\n");
    testing_damage(table, 2, 8, &too_long, sizeof too_long);
    ck_assert(mmf_export_to_file(table, &words, in_directory("a"), &error) == MMF_E_CORRUPT);
    check_file(in_directory("a"), "number\n-1\n2\n3\n");
    ck_assert(mmf_export_to_file(table, &words, in_directory("b"), NULL) == MMF_E_CORRUPT);
    ck_assert(stat(in_directory("b"), &stat_of) != 0);
    ck_assert(stat(in_directory("a"), &stat_of) == 0 && stat_of.st_nlink == 1);
    ck_assert(unlink(in_directory("a")) == 0);
    ck_assert(rmdir(directory) == 0); /* nothing else is there */
}
END_TEST

START_TEST(file_replaces_what_links_lead_to)
{
    make_directory();
    ck_assert(close(open(in_directory("old"), O_CREAT | O_WRONLY, 0600)) == 0);
    ck_assert(symlink("old", in_directory("link")) == 0);
    ck_assert(mmf_export_to_file(table, &csv, in_directory("link"), NULL) == MMF_OK);
    check_file(in_directory("old"), "number\n-1\n2\n3\n");
    ck_assert(unlink(in_directory("link")) == 0 && unlink(in_directory("old")) == 0);
    ck_assert(rmdir(directory) == 0);
}
END_TEST

START_TEST(file_is_not_the_store)
{
    mmf_error error = {0};

    ck_assert(mmf_export_to_file(table, &csv, mmf_store_path(table->store), &error) ==
              MMF_E_INVALID);
    ck_assert(strstr(error.text, "is the store itself") != NULL);
    check_text(export_as("csv", "number"), "number\n-1\n2\n3\n");
}
END_TEST

START_TEST(file_that_cannot_be)
{
    mmf_error error = {0};
    struct stat before, after;

    ck_assert(mmf_export_to_file(table, &csv, "/no/such/directory/f", &error) == MMF_E_SYSTEM);
    ck_assert(strstr(error.text, "/no/such/directory/f") != NULL);
    ck_assert(stat("/dev/full", &before) == 0);
    ck_assert(mmf_export_to_file(table, &csv, "/dev/full", NULL) == MMF_E_SYSTEM);
    ck_assert(stat("/dev/full", &after) == 0 && S_ISCHR(after.st_mode));
    ck_assert_uint_eq(before.st_ino, after.st_ino);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("export");
    TCase *tcase = tcase_create("export");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, open_rows, close_rows);
    tcase_add_test(tcase, fields_and_their_order);
    tcase_add_test(tcase, ranges);
    tcase_add_test(tcase, every_format_of_the_list);
    tcase_add_test(tcase, raw_is_clean);
    tcase_add_test(tcase, npy_header_and_rows);
    tcase_add_test(tcase, npy_long_header);
    tcase_add_test(tcase, records_that_cannot_be_had);
    tcase_add_test(tcase, half_a_copy_has_no_end);
    tcase_add_test(tcase, beside_a_writer);
    tcase_add_test(tcase, file_is_all_or_nothing);
    tcase_add_test(tcase, file_replaces_what_links_lead_to);
    tcase_add_test(tcase, file_is_not_the_store);
    tcase_add_test(tcase, file_that_cannot_be);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
