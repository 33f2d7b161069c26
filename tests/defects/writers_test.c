/* Defects of the Go library that we do not have: of writers. D4, D7, D8, D10.
 *
 * Of D4 and D8, what does not need recovery: a living writer is left alone, whoever opens; a dead
 * writer's record is never taken for whole, and nobody waits for it for ever. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "tests/defects/quote.mmf.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "writers";

typedef struct writer {
    uint32_t ready;
    uint32_t go;
    uint64_t stop;
} writer;

static quote_store *create(void)
{
    quote_store *store;
    quote value = {.id = 1};

    ck_ok(quote_store_create(test_path("quotes"), NULL, &store));
    ck_ok(quote_append(store, &value, NULL));
    return store;
}

/* Goes into record 0, half-way, and stays there until it is told. */
static void stay_inside(void *argument)
{
    writer *shared = argument;
    mmf_write_section section;
    quote_store *store;
    uint64_t two = 2;

    must_ok(quote_store_open(test_path("quotes"), NULL, &store));
    must_ok(mmf_write_begin(&store->base, 0, QUOTE_RECORD_SIZE, 8, QUOTE_PAYLOAD_SIZE, &section));
    mmf_bytes_store(section.payload, &two, 8);
    test_post(&shared->ready, 1);
    must(test_await(&shared->go, 1, 20000));
    mmf_bytes_store(section.payload + QUOTE_SIZE_OFFSET - 8, &two, 8);
    must_ok(mmf_write_end(&store->base, &section));
    must_ok(quote_store_close(store));
}

static pid_t start(writer *shared)
{
    pid_t child = test_fork(stay_inside, shared);

    ck_assert(test_await(&shared->ready, 1, 10000));
    return child;
}

/* D4: a second opener, even one that the lock refuses, makes a living writer's counter even. */
START_TEST(test_d4_opening_leaves_living_writers_alone)
{
    static const uint32_t flags[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER, MMF_CREATE};
    writer *shared = test_shared(sizeof *shared);
    const char *path = test_path("quotes");
    mmf_options options = {.timeout_ms = 20};
    quote_store *store = create();
    uint64_t counter;
    quote got;
    pid_t child;

    ck_ok(quote_store_close(store));
    child = start(shared);
    counter = test_counter(path, &quote_record_type, 0);
    ck_assert_uint_eq(counter & 1, 1);
    for (int i = 0; i < 50; i++) {
        mmf_status status;

        options.flags = flags[i % 4];
        status = quote_store_open(path, &options, &store);
        ck_status(status, options.flags == MMF_ONE_WRITER ? MMF_E_LOCKED : MMF_OK);
        if (status == MMF_OK) {
            ck_status(quote_get(store, 0, &got), MMF_E_STUCK);
            if (options.flags != MMF_READ_ONLY) {
                ck_status(quote_set_price(store, 0, 1), MMF_E_STUCK);
            }
            ck_ok(quote_store_close(store));
        }
        ck_assert_uint_eq(test_counter(path, &quote_record_type, 0), counter);
    }
    test_post(&shared->go, 1);
    ck_assert_int_eq(test_wait(child, 10000), 0);
    options.flags = MMF_READ_ONLY;
    ck_ok(quote_store_open(path, &options, &store));
    ck_ok(quote_get(store, 0, &got));
    ck_assert(got.id == 2 && got.size == 2);
    ck_ok(quote_store_close(store));
}
END_TEST

/* D7: a string is validated and then handed out as a pointer that the writer goes on changing; two
 * writers on one record make its counter even in mid-write. */
typedef struct texts {
    quote_store *store;
    uint32_t stop;
    uint64_t wrong;
    uint64_t reads;
} texts;

static void *write_texts(void *argument)
{
    static uint32_t seeds;
    texts *shared = argument;
    uint32_t n = __atomic_fetch_add(&seeds, 7, __ATOMIC_RELAXED);

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        quote value = {.id = n % 16 + 1, .size = n % 16 + 1};

        value.symbol.len = n % 16 + 1;
        memset(value.symbol.data, 'A' + (int)(n % 16), value.symbol.len);
        if (quote_set(shared->store, 0, &value) != MMF_OK) {
            (void)__atomic_add_fetch(&shared->wrong, 1, __ATOMIC_RELAXED);
        }
        n++;
    }
    return NULL;
}

static bool is_whole(const char *text, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        if (text[i] != (char)('A' + (int)len - 1)) {
            return false;
        }
    }
    return len >= 1 && len <= 16;
}

static void *read_texts(void *argument)
{
    texts *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        char text[16];
        uint32_t len = 0;
        quote got;

        if (quote_get_symbol(shared->store, 0, text, sizeof text, &len) != MMF_OK ||
            !is_whole(text, len) || quote_get(shared->store, 0, &got) != MMF_OK ||
            got.id != got.size || got.symbol.len != got.id ||
            !is_whole(got.symbol.data, got.symbol.len)) {
            (void)__atomic_add_fetch(&shared->wrong, 1, __ATOMIC_RELAXED);
        }
        (void)__atomic_add_fetch(&shared->reads, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

START_TEST(test_d7_no_torn_text_with_two_writers)
{
    texts shared = {.store = create()};
    pthread_t threads[4];

    ck_ok(quote_set_symbol(shared.store, 0, "A", 1));
    ck_ok(quote_set_size(shared.store, 0, 1));
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, i % 2 ? read_texts : write_texts, &shared), 0);
    }
    test_sleep_ms(400);
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_uint_eq(shared.wrong, 0);
    ck_assert_uint_gt(shared.reads, 10);
    ck_ok(quote_store_close(shared.store));
}
END_TEST

/* D8: after a kill -9 torn records are accepted, and a reader of a dead writer's record spins for
 * ever. Here: the old record, and at once, however it is opened. */
START_TEST(test_d8_a_dead_writers_record_is_what_it_was)
{
    static const uint32_t flags[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER};
    writer *shared = test_shared(sizeof *shared);
    mmf_options options = {.timeout_ms = 50};
    quote_store *store = create();
    pid_t child;

    ck_ok(quote_store_close(store));
    child = start(shared);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
    for (int i = 0; i < 6; i++) {
        uint64_t begin = test_now_ms();
        mmf_status status;
        quote got;

        options.flags = flags[i % 3];
        ck_ok(quote_store_open(test_path("quotes"), &options, &store));
        status = quote_get(store, 0, &got);
        ck_assert_msg(status == MMF_OK && got.id == 1 && got.size == 0, "%s",
                      mmf_status_name(status));
        ck_assert_uint_lt(test_now_ms() - begin, 1000);
        if (options.flags != MMF_READ_ONLY) {
            ck_ok(quote_append(store, NULL, NULL)); /* the others go on */
        }
        ck_ok(quote_store_close(store));
    }
}
END_TEST

/* D10: a whole-record Set ignores the errors of all fields but the first. */
START_TEST(test_d10_set_returns_every_error)
{
    quote_store *store = create();
    quote value = {.id = 2};
    quote got;

    value.venue.len = QUOTE_VENUE_MAX + 1;
    ck_status(quote_set(store, 0, &value), MMF_E_TOO_LONG);
    ck_status(quote_append(store, &value, NULL), MMF_E_TOO_LONG);
    value.venue.len = 0;
    value.symbol.len = QUOTE_SYMBOL_MAX + 1; /* the last of those that can fail */
    ck_status(quote_set(store, 0, &value), MMF_E_TOO_LONG);
    ck_status(quote_append(store, &value, NULL), MMF_E_TOO_LONG);
    ck_status(quote_append_n(store, &value, 1, NULL), MMF_E_TOO_LONG);
    ck_ok(quote_get(store, 0, &got));
    ck_assert_uint_eq(got.id, 1); /* not even in part */
    ck_assert_uint_eq(quote_store_len(store), 1);
    ck_ok(quote_store_close(store));
}
END_TEST

/* D10: two processes that append 100,000 each end with 118,870. */
#define APPENDS 100000u

static void append_many(void *argument)
{
    mmf_options options = {.timeout_ms = 20000};
    quote value = {.id = *(uint64_t *)argument};
    quote_store *store;

    must_ok(quote_store_open(test_path("quotes"), &options, &store));
    for (uint64_t i = 0; i < APPENDS; i++) {
        value.size = i;
        must_ok(quote_append(store, &value, NULL));
    }
    must_ok(quote_store_close(store));
}

START_TEST(test_d10_two_processes_lose_no_append)
{
    uint64_t next[2] = {0, 0};
    uint64_t zero = 0;
    uint64_t one = 1;
    quote_store *store;
    pid_t children[2];

    ck_ok(quote_store_create(test_path("quotes"), NULL, &store));
    children[0] = test_fork(append_many, &zero);
    children[1] = test_fork(append_many, &one);
    ck_assert_int_eq(test_wait(children[0], 40000), 0);
    ck_assert_int_eq(test_wait(children[1], 40000), 0);
    ck_assert_uint_eq(quote_store_len(store), 2 * APPENDS);
    for (uint64_t i = 0; i < 2 * APPENDS; i++) {
        quote got;

        ck_ok(quote_get(store, i, &got));
        ck_assert(got.id <= 1 && got.size == next[got.id]);
        next[got.id]++;
    }
    ck_ok(quote_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_d4_opening_leaves_living_writers_alone);
    tcase_add_test(tcase, test_d7_no_torn_text_with_two_writers);
    tcase_add_test(tcase, test_d8_a_dead_writers_record_is_what_it_was);
    tcase_add_test(tcase, test_d10_set_returns_every_error);
    tcase_add_test(tcase, test_d10_two_processes_lose_no_append);
}
