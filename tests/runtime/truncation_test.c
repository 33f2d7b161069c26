/* A store cut at every length: opened or refused, and all that it then says exists can be read.
 * Children do the opening, so that a SIGBUS is told from a refusal. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "truncation";

#define RECORD_SIZE 24u

typedef struct cut {
    const char *path;
    mmf_record_type type;
    const uint8_t *bytes;
    size_t from;
    size_t to;
    uint32_t at;     /* which length was tried last, for the message */
    uint32_t opened; /* how many of them could be opened */
} cut;

static void read_all(const mmf_store *store)
{
    uint64_t len = mmf_store_len(store);

    must(len <= mmf_store_capacity(store));
    for (uint64_t i = 0; i <= len; i++) {
        uint64_t word;
        bool torn;
        mmf_status status = test_get(store, i, &word, &torn);

        must(status == (i < len ? MMF_OK : MMF_E_INDEX));
    }
}

static void write_some(mmf_store *store)
{
    for (int i = 0; i < 40; i++) {
        must_ok(test_append(store, 7, NULL));
    }
    must_ok(test_set(store, 0, 8));
    must_ok(mmf_store_sync(store));
    read_all(store);
}

static void try_length(cut *shared, size_t size, uint32_t flags)
{
    mmf_error error = {0};
    mmf_options options = {.flags = flags, .error = &error, .reservation_bytes = 1 << 20};
    mmf_store *store;
    FILE *file = fopen(shared->path, "we");
    mmf_status status;

    must(file && fwrite(shared->bytes, 1, size, file) == size && fclose(file) == 0);
    status = mmf_store_open(shared->path, &shared->type, &options, &store);
    if (status != MMF_OK) {
        must(status == MMF_E_TRUNCATED || (status == MMF_E_MAGIC && size == 0));
        must(error.text[0] != '\0');
        return;
    }
    shared->opened++;
    read_all(store);
    if (flags != MMF_READ_ONLY) {
        write_some(store);
    }
    must_ok(mmf_store_close(store));
}

static void try_lengths(void *argument)
{
    cut *shared = argument;

    for (size_t size = shared->from; size < shared->to; size++) {
        shared->at = (uint32_t)size;
        try_length(shared, size, MMF_READ_ONLY);
        if (size % 16 == 0 || size < 200) {
            try_length(shared, size, size % 32 ? 0 : MMF_ONE_WRITER);
        }
    }
}

/* A store of 5 records with room for some more; the lengths from … to. */
static void cut_everywhere(uint32_t format, uint64_t capacity, size_t *ret_size,
                           uint32_t *ret_opened)
{
    cut *shared = test_shared(sizeof *shared);
    mmf_options options = {.capacity = capacity};
    mmf_store *store;
    int result;

    shared->type = test_type(format, RECORD_SIZE);
    shared->path = test_path("cut");
    ck_ok(mmf_store_create(test_path("whole"), &shared->type, &options, &store));
    for (uint64_t i = 0; i < 5; i++) {
        ck_ok(test_append(store, i, NULL));
    }
    ck_ok(mmf_store_close(store));
    shared->bytes = test_read_file(test_path("whole"), ret_size);
    shared->to = *ret_size + 1;
    result = test_run(try_lengths, shared, 50000);
    ck_assert_msg(result == 0, "cut to %u bytes: the child ended with %d", shared->at, result);
    *ret_opened = shared->opened;
    free((void *)(uintptr_t)shared->bytes);
}

START_TEST(test_format_1)
{
    uint32_t opened;
    size_t size;

    cut_everywhere(MMF_FORMAT_1, 20, &size, &opened);
    ck_assert_uint_eq(size, 64 + 20 * RECORD_SIZE);
    /* from the last of 5 records on it can be read */
    ck_assert_uint_ge(opened, 20 * RECORD_SIZE - 5 * RECORD_SIZE + 1);
}
END_TEST

START_TEST(test_format_2)
{
    uint32_t opened;
    size_t size;

    cut_everywhere(MMF_FORMAT_2, 10, &size, &opened);
    ck_assert_uint_eq(size, 8192);
    ck_assert_uint_ge(opened, 1);
    ck_assert_uint_le(opened, 2 * (4096 % RECORD_SIZE + 1)); /* only what is no whole record */
}
END_TEST

/* A file of format 1 whose header promises more than the file has: what exists is what counts,
 * for capacity, for reserve and for appends up to and beyond the promise. */
static void append_beyond_a_promise(void *argument)
{
    cut *shared = argument;

    for (uint32_t flags = 0; flags <= MMF_ONE_WRITER; flags += MMF_ONE_WRITER) {
        for (uint64_t records = 5; records <= 300; records += 59) {
            FILE *file = fopen(shared->path, "we");
            uint64_t count = 5;
            uint64_t capacity = 4000;
            mmf_store *store;

            must(file &&
                 fwrite(shared->bytes, 1, 64 + 5 * RECORD_SIZE, file) == 64 + 5 * RECORD_SIZE &&
                 fclose(file) == 0);
            must(truncate(shared->path, (off_t)(64 + records * RECORD_SIZE)) == 0);
            test_write_at(shared->path, 0x30, &count, 8);
            test_write_at(shared->path, 0x38, &capacity, 8);
            must_ok(mmf_store_open(shared->path, &shared->type,
                                   &(mmf_options){.flags = flags, .reservation_bytes = 1 << 20},
                                   &store));
            for (uint64_t i = 5; i < 6000; i++) {
                uint64_t index;

                shared->at = (uint32_t)i;
                must_ok(test_append(store, i, &index));
                must(index == i);
            }
            read_all(store);
            must_ok(mmf_store_close(store));
        }
    }
}

static void ck_promise(uint32_t flags)
{
    cut *shared = test_shared(sizeof *shared);
    uint64_t capacity = 4000;
    mmf_store *store;

    shared->type = test_type(MMF_FORMAT_1, RECORD_SIZE);
    shared->path = test_path("promise");
    ck_ok(mmf_store_close(test_create(shared->path, &shared->type, 0)));
    test_write_at(shared->path, 0x38, &capacity, 8);
    store = test_open(shared->path, &shared->type, flags);
    ck_assert_uint_eq(mmf_store_capacity(store), 64);
    if (flags != MMF_READ_ONLY) {
        ck_ok(mmf_store_reserve(store, 1000));
        ck_assert_uint_ge(test_file_size(shared->path), 64 + 1000 * RECORD_SIZE);
    }
    ck_ok(mmf_store_close(store));
}

START_TEST(test_promised_capacity_is_not_believed)
{
    ck_promise(MMF_READ_ONLY);
    (void)unlink(test_path("promise"));
    ck_promise(0);
    (void)unlink(test_path("promise"));
    ck_promise(MMF_ONE_WRITER);
}
END_TEST

START_TEST(test_append_beyond_a_promise)
{
    cut *shared = test_shared(sizeof *shared);
    size_t size;
    int result;

    shared->type = test_type(MMF_FORMAT_1, RECORD_SIZE);
    shared->path = test_path("promise");
    ck_ok(mmf_store_close(test_create(shared->path, &shared->type, 0)));
    shared->bytes = test_read_file(shared->path, &size);
    result = test_run(append_beyond_a_promise, shared, 30000);
    ck_assert_msg(result == 0, "append %u: the child ended with %d", shared->at, result);
    free((void *)(uintptr_t)shared->bytes);
}
END_TEST

/* A count that turns hostile while the file is open is believed as far as the file goes. */
static void count_turns_hostile(void *argument)
{
    static const uint64_t counts[] = {1000, UINT64_C(1) << 40, UINT64_MAX};
    cut *shared = argument;
    mmf_store *store;

    must_ok(mmf_store_open(shared->path, &shared->type, &(mmf_options){.flags = MMF_READ_ONLY},
                           &store));
    for (size_t i = 0; i < 3; i++) {
        test_write_at(shared->path, 0x30, &counts[i], 8);
        must(mmf_store_len(store) <= (test_file_size(shared->path) - 64) / RECORD_SIZE);
        read_all(store);
    }
    must_ok(mmf_store_close(store));
}

START_TEST(test_count_turns_hostile)
{
    cut *shared = test_shared(sizeof *shared);

    shared->type = test_type(MMF_FORMAT_1, RECORD_SIZE);
    shared->path = test_path("hostile");
    ck_ok(mmf_store_close(test_create(shared->path, &shared->type, 0)));
    test_run_ok(count_turns_hostile, shared, 10000);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_format_1);
    tcase_add_test(tcase, test_format_2);
    tcase_add_test(tcase, test_promised_capacity_is_not_believed);
    tcase_add_test(tcase, test_count_turns_hostile);
    tcase_add_test(tcase, test_append_beyond_a_promise);
}
