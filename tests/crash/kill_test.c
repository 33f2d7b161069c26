/* Writers that are killed at random moments, while others write and read.
 *
 * MMF_KILLS in the environment: how many, for all stores together. MMF_SEED: of the moments.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/crash/kill.h"
#include "tests/crash/plan.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "kill";

#define KILLS_DEFAULT 400u
#define AT_ONCE_MS KILL_TIMEOUT_MS
#define READERS 3u

static uint32_t number_of_environment(const char *name, uint32_t otherwise)
{
    const char *value = getenv(name);

    return value ? (uint32_t)strtoul(value, NULL, 0) : otherwise;
}

static const struct kill_case {
    const crash_type *type;
    uint32_t flags;
    uint32_t processes;
    uint32_t threads;
} cases[] = {
    {&crash_pair, MMF_NO_SYNC, 3, 1},
    {&crash_pair, MMF_NO_SYNC | MMF_ONE_WRITER, 1, 1},
    {&crash_row, MMF_NO_SYNC, 2, 2},
    {&crash_row, MMF_NO_SYNC | MMF_ONE_WRITER, 1, 1},
    {&crash_block, MMF_NO_SYNC, 2, 2},
    {&crash_block, MMF_NO_SYNC | MMF_ONE_WRITER, 1, 1},
    {&crash_label, 0, 3, 2},
    {&crash_label, MMF_ONE_WRITER, 1, 1},
    {&crash_sealed, MMF_NO_SYNC, 2, 2},
    {&crash_sealed, MMF_NO_SYNC | MMF_ONE_WRITER, 1, 1},
};

#define CASES (sizeof cases / sizeof cases[0])

/* --- The parent's look ----------------------------------------------------------------------- */

static void no_violation(const kill_board *board)
{
    ck_found(__atomic_load_n(&board->violations, __ATOMIC_SEQ_CST) == 0, "%s", board->violation);
}

static void must_get(kill_board *board, const mmf_store *store, uint64_t index,
                     crash_payload *ret_payload)
{
    mmf_status status = board->type->get(store, index, ret_payload);

    ck_found(status == MMF_OK, "%s: the parent gets %s for record %llu", board->type->name,
             mmf_status_name(status), (unsigned long long)index);
    (void)kill_check(board, "the parent", index, ret_payload);
    no_violation(board);
}

/* What a dead thread wrote into its own record last: what was acknowledged, or what it was at. */
static void check_own(kill_board *board, const mmf_store *store, uint32_t id)
{
    kill_writer *writer = &board->writers[id];
    crash_payload payload;
    uint32_t number;

    must_get(board, store, KILL_FIRST_OWN + id, &payload);
    number = crash_number(board->type, CRASH_WHOLE, &payload);
    ck_found(number == writer->begun || number == writer->acknowledged,
             "%s: a record has number %u, but its only writer has begun %u, and finished %u",
             board->type->name, number, writer->begun, writer->acknowledged);
    writer->begun = writer->acknowledged = number;
}

/* That appends of a dead thread that were acknowledged since the last look are there. */
static void check_appends(kill_board *board, const mmf_store *store, uint32_t id)
{
    kill_writer *writer = &board->writers[id];

    for (; writer->append_checked < writer->append_count; writer->append_checked++) {
        const kill_append *entry = &writer->appends[writer->append_checked];
        crash_payload payload;

        must_get(board, store, entry->index, &payload);
        ck_found(crash_number(board->type, CRASH_WHOLE, &payload) == entry->number,
                 "%s: appended record %llu is another one", board->type->name,
                 (unsigned long long)entry->index);
    }
}

static void write_fixed(kill_board *board, mmf_store *store)
{
    crash_payload payload;

    for (uint64_t index = 0; index < KILL_HOT; index++) {
        crash_part part = kill_part(board, index);
        mmf_status status;

        must_get(board, store, index, &payload);
        crash_fill(board->type, kill_begin(board), &payload);
        status = crash_change(board->type, part, store, index, &payload);
        ck_found(status == MMF_OK, "%s: the parent sets record %llu: %s", board->type->name,
                 (unsigned long long)index, mmf_status_name(status));
    }
}

static mmf_store *open_store(const kill_board *board)
{
    mmf_error error = {0};
    mmf_options options = {.flags = board->flags, .timeout_ms = KILL_TIMEOUT_MS, .error = &error};
    mmf_store *store = NULL;
    mmf_status status = mmf_store_open(board->path, board->type->record, &options, &store);

    ck_found(status == MMF_OK, "%s: opening gives %s: %s", board->type->name,
             mmf_status_name(status), error.text);
    return store;
}

/* A new handle can read and write everything at once. */
static void look(kill_board *board, uint32_t process)
{
    uint64_t begin = test_now_ms();
    mmf_store *store = open_store(board);

    for (uint32_t i = 0; i < board->threads; i++) {
        check_own(board, store, process * KILL_THREADS + i);
    }
    write_fixed(board, store);
    ck_found(test_now_ms() - begin < AT_ONCE_MS, "%s: a look takes %llu ms", board->type->name,
             (unsigned long long)(test_now_ms() - begin));
    for (uint32_t i = 0; i < board->threads; i++) {
        check_appends(board, store, process * KILL_THREADS + i);
    }
    ck_ok(mmf_store_close(store));
}

/* No record is there that nobody has written. */
static void check_all(kill_board *board)
{
    mmf_store *store = open_store(board);
    uint64_t count = mmf_store_len(store);
    crash_payload payload;

    for (uint64_t index = 0; index < count; index++) {
        must_get(board, store, index, &payload);
        ck_found(crash_is_sealed(store, index), "%s: record %llu has a wrong checksum",
                 board->type->name, (unsigned long long)index);
    }
    ck_found(count <= KILL_FIXED + board->appends_begun, "%s: %llu records, %u begun",
             board->type->name, (unsigned long long)count, board->appends_begun);
    ck_ok(mmf_store_close(store));
    no_violation(board);
}

/* --- The store ------------------------------------------------------------------------------- */

static void make_store(kill_board *board)
{
    mmf_options options = {.capacity = KILL_FIXED};
    mmf_store *store = NULL;
    crash_payload payload;

    ck_ok(mmf_store_create(board->path, board->type->record, &options, &store));
    for (uint64_t index = 0; index < KILL_FIXED; index++) {
        crash_fill(board->type, kill_first_number(index), &payload);
        ck_ok(board->type->append(store, &payload, NULL));
    }
    for (uint32_t id = 0; id < KILL_WRITERS; id++) {
        board->writers[id].begun = kill_first_number(KILL_FIRST_OWN + id);
        board->writers[id].acknowledged = board->writers[id].begun;
    }
    board->number = KILL_FIXED + 1;
    ck_ok(mmf_store_close(store));
}

static kill_board *make_board(const struct kill_case *it, uint32_t kills)
{
    kill_board *board = test_shared(sizeof *board);
    uint32_t appends_max = (kills + 1) * KILL_APPENDS_PER_KILL;
    kill_append *appends = test_shared(sizeof *appends * (appends_max + 1) * KILL_WRITERS);

    board->type = it->type;
    board->flags = it->flags;
    board->threads = it->threads;
    board->appends_allowed = KILL_APPENDS_PER_KILL;
    board->path = test_path(it->type->name);
    for (uint32_t id = 0; id < KILL_WRITERS; id++) {
        board->writers[id].appends = appends + (size_t)(appends_max + 1) * id;
    }
    make_store(board);
    return board;
}

/* --- The test -------------------------------------------------------------------------------- */

/* From microseconds to a few milliseconds. */
static void wait_a_moment(uint32_t *seed)
{
    uint32_t exponent;
    struct timespec time = {0, 0};

    *seed = *seed * 1664525u + 1013904223u;
    exponent = 13 + (*seed >> 24) % 10; /* 8 us … 4 ms */
    time.tv_nsec = (long)((1u << exponent) + (*seed >> 4) % (1u << exponent));
    (void)nanosleep(&time, NULL);
}

/* Root goes on to use the lock file, and a child without its capabilities may not; elsewhere there
 * is no such child. */
static bool forbid_lock_file(const kill_board *board)
{
    char lock_path[64];

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", board->type->name);
    return geteuid() == 0 && chmod(test_path(lock_path), 0) == 0;
}

static void start_readers(kill_board *board, kill_child readers[READERS], pid_t pids[READERS])
{
    readers[0] = (kill_child){.name = "a reader that may write", .flags = 0};
    if (board->flags & MMF_ONE_WRITER) {
        readers[0] = (kill_child){.name = "one more reader", .flags = MMF_READ_ONLY};
    }
    readers[1] = (kill_child){.name = "a reader", .flags = MMF_READ_ONLY};
    readers[2] = (kill_child){.name = "a reader without permission",
                              .flags = MMF_READ_ONLY,
                              .without_permission = forbid_lock_file(board)};
    for (uint32_t i = 0; i < READERS; i++) {
        readers[i].board = board;
        readers[i].seed = i + 1;
        pids[i] = test_fork(kill_reader_main, &readers[i]);
    }
}

static pid_t start_writer(kill_board *board, uint32_t process, uint32_t seed)
{
    kill_child child = {.board = board, .process = process, .seed = seed | 1};

    return test_fork(kill_writer_main, &child);
}

static void end_by_kill(pid_t pid)
{
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(writers_are_killed_at_any_moment)
{
    const struct kill_case *it = &cases[_i];
    uint32_t kills = number_of_environment("MMF_KILLS", KILLS_DEFAULT) / (uint32_t)CASES + 1;
    uint32_t seed = number_of_environment("MMF_SEED", (uint32_t)test_now_ms()) + (uint32_t)_i;
    kill_board *board = make_board(it, kills);
    kill_child readers[READERS];
    pid_t reader_pids[READERS];
    pid_t writer_pids[KILL_PROCESSES];

    (void)printf("%s: seed %u\n", it->type->name, seed - (uint32_t)_i);
    (void)fflush(stdout);
    start_readers(board, readers, reader_pids);
    for (uint32_t i = 0; i < it->processes; i++) {
        writer_pids[i] = start_writer(board, i, seed + i);
    }
    for (uint32_t n = 0; n < kills; n++) {
        uint32_t process = n % it->processes;

        wait_a_moment(&seed);
        end_by_kill(writer_pids[process]);
        look(board, process);
        no_violation(board);
        (void)__atomic_add_fetch(&board->appends_allowed, KILL_APPENDS_PER_KILL, __ATOMIC_SEQ_CST);
        writer_pids[process] = start_writer(board, process, seed);
    }
    __atomic_store_n(&board->stop, 1, __ATOMIC_SEQ_CST);
    for (uint32_t i = 0; i < it->processes; i++) {
        ck_assert_int_eq(test_wait(writer_pids[i], 10000), 0);
    }
    for (uint32_t i = 0; i < READERS; i++) {
        ck_assert_int_eq(test_wait(reader_pids[i], 10000), 0);
    }
    for (uint32_t i = 0; i < it->processes; i++) {
        look(board, i);
    }
    check_all(board);
    (void)printf("%s: %u kills, %u writes begun, %u appends, %llu reads, %llu stuck\n",
                 it->type->name, kills, board->number, board->appends_begun,
                 (unsigned long long)board->reads, (unsigned long long)board->stuck);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 3600);
    tcase_add_loop_test(tcase, writers_are_killed_at_any_moment, 0, (int)CASES);
}
