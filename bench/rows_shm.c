/* Shared memory between two processes, each on a processor of its own, that spin. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bytes.h"
#include "bench/keep.h"
#include "bench/machine.h"
#include "bench/setups.h"
#include "runtime/shm.h"

#define MESSAGE 64u

/* The ring is larger than a second-level cache: a line that waits there, changed, for the other
 * processor is fetched from that one's cache, which takes several times as long as from a cache
 * that both share. */
#define RING (4 * MB)

/* What lies at the beginning of the object: a cache line each, and then the slots. Each number is
 * stored with release by the one that counts, and loaded with acquire by the other. */
typedef struct channel {
    _Alignas(128) _Atomic uint64_t sent;
    _Alignas(128) _Atomic uint64_t taken;
    _Alignas(128) _Atomic uint64_t is_ready;
    _Alignas(128) unsigned char there[128];
    _Alignas(128) unsigned char back[128];
    _Alignas(4096) unsigned char slots[];
} channel;

static mmf_shm *shm;
static channel *ours;
static unsigned char *second; /* a piece, for copies within one process */
static pid_t child;           /* 0: there is none */
static int there[2] = {-1, -1};
static int back[2] = {-1, -1};

/* --- Waiting ---------------------------------------------------------------------------------- */

static inline void pause_processor(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* Until the number is at least that; ends when the other process has. */
static void spin_until(_Atomic uint64_t *number, uint64_t least)
{
    uint32_t spins = 0;

    while (atomic_load_explicit(number, memory_order_acquire) < least) {
        pause_processor();
        if (++spins == 1u << 24) {
            spins = 0;
            if (child > 0 && waitpid(child, NULL, WNOHANG) != 0) {
                bench_fail("the other process", MMF_E_STUCK);
            }
        }
    }
}

static void tell(_Atomic uint64_t *number, uint64_t value)
{
    atomic_store_explicit(number, value, memory_order_release);
}

static uint64_t slot_count(const bench_fixture *fixture)
{
    return RING / fixture->piece;
}

static unsigned char *slot_of(channel *channel, const bench_fixture *fixture, uint64_t i)
{
    return channel->slots + i % slot_count(fixture) * fixture->piece;
}

/* --- The other process ------------------------------------------------------------------------ */

static void name_of(char name[64], pid_t process)
{
    snprintf(name, 64, "/mmf-bench-%ld", (long)process);
}

static void take_pieces(bench_fixture *fixture, channel *theirs, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        spin_until(&theirs->sent, i + 1);
        memcpy(fixture->buffer, slot_of(theirs, fixture, i), fixture->piece);
        bench_keep_object(fixture->buffer);
        tell(&theirs->taken, i + 1);
    }
}

static void answer_messages(bench_fixture *fixture, channel *theirs, uint64_t operations)
{
    unsigned char message[MESSAGE];

    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        spin_until(&theirs->sent, i + 1);
        memcpy(message, theirs->there, sizeof message);
        bench_keep_object(message);
        memcpy(theirs->back, message, sizeof message);
        tell(&theirs->taken, i + 1);
    }
}

/* Attaches by name, as a process would that is no child. */
static _Noreturn void be_child(bench_fixture *fixture, uint64_t operations,
                               void (*work)(bench_fixture *, channel *, uint64_t))
{
    char name[64];
    mmf_shm *attached;
    channel *theirs;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    child = 0;
    bench_go_to_processor(fixture->processors[1]);
    name_of(name, getppid());
    bench_check("attach", mmf_shm_attach(name, NULL, &attached));
    theirs = mmf_shm_bytes(attached, NULL);
    for (uint64_t i = 0; i < slot_count(fixture); i++) { /* into the page tables */
        memcpy(fixture->buffer, slot_of(theirs, fixture, i), fixture->piece);
        bench_keep_object(fixture->buffer);
    }
    tell(&theirs->is_ready, 1);
    work(fixture, theirs, operations);
    _exit(0);
}

static void wait_for_child(void)
{
    if (child > 0) {
        (void)waitpid(child, NULL, 0);
        child = 0;
    }
}

static void start(bench_fixture *fixture, uint64_t operations,
                  void (*work)(bench_fixture *, channel *, uint64_t))
{
    wait_for_child();
    tell(&ours->sent, 0);
    tell(&ours->taken, 0);
    tell(&ours->is_ready, 0);
    child = fork();
    if (child < 0) {
        bench_fail_system("fork");
    }
    if (child == 0) {
        be_child(fixture, operations, work);
    }
    spin_until(&ours->is_ready, 1);
}

static void start_taking(bench_fixture *fixture, uint64_t operations)
{
    start(fixture, operations, take_pieces);
}

static void start_answering(bench_fixture *fixture, uint64_t operations)
{
    start(fixture, operations, answer_messages);
}

/* --- Ways ------------------------------------------------------------------------------------- */

static void send_pieces(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        if (i >= slot_count(fixture)) {
            spin_until(&ours->taken, i + 1 - slot_count(fixture));
        }
        memcpy(slot_of(ours, fixture, i), fixture->buffer, fixture->piece);
        tell(&ours->sent, i + 1);
    }
    spin_until(&ours->taken, operations);
}

static void copy_once(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        memcpy(slot_of(ours, fixture, i), fixture->buffer, fixture->piece);
        bench_keep_stores();
    }
}

static void copy_twice(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        memcpy(slot_of(ours, fixture, i), fixture->buffer, fixture->piece);
        bench_keep_stores();
        memcpy(second, slot_of(ours, fixture, i), fixture->piece);
        bench_keep_stores();
    }
}

static void exchange_messages(bench_fixture *fixture, uint64_t operations)
{
    unsigned char message[MESSAGE] = {1};

    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        memcpy(ours->there, message, sizeof message);
        tell(&ours->sent, i + 1);
        spin_until(&ours->taken, i + 1);
        memcpy(message, ours->back, sizeof message);
        bench_keep_object(message);
    }
}

/* --- The same by pipes ------------------------------------------------------------------------ */

static void close_pipes(void)
{
    for (unsigned i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
        there[i] = back[i] = -1;
    }
}

static void read_all(int from, unsigned char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(from, bytes + done, size - done);

        if (got <= 0) {
            bench_fail_system("read");
        }
        done += (size_t)got;
    }
}

static _Noreturn void answer_by_pipe(bench_fixture *fixture, uint64_t operations, bool each)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    child = 0;
    bench_go_to_processor(fixture->processors[1]);
    for (uint64_t i = 0; i < operations; i++) {
        read_all(there[0], fixture->buffer, fixture->piece);
        if (each || i + 1 == operations) {
            bench_check_size("write", write(back[1], fixture->buffer, MESSAGE), MESSAGE);
        }
    }
    _exit(0);
}

static void start_pipes(bench_fixture *fixture, uint64_t operations, bool each)
{
    wait_for_child();
    close_pipes();
    if (pipe(there) != 0 || pipe(back) != 0) {
        bench_fail_system("pipe");
    }
    child = fork();
    if (child < 0) {
        bench_fail_system("fork");
    }
    if (child == 0) {
        answer_by_pipe(fixture, operations, each);
    }
}

static void start_pipe_of_pieces(bench_fixture *fixture, uint64_t operations)
{
    start_pipes(fixture, operations, false);
}

static void start_pipes_of_messages(bench_fixture *fixture, uint64_t operations)
{
    start_pipes(fixture, operations, true);
}

static void pipe_pieces(bench_fixture *fixture, uint64_t operations)
{
    unsigned char answer[MESSAGE];

    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("write", write(there[1], fixture->buffer, fixture->piece), fixture->piece);
    }
    read_all(back[0], answer, sizeof answer);
}

static void pipe_messages(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("write", write(there[1], fixture->buffer, MESSAGE), MESSAGE);
        read_all(back[0], fixture->buffer, MESSAGE);
    }
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* When the program fails; children that do have an id of their own, and no object. */
static void clean_up(void)
{
    char name[64];

    name_of(name, getpid());
    (void)!mmf_shm_unlink(name, NULL);
}

static void begin(bench_fixture *fixture)
{
    static bool is_prepared;
    uint64_t size = sizeof(channel) + RING;
    char name[64];

    bench_need_buffer(fixture);
    second = aligned_alloc(4096, (fixture->piece + 4095) / 4096 * 4096);
    if (!second) {
        bench_fail("memory", MMF_E_NO_MEMORY);
    }
    memset(second, 0, fixture->piece);
    if (!is_prepared) {
        is_prepared = atexit(clean_up) == 0;
    }
    name_of(name, getpid());
    bench_check("create", mmf_shm_create(name, size, NULL, &shm));
    ours = mmf_shm_bytes(shm, NULL);
    memset(ours->slots, 0, RING);
}

static void end(bench_fixture *fixture)
{
    char name[64];

    wait_for_child();
    close_pipes();
    name_of(name, getpid());
    bench_check("unlink", mmf_shm_unlink(name, NULL));
    mmf_shm_close(shm);
    free(second);
    bench_free_buffer(fixture);
}

#define SHM(row_name, row_piece, count, ...)                                                       \
    {                                                                                              \
        .group = "shared memory", .name = row_name,                                                \
        .flags = BENCH_TWO | BENCH_ELAPSED | BENCH_UNLIKE, .operations = count,                    \
        .bytes = row_piece, .memory = 10 * MB, .piece = row_piece, .begin = begin, .end = end,     \
        .ways = {__VA_ARGS__},                                                                     \
    }
#define PIECES                                                                                     \
    BENCH_WAY_AFTER("mmf", send_pieces, start_taking), BENCH_WAY("plain", copy_once),              \
        BENCH_WAY("memcpy twice", copy_twice),                                                     \
        BENCH_WAY_AFTER("pipe", pipe_pieces, start_pipe_of_pieces)

static const bench_row rows[] = {
    SHM("64 KB to another process", 64 * KB, 10000, PIECES),
    SHM("1 MB to another process", MB, 1000, PIECES),
    SHM("round trip of 64 B", MESSAGE, 100000,
        BENCH_WAY_AFTER("mmf", exchange_messages, start_answering),
        BENCH_WAY_AFTER("pipes", pipe_messages, start_pipes_of_messages)),
};

const bench_rows bench_shm_rows = BENCH_ROWS_OF(rows);
