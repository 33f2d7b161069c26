/* What the operating system can do with mappings beyond making them: see runtime/system.h, whose
 * rules are these. Internal.
 *
 * Addresses and sizes are whole pages. Functions that can fail return 0 or an errno value; an
 * address range that is not mapped is ENOMEM, or EFAULT where it is said.
 */
#ifndef MMF_RUNTIME_SYSTEM_MAP_H
#define MMF_RUNTIME_SYSTEM_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/map.h"

/* --- Mapping --------------------------------------------------------------------------------- */

/* Of mappings of the file, or with -1 of memory that is no file's. */
int mmf_sys_page_size_of(int fd, uint64_t *ret_size);

typedef struct mmf_sys_mapping {
    int fd; /* -1: no file's */
    uint64_t offset;
    uint64_t size;
    uint64_t alignment; /* of the address; up to that of a page means nothing */
    bool writable;
    uint32_t flags; /* MMF_MAP_PRIVATE, _NO_RESERVE, _EXEC; others mean nothing */
} mmf_sys_mapping;

int mmf_sys_map_as(const mmf_sys_mapping *mapping, void **ret_address);

/* --- Advice and locks ------------------------------------------------------------------------ */

/* EINVAL: the kernel does not know it, or not for such a mapping; EAGAIN: it has no memory to note
 * it; EFAULT: populating met a page that is not there, or that cannot be read. */
int mmf_sys_advise(void *address, uint64_t size, mmf_advice advice);
int mmf_sys_advise_huge(void *address, uint64_t size);

/* ENOMEM, EPERM, EAGAIN: the limit does not allow it. */
int mmf_sys_lock_pages(void *address, uint64_t size, bool on_fault);
int mmf_sys_unlock_pages(void *address, uint64_t size);
int mmf_sys_lock_all(uint32_t flags); /* MMF_LOCK_ALL_… */
int mmf_sys_unlock_all(void);
uint64_t mmf_sys_lock_limit(void); /* bytes; UINT64_MAX: none */

/* One byte a page: bit 0 says whether it is in memory. */
int mmf_sys_resident(const void *address, uint64_t size, unsigned char *ret_pages);

/* --- NUMA ------------------------------------------------------------------------------------ */

#define MMF_SYS_NODE_WORDS 16 /* as in mmf_map_options */

/* The nodes that the process may have memory of. */
int mmf_sys_nodes_allowed(uint64_t ret_nodes[MMF_SYS_NODE_WORDS]);
int mmf_sys_policy_set(void *address, uint64_t size, mmf_numa_policy policy,
                       const uint64_t nodes[MMF_SYS_NODE_WORDS]);
/* *ret_mode is the system's number, of which *ret_policy is the name, if there is one. */
int mmf_sys_policy_get(const void *address, int32_t *ret_mode, mmf_numa_policy *ret_policy,
                       bool *ret_is_named, uint64_t ret_nodes[MMF_SYS_NODE_WORDS]);
/* The node of each page; below 0: on none. */
int mmf_sys_nodes_of_pages(const void *const *pages, size_t count, int *ret_nodes);

/* --- Areas ----------------------------------------------------------------------------------- */

/* A piece of address space that the kernel keeps as one. */
typedef struct mmf_sys_area {
    uint64_t begin, end;
    uint64_t resident, shared_clean, shared_dirty, private_clean, private_dirty; /* bytes, all */
    uint64_t anonymous, swapped, locked;
    uint64_t anonymous_huge, shmem_huge, file_huge, shared_hugetlb, private_hugetlb;
    uint64_t kernel_page, mmu_page;
    uint32_t flags; /* MMF_AREA_… */
} mmf_sys_area;

/* Calls the function with each area that has addresses from begin on, before end, in order.
 * ENOENT, EACCES, EPERM: the system does not tell. */
typedef void mmf_sys_area_function(void *context, const mmf_sys_area *area);
int mmf_sys_areas(uint64_t begin, uint64_t end, mmf_sys_area_function *function, void *context);

#endif
