/* Which process uses a file, as far as this system's /proc tells; proc(5). Elsewhere: nobody is
 * known. For messages, and for writers that take no lock of ours. */
#ifndef MMF_FSCK_PROCESSES_H
#define MMF_FSCK_PROCESSES_H

#include <stdint.h>

#include "fsck/checked_file.h"

/* A process, maybe this one, that holds flock(2) on the file; 0: none is known. */
uint64_t mmf_process_with_lock(const mmf_checked_file *file);

/* Another process that has the file mapped, shared and to write; path is one name of it. 0: none is
 * known: those of other users show their mappings to root alone. */
uint64_t mmf_process_with_mapping(const mmf_checked_file *file, const char *path);

#endif
