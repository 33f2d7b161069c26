/* The slots of writers: one for each thread that writes, for as long as it can; and what fork()
 * makes of a handle. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

extern char **environ;

const char *const suite_name = "slots";

#define RECORD_SIZE 64u
#define RECORDS 4u
#define OLD 5u
#define TIMEOUT_MS 1500u
#define SLOTS 255u

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

static mmf_store *open_store(uint32_t flags)
{
    mmf_options options = {.flags = flags, .timeout_ms = TIMEOUT_MS};
    mmf_store *store = NULL;

    ck_ok(mmf_store_open(path, &type, &options, &store));
    return store;
}

static const mmf_store_info *stat_of(const mmf_store *store)
{
    static mmf_store_info info;

    ck_ok(mmf_store_stat(store, &info));
    ck_assert(info.knows_writers);
    return &info;
}

/* What a handle that only reads can tell of the writers. */
static const mmf_store_info *stat_from_outside(void)
{
    mmf_store *reader = open_store(MMF_READ_ONLY);
    const mmf_store_info *info = stat_of(reader);

    ck_ok(mmf_store_close(reader));
    return info;
}

#define ck_at_once(call, expected)                                                                 \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        ck_status(call, expected);                                                                 \
        ck_assert_msg(test_now_ms() - begin_ < TIMEOUT_MS - 100, "%s: waited", #call);             \
    } while (0)

static void ck_record_is(const mmf_store *store, uint64_t index, uint64_t expected)
{
    uint64_t word = 0;
    bool torn = true;

    ck_at_once(test_get(store, index, &word, &torn), MMF_OK);
    ck_assert(word == expected && !torn);
}

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

/* --- fork ------------------------------------------------------------------------------------ */

typedef struct family {
    mmf_store *store; /* of the parent */
    uint32_t ready;
    uint32_t go;
    uint32_t done;
    uint32_t flags;
    unsigned generations;
    pid_t spawned;
} family;

static void must_refuse_writes(mmf_store *store)
{
    mmf_write_section section = {NULL, 0};
    uint64_t index;

    must_status(test_set(store, 1, 9), MMF_E_CLOSED);
    must_status(mmf_set_u64(store, 1, RECORD_SIZE, 8, 9), MMF_E_CLOSED);
    must_status(mmf_set_u8(store, 1, RECORD_SIZE, 8, 9), MMF_E_CLOSED);
    must_status(mmf_set_array(store, 1, 9, 20, "aaaaaaaaaaaaaaaaaaaa"), MMF_E_CLOSED);
    must_status(mmf_set_text(store, 1, 8, 20, "a", 1), MMF_E_CLOSED);
    must_status(mmf_write_begin(store, 1, RECORD_SIZE, 8, 8, &section), MMF_E_CLOSED);
    must_status(test_append(store, 9, &index), MMF_E_CLOSED);
    must_status(test_append_n(store, 9, 3, &index), MMF_E_CLOSED);
    must_status(mmf_append_zero(store, &index), MMF_E_CLOSED);
    must_status(mmf_store_sync(store), MMF_E_CLOSED);
    must_status(mmf_store_sync_range(store, 0, 1), MMF_E_CLOSED);
    must_status(mmf_store_reserve(store, 100000), MMF_E_CLOSED);
}

static void must_read(const mmf_store *store, uint64_t index, uint64_t expected)
{
    mmf_read_section section = {NULL, 0};
    uint64_t word = 0;
    bool torn = true;

    must_ok(test_get(store, index, &word, &torn));
    must(word == expected && !torn);
    must_ok(mmf_get_u64(store, index, RECORD_SIZE, 16, &word));
    must(word == expected);
    must_ok(mmf_peek_u64(store, index, RECORD_SIZE, 24, &word));
    must(word == expected);
    must_ok(mmf_read_begin(store, index, RECORD_SIZE, &section));
    must(mmf_read_valid(&section));
}

#define APPENDED 5000u /* the file has to grow for them */

static void use_the_parents_handle(void *argument)
{
    family *family = argument;
    mmf_options options = {.flags = 0, .timeout_ms = TIMEOUT_MS};
    mmf_store *own = NULL;
    mmf_store_info info;

    must_refuse_writes(family->store);
    must_read(family->store, 1, OLD);
    test_post(&family->ready, 1);
    must_ok(mmf_store_wait(family->store, RECORDS + APPENDED - 1, 10000));
    must(mmf_store_len(family->store) == RECORDS + APPENDED);
    must_read(family->store, RECORDS + APPENDED - 1, 77);
    must_refuse_writes(family->store);
    must_ok(mmf_store_stat(family->store, &info));
    must(info.knows_writers && info.writer_count == 1);
    must(info.writers[0].is_alive && !info.writers[0].is_ours);
    must_ok(mmf_store_close(family->store));
    if (family->flags == MMF_ONE_WRITER) {
        must_status(mmf_store_open(path, &type, &options, &own), MMF_E_LOCKED);
        return;
    }
    must_ok(mmf_store_open(path, &type, &options, &own));
    must_ok(test_set(own, 0, 78));
    must_ok(test_append(own, 79, NULL));
    must_ok(mmf_store_close(own));
}

/* The child's copy of the handle reads, and closes; the parent's does not notice. */
START_TEST(test_fork_makes_a_reader)
{
    family *family = test_shared(sizeof *family);
    pid_t child;

    make(1 + (uint32_t)_i % 2);
    family->flags = _i / 2 ? MMF_ONE_WRITER : 0;
    family->store = open_store(family->flags);
    ck_ok(test_set(family->store, 1, OLD)); /* this thread has a slot */
    child = test_fork(use_the_parents_handle, family);
    ck_assert(test_await(&family->ready, 1, 10000));
    ck_ok(test_append_n(family->store, 77, APPENDED, NULL));
    ck_assert_int_eq(test_wait(child, 20000), 0);
    ck_assert_uint_eq(stat_from_outside()->writer_count, 1);
    ck_assert(stat_from_outside()->writers[0].is_alive);
    ck_ok(test_set(family->store, 1, 3));
    ck_ok(test_append(family->store, 4, NULL));
    if (family->flags == 0) {
        ck_record_is(family->store, 0, 78);
        ck_record_is(family->store, RECORDS + APPENDED, 79);
    }
    ck_ok(mmf_store_close(family->store));
    ck_assert_uint_eq(stat_from_outside()->writer_count, 0);
}
END_TEST

/* What outlives its parent: it reads on until it is told to end. */
static void outlive(family *family)
{
    (void)alarm(60);
    if (family->generations > 1) {
        mmf_store *own = family->store;

        family->generations--;
        if (family->flags == 0) {
            must_ok(mmf_store_open(path, &type, NULL, &own)); /* inherited in turn, and lost */
            must_ok(test_set(own, 3, OLD));
        }
        if (fork() == 0) {
            must_refuse_writes(own);
            outlive(family);
        }
        return;
    }
    must_refuse_writes(family->store);
    test_post(&family->ready, 1);
    must(test_await(&family->go, 1, 20000));
    must_read(family->store, 2, OLD);
    must_ok(mmf_store_close(family->store));
    test_post(&family->done, 1);
}

/* A new program has its name a little later than its memory, by which posix_spawn() returns, and
 * only then are the old one's descriptors closed. */
static bool is_sleep(pid_t process)
{
    char name[64];
    char text[16] = "";
    FILE *file;

    (void)snprintf(name, sizeof name, "/proc/%d/comm", (int)process);
    file = fopen(name, "re");
    if (file) {
        (void)!fgets(text, sizeof text, file);
        (void)fclose(file);
    }
    return strcmp(text, "sleep\n") == 0;
}

static void spawn_sleeper(family *family)
{
    char *arguments[] = {"sleep", "30", NULL};

    must(posix_spawnp(&family->spawned, "sleep", NULL, NULL, arguments, environ) == 0);
    for (unsigned i = 0; !is_sleep(family->spawned); i++) {
        must(i < 5000);
        test_sleep_ms(1);
    }
    test_post(&family->ready, 1);
}

/* Has a child, and dies in the middle of a change. */
static void die_before_the_child(void *argument)
{
    family *family = argument;
    mmf_options options = {.flags = family->flags};
    mmf_write_section section = {NULL, 0};

    must_ok(mmf_store_open(path, &type, &options, &family->store));
    must_ok(mmf_write_begin(family->store, 1, RECORD_SIZE, 8, 56, &section));
    memset(section.payload, 0xee, 20);
    if (family->generations == 0) {
        spawn_sleeper(family);
    } else if (fork() == 0) {
        outlive(family);
        _exit(0);
    }
    must(test_await(&family->ready, 1, 20000));
    (void)raise(SIGKILL);
}

/* A writer is dead when it is, whatever children it has: others undo what it had begun, and may be
 * the one writer. By fork(), by fork() twice, and by posix_spawn(). */
START_TEST(test_parent_dies_before_its_child)
{
    family *family = test_shared(sizeof *family);
    mmf_store *store = NULL;

    make(1 + (uint32_t)_i % 2);
    family->flags = _i / 2 % 2 ? MMF_ONE_WRITER : 0;
    family->generations = (unsigned)_i / 4;
    if (family->flags == 0) {
        store = open_store(0);
    }
    ck_assert_int_eq(test_run(die_before_the_child, family, 30000), -SIGKILL);
    if (store) {
        ck_record_is(store, 1, OLD);
        ck_ok(mmf_store_close(store));
    }
    store = open_store(MMF_ONE_WRITER);
    ck_record_is(store, 1, OLD);
    ck_at_once(test_append(store, 1, NULL), MMF_OK);
    ck_assert_uint_eq(stat_of(store)->recovered, 1);
    ck_ok(mmf_store_close(store));
    if (family->spawned) {
        ck_assert_int_eq(kill(family->spawned, SIGKILL), 0);
    } else {
        test_post(&family->go, 1);
        ck_assert(test_await(&family->done, 1, 10000));
    }
}
END_TEST

/* Deleting PATH.lock while a child of a dead writer lives locks nobody out either. */
START_TEST(test_lock_file_deleted_after_the_parent)
{
    family *family = test_shared(sizeof *family);
    mmf_store *store;

    make(1 + (uint32_t)_i);
    family->generations = 1;
    ck_assert_int_eq(test_run(die_before_the_child, family, 30000), -SIGKILL);
    ck_assert_int_eq(unlink(test_path("store.lock")), 0);
    store = open_store(0);
    ck_ok(test_set(store, 2, OLD));
    ck_ok(mmf_store_close(store));
    test_post(&family->go, 1);
    ck_assert(test_await(&family->done, 1, 10000));
}
END_TEST

/* --- fork beside threads --------------------------------------------------------------------- */

typedef struct bustle {
    mmf_store *store;
    uint32_t stop;
    uint64_t errors;
    uint64_t writes;
} bustle;

static void count_write(bustle *shared, mmf_status status)
{
    (void)__atomic_add_fetch(status == MMF_OK ? &shared->writes : &shared->errors, 1,
                             __ATOMIC_RELAXED);
}

static void *write_in_a_loop(void *argument)
{
    bustle *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        count_write(shared, test_set(shared->store, 0, OLD));
        count_write(shared, test_append(shared->store, OLD, NULL));
    }
    return NULL;
}

static void *write_once(void *argument)
{
    bustle *shared = argument;

    count_write(shared, test_set(shared->store, 1, OLD));
    return NULL;
}

/* Slots are taken and given back all the time, with the locks that fork() has to wait for. */
static void *come_and_go(void *argument)
{
    bustle *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, write_once, shared) == 0) {
            (void)pthread_join(thread, NULL);
        }
    }
    return NULL;
}

static void be_a_child(void *argument)
{
    bustle *shared = argument;
    mmf_options options = {.timeout_ms = 10000};
    mmf_store *own;

    must_refuse_writes(shared->store);
    must_read(shared->store, 2, OLD);
    must_ok(mmf_store_open(path, &type, &options, &own));
    must_ok(test_set(own, 0, OLD));
    must_ok(test_append(own, OLD, NULL));
    must_ok(mmf_store_close(own));
    must_ok(mmf_store_close(shared->store));
}

START_TEST(test_fork_beside_writing_threads)
{
    bustle shared = {.stop = 0};
    mmf_options options = {.flags = MMF_NO_SYNC, .timeout_ms = 10000};
    pthread_t threads[2];

    make(1 + (uint32_t)_i);
    ck_ok(mmf_store_open(path, &type, &options, &shared.store));
    ck_assert_int_eq(pthread_create(&threads[0], NULL, write_in_a_loop, &shared), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, come_and_go, &shared), 0);
    for (unsigned i = 0; i < 40; i++) {
        test_run_ok(be_a_child, &shared, 20000);
    }
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_uint_eq(shared.errors, 0);
    ck_assert_uint_gt(shared.writes, 10);
    ck_assert_uint_eq(stat_of(shared.store)->recovered, 0);
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

/* Forks between any two steps of an opening and a closing: what the children keep is nothing. */
static void *open_in_a_loop(void *argument)
{
    bustle *shared = argument;

    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        mmf_options options = {.flags = MMF_NO_SYNC, .timeout_ms = 10000};
        mmf_store *store = NULL;
        mmf_status status = mmf_store_open(path, &type, &options, &store);

        count_write(shared, status);
        (void)!mmf_store_close(store);
    }
    return NULL;
}

/* Until fork() returns in it, a child holds what its parent holds. */
typedef struct sleepers {
    uint32_t asleep;
    uint32_t end;
} sleepers;

static void sleep_on(void *argument)
{
    sleepers *shared = argument;

    (void)__atomic_add_fetch(&shared->asleep, 1, __ATOMIC_ACQ_REL);
    (void)test_await(&shared->end, 1, 20000);
}

START_TEST(test_fork_beside_openings)
{
    sleepers *sleepers = test_shared(sizeof *sleepers);
    bustle shared = {.stop = 0};
    pthread_t thread;
    pid_t children[40];

    make(1 + (uint32_t)_i);
    ck_assert_int_eq(pthread_create(&thread, NULL, open_in_a_loop, &shared), 0);
    for (unsigned i = 0; i < 40; i++) {
        test_sleep_ms(1);
        children[i] = test_fork(sleep_on, sleepers);
    }
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(shared.errors, 0);
    ck_assert_uint_gt(shared.writes, 0);
    ck_assert(test_await(&sleepers->asleep, 40, 10000));
    ck_ok(mmf_store_close(open_store(MMF_ONE_WRITER)));
    test_post(&sleepers->end, 1);
    for (unsigned i = 0; i < 40; i++) {
        ck_assert_int_eq(test_wait(children[i], 10000), 0);
    }
}
END_TEST

/* --- exec ------------------------------------------------------------------------------------ */

/* Another program gets none of the descriptors: neither of the store nor of its lock file. */
START_TEST(test_exec_inherits_nothing)
{
    static char script[] = "for f in /proc/$$/fd/*; do readlink $f; done; true";
    char *arguments[] = {"sh", "-c", script, NULL};
    const char *list = test_path("list");
    posix_spawn_file_actions_t actions;
    mmf_store *writer;
    mmf_store *reader;
    uint8_t *bytes;
    size_t size;
    pid_t child;

    make(MMF_FORMAT_2);
    writer = open_store(_i ? MMF_ONE_WRITER : 0);
    reader = open_store(MMF_READ_ONLY);
    ck_assert_int_eq(posix_spawn_file_actions_init(&actions), 0);
    ck_assert_int_eq(posix_spawn_file_actions_addopen(&actions, 1, list, O_WRONLY | O_CREAT, 0600),
                     0);
    ck_assert_int_eq(posix_spawnp(&child, "sh", &actions, NULL, arguments, environ), 0);
    ck_assert_int_eq(test_wait(child, 10000), 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    bytes = test_read_file(list, &size);
    bytes[size] = '\0';
    ck_contains((char *)bytes, list);
    ck_assert_msg(!strstr((char *)bytes, path), "inherited: %s", (char *)bytes);
    free(bytes);
    ck_ok(test_set(writer, 1, 1));
    ck_ok(mmf_store_close(writer));
    ck_ok(mmf_store_close(reader));
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
    tcase_add_loop_test(tcase, test_fork_makes_a_reader, 0, 4);
    tcase_add_loop_test(tcase, test_parent_dies_before_its_child, 0, 12);
    tcase_add_loop_test(tcase, test_lock_file_deleted_after_the_parent, 0, 2);
    tcase_add_loop_test(tcase, test_fork_beside_writing_threads, 0, 2);
    tcase_add_loop_test(tcase, test_fork_beside_openings, 0, 2);
    tcase_add_loop_test(tcase, test_cancelled_at_its_first_write, 0, 4);
    tcase_add_loop_test(tcase, test_exec_inherits_nothing, 0, 2);
}
