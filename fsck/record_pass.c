/* All records, by threads: each takes a unit, reads it piece by piece and notes the records that
 * are not perfect; the caller's thread takes the units in their order and looks closely at those.
 * What is in memory at a time is a few units' notes and a piece for each thread, however large the
 * file. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/checking.h"
#include "runtime/system.h"

#define THREADS_MAX 64u
#define THREADS_DEFAULT_MAX 16u
#define PIECE_SIZE (256u << 10) /* stays in the processor's cache between reading and looking */
#define UNIT_PIECES 16u
#define UNITS_AHEAD 4u /* for each thread */

/* Records that one thread looks at without asking for more. */
typedef struct unit {
    uint64_t first;
    uint64_t count;
    bool is_done;
    mmf_error error;      /* of reading; status MMF_OK: none */
    uint64_t error_first; /* the first record that could not be read */
    uint64_t error_count;
    uint32_t *suspects; /* positions in the unit */
    size_t suspect_count;
    size_t suspect_room;
} unit;

typedef struct pass {
    mmf_checking *checking;
    uint64_t piece_records;
    uint64_t unit_records;
    pthread_mutex_t mutex;
    pthread_cond_t unit_is_done;
    pthread_cond_t unit_is_free;
    unit *ring;
    uint64_t ring_size;
    /* under the mutex: */
    uint64_t next;     /* the next record that nobody has taken */
    uint64_t taken;    /* units taken */
    uint64_t consumed; /* units that the caller's thread is done with */
    uint64_t data_end; /* the end of the range of data that `next` lies in, bytes */
    bool is_stopped;
    mmf_status status; /* of looking for data */
    mmf_error error;
} pass;

/* --- Threads --------------------------------------------------------------------------------- */

/* Records in holes are blank, and so are perfect; but a checksum of zeros is not zero. */
static mmf_status skip_hole(pass *pass)
{
    const mmf_checking *checking = pass->checking;
    const mmf_header_info *info = &checking->info;
    uint64_t offset = mmf_checking_record_offset(checking, pass->next);
    uint64_t begin = 0;
    mmf_status status;

    if (info->checksum_offset != 0 || offset < pass->data_end) {
        return MMF_OK;
    }
    status =
        mmf_checked_file_next_data(&checking->store, offset, &begin, &pass->data_end, &pass->error);
    if (status == MMF_OK && begin > offset) {
        uint64_t next = (begin - info->data_offset) / info->record_size;

        pass->next = begin == pass->data_end || next > info->record_count ? info->record_count
                     : next > pass->next                                  ? next
                                                                          : pass->next;
    }
    return status;
}

/* The next unit, or NULL: there is none. */
static unit *take_unit(pass *pass)
{
    unit *unit = NULL;

    (void)pthread_mutex_lock(&pass->mutex);
    while (!pass->is_stopped && pass->taken - pass->consumed == pass->ring_size) {
        (void)pthread_cond_wait(&pass->unit_is_free, &pass->mutex);
    }
    if (!pass->is_stopped && pass->next < pass->checking->info.record_count &&
        pass->status == MMF_OK) {
        pass->status = skip_hole(pass);
    }
    if (!pass->is_stopped && pass->status == MMF_OK &&
        pass->next < pass->checking->info.record_count) {
        uint64_t left = pass->checking->info.record_count - pass->next;

        unit = &pass->ring[pass->taken % pass->ring_size];
        unit->first = pass->next;
        unit->count = left < pass->unit_records ? left : pass->unit_records;
        pass->next += unit->count;
        pass->taken++;
    }
    (void)pthread_mutex_unlock(&pass->mutex);
    return unit;
}

static bool keep_suspects(unit *unit, const uint32_t *positions, size_t count, uint64_t base)
{
    if (unit->suspect_count + count > unit->suspect_room) {
        size_t room = (unit->suspect_count + count) * 2;
        uint32_t *suspects = realloc(unit->suspects, room * sizeof *suspects);

        if (!suspects) {
            return false;
        }
        unit->suspects = suspects;
        unit->suspect_room = room;
    }
    for (size_t i = 0; i < count; i++) {
        unit->suspects[unit->suspect_count++] = (uint32_t)(base + positions[i]);
    }
    return true;
}

static void note_unread(unit *unit, uint64_t first, uint64_t count)
{
    if (unit->error_count == 0) {
        unit->error_first = first;
    }
    unit->error_count = first + count - unit->error_first;
}

/* One piece: records `done` … of the unit. */
static void look_at_piece(const pass *pass, unit *unit, uint64_t done, unsigned char *buffer,
                          uint32_t *positions)
{
    const mmf_checking *checking = pass->checking;
    uint32_t record_size = checking->info.record_size;
    uint64_t left = unit->count - done;
    uint64_t count = left < pass->piece_records ? left : pass->piece_records;
    uint64_t offset = mmf_checking_record_offset(checking, unit->first + done);
    size_t size = 0;
    mmf_status status = mmf_checked_file_read(&checking->store, offset, buffer, count * record_size,
                                              &size, &unit->error);
    uint64_t whole = size / record_size;

    if (status != MMF_OK) {
        note_unread(unit, unit->first + done, count);
        return;
    }
    if (whole < count) {
        (void)mmf_error_set(&unit->error, MMF_E_TRUNCATED, "the file was cut meanwhile");
        note_unread(unit, unit->first + done + whole, count - whole);
    }
    if (!keep_suspects(unit, positions,
                       mmf_record_check_scan(checking->record_check, buffer, whole, positions),
                       done)) {
        (void)mmf_error_set(&unit->error, MMF_E_NO_MEMORY, "out of memory");
    }
}

static void finish_unit(pass *pass, unit *unit)
{
    (void)pthread_mutex_lock(&pass->mutex);
    unit->is_done = true;
    (void)pthread_cond_signal(&pass->unit_is_done);
    (void)pthread_mutex_unlock(&pass->mutex);
}

typedef struct worker {
    pass *pass;
    unsigned char *buffer;
    uint32_t *positions;
    pthread_t thread;
    bool is_started;
} worker;

static void look_at_unit(const worker *worker, unit *unit)
{
    for (uint64_t done = 0; done < unit->count; done += worker->pass->piece_records) {
        look_at_piece(worker->pass, unit, done, worker->buffer, worker->positions);
    }
    finish_unit(worker->pass, unit);
}

static void *work(void *argument)
{
    const worker *worker = argument;
    unit *unit;

    while ((unit = take_unit(worker->pass)) != NULL) {
        look_at_unit(worker, unit);
    }
    (void)pthread_mutex_lock(&worker->pass->mutex);
    (void)pthread_cond_signal(&worker->pass->unit_is_done); /* there will be no more */
    (void)pthread_mutex_unlock(&worker->pass->mutex);
    return NULL;
}

/* --- The caller's thread --------------------------------------------------------------------- */

/* The next unit in order, when it is done; NULL: all are consumed. */
static unit *await_unit(pass *pass)
{
    unit *unit = NULL;

    (void)pthread_mutex_lock(&pass->mutex);
    for (;;) {
        bool is_end = pass->next >= pass->checking->info.record_count || pass->status != MMF_OK;

        if (pass->consumed < pass->taken) {
            unit = &pass->ring[pass->consumed % pass->ring_size];
            if (unit->is_done) {
                break;
            }
        } else if (is_end) {
            unit = NULL;
            break;
        }
        (void)pthread_cond_wait(&pass->unit_is_done, &pass->mutex);
    }
    (void)pthread_mutex_unlock(&pass->mutex);
    return unit;
}

static void free_unit(pass *pass, unit *unit)
{
    uint32_t *suspects = unit->suspects;
    size_t room = unit->suspect_room;

    (void)pthread_mutex_lock(&pass->mutex);
    memset(unit, 0, sizeof *unit);
    unit->suspects = suspects;
    unit->suspect_room = room;
    pass->consumed++;
    (void)pthread_cond_broadcast(&pass->unit_is_free);
    (void)pthread_mutex_unlock(&pass->mutex);
}

/* Memory is the check's own trouble; everything else the file's. */
static mmf_status report_unread(mmf_checking *checking, const unit *unit)
{
    uint64_t first = unit->error_first;
    mmf_place place = {false, mmf_checking_record_offset(checking, first), first, NULL};

    if (unit->error.status == MMF_E_NO_MEMORY) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    (void)mmf_checking_find(checking, MMF_PROBLEM_UNREADABLE, &place,
                            "records %" PRIu64 " to %" PRIu64 ": %s", first,
                            first + unit->error_count - 1, unit->error.text);
    checking->keeps_state = true; /* the dead may be inside of some of them */
    checking->result->is_complete = false;
    return MMF_OK;
}

static mmf_status consume(mmf_checking *checking, const unit *unit)
{
    mmf_status status = MMF_OK;
    uint64_t done = (unit->first + unit->count) * checking->info.record_size;
    uint64_t total = checking->info.record_count * checking->info.record_size;

    for (size_t i = 0; i < unit->suspect_count && status == MMF_OK; i++) {
        status = mmf_record_repair(checking, unit->first + unit->suspects[i]);
        if (status == MMF_OK) {
            status = mmf_checking_flush_some(checking);
        }
    }
    if (status == MMF_OK && unit->error.status != MMF_OK) {
        status = report_unread(checking, unit);
    }
    if (status == MMF_OK) {
        checking->result->records_checked += unit->count;
        status = mmf_checking_progress(checking, done, total);
    }
    return status;
}

static mmf_status consume_all(pass *pass)
{
    mmf_status status = MMF_OK;
    unit *unit;

    while (status == MMF_OK && (unit = await_unit(pass)) != NULL) {
        status = consume(pass->checking, unit);
        free_unit(pass, unit);
    }
    (void)pthread_mutex_lock(&pass->mutex);
    pass->is_stopped = true;
    status = status == MMF_OK ? pass->status : status;
    (void)pthread_cond_broadcast(&pass->unit_is_free);
    (void)pthread_mutex_unlock(&pass->mutex);
    return status;
}

/* Without a thread of its own: a unit, and then a look at it. */
static mmf_status work_alone(pass *pass, const worker *worker)
{
    mmf_status status = MMF_OK;
    unit *unit;

    while (status == MMF_OK && (unit = take_unit(pass)) != NULL) {
        look_at_unit(worker, unit);
        status = consume(pass->checking, unit);
        free_unit(pass, unit);
    }
    return status == MMF_OK ? pass->status : status;
}

/* --- All of it ------------------------------------------------------------------------------- */

static uint32_t thread_count(const mmf_checking *checking, uint64_t units)
{
    uint32_t wanted = checking->options->threads;

    if (wanted == 0) {
        wanted = mmf_sys_processors();
        wanted = wanted < THREADS_DEFAULT_MAX ? wanted : THREADS_DEFAULT_MAX;
    }
    wanted = wanted < THREADS_MAX ? wanted : THREADS_MAX;
    return units < wanted ? (uint32_t)units : wanted;
}

static bool start_worker(pass *pass, worker *worker)
{
    worker->pass = pass;
    worker->buffer = malloc(pass->piece_records * pass->checking->info.record_size);
    worker->positions = malloc(pass->piece_records * sizeof *worker->positions);
    return worker->buffer && worker->positions;
}

static mmf_status run(pass *pass, worker *workers, uint32_t count)
{
    uint32_t started = 0;
    mmf_status status;

    for (uint32_t i = 0; i < count; i++) {
        if (!start_worker(pass, &workers[i])) {
            return mmf_error_set(pass->checking->options->error, MMF_E_NO_MEMORY, "out of memory");
        }
    }
    for (uint32_t i = 0; count > 1 && i < count; i++) {
        workers[i].is_started = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
        started += workers[i].is_started;
    }
    status = started > 0 ? consume_all(pass) : work_alone(pass, &workers[0]);
    for (uint32_t i = 0; i < count; i++) {
        if (workers[i].is_started) {
            (void)pthread_join(workers[i].thread, NULL);
        }
    }
    return status;
}

static void free_pass(pass *pass, worker *workers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        free(workers[i].buffer);
        free(workers[i].positions);
    }
    for (uint64_t i = 0; pass->ring && i < pass->ring_size; i++) {
        free(pass->ring[i].suspects);
    }
    free(pass->ring);
    (void)pthread_cond_destroy(&pass->unit_is_free);
    (void)pthread_cond_destroy(&pass->unit_is_done);
    (void)pthread_mutex_destroy(&pass->mutex);
}

mmf_status mmf_record_pass(mmf_checking *checking)
{
    uint64_t piece = PIECE_SIZE / checking->info.record_size;
    pass pass = {.checking = checking, .piece_records = piece > 0 ? piece : 1};
    worker workers[THREADS_MAX] = {{0}};
    uint32_t count;
    mmf_status status;

    if (checking->info.record_count == 0) {
        return MMF_OK;
    }
    pass.unit_records = pass.piece_records * UNIT_PIECES;
    count = thread_count(checking, checking->info.record_count / pass.unit_records + 1);
    pass.ring_size = count > 1 ? (uint64_t)count * UNITS_AHEAD : 1;
    pass.ring = calloc(pass.ring_size, sizeof *pass.ring);
    (void)pthread_mutex_init(&pass.mutex, NULL);
    (void)pthread_cond_init(&pass.unit_is_done, NULL);
    (void)pthread_cond_init(&pass.unit_is_free, NULL);
    status = pass.ring ? run(&pass, workers, count)
                       : mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    if (status != MMF_OK && pass.error.status != MMF_OK && checking->options->error &&
        checking->options->error->status == MMF_OK) {
        *checking->options->error = pass.error;
    }
    free_pass(&pass, workers, count);
    return status;
}
