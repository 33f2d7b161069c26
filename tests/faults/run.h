/* One run of a scenario: a store that is used while a plan of faults is in force, then looked at
 * without faults. All of it is in a child, which ends with 0 when nothing is wrong. */
#ifndef MMF_TESTS_FAULTS_RUN_H
#define MMF_TESTS_FAULTS_RUN_H

#include "tests/faults/faults.h"
#include "tests/runtime/testing.h"

#define RUN_RECORDS_MAX 256u
#define RUN_PAYLOAD_BYTES 56u
#define RUN_PAYLOAD_WORDS (RUN_PAYLOAD_BYTES / 8)
#define RUN_TEXT_MAX 40u

typedef struct run run;
typedef void run_function(run *run);

/* What is there when a run begins. */
typedef enum run_files { RUN_NOTHING, RUN_CLEAN, RUN_KILLED, RUN_REBOOTED } run_files;

typedef struct scenario {
    const char *name;
    run_files files;
    uint32_t format;
    uint32_t flags;       /* of the handle */
    uint32_t missing;     /* FAULT_NO_… */
    run_function *before; /* without faults, in the first thread; may be NULL */
    run_function *body;   /* with them, in another thread */
    uint32_t calls_min;   /* fewer calls, and the sweep would prove little */
} scenario;

struct run {
    const scenario *scenario;
    fault_plan plan;
    fault_record *record; /* shared with the parent */
    const char *path;
    mmf_record_type type;
    mmf_options options;
    mmf_error error;
    mmf_store *store; /* open while not NULL */
    uint32_t fired_before;

    /* what has been acknowledged */
    uint64_t count;
    uint64_t expected[RUN_RECORDS_MAX][RUN_PAYLOAD_WORDS];
};

/* Statuses as a set. */
#define RUN_STATUS(name) (1ull << MMF_E_##name)
#define RUN_OPEN_MAY (RUN_STATUS(NO_SPACE) | RUN_STATUS(NO_MEMORY) | RUN_STATUS(SYSTEM))
#define RUN_WRITE_MAY RUN_OPEN_MAY
#define RUN_SYNC_MAY RUN_OPEN_MAY
#define RUN_CLOSE_MAY RUN_STATUS(SYSTEM)
#define RUN_STAT_MAY (RUN_STATUS(NO_MEMORY) | RUN_STATUS(SYSTEM))
#define RUN_READ_MAY 0ull

/* Says what went wrong and in which run, and ends the child. */
void run_fail(const run *run, const char *what, const char *detail) __attribute__((noreturn));

/* A call of the runtime in a run: its status, which is OK, or one of `may` in the call that met the
 * fault. */
#define RUN_CALL(run, may, call) (run_call_begins(run), run_call_ends(run, (call), may, #call))
void run_call_begins(run *run);
mmf_status run_call_ends(run *run, mmf_status status, uint64_t may, const char *call);

/* The store's handle; false: it could not be had. */
bool run_open(run *run);
bool run_create(run *run);
void run_close(run *run);

/* Changes that are noted where they are acknowledged. */
void run_append(run *run, uint64_t count);
void run_set(run *run, uint64_t index, uint64_t word);
void run_set_text(run *run, uint64_t index, const char *text);
void run_expect(run *run, uint64_t index, uint64_t word);
/* Reads records, which have to be as expected. */
void run_check_records(run *run);

/* Prepares, runs, and looks: the child. */
void run_scenario(run *run);

/* The files that a run begins with, made at `path`, and what is expected of them. In the parent. */
void run_make_files(run *run, run_files files, const char *path);

/* Removes the store of that path, its lock file, and all else whose name begins so. */
void run_remove_files(const char *path);

/* Makes a writer that died in the middle of a change of a record, in files that are in use. */
void run_leave_dead_writer(const run *run, uint32_t slot, uint64_t index);

#endif
