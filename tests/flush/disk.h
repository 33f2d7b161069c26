/* A disk that counts what it is asked, fails and waits on demand: fdatasync(2), msync(2) and
 * sync_file_range(2) of the library come here (ld --wrap) and go no further. */
#ifndef MMF_TESTS_FLUSH_DISK_H
#define MMF_TESTS_FLUSH_DISK_H

#include <stdint.h>

#define DISK_FDS 64

/* All atomic: threads look at them. */
typedef struct disk {
    uint32_t data_syncs; /* fdatasync(2)s that have returned */
    uint32_t data_syncs_of[DISK_FDS];
    uint32_t range_syncs;             /* msync(2)s with MS_SYNC */
    uint64_t range_begin, range_size; /* of the last one */
    uint32_t begun;                   /* sync_file_range(2)s that only write */
    uint32_t other;                   /* calls with other flags */
    uint32_t inside;                  /* calls that are being held */
    uint32_t is_held;                 /* calls wait until it is 0 */
    uint32_t failing;                 /* so many calls from now on fail, */
    int error;                        /* with that */
    uint32_t failing_threads;         /* so many threads cannot be started */
} disk;

extern disk the_disk;

void disk_reset(void);
void disk_fail(uint32_t calls, int error);
/* Calls do not return, until they are let go; the other one waits for one that is held. */
void disk_hold(void);
void disk_await_held(uint32_t calls);
void disk_let_go(void);
uint32_t disk_data_syncs(void);

#endif
