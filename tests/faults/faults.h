/* Faults of the operating system on demand: the calls of libc that the runtime makes go through
 * this file (ld --wrap), are counted while a plan is in force, and fail where the plan says.
 *
 * msync(2) and fsync(2) never reach the disk here, so that a sweep of hundreds of runs is quick;
 * what they would have written of a store's header is noted instead.
 */
#ifndef MMF_TESTS_FAULTS_FAULTS_H
#define MMF_TESTS_FAULTS_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

/* MMF_FAULT(name, can be interrupted, only memory can be short) */
#define FAULT_FUNCTIONS(F)                                                                         \
    F(open, true, false)                                                                           \
    F(fallocate, true, false)                                                                      \
    F(ftruncate, true, false)                                                                      \
    F(mmap, false, false)                                                                          \
    F(msync, true, false)                                                                          \
    F(fsync, true, false)                                                                          \
    F(flock, true, false)                                                                          \
    F(fcntl, true, false)                                                                          \
    F(pread, true, false)                                                                          \
    F(pwrite, true, false)                                                                         \
    F(fstat, false, false)                                                                         \
    F(stat, false, false)                                                                          \
    F(fstatfs, false, false)                                                                       \
    F(fchmod, false, false)                                                                        \
    F(link, false, false)                                                                          \
    F(linkat, false, false)                                                                        \
    F(renameat2, false, false)                                                                     \
    F(unlink, false, false)                                                                        \
    F(getrandom, true, false)                                                                      \
    F(realpath, false, false)                                                                      \
    F(nanosleep, true, false)                                                                      \
    F(syscall, true, false)                                                                        \
    F(sigaction, false, false)                                                                     \
    F(pthread_setspecific, false, true)                                                            \
    F(malloc, false, true)                                                                         \
    F(calloc, false, true)                                                                         \
    F(realloc, false, true)                                                                        \
    F(strdup, false, true)                                                                         \
    F(strndup, false, true)

#define FAULT_ENUM(name, interruptible, memory) FAULT_##name,
typedef enum fault_function { FAULT_FUNCTIONS(FAULT_ENUM) FAULT_COUNT } fault_function;

const char *fault_name(fault_function function);
bool fault_is_interruptible(fault_function function);
bool fault_is_memory(fault_function function);

/* What a file system, or a kernel, may not have. */
#define FAULT_NO_TMPFILE 1u   /* O_TMPFILE: EOPNOTSUPP */
#define FAULT_NO_LINK 2u      /* hard links: EPERM */
#define FAULT_NO_FALLOCATE 4u /* EOPNOTSUPP */

#define FAULT_SHORT (-1) /* in place of an errno: pread and pwrite move a part */

typedef struct fault_plan {
    uint32_t at;      /* the call that fails, from 1; 0: none */
    int error;        /* errno, or FAULT_SHORT */
    bool is_lasting;  /* from then on each call of that function fails */
    bool is_ignored;  /* nothing is done, but success is said: as if the caller did not look */
    uint32_t missing; /* FAULT_NO_… */
} fault_plan;

#define FAULT_CALLS_MAX 4096u

/* What happened while a plan was in force. */
typedef struct fault_record {
    uint32_t calls;
    uint32_t fired; /* calls that failed */
    fault_function function;
    uint8_t functions[FAULT_CALLS_MAX]; /* of each call */
} fault_record;

/* Puts a plan into force; what happens goes to *record, until faults_end(). */
void faults_begin(const fault_plan *plan, fault_record *record);
void faults_end(void);

/* Blocks of memory that the program has taken and not given back. */
int64_t faults_live_blocks(void);

/* The state word of a store's header as it was when its page was last written to the disk. */
uint32_t faults_disk_state(void);
void faults_set_disk_state(uint32_t state);

#endif
