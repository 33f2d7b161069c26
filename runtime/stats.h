/* Statistics of the process: what all its stores, files and watches have done.
 *
 * They are always on. Each thread counts for itself, without a locked instruction, so counting
 * costs a load, an addition and a store where it is done at all: by the calls of mapped files, and
 * on what is slow anyway. Fast paths of stores count nothing: of a store's reads and writes only
 * those show that had to wait.
 *
 * Numbers only grow, but for `mappings` and `mapped_bytes`, which are of now. What a thread has
 * counted stays when it ends. A child after fork(2) begins with its parent's numbers, but for page
 * faults, which the system counts anew.
 */
#ifndef MMF_RUNTIME_STATS_H
#define MMF_RUNTIME_STATS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row a number: ROW(name, text). Append, never reorder: a number's place is its index. Members,
 * names, texts and internal counters expand from here. */
#define MMF_STATISTICS(ROW)                                                                        \
    ROW(mappings, "mappings that there are now")                                                   \
    ROW(mapped_bytes, "their address space now, with what is reserved to grow in")                 \
    ROW(stores_opened, "stores created or opened")                                                 \
    ROW(files_opened, "mapped files opened")                                                       \
    ROW(grows, "times that a file was given more blocks")                                          \
    ROW(grown_bytes, "bytes by which files grew so")                                               \
    ROW(syncs, "waits for the disk that succeeded")                                                \
    ROW(synced_bytes, "bytes of the ranges, or written and pending, that these were for")          \
    ROW(syncs_failed, "waits for the disk that failed")                                            \
    ROW(flushes_asked, "flushes of files: because a call asked")                                   \
    ROW(flushes_always, "because each write waits")                                                \
    ROW(flushes_bytes, "because so many bytes were pending")                                       \
    ROW(flushes_writes, "because so many writes were")                                             \
    ROW(flushes_interval, "because the interval was over")                                         \
    ROW(flushes_close, "because the file was closed")                                              \
    ROW(flushes_begun, "writebacks that were begun and not waited for")                            \
    ROW(reads_mapped, "reads of files from the mapping")                                           \
    ROW(reads_called, "reads of files by a system call")                                           \
    ROW(read_bytes, "bytes of both")                                                               \
    ROW(writes_mapped, "writes of files into the mapping")                                         \
    ROW(writes_called, "writes of files by a system call")                                         \
    ROW(written_bytes, "bytes of both")                                                            \
    ROW(record_waits, "rounds that readers and writers waited for a record in change")             \
    ROW(news_waits, "sleeps until there is news: of a store, or a word to watch")                  \
    ROW(guard_faults, "pages that were gone, and met by a handle that is guarded")                 \
    ROW(watch_events, "events that watches have reported")                                         \
    ROW(minor_faults, "page faults without reading; of all of the process")                        \
    ROW(major_faults, "page faults that read from a disk; of all of the process")

#define MMF_STATISTICS_MEMBER(name, text) uint64_t name;

typedef struct mmf_statistics {
    MMF_STATISTICS(MMF_STATISTICS_MEMBER)
} mmf_statistics;

#undef MMF_STATISTICS_MEMBER

#define MMF_STATISTICS_COUNT (sizeof(mmf_statistics) / sizeof(uint64_t))

/* What threads count meanwhile may or may not be in it. What was done by a thread that has been
 * joined, or whose work this one has seen otherwise, is. Page faults are getrusage(2)'s, of the
 * whole process, whoever caused them. Cannot fail; a few microseconds. */
void mmf_stats(mmf_statistics *ret);

/* For those who print or export them all. An index from MMF_STATISTICS_COUNT on: NULL and 0. */
const char *mmf_statistic_name(size_t index); /* as the member's; static */
const char *mmf_statistic_text(size_t index); /* what it is, a phrase; static */
uint64_t mmf_statistic_value(const mmf_statistics *statistics, size_t index);

#ifdef __cplusplus
}
#endif
#endif
