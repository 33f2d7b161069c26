/* mmf import: records from CSV or from lines of JSON. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/command.h"
#include "tools/import.h"

enum { SCHEMA, CSV, JSONL, APPEND, NO_HEADER, COLUMNS, RAW, QUIET };

static const mmf_option options[] = {
    [SCHEMA] = {'\0', "schema", MMF_ARGUMENT_SCHEMA, "SCHEMA", "the records' schema", NULL},
    [CSV] = {'c', "csv", MMF_ARGUMENT_NONE, NULL, "the input is CSV, the default", NULL},
    [JSONL] = {'j', "jsonl", MMF_ARGUMENT_NONE, NULL, "the input is lines of JSON", NULL},
    [APPEND] = {'a', "append", MMF_ARGUMENT_NONE, NULL,
                "add to a store that exists, all records or none", NULL},
    [NO_HEADER] = {'\0', "no-header", MMF_ARGUMENT_NONE, NULL,
                   "no header; columns are the schema's fields", NULL},
    [COLUMNS] = {'\0', "columns", MMF_ARGUMENT_TEXT, "LIST",
                 "no header; columns are these: a,-,c, - is none", NULL},
    [RAW] = {'\0', "raw", MMF_ARGUMENT_NONE, NULL, "decimals without a point are stored numbers",
             NULL},
    [QUIET] = {'q', "quiet", MMF_ARGUMENT_NONE, NULL, "show no progress", NULL},
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal)
{
    (void)signal;
    is_interrupted = 1;
}

/* --- Progress -------------------------------------------------------------------------------- */

#define SHOWN_AFTER_NS 500000000u
#define SHOWN_EVERY_NS 100000000u

typedef struct progress {
    uint64_t size; /* of the input, bytes; 0: not known */
    uint64_t began_ns;
    uint64_t drawn_ns; /* 0: never */
} progress;

static uint64_t now_ns(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void draw(void *context, uint64_t bytes, uint64_t records)
{
    progress *progress = context;
    uint64_t now = now_ns();
    double seconds = (double)(now - progress->began_ns) / 1e9;

    if (now - progress->began_ns < SHOWN_AFTER_NS || now - progress->drawn_ns < SHOWN_EVERY_NS) {
        return;
    }
    progress->drawn_ns = now;
    fprintf(stderr, "\r\033[K%" PRIu64 " records, %.1f MB", records, (double)bytes / 1e6);
    if (progress->size > 0) {
        fprintf(stderr, " of %.1f MB, %u%%", (double)progress->size / 1e6,
                (unsigned)(bytes < progress->size ? bytes * 100 / progress->size : 100));
    }
    fprintf(stderr, ", %.0f records/s", (double)records / seconds);
    (void)fflush(stderr);
}

static void erase(const progress *progress)
{
    if (progress->drawn_ns > 0) {
        fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
}

/* --- The command ----------------------------------------------------------------------------- */

static int open_input(const char *path)
{
    return strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
}

static mmf_import_options options_of(const mmf_invocation *invocation)
{
    return (mmf_import_options){
        .notation = {invocation->is_given[JSONL] ? MMF_SYNTAX_JSON : MMF_SYNTAX_CSV,
                     invocation->is_given[RAW]},
        .schema_path = invocation->value[SCHEMA],
        .is_appending = invocation->is_given[APPEND],
        .has_no_header = invocation->is_given[NO_HEADER],
        .columns = invocation->value[COLUMNS],
        .is_cancelled = &is_interrupted,
    };
}

/* Signals that would kill take the temporary file away first. One that is ignored stays so. */
static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupt};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction old;

        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
}

static int import(const mmf_invocation *invocation, int fd, const char *name)
{
    mmf_import_options import_options = options_of(invocation);
    progress progress = {.began_ns = now_ns()};
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    uint64_t count = 0;
    struct stat stat;
    mmf_status status;

    if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode)) {
        progress.size = (uint64_t)stat.st_size;
    }
    if (isatty(STDERR_FILENO) && !invocation->is_given[QUIET]) {
        import_options.on_progress = draw;
        import_options.context = &progress;
    }
    catch_signals();
    status = mmf_import(invocation->operands[0], fd, name, &import_options, &diagnostics, &count,
                        &error);
    erase(&progress);
    if (status != MMF_OK) {
        return mmf_complain_of(invocation, status, &error, &diagnostics);
    }
    mmf_diagnostics_clear(&diagnostics);
    return MMF_EXIT_OK;
}

static int run(const mmf_invocation *invocation)
{
    const char *path = invocation->operand_count > 1 ? invocation->operands[1] : "-";
    int fd, code;

    if (invocation->is_given[CSV] && invocation->is_given[JSONL]) {
        return mmf_complain(invocation, "the input is either CSV or JSON, not both");
    }
    if (!invocation->is_given[SCHEMA] && !invocation->is_given[APPEND]) {
        return mmf_complain(invocation, "a new store needs --schema SCHEMA");
    }
    fd = open_input(path);
    if (fd < 0) {
        return mmf_complain(invocation, "%s: %s", path, strerror(errno));
    }
    code = import(invocation, fd, fd == STDIN_FILENO ? "-" : path);
    if (fd != STDIN_FILENO) {
        (void)close(fd);
    }
    return code;
}

const mmf_command mmf_import_command = {
    .name = "import",
    .operands = "FILE.mmf [INPUT]",
    .operands_least = 1,
    .operands_most = 2,
    .operand_kind = MMF_ARGUMENT_FILE,
    .summary = "make a store of CSV or lines of JSON, or add to one",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
