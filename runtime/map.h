/* Mappings: how they are made, what the system made of that, and what can be asked of them later.
 * For mapped files, shared memory and stores alike.
 *
 * Hints (advice, huge pages, NUMA policies) may be refused or ignored by the system, by file
 * systems and by machines that have no such thing. What the system refuses is a status, and never
 * passed over; what it takes and then ignores nobody is told. So nothing here says what was asked
 * for: what was obtained is looked up, by mmf_map_report().
 *
 * Ranges: address and size are the caller's bytes; whole pages around them are meant, but for
 * advice that throws pages away: there, pages that lie in the range entirely. In mappings of
 * explicit huge pages a range has to begin and end between such pages. Ranges of 0 bytes are
 * MMF_OK, ranges beyond the end of all addresses MMF_E_INVALID, without anything done.
 *
 * Threads may call all of this at once. Locks in memory (mlock(2)) are the process's own: a child
 * after fork(2) has none; advice and policies it does have. No signal handler may call this.
 * Where a status is said to keep errno, it is of the system call that failed.
 */
#ifndef MMF_RUNTIME_MAP_H
#define MMF_RUNTIME_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* mmap(2), MAP_PRIVATE: stores are seen by this mapping alone and never reach the file. */
#define MMF_MAP_PRIVATE 0x1u
/* Has all pages of the file, as it is when it is opened, in memory, and in the page tables, before
 * the call returns. A private mapping that can be stored to gets its own copy of each page at once;
 * before Linux 5.14 only at its first store. */
#define MMF_MAP_POPULATE 0x2u
/* MAP_NORESERVE: no swap is set aside for a private mapping, and no huge page for one of a file of
 * those: where none is left at the first use, that is a SIGBUS. (Other shared ones need none.) */
#define MMF_MAP_NO_RESERVE 0x4u
#define MMF_MAP_EXEC 0x8u /* PROT_EXEC */
/* madvise(2), MADV_HUGEPAGE. (Explicit huge pages are those of the file: on hugetlbfs, or
 * MMF_SHM_HUGE.) */
#define MMF_MAP_HUGE 0x10u
#define MMF_MAP_LOCK 0x20u /* mlock2(2): in memory at once, and for as long as it is open */
#define MMF_MAP_LOCK_ON_FAULT 0x40u /* MLOCK_ONFAULT: each page from its first use on */

typedef enum mmf_advice {
    MMF_ADVICE_NORMAL,
    MMF_ADVICE_RANDOM,
    MMF_ADVICE_SEQUENTIAL,
    MMF_ADVICE_WILL_NEED,
    MMF_ADVICE_DONT_NEED,      /* of a shared mapping nothing is lost; a private one's stores are */
    MMF_ADVICE_COLD,           /* the first to go when memory is short: Linux 5.4 */
    MMF_ADVICE_PAGE_OUT,       /* goes now: Linux 5.4 */
    MMF_ADVICE_FREE,           /* private, of no file: contents may be lost at any time */
    MMF_ADVICE_POPULATE_READ,  /* page tables filled now, for reading: Linux 5.14 */
    MMF_ADVICE_POPULATE_WRITE, /* for writing; allocates blocks of holes */
} mmf_advice;

/* Where pages are taken from when they are first needed; those that are in memory stay where they
 * are. It counts for private memory and for files in memory (tmpfs, shared memory, explicit huge
 * pages). Pages of other files are everybody's: there the kernel takes the policy, says that it is
 * in force, and goes by that of the thread that reads the page from the disk. */
typedef enum mmf_numa_policy {
    MMF_NUMA_DEFAULT, /* as the thread that touches a page first */
    MMF_NUMA_BIND,    /* on these nodes alone */
    MMF_NUMA_INTERLEAVE,
    MMF_NUMA_PREFERRED, /* on the first of these nodes, while it has room */
    MMF_NUMA_LOCAL,     /* on the node of the processor that touches it first */
} mmf_numa_policy;

/* Zero-initialised is the default of everything; NULL instead of options is the same. */
typedef struct mmf_map_options {
    uint32_t flags;              /* MMF_MAP_… */
    mmf_advice advice;           /* for all of it, from the beginning */
    uint64_t alignment;          /* of the address: a power of two; 0: that of a page */
    mmf_numa_policy numa_policy; /* mbind(2) */
    uint32_t reserved;           /* zero */
    uint64_t numa_nodes[16];     /* bit n of word n / 64: node n; for BIND, INTERLEAVE, PREFERRED */
} mmf_map_options;

/* --- Mapping --------------------------------------------------------------------------------- */

/* Whether the options can be meant, before anything is done: flags that are known and do not
 * contradict each other (LOCK and LOCK_ON_FAULT), an alignment that is 0 or a power of two, a
 * policy and nodes that go together (DEFAULT and LOCAL have none, the others at least one), all of
 * them nodes that the process may have memory of, where the kernel tells. NULL can.
 * MMF_OK; MMF_E_INVALID. */
MMF_NODISCARD mmf_status mmf_map_check_options(const mmf_map_options *options, mmf_error *error);

/* Bytes of a page of mappings of that descriptor: explicit huge pages have their own size. -1: of
 * memory that is no file's. MMF_OK; MMF_E_SYSTEM (errno is kept). */
MMF_NODISCARD mmf_status mmf_map_page_size(int descriptor, uint64_t *ret_size);

/* Maps size bytes of a file from offset on, or, with descriptor -1 and offset 0, memory that is no
 * file's (not MMF_MAP_PRIVATE: shared with children), which is zeros. offset: a multiple of
 * mmf_map_page_size(); size is rounded up to one, and may reach beyond the end of the file. Of the
 * options those that mmap(2) itself needs are heeded: PRIVATE, NO_RESERVE, EXEC and the alignment;
 * mmf_map_apply() does the rest. The descriptor may be closed afterwards.
 * MMF_OK; MMF_E_INVALID (options, offset, size 0 or beyond what a file can have);
 * MMF_E_NO_MEMORY (address space, or what may be promised to private mappings, or too few explicit
 * huge pages in the machine's pool, or RLIMIT_MEMLOCK after mmf_map_lock_all()); MMF_E_SYSTEM
 * (EACCES: the descriptor's rights do not allow it; EPERM: MMF_MAP_EXEC, and the file system is
 * mounted without; ENODEV: not a file that can be mapped). errno is kept. */
MMF_NODISCARD mmf_status mmf_map_descriptor(int descriptor, uint64_t offset, uint64_t size,
                                            bool writable, const mmf_map_options *options,
                                            void **ret_address);

/* Unmaps. The size as it was rounded up. Takes NULL. */
void mmf_map_release(void *address, uint64_t size);

/* Has a mapping be as the options say, as far as that is not mmap(2)'s own: NUMA policy, huge
 * pages, advice, locks and populating, in this order. All of the range has to be there: no byte of
 * it may be beyond the page that the file ends in. When it fails, some of it may have been done.
 * MMF_OK; MMF_E_INVALID (options, or the range is not mapped); MMF_E_NO_MEMORY (RLIMIT_MEMLOCK does
 * not allow the lock: the text says how much it allows; or there is none); MMF_E_SYSTEM (what the
 * kernel does not have, or the file cannot be asked for: EINVAL; policies in a container without:
 * ENOSYS, or EPERM; a page that is not there, or cannot be read: EFAULT). errno is kept. */
MMF_NODISCARD mmf_status mmf_map_apply(void *address, uint64_t size, const mmf_map_options *options,
                                       mmf_error *error);
/* The same for a mapping of size bytes that reaches beyond its file, of which just `present` bytes
 * are there. NUMA policy, MMF_MAP_HUGE and the advice RANDOM and SEQUENTIAL are for the mapping,
 * and what the file grows by has them too; locks, populating and other advice are for what is
 * present, and never reach beyond it. */
MMF_NODISCARD mmf_status mmf_map_apply_reserved(void *address, uint64_t size, uint64_t present,
                                                const mmf_map_options *options, mmf_error *error);

/* --- Ranges of a mapping --------------------------------------------------------------------- */

/* madvise(2). DONT_NEED and FREE are for the pages that lie in the range entirely.
 * MMF_OK; MMF_E_INVALID (no such advice; not mapped); MMF_E_NO_MEMORY; MMF_E_SYSTEM (EINVAL: the
 * kernel is older than the advice, or the mapping cannot have it: FREE of a file's or a shared one,
 * DONT_NEED, COLD and PAGE_OUT of locked pages, POPULATE_WRITE of one to read only; EFAULT:
 * POPULATE_… of pages that are not there or cannot be read). errno is kept. */
MMF_NODISCARD mmf_status mmf_map_advise(void *address, uint64_t size, mmf_advice advice);

/* WILL_NEED: has the range read from the disk, and does not wait for it. As mmf_map_advise(). */
MMF_NODISCARD mmf_status mmf_map_prefetch(void *address, uint64_t size);

/* Has each page of the range in the page tables, for reading or for writing, without changing a
 * byte, and waits for it. Pages that are not there (the file has been cut, the disk is full) are
 * MMF_E_SYSTEM, EFAULT, since Linux 5.14; before that they are touched one by one, and it is a
 * SIGBUS, as any access is.
 * MMF_OK; MMF_E_INVALID (not mapped; or for writing, and the mapping is only to read, which before
 * Linux 5.14 is a SIGSEGV); MMF_E_NO_MEMORY; MMF_E_SYSTEM. errno is kept. */
MMF_NODISCARD mmf_status mmf_map_touch(void *address, uint64_t size, bool for_writing);

/* mlock(2): the range is in memory when this returns, and stays there until it is unlocked, by
 * whomever in the process (locks do not nest), or unmapped. on_fault: each page from its first use
 * on. All of it has to be there, as in mmf_map_apply(), but for on_fault.
 * MMF_OK; MMF_E_NO_MEMORY (errno is ENOMEM, EPERM or EAGAIN: more than RLIMIT_MEMLOCK allows
 * without CAP_IPC_LOCK, see mmf_map_lock_limit(); or not mapped, or not there; a part may be locked
 * all the same); MMF_E_SYSTEM (ENOSYS: on_fault before Linux 4.4). */
MMF_NODISCARD mmf_status mmf_map_lock(void *address, uint64_t size, bool on_fault);
/* MMF_OK, also when it was not locked; MMF_E_INVALID (not mapped); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_map_unlock(void *address, uint64_t size);
/* RLIMIT_MEMLOCK, bytes: what the process may lock in all, unless it has CAP_IPC_LOCK.
 * UINT64_MAX: as much as it likes. */
uint64_t mmf_map_lock_limit(void);

#define MMF_LOCK_ALL_NOW 0x1u      /* all that is mapped now */
#define MMF_LOCK_ALL_FUTURE 0x2u   /* all that will be; also the heap, stacks and libraries */
#define MMF_LOCK_ALL_ON_FAULT 0x4u /* with the others: each page from its first use on */

/* mlockall(2), for the whole process. Without CAP_IPC_LOCK reservations count with all of their
 * address space, so stores and files opened later want small ones.
 * MMF_OK; MMF_E_INVALID (flags); MMF_E_NO_MEMORY (RLIMIT_MEMLOCK, as above); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_map_lock_all(uint32_t flags);
/* Takes back those and all others. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_map_unlock_all(void);

/* Bytes of the range, in whole pages, that can be had without reading from a disk: mincore(2). Of a
 * file that the process neither owns nor may write Linux says that all of it is. What others do may
 * change it at any time. MMF_OK; MMF_E_INVALID (not mapped); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_map_resident(const void *address, uint64_t size, uint64_t *ret_bytes);

/* --- What was obtained ----------------------------------------------------------------------- */

/* What an area is, as the kernel sees it (VmFlags in /proc/PID/smaps). */
#define MMF_AREA_SHARED 0x1u
#define MMF_AREA_WRITABLE 0x2u
#define MMF_AREA_EXEC 0x4u
#define MMF_AREA_NO_RESERVE 0x8u
#define MMF_AREA_HUGE 0x10u       /* MADV_HUGEPAGE is noted: no word of whether there is one */
#define MMF_AREA_NO_HUGE 0x20u    /* MADV_NOHUGEPAGE */
#define MMF_AREA_SEQUENTIAL 0x40u /* is what it was told to be */
#define MMF_AREA_RANDOM 0x80u
#define MMF_AREA_LOCKED 0x100u
#define MMF_AREA_LOCK_ON_FAULT 0x200u /* and LOCKED is there too */
#define MMF_AREA_HUGETLB 0x400u       /* explicit huge pages */

#define MMF_MAP_INFO_NODES 64

typedef struct mmf_map_info {
    /* Areas: what the kernel has made of the mappings that the range lies in. It counts by areas
     * alone: where they reach beyond the range, the numbers are of all of them. All bytes. */
    bool knows_areas;    /* /proc/self/smaps could be read; if not, all up to numa_… is zero */
    bool is_exact;       /* the areas are the range, and no more or less */
    uint32_t area_count; /* 0: nothing is mapped there */
    uint64_t area_bytes; /* address space of the areas */
    uint64_t resident_bytes; /* in this process's page tables; hugetlb_bytes are apart */
    uint64_t shared_clean_bytes, shared_dirty_bytes;   /* of these: others have them too */
    uint64_t private_clean_bytes, private_dirty_bytes; /* nobody else has */
    uint64_t anonymous_bytes; /* of no file, or private copies of a file's pages */
    uint64_t swapped_bytes;
    uint64_t locked_bytes;         /* in memory and locked; pages of n processes count with 1/n */
    uint64_t anonymous_huge_bytes; /* in transparent huge pages: private memory, … */
    uint64_t shmem_huge_bytes;     /* … files in memory, … */
    uint64_t file_huge_bytes;      /* … other files */
    uint64_t hugetlb_bytes;        /* in explicit huge pages */
    uint64_t kernel_page_bytes;    /* the smallest page size among the areas: in the kernel's … */
    uint64_t mmu_page_bytes;       /* … and in the processor's view. THP does not show here */
    uint32_t flags_all, flags_any; /* MMF_AREA_… of all areas, and of at least one */

    /* get_mempolicy(2), at the first byte of the range. DEFAULT: none of its own. */
    bool knows_policy; /* the kernel tells, and it is one that has a name here */
    mmf_numa_policy numa_policy;
    int32_t numa_mode; /* MPOL_… as the kernel says, whatever it is; -1: it does not say */
    uint64_t numa_nodes[16];

    /* move_pages(2): where the pages of the range are, as far as they are in the page tables. Of
     * more than 1,024 pages so many are looked at, at equal distances, and bytes are estimates. */
    bool knows_nodes;
    bool is_sampled;
    uint32_t sampled_pages; /* looked at */
    uint32_t present_pages; /* of them, on some node */
    uint64_t node_bytes[MMF_MAP_INFO_NODES];
    uint64_t other_node_bytes; /* on nodes from MMF_MAP_INFO_NODES on */
} mmf_map_info;

/* Looks up what is known of the range now. It takes little memory, but time: /proc/self/smaps has
 * to be read up to there, for which the kernel walks the pages of all mappings with lower addresses
 * too, and takes milliseconds for each 100 MiB in memory. Not for hot paths.
 * MMF_OK, also when nothing is known; MMF_E_INVALID; MMF_E_SYSTEM (no descriptor is left, say;
 * errno is kept). */
MMF_NODISCARD mmf_status mmf_map_report(const void *address, uint64_t size, mmf_map_info *ret_info);

#ifdef __cplusplus
}
#endif
#endif
