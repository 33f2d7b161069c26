/* Checks beside writers that live, die, come and go, and repairs that meet others.
 *
 * MMF_LIVE_MS in the environment: how long each of the tests runs that chance has a part in;
 * MMF_SEED: of that chance.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/fsck/interrupt/wreck.h"
#include "tests/fsck/live/writers.h"

const char *const suite_name = "checks beside others";

#define RUN_MS_DEFAULT 500u
#define WRITES_LEAST 11u /* a machine that is busy elsewhere is given time for them */
#define PATIENCE_MS 60000u

static unsigned run_ms(void)
{
    const char *ms = getenv("MMF_LIVE_MS");

    return ms ? (unsigned)strtoul(ms, NULL, 0) : RUN_MS_DEFAULT;
}

static uint64_t seed(void)
{
    const char *text = getenv("MMF_SEED");

    return text ? strtoull(text, NULL, 0) : 1;
}

/* --- What a check may find ------------------------------------------------------------------- */

typedef struct hearing {
    const mmf_problem *allowed; /* ERRORs */
    size_t allowed_count;
    unsigned notes;
    unsigned errors;
    unsigned violations;
    char first[MMF_CHECK_TEXT_SIZE + 64];
} hearing;

static void hear(void *context, const mmf_finding *finding)
{
    hearing *hearing = context;
    bool allowed = finding->info->severity == MMF_PROBLEM_NOTE;

    for (size_t i = 0; i < hearing->allowed_count; i++) {
        allowed = allowed || finding->problem == hearing->allowed[i];
    }
    hearing->notes += finding->info->severity == MMF_PROBLEM_NOTE;
    hearing->errors += finding->info->severity != MMF_PROBLEM_NOTE;
    if (!allowed && hearing->violations++ == 0) {
        (void)snprintf(hearing->first, sizeof hearing->first, "%s record %lld: %s",
                       finding->info->code, (long long)finding->record, finding->text);
    }
}

static void check_once(const char *path, hearing *hearing, uint32_t flags)
{
    mmf_error error = {0};
    mmf_check_result result;
    const mmf_check_options options = {
        .flags = flags, .threads = 2, .report = hear, .context = hearing, .error = &error};
    mmf_status status = mmf_check(path, &options, &result);

    ck_assert_msg(status == MMF_OK, "violation: a check: %s (%s)", mmf_status_name(status),
                  error.text);
    ck_assert_msg(hearing->violations == 0, "violation: found what is not so: %s", hearing->first);
}

/* --- Writers that live, come and go ---------------------------------------------------------- */

typedef struct crowd {
    uint32_t flags;
    uint32_t processes;
    uint32_t threads;
    uint32_t writes_per_opening; /* 0: they stay */
} crowd;

static const crowd crowds[] = {
    {0, 2, 2, 0}, {MMF_ONE_WRITER, 1, 1, 0}, {0, 2, 1, 3}, {0, 1, 1, 1}, {MMF_ONE_WRITER, 1, 1, 2},
};

static bool is_to_go_on(live_writers *writers, uint64_t elapsed_ms)
{
    return elapsed_ms < run_ms() ||
           (__atomic_load_n(&writers->writes, __ATOMIC_RELAXED) < WRITES_LEAST &&
            elapsed_ms < PATIENCE_MS);
}

START_TEST(test_beside_the_living)
{
    const crowd *crowd = &crowds[_i / 2];
    const char *path = test_path("store");
    live_writers *writers =
        live_writers_new(path, crowd->flags, crowd->threads, crowd->writes_per_opening, seed());
    uint64_t begin = test_now_ms();
    hearing hearing = {0};
    unsigned checks = 0;

    wreck_make_sound(&wreck_kinds[_i % 2], path);
    writers->kind = &wreck_kinds[_i % 2];
    for (uint32_t i = 0; i < crowd->processes; i++) {
        live_writer_start(writers, i);
    }
    while (is_to_go_on(writers, test_now_ms() - begin)) {
        check_once(path, &hearing, checks++ % 4 == 0 ? 0 : MMF_CHECK_FULL);
    }
    live_writers_stop(writers);
    (void)printf("%s writers, %s: %u checks beside %u writes, %u notes\n",
                 crowd->writes_per_opening > 0 ? "hasty" : "steady", writers->kind->name, checks,
                 writers->writes, hearing.notes);
    ck_assert_uint_ge(writers->writes, WRITES_LEAST);
    ck_assert_uint_eq(writers->failures, 0);
    check_once(path, &hearing, MMF_CHECK_FULL);
}
END_TEST

/* --- Writers that die ------------------------------------------------------------------------ */

/* DIRTY: for a moment nobody may be there at all. CAPACITY_LOW: one that was growing the file. */
static const mmf_problem of_the_dead[] = {
    MMF_PROBLEM_LOCK_LEFTOVER, MMF_PROBLEM_LOCK_RIGHT, MMF_PROBLEM_ODD_UNDO,
    MMF_PROBLEM_ODD_UNCHANGED, MMF_PROBLEM_DIRTY,      MMF_PROBLEM_CAPACITY_LOW,
};

START_TEST(test_beside_the_dying)
{
    const char *path = test_path("store");
    live_writers *writers = live_writers_new(path, 0, 2, 0, seed());
    hearing hearing = {of_the_dead, sizeof of_the_dead / sizeof *of_the_dead, 0, 0, 0, ""};
    uint64_t until = test_now_ms() + 2 * run_ms();
    unsigned checks = 0;

    wreck_make_sound(&wreck_kinds[_i], path);
    writers->kind = &wreck_kinds[_i];
    live_breeder_start(writers, 0);
    live_breeder_start(writers, 1);
    while (test_now_ms() < until) {
        check_once(path, &hearing, MMF_CHECK_FULL);
        checks++;
    }
    live_writers_stop(writers);
    (void)printf("%s: %u checks, %u deaths, %u errors, all of them true\n", writers->kind->name,
                 checks, writers->starts, hearing.errors);
    ck_assert_uint_eq(writers->failures, 0);
}
END_TEST

/* --- Repairs that meet a writer -------------------------------------------------------------- */

typedef struct holding {
    const char *path;
    uint32_t flags;
    uint32_t *ready;
} holding;

static void stay(const holding *holding)
{
    test_post(holding->ready, 1);
    for (;;) {
        (void)pause();
    }
}

static void hold_store(void *argument)
{
    const holding *holding = argument;
    const mmf_options options = {.flags = holding->flags};
    mmf_store *store;

    must_ok(mmf_store_open(holding->path, wreck_kinds[0].type, &options, &store));
    stay(holding);
}

/* As the Go library's writers do, which take no lock. */
static void hold_mapping(void *argument)
{
    const holding *holding = argument;
    int fd = open(holding->path, O_RDWR | O_CLOEXEC);

    must(fd >= 0);
    must(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED);
    stay(holding);
}

/* As its one-writer option does. */
static void hold_lock_file(void *argument)
{
    const holding *holding = argument;
    char path[600];
    int fd;

    (void)snprintf(path, sizeof path, "%s.lock", holding->path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    must(fd >= 0 && flock(fd, LOCK_EX) == 0);
    stay(holding);
}

static const struct {
    test_child_function *hold;
    uint32_t flags;
} holders[] = {{hold_store, 0},
               {hold_store, MMF_ONE_WRITER},
               {hold_store, MMF_NO_SYNC},
               {hold_mapping, 0},
               {hold_lock_file, 0}};

static void expect_refused(const char *path, pid_t holder)
{
    wreck_image before = {0};
    mmf_check_result result;
    mmf_error error;
    uint64_t undo_holder = 0;
    char undo_path[600];

    (void)wreck_take(&before, path);
    ck_assert_msg(wreck_check(&wreck_kinds[0], path, MMF_CHECK_REPAIR, &result, &error) ==
                      MMF_E_LOCKED,
                  "violation: a repair beside a writer: %s", error.text);
    ck_assert_msg(result.holder == (uint64_t)holder, "violation: %s, not %d", error.text,
                  (int)holder);
    (void)snprintf(undo_path, sizeof undo_path, "%s.none", path);
    ck_status(mmf_check_undo(path, undo_path, &undo_holder, NULL), MMF_E_LOCKED);
    ck_assert_uint_eq(undo_holder, (uint64_t)holder);
    ck_assert_msg(!wreck_take(&before, path), "violation: a refused repair has changed something");
    wreck_free(&before);
}

START_TEST(test_repair_beside_a_writer)
{
    const char *path = test_path("store");
    holding holding = {path, holders[_i].flags, test_shared(sizeof(uint32_t))};
    mmf_check_result result;
    pid_t child;

    wreck_make_sound(&wreck_kinds[0], path);
    wreck_damage_records(&wreck_kinds[0], path);
    child = test_fork(holders[_i].hold, &holding);
    ck_assert(test_await(holding.ready, 1, 10000));
    expect_refused(path, child);
    (void)kill(child, SIGKILL);
    (void)test_wait(child, 10000);
    ck_ok(wreck_check(&wreck_kinds[0], path, MMF_CHECK_REPAIR, &result, NULL));
    ck_assert_uint_eq(result.left, 0);
}
END_TEST

/* --- Others that meet a repair --------------------------------------------------------------- */

typedef struct meeting {
    const char *path;
    unsigned met;
} meeting;

static void try_to_write(void *argument)
{
    const meeting *meeting = argument;
    const uint32_t modes[] = {0, MMF_ONE_WRITER};

    for (unsigned i = 0; i < 2; i++) {
        const mmf_options options = {.flags = modes[i]};
        mmf_store *store;

        must_status(mmf_store_open(meeting->path, wreck_kinds[0].type, &options, &store),
                    MMF_E_LOCKED);
    }
}

static void try_to_repair(void *argument)
{
    const meeting *meeting = argument;
    mmf_check_result result;

    must_status(wreck_check(&wreck_kinds[0], meeting->path, MMF_CHECK_REPAIR, &result, NULL),
                MMF_E_LOCKED);
    must(result.holder == (uint64_t)getppid());
}

static bool meet(void *context, const mmf_finding *finding)
{
    meeting *meeting = context;

    (void)finding;
    if (meeting->met++ % 8 == 0) {
        test_run_ok(try_to_write, meeting, 20000);
        test_run_ok(try_to_repair, meeting, 20000);
    }
    return true;
}

START_TEST(test_others_beside_a_repair)
{
    meeting meeting = {test_path("store"), 0};
    mmf_check_options options = {
        .flags = MMF_CHECK_REPAIR, .threads = 1, .decide = meet, .context = &meeting};
    mmf_check_result result;
    const char *wrong;

    wreck_make(&wreck_kinds[0], meeting.path);
    ck_ok(mmf_check(meeting.path, &options, &result));
    ck_assert_uint_gt(meeting.met, 16);
    ck_assert_uint_eq(result.left, 0);
    wrong = wreck_read(&wreck_kinds[0], meeting.path, true);
    ck_assert_msg(!wrong, "violation: %s", wrong);
}
END_TEST

/* --- Readers beside repairs ------------------------------------------------------------------ */

typedef struct reading {
    const wreck_kind *kind;
    const char *path;
    uint32_t stop;
    uint32_t reads;
    uint32_t violations;
    uint64_t index; /* of a violation */
} reading;

static void read_once(reading *reading, const mmf_store *store, uint64_t index)
{
    unsigned char expected[WRECK_PAYLOAD_MAX];
    unsigned char payload[WRECK_PAYLOAD_MAX];
    mmf_status status = mmf_get_record(store, index, reading->kind->type->record_size,
                                       reading->kind->type->payload_size, payload);

    wreck_payload(reading->kind, index, expected);
    (void)__atomic_add_fetch(&reading->reads, 1, __ATOMIC_RELAXED);
    if (wreck_is_whole(reading->kind, index) &&
        (status != MMF_OK || memcmp(payload, expected, reading->kind->type->payload_size) != 0)) {
        reading->index = index;
        (void)__atomic_add_fetch(&reading->violations, 1, __ATOMIC_RELAXED);
    }
}

static void read_on(void *argument)
{
    reading *reading = argument;
    const mmf_options options = {.flags = MMF_READ_ONLY, .timeout_ms = 2000};
    mmf_store *store;

    must_ok(mmf_store_open(reading->path, reading->kind->type, &options, &store));
    while (__atomic_load_n(&reading->stop, __ATOMIC_RELAXED) == 0) {
        for (uint64_t i = 0; i < 7; i++) { /* the dead are inside of two of these */
            read_once(reading, store, i);
        }
        for (uint64_t i = 18; i < WRECK_RECORDS; i++) {
            read_once(reading, store, i);
        }
    }
    must_ok(mmf_store_close(store));
}

static void repair_in_child(void *argument)
{
    const reading *reading = argument;
    mmf_check_result result;

    must_ok(wreck_check(reading->kind, reading->path, MMF_CHECK_REPAIR, &result, NULL));
    must(result.left == 0);
}

START_TEST(test_readers_beside_repairs)
{
    reading *reading = test_shared(sizeof *reading);
    uint64_t until = test_now_ms() + 2 * run_ms();
    pid_t readers[2];
    unsigned repairs = 0;

    reading->kind = &wreck_kinds[_i];
    reading->path = test_path("store");
    wreck_make_sound(reading->kind, reading->path);
    for (unsigned i = 0; i < 2; i++) {
        readers[i] = test_fork(read_on, reading);
    }
    while (test_now_ms() < until || repairs < 2) {
        char undo_path[600];

        wreck_damage(reading->kind, reading->path);
        test_run_ok(repair_in_child, reading, 20000);
        (void)snprintf(undo_path, sizeof undo_path, "%s.undo", reading->path);
        if (repairs++ % 2 == 0) {
            ck_ok(mmf_check_undo(reading->path, undo_path, NULL, NULL));
            (void)unlink(undo_path);
            test_run_ok(repair_in_child, reading, 20000);
        }
        (void)unlink(undo_path);
    }
    __atomic_store_n(&reading->stop, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(test_wait(readers[i], 10000), 0);
    }
    (void)printf("%s: %u reads beside %u repairs\n", reading->kind->name, reading->reads, repairs);
    ck_assert_msg(reading->violations == 0,
                  "violation: record %" PRIu64 " was read as nobody wrote it, or not at all",
                  reading->index);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 3600);
    tcase_add_loop_test(tcase, test_beside_the_living, 0,
                        2 * (int)(sizeof crowds / sizeof *crowds));
    tcase_add_loop_test(tcase, test_beside_the_dying, 0, 2);
    tcase_add_loop_test(tcase, test_repair_beside_a_writer, 0,
                        (int)(sizeof holders / sizeof *holders));
    tcase_add_test(tcase, test_others_beside_a_repair);
    tcase_add_loop_test(tcase, test_readers_beside_repairs, 0, 2);
}
