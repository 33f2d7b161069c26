#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdio.h>

#include "tests/crash/kill.h"
#include "tests/runtime/testing.h"

/* --- What is written where ------------------------------------------------------------------- */

crash_part kill_part(const kill_board *board, uint64_t index)
{
    static const crash_part parts[] = {CRASH_WHOLE, CRASH_TEXT, CRASH_WORDS, CRASH_MARK,
                                       CRASH_WHOLE};
    crash_part part = index < KILL_HOT ? parts[index % 5] : CRASH_WHOLE;

    return part != CRASH_WHOLE && board->type->places[part].size == 0 ? CRASH_WHOLE : part;
}

uint32_t kill_first_number(uint64_t index)
{
    return (uint32_t)index + 1;
}

uint32_t kill_begin(kill_board *board)
{
    return __atomic_add_fetch(&board->number, 1, __ATOMIC_SEQ_CST);
}

void kill_found(kill_board *board, const char *who, const char *what, uint64_t index)
{
    if (__atomic_fetch_add(&board->violations, 1, __ATOMIC_SEQ_CST) == 0) {
        (void)snprintf(board->violation, sizeof board->violation, "%s, %s: record %llu: %s",
                       board->type->name, who, (unsigned long long)index, what);
    }
}

bool kill_check(kill_board *board, const char *who, uint64_t index, const crash_payload *payload)
{
    uint32_t begun = __atomic_load_n(&board->number, __ATOMIC_SEQ_CST);
    uint32_t number = 0;

    if (!crash_is_intact(board->type, kill_part(board, index), kill_first_number(index), payload,
                         &number)) {
        kill_found(board, who, "torn", index);
        return false;
    }
    /* A mark of two bytes has no more than a part of the number. */
    if (number > begun || (number == 0 && kill_part(board, index) != CRASH_MARK)) {
        kill_found(board, who, "of a number that nobody has written", index);
        return false;
    }
    return true;
}

/* --- Writers --------------------------------------------------------------------------------- */

typedef struct writer_thread {
    kill_board *board;
    mmf_store *store;
    uint32_t id;
    uint32_t seed;
} writer_thread;

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void write_own(writer_thread *thread)
{
    kill_board *board = thread->board;
    kill_writer *self = &board->writers[thread->id];
    crash_payload payload;
    uint32_t number = kill_begin(board);

    crash_fill(board->type, number, &payload);
    __atomic_store_n(&self->begun, number, __ATOMIC_SEQ_CST);
    if (board->type->set(thread->store, KILL_FIRST_OWN + thread->id, &payload) != MMF_OK) {
        kill_found(board, "a writer", "its own record cannot be set", thread->id);
    }
    __atomic_store_n(&self->acknowledged, number, __ATOMIC_SEQ_CST);
}

static void write_hot(writer_thread *thread, uint64_t index)
{
    kill_board *board = thread->board;
    crash_part part = kill_part(board, index);
    crash_payload payload;

    crash_fill(board->type, kill_begin(board), &payload);
    if (crash_change(board->type, part, thread->store, index, &payload) != MMF_OK) {
        kill_found(board, "a writer", "cannot be set", index);
    }
}

static void append(writer_thread *thread)
{
    kill_board *board = thread->board;
    kill_writer *self = &board->writers[thread->id];
    kill_append *entry = &self->appends[self->append_count];
    crash_payload payload;

    if (__atomic_load_n(&board->appends_begun, __ATOMIC_SEQ_CST) + KILL_WRITERS >=
        __atomic_load_n(&board->appends_allowed, __ATOMIC_SEQ_CST)) {
        return;
    }
    (void)__atomic_fetch_add(&board->appends_begun, 1, __ATOMIC_SEQ_CST);
    entry->number = kill_begin(board);
    crash_fill(board->type, entry->number, &payload);
    if (board->type->append(thread->store, &payload, &entry->index) == MMF_OK) {
        __atomic_store_n(&self->append_count, self->append_count + 1, __ATOMIC_SEQ_CST);
    } else {
        kill_found(board, "a writer", "cannot append", self->append_count);
    }
}

static void *write_until_stopped(void *argument)
{
    writer_thread *thread = argument;

    while (!__atomic_load_n(&thread->board->stop, __ATOMIC_RELAXED)) {
        uint32_t random = next_random(&thread->seed) >> 8;

        if (random % 8 == 0) {
            append(thread);
        } else if (random % 8 == 1) {
            write_own(thread);
        } else {
            write_hot(thread, random / 8 % KILL_HOT);
        }
    }
    return NULL;
}

void kill_writer_main(void *argument)
{
    kill_child *child = argument;
    kill_board *board = child->board;
    mmf_options options = {.flags = board->flags, .timeout_ms = KILL_TIMEOUT_MS};
    writer_thread threads[KILL_THREADS];
    pthread_t other;
    mmf_store *store = NULL;
    mmf_status status = mmf_store_open(board->path, board->type->record, &options, &store);

    if (status != MMF_OK) {
        kill_found(board, "a writer that opens the store", mmf_status_name(status), 0);
        return;
    }
    for (uint32_t i = 0; i < KILL_THREADS; i++) {
        threads[i] = (writer_thread){board, store, child->process * KILL_THREADS + i,
                                     child->seed + i * 77777u + 1};
    }
    if (board->threads > 1) {
        must(pthread_create(&other, NULL, write_until_stopped, &threads[1]) == 0);
    }
    (void)write_until_stopped(&threads[0]);
    if (board->threads > 1) {
        (void)pthread_join(other, NULL);
    }
    must_ok(mmf_store_close(store));
}

/* --- Readers --------------------------------------------------------------------------------- */

static void read_one(kill_child *child, const mmf_store *store, uint64_t index)
{
    kill_board *board = child->board;
    crash_payload payload;
    mmf_status status = board->type->get(store, index, &payload);

    if (status == MMF_OK) {
        (void)__atomic_fetch_add(&board->reads, 1, __ATOMIC_RELAXED);
        (void)kill_check(board, child->name, index, &payload);
    } else if (status == MMF_E_STUCK && child->without_permission) {
        (void)__atomic_fetch_add(&board->stuck, 1, __ATOMIC_RELAXED);
    } else {
        kill_found(board, child->name, mmf_status_name(status), index);
    }
}

/* Acknowledged appends are there, and no others than were begun. */
static void check_count(kill_child *child, const mmf_store *store)
{
    kill_board *board = child->board;
    uint64_t acknowledged = KILL_FIXED;
    uint64_t count;

    for (uint32_t i = 0; i < KILL_WRITERS; i++) {
        acknowledged += __atomic_load_n(&board->writers[i].append_count, __ATOMIC_SEQ_CST);
    }
    count = mmf_store_len(store);
    if (count < acknowledged) {
        kill_found(board, child->name, "fewer records than were acknowledged", count);
    }
    if (count > KILL_FIXED + __atomic_load_n(&board->appends_begun, __ATOMIC_SEQ_CST)) {
        kill_found(board, child->name, "more records than were begun", count);
    }
    read_one(child, store, count - 1);
}

void kill_reader_main(void *argument)
{
    kill_child *child = argument;
    kill_board *board = child->board;
    mmf_options options = {.flags = child->flags, .timeout_ms = KILL_TIMEOUT_MS};
    mmf_store *store = NULL;
    mmf_status status;

    (void)alarm(0); /* the long version takes its time */
    if (child->without_permission) {
        test_drop_capabilities();
        options.timeout_ms = 5;
    }
    status = mmf_store_open(board->path, board->type->record, &options, &store);
    if (status != MMF_OK) {
        kill_found(board, child->name, mmf_status_name(status), 0);
        return;
    }
    while (!__atomic_load_n(&board->stop, __ATOMIC_RELAXED)) {
        for (uint64_t index = 0; index < KILL_FIXED; index++) {
            read_one(child, store, index);
        }
        check_count(child, store);
        read_one(child, store, next_random(&child->seed) % mmf_store_len(store));
    }
    must_ok(mmf_store_close(store));
}
