/* The slots of writers: one for each thread that writes, for as long as it can. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>

#include "schema/format.h"
#include "tests/runtime/small_store.h"

const char *const suite_name = "slots";

/* --- Threads that stay ----------------------------------------------------------------------- */

/* Threads that write each time they are asked to, until they are asked to end. */
typedef struct worker {
    pthread_t thread;
    mmf_store *store;
    uint32_t round; /* to be done; UINT32_MAX: to end */
    uint32_t done;
    mmf_status status; /* of its last write */
} worker;

static void *work(void *argument)
{
    worker *me = argument;

    for (uint32_t round = 1;; round++) {
        uint32_t seen = 0;

        while ((seen = __atomic_load_n(&me->round, __ATOMIC_ACQUIRE)) < round) {
            test_sleep_ms(1);
        }
        if (seen == UINT32_MAX) {
            return NULL;
        }
        me->status = test_set(me->store, round % RECORDS, OLD);
        test_post(&me->done, round);
    }
}

static void workers_start(worker *workers, unsigned n, mmf_store *store)
{
    pthread_attr_t attributes;

    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, 256 << 10);
    for (unsigned i = 0; i < n; i++) {
        workers[i] = (worker){.store = store};
        ck_assert_int_eq(pthread_create(&workers[i].thread, &attributes, work, &workers[i]), 0);
    }
    (void)pthread_attr_destroy(&attributes);
}

/* Each of them writes once, one after the other. */
static void workers_write(worker *workers, unsigned n, uint32_t round, mmf_status expected)
{
    for (unsigned i = 0; i < n; i++) {
        test_post(&workers[i].round, round);
        ck_assert(test_await(&workers[i].done, round, 20000));
        ck_status(workers[i].status, expected);
    }
}

static void workers_end(worker *workers, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        test_post(&workers[i].round, UINT32_MAX);
    }
    for (unsigned i = 0; i < n; i++) {
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
    }
}

static void ck_distinct_writers(const mmf_store_info *info)
{
    for (uint32_t i = 0; i < info->writer_count; i++) {
        const mmf_writer_info *row = &info->writers[i];

        ck_assert(row->is_alive && row->is_ours && !row->is_writing);
        ck_assert_uint_eq(row->process_id, (uint64_t)getpid());
        for (uint32_t k = 0; k < i; k++) {
            ck_assert_uint_ne(row->thread_id, info->writers[k].thread_id);
            ck_assert_uint_ne(row->slot, info->writers[k].slot);
        }
    }
}

START_TEST(test_each_thread_has_its_own)
{
    worker workers[5];
    mmf_store *store;

    make(1 + (uint32_t)_i);
    store = open_store(0);
    ck_assert_uint_eq(stat_of(store)->writer_count, 1); /* the handle's, which the first uses */
    workers_start(workers, 5, store);
    ck_assert_uint_eq(stat_of(store)->writer_count, 1);
    workers_write(workers, 5, 1, MMF_OK);
    ck_assert_uint_eq(stat_of(store)->writer_count, 5);
    ck_distinct_writers(stat_of(store));
    workers_write(workers, 5, 2, MMF_OK); /* keeps it */
    ck_assert_uint_eq(stat_of(store)->writer_count, 5);
    workers_end(workers, 2);
    ck_assert_uint_le(stat_of(store)->writer_count, 4);
    ck_assert_uint_ge(stat_of(store)->writer_count, 3);
    workers_end(workers + 2, 3);
    ck_assert_uint_eq(stat_of(store)->writer_count, 1); /* the handle is still there */
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(stat_from_outside()->writer_count, 0);
}
END_TEST

/* Closing gives back the slots of threads that live on. */
START_TEST(test_closing_gives_back)
{
    worker workers[3];
    mmf_store *store;
    mmf_store *other;

    make(1 + (uint32_t)_i);
    other = open_store(0);
    store = open_store(0);
    workers_start(workers, 3, store);
    workers_write(workers, 3, 1, MMF_OK);
    ck_assert_uint_eq(stat_of(other)->writer_count, 4);
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(stat_of(other)->writer_count, 1);
    store = open_store(0);
    for (unsigned i = 0; i < 3; i++) {
        workers[i].store = store; /* they sleep; what they wrote to before is gone */
    }
    workers_write(workers, 3, 2, MMF_OK);
    ck_assert_uint_eq(stat_of(other)->writer_count, 4);
    workers_end(workers, 3);
    ck_assert_uint_eq(stat_of(other)->writer_count, 2);
    ck_ok(mmf_store_close(store));
    ck_ok(mmf_store_close(other));
}
END_TEST

/* --- Too many -------------------------------------------------------------------------------- */

START_TEST(test_more_threads_than_slots)
{
    static worker workers[SLOTS];
    mmf_error error = {0};
    mmf_options options = {.error = &error};
    mmf_store *second = NULL;
    mmf_store *store;

    make(1 + (uint32_t)_i);
    store = open_store(0);
    workers_start(workers, SLOTS, store);
    workers_write(workers, SLOTS, 1, MMF_OK);
    ck_assert_uint_eq(stat_of(store)->writer_count, SLOTS);
    for (unsigned i = 0; i < 2; i++) {
        ck_at_once(test_set(store, 1, 9), MMF_E_LIMIT);
        ck_at_once(mmf_set_u64(store, 1, RECORD_SIZE, 8, 9), MMF_E_LIMIT);
        ck_at_once(test_append(store, 9, NULL), MMF_E_LIMIT);
        ck_at_once(mmf_store_sync(store), MMF_E_LIMIT);
        ck_at_once(mmf_store_reserve(store, 1000), MMF_E_LIMIT);
    }
    ck_status(mmf_store_open(path, &type, &options, &second), MMF_E_LIMIT);
    ck_assert(error.text[0] != '\0');
    ck_record_is(store, 1, OLD); /* reading goes on, and so do those who write */
    ck_assert_uint_eq(mmf_store_len(store), RECORDS);
    workers_write(workers, SLOTS, 2, MMF_OK);
    workers_end(workers, 1);
    ck_at_once(test_set(store, 1, 9), MMF_OK);
    ck_record_is(store, 1, 9);
    workers_end(workers + 1, SLOTS - 1);
    second = open_store(0);
    ck_ok(mmf_store_close(second));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Slots of the dead ----------------------------------------------------------------------- */

static void write_and_die(void *argument)
{
    mmf_store *store;

    (void)argument;
    must_ok(mmf_store_open(path, &type, NULL, &store));
    must_ok(test_set(store, 1, OLD));
    (void)raise(SIGKILL);
}

START_TEST(test_the_dead_use_up_nothing)
{
    mmf_store *store;

    make(1 + (uint32_t)_i);
    store = open_store(0);
    for (unsigned i = 0; i < SLOTS + 45; i++) {
        ck_assert_int_eq(test_run(write_and_die, NULL, 10000), -SIGKILL);
    }
    ck_assert_uint_le(stat_of(store)->writer_count, 2);
    ck_assert_uint_eq(stat_of(store)->recovered, 0); /* none of them was inside */
    ck_ok(mmf_store_close(store));
}
END_TEST

/* In the child: without Check. */
static void *write_once_and_stay(void *argument)
{
    worker *me = argument;

    must_ok(test_set(me->store, 0, OLD));
    (void)__atomic_add_fetch(&me->done, 1, __ATOMIC_ACQ_REL);
    for (;;) {
        (void)pause();
    }
    return NULL;
}

static void die_with_many_threads(void *argument)
{
    worker me = {.store = NULL};
    pthread_t thread;
    pthread_attr_t attributes;

    (void)argument;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, 256 << 10);
    must_ok(mmf_store_open(path, &type, NULL, &me.store));
    for (unsigned i = 0; i < SLOTS - 1; i++) {
        must(pthread_create(&thread, &attributes, write_once_and_stay, &me) == 0);
    }
    must(test_await(&me.done, SLOTS - 1, 20000));
    must_status(test_set(me.store, 0, OLD), MMF_E_LIMIT);
    (void)raise(SIGKILL);
}

/* A process with all slots but one dies: the next one has them. */
START_TEST(test_all_slots_of_the_dead)
{
    static worker workers[SLOTS];
    mmf_store *store;

    make(1 + (uint32_t)_i);
    store = open_store(0);
    ck_ok(test_set(store, 2, OLD));
    ck_assert_int_eq(test_run(die_with_many_threads, NULL, 30000), -SIGKILL);
    ck_assert_uint_eq(stat_of(store)->writer_count, SLOTS);
    ck_assert(!stat_of(store)->writers[SLOTS - 1].is_alive);
    workers_start(workers, SLOTS - 1, store);
    workers_write(workers, SLOTS - 1, 1, MMF_OK);
    ck_assert(stat_of(store)->writers[SLOTS - 1].is_alive);
    workers_end(workers, SLOTS - 1);
    ck_assert_uint_eq(stat_of(store)->writer_count, 1);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Several stores -------------------------------------------------------------------------- */

#define HANDLES 7u

/* One thread, many handles, the first two of one store: it never mixes up its slots. */
START_TEST(test_many_handles_in_turn)
{
    static const char *const names[HANDLES] = {"store", "store", "b", "c", "d", "e", "f"};
    mmf_store *handles[HANDLES];

    make(1 + (uint32_t)_i);
    for (unsigned h = 2; h < HANDLES; h++) {
        test_copy_file(path, test_path(names[h]));
    }
    for (unsigned h = 0; h < HANDLES; h++) {
        handles[h] = test_open(test_path(names[h]), &type, 0);
    }
    for (uint64_t round = 1; round <= 200; round++) {
        unsigned again = (unsigned)(round % HANDLES);

        for (unsigned h = 0; h < HANDLES; h++) {
            ck_ok(test_set(handles[h], h % RECORDS, round * 100 + h));
            ck_ok(mmf_set_u64(handles[(h + 3) % HANDLES], 3, RECORD_SIZE, 8, round));
        }
        for (unsigned h = 0; h < HANDLES; h++) {
            ck_record_is(handles[h], h % RECORDS, round * 100 + h);
            ck_assert_uint_eq(stat_of(handles[h])->writer_count, h < 2 ? 2 : 1);
        }
        ck_ok(mmf_store_close(handles[again]));
        handles[again] = test_open(test_path(names[again]), &type, 0);
    }
    for (unsigned h = 0; h < HANDLES; h++) {
        ck_ok(mmf_store_close(handles[h]));
    }
}
END_TEST

/* --- Threads that end badly ------------------------------------------------------------------ */

typedef struct quitter {
    mmf_store *store;
    uint64_t index;
    uint32_t slot;
    mmf_status status;
    bool holds_sync_right;
} quitter;

static void *quit_in_a_change(void *argument)
{
    static const uint64_t half[3] = {7, 7, 7};
    quitter *me = argument;
    mmf_write_section section = {NULL, 0};

    me->status = mmf_write_begin(me->store, me->index, RECORD_SIZE, 8, 56, &section);
    if (me->status == MMF_OK) {
        mmf_bytes_store(section.payload, half, sizeof half);
    }
    pthread_exit(NULL);
}

static void run_quitter(void *(*function)(void *), quitter *me)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, function, me), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_ok(me->status);
}

/* Its change is undone when it ends; nobody waits. It has the handle's slot, or one of its own. */
START_TEST(test_thread_ends_in_a_change)
{
    quitter me = {.index = 1};
    mmf_store *reader;
    uint64_t before;

    make(1 + (uint32_t)_i % 2);
    me.store = open_store(0);
    reader = open_store(MMF_READ_ONLY);
    if (_i / 2) {
        ck_ok(test_set(me.store, 2, OLD)); /* this thread has the handle's slot */
    }
    before = test_counter(path, &type, 1);
    run_quitter(quit_in_a_change, &me);
    ck_assert_uint_eq(test_counter(path, &type, 1) % 2, 0);
    ck_assert_uint_gt(test_counter(path, &type, 1), before);
    ck_record_is(reader, 1, OLD);
    ck_record_is(me.store, 1, OLD);
    ck_at_once(test_set(me.store, 1, 8), MMF_OK);
    ck_record_is(reader, 1, 8);
    ck_assert_uint_eq(stat_of(me.store)->writer_count, 1);
    ck_assert_uint_eq(stat_of(me.store)->recovered, 1);
    run_quitter(quit_in_a_change, &me); /* and once more, by the slot that is free again */
    ck_record_is(me.store, 1, 8);
    ck_ok(mmf_store_close(me.store));
    ck_ok(mmf_store_close(reader));
}
END_TEST

static void *quit_in_an_append(void *argument)
{
    quitter *me = argument;
    mmf_append_section section = {NULL, 0};

    me->status = mmf_append_begin(me->store, 2, &section);
    if (me->status == MMF_OK) {
        (void)mmf_append_record_begin(section.record);
    }
    return NULL;
}

START_TEST(test_thread_ends_in_an_append)
{
    quitter me = {.index = 0};
    uint64_t right = 0;
    uint64_t index = 0;

    make(1 + (uint32_t)_i % 2);
    me.store = open_store(0);
    if (_i / 2) {
        ck_ok(test_set(me.store, 2, OLD));
    }
    run_quitter(quit_in_an_append, &me);
    test_read_at(test_path("store.lock"), offsetof(mmf_lock_header, append_right), &right,
                 sizeof right);
    ck_assert_uint_gt(right, 0); /* given back when it ended, and not when somebody asked */
    ck_assert_uint_eq(right % 2, 0);
    ck_assert_uint_eq(mmf_store_len(me.store), RECORDS);
    ck_at_once(test_append(me.store, 6, &index), MMF_OK);
    ck_assert_uint_eq(index, RECORDS);
    ck_record_is(me.store, RECORDS, 6);
    ck_ok(mmf_store_close(me.store));
}
END_TEST

/* The right to sync is held for a moment only, so the test takes it in the thread's name. */
static void *quit_in_a_sync(void *argument)
{
    quitter *me = argument;
    mmf_store_info info;
    uint64_t right = 0;

    me->status = mmf_store_sync(me->store);
    if (me->status == MMF_OK) {
        me->status = mmf_store_stat(me->store, &info);
        for (uint32_t i = 0; i < info.writer_count; i++) {
            if (info.writers[i].thread_id == (uint64_t)gettid()) {
                right = mmf_sequence_enter(1 << 20, info.writers[i].slot);
            }
        }
        test_write_at(test_path("store.lock"), offsetof(mmf_lock_header, sync_right), &right,
                      sizeof right);
    }
    return NULL;
}

START_TEST(test_thread_ends_in_a_sync)
{
    quitter me = {.index = 0};
    uint64_t right = 0;

    make(MMF_FORMAT_2);
    me.store = open_store(0);
    if (_i) {
        ck_ok(test_set(me.store, 2, OLD));
    }
    run_quitter(quit_in_a_sync, &me);
    test_read_at(test_path("store.lock"), offsetof(mmf_lock_header, sync_right), &right,
                 sizeof right);
    ck_assert_uint_gt(right, 1 << 20);
    ck_assert_uint_eq(right % 2, 0);
    ck_at_once(mmf_store_sync(me.store), MMF_OK);
    ck_ok(mmf_store_close(me.store));
}
END_TEST

/* --- Cancelled threads ----------------------------------------------------------------------- */

/* A thread that somebody has cancelled already when it writes for the first time. */
typedef struct cancelled {
    mmf_store *store;
    uint64_t index;
    uint32_t is_cancelled;
    uint32_t is_done;
    mmf_status status;
} cancelled;

static void *write_when_cancelled(void *argument)
{
    cancelled *me = argument;

    while (__atomic_load_n(&me->is_cancelled, __ATOMIC_ACQUIRE) == 0) {
    }
    me->status = test_set(me->store, me->index, 7);
    __atomic_store_n(&me->is_done, 1, __ATOMIC_RELEASE);
    pthread_testcancel();
    return NULL;
}

static void *write_first(void *argument)
{
    cancelled *me = argument;

    me->status = test_set(me->store, me->index, 8);
    return NULL;
}

static void be_killed_inside(void *argument)
{
    mmf_write_section section = {NULL, 0};
    mmf_store *store = NULL;

    (void)argument;
    must_ok(mmf_store_open(path, &type, NULL, &store));
    must_ok(mmf_write_begin(store, 1, RECORD_SIZE, 8, RECORD_SIZE - 8, &section));
    section.payload[0] = 1;
    (void)raise(SIGKILL);
}

/* In a child, which hangs where a lock has gone with the thread. */
static void cancel_writers(void *argument)
{
    cancelled me = {.index = 1};
    pthread_t thread;
    void *result = NULL;

    must_ok(mmf_store_open(path, &type, &(mmf_options){.timeout_ms = TIMEOUT_MS}, &me.store));
    must_ok(test_set(me.store, 0, 6)); /* so that the handle's own slot is taken */
    must(!argument || test_run(be_killed_inside, NULL, 10000) == -SIGKILL);
    for (unsigned round = 0; round < 3; round++) {
        me.is_cancelled = 0;
        me.is_done = 0;
        must(pthread_create(&thread, NULL, write_when_cancelled, &me) == 0);
        must(pthread_cancel(thread) == 0);
        __atomic_store_n(&me.is_cancelled, 1, __ATOMIC_RELEASE);
        must(pthread_join(thread, &result) == 0);
        must(result == PTHREAD_CANCELED);
        must(__atomic_load_n(&me.is_done, __ATOMIC_ACQUIRE) == 1);
        must_ok(me.status);
        must_ok(test_set(me.store, 0, 6));
        must(pthread_create(&thread, NULL, write_first, &me) == 0);
        must(pthread_join(thread, NULL) == 0);
        must_ok(me.status);
    }
    must_ok(mmf_store_close(me.store));
}

START_TEST(test_cancelled_at_its_first_write)
{
    mmf_store *store;

    make(1 + (uint32_t)_i % 2);
    test_run_ok(cancel_writers, _i / 2 ? &type : NULL, 5000);
    store = open_store(0);
    ck_record_is(store, 0, 6);
    ck_record_is(store, 1, 8);
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_each_thread_has_its_own, 0, 2);
    tcase_add_loop_test(tcase, test_closing_gives_back, 0, 2);
    tcase_add_loop_test(tcase, test_more_threads_than_slots, 0, 2);
    tcase_add_loop_test(tcase, test_the_dead_use_up_nothing, 0, 2);
    tcase_add_loop_test(tcase, test_all_slots_of_the_dead, 0, 2);
    tcase_add_loop_test(tcase, test_many_handles_in_turn, 0, 2);
    tcase_add_loop_test(tcase, test_thread_ends_in_a_change, 0, 4);
    tcase_add_loop_test(tcase, test_thread_ends_in_an_append, 0, 4);
    tcase_add_loop_test(tcase, test_thread_ends_in_a_sync, 0, 2);
    tcase_add_loop_test(tcase, test_cancelled_at_its_first_write, 0, 4);
}
