/* Linux: memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/counters.h"

_Static_assert(sizeof(void *) == 8, "reservations need 64-bit addresses");

size_t mmf_sys_page_size(void)
{
    long size = sysconf(_SC_PAGESIZE);

    return size > 0 ? (size_t)size : 4096;
}

int mmf_sys_map(int fd, uint64_t size, bool writable, void **ret_address)
{
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void *address = mmap(NULL, (size_t)size, protection, MAP_SHARED | MAP_NORESERVE, fd, 0);

    if (address == MAP_FAILED) {
        return errno;
    }
    mmf_count_mapping(size);
    *ret_address = address;
    return 0;
}

int mmf_sys_map_part(int fd, uint64_t offset, uint64_t size, void **ret_address)
{
    void *address = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

    if (address == MAP_FAILED) {
        return errno;
    }
    mmf_count_mapping(size);
    *ret_address = address;
    return 0;
}

void mmf_sys_map_over(int fd, void *address, uint64_t size)
{
    (void)mmap(address, (size_t)size, PROT_READ, MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd, 0);
}

void mmf_sys_unmap(void *address, uint64_t size)
{
    if (address && munmap(address, (size_t)size) == 0) {
        mmf_count_unmapping(size);
    }
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

int mmf_sys_populate(void *address, uint64_t size)
{
    int result;

    do {
        result = madvise(address, (size_t)size, MADV_POPULATE_WRITE);
    } while (result != 0 && errno == EINTR);
    return result == 0 || errno == EINVAL ? 0 : errno;
}

int mmf_sys_sync_map(void *address, uint64_t size)
{
    int result;

    do {
        result = msync(address, (size_t)size, MS_SYNC);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

void mmf_sys_replace_pages(void *address, uint64_t size)
{
    void *pages = mmap(address, (size_t)size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    if (pages != MAP_FAILED) {
        memset(pages, 0xff, (size_t)size);
    }
}

static bool (*fault_handler)(const void *address);
static struct sigaction fault_action_before;

/* As if our handler had never been there: the default action kills when the fault is repeated, or,
 * where it was kill(2) and no fault, when the signal is. */
static void pass_fault_on(int number, siginfo_t *info, void *context)
{
    if ((fault_action_before.sa_flags & SA_SIGINFO) != 0) {
        fault_action_before.sa_sigaction(number, info, context);
    } else if (fault_action_before.sa_handler == SIG_DFL ||
               fault_action_before.sa_handler == SIG_IGN) {
        (void)sigaction(SIGBUS, &fault_action_before, NULL);
        if (info->si_code <= 0) {
            (void)raise(number);
        }
    } else {
        fault_action_before.sa_handler(number);
    }
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    int saved_errno = errno;

    if (!fault_handler || !fault_handler(info->si_addr)) {
        pass_fault_on(number, info, context);
    }
    errno = saved_errno;
}

static bool is_ours(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) != 0 && action->sa_sigaction == on_fault;
}

/* One that somebody has put on top of ours may pass faults on to it, which then must not pass them
 * back; the action from before ours, or none, does not. */
static bool is_still_reached(void)
{
    struct sigaction now;

    return fault_handler && sigaction(SIGBUS, NULL, &now) == 0 &&
           (is_ours(&now) ||
            (now.sa_handler != SIG_DFL && now.sa_handler != fault_action_before.sa_handler));
}

int mmf_sys_handle_faults(bool (*handler)(const void *address))
{
    struct sigaction action;

    if (is_still_reached()) {
        return 0;
    }
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, &action, &fault_action_before) != 0) {
        return errno;
    }
    fault_handler = handler;
    return 0;
}

/* Somebody may have put a handler of theirs on top since: then that stays. */
void mmf_sys_unhandle_faults(void)
{
    struct sigaction now;

    if (sigaction(SIGBUS, NULL, &now) == 0 && is_ours(&now)) {
        (void)sigaction(SIGBUS, &fault_action_before, NULL);
        fault_handler = NULL;
    }
}
