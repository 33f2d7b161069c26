/* Probes for tracers (USDT) of the provider mmapforge, on slow paths only. Internal.
 *
 * Each is one `nop` and a note in the section .note.stapsdt that says where it stands and where its
 * arguments are: perf, bpftrace, SystemTap and gdb find them there; see docs/tracing.md. They need
 * <sys/sdt.h> (Debian: systemtap-sdt-dev) when this is compiled, and nothing afterwards. Without
 * it, or with -DMMF_NO_PROBES, there is no probe, and nothing else is different.
 *
 * A probe says what its caller knows anyway: nothing is looked up for it. Not in headers that
 * generated code includes, and not where a call of theirs that nobody disturbs comes by. What takes
 * long has two, a verb before and its participle after. The handle of a store is the address that
 * its calls take; that of a mapped file too. A status is a number of schema/status.def, from 0.
 *
 * One function a probe. Append parameters, and do not reorder them: scripts know their places.
 * tests/probes compares names and numbers of parameters with docs/tracing.md.
 */
#ifndef MMF_RUNTIME_PROBE_H
#define MMF_RUNTIME_PROBE_H

#include <stdint.h>

#include "runtime/atomic.h"

#if defined(__linux__) && defined(__has_include) && !defined(MMF_NO_PROBES)
#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#endif
#endif

#ifdef STAP_PROBE1
/* No instruction, but two relocations, so that ld --gc-sections leaves what a probe needs: nothing
 * else refers to .stapsdt.base; and gold, instead of dropping the note of a function that it takes
 * away, refuses to link. Any linker keeps what an allocated note refers to; this one is empty. */
#define MMF_PROBE_KEPT                                                                             \
    ".reloc ., BFD_RELOC_NONE, _.stapsdt.base\n"                                                   \
    "661: .pushsection .note.mmapforge,\"a\",%%note\n"                                             \
    ".balign 4\n"                                                                                  \
    ".reloc ., BFD_RELOC_NONE, 661b\n"                                                             \
    ".4byte 10, 0, 1\n"                                                                            \
    ".asciz \"mmapforge\"\n"                                                                       \
    ".balign 4\n"                                                                                  \
    ".popsection"

#define MMF_PROBE(count, name, ...)                                                                \
    do {                                                                                           \
        STAP_PROBE##count(mmapforge, name, __VA_ARGS__);                                           \
        __asm__ volatile(MMF_PROBE_KEPT ::);                                                       \
    } while (0)
#else
/* Looks at its arguments, for the compiler's warnings, and does nothing with them. */
int mmf_probe_nothing(int first, ...);
#define MMF_PROBE(count, name, ...) ((void)sizeof(mmf_probe_nothing(count, __VA_ARGS__)))
#endif

/* --- Opening and closing a store ------------------------------------------------------------- */

/* Flags: of mmf_options. */
MMF_ALWAYS_INLINE void mmf_probe_open(const char *path, uint32_t flags)
{
    MMF_PROBE(2, open, path, flags);
}

/* A handle that failed to open is 0, its descriptor -1. The descriptor is what `sync` has. */
MMF_ALWAYS_INLINE void mmf_probe_opened(const char *path, uintptr_t store, int fd, int status)
{
    MMF_PROBE(4, opened, path, store, fd, status);
}

MMF_ALWAYS_INLINE void mmf_probe_close(uintptr_t store, const char *path)
{
    MMF_PROBE(2, close, store, path);
}

MMF_ALWAYS_INLINE void mmf_probe_closed(uintptr_t store, int status)
{
    MMF_PROBE(2, closed, store, status);
}

/* --- The file -------------------------------------------------------------------------------- */

/* Capacities, in records: what can be used, and the least that is to be. */
MMF_ALWAYS_INLINE void mmf_probe_grow(uintptr_t store, uint64_t old_capacity, uint64_t wanted)
{
    MMF_PROBE(3, grow, store, old_capacity, wanted);
}

/* The new capacity, and the size of the file in bytes; both are 0 when that failed. */
MMF_ALWAYS_INLINE void mmf_probe_grown(uintptr_t store, uint64_t old_capacity,
                                       uint64_t new_capacity, uint64_t file_bytes, int status)
{
    MMF_PROBE(5, grown, store, old_capacity, new_capacity, file_bytes, status);
}

/* The wait for the disk, of stores and mapped files. Offsets of mapped files are not
 * known here: 0. */
MMF_ALWAYS_INLINE void mmf_probe_sync(int fd, uint64_t offset, uint64_t bytes)
{
    MMF_PROBE(3, sync, fd, offset, bytes);
}

MMF_ALWAYS_INLINE void mmf_probe_synced(int fd, uint64_t offset, uint64_t bytes, int system_errno)
{
    MMF_PROBE(4, synced, fd, offset, bytes, system_errno);
}

/* A page of a guarded store or file was gone: somebody has cut it. In the handler of SIGBUS. */
MMF_ALWAYS_INLINE void mmf_probe_cut(uintptr_t handle, uint64_t offset)
{
    MMF_PROBE(2, cut, handle, offset);
}

/* --- Writers that died ----------------------------------------------------------------------- */

typedef enum mmf_probe_recovery {
    MMF_RECOVERED_COMPLETED, /* it had stored nothing, or all of it by one store */
    MMF_RECOVERED_UNDONE,    /* the record is as it was, from the writer's image */
    MMF_RECOVERED_TORN,      /* it had been torn before that writer came, which is noted now */
    MMF_RECOVERED_AROUND     /* a handle that only reads has the image, and changes nothing */
} mmf_probe_recovery;

MMF_ALWAYS_INLINE void mmf_probe_recover(uintptr_t store, uint64_t index, uint32_t slot,
                                         mmf_probe_recovery how)
{
    MMF_PROBE(4, recover, store, index, slot, how);
}

/* All records are looked at, after the machine stopped: counts before and afterwards. */
MMF_ALWAYS_INLINE void mmf_probe_repair(uintptr_t store, uint64_t old_count)
{
    MMF_PROBE(2, repair, store, old_count);
}

MMF_ALWAYS_INLINE void mmf_probe_repaired(uintptr_t store, uint64_t old_count, uint64_t new_count,
                                          int status)
{
    MMF_PROBE(4, repaired, store, old_count, new_count, status);
}

/* --- Waiting --------------------------------------------------------------------------------- */

/* Each round of a reader or writer that finds the record in change: whose slot that is (0: nobody
 * knows), the counter, and how many rounds there were before. */
MMF_ALWAYS_INLINE void mmf_probe_retry(uintptr_t store, uint64_t index, uint32_t slot,
                                       uint64_t counter, uint32_t round)
{
    MMF_PROBE(5, retry, store, index, slot, counter, round);
}

/* It has waited for timeout_ms, or knows better: the status that the call returns. */
MMF_ALWAYS_INLINE void mmf_probe_stuck(uintptr_t store, uint64_t index, uint32_t slot,
                                       uint64_t counter, int status)
{
    MMF_PROBE(5, stuck, store, index, slot, counter, status);
}

/* Each round of waiting for the right to append (which: 0) or to note a sync (1); of the lock file
 * fd; held by a slot, wanted by another. */
MMF_ALWAYS_INLINE void mmf_probe_right(int fd, int which, uint32_t holder, uint32_t slot,
                                       uint32_t round)
{
    MMF_PROBE(5, right, fd, which, holder, slot, round);
}

/* A thread's first write by this handle: which slot it was given. */
MMF_ALWAYS_INLINE void mmf_probe_claim(uintptr_t store, uint32_t slot, int status)
{
    MMF_PROBE(3, claim, store, slot, status);
}

/* mmf_store_wait(), for more than `since` records, with index UINT64_MAX; or
 * mmf_record_wait_changed(), for another version. */
MMF_ALWAYS_INLINE void mmf_probe_wait(uintptr_t store, uint64_t index, uint64_t since,
                                      uint32_t timeout_ms)
{
    MMF_PROBE(4, wait, store, index, since, timeout_ms);
}

MMF_ALWAYS_INLINE void mmf_probe_waited(uintptr_t store, uint64_t index, int status)
{
    MMF_PROBE(3, waited, store, index, status);
}

/* A writer has found that somebody waits, and wakes all who do. */
MMF_ALWAYS_INLINE void mmf_probe_wake(uintptr_t store)
{
    MMF_PROBE(1, wake, store);
}

/* --- Mapped files ---------------------------------------------------------------------------- */

MMF_ALWAYS_INLINE void mmf_probe_file_opened(const char *name, uintptr_t file, int fd,
                                             uint64_t bytes)
{
    MMF_PROBE(4, file_opened, name, file, fd, bytes);
}

MMF_ALWAYS_INLINE void mmf_probe_file_closed(uintptr_t file, int status)
{
    MMF_PROBE(2, file_closed, file, status);
}

MMF_ALWAYS_INLINE void mmf_probe_file_grown(uintptr_t file, uint64_t old_bytes, uint64_t new_bytes,
                                            int system_errno)
{
    MMF_PROBE(4, file_grown, file, old_bytes, new_bytes, system_errno);
}

#endif
