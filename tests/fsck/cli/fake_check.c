/* mmf_check() and mmf_check_undo() as a play: the "store" is a script that says what is found and
 * what becomes of it, one step a line. So everything that the program around them prints, asks and
 * returns is decided by the test.
 *
 *   finding NAME RECORD OFFSET FIELD TEXT   RECORD and FIELD may be -
 *   many COUNT NAME TEXT                    COUNT of them, in records 0, 1, …
 *   no-repair | fail                        the next findings are LEFT unasked | FAILED
 *   batch                                   reports are held back from here to the end
 *   progress PASS DONE TOTAL
 *   wait                                    until progress says that it is cancelled
 *   raise NUMBER | sleep MILLISECONDS
 *   set NAME NUMBER                         of the result
 *   undo PATH                               of the result
 *   status NAME HOLDER TEXT                 what is returned; of mmf_check_undo() too
 *
 * FAKE_LOG in the environment: a file to which the options are appended. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fsck/check.h"

#define HELD_MAX 64

typedef struct held {
    mmf_finding finding;
    char field[64];
    char text[MMF_CHECK_TEXT_SIZE];
} held;

typedef struct play {
    const char *path;
    char lock_path[MMF_CHECK_PATH_SIZE + 8];
    const mmf_check_options *options;
    mmf_check_result *result;
    mmf_status status;
    bool is_unrepairable;
    bool fails;
    bool holds;
    held held[HELD_MAX];
    size_t held_count;
} play;

static void pause_ms(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

static FILE *open_log(void)
{
    const char *path = getenv("FAKE_LOG");

    return path ? fopen(path, "a") : NULL;
}

static mmf_problem problem_of(const char *name)
{
    for (int i = 0; i < MMF_PROBLEM_COUNT; i++) {
        if (strcmp(mmf_problem_info_of((mmf_problem)i)->name, name) == 0) {
            return (mmf_problem)i;
        }
    }
    fprintf(stderr, "fake: no problem %s\n", name);
    abort();
}

static mmf_status status_of(const char *name)
{
    for (int i = 0; i < 64; i++) {
        if (strcmp(mmf_status_name((mmf_status)i), name) == 0) {
            return (mmf_status)i;
        }
    }
    fprintf(stderr, "fake: no status %s\n", name);
    abort();
}

/* --- Findings -------------------------------------------------------------------------------- */

static bool is_wanted(const play *play, const mmf_finding *finding)
{
    const mmf_check_options *options = play->options;

    if (!options || !(options->flags & MMF_CHECK_REPAIR) || play->is_unrepairable ||
        finding->info->repair == MMF_REPAIR_NONE) {
        return false;
    }
    return options->decide ? options->decide(options->context, finding)
                           : finding->info->repair == MMF_REPAIR_SAFE;
}

static void count(const play *play, const mmf_finding *finding)
{
    mmf_check_result *result = play->result;

    if (finding->info->severity == MMF_PROBLEM_NOTE) {
        result->notes++;
    } else {
        result->errors++;
        result->repaired += finding->outcome == MMF_CHECK_REPAIRED;
        result->left += finding->outcome != MMF_CHECK_REPAIRED;
    }
}

static void hold(play *play, const mmf_finding *finding)
{
    held *held = &play->held[play->held_count++];

    held->finding = *finding;
    (void)snprintf(held->text, sizeof held->text, "%s", finding->text);
    held->finding.text = held->text;
    if (finding->field) {
        (void)snprintf(held->field, sizeof held->field, "%s", finding->field);
        held->finding.field = held->field;
    }
}

static void tell(play *play, const mmf_finding *finding)
{
    if (play->holds && play->held_count < HELD_MAX) {
        hold(play, finding);
    } else if (play->options && play->options->report) {
        play->options->report(play->options->context, finding);
    }
}

static void find(play *play, const char *name, uint64_t record, uint64_t offset, const char *field,
                 const char *text)
{
    mmf_finding finding = {.problem = problem_of(name), .outcome = MMF_CHECK_LEFT};

    finding.info = mmf_problem_info_of(finding.problem);
    finding.path = strncmp(name, "LOCK_", 5) == 0 ? play->lock_path : play->path;
    finding.record = record;
    finding.offset = offset;
    finding.field = field;
    finding.text = text;
    if (is_wanted(play, &finding)) {
        finding.outcome = play->fails ? MMF_CHECK_FAILED : MMF_CHECK_REPAIRED;
    }
    count(play, &finding);
    tell(play, &finding);
}

static void play_finding(play *play, const char *line)
{
    char name[64], record[32], field[64];
    uint64_t offset;
    int used = 0;

    if (sscanf(line, "%63s %31s %" SCNu64 " %63s%n", name, record, &offset, field, &used) != 4) {
        abort();
    }
    line += used;
    find(play, name, record[0] == '-' ? MMF_CHECK_NO_RECORD : strtoull(record, NULL, 10), offset,
         strcmp(field, "-") == 0 ? NULL : field, line + (*line == ' '));
}

/* --- Steps ----------------------------------------------------------------------------------- */

static void go_on(play *play, unsigned pass, uint64_t done, uint64_t total)
{
    const mmf_check_options *options = play->options;

    if (options && options->progress && !options->progress(options->context, pass, done, total)) {
        play->status = MMF_E_CANCELLED;
    }
}

static void play_many(play *play, const char *line)
{
    char name[64];
    uint64_t times;
    int used = 0;

    if (sscanf(line, "%" SCNu64 " %63s %n", &times, name, &used) < 2) {
        abort();
    }
    for (uint64_t i = 0; i < times && play->status == MMF_OK; i++) {
        find(play, name, i, 4096 + i * 104, NULL, line + used);
        go_on(play, 1, i, times);
    }
}

static void play_set(const play *play, const char *line)
{
    mmf_check_result *result = play->result;
    char name[64];
    uint64_t number;

    if (sscanf(line, "%63s %" SCNu64, name, &number) != 2) {
        abort();
    }
    if (strcmp(name, "is_store") == 0) {
        result->is_store = number != 0;
    } else if (strcmp(name, "is_complete") == 0) {
        result->is_complete = number != 0;
    } else if (strcmp(name, "looked_at_all") == 0) {
        result->looked_at_all = number != 0;
    } else if (strcmp(name, "record_count") == 0) {
        result->record_count = number;
    } else if (strcmp(name, "left") == 0) {
        result->left = number;
    } else {
        abort();
    }
}

static void play_status(play *play, const char *line, uint64_t *ret_holder, mmf_error *error)
{
    char name[64];
    int used = 0;

    if (sscanf(line, "%63s %" SCNu64 " %n", name, ret_holder, &used) < 2) {
        abort();
    }
    play->status = status_of(name);
    if (line[used] != '\0') {
        (void)mmf_error_set(error, play->status, "%s", line + used);
    }
}

static void play_progress(play *play, const char *line)
{
    unsigned pass;
    uint64_t done, total;

    if (sscanf(line, "%u %" SCNu64 " %" SCNu64, &pass, &done, &total) != 3) {
        abort();
    }
    go_on(play, pass, done, total);
}

static void play_step(play *play, const char *step, const char *rest)
{
    if (strcmp(step, "finding") == 0) {
        play_finding(play, rest);
    } else if (strcmp(step, "many") == 0) {
        play_many(play, rest);
    } else if (strcmp(step, "no-repair") == 0) {
        play->is_unrepairable = true;
    } else if (strcmp(step, "fail") == 0) {
        play->fails = true;
    } else if (strcmp(step, "batch") == 0) {
        play->holds = true;
    } else if (strcmp(step, "progress") == 0) {
        play_progress(play, rest);
    } else if (strcmp(step, "wait") == 0) {
        while (play->status == MMF_OK) {
            go_on(play, 1, 50, 100);
            pause_ms(1);
        }
    } else if (strcmp(step, "raise") == 0) {
        (void)raise(atoi(rest));
    } else if (strcmp(step, "sleep") == 0) {
        pause_ms(atoi(rest));
    } else if (strcmp(step, "set") == 0) {
        play_set(play, rest);
    } else if (strcmp(step, "undo") == 0) {
        (void)snprintf(play->result->undo_path, sizeof play->result->undo_path, "%s", rest);
    } else if (strcmp(step, "status") == 0) {
        play_status(play, rest, &play->result->holder, play->options->error);
    } else {
        fprintf(stderr, "fake: no step %s\n", step);
        abort();
    }
}

static void play_file(play *play, FILE *file)
{
    char line[4096];
    char step[32];
    int used;

    while (play->status == MMF_OK && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        used = 0;
        if (sscanf(line, "%31s%n", step, &used) == 1) {
            play_step(play, step, line + used + (line[used] == ' '));
        }
    }
    play->holds = false;
    for (size_t i = 0; i < play->held_count; i++) {
        tell(play, &play->held[i].finding);
    }
}

/* --- What is faked --------------------------------------------------------------------------- */

mmf_status mmf_check(const char *path, const mmf_check_options *options,
                     mmf_check_result *ret_result)
{
    play play = {.path = path, .options = options, .result = ret_result};
    FILE *file = fopen(path, "r");
    FILE *log = open_log();

    if (log) {
        fprintf(log, "check flags=%u threads=%u undo=%s schema=%s path=%s\n",
                (unsigned)options->flags, (unsigned)options->threads,
                options->undo_path ? options->undo_path : "-",
                options->schema ? options->schema->name.text : "-", path);
        (void)fclose(log);
    }
    *ret_result = (mmf_check_result){.is_store = true, .is_complete = true, .looked_at_all = true};
    ret_result->format = 2;
    ret_result->record_size = 104;
    ret_result->record_count = 200;
    ret_result->capacity = 275;
    if (!file) {
        *ret_result = (mmf_check_result){0};
        return mmf_error_set(options->error, MMF_E_NOT_FOUND, "%s: no such file", path);
    }
    (void)snprintf(play.lock_path, sizeof play.lock_path, "%s.lock", path);
    play_file(&play, file);
    (void)fclose(file);
    return play.status;
}

mmf_status mmf_check_undo(const char *path, const char *undo_path, uint64_t *ret_holder,
                          mmf_error *error)
{
    play play = {.path = path};
    char line[4096] = "";
    FILE *file = fopen(path, "r");
    FILE *log = open_log();

    if (log) {
        fprintf(log, "undo undo=%s path=%s\n", undo_path, path);
        (void)fclose(log);
    }
    if (!file) {
        return mmf_error_set(error, MMF_E_NOT_FOUND, "%s: no such file", path);
    }
    if (fgets(line, sizeof line, file) && strncmp(line, "status ", 7) == 0) {
        line[strcspn(line, "\n")] = '\0';
        play_status(&play, line + 7, ret_holder, error);
    }
    (void)fclose(file);
    return play.status;
}
