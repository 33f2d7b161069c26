#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/faults/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "schema/format.h"

#define FAULT_NAME(name, interruptible, memory) #name,
#define FAULT_INTERRUPTIBLE(name, interruptible, memory) interruptible,
#define FAULT_MEMORY(name, interruptible, memory) memory,

const char *fault_name(fault_function function)
{
    static const char *const names[] = {FAULT_FUNCTIONS(FAULT_NAME)};

    return names[function];
}

bool fault_is_interruptible(fault_function function)
{
    static const bool interruptible[] = {FAULT_FUNCTIONS(FAULT_INTERRUPTIBLE)};

    return interruptible[function];
}

bool fault_is_memory(fault_function function)
{
    static const bool memory[] = {FAULT_FUNCTIONS(FAULT_MEMORY)};

    return memory[function];
}

/* --- Plans ----------------------------------------------------------------------------------- */

static fault_plan plan;
static fault_record *record; /* NULL: no plan is in force */
static int64_t live_blocks;
static uint32_t disk_state;

void faults_begin(const fault_plan *new_plan, fault_record *new_record)
{
    plan = *new_plan;
    memset(new_record, 0, sizeof *new_record);
    record = new_record;
}

void faults_end(void)
{
    record = NULL;
}

int64_t faults_live_blocks(void)
{
    return __atomic_load_n(&live_blocks, __ATOMIC_SEQ_CST);
}

uint32_t faults_disk_state(void)
{
    return disk_state;
}

void faults_set_disk_state(uint32_t state)
{
    disk_state = state;
}

/* Whether this call fails. Scenarios run one thread at a time. */
static bool fails(fault_function function)
{
    uint32_t n;

    if (!record) {
        return false;
    }
    n = ++record->calls;
    if (n <= FAULT_CALLS_MAX) {
        record->functions[n - 1] = (uint8_t)function;
    }
    if (n != plan.at && !(plan.is_lasting && record->fired > 0 && record->function == function)) {
        return false;
    }
    record->fired++;
    record->function = function;
    if (plan.error != FAULT_SHORT) {
        errno = plan.error;
    }
    return true;
}

static bool is_missing(uint32_t feature, int error)
{
    if (!record || (plan.missing & feature) == 0) {
        return false;
    }
    errno = error;
    return true;
}

static int failure(void)
{
    return plan.is_ignored ? 0 : -1;
}

/* --- Files ----------------------------------------------------------------------------------- */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list arguments;

    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    if (fails(FAULT_open)) {
        return -1;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE && is_missing(FAULT_NO_TMPFILE, EOPNOTSUPP)) {
        return -1;
    }
    return __real_open(path, flags, mode);
}

int __real_fallocate(int fd, int mode, off_t offset, off_t size);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t size);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t size)
{
    if (fails(FAULT_fallocate)) {
        return failure();
    }
    return is_missing(FAULT_NO_FALLOCATE, EOPNOTSUPP) ? -1
                                                      : __real_fallocate(fd, mode, offset, size);
}

int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size)
{
    return fails(FAULT_ftruncate) ? failure() : __real_ftruncate(fd, size);
}

void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return fails(FAULT_mmap) ? (void *)-1
                             : __real_mmap(address, size, protection, flags, fd, offset);
}

int __wrap_msync(void *address, size_t size, int flags);
int __wrap_msync(void *address, size_t size, int flags)
{
    const mmf_header *header = address;

    (void)flags;
    if (fails(FAULT_msync)) {
        return failure();
    }
    if (size >= sizeof *header && memcmp(header->common.magic, MMF_MAGIC, MMF_MAGIC_SIZE) == 0) {
        disk_state = header->state;
    }
    return 0;
}

int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    (void)fd;
    return fails(FAULT_fsync) ? failure() : 0;
}

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation)
{
    return fails(FAULT_flock) ? failure() : __real_flock(fd, operation);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...)
{
    void *argument;
    va_list arguments;

    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    return fails(FAULT_fcntl) ? failure() : __real_fcntl(fd, command, argument);
}

ssize_t __real_pread(int fd, void *buffer, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *buffer, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *buffer, size_t size, off_t offset)
{
    if (!fails(FAULT_pread)) {
        return __real_pread(fd, buffer, size, offset);
    }
    return plan.error == FAULT_SHORT ? __real_pread(fd, buffer, (size + 1) / 2, offset) : -1;
}

ssize_t __real_pwrite(int fd, const void *buffer, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *buffer, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
    if (!fails(FAULT_pwrite)) {
        return __real_pwrite(fd, buffer, size, offset);
    }
    if (plan.error == FAULT_SHORT) {
        return __real_pwrite(fd, buffer, (size + 1) / 2, offset);
    }
    return plan.is_ignored ? (ssize_t)size : -1;
}

int __real_fstat(int fd, struct stat *info);
int __wrap_fstat(int fd, struct stat *info);
int __wrap_fstat(int fd, struct stat *info)
{
    return fails(FAULT_fstat) ? -1 : __real_fstat(fd, info);
}

int __real_stat(const char *path, struct stat *info);
int __wrap_stat(const char *path, struct stat *info);
int __wrap_stat(const char *path, struct stat *info)
{
    return fails(FAULT_stat) ? -1 : __real_stat(path, info);
}

int __real_fstatfs(int fd, struct statfs *info);
int __wrap_fstatfs(int fd, struct statfs *info);
int __wrap_fstatfs(int fd, struct statfs *info)
{
    return fails(FAULT_fstatfs) ? -1 : __real_fstatfs(fd, info);
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
    return fails(FAULT_fchmod) ? failure() : __real_fchmod(fd, mode);
}

/* --- Names ----------------------------------------------------------------------------------- */

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to)
{
    if (fails(FAULT_link)) {
        return failure();
    }
    return is_missing(FAULT_NO_LINK, EPERM) ? -1 : __real_link(from, to);
}

int __real_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    return fails(FAULT_linkat) ? failure() : __real_linkat(from_fd, from, to_fd, to, flags);
}

int __real_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    return fails(FAULT_renameat2) ? failure() : __real_renameat2(from_fd, from, to_fd, to, flags);
}

int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __wrap_unlink(const char *path)
{
    return fails(FAULT_unlink) ? failure() : __real_unlink(path);
}

/* --- The machine ----------------------------------------------------------------------------- */

ssize_t __real_getrandom(void *buffer, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags)
{
    return fails(FAULT_getrandom) ? -1 : __real_getrandom(buffer, size, flags);
}

int __real_nanosleep(const struct timespec *time, struct timespec *rest);
int __wrap_nanosleep(const struct timespec *time, struct timespec *rest);
int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
    return fails(FAULT_nanosleep) ? -1 : __real_nanosleep(time, rest);
}

/* The runtime's are futex(2), with six arguments. */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
    long argument[6];
    va_list arguments;

    va_start(arguments, number);
    for (int i = 0; i < 6; i++) {
        argument[i] = va_arg(arguments, long);
    }
    va_end(arguments);
    return fails(FAULT_syscall) ? -1
                                : __real_syscall(number, argument[0], argument[1], argument[2],
                                                 argument[3], argument[4], argument[5]);
}

int __real_sigaction(int number, const struct sigaction *action, struct sigaction *old);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    return fails(FAULT_sigaction) ? -1 : __real_sigaction(number, action, old);
}

int __real_pthread_setspecific(pthread_key_t key, const void *value);
int __wrap_pthread_setspecific(pthread_key_t key, const void *value);
int __wrap_pthread_setspecific(pthread_key_t key, const void *value)
{
    return fails(FAULT_pthread_setspecific) ? ENOMEM : __real_pthread_setspecific(key, value);
}

/* --- Memory ---------------------------------------------------------------------------------- */

static void *taken(void *block)
{
    if (block) {
        (void)__atomic_add_fetch(&live_blocks, 1, __ATOMIC_SEQ_CST);
    }
    return block;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fails(FAULT_malloc) ? NULL : taken(__real_malloc(size));
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails(FAULT_calloc) ? NULL : taken(__real_calloc(count, size));
}

void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size)
{
    bool is_new = !block;
    void *result = fails(FAULT_realloc) ? NULL : __real_realloc(block, size);

    return is_new ? taken(result) : result;
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
    if (block) {
        (void)__atomic_sub_fetch(&live_blocks, 1, __ATOMIC_SEQ_CST);
    }
    __real_free(block);
}

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
    return fails(FAULT_strdup) ? NULL : taken(__real_strdup(text));
}

char *__real_strndup(const char *text, size_t size);
char *__wrap_strndup(const char *text, size_t size);
char *__wrap_strndup(const char *text, size_t size)
{
    return fails(FAULT_strndup) ? NULL : taken(__real_strndup(text, size));
}

char *__real_realpath(const char *path, char *buffer);
char *__wrap_realpath(const char *path, char *buffer);
char *__wrap_realpath(const char *path, char *buffer)
{
    return fails(FAULT_realpath) ? NULL : taken(__real_realpath(path, buffer));
}
