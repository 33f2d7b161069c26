/* A life between two boots: threads of one process with some handles, and other processes that do
 * a few things and end, mostly badly. Everything that is done is told to `expect` as it happens. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/power/machine.h"

#define TEXT_OFFSET 16u /* in a record; the scalar is before it */

/* --- Small things ---------------------------------------------------------------------------- */

static uint64_t below(machine *machine, uint64_t n)
{
    return random_below(&machine->random, n);
}

static bool percent(machine *machine, unsigned n)
{
    return random_percent(&machine->random, n);
}

static bool is_off(const machine *machine)
{
    return machine->disk.is_off;
}

static unsigned open_handles(const machine *machine)
{
    unsigned n = 0;

    for (size_t i = 0; i < MACHINE_HANDLES; i++) {
        n += machine->handles[i] != NULL;
    }
    return n;
}

static mmf_store *some_handle(machine *machine)
{
    mmf_store *open[MACHINE_HANDLES];
    unsigned n = 0;

    for (size_t i = 0; i < MACHINE_HANDLES; i++) {
        if (machine->handles[i]) {
            open[n++] = machine->handles[i];
        }
    }
    return n == 0 ? NULL : open[below(machine, n)];
}

static void random_payload(machine *machine, uint8_t *payload, uint32_t size)
{
    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t word = random_next(&machine->random);

        memcpy(payload + i, &word, sizeof word);
    }
}

/* --- Records --------------------------------------------------------------------------------- */

/* Some are appended half at the time when their process dies or the power goes. */
static bool append(machine *machine, mmf_store *store, uint64_t n, bool dies)
{
    expect *expect = &machine->expect;
    uint32_t stride = machine->type.record_size;
    mmf_append_section section;
    mmf_status status;

    if (expect->count + n > expect->records_max) {
        return true;
    }
    machine_trace(machine, "append %llu at %llu", (unsigned long long)n,
                  (unsigned long long)expect->count);
    status = mmf_append_begin(store, n, &section);
    machine_want(machine, status == MMF_OK, "append: %s", mmf_status_name(status));
    machine_want(machine, section.index == expect->count, "append at %llu, expected %llu",
                 (unsigned long long)section.index, (unsigned long long)expect->count);
    for (uint64_t i = 0; i < n; i++) {
        unsigned char *record = section.record + i * stride;
        uint8_t *payload = expect_payload(expect, section.index + i);
        unsigned char *to = mmf_append_record_begin(record);

        if (dies && i == n / 2) {
            mmf_bytes_store(to, payload, expect->payload_size / 2);
            return true;
        }
        random_payload(machine, payload, expect->payload_size);
        mmf_words_store(to, payload, expect->payload_size);
        mmf_append_record_end(store, record);
        expect->version_count[section.index + i] = 0;
        expect_end(expect, section.index + i);
    }
    status = mmf_append_end(store, &section, n);
    machine_want(machine, status == MMF_OK, "end of append: %s", mmf_status_name(status));
    expect->count += n;
    return true;
}

static bool append_zero(machine *machine, mmf_store *store)
{
    expect *expect = &machine->expect;
    uint64_t index;
    mmf_status status;

    if (expect->count + 1 > expect->records_max) {
        return true;
    }
    status = mmf_append_zero(store, &index);
    machine_want(machine, status == MMF_OK && index == expect->count, "append of zeros: %s",
                 mmf_status_name(status));
    memset(expect_payload(expect, index), 0, expect->payload_size);
    expect->version_count[index] = 0;
    expect_end(expect, index);
    expect->count++;
    return true;
}

/* A whole record; in its middle the kernel may write pages back, others may sync, and the writer
 * or the machine may stop. */
static bool sync_all(machine *machine, mmf_store *store);

static bool set(machine *machine, mmf_store *store, uint64_t index, bool dies)
{
    expect *expect = &machine->expect;
    uint32_t size = expect->payload_size;
    uint8_t *payload = expect_payload(expect, index);
    mmf_write_section section;
    mmf_status status;

    machine_trace(machine, "set %llu%s", (unsigned long long)index, dies ? ", half" : "");
    status =
        mmf_write_begin(store, index, machine->type.record_size, MMF_COUNTER_BYTES, size, &section);
    machine_want(machine, status == MMF_OK, "set of record %llu: %s", (unsigned long long)index,
                 mmf_status_name(status));
    expect_begin(expect, index);
    random_payload(machine, payload, size);
    mmf_words_store(section.payload, payload, size / 16 * 8);
    if (percent(machine, 30)) {
        disk_write_back(&machine->disk);
    }
    if (percent(machine, 10) && !sync_all(machine, store)) {
        return false;
    }
    if (dies || is_off(machine)) {
        return true;
    }
    mmf_words_store(section.payload, payload, size);
    status = mmf_write_end(store, &section);
    machine_want(machine, status == MMF_OK, "end of set: %s", mmf_status_name(status));
    expect_end(expect, index);
    return true;
}

static bool set_scalar(machine *machine, mmf_store *store, uint64_t index)
{
    uint64_t value = random_next(&machine->random);
    mmf_status status;

    expect_begin(&machine->expect, index);
    status = mmf_set_u64(store, index, machine->type.record_size, MMF_COUNTER_BYTES, value);
    machine_want(machine, status == MMF_OK, "set of a scalar of record %llu: %s",
                 (unsigned long long)index, mmf_status_name(status));
    memcpy(expect_payload(&machine->expect, index), &value, sizeof value);
    expect_end(&machine->expect, index);
    return true;
}

static bool set_text(machine *machine, mmf_store *store, uint64_t index)
{
    uint32_t max = machine->expect.payload_size - (TEXT_OFFSET - MMF_COUNTER_BYTES) - 4;
    uint32_t len = (uint32_t)below(machine, max + 1);
    uint8_t *text = expect_payload(&machine->expect, index) + TEXT_OFFSET - MMF_COUNTER_BYTES;
    mmf_status status;

    expect_begin(&machine->expect, index);
    memcpy(text, &len, sizeof len);
    memset(text + 4, 0, max);
    memset(text + 4, 'a' + (int)below(machine, 26), len);
    status = mmf_set_text(store, index, TEXT_OFFSET, max, text + 4, len);
    machine_want(machine, status == MMF_OK, "set of a text of record %llu: %s",
                 (unsigned long long)index, mmf_status_name(status));
    expect_end(&machine->expect, index);
    return true;
}

/* Some record, in some way. What a dead writer left is unknown, and has to be set as a whole. */
static bool change(machine *machine, mmf_store *store)
{
    uint64_t index;

    if (machine->expect.count == 0) {
        return append(machine, store, 1, false);
    }
    index = below(machine, machine->expect.count);
    if (!expect_is_known(&machine->expect, index) || percent(machine, 40)) {
        return set(machine, store, index, false);
    }
    if (machine->expect.payload_size >= 32 && percent(machine, 50)) {
        return set_text(machine, store, index);
    }
    return set_scalar(machine, store, index);
}

/* What is known of the running store is so. */
static bool look(machine *machine, const mmf_store *store)
{
    static uint64_t words[EXPECT_BYTES_MAX / 8];
    expect *expect = &machine->expect;

    machine_want(machine, mmf_store_len(store) == expect->count,
                 "the running store has %llu records, expected %llu",
                 (unsigned long long)mmf_store_len(store), (unsigned long long)expect->count);
    for (uint64_t i = below(machine, 7); i < expect->count; i += 7) {
        mmf_status status;

        if (!expect_is_known(expect, i)) {
            continue;
        }
        status = mmf_get_record(store, i, machine->type.record_size, expect->payload_size, words);
        machine_want(machine,
                     status == MMF_OK &&
                         memcmp(words, expect_payload(expect, i), expect->payload_size) == 0,
                     "record %llu of the running store: %s, or other bytes", (unsigned long long)i,
                     mmf_status_name(status));
    }
    return true;
}

/* --- The whole store ------------------------------------------------------------------------- */

static bool finished(machine *machine, uint64_t generation)
{
    if (!is_off(machine)) {
        machine->expect.finished = disk_generation();
        machine->seen.syncs++;
        machine_want(machine, machine->expect.finished >= generation,
                     "a sync has written no durable slot");
    }
    return true;
}

static bool sync_all(machine *machine, mmf_store *store)
{
    uint64_t generation = disk_generation() + 1;
    mmf_status status;

    machine_trace(machine, "sync %llu of %llu", (unsigned long long)generation,
                  (unsigned long long)machine->expect.count);
    expect_sync(&machine->expect, generation);
    status = mmf_store_sync(store);
    machine_want(machine, status == MMF_OK, "sync: %s", mmf_status_name(status));
    return finished(machine, generation);
}

static bool sync_range(machine *machine, mmf_store *store)
{
    uint64_t first = below(machine, machine->expect.count + 1);
    uint64_t count = below(machine, machine->expect.count - first + 1);
    mmf_status status = mmf_store_sync_range(store, first, count);

    machine_want(machine, status == MMF_OK, "sync of a range: %s", mmf_status_name(status));
    return true;
}

static bool reserve(machine *machine, mmf_store *store)
{
    uint64_t more = below(machine, machine->expect.records_max / 4 + 1);
    uint64_t capacity = mmf_store_len(store) + more;
    mmf_status status;

    if (capacity > machine->expect.records_max) {
        return true;
    }
    status = mmf_store_reserve(store, capacity);
    machine_want(machine, status == MMF_OK, "reserve: %s", mmf_status_name(status));
    return true;
}

static bool open_one(machine *machine, size_t place)
{
    mmf_options options = machine_options(machine, machine->one_writer ? MMF_ONE_WRITER : 0);
    mmf_status status;

    machine->disk.moment = DISK_AT_OPEN;
    status = mmf_store_open(machine->path, &machine->type, &options, &machine->handles[place]);
    machine->disk.moment = DISK_AT_WORK;
    machine_trace(machine, "open %zu: %s", place, mmf_status_name(status));
    machine_want(machine, status == MMF_OK, "open: %s", mmf_status_name(status));
    return true;
}

/* The last one that writes syncs. */
static bool close_one(machine *machine, size_t place, bool is_last)
{
    uint64_t generation = disk_generation() + 1;
    mmf_store *store = machine->handles[place];
    mmf_status status;

    if (is_last) {
        expect_sync(&machine->expect, generation);
    }
    machine->handles[place] = NULL;
    machine->disk.moment = DISK_AT_CLOSE;
    status = mmf_store_close(store);
    machine->disk.moment = DISK_AT_WORK;
    machine_trace(machine, "close %zu%s: %s", place, is_last ? ", the last" : "",
                  mmf_status_name(status));
    machine_want(machine, status == MMF_OK, "close: %s", mmf_status_name(status));
    return !is_last || finished(machine, generation);
}

/* Some handle comes or goes. In a life of one writer there is one, or none. */
static bool come_or_go(machine *machine)
{
    size_t place = machine->one_writer ? 0 : below(machine, MACHINE_HANDLES);

    if (machine->handles[place]) {
        return close_one(machine, place, open_handles(machine) == 1);
    }
    if (open_handles(machine) == 0) {
        machine->one_writer = percent(machine, 40);
        place = 0;
    }
    return open_one(machine, place);
}

static bool act(machine *machine, mmf_store *store)
{
    switch (below(machine, 12)) {
    case 0:
    case 1:
        return append(machine, store, 1, false);
    case 2:
        return append(machine, store, 1 + below(machine, machine->expect.records_max / 8 + 1),
                      false);
    case 3:
        return append_zero(machine, store);
    case 4:
        return sync_all(machine, store);
    case 5:
        return percent(machine, 50) ? sync_range(machine, store) : reserve(machine, store);
    case 6:
        disk_write_back(&machine->disk);
        return true;
    case 7:
        return look(machine, store);
    default:
        return change(machine, store);
    }
}

/* --- Other processes ------------------------------------------------------------------------- */

/* How a process ends. */
typedef enum ending {
    ENDS_SOMEHOW,
    ENDS_IN_SET,
} ending;

/* The end of a process that does not end well: somewhere in a write, an append, or a sync. */
static void die(machine *machine, mmf_store *store, ending ending)
{
    disk *disk = &machine->disk;

    switch (ending == ENDS_IN_SET ? 0 : below(machine, 4)) {
    case 0:
        if (machine->expect.count > 0) {
            (void)set(machine, store, below(machine, machine->expect.count), true);
        }
        break;
    case 1:
        (void)append(machine, store, 1 + below(machine, 5), true);
        break;
    case 2:
        disk->fuse = 1 + (uint32_t)below(machine, 5);
        disk->fuse_kills = true;
        (void)sync_all(machine, store);
        break;
    default:
        break;
    }
    (void)kill(getpid(), SIGKILL);
}

static bool be_another(machine *machine, bool alone, ending ending)
{
    bool is_one_writer = alone && percent(machine, 40);
    mmf_store *store;

    memset(machine->handles, 0, sizeof machine->handles); /* those are our parent's */
    machine->one_writer = is_one_writer;
    if (!open_one(machine, 0)) {
        return false;
    }
    store = machine->handles[0];
    for (uint64_t i = ending == ENDS_IN_SET ? 0 : below(machine, 4); i > 0; i--) {
        if (!act(machine, store)) {
            return false;
        }
    }
    if (ending == ENDS_IN_SET || percent(machine, 75)) {
        die(machine, store, ending);
    }
    return close_one(machine, 0, alone);
}

/* Where this process is the one writer, no other one gets in. */
static bool run_another(machine *machine, ending ending)
{
    mmf_store *handles[MACHINE_HANDLES];
    bool one_writer = machine->one_writer;
    bool alone = open_handles(machine) == 0;
    pid_t child;
    int status = 0;

    if (!alone && one_writer) {
        return true;
    }
    memcpy(handles, machine->handles, sizeof handles);
    child = fork();
    machine_want(machine, child >= 0, "fork");
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)alarm(60);
        disk_in_child();
        _exit(be_another(machine, alone, ending) ? 0 : 1);
    }
    machine_want(machine, waitpid(child, &status, 0) == child, "waitpid");
    memcpy(machine->handles, handles, sizeof handles);
    machine->one_writer = one_writer;
    machine->disk.moment = DISK_AT_WORK;
    if (machine->disk.fuse_kills) {
        machine->disk.fuse = 0;
        machine->disk.fuse_kills = false;
    }
    machine->seen.kills += WIFSIGNALED(status);
    machine_want(machine, !machine->failed, "a child has failed");
    machine_want(machine, WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : status == 0,
                 "a child ended with %#x", (unsigned)status);
    return true;
}

/* --- A life ---------------------------------------------------------------------------------- */

static bool do_something(machine *machine)
{
    mmf_store *store = some_handle(machine);

    if (percent(machine, 8)) {
        return run_another(machine, ENDS_SOMEHOW);
    }
    if (!store || percent(machine, 15)) {
        return come_or_go(machine);
    }
    return act(machine, store);
}

static bool close_all(machine *machine)
{
    for (size_t i = 0; i < MACHINE_HANDLES; i++) {
        if (machine->handles[i] && !close_one(machine, i, open_handles(machine) == 1)) {
            return false;
        }
    }
    return true;
}

/* A record half written, soon after the disk may have said that all is well. */
static bool end_after_clean(machine *machine)
{
    if (percent(machine, 50) && !run_another(machine, ENDS_IN_SET)) {
        return false;
    }
    if (is_off(machine) || !close_all(machine)) {
        return is_off(machine);
    }
    disk_write_back(&machine->disk);
    if (percent(machine, 50)) {
        return true;
    }
    if (!open_one(machine, 0)) {
        return false;
    }
    return machine->expect.count == 0 ||
           set(machine, machine->handles[0], below(machine, machine->expect.count), true);
}

static bool end_life(machine *machine)
{
    mmf_store *store = some_handle(machine);

    switch (below(machine, 6)) {
    case 0:
        return close_all(machine);
    case 1:
        return !store || machine->expect.count == 0 ||
               set(machine, store, below(machine, machine->expect.count), true);
    case 2:
        return !store || append(machine, store, 1 + below(machine, 5), true);
    case 3:
    case 4:
        return end_after_clean(machine);
    default:
        return true;
    }
}

bool workload_run(machine *machine)
{
    uint64_t actions = below(machine, 30);

    if (percent(machine, 50)) {
        machine->disk.fuse = 1 + (uint32_t)below(machine, 40);
        machine->disk.fuse_kills = false;
    }
    for (uint64_t i = 0; i < actions && !is_off(machine); i++) {
        if (!do_something(machine)) {
            return is_off(machine) && !machine->failed;
        }
    }
    if (!is_off(machine) && !end_life(machine)) {
        return is_off(machine) && !machine->failed;
    }
    machine_trace(machine, "cut%s", is_off(machine) ? " (by the fuse)" : "");
    disk_cut(&machine->disk);
    machine->seen.cuts++;
    return true;
}
