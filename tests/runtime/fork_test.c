/* What fork() and exec() make of a handle, and of the locks of the one who forks. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>

#include "schema/format.h"
#include "tests/runtime/small_store.h"

extern char **environ;

const char *const suite_name = "fork";

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

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_fork_makes_a_reader, 0, 4);
    tcase_add_loop_test(tcase, test_parent_dies_before_its_child, 0, 12);
    tcase_add_loop_test(tcase, test_lock_file_deleted_after_the_parent, 0, 2);
    tcase_add_loop_test(tcase, test_fork_beside_writing_threads, 0, 2);
    tcase_add_loop_test(tcase, test_fork_beside_openings, 0, 2);
    tcase_add_loop_test(tcase, test_exec_inherits_nothing, 0, 2);
}
