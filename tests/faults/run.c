#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/faults/run.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "schema/format.h"

void run_fail(const run *run, const char *what, const char *detail)
{
    const fault_plan *plan = &run->plan;

    faults_end();
    if (plan->is_ignored) {
        _exit(99); /* as it should be */
    }
    (void)fprintf(stderr, "%s: call %u (%s) with %s%s: %s: %s\n", run->scenario->name, plan->at,
                  run->record->fired ? fault_name(run->record->function) : "none",
                  plan->error == FAULT_SHORT ? "a part" : strerrorname_np(plan->error),
                  plan->is_lasting ? ", lasting" : "", what, detail);
    (void)fflush(stderr);
    _exit(99);
}

static void demand(const run *run, bool condition, const char *what)
{
    if (!condition) {
        run_fail(run, what, "no");
    }
}

/* --- Calls ----------------------------------------------------------------------------------- */

void run_call_begins(run *run)
{
    run->fired_before = run->record->fired;
    errno = 0;
}

/* An error of these has to come out: otherwise somebody takes for safe what is not. With MMF_CREATE
 * the store is opened when it could be made but not everything after that worked. */
static bool must_be_reported(const run *run, fault_function function)
{
    return function == FAULT_msync ||
           (function == FAULT_fsync && (run->options.flags & MMF_CREATE) == 0);
}

mmf_status run_call_ends(run *run, mmf_status status, uint64_t may, const char *call)
{
    const fault_plan *plan = &run->plan;
    bool met = run->record->fired > run->fired_before;
    bool is_harmless = plan->error == EINTR || plan->error == FAULT_SHORT;

    if (status == MMF_OK) {
        if (met && !is_harmless && must_be_reported(run, run->record->function)) {
            run_fail(run, call, "success, though nothing was written");
        }
        return status;
    }
    if (status == MMF_E_STUCK && plan->is_lasting) {
        return status; /* nobody can find out that the writer is dead */
    }
    if (!met || is_harmless || (may >> status & 1) == 0) {
        run_fail(run, call, mmf_status_name(status));
    }
    if (status == MMF_E_SYSTEM && errno != plan->error) {
        run_fail(run, call, strerror(errno));
    }
    return status;
}

static bool opened(run *run, mmf_status status, const char *call)
{
    (void)run_call_ends(run, status, RUN_OPEN_MAY, call);
    if (status != MMF_OK) {
        demand(run, run->error.status == status, "the status in the detail");
        demand(run, run->error.text[0] != '\0', "a text in the detail");
        run->store = NULL;
        return false;
    }
    if (run->type.format == MMF_FORMAT_2 &&
        (run->options.flags & (MMF_READ_ONLY | MMF_NO_SYNC)) == 0) {
        demand(run, (faults_disk_state() & MMF_STATE_DIRTY) != 0, "dirty on the disk");
    }
    return true;
}

bool run_open(run *run)
{
    run_call_begins(run);
    return opened(run, mmf_store_open(run->path, &run->type, &run->options, &run->store),
                  "mmf_store_open");
}

bool run_create(run *run)
{
    run_call_begins(run);
    return opened(run, mmf_store_create(run->path, &run->type, &run->options, &run->store),
                  "mmf_store_create");
}

void run_close(run *run)
{
    mmf_store *store = run->store;

    run->store = NULL;
    (void)RUN_CALL(run, RUN_CLOSE_MAY, mmf_store_close(store));
}

/* --- Changes --------------------------------------------------------------------------------- */

void run_expect(run *run, uint64_t index, uint64_t word)
{
    for (uint32_t i = 0; i < RUN_PAYLOAD_WORDS; i++) {
        run->expected[index][i] = word;
    }
}

void run_append(run *run, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t index = UINT64_MAX;

        if (RUN_CALL(run, RUN_WRITE_MAY, test_append(run->store, run->count, &index)) == MMF_OK) {
            demand(run, index == run->count, "the index of an append");
            run_expect(run, run->count, run->count);
            run->count++;
        }
    }
}

void run_set(run *run, uint64_t index, uint64_t word)
{
    if (RUN_CALL(run, RUN_WRITE_MAY, test_set(run->store, index, word)) == MMF_OK) {
        run_expect(run, index, word);
    }
}

void run_set_text(run *run, uint64_t index, const char *text)
{
    uint32_t len = (uint32_t)strlen(text);

    if (RUN_CALL(run, RUN_WRITE_MAY,
                 mmf_set_text(run->store, index, MMF_COUNTER_BYTES, RUN_TEXT_MAX, text, len)) ==
        MMF_OK) {
        unsigned char *bytes = (unsigned char *)run->expected[index];

        memcpy(bytes, &len, sizeof len);
        memset(bytes + sizeof len, 0, RUN_TEXT_MAX);
        memcpy(bytes + sizeof len, text, len);
    }
}

void run_check_records(run *run)
{
    uint64_t words[RUN_PAYLOAD_WORDS];

    for (uint64_t i = 0; i < run->count; i++) {
        mmf_status status = RUN_CALL(
            run, RUN_READ_MAY,
            mmf_get_record(run->store, i, run->type.record_size, run->type.payload_size, words));

        if (status == MMF_OK && memcmp(words, run->expected[i], sizeof words) != 0) {
            char text[64];

            (void)snprintf(text, sizeof text, "record %llu: %#llx … %#llx", (unsigned long long)i,
                           (unsigned long long)words[0],
                           (unsigned long long)words[RUN_PAYLOAD_WORDS - 1]);
            run_fail(run, "neither what was nor what was acknowledged", text);
        }
    }
}

/* --- Leaks ----------------------------------------------------------------------------------- */

static unsigned descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned count = 0;

    while (dir && readdir(dir)) {
        count++;
    }
    (void)closedir(dir);
    return count;
}

static bool is_mapped(const char *path)
{
    char line[1024];
    bool found = false;
    FILE *file = fopen("/proc/self/maps", "re");

    while (file && fgets(line, sizeof line, file)) {
        found = found || strstr(line, path) != NULL;
    }
    if (file) {
        (void)fclose(file);
    }
    return found;
}

/* Calls function(path) for the files of the test whose names begin with that of `path` but for it
 * and its lock file; how many there are. */
static unsigned other_files(const char *path, int (*function)(const char *path))
{
    const char *name = strrchr(path, '/') + 1;
    size_t length = strlen(name);
    DIR *dir = opendir(test_directory());
    unsigned count = 0;
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        const char *rest = entry->d_name + length;

        if (strncmp(entry->d_name, name, length) == 0 && strcmp(rest, "") != 0 &&
            strcmp(rest, ".lock") != 0) {
            char other[1024];

            (void)snprintf(other, sizeof other, "%s/%s", test_directory(), entry->d_name);
            count += function(other) == 0;
        }
    }
    (void)closedir(dir);
    return count;
}

static int leave_alone(const char *path)
{
    (void)path;
    return 0;
}

/* What could not be removed may be there. */
static bool has_leftovers(const run *run)
{
    return other_files(run->path, leave_alone) > 0 &&
           (run->record->fired == 0 || run->record->function != FAULT_unlink);
}

void run_remove_files(const char *path)
{
    char lock_path[600];

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    (void)unlink(path);
    (void)unlink(lock_path);
    (void)other_files(path, unlink);
}

/* --- Afterwards ------------------------------------------------------------------------------ */

static void open_for_look(run *run)
{
    mmf_status status;

    run->options.flags = 0;
    run->store = NULL;
    status = mmf_store_open(run->path, &run->type, &run->options, &run->store);
    if (status == MMF_E_NOT_FOUND && run->scenario->files == RUN_NOTHING && run->count == 0) {
        status = mmf_store_create(run->path, &run->type, &run->options, &run->store);
    }
    if (status != MMF_OK) {
        run_fail(run, "opening afterwards", run->error.text);
    }
    if (run->type.format == MMF_FORMAT_2) {
        demand(run, (faults_disk_state() & MMF_STATE_DIRTY) != 0, "dirty on the disk afterwards");
    }
}

/* All that was acknowledged is there, whole, and has blocks; and the store can be used. */
static void look(run *run)
{
    struct stat info;
    uint32_t state = 0;

    open_for_look(run);
    if (mmf_store_len(run->store) != run->count) {
        char text[64];

        (void)snprintf(text, sizeof text, "%llu, not %llu",
                       (unsigned long long)mmf_store_len(run->store),
                       (unsigned long long)run->count);
        run_fail(run, "records afterwards", text);
    }
    run_check_records(run);
    demand(run, stat(run->path, &info) == 0 && info.st_blocks * 512 >= info.st_size, "blocks");
    for (uint64_t i = 0; i < run->count; i++) {
        run_set(run, i, 5000 + i);
    }
    run_append(run, 3);
    run_check_records(run);
    run_close(run);
    if (run->type.format == MMF_FORMAT_2) {
        test_read_at(run->path, offsetof(mmf_header, state), &state, sizeof state);
        demand(run, (state & MMF_STATE_DIRTY) == 0, "clean in the end");
    }
}

static void *body(void *argument)
{
    run *run = argument;

    faults_begin(&run->plan, run->record);
    run->scenario->body(run);
    faults_end();
    if (run->store) {
        run_close(run); /* what `before` opened */
    }
    return NULL;
}

void run_scenario(run *run)
{
    int64_t blocks = faults_live_blocks();
    unsigned fds = descriptors();
    pthread_t thread;

    if (run->scenario->files != RUN_NOTHING && run->type.format == MMF_FORMAT_2) {
        uint32_t state;

        test_read_at(run->path, offsetof(mmf_header, state), &state, sizeof state);
        faults_set_disk_state(state);
    }
    run->options.error = &run->error;
    if (run->scenario->before) {
        run->scenario->before(run);
    }
    demand(run, pthread_create(&thread, NULL, body, run) == 0, "a thread");
    demand(run, pthread_join(thread, NULL) == 0, "its end");
    demand(run, descriptors() == fds, "all descriptors closed");
    demand(run, !is_mapped(run->path), "all mappings gone");
    demand(run, run->scenario->before || faults_live_blocks() == blocks, "all memory freed");
    demand(run, !has_leftovers(run), "no other files");
    look(run);
}

/* --- What a run begins with ------------------------------------------------------------------ */

static void set_half(mmf_store *store, uint64_t index)
{
    mmf_write_section section;

    must_ok(mmf_write_begin(store, index, store->type->record_size, MMF_COUNTER_BYTES,
                            RUN_PAYLOAD_BYTES, &section));
    memset(section.payload, 0xdd, RUN_PAYLOAD_BYTES / 2);
}

/* Appends, takes the append right for good, and dies in the middle of a change. */
static void die_while_writing(void *argument)
{
    run *run = argument;
    mmf_append_section append;
    mmf_store *store = NULL;

    must_ok(mmf_store_open(run->path, &run->type, &run->options, &store));
    for (uint64_t i = 0; i < 10; i++) {
        must_ok(test_append(store, run->count + i, NULL));
    }
    must_ok(mmf_append_begin(store, 1, &append));
    set_half(store, 3);
    _exit(0);
}

/* As if the machine had stopped while somebody appended, and changed record 3. */
static void stop_machine(run *run, const char *path)
{
    const uint8_t boot_id[16] = {1, 2, 3};
    const uint64_t more = run->count + 5;
    const uint32_t state = MMF_STATE_DIRTY;
    char lock_path[600];

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    if (run->type.format == MMF_FORMAT_2) {
        test_write_at(path, offsetof(mmf_header_common, record_count), &more, sizeof more);
        test_write_at(path, offsetof(mmf_header, state), &state, sizeof state);
        test_write_at(path, offsetof(mmf_header, boot_id), boot_id, sizeof boot_id);
        ck_assert_int_eq(unlink(lock_path), 0);
    } else {
        const uint64_t process_id = 1;

        test_write_at(lock_path, offsetof(mmf_lock_header, boot_id), boot_id, sizeof boot_id);
        test_write_at(lock_path, offsetof(mmf_lock_header, slots[4]), &process_id, 8);
    }
    test_poke_counter(path, &run->type, 3, 512 | 4 << 1 | 1);
}

void run_make_files(run *run, run_files files, const char *path)
{
    mmf_store *store;

    run->path = path;
    run->count = 0;
    if (files == RUN_NOTHING) {
        return;
    }
    store = test_create(path, &run->type, 0);
    for (; run->count < 40; run->count++) {
        ck_ok(test_append(store, run->count, NULL));
        run_expect(run, run->count, run->count);
    }
    ck_ok(mmf_store_close(store));
    if (files == RUN_KILLED) {
        test_run_ok(die_while_writing, run, 10000);
        for (uint64_t end = run->count + 10; run->count < end; run->count++) {
            run_expect(run, run->count, run->count);
        }
    } else if (files == RUN_REBOOTED) {
        stop_machine(run, path);
    }
}

void run_leave_dead_writer(const run *run, uint32_t slot, uint64_t index)
{
    const uint64_t odd = test_counter(run->path, &run->type, index) + 512 + (slot << 1 | 1);
    const uint64_t stride = mmf_undo_stride(run->type.record_size);
    const uint64_t garbage = 0xdddddddddddddddd;
    uint64_t image[1 + RUN_PAYLOAD_WORDS] = {index};
    mmf_writer_slot entry = {.process_id = 1, .odd = odd};
    char lock_path[600];

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", run->path);
    entry.undo = mmf_undo_range(MMF_COUNTER_BYTES, RUN_PAYLOAD_BYTES);
    memcpy(image + 1, run->expected[index], RUN_PAYLOAD_BYTES);
    test_write_at(lock_path, mmf_undo_offset(stride, slot), image, sizeof image);
    test_write_at(lock_path, offsetof(mmf_lock_header, slots) + slot * sizeof entry, &entry,
                  sizeof entry);
    test_poke_counter(run->path, &run->type, index, odd);
    test_write_at(run->path, test_record_offset(&run->type, index) + MMF_COUNTER_BYTES, &garbage,
                  sizeof garbage);
}
