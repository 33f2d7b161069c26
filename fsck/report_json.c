#include "fsck/report_json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "schema/printable.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The text with U+FFFD for each byte that is no UTF-8; to be freed. NULL: out of memory. */
static char *make_utf8(const char *text)
{
    char *made = malloc(strlen(text) * strlen(REPLACEMENT) + 1);
    char *end = made;
    uint32_t character;

    if (!made) {
        return NULL;
    }
    while (*text) {
        size_t length = mmf_utf8_decode(text, &character);

        memcpy(end, length > 0 ? text : REPLACEMENT, length > 0 ? length : strlen(REPLACEMENT));
        end += length > 0 ? length : strlen(REPLACEMENT);
        text += length > 0 ? length : 1;
    }
    *end = '\0';
    return made;
}

/* In ASCII alone, so that a terminal can be shown the document too. Without memory the value is
 * null, and the exit status tells. */
static void put_value(fsck_json *json, const char *text)
{
    char *utf8 = make_utf8(text);
    json_t *value = utf8 ? json_string(utf8) : NULL;
    char *encoded = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;

    if (encoded) {
        fputs(encoded, json->out);
    } else {
        fputs("null", json->out);
        json->out_of_memory = true;
    }
    free(encoded);
    json_decref(value);
    free(utf8);
}

/* Members after the first of their object. NULL becomes null. */
static void put_text(fsck_json *json, const char *name, const char *text)
{
    fprintf(json->out, ", \"%s\": ", name);
    if (text) {
        put_value(json, text);
    } else {
        fputs("null", json->out);
    }
}

/* Of the program's own words, which need no encoding. */
static void put_word(fsck_json *json, const char *name, const char *word)
{
    fprintf(json->out, ", \"%s\": \"%s\"", name, word);
}

/* A damaged header may have any 64 bits, and readers refuse integers that are not signed ones:
 * those are strings of digits, as in schemas. */
static void put_number(fsck_json *json, const char *name, uint64_t number)
{
    const char *quote = number > INT64_MAX ? "\"" : "";

    fprintf(json->out, ", \"%s\": %s%" PRIu64 "%s", name, quote, number, quote);
}

static void put_optional(fsck_json *json, const char *name, uint64_t number, bool is_known)
{
    if (is_known) {
        put_number(json, name, number);
    } else {
        put_text(json, name, NULL);
    }
}

static void put_bool(fsck_json *json, const char *name, bool value)
{
    fprintf(json->out, ", \"%s\": %s", name, value ? "true" : "false");
}

void fsck_json_open(fsck_json *json)
{
    fputs("{\"version\": 1, \"files\": [", json->out);
}

void fsck_json_begin(fsck_json *json, const char *path)
{
    fputs(json->has_file ? ",\n{\"path\": " : "\n{\"path\": ", json->out);
    put_value(json, path);
    fputs(", \"findings\": [", json->out);
    json->has_file = true;
    json->has_finding = false;
}

static const char *outcome_name(mmf_check_outcome outcome)
{
    switch (outcome) {
    case MMF_CHECK_LEFT:
        return "left";
    case MMF_CHECK_REPAIRED:
        return "repaired";
    case MMF_CHECK_FAILED:
        return "failed";
    }
    return "";
}

void fsck_json_finding(fsck_json *json, const mmf_finding *finding)
{
    const mmf_problem_info *info = finding->info;

    fputs(json->has_finding ? ",\n  {" : "\n  {", json->out);
    fprintf(json->out, "\"code\": \"%s\"", info->code);
    put_word(json, "name", info->name);
    put_word(json, "severity", mmf_problem_severity_name(info->severity));
    put_word(json, "repair", mmf_problem_repair_name(info->repair));
    put_word(json, "outcome", outcome_name(finding->outcome));
    put_text(json, "path", finding->path);
    put_number(json, "offset", finding->offset);
    put_optional(json, "record", finding->record, finding->record != MMF_CHECK_NO_RECORD);
    put_text(json, "field", finding->field);
    put_text(json, "text", finding->text);
    put_text(json, "title", info->title);
    put_text(json, "action", info->action[0] != '\0' ? info->action : NULL);
    fputs("}", json->out);
    json->has_finding = true;
}

static void put_result(fsck_json *json, const mmf_check_result *result)
{
    put_number(json, "errors", result->errors);
    put_number(json, "repaired", result->repaired);
    put_number(json, "left", result->left);
    put_number(json, "notes", result->notes);
    put_bool(json, "is_store", result->is_store);
    put_bool(json, "is_complete", result->is_complete);
    put_bool(json, "looked_at_all", result->looked_at_all);
    put_optional(json, "format", result->format, result->is_store);
    put_optional(json, "record_size", result->record_size, result->is_store);
    put_optional(json, "record_count", result->record_count, result->is_store);
    put_optional(json, "capacity", result->capacity, result->is_store);
    put_number(json, "records_checked", result->records_checked);
    put_text(json, "undo_path", result->undo_path[0] != '\0' ? result->undo_path : NULL);
}

void fsck_json_end(fsck_json *json, mmf_status status, const char *error, uint64_t holder,
                   const mmf_check_result *result, int exit_code)
{
    fputs(json->has_finding ? "\n], " : "], ", json->out);
    fprintf(json->out, "\"status\": \"%s\"", status == MMF_OK ? "ok" : mmf_status_name(status));
    put_text(json, "error", error);
    put_optional(json, "holder", holder, holder != 0);
    if (result) {
        put_result(json, result);
    } else {
        put_bool(json, "undone", status == MMF_OK);
    }
    fprintf(json->out, ", \"exit\": %d}", exit_code);
}

void fsck_json_close(fsck_json *json, int exit_code)
{
    fprintf(json->out, "\n], \"exit\": %d}\n", exit_code);
}
