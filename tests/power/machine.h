/* One seed's world: a store on a disk, and what ought to be in it. */
#ifndef MMF_TESTS_POWER_MACHINE_H
#define MMF_TESTS_POWER_MACHINE_H

#include "runtime/mmf.h"
#include "tests/power/disk.h"
#include "tests/power/expect.h"
#include "tests/power/random.h"

#define MACHINE_HANDLES 3u

typedef struct machine {
    uint64_t random;
    uint64_t seed;
    bool traces; /* says on stderr what it does */
    mmf_record_type type;
    char path[512];
    mmf_store *handles[MACHINE_HANDLES]; /* of this process; NULL: none */
    bool one_writer;                     /* how they are opened in this life */
    bool failed;
    char failure[512]; /* the first one */
    struct {
        uint64_t cuts;           /* of the power */
        uint64_t cuts_in_open;   /* those while a store was being opened */
        uint64_t kills;          /* of processes */
        uint64_t syncs;          /* that were finished */
        uint64_t promised;       /* records that had to be exact after a cut, and were */
        uint64_t lost;           /* records that the durable count has left out */
        uint64_t odd;            /* records whose counter the cut has left odd */
        uint64_t torn;           /* records that were told by their checksum */
        uint64_t larger_headers; /* headers whose capacity the file does not have */
    } seen;
    disk disk;
    expect expect;
} machine;

/* Options of every handle. */
mmf_options machine_options(const machine *machine, uint32_t flags);

/* Notes the first failure; false, always. */
bool machine_fail(machine *machine, const char *format, ...) __attribute__((format(printf, 2, 3)));

void machine_trace(const machine *machine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* machine_fail() unless it is true. */
#define machine_want(machine, condition, ...)                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return machine_fail((machine), __VA_ARGS__);                                           \
        }                                                                                          \
    } while (0)

/* --- machine.c: all of it -------------------------------------------------------------------- */

/* In memory that children share. */
machine *machine_new(void);
void machine_free(machine *machine);

/* Lives and cuts as the seed says, in a directory that is there. False: machine->failure. */
bool machine_run(machine *machine, const char *directory, uint64_t seed, disk_lie lie);

/* --- workload.c: what programs do while the power is on -------------------------------------- */

/* Does things until the power is gone. Handles may be open, and are open at the end. */
bool workload_run(machine *machine);

/* --- reboot.c: what is promised afterwards --------------------------------------------------- */

/* Starts the machine anew, opens the store and checks what is in it; the power may go meanwhile,
 * again and again. At the end handles[0] is open, or nothing is. */
bool reboot_run(machine *machine);

#endif
