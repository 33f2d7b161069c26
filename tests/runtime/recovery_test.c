/* Writers that die in the middle of a change: what they had begun is undone, by whoever meets it
 * and may, and only when they are dead. Deaths are made at a place: a child enters a record,
 * changes a part of it and kills itself. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "recovery";

#define RECORD_SIZE 64u
#define RECORDS 4u
#define VICTIM 1u /* the record that writers die in */
#define OLD 0x0505050505050505u
#define NEW_BYTE 0xee
#define TIMEOUT_MS 300u
#define SLACK_MS 2000u /* of a busy machine */

static mmf_record_type type;
static const char *path;

/* A change that is not finished: the range that it is about, and how much of that is written. */
typedef struct death {
    uint32_t flags; /* of the handle */
    uint32_t offset;
    uint32_t size;
    uint32_t written;
} death;

/* All of the payload; a part that begins and ends within words; nothing written yet. */
static const death deaths[] = {
    {.offset = 8, .size = 56, .written = 28},
    {.offset = 20, .size = 22, .written = 22},
    {.offset = 24, .size = 16, .written = 0},
    {.offset = 48, .size = 16, .written = 9},
};
#define DEATHS (sizeof deaths / sizeof deaths[0])

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

/* Enters the record and changes what the death says, but does not leave. */
static void change_half(mmf_store *store, const death *death)
{
    unsigned char bytes[RECORD_SIZE];
    mmf_write_section section = {NULL, 0};

    memset(bytes, NEW_BYTE, sizeof bytes);
    must_ok(mmf_write_begin(store, VICTIM, RECORD_SIZE, death->offset, death->size, &section));
    if (death->written > 0) {
        mmf_bytes_store(section.payload - MMF_COUNTER_BYTES + death->offset, bytes, death->written);
    }
}

static void die(void *argument)
{
    const death *death = argument;
    mmf_options options = {.flags = death->flags};
    mmf_store *store;

    must_ok(mmf_store_open(path, &type, &options, &store));
    change_half(store, death);
    (void)raise(SIGKILL);
}

/* Returns the odd counter that is left. */
static uint64_t let_die(const death *what)
{
    death copy = *what;
    uint64_t counter;

    ck_assert_int_eq(test_run(die, &copy, 10000), -SIGKILL);
    counter = test_counter(path, &type, VICTIM);
    ck_assert_uint_eq(counter & 1, 1);
    return counter;
}

static mmf_store_info *stat_of(const mmf_store *store)
{
    static mmf_store_info info;

    ck_ok(mmf_store_stat(store, &info));
    return &info;
}

/* What the file has of the record, past all handles. */
static void ck_is_old_in_the_file(uint64_t odd)
{
    uint64_t words[RECORD_SIZE / 8];

    test_read_at(path, test_record_offset(&type, VICTIM), words, sizeof words);
    ck_assert_uint_eq(words[0] & 1, 0);
    ck_assert_uint_gt(words[0], odd);
    for (unsigned i = 1; i < RECORD_SIZE / 8; i++) {
        ck_assert_uint_eq(words[i], OLD);
    }
}

#define ck_at_once(call, expected)                                                                 \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        ck_status(call, expected);                                                                 \
        ck_assert_msg(test_now_ms() - begin_ < TIMEOUT_MS - 50, "%s: waited", #call);              \
    } while (0)

#define ck_waits(call, expected)                                                                   \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        uint64_t waited_;                                                                          \
        ck_status(call, expected);                                                                 \
        waited_ = test_now_ms() - begin_;                                                          \
        ck_assert_msg(waited_ + 1 >= TIMEOUT_MS && waited_ < TIMEOUT_MS + SLACK_MS, "%s: %u ms",   \
                      #call, (unsigned)waited_);                                                   \
    } while (0)

/* --- Who recovers ---------------------------------------------------------------------------- */

typedef mmf_status meeting(mmf_store *store);

static mmf_status by_get_scalar(mmf_store *store)
{
    uint64_t word = 0;
    mmf_status status = mmf_get_u64(store, VICTIM, RECORD_SIZE, 24, &word);

    ck_assert_uint_eq(word, OLD);
    return status;
}

static mmf_status by_get_record(mmf_store *store)
{
    uint64_t word = 0;
    bool torn = true;
    mmf_status status = test_get(store, VICTIM, &word, &torn);

    ck_assert(word == OLD && !torn);
    return status;
}

static mmf_status by_get_array(mmf_store *store)
{
    unsigned char bytes[40] = {0};
    mmf_status status = mmf_get_array(store, VICTIM, 11, sizeof bytes, bytes);

    for (unsigned i = 0; i < sizeof bytes; i++) {
        ck_assert_uint_eq(bytes[i], OLD & 0xff);
    }
    return status;
}

static mmf_status by_get_text(mmf_store *store)
{
    char text[40];

    return mmf_get_text(store, VICTIM, 16, UINT32_MAX / 2, text, sizeof text, NULL);
}

static mmf_status by_read_section(mmf_store *store)
{
    mmf_read_section section = {NULL, 0};
    mmf_status status = mmf_read_begin(store, VICTIM, RECORD_SIZE, &section);

    ck_assert_uint_eq(section.payload[20], OLD & 0xff);
    ck_assert(mmf_read_valid(&section));
    return status;
}

static mmf_status by_version(mmf_store *store)
{
    uint64_t version = 1;
    mmf_status status = mmf_record_version(store, VICTIM, &version);

    ck_assert_uint_eq(version & 1, 0);
    return status;
}

/* The word that is set gets the value that it has, so that the rest shows what was recovered. */
static mmf_status by_set_scalar(mmf_store *store)
{
    return mmf_set_u64(store, VICTIM, RECORD_SIZE, 16, OLD);
}

static mmf_status by_set_record(mmf_store *store)
{
    return test_set(store, VICTIM, OLD);
}

static const struct {
    meeting *function;
    mmf_status status;
} meetings[] = {
    {by_get_scalar, MMF_OK},   {by_get_record, MMF_OK},
    {by_get_array, MMF_OK},    {by_get_text, MMF_E_TOO_LONG}, /* the length is one of old bytes */
    {by_read_section, MMF_OK}, {by_version, MMF_OK},
    {by_set_scalar, MMF_OK},   {by_set_record, MMF_OK},
};
#define MEETINGS (sizeof meetings / sizeof meetings[0])

/* A handle that is open meets the record, for each way to meet it and each death. */
START_TEST(test_met_by_an_open_handle)
{
    mmf_store *store;

    make(1 + (uint32_t)_i);
    store = open_store(0);
    for (unsigned m = 0; m < MEETINGS; m++) {
        for (unsigned d = 0; d < DEATHS; d++) {
            uint64_t recovered = stat_of(store)->recovered;
            uint64_t odd = let_die(&deaths[d]);

            ck_at_once(meetings[m].function(store), meetings[m].status);
            ck_is_old_in_the_file(odd);
            ck_assert_uint_eq(stat_of(store)->recovered, recovered + 1);
            ck_at_once(meetings[m].function(store), meetings[m].status); /* and stays so */
            ck_assert_uint_eq(stat_of(store)->recovered, recovered + 1);
        }
    }
    ck_assert_uint_eq(stat_of(store)->writer_count, 1);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* One who opens repairs before it reads anything. */
START_TEST(test_at_opening)
{
    static const uint32_t modes[] = {0, MMF_ONE_WRITER};
    uint64_t recovered = 0;

    make(1 + (uint32_t)_i % 2);
    for (unsigned d = 0; d < DEATHS; d++) {
        for (unsigned dead_mode = 0; dead_mode < 2; dead_mode++) {
            death death = deaths[d];
            mmf_store *store;
            uint64_t odd;

            death.flags = modes[dead_mode];
            odd = let_die(&death);
            store = open_store(modes[_i / 2]);
            ck_is_old_in_the_file(odd);
            ck_assert_uint_eq(stat_of(store)->recovered, ++recovered);
            ck_at_once(by_get_record(store), MMF_OK);
            ck_ok(mmf_store_close(store));
        }
    }
}
END_TEST

/* The last handle leaves nothing odd behind, even if it never touched that record. */
START_TEST(test_at_closing)
{
    make(1 + (uint32_t)_i);
    for (unsigned d = 0; d < DEATHS; d++) {
        mmf_store *store = open_store(0);
        uint64_t odd = let_die(&deaths[d]);
        uint32_t state = 1;

        ck_ok(mmf_store_close(store));
        ck_is_old_in_the_file(odd);
        if (type.format == MMF_FORMAT_2) {
            test_read_at(path, offsetof(mmf_header, state), &state, sizeof state);
            ck_assert_uint_eq(state, 0);
        }
    }
}
END_TEST

/* A handle that is closed inside a section, which nobody should do, leaves no record that can never
 * be entered again; whether it is the last one or not. */
START_TEST(test_closed_inside)
{
    mmf_store *other = NULL;
    mmf_store *store;
    mmf_write_section section = {NULL, 0};
    uint64_t odd;

    make(1 + (uint32_t)_i % 2);
    if (_i / 2) {
        other = open_store(0);
    }
    store = open_store(0);
    ck_ok(mmf_write_begin(store, VICTIM, RECORD_SIZE, 8, 56, &section));
    memset(section.payload, NEW_BYTE, 20);
    odd = test_counter(path, &type, VICTIM);
    ck_ok(mmf_store_close(store));
    ck_is_old_in_the_file(odd);
    if (other) {
        ck_at_once(by_get_record(other), MMF_OK);
        ck_at_once(by_set_record(other), MMF_OK);
        ck_ok(mmf_store_close(other));
    }
}
END_TEST

/* A thread that is given the dead writer's slot undoes its change first: from then on the slot says
 * nothing of it any more. */
typedef struct newcomer {
    mmf_store *store;
    mmf_status status;
} newcomer;

static void *set_another(void *argument)
{
    newcomer *me = argument;

    me->status = test_set(me->store, VICTIM + 1, OLD);
    return NULL;
}

START_TEST(test_by_who_gets_the_slot)
{
    newcomer newcomer = {.status = MMF_E_INVALID};
    mmf_store *store;
    pthread_t thread;
    uint64_t odd;

    make(1 + (uint32_t)_i);
    store = open_store(0);
    ck_ok(test_set(store, VICTIM + 1, OLD)); /* this thread has the handle's slot */
    odd = let_die(&deaths[0]);
    ck_assert_uint_eq(mmf_sequence_slot(odd), 2);
    newcomer.store = store;
    ck_assert_int_eq(pthread_create(&thread, NULL, set_another, &newcomer), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_ok(newcomer.status);
    ck_is_old_in_the_file(odd);
    ck_assert_uint_eq(stat_of(store)->recovered, 1);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Who began to read before the change cannot take what is there after it for the same. */
START_TEST(test_counter_after_recovery_is_new)
{
    mmf_read_section before = {NULL, 0};
    mmf_store *store;
    uint64_t version = 0;

    make(1 + (uint32_t)_i);
    store = open_store(0);
    ck_ok(mmf_read_begin(store, VICTIM, RECORD_SIZE, &before));
    (void)let_die(&deaths[0]);
    ck_assert(!mmf_read_valid(&before));
    ck_ok(by_get_record(store));
    ck_assert(!mmf_read_valid(&before));
    ck_ok(mmf_record_version(store, VICTIM, &version));
    ck_assert_uint_gt(version, before.sequence);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A change of one word needs no image: it is there or it is not, and its record is at rest. */
START_TEST(test_one_word)
{
    for (uint32_t written = 0; written <= 8; written += 8) {
        death one_word = {.offset = 24, .size = 8, .written = written};
        uint64_t words[RECORD_SIZE / 8] = {0};
        mmf_store *store;
        uint64_t odd;

        make(1 + (uint32_t)_i);
        store = open_store(0);
        odd = let_die(&one_word);
        ck_at_once(mmf_get_record(store, VICTIM, RECORD_SIZE, RECORD_SIZE - 8, words + 1), MMF_OK);
        for (unsigned i = 1; i < RECORD_SIZE / 8; i++) {
            ck_assert_uint_eq(words[i], written && i == 3 ? 0xeeeeeeeeeeeeeeeeu : OLD);
        }
        ck_assert_uint_gt(test_counter(path, &type, VICTIM), odd);
        ck_assert_uint_eq(stat_of(store)->recovered, 1);
        ck_ok(mmf_store_close(store));
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(unlink(test_path("store.lock")), 0);
    }
}
END_TEST

/* --- Handles that only read ------------------------------------------------------------------ */

/* The record as it was, any part of it, as often as it is asked for; nothing is written. */
START_TEST(test_read_only_gets_the_old_record)
{
    static const uint64_t mask[7] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
                                     UINT64_MAX, UINT64_MAX, UINT64_MAX};
    uint32_t format = 1 + (uint32_t)_i % 2;
    death death = deaths[_i / 2 % (int)DEATHS];
    unsigned char bytes[RECORD_SIZE];
    char text[1];
    mmf_store *store;
    uint64_t odd;
    uint32_t len = 0;

    make(format);
    death.flags = _i / 2 >= (int)DEATHS ? MMF_ONE_WRITER : 0;
    store = open_store(MMF_READ_ONLY);
    odd = let_die(&death);
    ck_at_once(by_get_record(store), MMF_OK);
    for (uint32_t offset = 8; offset < RECORD_SIZE; offset++) {
        for (uint32_t size = 1; size <= RECORD_SIZE - offset; size += 5) {
            memset(bytes, 0, sizeof bytes);
            ck_ok(mmf_get_array(store, VICTIM, offset, size, bytes));
            for (uint32_t i = 0; i < size; i++) {
                ck_assert_msg(bytes[i] == (OLD & 0xff), "byte %u of %u at %u", i, size, offset);
            }
        }
    }
    for (uint32_t offset = 8; offset < RECORD_SIZE; offset += 8) {
        uint64_t word = 0;
        uint8_t byte = 0;

        ck_at_once(mmf_get_u64(store, VICTIM, RECORD_SIZE, offset, &word), MMF_OK);
        ck_assert_uint_eq(word, OLD);
        ck_at_once(mmf_get_u8(store, VICTIM, RECORD_SIZE, offset + 5, &byte), MMF_OK);
        ck_assert_uint_eq(byte, OLD & 0xff);
    }
    ck_at_once(mmf_get_record_clean(store, VICTIM, RECORD_SIZE, 56, mask, bytes), MMF_OK);
    ck_assert_uint_eq(bytes[24], OLD & 0xff);
    ck_at_once(mmf_get_text(store, VICTIM, 20, UINT32_MAX / 2, text, sizeof text, &len),
               MMF_E_TOO_LONG);
    ck_assert_uint_eq(len, OLD & UINT32_MAX);
    ck_assert_uint_eq(test_counter(path, &type, VICTIM), odd);
    ck_assert_uint_eq(stat_of(store)->recovered, 0);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* It tells that somebody died, and where. */
START_TEST(test_read_only_stat_tells)
{
    mmf_store_info *info;
    mmf_store *store;

    make(1 + (uint32_t)_i);
    store = open_store(MMF_READ_ONLY);
    (void)let_die(&deaths[0]);
    info = stat_of(store);
    ck_assert(info->knows_writers);
    ck_assert_uint_eq(info->writer_count, 1);
    ck_assert(info->writers[0].is_writing && !info->writers[0].is_alive);
    ck_assert_uint_eq(info->writers[0].index, VICTIM);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A section shows the bytes in place, and those are no record. */
START_TEST(test_read_only_section_is_stuck)
{
    mmf_read_section section = {NULL, 0};
    mmf_store *store;
    uint64_t version;

    make(1 + (uint32_t)_i);
    store = open_store(MMF_READ_ONLY);
    (void)let_die(&deaths[0]);
    ck_waits(mmf_read_begin(store, VICTIM, RECORD_SIZE, &section), MMF_E_STUCK);
    ck_waits(mmf_record_version(store, VICTIM, &version), MMF_E_STUCK);
    ck_at_once(mmf_read_begin(store, VICTIM + 1, RECORD_SIZE, &section), MMF_OK);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* What cannot be known is not guessed: the lock file is gone, is another one, or is private. */
static void read_stuck(void *argument)
{
    mmf_options options = {.flags = MMF_READ_ONLY, .timeout_ms = TIMEOUT_MS};
    mmf_store *store;
    uint64_t begin;
    uint64_t word;
    bool torn;

    (void)argument;
    test_drop_capabilities();
    must_ok(mmf_store_open(path, &type, &options, &store));
    begin = test_now_ms();
    must_status(test_get(store, VICTIM, &word, &torn), MMF_E_STUCK);
    must(test_now_ms() - begin + 1 >= TIMEOUT_MS);
    must(test_now_ms() - begin < TIMEOUT_MS + SLACK_MS);
    must_ok(test_get(store, VICTIM + 1, &word, &torn));
    must_ok(mmf_store_close(store));
}

START_TEST(test_read_only_without_the_lock_file)
{
    const char *lock = NULL;
    uint8_t id[16];

    make(1 + (uint32_t)_i % 2);
    lock = test_path("store.lock");
    (void)let_die(&deaths[0]);
    if (_i / 2 == 0) {
        ck_assert_int_eq(unlink(lock), 0);
    } else if (_i / 2 == 1) {
        ck_assert_int_eq(chmod(lock, 0), 0);
    } else {
        memset(id, 0x5a, sizeof id); /* of another boot; an image from there is of no use */
        test_write_at(lock, offsetof(mmf_lock_header, boot_id), id, sizeof id);
    }
    test_run_ok(read_stuck, NULL, 10000);
}
END_TEST

/* --- Writers that live ----------------------------------------------------------------------- */

typedef struct holder {
    uint32_t ready;
    uint32_t go;
} holder;

static void hold(void *argument)
{
    holder *shared = argument;
    unsigned char bytes[56];
    mmf_write_section section = {NULL, 0};
    mmf_store *store;

    must_ok(mmf_store_open(path, &type, NULL, &store));
    must_ok(mmf_write_begin(store, VICTIM, RECORD_SIZE, 8, 56, &section));
    memset(bytes, NEW_BYTE, sizeof bytes);
    mmf_bytes_store(section.payload, bytes, 30);
    test_post(&shared->ready, 1);
    must(test_await(&shared->go, 1, 30000));
    mmf_bytes_store(section.payload, bytes, 56);
    must_ok(mmf_write_end(store, &section));
    must_ok(mmf_store_close(store));
}

/* Fifty come and go beside a writer in the middle of a change, be it stopped: not a byte of its
 * record moves, and its change is finished as if nobody had been there. */
START_TEST(test_the_living_are_left_alone)
{
    holder *shared = test_shared(sizeof *shared);
    unsigned char before[RECORD_SIZE];
    unsigned char after[RECORD_SIZE];
    mmf_store *store;
    uint64_t word = 0;
    bool torn = true;
    pid_t child;
    int status;

    make(1 + (uint32_t)_i % 2);
    child = test_fork(hold, shared);
    ck_assert(test_await(&shared->ready, 1, 10000));
    ck_assert_int_eq(kill(child, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(child, &status, WUNTRACED), child);
    test_read_at(path, test_record_offset(&type, VICTIM), before, sizeof before);
    for (unsigned i = 0; i < 50; i++) {
        store = open_store(i % 3 == 2 ? MMF_READ_ONLY : 0);
        ck_at_once(test_get(store, VICTIM + 1, &word, &torn), MMF_OK);
        ck_ok(mmf_store_close(store));
    }
    store = open_store(_i / 2 ? MMF_READ_ONLY : 0);
    ck_waits(test_get(store, VICTIM, &word, &torn), MMF_E_STUCK);
    if (_i / 2 == 0) {
        ck_waits(test_set(store, VICTIM, 1), MMF_E_STUCK);
        ck_waits(mmf_set_u8(store, VICTIM, RECORD_SIZE, 9, 1), MMF_E_STUCK);
    }
    ck_assert_uint_eq(stat_of(store)->recovered, 0);
    test_read_at(path, test_record_offset(&type, VICTIM), after, sizeof after);
    ck_assert_mem_eq(before, after, sizeof after);
    ck_assert_int_eq(kill(child, SIGCONT), 0);
    test_post(&shared->go, 1);
    ck_assert_int_eq(test_wait(child, 10000), 0);
    ck_at_once(test_get(store, VICTIM, &word, &torn), MMF_OK);
    ck_assert(word == 0xeeeeeeeeeeeeeeeeu && !torn);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* PATH.lock is deleted under a writer: with a new one nobody could tell that it lives. */
START_TEST(test_lock_file_deleted_under_a_writer)
{
    holder *shared = test_shared(sizeof *shared);
    mmf_options options = {.flags = _i / 2 ? MMF_ONE_WRITER : 0, .timeout_ms = TIMEOUT_MS};
    mmf_store *store = NULL;
    uint64_t odd;
    pid_t child;

    make(1 + (uint32_t)_i % 2);
    child = test_fork(hold, shared);
    ck_assert(test_await(&shared->ready, 1, 10000));
    odd = test_counter(path, &type, VICTIM);
    ck_assert_int_eq(unlink(test_path("store.lock")), 0);
    for (unsigned i = 0; i < 2; i++) {
        ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_LOCKED);
    }
    ck_assert_uint_eq(test_counter(path, &type, VICTIM), odd);
    test_post(&shared->go, 1);
    ck_assert_int_eq(test_wait(child, 10000), 0);
    store = open_store(options.flags);
    ck_assert_uint_gt(test_counter(path, &type, VICTIM), odd);
    ck_ok(test_set(store, VICTIM, 1));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Many at once ---------------------------------------------------------------------------- */

#define CROWD_PROCESSES 3u
#define CROWD_THREADS 3u
#define ROUNDS 20u

typedef struct crowd {
    uint32_t open;
    uint32_t round; /* may meet the dead writer of this round */
    uint32_t met;
} crowd;

typedef struct member {
    crowd *crowd;
    mmf_store *store;
    bool writes;
} member;

static void *meet_each_round(void *argument)
{
    member *me = argument;

    for (uint32_t round = 1; round <= ROUNDS; round++) {
        uint64_t word = 0;
        bool torn = true;

        while (__atomic_load_n(&me->crowd->round, __ATOMIC_ACQUIRE) < round) {
            test_sleep_ms(0);
        }
        if (me->writes) {
            must_ok(test_set(me->store, VICTIM, OLD));
        }
        must_ok(test_get(me->store, VICTIM, &word, &torn));
        must(word == OLD && !torn);
        (void)__atomic_add_fetch(&me->crowd->met, 1, __ATOMIC_ACQ_REL);
    }
    return NULL;
}

static void join_crowd(void *argument)
{
    crowd *crowd = argument;
    pthread_t threads[CROWD_THREADS];
    member members[CROWD_THREADS];
    mmf_store *store;

    must_ok(mmf_store_open(path, &type, NULL, &store));
    for (unsigned i = 0; i < CROWD_THREADS; i++) {
        members[i] = (member){crowd, store, i == 0};
        must(pthread_create(&threads[i], NULL, meet_each_round, &members[i]) == 0);
    }
    (void)__atomic_add_fetch(&crowd->open, 1, __ATOMIC_ACQ_REL);
    for (unsigned i = 0; i < CROWD_THREADS; i++) {
        must(pthread_join(threads[i], NULL) == 0);
    }
    must_ok(mmf_store_close(store));
}

/* However many meet a dead writer at once, its change is undone once. */
START_TEST(test_a_crowd_recovers_once)
{
    crowd *crowd = test_shared(sizeof *crowd);
    pid_t children[CROWD_PROCESSES];
    mmf_store *store;

    make(1 + (uint32_t)_i);
    for (unsigned i = 0; i < CROWD_PROCESSES; i++) {
        children[i] = test_fork(join_crowd, crowd);
    }
    ck_assert(test_await(&crowd->open, CROWD_PROCESSES, 10000));
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        (void)let_die(&deaths[round % DEATHS]);
        test_post(&crowd->round, round);
        ck_assert(test_await(&crowd->met, round * CROWD_PROCESSES * CROWD_THREADS, 10000));
    }
    for (unsigned i = 0; i < CROWD_PROCESSES; i++) {
        ck_assert_int_eq(test_wait(children[i], 10000), 0);
    }
    store = open_store(0);
    ck_assert_uint_eq(stat_of(store)->recovered, ROUNDS);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Several in the middle of different records, all dead: one opening sees to all of them. */
static void die_in_record(void *argument)
{
    uint64_t index = *(uint32_t *)argument;
    mmf_write_section section = {NULL, 0};
    mmf_store *store;

    must_ok(mmf_store_open(path, &type, NULL, &store));
    must_ok(mmf_write_begin(store, index, RECORD_SIZE, 8, 56, &section));
    memset(section.payload, NEW_BYTE, 40);
    (void)raise(SIGKILL);
}

START_TEST(test_many_dead)
{
    mmf_store *keeper;
    uint64_t word = 0;
    bool torn = true;

    make(1 + (uint32_t)_i);
    keeper = open_store(0);
    for (uint32_t i = 0; i < RECORDS; i++) {
        ck_assert_int_eq(test_run(die_in_record, &i, 10000), -SIGKILL);
    }
    ck_ok(mmf_store_close(keeper));
    for (uint32_t i = 0; i < RECORDS; i++) {
        ck_assert_uint_eq(test_counter(path, &type, i) & 1, 0);
    }
    keeper = open_store(0);
    for (uint32_t i = 0; i < RECORDS; i++) {
        ck_ok(test_get(keeper, i, &word, &torn));
        ck_assert(word == OLD && !torn);
    }
    ck_assert_uint_eq(stat_of(keeper)->recovered, RECORDS);
    ck_ok(mmf_store_close(keeper));
}
END_TEST

/* --- What it costs --------------------------------------------------------------------------- */

static long faults_of_an_opening(uint64_t records)
{
    struct rusage before;
    struct rusage after;
    mmf_store *store = open_store(MMF_NO_SYNC);

    if (mmf_store_len(store) < records) {
        ck_ok(test_append_n(store, OLD, records - mmf_store_len(store), NULL));
    }
    ck_ok(mmf_store_close(store));
    (void)let_die(&deaths[0]);
    ck_assert_int_eq(getrusage(RUSAGE_THREAD, &before), 0);
    store = open_store(MMF_NO_SYNC);
    ck_assert_int_eq(getrusage(RUSAGE_THREAD, &after), 0);
    ck_assert_uint_eq(test_counter(path, &type, VICTIM) & 1, 0);
    ck_ok(mmf_store_close(store));
    return after.ru_minflt + after.ru_majflt - before.ru_minflt - before.ru_majflt;
}

/* Recovery looks at slots and not at records: it touches as many pages among a million records as
 * among ten. */
START_TEST(test_cost_does_not_grow)
{
    long few;
    long many;

    make(1 + (uint32_t)_i);
    few = faults_of_an_opening(10);
    many = faults_of_an_opening(1000000);
    ck_assert_msg(many <= few + 50, "%ld page faults with 10 records, %ld with a million", few,
                  many);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_met_by_an_open_handle, 0, 2);
    tcase_add_loop_test(tcase, test_at_opening, 0, 4);
    tcase_add_loop_test(tcase, test_at_closing, 0, 2);
    tcase_add_loop_test(tcase, test_closed_inside, 0, 4);
    tcase_add_loop_test(tcase, test_by_who_gets_the_slot, 0, 2);
    tcase_add_loop_test(tcase, test_counter_after_recovery_is_new, 0, 2);
    tcase_add_loop_test(tcase, test_one_word, 0, 2);
    tcase_add_loop_test(tcase, test_read_only_gets_the_old_record, 0, 4 * (int)DEATHS);
    tcase_add_loop_test(tcase, test_read_only_stat_tells, 0, 2);
    tcase_add_loop_test(tcase, test_read_only_section_is_stuck, 0, 2);
    tcase_add_loop_test(tcase, test_read_only_without_the_lock_file, 0, 6);
    tcase_add_loop_test(tcase, test_the_living_are_left_alone, 0, 4);
    tcase_add_loop_test(tcase, test_lock_file_deleted_under_a_writer, 0, 4);
    tcase_add_loop_test(tcase, test_a_crowd_recovers_once, 0, 2);
    tcase_add_loop_test(tcase, test_many_dead, 0, 2);
    tcase_add_loop_test(tcase, test_cost_does_not_grow, 0, 2);
}
