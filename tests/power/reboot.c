/* After the cut: what the image promises, and what those who open it are given. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/power/machine.h"

#define CUTS_IN_OPEN_MAX 6u
#define STUCK_MAX 5u /* how many deadlines a read-only handle is waited for */

/* What the image says. */
typedef struct promise {
    bool is_dirty;
    uint64_t generation; /* of the newest valid durable slot; 0: there is none */
    uint64_t count;      /* in that slot */
} promise;

static const mmf_header *header_of(const machine *machine)
{
    return (const mmf_header *)(const void *)machine->disk.bytes;
}

static uint64_t offset_of(const machine *machine, uint64_t index)
{
    return header_of(machine)->header_size + index * machine->type.record_size;
}

/* As the cut has left it. */
static bool is_odd(const machine *machine, uint64_t index)
{
    return (machine->disk.image[offset_of(machine, index)] & 1) != 0;
}

/* --- The image ------------------------------------------------------------------------------- */

/* Nothing that a finished sync has said is missing, and nothing counts that is not there. */
static bool read_promise(machine *machine, promise *ret_promise)
{
    const mmf_header *header = header_of(machine);
    const mmf_durable_slot *newest = disk_newest_slot(machine->disk.bytes);
    const expect *expect = &machine->expect;
    promise found = {
        .is_dirty = (header->state & MMF_STATE_DIRTY) != 0,
        .generation = newest ? newest->generation : 0,
        .count = newest ? newest->record_count : 0,
    };

    machine_want(machine, found.generation >= expect->finished,
                 "a finished sync is lost: generation %llu on the disk, %llu was finished",
                 (unsigned long long)found.generation, (unsigned long long)expect->finished);
    machine_want(machine, found.count == expect->sync_count[found.generation],
                 "sync %llu has noted %llu records, expected %llu",
                 (unsigned long long)found.generation, (unsigned long long)found.count,
                 (unsigned long long)expect->sync_count[found.generation]);
    machine_want(machine, offset_of(machine, found.count) <= machine->disk.size,
                 "%llu records are durable in a file of %llu bytes",
                 (unsigned long long)found.count, (unsigned long long)machine->disk.size);
    machine->seen.lost += expect->count - found.count;
    machine->seen.larger_headers +=
        offset_of(machine, header->common.capacity) > machine->disk.size;
    *ret_promise = found;
    return true;
}

/* What is not promised may be anything from now on. */
static void forget(machine *machine, const promise *promise)
{
    expect *expect = &machine->expect;

    expect->count = promise->count;
    expect->finished = promise->generation;
    for (uint64_t i = 0; i < promise->count; i++) {
        if (!expect_is_durable(expect, promise->generation, i)) {
            expect_begin(expect, i);
        }
        machine->seen.odd += is_odd(machine, i);
    }
}

/* --- Those who look -------------------------------------------------------------------------- */

/* One record: the promised bytes, or something that is at rest; with a checksum something that it
 * has been, or it is told to be torn. */
static bool check_record(machine *machine, const mmf_store *store, uint64_t index, bool adopts)
{
    static uint64_t words[EXPECT_BYTES_MAX / 8];
    expect *expect = &machine->expect;
    uint8_t *payload = expect_payload(expect, index);
    uint32_t size = expect->payload_size;
    bool has_checksum = machine->type.checksum_offset != 0;
    mmf_status status = mmf_get_record(store, index, machine->type.record_size, size, words);

    if (expect_is_known(expect, index)) {
        machine_want(machine, status == MMF_OK, "record %llu, which was synced: %s",
                     (unsigned long long)index, mmf_status_name(status));
        machine_want(machine, memcmp(words, payload, size) == 0,
                     "record %llu is not as it was synced", (unsigned long long)index);
        machine->seen.promised++;
        return true;
    }
    if (has_checksum && status == MMF_E_CORRUPT) {
        machine->seen.torn++;
        return true;
    }
    machine_want(machine, status == MMF_OK, "record %llu, which was not synced: %s",
                 (unsigned long long)index, mmf_status_name(status));
    machine_want(machine, !has_checksum || expect_was(expect, index, (const uint8_t *)words),
                 "record %llu is torn, and its checksum does not tell", (unsigned long long)index);
    if (adopts) {
        memcpy(payload, words, size);
        expect->version_count[index] = 0;
        expect_end(expect, index);
    }
    return true;
}

/* With MMF_REFUSE_DIRTY the file is refused, and stays as it is. */
static bool check_refusal(machine *machine, const promise *promise)
{
    static uint8_t bytes[DISK_SIZE_MAX];
    mmf_options options = machine_options(machine, MMF_REFUSE_DIRTY);
    mmf_store *store = NULL;
    mmf_status status;
    uint64_t size;

    if (!promise->is_dirty) {
        return true;
    }
    status = mmf_store_open(machine->path, &machine->type, &options, &store);
    machine_want(machine, status == MMF_E_DIRTY, "open with MMF_REFUSE_DIRTY: %s",
                 mmf_status_name(status));
    disk_current(bytes, &size);
    machine_want(machine,
                 size == machine->disk.size && memcmp(bytes, machine->disk.bytes, size) == 0,
                 "the refused file has changed");
    return true;
}

/* One who only reads cannot mend anything: no more than is durable, and that exactly. */
static bool check_reader(machine *machine, const promise *promise)
{
    mmf_options options = machine_options(machine, MMF_READ_ONLY);
    expect *expect = &machine->expect;
    mmf_store *store = NULL;
    unsigned stuck = 0;
    bool passed = true;
    mmf_status status;

    options.timeout_ms = 1;
    status = mmf_store_open(machine->path, &machine->type, &options, &store);
    machine_want(machine, status == MMF_OK, "read-only open: %s", mmf_status_name(status));
    if (mmf_store_len(store) > promise->count) {
        passed = machine_fail(machine, "a reader is shown %llu records, %llu are durable",
                              (unsigned long long)mmf_store_len(store),
                              (unsigned long long)promise->count);
    }
    for (uint64_t i = 0; passed && i < mmf_store_len(store); i++) {
        if (expect_is_known(expect, i)) {
            passed = check_record(machine, store, i, false);
        } else if (is_odd(machine, i) && stuck < STUCK_MAX) {
            uint64_t word;

            status = mmf_get_u64(store, i, machine->type.record_size, MMF_COUNTER_BYTES, &word);
            stuck += status == MMF_E_STUCK;
            passed = status == MMF_OK || status == MMF_E_STUCK || status == MMF_E_CORRUPT ||
                     machine_fail(machine, "a reader of record %llu: %s", (unsigned long long)i,
                                  mmf_status_name(status));
        }
    }
    (void)mmf_store_close(store);
    return passed;
}

/* --- Those who write ------------------------------------------------------------------------- */

static mmf_status open_to_write(machine *machine, bool one_writer)
{
    mmf_error error = {0};
    mmf_options options = machine_options(machine, one_writer ? MMF_ONE_WRITER : 0);
    mmf_status status;

    options.error = &error;
    expect_sync(&machine->expect, disk_generation() + 1); /* who recovers may also sync */
    machine->disk.moment = DISK_AT_OPEN;
    status = mmf_store_open(machine->path, &machine->type, &options, &machine->handles[0]);
    machine->disk.moment = DISK_AT_WORK;
    machine->one_writer = one_writer;
    machine_trace(machine, "open after the cut: %s %s", mmf_status_name(status), error.text);
    return status;
}

/* Mutant: what the image has left odd is odd again. */
static void leave_odd(machine *machine)
{
    for (uint64_t i = 0; machine->disk.lie == LIE_LEFT_ODD && i < machine->expect.count; i++) {
        if (is_odd(machine, i)) {
            memcpy(machine->handles[0]->records + i * machine->type.record_size,
                   machine->disk.image + offset_of(machine, i), MMF_COUNTER_BYTES);
        }
    }
}

/* A process that opens the store and dies of it while the machine stays on: sooner or later, or
 * when it has just opened it. */
static bool be_killed_at_open(machine *machine)
{
    bool one_writer = random_percent(&machine->random, 40);
    uint32_t fuse = 1 + (uint32_t)random_below(&machine->random, 6);
    int status = 0;
    pid_t child = fork();

    machine_want(machine, child >= 0, "fork");
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)alarm(60);
        machine->disk.fuse = fuse;
        machine->disk.fuse_kills = true;
        if (open_to_write(machine, one_writer) != MMF_OK) {
            _exit(1);
        }
        (void)kill(getpid(), SIGKILL);
    }
    machine_want(machine, waitpid(child, &status, 0) == child, "waitpid");
    machine->disk.fuse = 0;
    machine->disk.fuse_kills = false;
    machine->disk.moment = DISK_AT_WORK;
    machine->seen.kills++;
    machine_trace(machine, "an opener was killed");
    machine_want(machine, WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
                 "an opener ended with %#x", (unsigned)status);
    return true;
}

static bool check_store(machine *machine, const promise *promise)
{
    mmf_store *store = machine->handles[0];
    uint64_t len = mmf_store_len(store);
    uint64_t unused;
    uint64_t size;
    static uint8_t bytes[DISK_SIZE_MAX];

    machine_want(machine, len == promise->count, "%llu records, expected the %llu durable ones",
                 (unsigned long long)len, (unsigned long long)promise->count);
    disk_current(bytes, &size);
    machine_want(machine, offset_of(machine, mmf_store_capacity(store)) <= size,
                 "capacity %llu in a file of %llu bytes",
                 (unsigned long long)mmf_store_capacity(store), (unsigned long long)size);
    for (uint64_t i = 0; i < len; i++) {
        if (!check_record(machine, store, i, true)) {
            return false;
        }
    }
    machine_want(machine,
                 mmf_get_u64(store, len, machine->type.record_size, MMF_COUNTER_BYTES, &unused) ==
                     MMF_E_INDEX,
                 "there is one record more");
    return true;
}

/* --- A reboot -------------------------------------------------------------------------------- */

static bool start_again(machine *machine, promise *ret_promise)
{
    machine_want(machine, disk_restart(&machine->disk, machine->path), "cannot write the image");
    if (!read_promise(machine, ret_promise)) {
        return false;
    }
    machine_trace(
        machine, "boot: %s, sync %llu, %llu of %llu records",
        ret_promise->is_dirty ? "dirty" : "clean", (unsigned long long)ret_promise->generation,
        (unsigned long long)ret_promise->count, (unsigned long long)machine->expect.count);
    forget(machine, ret_promise);
    if (random_percent(&machine->random, 20) && !check_refusal(machine, ret_promise)) {
        return false;
    }
    if (random_percent(&machine->random, 30) && !check_reader(machine, ret_promise)) {
        return false;
    }
    while (random_percent(&machine->random, 15)) {
        if (!be_killed_at_open(machine)) {
            return false;
        }
    }
    return true;
}

bool reboot_run(machine *machine)
{
    promise promise = {0};

    for (unsigned cuts = 0;; cuts++) {
        mmf_status status;

        if (!start_again(machine, &promise)) {
            return false;
        }
        if (cuts < CUTS_IN_OPEN_MAX && random_percent(&machine->random, 40)) {
            machine->disk.fuse = 1 + (uint32_t)random_below(&machine->random, 6);
        }
        status = open_to_write(machine, random_percent(&machine->random, 30));
        machine_want(machine, status == MMF_OK, "open after the cut: %s", mmf_status_name(status));
        machine->disk.fuse = 0;
        if (!machine->disk.is_off) {
            break;
        }
        machine->seen.cuts_in_open++;
        (void)mmf_store_close(machine->handles[0]);
        machine->handles[0] = NULL;
    }
    leave_odd(machine);
    return check_store(machine, &promise);
}
