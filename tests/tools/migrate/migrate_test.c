/* Migrations: what becomes of each kind of field, what is refused and why, names of
 * files, and who else may be there. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/tools/migrate/attempt.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/faults/small_disk.h"
#include "tests/tools/copy/stores.h"

const char *const suite_name = "migrations of stores";

#define V1(fields) "{'name':'R','version':1,'fields':[" fields "]}"
#define V2(fields) "{'name':'R','version':2,'fields':[\n" fields "]}"

/* --- Fields ---------------------------------------------------------------------------------- */

/* One record of one field `a`, which becomes another type: the bytes of the element. */
typedef struct row {
    const char *old_rest; /* of the field's object */
    const char *new_rest;
    const char *before; /* bytes of the field, as hexadecimal digits */
    const char *after;
} row;

static size_t unhex(const char *digits, uint8_t *ret_bytes)
{
    size_t size = strlen(digits) / 2;

    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;

        ck_assert_int_eq(sscanf(digits + 2 * i, "%2x", &byte), 1);
        ret_bytes[i] = (uint8_t)byte;
    }
    return size;
}

static const row rows[] = {
    {"'type':'int8'", "'type':'int64'", "fe", "feffffffffffffff"},
    {"'type':'int8'", "'type':'int16'", "7f", "7f00"},
    {"'type':'uint8'", "'type':'uint32'", "fe", "fe000000"},
    {"'type':'uint32'", "'type':'int64'", "ffffffff", "ffffffff00000000"},
    {"'type':'int32'", "'type':'float64'", "ffffff7f", "0000c0ffffffdf41"},
    {"'type':'int32'", "'type':'float64'", "feffffff", "00000000000000c0"},
    {"'type':'uint32'", "'type':'float64'", "ffffffff", "0000e0ffffffef41"},
    {"'type':'uint16'", "'type':'float32'", "ffff", "00ff7f47"},
    {"'type':'float32'", "'type':'float64'", "0000c03f", "000000000000f83f"},
    {"'type':'float32'", "'type':'float64'", "000080ff", "000000000000f0ff"},
    {"'type':'string','max':3", "'type':'string','max':5", "02000000616200", "020000006162000000"},
    {"'type':'bytes','max':2", "'type':'bytes','max':3", "020000006162", "02000000616200"},
    /* a default's bytes do not shine through a shorter text */
    {"'type':'string','max':3", "'type':'string','max':5,'default':'zzzzz'", "02000000616200",
     "020000006162000000"},
    {"'type':'enum','base':'int8','symbols':{'N':-1,'O':0}",
     "'type':'enum','base':'int32','symbols':{'N':-1,'O':0,'X':300}", "ff", "ffffffff"},
    {"'type':'uint8','count':2", "'type':'uint16','count':4,'default':[1,2,3,4]", "0908",
     "0900080003000400"},
    {"'type':'uint8','count':2", "'type':'uint8','count':3", "0908", "090800"},
    {"'type':'string','max':1,'count':2",
     "'type':'string','max':4,'count':3,'default':['x','y','z']", "010000006100000001000000",
     "0100000061000000010000000000000001000000"
     "7a000000"},
    {"'type':'bool'", "'type':'bool','doc':'x'", "05", "01"},
    {"'type':'float64'", "'type':'float64','doc':'x'", "01000000000cf8ff", "01000000000cf8ff"},
    {"'type':'uint64'", "'type':'uint64','logical':'timestamp','unit':'ns'", "0102030405060708",
     "0102030405060708"},
};

#define ROWS (sizeof rows / sizeof *rows)

START_TEST(test_field)
{
    const row *row = &rows[_i];
    attempt attempt = {0};
    char old_text[512];
    char new_text[512];
    uint8_t payload[256] = {0};
    uint8_t expected[256] = {0};
    mmf_table *table;
    size_t size;

    (void)snprintf(old_text, sizeof old_text, V1("{'name':'k','type':'uint8'},{'name':'a',%s}"),
                   row->old_rest);
    (void)snprintf(new_text, sizeof new_text, V2("{'name':'a',%s},{'name':'k','type':'uint8'}"),
                   row->new_rest);
    make(old_text, 0);
    table = store_open(test_path("s"), NULL, 0);
    payload[0] = 42;
    (void)unhex(row->before, payload + mmf_table_field_offset(&table->model->fields[1]));
    ck_ok(mmf_table_append(table, payload, 1, NULL));
    ck_ok(mmf_table_close(table));

    ck_status_error(migrate(&attempt, test_path("s"), newer(new_text)), MMF_OK, &attempt.error);
    store_expect_clean(test_path("s"));
    table = store_open(test_path("s"), NULL, MMF_READ_ONLY);
    ck_assert_uint_eq(table->model->version, 2);
    ck_assert_uint_eq(mmf_store_len(table->store), 1);
    ck_ok(mmf_table_get(table, 0, payload));
    size = unhex(row->after, expected);
    ck_assert_uint_eq(size, table->model->fields[0].size);
    expected[mmf_table_field_offset(&table->model->fields[1])] = 42;
    ck_assert_msg(memcmp(payload, expected, table->type.payload_size) == 0, "%s: other bytes",
                  row->new_rest);
    ck_ok(mmf_table_close(table));
}
END_TEST

/* Renamed, new, gone, moved, and all that at once in many records. */
START_TEST(test_record)
{
    static const char *const dropped[] = {"y"};
    attempt attempt = {.options = {.dropped = dropped, .dropped_count = 1}};
    mmf_table *old_table;
    mmf_table *table;
    uint8_t old_payload[256];
    uint8_t payload[256];

    make(V1("{'name':'a','type':'uint64'},{'name':'b','type':'string','max':9},"
            "{'name':'x','type':'uint8'},{'name':'y','type':'uint8'}"),
         2000);
    ck_status_error(
        migrate(
            &attempt, test_path("s"),
            newer("{'name':'R','version':2,'checksum':true,'align':64,'reserved':['x'],'fields':["
                  "{'name':'n','type':'int16','default':-5},"
                  "{'name':'text','type':'string','max':9,'aliases':['older','b']},"
                  "{'name':'z','type':'float64'},{'name':'a','type':'uint64'}]}")),
        MMF_OK, &attempt.error);
    ck_assert_uint_eq(attempt.result.records, 2000);
    store_expect_clean(test_path("s"));
    old_table = store_open(test_path("s.bak"), NULL, MMF_READ_ONLY);
    table = store_open(test_path("s"), NULL, MMF_READ_ONLY);
    for (uint64_t i = 0; i < 2000; i++) {
        const mmf_field *fields = table->model->fields;
        const mmf_field *old_fields = old_table->model->fields;
        int16_t n;

        ck_ok(mmf_table_get(old_table, i, old_payload));
        ck_ok(mmf_table_get(table, i, payload));
        memcpy(&n, payload + mmf_table_field_offset(&fields[0]), sizeof n);
        ck_assert_int_eq(n, -5);
        ck_assert_mem_eq(payload + mmf_table_field_offset(&fields[1]),
                         old_payload + mmf_table_field_offset(&old_fields[1]), 13);
        ck_assert_mem_eq(payload + mmf_table_field_offset(&fields[3]),
                         old_payload + mmf_table_field_offset(&old_fields[0]), 8);
    }
    ck_ok(mmf_table_close(old_table));
    ck_ok(mmf_table_close(table));
    ck_assert_ptr_null(store_is_well(test_path("s.bak"), NULL, 2000, 0));
}
END_TEST

/* --- What is refused ------------------------------------------------------------------------- */

typedef struct refusal {
    const char *old_text;
    const char *new_text;
    const char *reason; /* LINE:COLUMN and text */
} refusal;

static const refusal refusals[] = {
    {V1("{'name':'a','type':'int32'}"), V2("{'name':'a','type':'int16'}"),
     ":2:20: error: field \"a\" was narrowed from int32 to int16"},
    {V1("{'name':'a','type':'int64'}"), V2("{'name':'a','type':'float64'}"),
     ":2:20: error: field \"a\" was int64 and is float64 now"},
    {V1("{'name':'a','type':'string','max':4}"), V2("{'name':'a','type':'bytes','max':4}"),
     "was string and is bytes now"},
    {V1("{'name':'a','type':'string','max':4}"), V2("{'name':'a','type':'string','max':3}"),
     "lowered from 4 to 3"},
    {V1("{'name':'a','type':'uint64','logical':'timestamp','unit':'s'}"),
     V2("{'name':'a','type':'uint64','logical':'timestamp','unit':'ms'}"), "the unit of timestamp"},
    {V1("{'name':'a','type':'int32','logical':'decimal','scale':2}"),
     V2("{'name':'a','type':'int64','logical':'decimal','scale':4}"), "the scale of decimal"},
    {V1("{'name':'a','type':'enum','base':'uint8','symbols':{'X':0,'Y':1}}"),
     V2("{'name':'a','type':'enum','base':'uint16','symbols':{'X':0}}"), "symbol \"Y\" (1)"},
    {V1("{'name':'a','type':'uint8','count':3}"), V2("{'name':'a','type':'uint8','count':2}"),
     "lowered from 3 to 2"},
    {V1("{'name':'a','type':'uint8'}"), V1("{'name':'a','type':'uint16'}"),
     "\"version\" has to be more than 1"},
    {V1("{'name':'a','type':'uint8'},{'name':'b','type':'uint8'}"),
     V2("{'name':'a','type':'uint8'}"),
     ":1:9: error: field \"b\" would be lost: put its name into \"reserved\""},
    {V1("{'name':'a','type':'uint8'}"), V2("{'name':'a','type':'wide'}"), ":2:20: error: "},
};

START_TEST(test_refused)
{
    const refusal *refusal = &refusals[_i];
    attempt attempt = {0};
    mmf_status status;

    make(refusal->old_text, 3);
    status = migrate(&attempt, test_path("s"), newer(refusal->new_text));
    ck_assert(status == MMF_E_SCHEMA || status == MMF_E_SYNTAX);
    ck_contains(attempt.reasons, "new.mmf.json:");
    ck_contains(attempt.reasons, refusal->reason);
    ck_assert_ptr_null(store_is_well(test_path("s"), NULL, 3, 0));
    ck_assert(!test_exists(test_path("s.bak")));
    ck_assert_uint_eq(test_directory_count(), 4);
}
END_TEST

#define ONE V1("{'name':'a','type':'uint8'}")
#define ONE_WIDER V2("{'name':'a','type':'uint16'}")

START_TEST(test_dropped_names)
{
    const char *dropped[] = {"nothing"};
    attempt attempt = {.options = {.dropped = dropped, .dropped_count = 1}};

    make(ONE, 3);
    ck_status(migrate(&attempt, test_path("s"), newer(ONE_WIDER)), MMF_E_INVALID);
    ck_contains(attempt.error.text, "no such field");
    dropped[0] = "a";
    ck_status(migrate(&attempt, test_path("s"), newer(ONE_WIDER)), MMF_E_INVALID);
    ck_contains(attempt.error.text, "the new schema has it");
}
END_TEST

/* --- Names and rights ------------------------------------------------------------------------ */

START_TEST(test_names)
{
    attempt attempt = {0};
    struct stat before;
    struct stat after;

    make(ONE, 30);
    ck_assert_int_eq(chmod(test_path("s"), 0606), 0);
    ck_assert_int_eq(stat(test_path("s"), &before), 0);
    ck_assert_int_eq(symlink("s", test_path("link")), 0);
    ck_ok(migrate(&attempt, test_path("link"), newer(ONE_WIDER)));
    ck_assert_int_eq(stat(test_path("s.bak"), &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    ck_assert_int_eq(lstat(test_path("link"), &after), 0);
    ck_assert(S_ISLNK(after.st_mode));
    ck_assert_int_eq(stat(test_path("s"), &after), 0);
    ck_assert_uint_ne(after.st_ino, before.st_ino);
    ck_assert_uint_eq(after.st_mode & 0777u, 0606);
    ck_assert_ptr_null(store_is_well(test_path("s.bak"), NULL, 30, 0));
    store_expect_clean(test_path("s.bak"));
    /* again: nothing to do, and nothing in its way */
    attempt.options.is_dry = true;
    ck_ok(migrate(&attempt, test_path("s"), newer(ONE_WIDER)));
    ck_assert(attempt.is_idle);
    attempt.options.is_dry = false;
    /* on: the old one of before is not overwritten */
    ck_status(migrate(&attempt, test_path("s"),
                      newer("{'name':'R','version':3,'fields':[{'name':'a','type':'uint32'}]}")),
              MMF_E_EXISTS);
    ck_contains(attempt.error.text, "s.bak");
    attempt.options.has_no_backup = true;
    ck_ok(migrate(&attempt, test_path("s"),
                  newer("{'name':'R','version':3,'fields':[{'name':'a','type':'uint32'}]}")));
    ck_assert_ptr_null(store_is_well(test_path("s.bak"), NULL, 30, 0));
    ck_assert_uint_eq(test_directory_count(), 6); /* s, its lock, s.bak, link, two schemas */
}
END_TEST

START_TEST(test_output)
{
    attempt attempt = {.options = {.output = test_path("out")}};
    mmf_table *table;

    make(ONE, 30);
    table = store_open(test_path("s"), NULL, 0); /* a writer is no matter */
    ck_ok(migrate(&attempt, test_path("s"), newer(ONE_WIDER)));
    ck_ok(mmf_table_close(table));
    ck_assert_ptr_null(store_is_well(test_path("s"), NULL, 30, 0));
    store_expect_clean(test_path("out"));
    ck_assert_uint_eq(attempt.result.records, 30);
    ck_status(migrate(&attempt, test_path("s"), newer(ONE_WIDER)), MMF_E_EXISTS);
    attempt.options.is_dry = true;
    ck_status(migrate(&attempt, test_path("s"), newer(ONE_WIDER)), MMF_E_EXISTS);
    ck_assert(!test_exists(test_path("s.bak")));
}
END_TEST

/* An attempt that died between the two names leaves the old store with both. */
START_TEST(test_second_name)
{
    attempt attempt = {0};

    make(ONE, 30);
    ck_assert_int_eq(link(test_path("s"), test_path("s.bak")), 0);
    ck_ok(migrate(&attempt, test_path("s"), newer(ONE_WIDER)));
    ck_assert_ptr_null(store_is_well(test_path("s.bak"), NULL, 30, 0));
}
END_TEST

static bool make_backup(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    (void)done;
    (void)total;
    test_write_file(test_path("s.bak"), "precious", 8);
    return true;
}

/* Nor one that comes into being meanwhile. */
START_TEST(test_backup_comes_later)
{
    attempt attempt = {.options.rewrite.progress = make_backup};

    make(ONE, 30);
    ck_status(migrate(&attempt, test_path("s"), newer(ONE_WIDER)), MMF_E_EXISTS);
    ck_assert_uint_eq(test_file_size(test_path("s.bak")), 8);
    ck_assert_ptr_null(store_is_well(test_path("s"), NULL, 30, 0));
    ck_assert_uint_eq(test_directory_count(), 5);
}
END_TEST

/* --- Others ---------------------------------------------------------------------------------- */

static void hold(void *argument)
{
    uint32_t *phase = argument;
    mmf_table *table = store_open(test_path("s"), NULL, 0);

    test_post(phase, 1);
    must(test_await(phase, 2, 20000));
    must_ok(mmf_table_close(table));
}

/* As a writer of the Go library without its one-writer option. */
static void hold_mapped(void *argument)
{
    uint32_t *phase = argument;
    int fd = open(test_path("s"), O_RDWR | O_CLOEXEC);

    must(fd >= 0);
    must(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED);
    must(close(fd) == 0);
    test_post(phase, 1);
    must(test_await(phase, 2, 20000));
}

START_TEST(test_in_use)
{
    uint32_t *phase = test_shared(sizeof *phase);
    attempt attempt = {0};
    char pid[32];
    pid_t child;

    make(ONE, 30);
    child = test_fork(_i == 0 ? hold : hold_mapped, phase);
    ck_assert(test_await(phase, 1, 5000));
    ck_status(migrate(&attempt, test_path("s"), newer(ONE_WIDER)), MMF_E_LOCKED);
    (void)snprintf(pid, sizeof pid, "process %d writes", (int)child);
    ck_contains(attempt.error.text, pid);
    attempt.options.is_dry = true;
    ck_ok(migrate(&attempt, test_path("s"), newer(ONE_WIDER)));
    attempt.options.is_dry = false;
    test_post(phase, 2);
    ck_assert_int_eq(test_wait(child, 5000), 0);
    ck_ok(migrate(&attempt, test_path("s"), newer(ONE_WIDER)));
}
END_TEST

/* What a writer left in the middle is undone, also in what is kept. */
static void die_inside(void *argument)
{
    mmf_table *table = store_open(test_path("s"), NULL, 0);
    mmf_write_section section;

    (void)argument;
    must_ok(mmf_write_begin(table->store, 3, table->type.record_size, 8, table->type.payload_size,
                            &section));
    memset(section.payload, 0xee, table->type.payload_size);
    _exit(0);
}

#define PAIR(version, more)                                                                        \
    "{'name':'P','version':" version ",'fields':[{'name':'a','type':'uint64'},"                    \
    "{'name':'b','type':'uint64'}" more "]}"

START_TEST(test_dead_writer)
{
    attempt attempt = {0};

    make(PAIR("1", ""), 30);
    test_run_ok(die_inside, NULL, 5000);
    ck_status_error(
        migrate(&attempt, test_path("s"), newer(PAIR("2", ",{'name':'c','type':'bool'}"))), MMF_OK,
        &attempt.error);
    ck_assert_uint_eq(attempt.result.damaged, 0);
    ck_assert_ptr_null(store_is_well(test_path("s.bak"), NULL, 30, 0));
    store_expect_clean(test_path("s.bak"));
    store_expect_clean(test_path("s"));
}
END_TEST

typedef struct latecomer {
    uint32_t *phase;
    pid_t child;
} latecomer;

static bool let_come(void *context, uint64_t done, uint64_t total)
{
    latecomer *latecomer = context;

    if (done < total && latecomer->child == 0) {
        latecomer->child = test_fork(hold_mapped, latecomer->phase);
        ck_assert(test_await(latecomer->phase, 1, 5000));
    }
    return true;
}

START_TEST(test_comes_later)
{
    latecomer latecomer = {test_shared(sizeof(uint32_t)), 0};
    attempt attempt = {.options.rewrite = {.progress = let_come, .context = &latecomer}};

    make(ONE, 30);
    ck_status(migrate(&attempt, test_path("s"), newer(ONE_WIDER)), MMF_E_LOCKED);
    test_post(latecomer.phase, 2);
    ck_assert_int_eq(test_wait(latecomer.child, 5000), 0);
    ck_assert(!test_exists(test_path("s.bak")));
    ck_assert_ptr_null(store_is_well(test_path("s"), NULL, 30, 0));
}
END_TEST

static bool look_for_writers(void *context, uint64_t done, uint64_t total)
{
    const mmf_record_type *type = context;
    mmf_store *store = NULL;

    (void)done;
    (void)total;
    ck_status(mmf_store_open(test_path("s"), type, NULL, &store), MMF_E_LOCKED);
    return true;
}

/* Nobody comes meanwhile. */
START_TEST(test_keeps_out)
{
    mmf_table *table;
    attempt attempt = {.options.rewrite.progress = look_for_writers};

    make(ONE, 30);
    table = store_open(test_path("s"), NULL, MMF_READ_ONLY);
    attempt.options.rewrite.context = &table->type;
    ck_ok(migrate(&attempt, test_path("s"), newer(ONE_WIDER)));
    ck_ok(mmf_table_close(table));
}
END_TEST

/* --- Where it fails -------------------------------------------------------------------------- */

static bool cancel(void *context, uint64_t done, uint64_t total)
{
    unsigned *left = context;

    (void)done;
    (void)total;
    return (*left)-- > 0;
}

START_TEST(test_cancelled)
{
    unsigned left = (unsigned)_i;
    attempt attempt = {.options.rewrite = {.progress = cancel, .context = &left}};

    make(ONE, 30);
    ck_status(migrate(&attempt, test_path("s"), newer(ONE_WIDER)), MMF_E_CANCELLED);
    ck_assert_ptr_null(store_is_well(test_path("s"), NULL, 30, 0));
    ck_assert_uint_eq(test_directory_count(), 4);
    store_expect_clean(test_path("s"));
}
END_TEST

static void on_full_disk(void *argument)
{
    attempt attempt = {0};
    unsigned files;

    (void)argument;
    small_disk_mount("size=512k");
    make(ONE, 6000);
    (void)newer(ONE_WIDER);
    (void)small_disk_fill(test_path("ballast"));
    files = test_directory_count();
    must_status(migrate(&attempt, test_path("s"), test_path("new.mmf.json")), MMF_E_NO_SPACE);
    must(test_directory_count() == files);
    must(!store_is_well(test_path("s"), NULL, 6000, 0));
    must(unlink(test_path("ballast")) == 0);
    must_ok(migrate(&attempt, test_path("s"), test_path("new.mmf.json")));
    must(!store_is_well(test_path("s.bak"), NULL, 6000, 0));
}

START_TEST(test_full_disk)
{
    small_disk_run(on_full_disk, NULL);
}
END_TEST

static void without_rights(void *argument)
{
    attempt attempt = {.options.output = test_path("out")};

    (void)argument;
    test_drop_capabilities();
    must_ok(migrate(&attempt, test_path("in/s"), test_path("new.mmf.json")));
    attempt.options.output = NULL;
    must_status(migrate(&attempt, test_path("in/s"), test_path("new.mmf.json")), MMF_E_SYSTEM);
    must(attempt.error.text[0] != '\0');
}

START_TEST(test_read_only)
{
    ck_assert_int_eq(mkdir(test_path("in"), 0777), 0);
    store_make(test_path("in/s"), store_schema("old.mmf.json", ONE), 2, 9);
    ck_assert_int_eq(unlink(test_path("in/s.lock")), 0);
    ck_assert_int_eq(chmod(test_path("in/s"), 0444), 0);
    ck_assert_int_eq(chmod(test_path("in"), 0555), 0);
    (void)newer(ONE_WIDER);
    test_run_ok(without_rights, NULL, 5000);
    ck_assert_int_eq(chmod(test_path("in"), 0777), 0);
    store_expect_clean(test_path("out"));
    ck_assert_ptr_null(store_is_well(test_path("in/s"), NULL, 9, 0));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_field, 0, ROWS);
    tcase_add_test(tcase, test_record);
    tcase_add_loop_test(tcase, test_refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tcase, test_dropped_names);
    tcase_add_test(tcase, test_names);
    tcase_add_test(tcase, test_backup_comes_later);
    tcase_add_test(tcase, test_output);
    tcase_add_test(tcase, test_second_name);
    tcase_add_loop_test(tcase, test_in_use, 0, 2);
    tcase_add_test(tcase, test_dead_writer);
    tcase_add_test(tcase, test_comes_later);
    tcase_add_test(tcase, test_keeps_out);
    tcase_add_loop_test(tcase, test_cancelled, 0, 2);
    tcase_add_test(tcase, test_full_disk);
    tcase_add_test(tcase, test_read_only);
}
