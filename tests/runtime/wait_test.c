/* Waiting: for a record whose writer does not finish, and for the right to append. It ends at the
 * deadline: not before, not much later, whatever is being asked for. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "wait";

#define TIMEOUT_MS 120u
#define SLACK_MS 2000u /* of a busy machine */

#define ck_waits(call, expected)                                                                   \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        uint64_t waited_;                                                                          \
        ck_status(call, expected);                                                                 \
        waited_ = test_now_ms() - begin_;                                                          \
        ck_assert_msg(waited_ + 1 >= TIMEOUT_MS && waited_ < TIMEOUT_MS + SLACK_MS, "%s: %u ms",   \
                      #call, (unsigned)waited_);                                                   \
    } while (0)

#define ck_at_once(call, expected)                                                                 \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        ck_status(call, expected);                                                                 \
        ck_assert_msg(test_now_ms() - begin_ < TIMEOUT_MS - 20, "%s: waited", #call);              \
    } while (0)

static mmf_record_type type;
static const char *path;

static void make(uint32_t format)
{
    mmf_store *store;

    type = test_type(format, 64);
    path = test_path("store");
    store = test_create(path, &type, 0);
    for (uint64_t i = 0; i < 3; i++) {
        ck_ok(test_append(store, 5, NULL));
    }
    ck_ok(mmf_store_close(store));
}

static mmf_store *open_with_timeout(uint32_t flags)
{
    mmf_options options = {.flags = flags, .timeout_ms = TIMEOUT_MS};
    mmf_store *store;

    ck_ok(mmf_store_open(path, &type, &options, &store));
    return store;
}

static const uint32_t modes[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER};

/* Record 1 is odd, of an owner who is unknown; in each mode and format, for each way to read. */
START_TEST(test_reading_a_record_that_stays_odd)
{
    char buffer[64];
    uint8_t bytes[64];
    mmf_read_section section;
    mmf_store *store;
    uint64_t word = 0;
    uint8_t byte;
    bool torn;

    make(_i < 3 ? MMF_FORMAT_1 : MMF_FORMAT_2);
    test_poke_counter(path, &type, 1, 1025);
    store = open_with_timeout(modes[_i % 3]);
    ck_waits(mmf_get_u64(store, 1, 64, 8, &word), MMF_E_STUCK);
    ck_waits(mmf_get_u8(store, 1, 64, 9, &byte), MMF_E_STUCK);
    ck_waits(mmf_get_array(store, 1, 9, 20, bytes), MMF_E_STUCK);
    ck_waits(mmf_get_text(store, 1, 8, 20, buffer, sizeof buffer, NULL), MMF_E_STUCK);
    ck_waits(test_get(store, 1, &word, &torn), MMF_E_STUCK);
    ck_waits(mmf_read_begin(store, 1, 64, &section), MMF_E_STUCK);
    ck_at_once(mmf_peek_u64(store, 1, 64, 8, &word), MMF_OK); /* never waits */
    ck_assert_uint_eq(word, 5);
    ck_at_once(test_get(store, 0, &word, &torn), MMF_OK); /* nor does any other record */
    ck_at_once(test_get(store, 2, &word, &torn), MMF_OK);
    ck_assert_uint_eq(test_counter(path, &type, 1), 1025);
    test_poke_counter(path, &type, 1, 1536); /* it has finished after all */
    ck_at_once(test_get(store, 1, &word, &torn), MMF_OK);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_writing_a_record_that_stays_odd)
{
    mmf_write_section section;
    mmf_store *store;
    uint64_t zero = 0;

    make(_i < 2 ? MMF_FORMAT_1 : MMF_FORMAT_2);
    test_poke_counter(path, &type, 1, 1025);
    store = open_with_timeout(modes[1 + _i % 2]);
    ck_waits(mmf_set_u64(store, 1, 64, 8, 1), MMF_E_STUCK);
    ck_waits(mmf_set_u8(store, 1, 64, 9, 1), MMF_E_STUCK);
    ck_waits(mmf_set_array(store, 1, 9, 8, &zero), MMF_E_STUCK);
    ck_waits(mmf_set_text(store, 1, 8, 20, "x", 1), MMF_E_STUCK);
    ck_waits(mmf_write_begin(store, 1, 64, 8, 8, &section), MMF_E_STUCK);
    ck_waits(test_set(store, 1, 1), MMF_E_STUCK);
    ck_assert_uint_eq(test_counter(path, &type, 1), 1025);
    test_read_at(path, test_record_offset(&type, 1) + 8, &zero, 8);
    ck_assert_uint_eq(zero, 5); /* nothing was changed */
    ck_at_once(test_set(store, 2, 1), MMF_OK);
    ck_ok(test_append(store, 1, NULL));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* An owner who is known to be dead is not waited for. (What a writer then does is recovery.) */
START_TEST(test_reading_a_record_of_the_dead)
{
    mmf_store *store;
    uint64_t word;
    bool torn;

    make(MMF_FORMAT_2);
    test_poke_counter(path, &type, 1, mmf_sequence_enter(512, 200));
    store = open_with_timeout(modes[1 + _i]);
    ck_at_once(test_get(store, 1, &word, &torn), MMF_E_STUCK);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_default_timeout)
{
    mmf_store *store;
    uint64_t begin;
    uint64_t word;
    bool torn;

    make(MMF_FORMAT_2);
    test_poke_counter(path, &type, 1, 1);
    store = test_open(path, &type, MMF_READ_ONLY);
    begin = test_now_ms();
    ck_status(test_get(store, 1, &word, &torn), MMF_E_STUCK);
    ck_assert_uint_ge(test_now_ms() - begin, 999);
    ck_assert_uint_lt(test_now_ms() - begin, 1000 + SLACK_MS);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A wait costs a processor next to nothing. */
START_TEST(test_waiting_is_idle)
{
    mmf_options options = {.flags = MMF_READ_ONLY, .timeout_ms = 500};
    mmf_store *store;
    clock_t begin;
    uint64_t word;
    bool torn;

    make(MMF_FORMAT_2);
    test_poke_counter(path, &type, 1, 1);
    ck_ok(mmf_store_open(path, &type, &options, &store));
    begin = clock();
    ck_status(test_get(store, 1, &word, &torn), MMF_E_STUCK);
    ck_assert_int_lt((clock() - begin) / (CLOCKS_PER_SEC / 1000), 250);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A read ends as soon as the writer does. */
static void *finish_later(void *argument)
{
    test_sleep_ms(100);
    __atomic_store_n((uint64_t *)argument, 2048, __ATOMIC_RELEASE);
    return NULL;
}

START_TEST(test_the_writer_finishes)
{
    mmf_options options = {.timeout_ms = 10000};
    mmf_store *store;
    pthread_t thread;
    uint64_t begin;
    uint64_t word = 0;
    bool torn;

    make(MMF_FORMAT_2);
    ck_ok(mmf_store_open(path, &type, &options, &store));
    test_poke_counter(path, &type, 1, 1025);
    begin = test_now_ms();
    ck_assert_int_eq(
        pthread_create(&thread, NULL, finish_later, mmf_record_counter(store->records + 64)), 0);
    ck_ok(test_get(store, 1, &word, &torn));
    ck_assert_uint_eq(word, 5);
    ck_assert_uint_lt(test_now_ms() - begin, 100 + SLACK_MS);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Stopped and killed processes ------------------------------------------------------------ */

typedef struct holder {
    uint32_t ready;
    uint32_t go;
    bool appends; /* holds the right to append, and not a record */
} holder;

static void hold(void *argument)
{
    holder *shared = argument;
    mmf_append_section append = {NULL, 0};
    mmf_write_section write = {NULL, 0};
    mmf_store *store;
    uint64_t words[7] = {9, 9, 9, 9, 9, 9, 9};

    must_ok(mmf_store_open(path, &type, NULL, &store));
    if (shared->appends) {
        must_ok(mmf_append_begin(store, 1, &append));
        mmf_words_store(mmf_append_record_begin(append.record), words, 16); /* half of it */
    } else {
        must_ok(mmf_write_begin(store, 1, 64, 8, 56, &write));
        mmf_words_store(write.payload, words, 16);
    }
    test_post(&shared->ready, 1);
    must(test_await(&shared->go, 1, 30000));
    if (shared->appends) {
        mmf_words_store(append.record + 8, words, 56);
        mmf_append_record_end(store, append.record);
        must_ok(mmf_append_end(store, &append, 1));
    } else {
        mmf_words_store(write.payload, words, 56);
        must_ok(mmf_write_end(store, &write));
    }
    must_ok(mmf_store_close(store));
}

static pid_t start(holder *shared, bool appends)
{
    pid_t child;

    shared->appends = appends;
    child = test_fork(hold, shared);
    ck_assert(test_await(&shared->ready, 1, 10000));
    return child;
}

static void stop(pid_t child)
{
    int status;

    ck_assert_int_eq(kill(child, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(child, &status, WUNTRACED), child);
    ck_assert(WIFSTOPPED(status));
}

/* Nobody repairs under a writer who lives, be it stopped: it goes on as if nothing had been. */
START_TEST(test_stopped_in_a_write)
{
    holder *shared = test_shared(sizeof *shared);
    mmf_store *store;
    uint64_t counter;
    uint64_t word = 0;
    bool torn = true;
    pid_t child;

    make(MMF_FORMAT_2);
    store = open_with_timeout(modes[_i]);
    child = start(shared, false);
    stop(child);
    counter = test_counter(path, &type, 1);
    ck_waits(test_get(store, 1, &word, &torn), MMF_E_STUCK);
    if (modes[_i] != MMF_READ_ONLY) {
        ck_waits(test_set(store, 1, 7), MMF_E_STUCK);
    }
    ck_assert_uint_eq(test_counter(path, &type, 1), counter);
    ck_assert_int_eq(kill(child, SIGCONT), 0);
    test_post(&shared->go, 1);
    ck_assert_int_eq(test_wait(child, 10000), 0);
    ck_ok(test_get(store, 1, &word, &torn));
    ck_assert(word == 9 && !torn);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_stopped_in_an_append)
{
    holder *shared = test_shared(sizeof *shared);
    mmf_store *store;
    uint64_t index = 0;
    uint64_t word = 0;
    bool torn = true;
    pid_t child;

    make(1 + (uint32_t)_i);
    store = open_with_timeout(0);
    child = start(shared, true);
    stop(child);
    ck_waits(test_append(store, 1, &index), MMF_E_STUCK);
    ck_waits(mmf_append_zero(store, &index), MMF_E_STUCK);
    ck_waits(mmf_store_reserve(store, 100000), MMF_E_STUCK);
    ck_assert_uint_eq(mmf_store_len(store), 3);
    ck_at_once(test_get(store, 2, &word, &torn), MMF_OK); /* readers and setters are not held up */
    ck_at_once(test_set(store, 2, 6), MMF_OK);
    ck_at_once(mmf_store_sync(store), MMF_OK);
    ck_assert_int_eq(kill(child, SIGCONT), 0);
    test_post(&shared->go, 1);
    ck_assert_int_eq(test_wait(child, 10000), 0);
    ck_ok(test_append(store, 1, &index));
    ck_assert_uint_eq(index, 4);
    ck_ok(test_get(store, 3, &word, &torn));
    ck_assert(word == 9 && !torn);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_killed_in_an_append)
{
    holder *shared = test_shared(sizeof *shared);
    mmf_store *store;
    uint64_t index = 0;
    uint64_t word = 0;
    bool torn = true;
    pid_t child;

    make(1 + (uint32_t)_i);
    store = open_with_timeout(0);
    child = start(shared, true);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
    ck_at_once(test_append(store, 1, &index), MMF_OK); /* the right is taken over */
    ck_assert_uint_eq(index, 3);                       /* the half-made record never was */
    ck_ok(test_get(store, 3, &word, &torn));
    ck_assert(word == 1 && !torn);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* The same where a newcomer gets the dead one's slot. */
START_TEST(test_killed_in_an_append_and_followed)
{
    holder *shared = test_shared(sizeof *shared);
    mmf_store *store;
    uint64_t index = 0;
    pid_t child;

    make(1 + (uint32_t)_i);
    child = start(shared, true);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
    store = open_with_timeout(0);
    ck_assert_uint_eq(store->slot, 1);
    ck_at_once(test_append(store, 1, &index), MMF_OK);
    ck_assert_uint_eq(index, 3);
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_reading_a_record_that_stays_odd, 0, 6);
    tcase_add_loop_test(tcase, test_writing_a_record_that_stays_odd, 0, 4);
    tcase_add_loop_test(tcase, test_reading_a_record_of_the_dead, 0, 2);
    tcase_add_test(tcase, test_default_timeout);
    tcase_add_test(tcase, test_waiting_is_idle);
    tcase_add_test(tcase, test_the_writer_finishes);
    tcase_add_loop_test(tcase, test_stopped_in_a_write, 0, 2);
    tcase_add_loop_test(tcase, test_stopped_in_an_append, 0, 2);
    tcase_add_loop_test(tcase, test_killed_in_an_append, 0, 2);
    tcase_add_loop_test(tcase, test_killed_in_an_append_and_followed, 0, 2);
}
