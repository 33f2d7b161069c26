/* Defects of the Go library that we do not have: of files. D9, D11, D12. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "schema/format.h"
#include "tests/defects/quote.mmf.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "files";

static const char *make(uint64_t count)
{
    const char *path = test_path("quotes");
    quote value = {.id = 1};
    quote_store *store;

    ck_ok(quote_store_create(path, NULL, &store));
    for (uint64_t i = 0; i < count; i++) {
        value.id = i;
        ck_ok(quote_append(store, &value, NULL));
    }
    ck_ok(quote_store_close(store));
    return path;
}

/* --- D9: SIGBUS and SIGSEGV by truncated files, full disks and hostile headers ---------------- */

typedef struct outcome {
    const char *path;
    mmf_status expected;
} outcome;

static void open_and_read(void *argument)
{
    const outcome *wanted = argument;

    for (uint32_t flags = 0; flags <= 2; flags++) { /* writing, MMF_READ_ONLY, MMF_ONE_WRITER */
        mmf_options options = {.flags = flags};
        quote_store *store;
        quote got;

        must_status(quote_store_open(wanted->path, &options, &store), wanted->expected);
        if (wanted->expected == MMF_OK) {
            for (uint64_t i = 0; i < quote_store_len(store); i++) {
                must_ok(quote_get(store, i, &got));
            }
            must_ok(quote_store_close(store));
        }
    }
}

static void ck_opens(const char *path, mmf_status expected)
{
    outcome wanted = {path, expected};

    test_run_ok(open_and_read, &wanted, 10000);
}

START_TEST(test_d9_truncated_file)
{
    const char *path = make(1000);
    uint64_t size = test_file_size(path);

    ck_opens(path, MMF_OK);
    ck_assert_int_eq(truncate(path, (off_t)size - 4096), 0);
    ck_opens(path, MMF_E_TRUNCATED);
    ck_assert_int_eq(truncate(path, 5000), 0);
    ck_opens(path, MMF_E_TRUNCATED);
    ck_assert_int_eq(truncate(path, 10), 0);
    ck_opens(path, MMF_E_TRUNCATED);
    ck_assert_int_eq(truncate(path, 0), 0);
    ck_opens(path, MMF_E_MAGIC);
}
END_TEST

START_TEST(test_d9_hostile_count)
{
    static const uint64_t counts[] = {2000, 1 << 30, UINT64_C(1) << 57, UINT64_MAX};
    const char *path = make(1000);

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        test_write_at(path, 0x30, &counts[i], 8);
        ck_opens(path, MMF_E_CORRUPT);
    }
}
END_TEST

START_TEST(test_d9_hostile_capacity)
{
    static const uint64_t counts[] = {100000, UINT64_C(1) << 57, UINT64_MAX};
    const char *path = make(1000);

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        test_write_at(path, 0x38, &counts[i], 8);
        ck_opens(path, MMF_E_TRUNCATED);
    }
}
END_TEST

/* A count that turns hostile while the file is open is believed as far as the file goes. */
static void count_turns_hostile(void *argument)
{
    const uint64_t hostile[] = {1u << 20, UINT64_C(1) << 57, UINT64_MAX};
    mmf_options options = {.flags = MMF_READ_ONLY};
    quote_store *store;
    quote got;

    must_ok(quote_store_open(argument, &options, &store));
    for (size_t i = 0; i < 3; i++) {
        uint64_t len;

        test_write_at(argument, 0x30, &hostile[i], 8);
        len = quote_store_len(store);
        must(len <= (test_file_size(argument) - 4096) / QUOTE_RECORD_SIZE);
        must_ok(quote_get(store, len - 1, &got));
        must_status(quote_get(store, len, &got), MMF_E_INDEX);
        must_status(quote_get(store, hostile[i] - 1, &got), MMF_E_INDEX);
    }
    must_ok(quote_store_close(store));
}

START_TEST(test_d9_count_turns_hostile)
{
    test_run_ok(count_turns_hostile, (void *)(uintptr_t)make(1000), 10000);
}
END_TEST

START_TEST(test_d9_record_size_is_checked)
{
    static const uint32_t sizes[] = {0, 8, 64, QUOTE_RECORD_SIZE + 8, UINT32_MAX};
    const char *path = make(10);
    uint64_t capacity = 10; /* so that larger records still fit into the file */
    uint8_t page[4096];

    test_write_at(path, 0x38, &capacity, sizeof capacity);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        mmf_header_info info;
        mmf_status expected;
        uint32_t crc;

        test_write_at(path, 0x2c, &sizes[i], 4);
        ck_opens(path, MMF_E_CORRUPT);
        test_read_at(path, 0, page, sizeof page); /* with a right checksum, too */
        crc = mmf_header_crc(page);
        test_write_at(path, 0xfc, &crc, 4);
        memcpy(page + 0xfc, &crc, 4);
        expected = mmf_header_validate(page, sizeof page, test_file_size(path), &info, NULL);
        ck_opens(path, expected == MMF_OK ? MMF_E_SCHEMA : expected);
    }
}
END_TEST

static void append_until_full(void *argument)
{
    struct rlimit limit = {200000, 200000};
    quote value = {.id = 7};
    mmf_status status = MMF_OK;
    quote_store *store;
    uint64_t count = 0;
    quote got;

    must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    must_ok(quote_store_open(argument, NULL, &store));
    while (status == MMF_OK) {
        status = quote_append(store, &value, NULL);
        count += status == MMF_OK;
    }
    must_status(status, MMF_E_NO_SPACE);
    must(quote_store_len(store) == count && count > 1000);
    must_ok(quote_get(store, count - 1, &got));
    must_ok(quote_set(store, count - 1, &value));
    must_ok(quote_store_close(store));
}

START_TEST(test_d9_no_space_is_a_status)
{
    test_run_ok(append_until_full, (void *)(uintptr_t)make(0), 10000);
}
END_TEST

/* --- D11: a crash between creating and writing the header ------------------------------------ */

typedef struct creation {
    const char *path;
    uint32_t begun;
} creation;

static void create_for_ever(void *argument)
{
    creation *shared = argument;
    mmf_options options = {.capacity = 20000};
    quote_store *store;

    for (;;) {
        test_post(&shared->begun, 1);
        (void)unlink(shared->path);
        must_ok(quote_store_create(shared->path, &options, &store));
        must_ok(quote_store_close(store));
    }
}

/* Creators killed at any moment leave a whole store or none, and no other file but the lock. */
START_TEST(test_d11_killed_in_creation)
{
    creation *shared = test_shared(sizeof *shared);
    unsigned whole = 0;

    shared->path = test_path("quotes");
    for (unsigned i = 0; i < 60; i++) {
        quote_store *store;
        pid_t child;

        shared->begun = 0;
        child = test_fork(create_for_ever, shared);
        ck_assert(test_await(&shared->begun, 1, 10000));
        (void)usleep(100 * i);
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
        if (test_exists(shared->path)) {
            ck_ok(quote_store_open(shared->path, NULL, &store));
            whole++;
            ck_assert_uint_ge(quote_store_capacity(store), 20000);
        } else {
            ck_ok(quote_store_create(shared->path, NULL, &store));
        }
        ck_ok(quote_store_close(store));
        ck_assert_uint_eq(test_directory_count(), 2);
        (void)unlink(shared->path);
    }
    ck_assert_uint_gt(whole, 0);
}
END_TEST

/* What that library left behind at such a crash: an empty file. It says what it is, and does not
 * stand in the way of anything but itself. */
START_TEST(test_d11_empty_file)
{
    const char *path = test_path("quotes");
    quote_store *store;

    test_write_file(path, "", 0);
    ck_status(quote_store_open(path, NULL, &store), MMF_E_MAGIC);
    ck_status(quote_store_create(path, NULL, &store), MMF_E_EXISTS);
    ck_assert_int_eq(unlink(path), 0);
    ck_ok(quote_store_create(path, NULL, &store));
    ck_ok(quote_store_close(store));
}
END_TEST

/* --- D12: opening looks at all records ------------------------------------------------------- */

/* Pages of the records that are mapped into this process: none of a million records is touched by
 * an open that looks at the header alone. */
static uint64_t resident_of_open(const char *path, uint32_t flags)
{
    mmf_options options = {.flags = flags};
    uint64_t before = test_memory("RssFile") + test_memory("RssShmem");
    uint64_t after;
    quote_store *store;

    ck_ok(quote_store_open(path, &options, &store));
    after = test_memory("RssFile") + test_memory("RssShmem");
    ck_ok(quote_store_close(store));
    return after > before ? after - before : 0;
}

START_TEST(test_d12_opening_costs_the_same_for_any_size)
{
    static const uint32_t flags[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER};
    const char *path = test_path("quotes");
    const uint64_t count = 1000000;
    mmf_append_section section;
    quote_store *store;

    ck_ok(quote_store_create(path, NULL, &store));
    ck_ok(mmf_append_begin(&store->base, count, &section));
    ck_ok(mmf_append_end(&store->base, &section, count));
    ck_ok(quote_store_close(store));
    ck_assert_uint_gt(test_file_size(path), 60u << 20);
    for (int i = 0; i < 3; i++) {
        /* 60 MiB of records, and all that is touched is the header and the lock file */
        ck_assert_uint_lt(resident_of_open(path, flags[i]), 1u << 20);
    }
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_d9_truncated_file);
    tcase_add_test(tcase, test_d9_hostile_count);
    tcase_add_test(tcase, test_d9_hostile_capacity);
    tcase_add_test(tcase, test_d9_count_turns_hostile);
    tcase_add_test(tcase, test_d9_record_size_is_checked);
    tcase_add_test(tcase, test_d9_no_space_is_a_status);
    tcase_add_test(tcase, test_d11_killed_in_creation);
    tcase_add_test(tcase, test_d11_empty_file);
    tcase_add_test(tcase, test_d12_opening_costs_the_same_for_any_size);
}
