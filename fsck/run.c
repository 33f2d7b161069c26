#include "fsck/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "fsck/ask.h"
#include "fsck/cancel.h"
#include "fsck/check.h"
#include "fsck/progress.h"
#include "fsck/report_json.h"
#include "fsck/report_text.h"
#include "schema/printable.h"

#define COLUMNS_DEFAULT 80

typedef struct run {
    const fsck_options *options;
    const mmf_model *schema;
    fsck_mode mode; /* what FSCK_DEFAULT has become */
    fsck_text text;
    fsck_json json;
    fsck_ask ask;
    fsck_progress progress;
    int output_errno; /* of the first write to stdout that failed; 0: none has */
} run;

/* To be called when something was written, while errno is that of a failure. */
static void note_failure(run *run)
{
    if (run->output_errno == 0 && ferror(stdout)) {
        run->output_errno = errno != 0 ? errno : EIO;
    }
}

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* --- What mmf_check() calls ------------------------------------------------------------------ */

static bool decide(void *context, const mmf_finding *finding)
{
    run *run = context;
    bool answer;

    if (run->mode != FSCK_ASK) {
        return run->mode == FSCK_YES ||
               (run->mode == FSCK_PREEN && finding->info->repair == MMF_REPAIR_SAFE);
    }
    if (!fsck_ask_is_open(&run->ask, finding->problem, &answer)) {
        return answer;
    }
    fsck_progress_hide(&run->progress);
    fsck_text_question(&run->text, finding);
    return fsck_ask_question(&run->ask, finding);
}

static void report(void *context, const mmf_finding *finding)
{
    run *run = context;

    fsck_progress_hide(&run->progress);
    if (run->options->is_json) {
        fsck_json_finding(&run->json, finding);
    } else {
        fsck_text_finding(&run->text, finding, fsck_ask_was_asked(&run->ask, finding));
    }
    note_failure(run);
}

/* Whether it is worth going on. Nobody reads on: a check is for nothing then, a repair is not. */
static bool progress(void *context, unsigned pass, uint64_t done, uint64_t total)
{
    run *run = context;

    fsck_progress_update(&run->progress, pass, done, total, now_ns());
    return !fsck_is_cancelled() && !run->ask.has_quit &&
           (fsck_mode_repairs(run->mode) || run->output_errno == 0);
}

/* --- One file -------------------------------------------------------------------------------- */

/* Texts of the library begin with the path where it is at hand. */
static void complain(const char *path, const char *text)
{
    size_t length = strlen(path);

    (void)fflush(stdout);
    fputs("mmf-fsck: ", stderr);
    if (strncmp(text, path, length) != 0 || text[length] != ':') {
        mmf_put_text(stderr, path);
        fputs(": ", stderr);
    }
    mmf_put_text(stderr, text);
    fputc('\n', stderr);
}

/* What went wrong, for people; NULL: nothing, or what is told otherwise. */
static const char *describe(mmf_status status, uint64_t holder, const mmf_error *error,
                            char *buffer, size_t size)
{
    if (status == MMF_OK || status == MMF_E_CANCELLED) {
        return NULL;
    }
    if (status == MMF_E_LOCKED && holder != 0) {
        (void)snprintf(buffer, size, "in use: process %" PRIu64 " writes to it", holder);
        return buffer;
    }
    if (status == MMF_E_LOCKED && error->text[0] == '\0') {
        return "in use: somebody writes to it";
    }
    return error->text[0] != '\0' ? error->text : mmf_status_text(status);
}

/* For checks; --undo has no other way. */
static const char *advice(const run *run, mmf_status status)
{
    if (status == MMF_E_LOCKED) {
        return "mmf-fsck: -n looks at it all the same\n";
    }
    if (status == MMF_E_NO_SPACE && !run->options->has_no_undo) {
        return "mmf-fsck: -z puts the undo file elsewhere, --no-undo does without\n";
    }
    return "";
}

static int exit_of(const run *run, mmf_status status, const mmf_check_result *result)
{
    int code =
        (result->repaired > 0 ? FSCK_EXIT_REPAIRED : 0) | (result->left > 0 ? FSCK_EXIT_LEFT : 0);

    if (status == MMF_E_CANCELLED) {
        bool is_asked_for = fsck_is_cancelled() || run->ask.has_quit;

        return code | (is_asked_for ? FSCK_EXIT_CANCELLED : FSCK_EXIT_OPERATIONAL);
    }
    return code | (status != MMF_OK ? FSCK_EXIT_OPERATIONAL : 0);
}

static uint32_t flags_of(const run *run)
{
    return (fsck_mode_repairs(run->mode) ? MMF_CHECK_REPAIR : 0) |
           (run->options->is_full ? MMF_CHECK_FULL : 0) |
           (run->options->has_no_undo ? MMF_CHECK_NO_UNDO : 0);
}

static int check_file(run *run, const char *path)
{
    mmf_error error = {0};
    mmf_check_result result = {0};
    mmf_check_options options = {
        .flags = flags_of(run),
        .threads = run->options->threads,
        .schema = run->schema,
        .undo_path = run->options->save_undo,
        .decide = decide,
        .report = report,
        .progress = progress,
        .context = run,
        .error = &error,
    };
    char buffer[64];
    mmf_status status = mmf_check(path, &options, &result);
    const char *wrong = describe(status, result.holder, &error, buffer, sizeof buffer);
    int code = exit_of(run, status, &result);

    fsck_progress_hide(&run->progress);
    if (run->options->is_json) {
        fsck_json_end(&run->json, status, wrong, result.holder, &result, code);
    } else {
        fsck_text_end(&run->text, path, status, &result);
    }
    if (wrong) {
        complain(path, wrong);
        fputs(advice(run, status), stderr);
    }
    return code;
}

static int undo_file(run *run, const char *path)
{
    mmf_error error = {0};
    char buffer[64];
    uint64_t holder = 0;
    mmf_status status = mmf_check_undo(path, run->options->undo, &holder, &error);
    const char *wrong = describe(status, holder, &error, buffer, sizeof buffer);
    int code = status == MMF_OK ? FSCK_EXIT_CLEAN : FSCK_EXIT_OPERATIONAL;

    if (run->options->is_json) {
        fsck_json_end(&run->json, status, wrong, holder, NULL, code);
    } else if (status == MMF_OK) {
        fsck_text_undone(&run->text, path);
    }
    if (wrong) {
        complain(path, wrong);
    }
    return code;
}

static int run_file(run *run, const char *path)
{
    int code;

    fsck_text_begin(&run->text);
    fsck_ask_begin(&run->ask);
    fsck_progress_begin(&run->progress, path, now_ns());
    if (run->options->is_json) {
        fsck_json_begin(&run->json, path);
    }
    code = run->mode == FSCK_UNDO ? undo_file(run, path) : check_file(run, path);
    (void)fflush(stdout);
    note_failure(run);
    return code;
}

/* --- All of them ----------------------------------------------------------------------------- */

static bool wants_color(const fsck_options *options)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (options->color != FSCK_COLOR_AUTO) {
        return options->color == FSCK_COLOR_ALWAYS;
    }
    return isatty(STDOUT_FILENO) && (!no_color || no_color[0] == '\0') &&
           (!term || strcmp(term, "dumb") != 0);
}

static fsck_mode mode_of(const fsck_options *options)
{
    if (options->mode != FSCK_DEFAULT) {
        return options->mode;
    }
    return !options->is_json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? FSCK_ASK
                                                                              : FSCK_CHECK;
}

static fsck_progress make_progress(const fsck_options *options)
{
    struct winsize size;
    fsck_progress progress = {.fd = -1, .columns = COLUMNS_DEFAULT};

    if (options->progress_fd > 0) {
        progress.fd = options->progress_fd;
    } else if (isatty(STDERR_FILENO)) {
        progress.terminal = stderr;
        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
            progress.columns = size.ws_col;
        }
    }
    return progress;
}

int fsck_run(const fsck_options *options, const mmf_model *schema, bool has_failed,
             int *ret_output_errno)
{
    run run = {.options = options, .schema = schema, .mode = mode_of(options)};
    int code = has_failed ? FSCK_EXIT_OPERATIONAL : FSCK_EXIT_CLEAN;

    run.text = (fsck_text){.out = stdout, .options = options, .mode = run.mode};
    run.text.has_color = wants_color(options);
    run.json = (fsck_json){.out = stdout};
    run.ask = (fsck_ask){.input = STDIN_FILENO, .cancel = fsck_cancel_fd(), .out = stdout};
    run.progress = make_progress(options);
    if (options->is_json) {
        fsck_json_open(&run.json);
    }
    for (int i = 0; !has_failed && i < options->file_count; i++) {
        if (fsck_is_cancelled() || run.ask.has_quit) {
            code |= FSCK_EXIT_CANCELLED;
            break;
        }
        code |= run_file(&run, options->files[i]);
    }
    code |= run.json.out_of_memory ? FSCK_EXIT_OPERATIONAL : 0;
    if (options->is_json) {
        fsck_json_close(&run.json, code);
    }
    (void)fflush(stdout);
    note_failure(&run);
    *ret_output_errno = run.output_errno;
    fsck_ask_free(&run.ask);
    return code;
}
