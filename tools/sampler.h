/* What is going on in a store, from outside: two looks at a file, an interval apart, make a sample.
 *
 * A sampler opens its file to read only, guarded against being cut, and touches nothing. A file
 * that is cut, deleted or replaced is an error in the sample, and looked for again at the next one.
 *
 * What cannot be seen from outside: retries of readers. They are counted by the process that reads
 * (mmf_stats(), record_waits), nowhere in the file.
 */
#ifndef MMF_TOOLS_SAMPLER_H
#define MMF_TOOLS_SAMPLER_H

#include "tools/table.h"
#include "tools/watched.h"

#define MMF_SAMPLE_COMMAND_SIZE 16u

typedef struct mmf_sample {
    const char *path;
    bool is_there; /* if not, only `error` says something */
    mmf_error error;
    bool has_rates;                   /* the file was the same at the sample before */
    double seconds;                   /* since that one */
    int64_t time_ns;                  /* now, since 1970-01-01T00:00:00Z */
    double appends;                   /* a second; negative when the store fell back */
    double writes_least, writes_most; /* a second: two steps each; with one writer, whose setting
                                       * of a scalar is one, it may be as many as there are steps */
    mmf_growth growth;
    uint64_t resident_bytes; /* of the records, in memory */
    uint64_t record_bytes;   /* of all records */
    bool has_one_writer;     /* PATH.lock is locked for one: /proc/locks */
    uint64_t recovered;      /* records left by dead writers, since the sample before */
    bool knows_waiting;      /* format 2 */
    bool is_waited_for;      /* somebody waits for news of the store */
    uint32_t wakes;          /* times that waiters were woken, since the sample before */
    mmf_store_info info;
    char command[255][MMF_SAMPLE_COMMAND_SIZE]; /* of info.writers[], /proc/PID/comm; "": unknown */
} mmf_sample;

typedef struct mmf_sampler mmf_sampler;

/* path and schema_path (NULL: none; used for files of format 1 alone) have to outlive it. Opens
 * nothing yet. NULL: no memory. */
mmf_sampler *mmf_sampler_new(const char *path, const char *schema_path);
void mmf_sampler_free(mmf_sampler *sampler); /* takes NULL */

/* Looks now. The sample is good until the next one; the first has no rates. */
const mmf_sample *mmf_sampler_take(mmf_sampler *sampler);

/* To read records by; NULL while the last sample says that the file is not there. */
const mmf_table *mmf_sampler_table(const mmf_sampler *sampler);

/* Writes a second of so many steps in the interval of the sample. */
double mmf_sample_rate(const mmf_sample *sample, uint64_t steps);

#endif
