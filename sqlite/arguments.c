#include "sqlite/arguments.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "sqlite/api.h"

typedef enum option_kind {
    OPTION_TEXT,
    OPTION_BOOL,
} option_kind;

typedef struct option {
    const char *name; /* NULL: the file, which has no name */
    option_kind kind;
    size_t place; /* in mmf_sqlite_arguments */
} option;

static const option OPTIONS[] = {
    {NULL, OPTION_TEXT, offsetof(mmf_sqlite_arguments, file)},
    {"schema", OPTION_TEXT, offsetof(mmf_sqlite_arguments, schema)},
    {"writable", OPTION_BOOL, offsetof(mmf_sqlite_arguments, is_writable)},
    {"raw", OPTION_BOOL, offsetof(mmf_sqlite_arguments, is_raw)},
    {"in_transactions", OPTION_BOOL, offsetof(mmf_sqlite_arguments, in_transactions)},
};

#define OPTION_COUNT (sizeof OPTIONS / sizeof OPTIONS[0])
#define OPTION_NAMES "schema, writable, raw, in_transactions"

static const char *skip_spaces(const char *text)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    return text;
}

static int complain(char **ret_error, char *text)
{
    *ret_error = text;
    return text ? SQLITE_ERROR : SQLITE_NOMEM;
}

/* A word up to the next space. */
static char *copy_word(const char *text, const char **ret_end)
{
    size_t size = strcspn(text, " \t\r\n\f\v'\"`[]()=");

    *ret_end = text + size;
    return sqlite3_mprintf("%.*s", (int)size, text);
}

/* What is between quotes, those within it written twice ([…] has none); *ret_end is NULL when the
 * closing one is missing. */
static char *copy_quoted(const char *text, const char **ret_end)
{
    char closing = *text == '[' ? ']' : *text;
    char *copy = sqlite3_malloc64(strlen(text));
    size_t size = 0;

    *ret_end = NULL;
    if (!copy) {
        return NULL;
    }
    for (text++; *text; text++) {
        if (*text == closing) {
            if (closing == ']' || text[1] != closing) {
                *ret_end = text + 1;
                break;
            }
            text++;
        }
        copy[size++] = *text;
    }
    copy[size] = '\0';
    return copy;
}

static int read_value(const char *text, const char *argument, char **ret_value, char **ret_error)
{
    const char *end = NULL;
    char *value = *text && strchr("'\"`[", *text) ? copy_quoted(text, &end) : copy_word(text, &end);

    if (!value) {
        return SQLITE_NOMEM;
    }
    if (end && end != text && *skip_spaces(end) == '\0') {
        *ret_value = value;
        return SQLITE_OK;
    }
    sqlite3_free(value);
    return complain(ret_error, sqlite3_mprintf(end ? "mmf: %s: expected a 'text' or a word"
                                                   : "mmf: %s: the closing quote is missing",
                                               argument));
}

static bool read_bool(const char *text, bool *ret_value)
{
    static const char *const WORDS[][2] = {
        {"0", "1"}, {"no", "yes"}, {"off", "on"}, {"false", "true"}};

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        for (int value = 0; value < 2; value++) {
            if (strcasecmp(text, WORDS[i][value]) == 0) {
                *ret_value = value != 0;
                return true;
            }
        }
    }
    return false;
}

/* Finds the row of an argument, and where its value begins. */
static const option *find_option(const char *argument, const char **ret_value)
{
    const char *end = argument;

    while (isalnum((unsigned char)*end) || *end == '_') {
        end++;
    }
    if (end == argument || *skip_spaces(end) != '=') {
        *ret_value = argument;
        return &OPTIONS[0];
    }
    *ret_value = skip_spaces(skip_spaces(end) + 1);
    for (size_t i = 1; i < OPTION_COUNT; i++) {
        if (strlen(OPTIONS[i].name) == (size_t)(end - argument) &&
            strncasecmp(OPTIONS[i].name, argument, (size_t)(end - argument)) == 0) {
            return &OPTIONS[i];
        }
    }
    return NULL;
}

static int read_argument(mmf_sqlite_arguments *arguments, const char *argument, unsigned *given,
                         char **ret_error)
{
    const char *text;
    char *value = NULL;
    const option *option = find_option(argument, &text);
    void *place;
    int code;

    if (!option) {
        return complain(ret_error, sqlite3_mprintf("mmf: %s: no such option; there are: %s",
                                                   argument, OPTION_NAMES));
    }
    if (*given & 1u << (option - OPTIONS)) {
        return complain(ret_error, sqlite3_mprintf("mmf: %s: %s is given twice", argument,
                                                   option->name ? option->name : "the file"));
    }
    *given |= 1u << (option - OPTIONS);
    code = read_value(text, argument, &value, ret_error);
    if (code != SQLITE_OK) {
        return code;
    }
    place = (char *)arguments + option->place;
    if (option->kind == OPTION_TEXT) {
        *(char **)place = value;
        return SQLITE_OK;
    }
    if (!read_bool(value, place)) {
        code = complain(ret_error, sqlite3_mprintf("mmf: %s: expected 0 or 1", argument));
    }
    sqlite3_free(value);
    return code;
}

int mmf_sqlite_arguments_read(mmf_sqlite_arguments *arguments, int count, const char *const *texts,
                              char **ret_error)
{
    unsigned given = 0;

    for (int i = 0; i < count; i++) {
        int code = read_argument(arguments, skip_spaces(texts[i]), &given, ret_error);

        if (code != SQLITE_OK) {
            return code;
        }
    }
    if (!arguments->file || *arguments->file == '\0') {
        return complain(ret_error, sqlite3_mprintf("mmf: which file? CREATE VIRTUAL TABLE t USING "
                                                   "mmf('ticks.mmf')"));
    }
    return SQLITE_OK;
}

void mmf_sqlite_arguments_clear(mmf_sqlite_arguments *arguments)
{
    sqlite3_free(arguments->file);
    sqlite3_free(arguments->schema);
    *arguments = (mmf_sqlite_arguments){0};
}
