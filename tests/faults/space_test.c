/* No space while others write: threads that append until the disk is full, undo images that cannot
 * have blocks, recovery on a full disk. What was acknowledged stays, what was not never shows, and
 * all works again when there is space.
 *
 * A small tmpfs where mounting is allowed, and RLIMIT_FSIZE, whose SIGXFSZ kills who does not hold
 * it back. */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "schema/format.h"
#include "tests/faults/small_disk.h"

const char *const suite_name = "space";

#define THREADS 4u
#define RECORD_BYTES 4096u /* its undo image has blocks of its own */

typedef struct task {
    mmf_record_type type;
    uint32_t flags;
    char path[600];
    char ballast[620];
} task;

static task *new_task(int i, uint32_t record_size)
{
    task *task = test_shared(sizeof *task);

    task->type = test_type(i < 2 ? MMF_FORMAT_1 : MMF_FORMAT_2, record_size);
    task->flags = i % 2 ? MMF_ONE_WRITER : 0;
    (void)snprintf(task->path, sizeof task->path, "%s", test_path("store"));
    (void)snprintf(task->ballast, sizeof task->ballast, "%s", test_path("ballast"));
    return task;
}

static void limit_file_size(rlim_t size)
{
    struct rlimit limit = {size, RLIM_INFINITY};

    (void)signal(SIGXFSZ, SIG_DFL);
    must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void must_have(const mmf_store *store, uint64_t index, uint64_t expected)
{
    uint64_t word = 0;
    bool torn = true;

    must_ok(test_get(store, index, &word, &torn));
    must(word == expected && !torn);
}

/* --- Appending together ---------------------------------------------------------------------- */

typedef struct appender {
    mmf_store *store;
    uint64_t word;
    uint64_t batch;
    uint64_t done;
    mmf_status status;
} appender;

static void *append_until_full(void *argument)
{
    appender *appender = argument;

    do {
        appender->status = test_append_n(appender->store, appender->word, appender->batch, NULL);
        appender->done += appender->status == MMF_OK ? appender->batch : 0;
    } while (appender->status == MMF_OK);
    return NULL;
}

/* Records by their word, which is that of their appender. */
static void count_records(const mmf_store *store, uint64_t counts[THREADS])
{
    for (uint64_t i = 0; i < mmf_store_len(store); i++) {
        uint64_t word = UINT64_MAX;
        bool torn = true;

        must_ok(test_get(store, i, &word, &torn));
        must(!torn && word < THREADS);
        counts[word]++;
    }
}

/* One thread with one writer, else all; in batches of 1, 3, 5, … */
static void append_together(mmf_store *store)
{
    unsigned threads = store->mode == MMF_MODE_ONE_WRITER ? 1 : THREADS;
    pthread_t thread[THREADS];
    appender appenders[THREADS];
    uint64_t counts[THREADS] = {0};

    for (unsigned i = 0; i < threads; i++) {
        appenders[i] = (appender){store, i, 2 * i + 1, 0, MMF_OK};
        must(pthread_create(&thread[i], NULL, append_until_full, &appenders[i]) == 0);
    }
    for (unsigned i = 0; i < threads; i++) {
        must(pthread_join(thread[i], NULL) == 0);
    }
    count_records(store, counts);
    for (unsigned i = 0; i < threads; i++) {
        must_status(appenders[i].status, MMF_E_NO_SPACE);
        must(counts[i] == appenders[i].done);
    }
}

static void use_after_space(const task *task, mmf_store *store)
{
    mmf_options options = {.flags = task->flags};
    uint64_t len = mmf_store_len(store);
    uint64_t counts[THREADS] = {0};

    must(len > 100);
    must_ok(test_append(store, 0, NULL));
    must_ok(test_set(store, len / 2, 1));
    must_ok(mmf_store_close(store));
    must_ok(mmf_store_open(task->path, &task->type, &options, &store));
    must(mmf_store_len(store) == len + 1);
    count_records(store, counts);
    must_ok(mmf_store_close(store));
}

static void append_on_small_disk(void *argument)
{
    task *task = argument;
    mmf_options options = {.flags = task->flags};
    static const char zeros[65536];
    mmf_store *store;
    FILE *file;

    small_disk_mount("size=3m");
    file = fopen(task->ballast, "we");
    must(file && fwrite(zeros, 1, sizeof zeros, file) == sizeof zeros && fclose(file) == 0);
    must_ok(mmf_store_create(task->path, &task->type, &options, &store));
    append_together(store);
    must(unlink(task->ballast) == 0);
    use_after_space(task, store);
}

START_TEST(test_append_on_small_disk)
{
    small_disk_run(append_on_small_disk, new_task(_i, 64));
}
END_TEST

static void append_under_limit(void *argument)
{
    task *task = argument;
    mmf_options options = {.flags = task->flags};
    mmf_store *store;

    must_ok(mmf_store_create(task->path, &task->type, &options, &store));
    limit_file_size(2000000);
    append_together(store);
    limit_file_size(RLIM_INFINITY);
    use_after_space(task, store);
}

START_TEST(test_append_under_limit)
{
    test_run_ok(append_under_limit, new_task(_i, 64), 20000);
}
END_TEST

/* --- No block for an undo image -------------------------------------------------------------- */

typedef struct writer {
    mmf_store *store;
    mmf_status expected;
} writer;

/* A thread that has not written before. */
static void *write_once(void *argument)
{
    writer *writer = argument;

    must_have(writer->store, 3, 3);
    for (int i = 0; i < 2; i++) { /* trying again does not leak slots */
        must_status(test_set(writer->store, 2, 77), writer->expected);
        must_status(test_append(writer->store, 7, NULL), writer->expected);
        must_status(mmf_store_sync(writer->store), writer->expected);
    }
    must_have(writer->store, 2, writer->expected == MMF_OK ? 77 : 2);
    return NULL;
}

static void write_in_new_threads(mmf_store *store, unsigned count, mmf_status expected)
{
    writer writer = {store, expected};
    pthread_t thread;

    for (unsigned i = 0; i < count; i++) {
        must(pthread_create(&thread, NULL, write_once, &writer) == 0);
        must(pthread_join(thread, NULL) == 0);
    }
}

static mmf_store *open_with_records(const task *task)
{
    mmf_options options = {0};
    mmf_store *store;

    must_ok(mmf_store_create(task->path, &task->type, &options, &store));
    for (uint64_t i = 0; i < 8; i++) {
        must_ok(test_append(store, i, NULL));
    }
    return store;
}

static void check_others(mmf_store *store)
{
    for (uint64_t i = 0; i < 8; i++) {
        must_have(store, i, i);
        must_ok(test_set(store, i, i)); /* this thread has its slot */
    }
    must_ok(test_append(store, 8, NULL)); /* the first capacity is 64 */
    must_ok(mmf_store_sync(store));
}

/* More threads than there are slots: those that fail give theirs back. */
static void image_on_full_disk(void *argument)
{
    task *task = argument;
    mmf_store *store;

    small_disk_mount("size=2m");
    store = open_with_records(task);
    (void)small_disk_fill(task->ballast);
    write_in_new_threads(store, 300, MMF_E_NO_SPACE);
    must(mmf_store_len(store) == 8);
    check_others(store);
    must(unlink(task->ballast) == 0);
    write_in_new_threads(store, 2, MMF_OK);
    must_ok(mmf_store_close(store));
}

START_TEST(test_image_on_full_disk)
{
    small_disk_run(image_on_full_disk, new_task(2 * _i, RECORD_BYTES));
}
END_TEST

static void image_under_limit(void *argument)
{
    task *task = argument;
    mmf_store *store = open_with_records(task);
    char lock_path[620];

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", task->path);
    limit_file_size(test_file_size(lock_path));
    write_in_new_threads(store, 300, MMF_E_NO_SPACE);
    check_others(store);
    limit_file_size(RLIM_INFINITY);
    write_in_new_threads(store, 2, MMF_OK);
    must_ok(mmf_store_close(store));
}

START_TEST(test_image_under_limit)
{
    test_run_ok(image_under_limit, new_task(2 * _i, RECORD_BYTES), 20000);
}
END_TEST

/* --- Recovery on a full disk ----------------------------------------------------------------- */

static void die_inside(void *argument)
{
    task *task = argument;
    mmf_options options = {.flags = task->flags};
    mmf_write_section section;
    mmf_store *store;

    must_ok(mmf_store_open(task->path, &task->type, &options, &store));
    must_ok(mmf_write_begin(store, 5, task->type.record_size, MMF_COUNTER_BYTES,
                            task->type.payload_size, &section));
    memset(section.payload, 0xdd, task->type.payload_size / 2);
    _exit(0);
}

/* All that recovery needs has been allocated before. */
static void recover_on_full_disk(void *argument)
{
    task *task = argument;
    mmf_options options = {.flags = task->flags};
    mmf_store *store;

    small_disk_mount("size=2m");
    must_ok(mmf_store_close(open_with_records(task)));
    must(test_run(die_inside, task, 10000) == 0);
    (void)small_disk_fill(task->ballast);
    must_ok(mmf_store_open(task->path, &task->type, &options, &store));
    check_others(store);
    must_ok(mmf_store_close(store));
}

START_TEST(test_recover_on_full_disk)
{
    small_disk_run(recover_on_full_disk, new_task(_i, RECORD_BYTES));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_append_on_small_disk, 0, 4);
    tcase_add_loop_test(tcase, test_append_under_limit, 0, 4);
    tcase_add_loop_test(tcase, test_image_on_full_disk, 0, 2);
    tcase_add_loop_test(tcase, test_image_under_limit, 0, 2);
    tcase_add_loop_test(tcase, test_recover_on_full_disk, 0, 4);
}
