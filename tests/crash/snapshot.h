/* A store as it lies in its files, PATH and PATH.lock: what a death leaves behind. The page cache
 * outlives a process, so the bytes that others can read at an instruction are the bytes that they
 * find when it is killed there; only its locks are missing, as they are of a copy.
 */
#ifndef MMF_TESTS_CRASH_SNAPSHOT_H
#define MMF_TESTS_CRASH_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One file. Zero-initialised: it is not there. */
typedef struct snapshot_file {
    bool exists;
    unsigned char *bytes;
    size_t size;
    size_t room;
    unsigned char *mapping; /* of the file that the bytes are from */
    size_t mapped;
    ino_t inode;
} snapshot_file;

typedef struct snapshot {
    snapshot_file files[2]; /* PATH, PATH.lock */
} snapshot;

/* Makes *snap what the files are now. Whether anything has changed since the last time. */
bool snapshot_take(snapshot *snap, const char *path);

/* Makes files of that name, instead of any that are there. */
void snapshot_put(const snapshot *snap, const char *path);

void snapshot_free(snapshot *snap);

#endif
