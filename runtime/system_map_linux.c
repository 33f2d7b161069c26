/* Linux. NUMA by its system calls: libnuma is not needed, and its header may not be there. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system_map.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/counters.h"
#include "runtime/system.h"

_Static_assert(sizeof(unsigned long) == sizeof(uint64_t),
               "sets of nodes are handed on as they are");

/* Headers may be older than the kernel. */
#ifndef MADV_COLD
#define MADV_COLD 20
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 0x01
#endif
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif
#ifndef HUGETLBFS_MAGIC
#define HUGETLBFS_MAGIC 0x958458f6
#endif

/* --- Mapping --------------------------------------------------------------------------------- */

int mmf_sys_page_size_of(int fd, uint64_t *ret_size)
{
    struct statfs stat;
    int result;

    *ret_size = mmf_sys_page_size();
    if (fd < 0) {
        return 0;
    }
    do {
        result = fstatfs(fd, &stat);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        return errno;
    }
    if ((uint64_t)stat.f_type == HUGETLBFS_MAGIC && stat.f_bsize > 0) {
        *ret_size = (uint64_t)stat.f_bsize;
    }
    return 0;
}

static int map_at(const mmf_sys_mapping *mapping, void *wanted, int more_flags, void **ret_address)
{
    int protection = PROT_READ | (mapping->writable ? PROT_WRITE : 0) |
                     ((mapping->flags & MMF_MAP_EXEC) != 0 ? PROT_EXEC : 0);
    int flags = ((mapping->flags & MMF_MAP_PRIVATE) != 0 ? MAP_PRIVATE : MAP_SHARED) |
                ((mapping->flags & MMF_MAP_NO_RESERVE) != 0 ? MAP_NORESERVE : 0) |
                (mapping->fd < 0 ? MAP_ANONYMOUS : 0) | more_flags;
    void *address =
        mmap(wanted, (size_t)mapping->size, protection, flags, mapping->fd, (off_t)mapping->offset);

    if (address == MAP_FAILED) {
        return errno;
    }
    mmf_count_mapping(mapping->size);
    *ret_address = address;
    return 0;
}

/* An address of that alignment with as much room as the mapping needs, for the moment. */
static int find_room(const mmf_sys_mapping *mapping, void **ret_address)
{
    uint64_t room = mapping->size + mapping->alignment;
    unsigned char *base;
    uint64_t excess;

    if (room < mapping->size || room > INT64_MAX) {
        return ENOMEM;
    }
    base = mmap(NULL, (size_t)room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return errno;
    }
    (void)munmap(base, (size_t)room);
    excess = (uint64_t)(uintptr_t)base & (mapping->alignment - 1);
    *ret_address = excess != 0 ? base + (mapping->alignment - excess) : base;
    return 0;
}

#define ALIGN_ATTEMPTS 64

/* The room is given back and taken anew without MAP_FIXED, which would put the mapping over what
 * another thread has mapped there meanwhile, or leave a hole when it fails. A kernel before 4.17
 * takes the address for a wish. */
static int map_aligned(const mmf_sys_mapping *mapping, void **ret_address)
{
    for (int attempt = 0; attempt < ALIGN_ATTEMPTS; attempt++) {
        void *wanted = NULL;
        void *address = NULL;
        int failure = find_room(mapping, &wanted);

        if (failure == 0) {
            failure = map_at(mapping, wanted, MAP_FIXED_NOREPLACE, &address);
        }
        if (failure == 0 && address == wanted) {
            *ret_address = address;
            return 0;
        }
        if (failure != 0 && failure != EEXIST) {
            return failure;
        }
        if (failure == 0) {
            mmf_sys_unmap(address, mapping->size);
        }
    }
    return EAGAIN;
}

int mmf_sys_map_as(const mmf_sys_mapping *mapping, void **ret_address)
{
    return mapping->alignment <= mmf_sys_page_size() ? map_at(mapping, NULL, 0, ret_address)
                                                     : map_aligned(mapping, ret_address);
}

/* --- Advice and locks ------------------------------------------------------------------------ */

static int advise(void *address, uint64_t size, int advice)
{
    int result;

    do {
        result = madvise(address, (size_t)size, advice);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

int mmf_sys_advise(void *address, uint64_t size, mmf_advice advice)
{
    static const int numbers[] = {
        [MMF_ADVICE_NORMAL] = MADV_NORMAL,
        [MMF_ADVICE_RANDOM] = MADV_RANDOM,
        [MMF_ADVICE_SEQUENTIAL] = MADV_SEQUENTIAL,
        [MMF_ADVICE_WILL_NEED] = MADV_WILLNEED,
        [MMF_ADVICE_DONT_NEED] = MADV_DONTNEED,
        [MMF_ADVICE_COLD] = MADV_COLD,
        [MMF_ADVICE_PAGE_OUT] = MADV_PAGEOUT,
        [MMF_ADVICE_FREE] = MADV_FREE,
        [MMF_ADVICE_POPULATE_READ] = MADV_POPULATE_READ,
        [MMF_ADVICE_POPULATE_WRITE] = MADV_POPULATE_WRITE,
    };

    return advise(address, size, numbers[advice]);
}

int mmf_sys_advise_huge(void *address, uint64_t size)
{
    return advise(address, size, MADV_HUGEPAGE);
}

/* Without on_fault by mlock(2), which kernels before 4.4 have too. */
int mmf_sys_lock_pages(void *address, uint64_t size, bool on_fault)
{
    long result = on_fault ? syscall(SYS_mlock2, address, (size_t)size, MLOCK_ONFAULT)
                           : mlock(address, (size_t)size);

    return result == 0 ? 0 : errno;
}

int mmf_sys_unlock_pages(void *address, uint64_t size)
{
    return munlock(address, (size_t)size) == 0 ? 0 : errno;
}

int mmf_sys_lock_all(uint32_t flags)
{
    int numbers = ((flags & MMF_LOCK_ALL_NOW) != 0 ? MCL_CURRENT : 0) |
                  ((flags & MMF_LOCK_ALL_FUTURE) != 0 ? MCL_FUTURE : 0) |
                  ((flags & MMF_LOCK_ALL_ON_FAULT) != 0 ? MCL_ONFAULT : 0);

    return mlockall(numbers) == 0 ? 0 : errno;
}

int mmf_sys_unlock_all(void)
{
    return munlockall() == 0 ? 0 : errno;
}

uint64_t mmf_sys_lock_limit(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY
               ? UINT64_MAX
               : (uint64_t)limit.rlim_cur;
}

int mmf_sys_resident(const void *address, uint64_t size, unsigned char *ret_pages)
{
    int result;

    do {
        result = mincore((void *)(uintptr_t)address, (size_t)size, ret_pages);
    } while (result != 0 && errno == EAGAIN);
    return result == 0 ? 0 : errno;
}

/* --- NUMA ------------------------------------------------------------------------------------ */

/* Numbers of the kernel's interface, as in linux/mempolicy.h. */
enum {
    POLICY_DEFAULT,
    POLICY_PREFERRED,
    POLICY_BIND,
    POLICY_INTERLEAVE,
    POLICY_LOCAL,
};
#define POLICY_MODE_FLAGS 0xe000 /* in what get_mempolicy(2) gives, beside the mode */
#define POLICY_OF_ADDRESS 0x2ul
#define POLICY_NODES_ALLOWED 0x4ul
/* Bits of a set, and one: the kernel takes the last away. */
#define NODE_BITS (MMF_SYS_NODE_WORDS * 64ul + 1)

static const int policy_modes[] = {
    [MMF_NUMA_DEFAULT] = POLICY_DEFAULT,       [MMF_NUMA_BIND] = POLICY_BIND,
    [MMF_NUMA_INTERLEAVE] = POLICY_INTERLEAVE, [MMF_NUMA_PREFERRED] = POLICY_PREFERRED,
    [MMF_NUMA_LOCAL] = POLICY_LOCAL,
};

int mmf_sys_nodes_allowed(uint64_t ret_nodes[MMF_SYS_NODE_WORDS])
{
    for (int i = 0; i < MMF_SYS_NODE_WORDS; i++) {
        ret_nodes[i] = 0;
    }
    return syscall(SYS_get_mempolicy, NULL, ret_nodes, NODE_BITS, NULL, POLICY_NODES_ALLOWED) == 0
               ? 0
               : errno;
}

int mmf_sys_policy_set(void *address, uint64_t size, mmf_numa_policy policy,
                       const uint64_t nodes[MMF_SYS_NODE_WORDS])
{
    bool has_nodes = policy != MMF_NUMA_DEFAULT && policy != MMF_NUMA_LOCAL;

    return syscall(SYS_mbind, address, size, (unsigned long)policy_modes[policy],
                   has_nodes ? nodes : NULL, has_nodes ? NODE_BITS : 0ul, 0u) == 0
               ? 0
               : errno;
}

int mmf_sys_policy_get(const void *address, int32_t *ret_mode, mmf_numa_policy *ret_policy,
                       bool *ret_is_named, uint64_t ret_nodes[MMF_SYS_NODE_WORDS])
{
    int mode = 0;

    for (int i = 0; i < MMF_SYS_NODE_WORDS; i++) {
        ret_nodes[i] = 0;
    }
    if (syscall(SYS_get_mempolicy, &mode, ret_nodes, NODE_BITS, address, POLICY_OF_ADDRESS) != 0) {
        return errno;
    }
    *ret_mode = mode & ~POLICY_MODE_FLAGS;
    *ret_is_named = false;
    for (int i = 0; i < (int)(sizeof policy_modes / sizeof *policy_modes); i++) {
        if (policy_modes[i] == *ret_mode) {
            *ret_policy = (mmf_numa_policy)i;
            *ret_is_named = true;
        }
    }
    return 0;
}

int mmf_sys_nodes_of_pages(const void *const *pages, size_t count, int *ret_nodes)
{
    return syscall(SYS_move_pages, 0, count, pages, NULL, ret_nodes, 0) == 0 ? 0 : errno;
}
