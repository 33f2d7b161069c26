/* Waiting for news: nobody sleeps through any, and nobody who sleeps, or was killed asleep, costs
 * the others anything. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "news";

#define RECORD_SIZE 64u
#define RECORDS 4u
#define OLD 5u
#define LONG_MS 10000u /* longer than anything here should take */
#define SOON_MS 2000u  /* on a busy machine; far below LONG_MS */

static mmf_record_type type;
static const char *path;

static void make(uint32_t format)
{
    mmf_store *store;

    type = test_type(format, RECORD_SIZE);
    path = test_path("store");
    store = test_create(path, &type, 0);
    ck_ok(test_append_n(store, OLD, RECORDS, NULL));
    ck_ok(mmf_store_close(store));
}

static uint64_t version_of(const mmf_store *store, uint64_t index)
{
    uint64_t version = 1;

    ck_ok(mmf_record_version(store, index, &version));
    ck_assert_uint_eq(version & 1, 0);
    return version;
}

/* Which handles can be open beside a writer: by format, mode of the waiter, mode of the writer. */
typedef struct scene {
    uint32_t format;
    uint32_t waiter;
    uint32_t writer;
} scene;

static const scene scenes[] = {
    {MMF_FORMAT_2, 0, 0},
    {MMF_FORMAT_2, MMF_READ_ONLY, 0},
    {MMF_FORMAT_2, MMF_READ_ONLY, MMF_ONE_WRITER},
    {MMF_FORMAT_1, 0, 0},
    {MMF_FORMAT_1, MMF_READ_ONLY, MMF_ONE_WRITER},
};
#define SCENES (int)(sizeof scenes / sizeof scenes[0])

/* --- Without sleeping ------------------------------------------------------------------------ */

#define ck_at_once(call, expected)                                                                 \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        ck_status(call, expected);                                                                 \
        ck_assert_msg(test_now_ms() - begin_ < SOON_MS, "%s: slept", #call);                       \
    } while (0)

START_TEST(test_what_has_come_is_not_waited_for)
{
    mmf_store *store;
    uint64_t version;

    make(scenes[_i].format);
    store = test_open(path, &type, scenes[_i].waiter);
    version = version_of(store, 1);
    for (uint64_t since = 0; since < RECORDS; since++) {
        ck_at_once(mmf_store_wait(store, since, LONG_MS), MMF_OK);
        ck_at_once(mmf_store_wait(store, since, MMF_WAIT_FOREVER), MMF_OK);
        ck_at_once(mmf_store_wait(store, since, 0), MMF_OK);
    }
    ck_at_once(mmf_record_wait_changed(store, 1, version + 512, LONG_MS), MMF_OK);
    ck_at_once(mmf_record_wait_changed(store, 1, version - 512, MMF_WAIT_FOREVER), MMF_OK);
    ck_at_once(mmf_record_wait_changed(store, 1, 1, 0), MMF_OK);
    ck_at_once(mmf_record_wait_changed(store, RECORDS, 0, LONG_MS), MMF_E_INDEX);
    ck_at_once(mmf_store_wait(store, RECORDS, 0), MMF_E_TIMEOUT);
    ck_at_once(mmf_store_wait(store, UINT64_MAX, 0), MMF_E_TIMEOUT);
    ck_at_once(mmf_record_wait_changed(store, 1, version, 0), MMF_E_TIMEOUT);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_version)
{
    uint32_t flags = _i / 2 ? MMF_ONE_WRITER : 0;
    mmf_write_section write = {NULL, 0};
    mmf_read_section read = {NULL, 0};
    mmf_store *store;
    mmf_store *reader;
    uint64_t version;
    uint64_t before;

    make(1 + (uint32_t)_i % 2);
    store = test_open(path, &type, flags);
    reader = test_open(path, &type, MMF_READ_ONLY);
    before = version_of(store, 1);
    for (unsigned i = 0; i < 5; i++) {
        switch (i) {
        case 0:
            ck_ok(mmf_set_u64(store, 1, RECORD_SIZE, 8, 1));
            break;
        case 1:
            ck_ok(mmf_set_u8(store, 1, RECORD_SIZE, 9, 1));
            break;
        case 2:
            ck_ok(mmf_set_text(store, 1, 16, 20, "abc", 3));
            break;
        case 3:
            ck_ok(test_set(store, 1, OLD)); /* the same again is a change too */
            break;
        default:
            ck_ok(mmf_write_begin(store, 1, RECORD_SIZE, 8, 56, &write));
            ck_ok(mmf_write_end(store, &write));
            break;
        }
        version = version_of(store, 1);
        ck_assert_uint_gt(version, before);
        ck_assert_uint_eq(version_of(reader, 1), version);
        ck_ok(mmf_read_begin(reader, 1, RECORD_SIZE, &read));
        ck_assert_uint_eq(read.sequence, version);
        before = version;
    }
    ck_status(mmf_record_version(store, RECORDS, &version), MMF_E_INDEX);
    ck_assert_uint_eq(version, before); /* untouched */
    ck_ok(mmf_store_close(reader));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Timeouts -------------------------------------------------------------------------------- */

static uint64_t thread_cpu_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

#define TIMEOUT_MS 120u

#define ck_times_out(call)                                                                         \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        uint64_t cpu_ = thread_cpu_ms();                                                           \
        uint64_t waited_;                                                                          \
        ck_status(call, MMF_E_TIMEOUT);                                                            \
        waited_ = test_now_ms() - begin_;                                                          \
        ck_assert_msg(waited_ + 1 >= TIMEOUT_MS && waited_ < TIMEOUT_MS + SOON_MS, "%s: %u ms",    \
                      #call, (unsigned)waited_);                                                   \
        ck_assert_msg(thread_cpu_ms() - cpu_ < TIMEOUT_MS / 3, "%s: %u ms of a processor", #call,  \
                      (unsigned)(thread_cpu_ms() - cpu_));                                         \
    } while (0)

START_TEST(test_timeout)
{
    mmf_store *store;

    make(scenes[_i].format);
    store = test_open(path, &type, scenes[_i].waiter);
    ck_times_out(mmf_store_wait(store, RECORDS, TIMEOUT_MS));
    ck_times_out(mmf_record_wait_changed(store, 1, version_of(store, 1), TIMEOUT_MS));
    ck_ok(mmf_store_close(store));
}
END_TEST

typedef struct bustle {
    mmf_store *store;
    uint32_t stop;
    uint64_t errors;
} bustle;

static void *change_another(void *argument)
{
    bustle *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        if (test_set(shared->store, 0, OLD) != MMF_OK) {
            shared->errors++;
        }
        test_sleep_ms(0);
    }
    return NULL;
}

/* News of other records are none, and a waiter that they wake up goes on waiting. */
START_TEST(test_timeout_beside_other_news)
{
    bustle shared = {.stop = 0};
    mmf_store *store;
    pthread_t thread;

    make(scenes[_i].format);
    store = test_open(path, &type, scenes[_i].waiter);
    shared.store = test_open(path, &type, scenes[_i].writer);
    ck_assert_int_eq(pthread_create(&thread, NULL, change_another, &shared), 0);
    ck_times_out(mmf_store_wait(store, RECORDS, TIMEOUT_MS));
    ck_times_out(mmf_record_wait_changed(store, 1, version_of(store, 1), TIMEOUT_MS));
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(shared.errors, 0);
    ck_ok(mmf_store_close(store));
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

/* --- Being woken ----------------------------------------------------------------------------- */

typedef mmf_status action(mmf_store *store);

static mmf_status append_one(mmf_store *store)
{
    return test_append(store, OLD, NULL);
}

static mmf_status append_some(mmf_store *store)
{
    return test_append_n(store, OLD, 700, NULL);
}

static mmf_status append_zeros(mmf_store *store)
{
    return mmf_append_zero(store, NULL);
}

static mmf_status set_all(mmf_store *store)
{
    return test_set(store, 1, 6);
}

static mmf_status set_scalar(mmf_store *store)
{
    return mmf_set_u64(store, 1, RECORD_SIZE, 8, 6);
}

static mmf_status set_byte(mmf_store *store)
{
    return mmf_set_u8(store, 1, RECORD_SIZE, 33, 6);
}

static mmf_status set_text(mmf_store *store)
{
    return mmf_set_text(store, 1, 8, 20, "news", 4);
}

static mmf_status set_array(mmf_store *store)
{
    return mmf_set_array(store, 1, 13, 20, "aaaaaaaaaaaaaaaaaaaa");
}

/* Readers of the record have to wait for its end, and so has the waiter. */
static mmf_status hold_a_section(mmf_store *store)
{
    mmf_write_section section = {NULL, 0};
    mmf_status status = mmf_write_begin(store, 1, RECORD_SIZE, 8, 8, &section);

    if (status == MMF_OK) {
        test_sleep_ms(20);
        status = mmf_write_end(store, &section);
    }
    return status;
}

static action *const appends[] = {append_one, append_some, append_zeros};
static action *const changes[] = {set_all,  set_scalar, set_byte,
                                  set_text, set_array,  hold_a_section};

/* A writer that acts when it is told to, a while later, so that the waiter sleeps by then. */
typedef struct writer {
    uint32_t flags;
    uint32_t round; /* told to act */
    uint32_t done;
    uint32_t ready;
    action *const *actions;
    unsigned count;
    mmf_status status;
} writer;

static void act(writer *me, mmf_store *store)
{
    test_post(&me->ready, 1);
    for (uint32_t round = 1; round <= me->count; round++) {
        if (!test_await(&me->round, round, LONG_MS)) {
            me->status = MMF_E_TIMEOUT;
            return;
        }
        test_sleep_ms(8);
        me->status = me->actions[round - 1](store);
        test_post(&me->done, round);
    }
}

static void *act_in_a_thread(void *argument)
{
    writer *me = argument;
    mmf_store *store;

    me->status = mmf_store_open(path, &type, &(mmf_options){.flags = me->flags}, &store);
    if (me->status == MMF_OK) {
        act(me, store);
        (void)!mmf_store_close(store);
    }
    return NULL;
}

static void act_in_a_process(void *argument)
{
    writer *me = argument;
    mmf_store *store;

    must_ok(mmf_store_open(path, &type, &(mmf_options){.flags = me->flags}, &store));
    act(me, store);
    must_ok(me->status);
    must_ok(mmf_store_close(store));
}

static void wait_for_each(writer *writer, const mmf_store *store, bool for_records)
{
    ck_assert(test_await(&writer->ready, 1, LONG_MS));
    for (uint32_t round = 1; round <= writer->count; round++) {
        uint64_t len = mmf_store_len(store);
        uint64_t version = version_of(store, 1);

        test_post(&writer->round, round);
        if (for_records) {
            ck_at_once(mmf_store_wait(store, len, LONG_MS), MMF_OK);
            ck_assert_uint_gt(mmf_store_len(store), len);
        } else {
            ck_at_once(mmf_record_wait_changed(store, 1, version, LONG_MS), MMF_OK);
            ck_assert_uint_gt(version_of(store, 1), version);
        }
        ck_assert(test_await(&writer->done, round, LONG_MS));
        ck_ok(writer->status);
    }
}

static void woken(int i, bool by_process)
{
    const scene *scene = &scenes[i / 2];
    bool for_records = i % 2 == 0;
    writer *shared = test_shared(sizeof *shared);
    mmf_store *store;
    pthread_t thread;
    pid_t child = 0;

    make(scene->format);
    *shared = (writer){
        .flags = scene->writer,
        .actions = for_records ? appends : changes,
        .count = for_records ? sizeof appends / sizeof *appends : sizeof changes / sizeof *changes,
    };
    store = test_open(path, &type, scene->waiter);
    if (by_process) {
        child = test_fork(act_in_a_process, shared);
    } else {
        ck_assert_int_eq(pthread_create(&thread, NULL, act_in_a_thread, shared), 0);
    }
    wait_for_each(shared, store, for_records);
    if (by_process) {
        ck_assert_int_eq(test_wait(child, LONG_MS), 0);
    } else {
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
    }
    ck_ok(mmf_store_close(store));
}

START_TEST(test_woken_by_a_thread)
{
    woken(_i, false);
}
END_TEST

START_TEST(test_woken_by_a_process)
{
    woken(_i, true);
}
END_TEST

/* By the very handle that waits, in another thread: the only way with one writer. */
static void *act_on(void *argument)
{
    bustle *shared = argument;

    test_sleep_ms(20);
    if (set_scalar(shared->store) != MMF_OK || append_one(shared->store) != MMF_OK) {
        shared->errors++;
    }
    return NULL;
}

START_TEST(test_woken_by_the_same_handle)
{
    bustle shared = {.stop = 0};
    pthread_t thread;
    uint64_t version;

    make(1 + (uint32_t)_i % 2);
    shared.store = test_open(path, &type, _i / 2 ? MMF_ONE_WRITER : 0);
    version = version_of(shared.store, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, act_on, &shared), 0);
    ck_at_once(mmf_record_wait_changed(shared.store, 1, version, LONG_MS), MMF_OK);
    ck_at_once(mmf_store_wait(shared.store, RECORDS, LONG_MS), MMF_OK);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(shared.errors, 0);
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

/* --- How soon -------------------------------------------------------------------------------- */

#define SAMPLES 7u

typedef struct sleeper {
    mmf_store *store;
    uint32_t round;
    uint64_t acted_ns;
} sleeper;

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *act_late(void *argument)
{
    sleeper *shared = argument;

    for (uint32_t round = 1; round <= SAMPLES; round++) {
        (void)test_await(&shared->round, round, LONG_MS);
        test_sleep_ms(55 + 7 * round % 50); /* anywhere in the waiter's long sleeps */
        __atomic_store_n(&shared->acted_ns, now_ns(), __ATOMIC_RELEASE);
        (void)!test_set(shared->store, 1, round);
    }
    return NULL;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

/* Who has slept long is woken, and does not just find out the next time it looks; who cannot be
 * woken looks often. */
START_TEST(test_how_soon)
{
    sleeper shared = {.round = 0};
    const scene *scene = &scenes[_i];
    uint64_t latencies[SAMPLES];
    mmf_store *store;
    pthread_t thread;

    make(scene->format);
    store = test_open(path, &type, scene->waiter);
    shared.store = test_open(path, &type, scene->writer);
    ck_assert_int_eq(pthread_create(&thread, NULL, act_late, &shared), 0);
    for (uint32_t round = 1; round <= SAMPLES; round++) {
        uint64_t version = version_of(store, 1);

        test_post(&shared.round, round);
        ck_ok(mmf_record_wait_changed(store, 1, version, LONG_MS));
        latencies[round - 1] = now_ns() - __atomic_load_n(&shared.acted_ns, __ATOMIC_ACQUIRE);
    }
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    qsort(latencies, SAMPLES, sizeof latencies[0], compare_numbers);
    ck_assert_msg(latencies[SAMPLES / 2] < 5000000u, "half took longer than %u us",
                  (unsigned)(latencies[SAMPLES / 2] / 1000));
    ck_ok(mmf_store_close(store));
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

#define ROUNDS 10000u

static void play(mmf_store *store, uint64_t mine, uint64_t theirs, bool begins)
{
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        uint64_t word = 0;

        if (begins) {
            must_ok(mmf_set_u64(store, mine, RECORD_SIZE, 8, round));
        }
        do {
            uint64_t version;

            must_ok(mmf_record_version(store, theirs, &version));
            must_ok(mmf_get_u64(store, theirs, RECORD_SIZE, 8, &word));
            if (word != round) {
                must_ok(mmf_record_wait_changed(store, theirs, version, MMF_WAIT_FOREVER));
            }
        } while (word != round);
        if (!begins) {
            must_ok(mmf_set_u64(store, mine, RECORD_SIZE, 8, round));
        }
    }
}

static void play_the_other(void *argument)
{
    mmf_store *store;

    (void)argument;
    must_ok(mmf_store_open(path, &type, NULL, &store));
    play(store, 1, 0, false);
    must_ok(mmf_store_close(store));
}

static void play_the_first(void *argument)
{
    mmf_store *store;

    (void)argument;
    must_ok(mmf_store_open(path, &type, NULL, &store));
    play(store, 0, 1, true);
    must_ok(mmf_store_close(store));
}

/* Neither ever sleeps through the other's news; a wake-up that is lost costs a millisecond. */
START_TEST(test_ping_pong)
{
    uint64_t begin;
    pid_t children[2];

    make(MMF_FORMAT_2);
    begin = test_now_ms();
    children[0] = test_fork(play_the_other, NULL);
    children[1] = test_fork(play_the_first, NULL);
    ck_assert_int_eq(test_wait(children[1], 50000), 0);
    ck_assert_int_eq(test_wait(children[0], 50000), 0);
    ck_assert_msg(test_now_ms() - begin < ROUNDS, "%u rounds took %u ms", ROUNDS,
                  (unsigned)(test_now_ms() - begin));
}
END_TEST

/* --- Many, and killed ones ------------------------------------------------------------------- */

typedef struct crowd {
    uint32_t asleep; /* about to be */
    uint32_t awake;
    uint32_t flags;
} crowd;

static void sleep_in_a_crowd(crowd *crowd, mmf_store *store)
{
    (void)__atomic_add_fetch(&crowd->asleep, 1, __ATOMIC_ACQ_REL);
    must_ok(mmf_store_wait(store, RECORDS, MMF_WAIT_FOREVER));
    must(mmf_store_len(store) > RECORDS);
    (void)__atomic_add_fetch(&crowd->awake, 1, __ATOMIC_ACQ_REL);
}

typedef struct member {
    crowd *crowd;
    mmf_store *store;
} member;

static void *sleep_in_a_thread(void *argument)
{
    member *me = argument;

    sleep_in_a_crowd(me->crowd, me->store);
    return NULL;
}

#define CROWD_PROCESSES 3u
#define CROWD_THREADS 4u

static void sleep_in_a_process(void *argument)
{
    crowd *crowd = argument;
    member me = {.crowd = crowd};
    pthread_t threads[CROWD_THREADS];

    must_ok(mmf_store_open(path, &type, &(mmf_options){.flags = crowd->flags}, &me.store));
    for (unsigned i = 0; i < CROWD_THREADS; i++) {
        must(pthread_create(&threads[i], NULL, sleep_in_a_thread, &me) == 0);
    }
    for (unsigned i = 0; i < CROWD_THREADS; i++) {
        must(pthread_join(threads[i], NULL) == 0);
    }
    must_ok(mmf_store_close(me.store));
}

START_TEST(test_one_append_wakes_all)
{
    crowd *crowd = test_shared(sizeof *crowd);
    pid_t children[CROWD_PROCESSES];
    mmf_store *store;

    make(scenes[_i].format);
    crowd->flags = scenes[_i].waiter;
    for (unsigned i = 0; i < CROWD_PROCESSES; i++) {
        children[i] = test_fork(sleep_in_a_process, crowd);
    }
    ck_assert(test_await(&crowd->asleep, CROWD_PROCESSES * CROWD_THREADS, LONG_MS));
    test_sleep_ms(30);
    ck_assert_uint_eq(__atomic_load_n(&crowd->awake, __ATOMIC_ACQUIRE), 0);
    store = test_open(path, &type, scenes[_i].writer);
    ck_ok(append_one(store));
    ck_assert(test_await(&crowd->awake, CROWD_PROCESSES * CROWD_THREADS, SOON_MS));
    for (unsigned i = 0; i < CROWD_PROCESSES; i++) {
        ck_assert_int_eq(test_wait(children[i], LONG_MS), 0);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

static uint32_t word_at(size_t offset)
{
    uint32_t word;

    test_read_at(path, offset, &word, sizeof word);
    return word;
}

/* The first write after waiters were killed does the last work for them. */
START_TEST(test_killed_waiters)
{
    crowd *crowd = test_shared(sizeof *crowd);
    pid_t children[CROWD_PROCESSES];
    mmf_store *store;
    uint32_t news;

    make(MMF_FORMAT_2);
    for (unsigned i = 0; i < CROWD_PROCESSES; i++) {
        children[i] = test_fork(sleep_in_a_process, crowd);
    }
    ck_assert(test_await(&crowd->asleep, CROWD_PROCESSES * CROWD_THREADS, LONG_MS));
    test_sleep_ms(30);
    for (unsigned i = 0; i < CROWD_PROCESSES; i++) {
        ck_assert_int_eq(kill(children[i], SIGKILL), 0);
        ck_assert_int_eq(test_wait(children[i], LONG_MS), -SIGKILL);
    }
    ck_assert_uint_eq(word_at(offsetof(mmf_header, waiting)), 1);
    news = word_at(offsetof(mmf_header, wait_word));
    store = test_open(path, &type, _i / 3 ? MMF_ONE_WRITER : 0);
    ck_ok(_i % 3 == 0 ? set_scalar(store) : _i % 3 == 1 ? set_all(store) : append_one(store));
    ck_assert_uint_eq(word_at(offsetof(mmf_header, waiting)), 0);
    ck_assert_uint_eq(word_at(offsetof(mmf_header, wait_word)), news + 1);
    ck_ok(set_all(store));
    ck_ok(append_one(store));
    ck_assert_uint_eq(word_at(offsetof(mmf_header, wait_word)), news + 1); /* nobody waits */
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Recovery is news ------------------------------------------------------------------------ */

static void die_in_a_change(void *argument)
{
    mmf_write_section section = {NULL, 0};
    mmf_store *store;

    (void)argument;
    must_ok(mmf_store_open(path, &type, NULL, &store));
    must_ok(mmf_write_begin(store, 1, RECORD_SIZE, 8, 56, &section));
    memset(section.payload, 0xee, 20);
    (void)raise(SIGKILL);
}

static void *recover_later(void *argument)
{
    bustle *shared = argument;
    uint64_t word = 0;
    bool torn = true;

    test_sleep_ms(100);
    if (test_get(shared->store, 1, &word, &torn) != MMF_OK || word != OLD || torn) {
        shared->errors++;
    }
    return NULL;
}

/* A record left in the middle of a change is no news; that it is at rest again is. */
START_TEST(test_woken_by_a_recovery)
{
    bustle shared = {.stop = 0};
    mmf_store *store;
    pthread_t thread;
    uint64_t version;
    uint64_t begin;

    make(scenes[_i].format);
    store = test_open(path, &type, scenes[_i].waiter);
    shared.store = test_open(path, &type, 0);
    version = version_of(store, 1);
    ck_assert_int_eq(test_run(die_in_a_change, NULL, LONG_MS), -SIGKILL);
    ck_status(mmf_record_wait_changed(store, 1, version, 30), MMF_E_TIMEOUT);
    begin = test_now_ms();
    ck_assert_int_eq(pthread_create(&thread, NULL, recover_later, &shared), 0);
    ck_at_once(mmf_record_wait_changed(store, 1, version, LONG_MS), MMF_OK);
    ck_assert_uint_ge(test_now_ms() - begin + 1, 100);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(shared.errors, 0);
    ck_assert_uint_gt(version_of(store, 1), version);
    ck_ok(mmf_store_close(store));
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

/* It tells those who wait as any write does. */
START_TEST(test_recovery_wakes)
{
    uint32_t one = 1;
    uint32_t news;
    uint64_t word = 0;
    bool torn = true;
    mmf_store *store;

    make(MMF_FORMAT_2);
    store = test_open(path, &type, 0);
    ck_assert_int_eq(test_run(die_in_a_change, NULL, LONG_MS), -SIGKILL);
    test_write_at(path, offsetof(mmf_header, waiting), &one, sizeof one);
    news = word_at(offsetof(mmf_header, wait_word));
    ck_ok(test_get(store, 1, &word, &torn));
    ck_assert_uint_eq(word_at(offsetof(mmf_header, waiting)), 0);
    ck_assert_uint_eq(word_at(offsetof(mmf_header, wait_word)), news + 1);
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_what_has_come_is_not_waited_for, 0, SCENES);
    tcase_add_loop_test(tcase, test_version, 0, 4);
    tcase_add_loop_test(tcase, test_timeout, 0, SCENES);
    tcase_add_loop_test(tcase, test_timeout_beside_other_news, 0, SCENES);
    tcase_add_loop_test(tcase, test_woken_by_a_thread, 0, 2 * SCENES);
    tcase_add_loop_test(tcase, test_woken_by_a_process, 0, 2 * SCENES);
    tcase_add_loop_test(tcase, test_woken_by_the_same_handle, 0, 4);
    tcase_add_loop_test(tcase, test_how_soon, 0, SCENES);
    tcase_add_test(tcase, test_ping_pong);
    tcase_add_loop_test(tcase, test_one_append_wakes_all, 0, SCENES);
    tcase_add_loop_test(tcase, test_killed_waiters, 0, 6);
    tcase_add_loop_test(tcase, test_woken_by_a_recovery, 0, 2);
    tcase_add_test(tcase, test_recovery_wakes);
}
