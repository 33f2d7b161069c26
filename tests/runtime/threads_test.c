/* Threads on the same records: no reader ever sees half a write, no append is lost or doubled.
 *
 * Every payload word of a record is the same number, and the words of one write differ from those
 * of any other, so a mixture of two writes cannot look whole. Clean under ThreadSanitizer. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdlib.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "threads";

#define RECORDS 2u
#define RUN_MS 250u
#define WORDS_MAX 512u

typedef struct torture {
    mmf_record_type type;
    mmf_store *store; /* of the writers */
    mmf_store *reader;
    uint32_t stop;
    uint64_t writes; /* atomic */
    uint64_t reads;
    uint64_t torn;
    uint64_t errors;
} torture;

static void count(uint64_t *counter)
{
    (void)__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static bool stopped(const torture *shared)
{
    return __atomic_load_n(&shared->stop, __ATOMIC_RELAXED) != 0;
}

static void *write_records(void *argument)
{
    static uint64_t writers;
    torture *shared = argument;
    uint64_t word = __atomic_add_fetch(&writers, 1, __ATOMIC_RELAXED) << 48;

    while (!stopped(shared)) {
        word++;
        if (test_set(shared->store, word % RECORDS, word) != MMF_OK) {
            count(&shared->errors);
        }
        count(&shared->writes);
        if (word % 64 == 0) {
            test_sleep_ms(1); /* a writer without a pause leaves readers of long records no gap */
        }
    }
    return NULL;
}

static void *read_records(void *argument)
{
    torture *shared = argument;
    uint64_t index = 0;

    while (!stopped(shared)) {
        uint64_t word;
        bool torn = false;

        if (test_get(shared->reader, index++ % RECORDS, &word, &torn) != MMF_OK) {
            count(&shared->errors);
        }
        if (torn) {
            count(&shared->torn);
        }
        count(&shared->reads);
    }
    return NULL;
}

/* The same by the slow path's copy, of an odd size. */
static void *read_arrays(void *argument)
{
    torture *shared = argument;
    uint32_t size = shared->type.payload_size - 3;
    uint64_t index = 0;

    while (!stopped(shared)) {
        uint64_t words[WORDS_MAX];
        uint8_t *bytes = (uint8_t *)words;

        if (mmf_get_array(shared->reader, index++ % RECORDS, MMF_COUNTER_BYTES, size, words) !=
            MMF_OK) {
            count(&shared->errors);
            continue;
        }
        for (uint32_t i = 8; i < size; i++) {
            if (bytes[i] != bytes[i % 8]) {
                count(&shared->torn);
                break;
            }
        }
        count(&shared->reads);
    }
    return NULL;
}

static void run(torture *shared, unsigned writers)
{
    pthread_t threads[8];
    unsigned n = 0;

    for (unsigned i = 0; i < writers; i++) {
        ck_assert_int_eq(pthread_create(&threads[n++], NULL, write_records, shared), 0);
    }
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, read_records, shared), 0);
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, read_arrays, shared), 0);
    test_sleep_ms(RUN_MS);
    __atomic_store_n(&shared->stop, 1, __ATOMIC_RELAXED);
    while (n > 0) {
        ck_assert_int_eq(pthread_join(threads[--n], NULL), 0);
    }
    ck_assert_uint_eq(shared->errors, 0);
    ck_assert_uint_eq(shared->torn, 0);
    ck_assert_uint_gt(shared->writes, 10);
    ck_assert_uint_gt(shared->reads, 10);
}

static const uint32_t record_sizes[] = {24, 64, 256, 4096};

/* Sizes in turn; the readers have the writers' handle, or one of their own. */
static void torture_records(int i, uint32_t flags, unsigned writers)
{
    torture shared = {.type = test_type(i % 2 ? MMF_FORMAT_1 : MMF_FORMAT_2, record_sizes[i])};

    shared.store = test_create(test_path("store"), &shared.type, flags);
    ck_ok(test_append_n(shared.store, 0, RECORDS, NULL));
    shared.reader =
        i % 2 ? shared.store : test_open(test_path("store"), &shared.type, MMF_READ_ONLY);
    run(&shared, writers);
    for (uint64_t index = 0; index < RECORDS; index++) {
        ck_assert_uint_eq(test_counter(test_path("store"), &shared.type, index) % 512, 0);
    }
    if (shared.reader != shared.store) {
        ck_ok(mmf_store_close(shared.reader));
    }
    ck_ok(mmf_store_close(shared.store));
}

START_TEST(test_one_writer)
{
    torture_records(_i, MMF_ONE_WRITER, 1);
}
END_TEST

START_TEST(test_one_of_many_writers)
{
    torture_records(_i, 0, 1);
}
END_TEST

START_TEST(test_many_writers)
{
    torture_records(_i, 0, 3);
}
END_TEST

/* One writer's scalars go their own way, without an odd counter: two fields written in order are
 * never seen in the other order. */
typedef struct pair {
    mmf_store *store;
    uint32_t stop;
    uint64_t wrong;
    uint64_t reads;
} pair;

static void *write_pair(void *argument)
{
    pair *shared = argument;

    for (uint64_t n = 1; __atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0; n++) {
        if (mmf_set_u64(shared->store, 0, 64, 8, n) != MMF_OK ||
            mmf_set_u64(shared->store, 0, 64, 56, n) != MMF_OK) {
            count(&shared->wrong);
        }
    }
    return NULL;
}

static void *read_pair(void *argument)
{
    pair *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        uint64_t words[7];

        if (mmf_get_record(shared->store, 0, 64, 56, words) != MMF_OK ||
            (words[0] != words[6] && words[0] != words[6] + 1)) {
            count(&shared->wrong);
        }
        count(&shared->reads);
    }
    return NULL;
}

START_TEST(test_one_writers_scalars)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    pair shared = {.store = test_create(test_path("store"), &type, MMF_ONE_WRITER)};
    pthread_t threads[3];

    ck_ok(mmf_append_zero(shared.store, NULL));
    ck_assert_int_eq(pthread_create(&threads[0], NULL, write_pair, &shared), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, read_pair, &shared), 0);
    ck_assert_int_eq(pthread_create(&threads[2], NULL, read_pair, &shared), 0);
    test_sleep_ms(RUN_MS);
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_uint_eq(shared.wrong, 0);
    ck_assert_uint_gt(shared.reads, 10);
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

/* A getter never gives a value that its writer had not finished with. */
static void *write_unfinished(void *argument)
{
    pair *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        mmf_write_section section;

        if (mmf_write_begin(shared->store, 0, 64, 8, 8, &section) != MMF_OK) {
            count(&shared->wrong);
            continue;
        }
        for (uint64_t i = 5; i-- > 0;) {
            mmf_store_relaxed((mmf_word64 *)(void *)section.payload, i);
        }
        (void)!mmf_write_end(shared->store, &section);
    }
    return NULL;
}

static void *read_finished(void *argument)
{
    pair *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        uint64_t word = 1;
        uint8_t byte = 1;

        if (mmf_get_u64(shared->store, 0, 64, 8, &word) != MMF_OK || word != 0 ||
            mmf_get_u8(shared->store, 0, 64, 8, &byte) != MMF_OK || byte != 0) {
            count(&shared->wrong);
        }
        count(&shared->reads);
    }
    return NULL;
}

START_TEST(test_no_unfinished_scalar)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    pair shared = {.store = test_create(test_path("store"), &type, _i ? MMF_ONE_WRITER : 0)};
    pthread_t threads[3];

    ck_ok(mmf_append_zero(shared.store, NULL));
    ck_assert_int_eq(pthread_create(&threads[0], NULL, write_unfinished, &shared), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, read_finished, &shared), 0);
    ck_assert_int_eq(pthread_create(&threads[2], NULL, read_finished, &shared), 0);
    test_sleep_ms(RUN_MS);
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_uint_eq(shared.wrong, 0);
    ck_assert_uint_gt(shared.reads, 10);
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

/* Texts under writers: length and content belong together. */
static void *write_texts(void *argument)
{
    pair *shared = argument;
    char text[40];

    for (uint32_t n = 0; __atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0; n++) {
        memset(text, 'a' + (int)(n % 26), sizeof text);
        if (mmf_set_text(shared->store, 0, 8, 40, text, 1 + n % 26) != MMF_OK) {
            count(&shared->wrong);
        }
    }
    return NULL;
}

static void *read_texts(void *argument)
{
    pair *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        char text[41];
        uint32_t len = 0;

        if (mmf_get_text(shared->store, 0, 8, 40, text, sizeof text, &len) != MMF_OK ||
            strlen(text) != len) {
            count(&shared->wrong);
        }
        for (uint32_t i = 0; i < len; i++) {
            if (text[i] != (char)('a' + (int)len - 1)) {
                count(&shared->wrong);
            }
        }
        count(&shared->reads);
    }
    return NULL;
}

START_TEST(test_texts)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    pair shared = {.store = test_create(test_path("store"), &type, _i ? MMF_ONE_WRITER : 0)};
    pthread_t threads[4];
    unsigned n = 0;

    ck_ok(mmf_append_zero(shared.store, NULL));
    ck_ok(mmf_set_text(shared.store, 0, 8, 40, "a", 1));
    for (unsigned i = 0; i < (_i ? 1u : 2u); i++) {
        ck_assert_int_eq(pthread_create(&threads[n++], NULL, write_texts, &shared), 0);
    }
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, read_texts, &shared), 0);
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, read_texts, &shared), 0);
    test_sleep_ms(RUN_MS);
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    while (n > 0) {
        ck_assert_int_eq(pthread_join(threads[--n], NULL), 0);
    }
    ck_assert_uint_eq(shared.wrong, 0);
    ck_assert_uint_gt(shared.reads, 10);
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

/* --- Appending ------------------------------------------------------------------------------- */

#define APPENDERS 4
#define APPENDS 5000u

typedef struct appending {
    mmf_record_type type;
    mmf_store *stores[APPENDERS];
    mmf_store *reader;
    uint32_t next;
    uint32_t stop;
    uint64_t wrong;
    uint32_t *seen; /* by index: how often it was handed out */
} appending;

static void *append_records(void *argument)
{
    appending *shared = argument;
    uint32_t me = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);

    for (uint32_t i = 0; i < APPENDS; i++) {
        uint64_t index = 0;
        uint32_t n = i % 10 == 0 ? 3 : 1;

        if (test_append_n(shared->stores[me], (uint64_t)(me + 1) << 32 | i, n, &index) != MMF_OK) {
            count(&shared->wrong);
            continue;
        }
        for (uint32_t k = 0; k < n; k++) {
            (void)__atomic_add_fetch(&shared->seen[index + k], 1, __ATOMIC_RELAXED);
        }
    }
    return NULL;
}

/* Whatever the count says is there is complete, and the count never falls. */
static void *follow(void *argument)
{
    appending *shared = argument;
    uint64_t last = 0;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        uint64_t len = mmf_store_len(shared->reader);

        if (len < last) {
            count(&shared->wrong);
        }
        last = len;
        for (uint64_t i = len > 20 ? len - 20 : 0; i < len; i++) {
            uint64_t word = 0;
            bool torn = true;

            if (test_get(shared->reader, i, &word, &torn) != MMF_OK || torn || word == 0 ||
                mmf_load_relaxed(mmf_record_counter(shared->reader->records + i * 104)) !=
                    MMF_SEQUENCE_STEP) {
                count(&shared->wrong);
            }
        }
    }
    return NULL;
}

static void append_from_threads(uint32_t format, bool own_handles, unsigned appenders,
                                uint32_t flags)
{
    const uint64_t total = appenders * (APPENDS + 2 * APPENDS / 10);
    appending shared = {.type = test_type(format, 104)};
    pthread_t threads[APPENDERS + 2];
    const char *path = test_path("store");

    shared.seen = calloc(total, sizeof *shared.seen);
    ck_assert_ptr_nonnull(shared.seen);
    shared.stores[0] = test_create(path, &shared.type, flags);
    for (unsigned i = 1; i < appenders; i++) {
        shared.stores[i] = own_handles ? test_open(path, &shared.type, flags) : shared.stores[0];
    }
    shared.reader = own_handles ? test_open(path, &shared.type, MMF_READ_ONLY) : shared.stores[0];
    for (unsigned i = 0; i < appenders; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, append_records, &shared), 0);
    }
    ck_assert_int_eq(pthread_create(&threads[appenders], NULL, follow, &shared), 0);
    ck_assert_int_eq(pthread_create(&threads[appenders + 1], NULL, follow, &shared), 0);
    for (unsigned i = 0; i < appenders; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    ck_assert_int_eq(pthread_join(threads[appenders], NULL), 0);
    ck_assert_int_eq(pthread_join(threads[appenders + 1], NULL), 0);
    ck_assert_uint_eq(shared.wrong, 0);
    ck_assert_uint_eq(mmf_store_len(shared.stores[0]), total);
    for (uint64_t i = 0; i < total; i++) {
        ck_assert_uint_eq(shared.seen[i], 1);
    }
    if (own_handles) {
        ck_ok(mmf_store_close(shared.reader));
        for (unsigned i = 1; i < appenders; i++) {
            ck_ok(mmf_store_close(shared.stores[i]));
        }
    }
    ck_ok(mmf_store_close(shared.stores[0]));
    free(shared.seen);
}

START_TEST(test_appenders_of_one_handle)
{
    append_from_threads(1 + (uint32_t)_i, false, APPENDERS, 0);
}
END_TEST

START_TEST(test_appenders_of_many_handles)
{
    append_from_threads(1 + (uint32_t)_i, true, APPENDERS, 0);
}
END_TEST

/* Many threads that look up the length at once: for none of them does it ever fall. */
typedef struct looking {
    mmf_store *writer;
    mmf_store *reader;
    uint32_t stop;
    uint64_t fallen;
} looking;

static void *look(void *argument)
{
    looking *shared = argument;
    uint64_t last = 0;
    uint64_t last_visible = 0;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        uint64_t len = mmf_store_len(shared->reader);
        uint64_t visible = mmf_load_acquire(&shared->reader->visible); /* what len() goes by */

        if (len < last || visible < last_visible) {
            count(&shared->fallen);
        }
        last = len;
        last_visible = visible;
    }
    return NULL;
}

START_TEST(test_length_never_falls)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 16);
    looking shared = {.writer = test_create(test_path("store"), &type, MMF_ONE_WRITER)};
    uint64_t deadline = test_now_ms() + 2 * RUN_MS;
    pthread_t threads[4];

    shared.reader = test_open(test_path("store"), &type, MMF_READ_ONLY);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, look, &shared), 0);
    }
    while (test_now_ms() < deadline) {
        for (unsigned i = 0; i < 20; i++) { /* not as fast as can be: it is to last */
            ck_ok(test_append(shared.writer, 1, NULL));
        }
    }
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_uint_eq(shared.fallen, 0);
    ck_ok(mmf_store_close(shared.reader));
    ck_ok(mmf_store_close(shared.writer));
}
END_TEST

START_TEST(test_one_appender)
{
    append_from_threads(1 + (uint32_t)_i, false, 1, MMF_ONE_WRITER);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_one_writer, 0, 4);
    tcase_add_loop_test(tcase, test_one_of_many_writers, 0, 4);
    tcase_add_loop_test(tcase, test_many_writers, 0, 4);
    tcase_add_test(tcase, test_one_writers_scalars);
    tcase_add_loop_test(tcase, test_no_unfinished_scalar, 0, 2);
    tcase_add_loop_test(tcase, test_texts, 0, 2);
    tcase_add_loop_test(tcase, test_appenders_of_one_handle, 0, 2);
    tcase_add_loop_test(tcase, test_appenders_of_many_handles, 0, 2);
    tcase_add_test(tcase, test_length_never_falls);
    tcase_add_loop_test(tcase, test_one_appender, 0, 2);
}
