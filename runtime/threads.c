#include "runtime/threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "runtime/probe.h"
#include "runtime/recovery.h"
#include "runtime/system.h"

/* --- The process's handles ------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_failure;
static pthread_key_t ending_key; /* its value is a thread's writer list */

/* Guards what follows, and is held while a thread that ends gives back its slots. */
static pthread_mutex_t handles_mutex = PTHREAD_MUTEX_INITIALIZER;
static mmf_store_state *handles; /* a list */
static uint64_t last_id;
static unsigned moving; /* handles that come or go, whose descriptors are in no table */
static unsigned forking;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;

_Thread_local mmf_thread_writer mmf_thread_last;

/* The slots of one thread. */
typedef struct writer_list {
    size_t count;
    size_t capacity;
    mmf_thread_writer *writers;
} writer_list;

static _Thread_local writer_list *thread_writers;

static mmf_store_state *handle_of(uint64_t id)
{
    mmf_store_state *state = handles;

    while (state && state->id != id) {
        state = state->next;
    }
    return state;
}

/* What was left of a change that could not be undone stays in the slot, whose writer is then dead;
 * the one that came with the handle is looked at again when it is taken. */
static void give_up(mmf_writers *writers, uint32_t slot, mmf_status restored)
{
    if (restored == MMF_OK || slot == writers->slot) {
        mmf_writers_release(writers, slot);
    } else {
        mmf_writers_let_go(writers, slot);
    }
}

/* --- Threads that end ------------------------------------------------------------------------ */

static void give_back(const mmf_thread_writer *writer)
{
    mmf_store_state *state = handle_of(writer->store_id);

    if (state) {
        (void)pthread_mutex_lock(&state->writers.mutex);
        give_up(&state->writers, writer->slot, mmf_recovery_restore(state, writer->slot));
        (void)pthread_mutex_unlock(&state->writers.mutex);
    }
}

static void thread_ends(void *value)
{
    writer_list *list = value;

    (void)pthread_mutex_lock(&handles_mutex);
    for (size_t i = 0; i < list->count; i++) {
        give_back(&list->writers[i]);
    }
    (void)pthread_mutex_unlock(&handles_mutex);
    thread_writers = NULL;
    mmf_thread_last = (mmf_thread_writer){0};
    free(list->writers);
    free(list);
}

/* --- fork ------------------------------------------------------------------------------------ */

static void before_fork(void)
{
    (void)pthread_mutex_lock(&handles_mutex);
    forking++;
    while (moving > 0) {
        (void)pthread_cond_wait(&moved, &handles_mutex);
    }
}

static void after_fork_in_parent(void)
{
    forking--;
    (void)pthread_cond_broadcast(&moved);
    (void)pthread_mutex_unlock(&handles_mutex);
}

/* A mapping holds the open file as a descriptor does, and the kernel keeps an open file's locks
 * until nothing holds it: so neither may be left. */
static void let_go_of_parents_files(mmf_store_state *state)
{
    mmf_writers *writers = &state->writers;
    mmf_region *region = &state->region;

    mmf_sys_unmap(writers->file, writers->mapped_size);
    writers->file = NULL;
    writers->mapped_size = 0;
    mmf_sys_close(writers->fd);
    writers->fd = -1;
    if (mmf_sys_reopen(&region->fd)) {
        mmf_sys_map_over(region->fd, region->base, region->size);
        region->writable = false;
    }
}

/* Only what is safe after fork() in a process of many threads: no allocation, no other lock. */
static void after_fork_in_child(void)
{
    while (handles) {
        mmf_store_state *state = handles;

        handles = state->next;
        let_go_of_parents_files(state);
        state->id = UINT64_MAX; /* no thread has a slot in it */
        state->is_attached = false;
        state->is_listed = false;
        mmf_store_disable_writing(&state->store);
    }
    forking = 0; /* the others that wait to fork are not here */
    moved = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    (void)pthread_mutex_unlock(&handles_mutex);
}

static void initialise(void)
{
    once_failure = pthread_key_create(&ending_key, thread_ends);
    if (once_failure == 0) {
        once_failure = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    }
}

/* --- Handles --------------------------------------------------------------------------------- */

int mmf_threads_hold_cancel(void)
{
    int before = PTHREAD_CANCEL_ENABLE;

    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

void mmf_threads_let_cancel(int before)
{
    (void)pthread_setcancelstate(before, NULL);
}

void mmf_threads_hold_fork(void)
{
    (void)pthread_once(&once, initialise);
    (void)pthread_mutex_lock(&handles_mutex);
    while (forking > 0) {
        (void)pthread_cond_wait(&moved, &handles_mutex);
    }
    moving++;
    (void)pthread_mutex_unlock(&handles_mutex);
}

void mmf_threads_let_fork(void)
{
    (void)pthread_mutex_lock(&handles_mutex);
    moving--;
    (void)pthread_cond_broadcast(&moved);
    (void)pthread_mutex_unlock(&handles_mutex);
}

mmf_status mmf_threads_add(mmf_store_state *state)
{
    int failure = pthread_once(&once, initialise);

    failure = failure != 0 ? failure : once_failure;
    if (failure != 0) {
        errno = failure;
        return MMF_E_NO_MEMORY;
    }
    (void)pthread_mutex_lock(&handles_mutex);
    state->id = ++last_id;
    state->next = handles;
    state->is_listed = true;
    handles = state;
    (void)pthread_mutex_unlock(&handles_mutex);
    return MMF_OK;
}

void mmf_threads_remove(mmf_store_state *state)
{
    mmf_store_state **link = &handles;

    if (!state->is_listed) {
        return;
    }
    (void)pthread_mutex_lock(&handles_mutex);
    while (*link != state) {
        link = &(*link)->next;
    }
    *link = state->next;
    state->is_listed = false;
    (void)pthread_mutex_unlock(&handles_mutex);
}

/* --- Slots ----------------------------------------------------------------------------------- */

/* This thread's list with room for one more; entries of handles that were closed go. */
static writer_list *list_with_room(void)
{
    writer_list *list = thread_writers;
    size_t kept = 0;

    if (!list) {
        list = calloc(1, sizeof *list);
        if (!list || pthread_setspecific(ending_key, list) != 0) {
            free(list);
            return NULL;
        }
        thread_writers = list;
    }
    (void)pthread_mutex_lock(&handles_mutex);
    for (size_t i = 0; i < list->count; i++) {
        if (handle_of(list->writers[i].store_id)) {
            list->writers[kept++] = list->writers[i];
        }
    }
    (void)pthread_mutex_unlock(&handles_mutex);
    list->count = kept;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 4;
        mmf_thread_writer *writers = realloc(list->writers, capacity * sizeof *writers);

        if (!writers) {
            return NULL;
        }
        list->writers = writers;
        list->capacity = capacity;
    }
    return list;
}

/* Takes a slot, repairs what its last writer has left, and makes it this thread's. */
static mmf_status take_slot(mmf_store_state *state, uint32_t *ret_slot)
{
    mmf_writers *writers = &state->writers;
    int cancel = mmf_threads_hold_cancel();
    mmf_status status;

    (void)pthread_mutex_lock(&writers->mutex);
    status = mmf_writers_claim(writers, ret_slot);
    if (status == MMF_OK) {
        mmf_status restored = mmf_recovery_restore(state, *ret_slot);

        status = restored == MMF_OK ? mmf_writers_enter(writers, *ret_slot) : restored;
        if (status != MMF_OK) {
            give_up(writers, *ret_slot, restored);
        }
    }
    (void)pthread_mutex_unlock(&writers->mutex);
    mmf_threads_let_cancel(cancel);
    mmf_probe_claim((uintptr_t)state, status == MMF_OK ? *ret_slot : 0, status);
    return status;
}

mmf_status mmf_thread_find(mmf_store_state *state, mmf_thread_writer *ret_writer)
{
    writer_list *list = thread_writers;
    mmf_thread_writer writer = {.store_id = state->id};
    mmf_status status;

    if (state->store.mode == MMF_MODE_CLOSED) {
        return MMF_E_CLOSED;
    }
    for (size_t i = 0; list && i < list->count; i++) {
        if (list->writers[i].store_id == state->id) {
            mmf_thread_last = list->writers[i];
            *ret_writer = mmf_thread_last;
            return MMF_OK;
        }
    }
    list = list_with_room();
    if (!list) {
        return MMF_E_NO_MEMORY;
    }
    status = take_slot(state, &writer.slot);
    if (status != MMF_OK) {
        return status;
    }
    writer.entry = mmf_writers_entry(&state->writers, writer.slot);
    writer.undo = mmf_writers_undo(&state->writers, writer.slot);
    list->writers[list->count++] = writer;
    mmf_thread_last = writer;
    *ret_writer = writer;
    return MMF_OK;
}
