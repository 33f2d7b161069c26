#include "fsck/report_text.h"

#include <inttypes.h>
#include <string.h>

#include "schema/printable.h"

/* Of one problem in one file; a store of a million records can have a million of them. */
#define TOLD_MAX 20u
#define TOLD_MAX_PREEN 1u

#define STRONG "1"
#define RED "1;31"
#define GREEN "32"
#define YELLOW "33"
#define BLUE "36"

static void put_color(const fsck_text *text, const char *color, const char *words)
{
    if (text->has_color) {
        fprintf(text->out, "\033[%sm%s\033[0m", color, words);
    } else {
        fputs(words, text->out);
    }
}

static void put_path(const fsck_text *text, const char *path)
{
    mmf_put_text(text->out, path);
    fputs(": ", text->out);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void fsck_text_begin(fsck_text *text)
{
    memset(text->told, 0, sizeof text->told);
    memset(text->left, 0, sizeof text->left);
    text->is_in_use = false;
    text->lacks_schema = false;
}

/* --- Findings -------------------------------------------------------------------------------- */

static void put_place(const fsck_text *text, const mmf_finding *finding)
{
    if (finding->record != MMF_CHECK_NO_RECORD) {
        fprintf(text->out, "record %" PRIu64, finding->record);
        if (finding->field) {
            fputs(", ", text->out);
            mmf_put_text(text->out, finding->field);
        }
    } else if (finding->field) {
        mmf_put_text(text->out, finding->field);
    } else if (finding->offset > 0) {
        fprintf(text->out, "byte %" PRIu64, finding->offset);
    } else {
        return; /* the file as a whole */
    }
    fputs(": ", text->out);
}

/* "PATH: CODE: PLACE: TITLE: TEXT", without the end of the line. */
static void put_finding(const fsck_text *text, const mmf_finding *finding)
{
    put_path(text, finding->path);
    put_color(text, finding->info->severity == MMF_PROBLEM_NOTE ? BLUE : RED, finding->info->code);
    fputs(": ", text->out);
    put_place(text, finding);
    fputs(finding->info->title, text->out);
    if (finding->text && finding->text[0] != '\0') {
        fputs(": ", text->out);
        mmf_put_text(text->out, finding->text);
    }
}

static const char *why_left(const fsck_text *text, const mmf_finding *finding)
{
    if (finding->info->repair == MMF_REPAIR_NONE) {
        return "left: there is no repair";
    }
    if (finding->info->repair == MMF_REPAIR_ASK &&
        (text->mode == FSCK_CHECK || text->mode == FSCK_PREEN)) {
        return "left: needs -y";
    }
    return text->mode == FSCK_CHECK ? "left: needs -p" : "left";
}

static void put_outcome(const fsck_text *text, const mmf_finding *finding)
{
    if (finding->info->severity == MMF_PROBLEM_NOTE) {
        return;
    }
    fputs("; ", text->out);
    switch (finding->outcome) {
    case MMF_CHECK_REPAIRED:
        put_color(text, GREEN, "repaired");
        fprintf(text->out, ": %s", finding->info->action);
        break;
    case MMF_CHECK_LEFT:
        put_color(text, YELLOW, why_left(text, finding));
        break;
    case MMF_CHECK_FAILED:
        put_color(text, RED, "not repaired");
        break;
    }
}

static uint64_t told_max(const fsck_text *text)
{
    if (text->options->is_verbose) {
        return UINT64_MAX;
    }
    return text->mode == FSCK_PREEN ? TOLD_MAX_PREEN : TOLD_MAX;
}

static void count(fsck_text *text, const mmf_finding *finding)
{
    text->is_in_use = text->is_in_use || finding->problem == MMF_PROBLEM_IN_USE;
    text->lacks_schema = text->lacks_schema || finding->problem == MMF_PROBLEM_NO_SCHEMA;
    if (finding->info->severity != MMF_PROBLEM_NOTE && finding->outcome != MMF_CHECK_REPAIRED) {
        text->left[finding->info->repair]++;
    }
}

void fsck_text_question(fsck_text *text, const mmf_finding *finding)
{
    put_finding(text, finding);
    fputc('\n', text->out);
}

void fsck_text_finding(fsck_text *text, const mmf_finding *finding, bool was_asked)
{
    bool is_note = finding->info->severity == MMF_PROBLEM_NOTE;

    count(text, finding);
    if ((was_asked && finding->outcome != MMF_CHECK_FAILED) ||
        (is_note && !text->options->is_verbose) ||
        text->told[finding->problem]++ >= told_max(text)) {
        return;
    }
    put_finding(text, finding);
    put_outcome(text, finding);
    fputc('\n', text->out);
}

/* --- The summary ----------------------------------------------------------------------------- */

static void put_untold(const fsck_text *text, const char *path)
{
    uint64_t max = told_max(text);

    for (int i = 0; i < MMF_PROBLEM_COUNT; i++) {
        if (text->told[i] > max) {
            put_path(text, path);
            fprintf(text->out, "%s: %" PRIu64 " more of these; -v shows all\n",
                    mmf_problem_info_of((mmf_problem)i)->code, text->told[i] - max);
        }
    }
}

static void put_clean(const fsck_text *text, const mmf_check_result *result)
{
    if (!result->is_complete) {
        put_color(text, YELLOW, "no errors found, but not everything could be looked at");
    } else {
        put_color(text, GREEN, "clean");
    }
    if (result->is_store) {
        fprintf(text->out,
                ": format %" PRIu32 ", %" PRIu64 " record%s of %" PRIu32
                " bytes, room for %" PRIu64,
                result->format, result->record_count, plural(result->record_count),
                result->record_size, result->capacity);
    }
    if (text->options->is_verbose && !result->looked_at_all) {
        fputs("; closed in good order: -f looks at its records", text->out);
    }
}

static void put_errors(const fsck_text *text, const mmf_check_result *result)
{
    char words[128];

    (void)snprintf(words, sizeof words, "%" PRIu64 " error%s found", result->errors,
                   plural(result->errors));
    put_color(text, result->left > 0 ? RED : STRONG, words);
    if (fsck_mode_repairs(text->mode)) {
        fprintf(text->out, ", %" PRIu64 " repaired, %" PRIu64 " left", result->repaired,
                result->left);
    }
    if (!result->is_complete) {
        fputs("; not everything could be looked at", text->out);
    }
}

static void put_summary(const fsck_text *text, const char *path, mmf_status status,
                        const mmf_check_result *result)
{
    bool is_clean = result->errors == 0 && result->left == 0;

    put_path(text, path);
    if (status == MMF_E_CANCELLED) {
        put_color(text, YELLOW, "cancelled");
        fputs("; till then ", text->out);
    }
    if (status == MMF_OK && is_clean) {
        put_clean(text, result);
    } else {
        put_errors(text, result);
    }
    if (text->is_in_use) {
        fputs("; in use, so some things cannot be judged", text->out);
    }
    if (text->lacks_schema) {
        fputs("; no schema to check fields by: --schema gives one", text->out);
    }
    fputc('\n', text->out);
}

/* --- What to do next ------------------------------------------------------------------------- */

static void put_operand(const fsck_text *text, const char *path)
{
    fputs(path[0] == '-' ? " -- " : " ", text->out);
    mmf_put_shell_word(text->out, path);
}

static void put_command(const fsck_text *text, const char *mode, const char *path)
{
    fprintf(text->out, "  mmf-fsck %s", mode);
    if (text->options->is_full) {
        fputs(" -f", text->out);
    }
    if (text->options->schema_path) {
        fputs(" --schema ", text->out);
        mmf_put_shell_word(text->out, text->options->schema_path);
    }
    put_operand(text, path);
}

static void put_advice(const fsck_text *text, const char *path)
{
    uint64_t safe = text->left[MMF_REPAIR_SAFE];
    uint64_t ask = text->left[MMF_REPAIR_ASK];

    if (safe > 0 && text->mode == FSCK_CHECK) {
        put_command(text, "-p", path);
        fprintf(text->out, "   repairs %" PRIu64 ", and loses nothing\n", safe);
    }
    if (ask > 0 && (text->mode == FSCK_CHECK || text->mode == FSCK_PREEN)) {
        put_command(text, "-y", path);
        fprintf(text->out, "   repairs %" PRIu64 ", some of them at a cost: see mmf-fsck(8)\n",
                safe + ask);
    }
    if (text->left[MMF_REPAIR_NONE] > 0) {
        fprintf(text->out, "  %" PRIu64 " cannot be repaired: see mmf-fsck(8)\n",
                text->left[MMF_REPAIR_NONE]);
    }
}

static void put_undo(const fsck_text *text, const char *path, const char *undo_path)
{
    fputs("  what was there before is in ", text->out);
    mmf_put_text(text->out, undo_path);
    fputs("; this brings it back:\n  mmf-fsck --undo ", text->out);
    mmf_put_shell_word(text->out, undo_path);
    put_operand(text, path);
    fputc('\n', text->out);
}

void fsck_text_end(fsck_text *text, const char *path, mmf_status status,
                   const mmf_check_result *result)
{
    put_untold(text, path);
    if (status == MMF_OK || status == MMF_E_CANCELLED || result->errors > 0) {
        put_summary(text, path, status, result);
    }
    if (result->left > 0) {
        put_advice(text, path);
    }
    if (result->undo_path[0] != '\0') {
        put_undo(text, path, result->undo_path);
    }
}

void fsck_text_undone(fsck_text *text, const char *path)
{
    put_path(text, path);
    fputs("is again what it was before the repairs of ", text->out);
    mmf_put_text(text->out, text->options->undo);
    fputc('\n', text->out);
}
