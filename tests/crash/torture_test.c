/* The sequence lock under threads: whatever writers do, a reader gets one record of one moment.
 *
 * A few records are written by one thread or by three, whole and by field, while others read them
 * by record, by field and in place. Clean under clang's ThreadSanitizer, where reading in place is
 * left out: it is a race by design, and mmf_read_valid() says how it ended.
 * MMF_TORTURE_MS in the environment: how long, for each type and mode.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdlib.h>

#include "tests/crash/plan.h"
#include "tests/crash/subject.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "torture";

#define RECORDS 5u
#define WRITERS_MAX 3u
#define RUN_MS_DEFAULT 250u
#define APPENDS_MAX 2000u

typedef struct torture {
    const crash_type *type;
    mmf_store *store;  /* of the writers */
    mmf_store *reader; /* a handle of its own */
    bool one_writer;
    uint32_t number; /* last begun; atomic, as all below */
    uint32_t stop;
    uint32_t appends;
    uint64_t reads;
    uint64_t errors;
    uint64_t torn;
    uint64_t backwards; /* an older record than the same reader had seen */
} torture;

static void count(uint64_t *counter)
{
    (void)__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static bool stopped(const torture *shared)
{
    return __atomic_load_n(&shared->stop, __ATOMIC_RELAXED) != 0;
}

static crash_part part_of(const torture *shared, uint64_t index)
{
    static const crash_part parts[RECORDS] = {CRASH_WHOLE, CRASH_TEXT, CRASH_WORDS, CRASH_MARK,
                                              CRASH_WHOLE};

    crash_part part = index < RECORDS ? parts[index] : CRASH_WHOLE;

    return part != CRASH_WHOLE && shared->type->places[part].size == 0 ? CRASH_WHOLE : part;
}

/* --- Writers --------------------------------------------------------------------------------- */

static void write_once(torture *shared, uint32_t number)
{
    uint64_t index = number % RECORDS;
    crash_payload payload;

    crash_fill(shared->type, number, &payload);
    if (crash_change(shared->type, part_of(shared, index), shared->store, index, &payload) !=
        MMF_OK) {
        count(&shared->errors);
    }
    if (number % 32 == 0 &&
        __atomic_add_fetch(&shared->appends, 1, __ATOMIC_RELAXED) <= APPENDS_MAX &&
        shared->type->append(shared->store, &payload, NULL) != MMF_OK) {
        count(&shared->errors);
    }
}

static void *write_records(void *argument)
{
    torture *shared = argument;

    while (!stopped(shared)) {
        uint32_t number = __atomic_add_fetch(&shared->number, 1, __ATOMIC_RELAXED);

        write_once(shared, number);
        if (number % 64 == 0) {
            test_sleep_ms(1); /* a writer without a pause leaves readers of long records no gap */
        }
    }
    return NULL;
}

/* --- Readers --------------------------------------------------------------------------------- */

static void check(torture *shared, uint64_t index, const crash_payload *payload,
                  uint32_t seen[RECORDS])
{
    crash_part part = part_of(shared, index);
    uint32_t number = 0;

    if (!crash_is_intact(shared->type, part, (uint32_t)index + 1, payload, &number)) {
        count(&shared->torn);
    }
    if (shared->one_writer && index < RECORDS && part != CRASH_MARK) {
        if (number < seen[index]) {
            count(&shared->backwards);
        }
        seen[index] = number;
    }
    count(&shared->reads);
}

static void *read_records(void *argument)
{
    torture *shared = argument;
    uint32_t seen[RECORDS] = {0};

    while (!stopped(shared)) {
        uint64_t len = mmf_store_len(shared->reader);

        for (uint64_t i = 0; i <= RECORDS; i++) {
            uint64_t index = i < RECORDS ? i : len - 1;
            crash_payload payload;

            if (shared->type->get(shared->reader, index, &payload) != MMF_OK) {
                count(&shared->errors);
                continue;
            }
            check(shared, index, &payload, seen);
        }
    }
    return NULL;
}

/* Text and words of records whose fields are of one number; the other fields as they must be. */
static mmf_status get_fields(torture *shared, uint64_t index, crash_payload *ret_payload)
{
    const crash_type *type = shared->type;
    crash_part part = part_of(shared, index);
    unsigned char *bytes = ret_payload->bytes + type->places[part].offset;
    mmf_status status;
    char buffer[256];
    uint32_t len = 0;

    crash_fill(type, (uint32_t)index + 1, ret_payload);
    if (part == CRASH_WORDS) {
        return type->get_words(shared->reader, index, bytes);
    }
    /* By way of a buffer: behind the text it may have what an attempt left that was not valid. */
    status = type->get_text(shared->reader, index, buffer, sizeof buffer, &len);
    memset(bytes, 0, sizeof len + type->places[part].size);
    memcpy(bytes, &len, sizeof len);
    memcpy(bytes + sizeof len, buffer, len);
    return status;
}

static void *read_fields(void *argument)
{
    torture *shared = argument;
    uint32_t seen[RECORDS] = {0};

    for (uint64_t n = 0; !stopped(shared); n++) {
        uint64_t index = n % RECORDS;
        crash_part part = part_of(shared, index);
        crash_payload payload;

        if (part != CRASH_WORDS && part != CRASH_TEXT) {
            continue;
        }
        if (get_fields(shared, index, &payload) != MMF_OK) {
            count(&shared->errors);
            continue;
        }
        check(shared, index, &payload, seen);
    }
    return NULL;
}

#if defined(__SANITIZE_THREAD__)
#define RACES_ARE_REPORTED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RACES_ARE_REPORTED 1
#endif
#endif

#ifndef RACES_ARE_REPORTED
static void *read_in_place(void *argument)
{
    torture *shared = argument;
    const mmf_record_type *type = shared->type->record;
    uint32_t seen[RECORDS] = {0};

    for (uint64_t n = 0; !stopped(shared); n++) {
        uint64_t index = n % RECORDS;
        mmf_read_section section;
        crash_payload payload;

        if (mmf_read_begin(shared->reader, index, type->record_size, &section) != MMF_OK) {
            count(&shared->errors);
            continue;
        }
        memcpy(&payload, section.payload, type->payload_size);
        if (mmf_read_valid(&section)) {
            check(shared, index, &payload, seen);
        }
    }
    return NULL;
}
#endif

/* --- The test -------------------------------------------------------------------------------- */

static const crash_type *const types[] = {&crash_pair, &crash_row, &crash_label, &crash_block};

static void make_store(torture *shared)
{
    mmf_options options = {.flags = shared->one_writer ? MMF_ONE_WRITER : 0};
    mmf_options reader = {.flags = MMF_READ_ONLY};
    const char *path = test_path("store");
    crash_payload payload;

    ck_ok(mmf_store_create(path, shared->type->record, &options, &shared->store));
    for (uint32_t index = 0; index < RECORDS; index++) {
        crash_fill(shared->type, index + 1, &payload);
        ck_ok(shared->type->append(shared->store, &payload, NULL));
    }
    shared->number = RECORDS;
    ck_ok(mmf_store_open(path, shared->type->record, &reader, &shared->reader));
}

static void run(torture *shared, unsigned run_ms)
{
    pthread_t threads[WRITERS_MAX + 3];
    unsigned n = 0;

    for (unsigned i = 0; i < (shared->one_writer ? 1 : WRITERS_MAX); i++) {
        ck_assert_int_eq(pthread_create(&threads[n++], NULL, write_records, shared), 0);
    }
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, read_records, shared), 0);
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, read_fields, shared), 0);
#ifndef RACES_ARE_REPORTED
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, read_in_place, shared), 0);
#endif
    test_sleep_ms(run_ms);
    __atomic_store_n(&shared->stop, 1, __ATOMIC_RELAXED);
    while (n > 0) {
        ck_assert_int_eq(pthread_join(threads[--n], NULL), 0);
    }
}

START_TEST(readers_get_one_record_of_one_moment)
{
    torture shared = {.type = types[_i / 2], .one_writer = _i % 2 != 0};
    const char *ms = getenv("MMF_TORTURE_MS");

    make_store(&shared);
    run(&shared, ms ? (unsigned)strtoul(ms, NULL, 0) : RUN_MS_DEFAULT);
    (void)printf("%-6s %s: %u writes, %llu reads\n", shared.type->name,
                 shared.one_writer ? "one writer" : "many writers", shared.number,
                 (unsigned long long)shared.reads);
    ck_found(shared.torn == 0, "%llu of %llu reads were torn", (unsigned long long)shared.torn,
             (unsigned long long)shared.reads);
    ck_found(shared.backwards == 0, "%llu reads went backwards",
             (unsigned long long)shared.backwards);
    ck_assert_uint_eq(shared.errors, 0);
    ck_assert_uint_gt(shared.reads, 10);
    ck_ok(mmf_store_close(shared.reader));
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 3600);
    tcase_add_loop_test(tcase, readers_get_one_record_of_one_moment, 0,
                        (int)(sizeof types / sizeof types[0]) * 2);
}
