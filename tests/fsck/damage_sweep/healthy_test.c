/* No false alarms: stores that nothing has happened to but what happens to stores. */
#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsck/check.h"
#include "schema/format.h"
#include "tests/fsck/damage/recipe.h"
#include "tests/runtime/testing.h"

#define SCHEMAS "tests/fsck/recipes/schemas"
#define FIXTURES "tests/fixtures/go-mmapforge"

const char *const suite_name = "healthy";

static const char *const schemas[] = {"trade",        "sealed", "every",
                                      "every_sealed", "legacy", "legacy_every"};

#define FORMAT_2_COUNT 4
#define SCHEMA_COUNT ((int)(sizeof schemas / sizeof *schemas))

static subject it;
static char found[1024];

static void setup(void)
{
    ck_ok(subject_init(&it, test_directory(), SCHEMAS, FIXTURES));
}

static void teardown(void)
{
    subject_free(&it);
}

static void follow(const char *line)
{
    char copy[256];

    ck_assert_uint_lt(strlen(line), sizeof copy);
    (void)strcpy(copy, line);
    ck_status_error(recipe_do_line(&it, copy), MMF_OK, &it.error);
}

static void make(int schema, const char *rest)
{
    char line[128];

    (void)snprintf(line, sizeof line, "make %s %s", schemas[schema], rest);
    follow(line);
}

static void note(void *context, const mmf_finding *finding)
{
    size_t used = strlen(found);

    (void)context;
    if (finding->info->severity != MMF_PROBLEM_NOTE) {
        (void)snprintf(found + used, sizeof found - used, "%03d %s\n", finding->info->number,
                       finding->text);
    }
}

static void expect_healthy(void)
{
    static const uint32_t flags[] = {0, MMF_CHECK_FULL, MMF_CHECK_REPAIR,
                                     MMF_CHECK_REPAIR | MMF_CHECK_FULL};

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        for (unsigned given = 0; given < 2; given++) {
            mmf_check_options options = {
                .flags = flags[i], .report = note, .schema = given ? it.model : NULL};
            mmf_check_result result;

            found[0] = '\0';
            ck_ok(mmf_check(it.store_path, &options, &result));
            ck_assert_msg(result.errors == 0 && result.left == 0 && result.is_complete,
                          "flags %u: %s", (unsigned)flags[i], found);
            ck_assert_str_eq(result.undo_path, "");
        }
    }
}

/* Nothing but that it was not closed in good order; and nothing when that has been repaired. */
static void expect_dirty_only(void)
{
    mmf_check_options options = {.flags = MMF_CHECK_FULL, .report = note};
    mmf_check_result result;

    found[0] = '\0';
    ck_ok(mmf_check(it.store_path, &options, &result));
    ck_assert_msg(result.errors == (it.type.format == MMF_FORMAT_1 ? 0 : 1), "%s", found);
    options.flags |= MMF_CHECK_REPAIR;
    ck_ok(mmf_check(it.store_path, &options, &result));
    ck_assert_uint_eq(result.left, 0);
    (void)unlink(result.undo_path);
    expect_healthy();
}

static mmf_store *open_store(uint32_t flags)
{
    mmf_options options = {.flags = flags, .error = &it.error, .reservation_bytes = 16u << 20};
    mmf_store *store = NULL;

    ck_status_error(mmf_store_open(it.store_path, &it.type, &options, &store), MMF_OK, &it.error);
    return store;
}

static void append_blank(mmf_store *store, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        ck_ok(mmf_append_zero(store, NULL));
    }
}

START_TEST(test_empty)
{
    make(_i, "0");
    expect_healthy();
}
END_TEST

START_TEST(test_grown)
{
    make(_i, "10 10");
    follow("append 2000");
    expect_healthy();
    follow("append 1");
    expect_healthy();
}
END_TEST

START_TEST(test_blank_records)
{
    make(_i, "3 4");
    follow("append-blank 30");
    expect_healthy();
}
END_TEST

/* Each word of the payload set alone, as the fast paths do. */
START_TEST(test_one_writer)
{
    mmf_store *store;
    uint8_t payload[4096];

    make(_i, "3 4");
    store = open_store(MMF_ONE_WRITER);
    append_blank(store, 20);
    subject_payload(&it, 7, payload);
    for (uint64_t i = 3; i < 23; i++) {
        ck_ok(mmf_set_array(store, i, MMF_COUNTER_BYTES, it.type.payload_size, payload));
    }
    ck_ok(mmf_store_close(store));
    expect_healthy();
}
END_TEST

START_TEST(test_several_handles)
{
    mmf_store *first;
    mmf_store *second;

    make(_i, "3 4");
    first = open_store(0);
    second = open_store(0);
    append_blank(first, 5);
    append_blank(second, 5);
    ck_ok(mmf_store_close(first));
    append_blank(second, 5);
    ck_ok(mmf_store_close(second));
    expect_healthy();
}
END_TEST

START_TEST(test_synced_often)
{
    mmf_store *store;

    make(_i, "3 4");
    store = open_store(0);
    for (unsigned i = 0; i < 5; i++) {
        append_blank(store, 3);
        ck_ok(mmf_store_sync(store));
    }
    ck_ok(mmf_store_close(store));
    expect_healthy();
}
END_TEST

START_TEST(test_no_sync)
{
    mmf_store *store;

    make(_i, "3 4");
    store = open_store(MMF_NO_SYNC);
    append_blank(store, 5);
    ck_ok(mmf_store_close(store));
    expect_dirty_only();
}
END_TEST

/* Who comes after the dead sets everything right. (Format 1 does not say that he closed it well, so
 * that what an appender left is told of there.) */
START_TEST(test_deaths)
{
    make(_i, "10 20");
    follow("leave 3");
    follow("die record 3 - , record 5 - , append 2");
    follow("append 1");
    expect_healthy();
}
END_TEST

START_TEST(test_deaths_and_no_more_appends)
{
    make(_i, "10 20");
    follow("die record 3 - , append 2");
    follow("append 0");
    expect_healthy();
}
END_TEST

START_TEST(test_reboots)
{
    make(_i, "10 20");
    follow("reboot");
    expect_healthy();
    follow("append 1");
    follow("remove lock");
    expect_healthy();
    follow("append 1");
    expect_healthy();
}
END_TEST

/* Beside a handle that writes: nothing is wrong, but not everything can be judged. */
START_TEST(test_in_use)
{
    mmf_check_options options = {.flags = MMF_CHECK_FULL, .report = note};
    mmf_check_result result;
    mmf_store *store;

    make(_i, "3 4");
    store = open_store(0);
    append_blank(store, 200);
    found[0] = '\0';
    ck_ok(mmf_check(it.store_path, &options, &result));
    ck_assert_msg(result.errors == 0 && !result.is_complete, "%s", found);
    ck_ok(mmf_store_close(store));
    expect_healthy();
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, test_empty, 0, SCHEMA_COUNT);
    tcase_add_loop_test(tcase, test_grown, 0, SCHEMA_COUNT);
    tcase_add_loop_test(tcase, test_blank_records, 0, SCHEMA_COUNT);
    tcase_add_loop_test(tcase, test_one_writer, 0, SCHEMA_COUNT);
    tcase_add_loop_test(tcase, test_several_handles, 0, SCHEMA_COUNT);
    tcase_add_loop_test(tcase, test_synced_often, 0, SCHEMA_COUNT);
    tcase_add_loop_test(tcase, test_no_sync, 0, SCHEMA_COUNT);
    tcase_add_loop_test(tcase, test_deaths, 0, FORMAT_2_COUNT);
    tcase_add_loop_test(tcase, test_deaths_and_no_more_appends, 0, FORMAT_2_COUNT);
    tcase_add_loop_test(tcase, test_reboots, 0, SCHEMA_COUNT);
    tcase_add_loop_test(tcase, test_in_use, 0, SCHEMA_COUNT);
}
