/* Copies: what they have, beside whom they are made, and what is refused. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tools/copy.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "schema/format.h"
#include "tests/faults/small_disk.h"
#include "tests/fixtures/contents.h"
#include "tests/tools/copy/stores.h"

const char *const suite_name = "copies of stores";

#define MIXED                                                                                      \
    "{'name':'Mixed','version':3,'capacity':500,'fields':["                                        \
    "{'name':'flag','type':'bool'},{'name':'price','type':'float64'},"                             \
    "{'name':'note','type':'string','max':13},"                                                    \
    "{'name':'side','type':'enum','base':'uint8','symbols':{'BUY':0,'SELL':1}},"                   \
    "{'name':'levels','type':'int32','count':5},{'name':'raw','type':'bytes','max':3}]}"
#define SEALED                                                                                     \
    "{'name':'Sealed','version':1,'checksum':true,'align':64,'fields':["                           \
    "{'name':'a','type':'uint64'},{'name':'note','type':'string','max':30}]}"
#define OLD                                                                                        \
    "{'name':'Old','version':1,'fields':[{'name':'a','type':'uint64'},"                            \
    "{'name':'note','type':'string','max':9},{'name':'b','type':'int16'}]}"

typedef struct kind {
    const char *text;
    uint32_t format;
} kind;

static const kind kinds[] = {{MIXED, 2}, {SEALED, 2}, {OLD, 1}};

#define KINDS 3

/* --- A copy ---------------------------------------------------------------------------------- */

typedef struct watching {
    uint64_t told[8]; /* indexes */
    unsigned count;
    unsigned looks;
    unsigned cancel_at; /* look; 0: never */
} watching;

static void tell(void *context, uint64_t index, const char *what)
{
    watching *watching = context;

    ck_assert_uint_gt(strlen(what), 0);
    ck_assert_uint_lt(watching->count, 8);
    watching->told[watching->count++] = index;
}

static bool go_on(void *context, uint64_t done, uint64_t total)
{
    watching *watching = context;

    watching->looks++;
    return done <= total && watching->looks != watching->cancel_at;
}

typedef struct attempt {
    mmf_copy_options options;
    mmf_diagnostics diagnostics;
    mmf_error error;
    mmf_rewrite_result result;
} attempt;

static mmf_status copy(attempt *attempt, const char *from, const char *to, const char *schema)
{
    mmf_status status;

    attempt->error = (mmf_error){0};
    attempt->diagnostics = (mmf_diagnostics){0};
    attempt->options.schema_path = schema;
    attempt->options.diagnostics = &attempt->diagnostics;
    attempt->options.error = &attempt->error;
    attempt->options.rewrite.timeout_ms = attempt->options.is_alone ? 0 : 20;
    status = mmf_copy(from, to, &attempt->options, &attempt->result);
    mmf_diagnostics_clear(&attempt->diagnostics);
    return status;
}

static const char *schema_of(const kind *kind)
{
    const char *path = store_schema("kind.mmf.json", kind->text);

    return path;
}

static void expect_compact(const char *path, const kind *kind, uint64_t count)
{
    uint64_t capacity = store_header(path, offsetof(mmf_header_common, capacity), 8);
    uint64_t size = store_header(path, offsetof(mmf_header_common, record_size), 4);
    uint64_t data = kind->format == 1 ? 64 : store_header(path, 0x58, 4);

    ck_assert_uint_eq(store_header(path, offsetof(mmf_header_common, record_count), 8), count);
    ck_assert_uint_eq(capacity, kind->format == 1 && count == 0 ? 1 : count);
    ck_assert_uint_eq(test_file_size(path), data + capacity * size);
}

START_TEST(test_copy)
{
    static const uint64_t counts[] = {0, 1, 300};
    const kind *kind = &kinds[_i / 3];
    uint64_t count = counts[_i % 3];
    const char *schema = schema_of(kind);
    const char *own = kind->format == 1 ? schema : NULL;
    attempt attempt = {0};
    mmf_table *table;

    store_make(test_path("a"), schema, kind->format, count);
    ck_status_error(copy(&attempt, test_path("a"), test_path("b"), own), MMF_OK, &attempt.error);
    ck_assert_uint_eq(attempt.result.records, count);
    ck_assert_uint_eq(attempt.result.damaged, 0);
    ck_assert_ptr_null(store_is_well(test_path("b"), own, count, 0));
    expect_compact(test_path("b"), kind, count);
    store_expect_clean(test_path("b"));
    ck_assert(!test_exists(test_path("b.lock")));
    /* and it grows */
    table = store_open(test_path("b"), own, 0);
    store_append(table, count, 70, 0);
    ck_ok(mmf_table_close(table));
    ck_assert_ptr_null(store_is_well(test_path("b"), own, count + 70, 0));
    store_expect_clean(test_path("b"));
}
END_TEST

START_TEST(test_identity)
{
    const char *schema = schema_of(&kinds[0]);
    attempt attempt = {0};
    uint8_t uuids[2][16];
    mmf_table *table;

    store_make(test_path("a"), schema, 2, 3);
    table = store_open(test_path("a"), NULL, 0);
    {
        uint8_t payload[256];

        store_payload(table->model, 1, 0, payload);
        ck_ok(mmf_table_set(table, 1, payload));
        /* bytes that no field has, and a bool that is neither */
        memset(payload, 0, sizeof payload);
        payload[0] = 7;
        payload[1] = 0xaa;
        ck_ok(mmf_table_set(table, 2, payload));
    }
    ck_ok(mmf_table_close(table));
    ck_ok(copy(&attempt, test_path("a"), test_path("b"), NULL));
    test_read_at(test_path("a"), offsetof(mmf_header, uuid), uuids[0], 16);
    test_read_at(test_path("b"), offsetof(mmf_header, uuid), uuids[1], 16);
    ck_assert_mem_ne(uuids[0], uuids[1], 16);
    table = store_open(test_path("b"), NULL, MMF_READ_ONLY);
    for (uint64_t i = 0; i < 3; i++) {
        uint64_t version = 1;

        ck_ok(mmf_record_version(table->store, i, &version));
        ck_assert_uint_eq(version, 512);
    }
    {
        uint8_t payload[256];

        ck_ok(mmf_table_get(table, 2, payload));
        ck_assert_uint_eq(payload[0], 1);
        ck_assert_uint_eq(payload[1], 0);
    }
    ck_ok(mmf_table_close(table));
}
END_TEST

/* Records that were synced are there when the machine stops at the next writer's first record. */
START_TEST(test_durable)
{
    const char *schema = schema_of(&kinds[0]);
    attempt attempt = {0};
    uint32_t dirty = MMF_STATE_DIRTY;

    store_make(test_path("a"), schema, 2, 40);
    ck_ok(copy(&attempt, test_path("a"), test_path("b"), NULL));
    test_write_at(test_path("b"), offsetof(mmf_header, state), &dirty, sizeof dirty);
    test_write_at(test_path("b"), offsetof(mmf_header, boot_id), "another boot....", 16);
    ck_assert_ptr_null(store_is_well(test_path("b"), NULL, 40, 0));
    ck_ok(mmf_table_close(store_open(test_path("b"), NULL, 0)));
    ck_assert_ptr_null(store_is_well(test_path("b"), NULL, 40, 0));
}
END_TEST

/* What the last sync had not reached is not in it, and is told; alone it is refused. */
START_TEST(test_machine_stopped)
{
    const char *schema = schema_of(&kinds[0]);
    uint32_t dirty = MMF_STATE_DIRTY;
    attempt attempt = {0};
    uint64_t count = 45;

    store_make(test_path("a"), schema, 2, 40);
    test_write_at(test_path("a"), offsetof(mmf_header, state), &dirty, sizeof dirty);
    test_write_at(test_path("a"), offsetof(mmf_header, boot_id), "another boot....", 16);
    test_write_at(test_path("a"), offsetof(mmf_header_common, record_count), &count, sizeof count);
    ck_ok(copy(&attempt, test_path("a"), test_path("b"), NULL));
    ck_assert_uint_eq(attempt.result.records, 40);
    ck_assert_uint_eq(attempt.result.not_durable, 5);
    attempt.options.is_alone = true;
    ck_status(copy(&attempt, test_path("a"), test_path("c"), NULL), MMF_E_DIRTY);
    ck_assert_uint_eq(store_header(test_path("a"), offsetof(mmf_header_common, record_count), 8),
                      45);
}
END_TEST

/* --- Damage ---------------------------------------------------------------------------------- */

static void damage(const char *path, const char *schema)
{
    mmf_table *table = store_open(path, schema, MMF_READ_ONLY);
    uint32_t long_text = 1000;
    uint64_t odd = 0x7ffffff1;

    test_write_at(path, store_record_at(table, 4), &odd, sizeof odd);
    test_write_at(path, store_record_at(table, 7) + table->model->fields[1].offset, &long_text,
                  sizeof long_text);
    ck_ok(mmf_table_close(table));
}

START_TEST(test_damaged)
{
    const kind *kind = &kinds[1 + _i];
    const char *schema = schema_of(kind);
    const char *own = kind->format == 1 ? schema : NULL;
    watching watching = {0};
    attempt attempt = {.options.rewrite = {.tell = tell, .context = &watching}};
    uint8_t payload[256];
    uint8_t expected[256];
    mmf_table *table;

    store_make(test_path("a"), schema, kind->format, 20);
    damage(test_path("a"), own);
    ck_status(copy(&attempt, test_path("a"), test_path("b"), own), MMF_E_CORRUPT);
    ck_contains(attempt.error.text, "2 of 20");
    ck_contains(attempt.error.text, "first is 4");
    ck_assert_uint_eq(watching.count, 2);
    ck_assert_uint_eq(watching.told[0], 4);
    ck_assert_uint_eq(watching.told[1], 7);
    ck_assert(!test_exists(test_path("b")));

    attempt.options.rewrite.damaged = MMF_DAMAGED_KEEP;
    ck_ok(copy(&attempt, test_path("a"), test_path("b"), own));
    ck_assert_uint_eq(attempt.result.damaged, 2);
    ck_assert_uint_eq(watching.count, 4);
    table = store_open(test_path("b"), own, MMF_READ_ONLY);
    for (uint64_t i = 0; i < 20; i++) {
        store_payload(table->model, i, 0, expected);
        ck_ok(mmf_table_get(table, i, payload));
        if (i == 7) {
            ck_assert_uint_eq(payload[table->model->fields[1].offset - 8],
                              table->model->fields[1].max);
        } else {
            ck_assert_mem_eq(payload, expected, table->type.payload_size);
        }
    }
    ck_ok(mmf_table_close(table));

    attempt.options.rewrite.damaged = MMF_DAMAGED_BLANK;
    ck_ok(copy(&attempt, test_path("a"), test_path("c"), own));
    store_expect_clean(test_path("c"));
    table = store_open(test_path("c"), own, MMF_READ_ONLY);
    memset(expected, 0, sizeof expected);
    ck_ok(mmf_table_get(table, 4, payload));
    ck_assert_mem_eq(payload, expected, table->type.payload_size);
    store_payload(table->model, 5, 0, expected);
    ck_ok(mmf_table_get(table, 5, payload));
    ck_assert_mem_eq(payload, expected, table->type.payload_size);
    ck_ok(mmf_table_close(table));
}
END_TEST

/* A byte of a payload: only a checksum tells. */
START_TEST(test_wrong_checksum)
{
    const char *schema = schema_of(&kinds[1]);
    watching watching = {0};
    attempt attempt = {.options.rewrite = {.tell = tell, .context = &watching}};
    mmf_table *table;

    store_make(test_path("a"), schema, 2, 20);
    table = store_open(test_path("a"), NULL, MMF_READ_ONLY);
    test_write_at(test_path("a"), store_record_at(table, 11) + 8, "?", 1);
    ck_ok(mmf_table_close(table));
    ck_status(copy(&attempt, test_path("a"), test_path("b"), NULL), MMF_E_CORRUPT);
    ck_assert_uint_eq(watching.count, 1);
    ck_assert_uint_eq(watching.told[0], 11);
}
END_TEST

/* --- Files of the Go library ----------------------------------------------------------------- */

#define TICK                                                                                       \
    "{'name':'Tick','version':1,'fields':[{'name':'symbol','type':'string','max':64},"             \
    "{'name':'price','type':'float64'},{'name':'volume','type':'float64'},"                        \
    "{'name':'timestamp','type':'uint64'}]}"

START_TEST(test_go)
{
    const char *schema = store_schema("tick.mmf.json", TICK);
    const char *path = fixture_copy("ticks.mmf");
    attempt attempt = {0};
    json_t *list = fixture_list("ticks.json");
    mmf_store *store;

    ck_status(copy(&attempt, path, test_path("b"), NULL), MMF_E_SCHEMA);
    ck_ok(copy(&attempt, path, test_path("b"), schema));
    ck_assert_uint_eq(attempt.result.records, 200);
    store = fixture_open(test_path("b"), &fixture_tick_type, MMF_READ_ONLY);
    ck_assert_uint_eq(mmf_store_len(store), 200);
    ck_assert_uint_eq(mmf_store_capacity(store), 200);
    for (size_t i = 0; i < 200; i++) {
        fixture_expect_tick(store, i, json_array_get(list, i));
    }
    ck_ok(mmf_store_close(store));
    json_decref(list);
    store_expect_clean(test_path("b"));
    path = fixture_copy("empty.mmf");
    ck_ok(copy(&attempt, path, test_path("c"), schema));
    ck_assert_uint_eq(attempt.result.records, 0);
}
END_TEST

/* --- Beside writers -------------------------------------------------------------------------- */

typedef struct beside {
    const char *path;
    uint32_t *phase; /* shared: 1, it is open; 2, it shall end */
} beside;

#define LIVE_RECORDS 500u

static void write_on(void *argument)
{
    const beside *beside = argument;
    mmf_table *table = store_open(beside->path, NULL, 0);
    uint8_t payload[256];

    test_post(beside->phase, 1);
    for (uint64_t round = 1; !test_await(beside->phase, 2, 0); round++) {
        for (uint64_t i = 0; i < LIVE_RECORDS; i++) {
            store_payload(table->model, i, round % 16, payload);
            must_ok(mmf_table_set(table, i, payload));
        }
        store_append(table, LIVE_RECORDS, 1, 0);
    }
    must_ok(mmf_table_close(table));
}

/* Each record is as it was in one round. */
static void expect_rounds(const char *path, uint64_t *ret_count)
{
    mmf_table *table = store_open(path, NULL, MMF_READ_ONLY);
    uint8_t payload[256];
    uint8_t expected[256];

    for (uint64_t i = 0; i < LIVE_RECORDS; i++) {
        bool found = false;

        ck_ok(mmf_table_get(table, i, payload));
        for (uint64_t round = 0; round < 16 && !found; round++) {
            store_payload(table->model, i, round, expected);
            found = memcmp(payload, expected, table->type.payload_size) == 0;
        }
        ck_assert_msg(found, "violation: record %u is of no round", (unsigned)i);
    }
    *ret_count = mmf_store_len(table->store);
    ck_ok(mmf_table_close(table));
}

START_TEST(test_live)
{
    const char *schema = schema_of(&kinds[_i]);
    beside beside = {test_path("a"), test_shared(sizeof(uint32_t))};
    attempt attempt = {0};
    uint64_t count = 0;
    char pid[32];
    pid_t child;

    store_make(beside.path, schema, 2, LIVE_RECORDS);
    child = test_fork(write_on, &beside);
    ck_assert(test_await(beside.phase, 1, 5000));
    for (unsigned i = 0; i < 12; i++) {
        attempt.options.replaces = i > 0;
        ck_status_error(copy(&attempt, beside.path, test_path("b"), NULL), MMF_OK, &attempt.error);
        expect_rounds(test_path("b"), &count);
        ck_assert_uint_eq(count, attempt.result.records);
    }
    store_expect_clean(test_path("b"));
    attempt.options.is_alone = true;
    ck_status(copy(&attempt, beside.path, test_path("c"), NULL), MMF_E_LOCKED);
    (void)snprintf(pid, sizeof pid, "process %d ", (int)child);
    ck_contains(attempt.error.text, pid);
    /* nor is it replaced */
    attempt.options.is_alone = false;
    ck_status(copy(&attempt, test_path("b"), beside.path, NULL), MMF_E_LOCKED);
    ck_contains(attempt.error.text, pid);
    test_post(beside.phase, 2);
    ck_assert_int_eq(test_wait(child, 10000), 0);
    attempt.options.is_alone = true;
    ck_ok(copy(&attempt, beside.path, test_path("c"), NULL));
}
END_TEST

/* --- Names ----------------------------------------------------------------------------------- */

START_TEST(test_names)
{
    const char *schema = schema_of(&kinds[0]);
    attempt attempt = {0};
    struct stat found;

    store_make(test_path("a"), schema, 2, 5);
    ck_assert_int_eq(chmod(test_path("a"), 0640), 0);
    test_write_file(test_path("b"), "precious", 8);
    ck_status(copy(&attempt, test_path("a"), test_path("b"), NULL), MMF_E_EXISTS);
    ck_assert_uint_eq(test_file_size(test_path("b")), 8);
    ck_status(copy(&attempt, test_path("missing"), test_path("c"), NULL), MMF_E_NOT_FOUND);
    ck_status(copy(&attempt, schema, test_path("c"), NULL), MMF_E_MAGIC);
    ck_status(copy(&attempt, test_path("a"), test_path("none/c"), NULL), MMF_E_SYSTEM);
    ck_assert(!test_exists(test_path("c")));

    attempt.options.replaces = true;
    ck_status(copy(&attempt, test_path("missing"), test_path("b"), NULL), MMF_E_NOT_FOUND);
    ck_assert_uint_eq(test_file_size(test_path("b")), 8);
    ck_ok(copy(&attempt, test_path("a"), test_path("b"), NULL));
    ck_assert_ptr_null(store_is_well(test_path("b"), NULL, 5, 0));
    ck_assert_int_eq(stat(test_path("b"), &found), 0);
    ck_assert_uint_eq(found.st_mode & 0777u, 0640);
    ck_status(copy(&attempt, test_path("a"), test_directory(), NULL), MMF_E_INVALID);
    ck_assert_uint_eq(test_directory_count(), 4); /* a, its lock, b, the schema */
}
END_TEST

/* By no name onto itself, nor over its lock file; a link is where it leads. */
START_TEST(test_itself)
{
    const char *schema = schema_of(&kinds[0]);
    attempt attempt = {.options.replaces = true};
    struct stat found;

    store_make(test_path("a"), schema, 2, 5);
    store_make(test_path("target"), schema, 2, 1);
    ck_assert_int_eq(symlink("a", test_path("link")), 0);
    ck_assert_int_eq(link(test_path("a"), test_path("other")), 0);
    ck_assert_int_eq(symlink("target", test_path("away")), 0);
    ck_status(copy(&attempt, test_path("a"), test_path("a"), NULL), MMF_E_INVALID);
    ck_status(copy(&attempt, test_path("a"), test_path("link"), NULL), MMF_E_INVALID);
    ck_status(copy(&attempt, test_path("link"), test_path("a"), NULL), MMF_E_INVALID);
    ck_status(copy(&attempt, test_path("a"), test_path("other"), NULL), MMF_E_INVALID);
    ck_status(copy(&attempt, test_path("a"), test_path("a.lock"), NULL), MMF_E_INVALID);
    ck_assert_ptr_null(store_is_well(test_path("a"), NULL, 5, 0));
    ck_ok(copy(&attempt, test_path("a"), test_path("away"), NULL));
    ck_assert_ptr_null(store_is_well(test_path("target"), NULL, 5, 0));
    ck_assert_int_eq(lstat(test_path("away"), &found), 0);
    ck_assert(S_ISLNK(found.st_mode));
}
END_TEST

START_TEST(test_cancelled)
{
    const char *schema = schema_of(&kinds[0]);
    watching watching = {.cancel_at = (unsigned)_i + 1};
    attempt attempt = {
        .options = {.replaces = true, .rewrite = {.progress = go_on, .context = &watching}}};
    unsigned files;

    store_make(test_path("a"), schema, 2, 100);
    test_write_file(test_path("b"), "precious", 8);
    files = test_directory_count();
    ck_status(copy(&attempt, test_path("a"), test_path("b"), NULL), MMF_E_CANCELLED);
    ck_assert_uint_eq(test_file_size(test_path("b")), 8);
    ck_assert_uint_eq(test_directory_count(), files);
}
END_TEST

/* --- Where there is no room, or no right ----------------------------------------------------- */

static void on_full_disk(void *argument)
{
    attempt attempt = {0};
    unsigned files;

    (void)argument;
    small_disk_mount("size=256k");
    store_make(test_path("a"), store_schema("s", MIXED), 2, 900);
    (void)small_disk_fill(test_path("ballast"));
    files = test_directory_count();
    must_status(copy(&attempt, test_path("a"), test_path("b"), NULL), MMF_E_NO_SPACE);
    must(attempt.error.text[0] != '\0');
    must(test_directory_count() == files);
    must(unlink(test_path("ballast")) == 0);
    must_ok(copy(&attempt, test_path("a"), test_path("b"), NULL));
    must(!store_is_well(test_path("b"), NULL, 900, 0));
}

START_TEST(test_full_disk)
{
    small_disk_run(on_full_disk, NULL);
}
END_TEST

static void with_limit(void *argument)
{
    const struct rlimit limit = {16384, RLIM_INFINITY};
    attempt attempt = {0};

    (void)argument;
    must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    must_status(copy(&attempt, test_path("a"), test_path("b"), NULL), MMF_E_NO_SPACE);
    must(!test_exists(test_path("b")));
}

START_TEST(test_limit)
{
    store_make(test_path("a"), schema_of(&kinds[0]), 2, 900);
    test_run_ok(with_limit, NULL, 5000);
}
END_TEST

static void without_rights(void *argument)
{
    attempt attempt = {0};

    (void)argument;
    test_drop_capabilities();
    must_ok(copy(&attempt, test_path("in/a"), test_path("b"), NULL));
    must(!store_is_well(test_path("b"), NULL, 9, 0));
    must_status(copy(&attempt, test_path("b"), test_path("in/b"), NULL), MMF_E_SYSTEM);
}

START_TEST(test_read_only)
{
    ck_assert_int_eq(mkdir(test_path("in"), 0777), 0);
    store_make(test_path("in/a"), schema_of(&kinds[0]), 2, 9);
    ck_assert_int_eq(unlink(test_path("in/a.lock")), 0);
    ck_assert_int_eq(chmod(test_path("in/a"), 0444), 0);
    ck_assert_int_eq(chmod(test_path("in"), 0555), 0);
    test_run_ok(without_rights, NULL, 5000);
    ck_assert_int_eq(chmod(test_path("in"), 0777), 0);
    ck_assert(!test_exists(test_path("in/a.lock")));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_copy, 0, 3 * KINDS);
    tcase_add_test(tcase, test_identity);
    tcase_add_test(tcase, test_durable);
    tcase_add_test(tcase, test_machine_stopped);
    tcase_add_loop_test(tcase, test_damaged, 0, 2);
    tcase_add_test(tcase, test_wrong_checksum);
    tcase_add_test(tcase, test_go);
    tcase_add_loop_test(tcase, test_live, 0, 2);
    tcase_add_test(tcase, test_names);
    tcase_add_test(tcase, test_itself);
    tcase_add_loop_test(tcase, test_cancelled, 0, 2);
    tcase_add_test(tcase, test_full_disk);
    tcase_add_test(tcase, test_limit);
    tcase_add_test(tcase, test_read_only);
}
