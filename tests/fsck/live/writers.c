#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/fsck/live/writers.h"

#include <pthread.h>
#include <signal.h>

#define APPENDS_UP_TO 3000u
#define START_MS_MAX 20000u
#define TEXT_MAX 21u

live_writers *live_writers_new(const char *path, uint32_t flags, uint32_t threads,
                               uint32_t writes_per_opening, uint64_t seed)
{
    live_writers *writers = test_shared(sizeof *writers);

    writers->path = path;
    writers->flags = flags;
    writers->threads = threads;
    writers->writes_per_opening = writes_per_opening;
    writers->seed = seed;
    return writers;
}

/* --- Writing --------------------------------------------------------------------------------- */

static mmf_status set_whole(const live_writers *writers, mmf_store *store, uint64_t index,
                            uint64_t number)
{
    const mmf_record_type *type = writers->kind->type;
    unsigned char payload[WRECK_PAYLOAD_MAX];
    mmf_write_section section = {NULL, 0};
    mmf_status status = mmf_write_begin(store, index, type->record_size, MMF_COUNTER_BYTES,
                                        type->payload_size, &section);

    if (status != MMF_OK) {
        return status;
    }
    wreck_payload(writers->kind, number, payload);
    memcpy(section.payload, payload, type->payload_size);
    return mmf_write_end(store, &section);
}

static mmf_status append(const live_writers *writers, mmf_store *store, uint64_t number)
{
    unsigned char payload[WRECK_PAYLOAD_MAX];
    mmf_append_section section;
    mmf_status status = mmf_append_begin(store, 1, &section);

    if (status != MMF_OK) {
        return status;
    }
    wreck_payload(writers->kind, number, payload);
    memcpy(section.record + MMF_COUNTER_BYTES, payload, writers->kind->type->payload_size);
    mmf_append_record_end(store, section.record);
    return mmf_append_end(store, &section, 1);
}

static mmf_status write_once(const live_writers *writers, mmf_store *store, uint64_t random)
{
    static const char text[] = "a longer, fuller text";
    uint64_t number = random >> 8;
    uint64_t index = number % 8; /* few, so that they meet */

    switch (random % 5) {
    case 0:
        return mmf_set_u64(store, index, writers->kind->type->record_size, MMF_COUNTER_BYTES,
                           number);
    case 1:
        return mmf_set_text(store, index, writers->kind->name_offset, TEXT_MAX, text,
                            (uint32_t)(number % (TEXT_MAX + 1)));
    case 2:
        return mmf_store_len(store) < APPENDS_UP_TO ? append(writers, store, number) : MMF_OK;
    default:
        return set_whole(writers, store, number % mmf_store_len(store), number);
    }
}

/* --- Threads and processes ------------------------------------------------------------------- */

typedef struct worker {
    live_writers *writers;
    mmf_store *store;
    uint64_t chance;
} worker;

static bool is_over(const live_writers *writers)
{
    return __atomic_load_n(&writers->stop, __ATOMIC_RELAXED) != 0;
}

static void *work(void *argument)
{
    worker *worker = argument;
    live_writers *writers = worker->writers;

    for (uint32_t n = 0;
         !is_over(writers) && (writers->writes_per_opening == 0 || n < writers->writes_per_opening);
         n++) {
        worker->chance = worker->chance * 6364136223846793005u + 1442695040888963407u;
        if (write_once(writers, worker->store, worker->chance >> 24) != MMF_OK) {
            (void)__atomic_add_fetch(&writers->failures, 1, __ATOMIC_RELAXED);
        }
        if (__atomic_add_fetch(&writers->writes, 1, __ATOMIC_RELAXED) % 128 == 0) {
            test_sleep_ms(1);
        }
    }
    return NULL;
}

static void run_threads(live_writers *writers, mmf_store *store, uint64_t chance)
{
    worker workers[4];
    pthread_t threads[4];

    must(writers->threads <= 4);
    for (uint32_t i = 0; i < writers->threads; i++) {
        workers[i] = (worker){writers, store, chance + i};
        must(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
    }
    for (uint32_t i = 0; i < writers->threads; i++) {
        must(pthread_join(threads[i], NULL) == 0);
    }
}

static void run_writer(void *argument)
{
    live_writers *writers = argument;
    const mmf_options options = {.flags = writers->flags, .timeout_ms = 10000};
    uint64_t chance = writers->seed * 1000 + writers->starts;

    do {
        mmf_store *store;

        must_ok(mmf_store_open(writers->path, writers->kind->type, &options, &store));
        run_threads(writers, store, chance);
        must_ok(mmf_store_close(store));
        chance += 1000003;
    } while (!is_over(writers));
}

void live_writer_start(live_writers *writers, uint32_t which)
{
    uint32_t before = __atomic_load_n(&writers->writes, __ATOMIC_RELAXED);

    writers->starts++;
    writers->children[which] = test_fork(run_writer, writers);
    ck_assert(test_await(&writers->writes, before + 1, START_MS_MAX));
}

/* --- Breeding -------------------------------------------------------------------------------- */

/* Those that it starts die by SIGKILL, some time later. */
static void breed(void *argument)
{
    live_writers *writers = argument;
    uint64_t chance = writers->seed + (uint64_t)getpid();

    while (!is_over(writers)) {
        pid_t child;

        (void)__atomic_add_fetch(&writers->starts, 1, __ATOMIC_RELAXED);
        child = test_fork(run_writer, writers);
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        test_sleep_ms(1 + (chance >> 33) % 12);
        (void)kill(child, SIGKILL);
        (void)test_wait(child, START_MS_MAX);
    }
}

void live_breeder_start(live_writers *writers, uint32_t which)
{
    writers->children[which] = test_fork(breed, writers);
}

void live_writers_stop(live_writers *writers)
{
    __atomic_store_n(&writers->stop, 1, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < LIVE_PROCESSES; i++) {
        if (writers->children[i] != 0) {
            ck_assert_int_eq(test_wait(writers->children[i], START_MS_MAX), 0);
        }
    }
}
