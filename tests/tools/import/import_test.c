/* Whole imports: what is in the store then, and that there is none where something was wrong. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tools/import/import_testing.h"
#include "tools/import.h"
#include "tools/table.h"

static const char schema[] =
    "{\"name\": \"Row\", \"version\": 1, \"fields\": ["
    "{\"name\": \"id\", \"type\": \"uint64\", \"aliases\": [\"number\"]},"
    "{\"name\": \"price\", \"type\": \"int32\", \"logical\": \"decimal\", \"scale\": 2,"
    " \"default\": 150},"
    "{\"name\": \"name\", \"type\": \"string\", \"max\": 8, \"default\": \"none\"},"
    "{\"name\": \"bits\", \"type\": \"uint8\", \"count\": 2}]}";

static const mmf_import_options csv = {.notation = {MMF_SYNTAX_CSV, false},
                                       .schema_path = "row.json"};
static const mmf_import_options jsonl = {.notation = {MMF_SYNTAX_JSON, false},
                                         .schema_path = "row.json"};

static void set_up(void)
{
    FILE *file;

    import_work();
    file = fopen("row.json", "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(schema, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* Its status; *ret_message: the first thing that is wrong, "" or to be looked at until the next. */
static mmf_status import(const mmf_import_options *options, const char *text,
                         const char **ret_message)
{
    static char message[2048];
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    uint64_t count = 0;
    int fd = import_input(text, strlen(text));
    mmf_status status = mmf_import("s.mmf", fd, "in", options, &diagnostics, &count, &error);
    char *line = diagnostics.count > 0 ? mmf_diagnostics_format(&diagnostics, 0) : NULL;

    (void)snprintf(message, sizeof message, "%s", line ? line : error.text);
    *ret_message = message;
    free(line);
    mmf_diagnostics_clear(&diagnostics);
    (void)close(fd);
    return status;
}

static void expect_ok(const mmf_import_options *options, const char *text)
{
    const char *message;
    mmf_status status = import(options, text, &message);

    ck_assert_msg(status == MMF_OK, "%s", message);
}

static void expect_store(const char *expected)
{
    mmf_options options = {.flags = MMF_READ_ONLY};
    mmf_notation notation = {MMF_SYNTAX_TEXT, false};
    const mmf_field *fields[4];
    mmf_diagnostics diagnostics = {0};
    mmf_output output = {0};
    uint8_t payload[256];
    mmf_table *table;

    ck_assert_int_eq(mmf_table_open("s.mmf", NULL, &options, &diagnostics, &table), MMF_OK);
    ck_assert_uint_le(table->type.payload_size, sizeof payload);
    for (uint32_t i = 0; i < 4; i++) {
        fields[i] = &table->model->fields[i];
    }
    for (uint64_t i = 0; i < mmf_store_len(table->store); i++) {
        ck_assert_int_eq(mmf_table_get(table, i, payload), MMF_OK);
        mmf_value_write_row(&output, fields, 4, payload, notation);
    }
    mmf_output_add_char(&output, '\0');
    ck_assert_str_eq(output.bytes, expected);
    mmf_output_free(&output);
    ck_assert_int_eq(mmf_table_close(table), MMF_OK);
}

static bool exists(const char *path)
{
    struct stat stat;

    return lstat(path, &stat) == 0;
}

/* Nothing is there but the schema, and what is said. */
static void expect_files(const char *const *names, size_t count)
{
    DIR *directory = opendir(".");
    struct dirent *entry;
    size_t found = 0;

    ck_assert_ptr_nonnull(directory);
    while ((entry = readdir(directory))) {
        bool is_expected = entry->d_name[0] == '.' || strcmp(entry->d_name, "row.json") == 0;

        for (size_t i = 0; i < count; i++) {
            if (strcmp(entry->d_name, names[i]) == 0) {
                is_expected = true;
                found++;
            }
        }
        ck_assert_msg(is_expected, "%s is left", entry->d_name);
    }
    ck_assert_uint_eq(found, count);
    (void)closedir(directory);
}

START_TEST(makes_stores_of_csv)
{
    static const char *const names[] = {"s.mmf"};

    expect_ok(&csv, "name,number,bits,price\nx,7,\"[1,2]\",1.25\n\"a,b\",8,\"[0,0]\",-3\n");
    expect_store("7\t1.25\tx\t[1,2]\n8\t-3.00\ta,b\t[0,0]\n");
    expect_files(names, 1);
}
END_TEST

START_TEST(leaves_defaults_where_there_is_no_column)
{
    expect_ok(&csv, "id\n1\n2\n");
    expect_store("1\t1.50\tnone\t[0,0]\n2\t1.50\tnone\t[0,0]\n");
}
END_TEST

START_TEST(makes_empty_stores)
{
    expect_ok(&csv, "id,price\n");
    expect_store("");
}
END_TEST

START_TEST(takes_columns_in_order)
{
    mmf_import_options options = csv;

    options.has_no_header = true;
    expect_ok(&options, "1,2,x,\"[3,4]\"\n");
    expect_store("1\t2.00\tx\t[3,4]\n");
}
END_TEST

START_TEST(takes_columns_by_a_list)
{
    mmf_import_options options = csv;

    options.columns = "name,-,id";
    expect_ok(&options, "x,what,1\n");
    expect_store("1\t1.50\tx\t[0,0]\n");
}
END_TEST

START_TEST(makes_stores_of_lines_of_json)
{
    expect_ok(&jsonl, "{\"id\": 1, \"name\": \"\\u00e9\", \"bits\": [1, 2], \"price\": 1.25}\n"
                      "{\"price\": \"-3\", \"numbe\\u0072\": \"18446744073709551615\"}\n{}\n");
    expect_store("1\t1.25\t\xc3\xa9\t[1,2]\n18446744073709551615\t-3.00\tnone\t[0,0]\n"
                 "0\t1.50\tnone\t[0,0]\n");
}
END_TEST

START_TEST(reads_raw_decimals)
{
    mmf_import_options options = csv;

    options.notation.is_raw = true;
    expect_ok(&options, "price\n125\n1.25\n");
    expect_store("0\t1.25\tnone\t[0,0]\n0\t1.25\tnone\t[0,0]\n");
}
END_TEST

START_TEST(appends)
{
    mmf_import_options options = csv;

    expect_ok(&csv, "id\n1\n");
    options.is_appending = true;
    expect_ok(&options, "id\n2\n3\n");
    options.schema_path = NULL;
    expect_ok(&options, "id\n4\n");
    expect_ok(&options, "id\n");
    expect_store("1\t1.50\tnone\t[0,0]\n2\t1.50\tnone\t[0,0]\n3\t1.50\tnone\t[0,0]\n"
                 "4\t1.50\tnone\t[0,0]\n");
}
END_TEST

typedef struct bad_case {
    bool is_jsonl;
    const char *text;
    const char *message;
} bad_case;

static const bad_case bad_cases[] = {
    {false, "", "in:1:1: error: found nothing, expected a header with the names of columns"},
    {false, "id,prise\n",
     "in:1:4: error: found \"prise\", expected a field of Row; did you mean \"price\"?"},
    {false, "id,number\n", "in:1:4: error: found a second column of id"},
    {false, "id,\n", "in:1:4: error: found \"\", expected a field of Row"},
    {false, "id,price\n1,2\n3\n", "in:3:1: error: found a row of 1 cells, expected 2"},
    {false, "id,price\n1,2\n3,4,5\n", "in:3:5: error: found a row of 3 cells, expected 2"},
    {false, "id,price\n1,2\n\n3,4\n", "in:3:1: error: found a row of 1 cells, expected 2"},
    {false, "id,price\n1,2\n3,4.005\n",
     "in:3:3: error: price: found \"4.005\", expected a decimal with at most 2 digits behind the "
     "point, -21474836.48 to 21474836.47"},
    {false, "name,id\n\"a\nb\",x\n",
     "in:3:4: error: id: found \"x\", expected uint64, 0 to 18446744073709551615"},
    {false, "id\n\n1\n",
     "in:2:1: error: id: found nothing, expected uint64, 0 to 18446744073709551615"},
    {false, "name\n123456789\n", "in:2:1: error: name: found 9 bytes, expected at most 8"},
    {false, "name\n\"abc\n", "in:2:1: error: found a quote that is not closed before the end"},
    {true, "{\"id\": 1}\n{\"ID\": 1}\n",
     "in:2:2: error: found \"ID\", expected a field of Row; did you mean \"id\"?"},
    {true, "{\"id\": 1, \"number\": 2}\n", "in:1:11: error: found id a second time"},
    {true, "{\"id\": 1.5}\n",
     "in:1:8: error: id: found \"1.5\", expected uint64, 0 to 18446744073709551615"},
    {true, "{\"name\": null}\n", "in:1:10: error: name: found \"null\", expected a string"},
    {true, "{\"id\": 1\n",
     "in:1:9: error: found the end of the line, expected a comma or a closing brace"},
};

START_TEST(leaves_nothing_where_the_input_is_wrong)
{
    const bad_case *test = &bad_cases[_i];
    static const char *const names[] = {"s.mmf"};
    mmf_import_options options = test->is_jsonl ? jsonl : csv;
    const char *message;

    ck_assert_int_ne(import(&options, test->text, &message), MMF_OK);
    ck_assert_str_eq(message, test->message);
    expect_files(NULL, 0);

    expect_ok(&csv, "id\n1\n");
    options.is_appending = true;
    ck_assert_int_ne(import(&options, test->text, &message), MMF_OK);
    ck_assert_str_eq(message, test->message);
    expect_store("1\t1.50\tnone\t[0,0]\n");
    if (!exists("s.mmf.lock")) {
        expect_files(names, 1);
    }
}
END_TEST

START_TEST(replaces_nothing)
{
    const char *message;

    expect_ok(&csv, "id\n1\n");
    ck_assert_int_eq(import(&csv, "id\n2\n", &message), MMF_E_EXISTS);
    ck_assert_str_eq(message, "s.mmf: exists; --append adds records to it");
    expect_store("1\t1.50\tnone\t[0,0]\n");
}
END_TEST

/* Somebody takes the name while the records are read. */
static void take_name(void *context, uint64_t bytes, uint64_t records)
{
    FILE *file = fopen("s.mmf", "w");

    (void)context;
    (void)bytes;
    (void)records;
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fclose(file), 0);
}

/* `count` rows, to be freed. */
static char *many_rows(int count)
{
    char *text = malloc(8 + (size_t)count * 12);
    char *to = text + sprintf(text, "id\n");

    ck_assert_ptr_nonnull(text);
    for (int i = 0; i < count; i++) {
        to += sprintf(to, "%d\n", i);
    }
    return text;
}

START_TEST(replaces_nothing_that_came_meanwhile)
{
    static const char *const names[] = {"s.mmf"};
    mmf_import_options options = csv;
    char *text = many_rows(10000);
    const char *message;
    struct stat stat;

    options.on_progress = take_name;
    ck_assert_int_eq(import(&options, text, &message), MMF_E_EXISTS);
    ck_assert_str_eq(message, "s.mmf: has been created meanwhile");
    expect_files(names, 1);
    ck_assert_int_eq(lstat("s.mmf", &stat), 0);
    ck_assert_int_eq(stat.st_size, 0);
    free(text);
}
END_TEST

START_TEST(imports_more_than_a_batch)
{
    mmf_import_options options = csv;
    mmf_diagnostics diagnostics = {0};
    mmf_options store_options = {.flags = MMF_READ_ONLY};
    char *text = many_rows(30000);
    uint8_t payload[256];
    mmf_table *table;

    expect_ok(&csv, text);
    options.is_appending = true;
    expect_ok(&options, text);
    ck_assert_int_eq(mmf_table_open("s.mmf", NULL, &store_options, &diagnostics, &table), MMF_OK);
    ck_assert_uint_eq(mmf_store_len(table->store), 60000);
    for (uint64_t i = 0; i < 60000; i++) {
        uint64_t id;

        if (mmf_table_get(table, i, payload) != MMF_OK) {
            ck_abort_msg("record %d", (int)i);
        }
        memcpy(&id, payload, sizeof id);
        if (id != i % 30000) {
            ck_abort_msg("record %d", (int)i);
        }
    }
    ck_assert_int_eq(mmf_table_close(table), MMF_OK);
    free(text);
}
END_TEST

START_TEST(can_be_cancelled)
{
    static const sig_atomic_t yes = 1;
    mmf_import_options options = csv;
    const char *message;

    options.is_cancelled = &yes;
    ck_assert_int_eq(import(&options, "id\n1\n", &message), MMF_E_CANCELLED);
    expect_files(NULL, 0);
}
END_TEST

START_TEST(refuses_another_schema)
{
    mmf_import_options options = csv;
    const char *message;
    FILE *file;

    expect_ok(&csv, "id\n1\n");
    file = fopen("other.json", "w");
    ck_assert_ptr_nonnull(file);
    fputs(
        "{\"name\": \"Row\", \"version\": 1, \"fields\": [{\"name\": \"id\", \"type\": \"int8\"}]}",
        file);
    ck_assert_int_eq(fclose(file), 0);
    options.is_appending = true;
    options.schema_path = "other.json";
    ck_assert_int_eq(import(&options, "id\n2\n", &message), MMF_E_SCHEMA);
    expect_store("1\t1.50\tnone\t[0,0]\n");
}
END_TEST

START_TEST(refuses_what_contradicts_itself)
{
    mmf_import_options options = csv;
    const char *message;

    options.schema_path = NULL;
    ck_assert_int_eq(import(&options, "id\n", &message), MMF_E_INVALID);
    options = csv;
    options.has_no_header = true;
    options.columns = "id";
    ck_assert_int_eq(import(&options, "1\n", &message), MMF_E_INVALID);
    options = jsonl;
    options.columns = "id";
    ck_assert_int_eq(import(&options, "{}\n", &message), MMF_E_INVALID);
    options = csv;
    options.columns = "id,nane";
    ck_assert_int_eq(import(&options, "1\n", &message), MMF_E_INVALID);
    ck_assert_str_eq(message, "columns: found \"nane\", expected a field of Row, or -");
    options.columns = "id,number";
    ck_assert_int_eq(import(&options, "1\n", &message), MMF_E_INVALID);
    ck_assert_str_eq(message, "columns: found id twice");
    expect_files(NULL, 0);
}
END_TEST

/* A full disk, as far as a limit of file sizes is one. */
START_TEST(leaves_nothing_where_there_is_no_room)
{
    struct rlimit before, limit;
    char *text = many_rows(30000);
    mmf_import_options options = csv;
    const char *message;
    mmf_status fresh, appended;

    expect_ok(&csv, "id\n1\n");
    ck_assert_int_eq(rename("s.mmf", "kept.mmf"), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 400000;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    fresh = import(&csv, "id\n", &message);
    ck_assert_int_eq(fresh, MMF_OK);
    ck_assert_int_eq(unlink("s.mmf"), 0);
    fresh = import(&csv, text, &message);
    ck_assert(!exists("s.mmf"));
    ck_assert_int_eq(rename("kept.mmf", "s.mmf"), 0);
    options.is_appending = true;
    appended = import(&options, text, &message);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_eq(fresh, MMF_E_NO_SPACE);
    ck_assert_int_eq(appended, MMF_E_NO_SPACE);
    expect_store("1\t1.50\tnone\t[0,0]\n");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import");
    TCase *tests = tcase_create("all");

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, makes_stores_of_csv);
    tcase_add_test(tests, leaves_defaults_where_there_is_no_column);
    tcase_add_test(tests, makes_empty_stores);
    tcase_add_test(tests, takes_columns_in_order);
    tcase_add_test(tests, takes_columns_by_a_list);
    tcase_add_test(tests, makes_stores_of_lines_of_json);
    tcase_add_test(tests, reads_raw_decimals);
    tcase_add_test(tests, appends);
    tcase_add_loop_test(tests, leaves_nothing_where_the_input_is_wrong, 0,
                        (int)(sizeof bad_cases / sizeof *bad_cases));
    tcase_add_test(tests, replaces_nothing);
    tcase_add_test(tests, replaces_nothing_that_came_meanwhile);
    tcase_add_test(tests, imports_more_than_a_batch);
    tcase_add_test(tests, can_be_cancelled);
    tcase_add_test(tests, refuses_another_schema);
    tcase_add_test(tests, refuses_what_contradicts_itself);
    tcase_add_test(tests, leaves_nothing_where_there_is_no_room);
    suite_add_tcase(suite, tests);
    return import_run(suite);
}
