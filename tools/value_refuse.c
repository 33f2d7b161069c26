/* What was found, and what was expected. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema/suggest.h"
#include "tools/value_number.h"
#include "tools/value_parts.h"
#include "tools/value_text.h"

#define SHOWN_MAX 48u
#define WORD_MAX 63u

/* What is said of a field. */
typedef struct words {
    char text[256];
} words;

static void say_integer(const mmf_field *field, words *words)
{
    uint64_t max;
    int64_t min;

    mmf_type_integer_range(field->base, &min, &max);
    (void)snprintf(words->text, sizeof words->text, "%s%s, %" PRId64 " to %" PRIu64,
                   field->type == MMF_TYPE_ENUM ? "the name of a symbol or a number of " : "",
                   mmf_type_info_of(field->base)->name, min, max);
}

static void say_decimal(const mmf_field *field, words *words)
{
    char least[MMF_NUMBER_ROOM], most[MMF_NUMBER_ROOM];
    uint64_t max;
    int64_t min;

    mmf_type_integer_range(field->base, &min, &max);
    *mmf_number_write_decimal(least, min < 0, 0 - (uint64_t)min, field->scale) = '\0';
    *mmf_number_write_decimal(most, false, max, field->scale) = '\0';
    (void)snprintf(words->text, sizeof words->text,
                   "a decimal with at most %u digits behind the point, %s to %s", field->scale,
                   least, most);
}

static const char *example_of_time(mmf_time_unit unit)
{
    static const char *const examples[] = {
        [MMF_TIME_UNIT_S] = "2026-11-21T12:43:09Z",
        [MMF_TIME_UNIT_MS] = "2026-11-21T12:43:09.123Z",
        [MMF_TIME_UNIT_US] = "2026-11-21T12:43:09.123456Z",
        [MMF_TIME_UNIT_NS] = "2026-11-21T12:43:09.123456789Z",
    };

    return examples[unit];
}

static void say_logical(const mmf_field *field, words *words)
{
    switch (field->logical) {
    case MMF_LOGICAL_TIMESTAMP:
        (void)snprintf(words->text, sizeof words->text,
                       "a time such as %s, or a number of %s that fits %s",
                       example_of_time(field->unit), mmf_time_unit_name(field->unit),
                       mmf_type_info_of(field->base)->name);
        break;
    case MMF_LOGICAL_DECIMAL:
        say_decimal(field, words);
        break;
    case MMF_LOGICAL_UUID:
        (void)snprintf(words->text, sizeof words->text,
                       "a UUID such as 550e8400-e29b-41d4-a716-446655440000");
        break;
    case MMF_LOGICAL_IPV4:
        (void)snprintf(words->text, sizeof words->text, "an IPv4 address such as 192.0.2.1");
        break;
    case MMF_LOGICAL_IPV6:
        (void)snprintf(words->text, sizeof words->text, "an IPv6 address such as 2001:db8::1");
        break;
    case MMF_LOGICAL_NONE:
        break;
    }
}

static void say(const mmf_field *field, words *words)
{
    static const char *const plain[MMF_TYPE_COUNT] = {
        [MMF_TYPE_BOOL] = "true or false",
        [MMF_TYPE_FLOAT32] = "a number that fits float32, nan, inf or -inf",
        [MMF_TYPE_FLOAT64] = "a number that fits float64, nan, inf or -inf",
        [MMF_TYPE_STRING] = "a string",
        [MMF_TYPE_BYTES] = "an even number of hexadecimal digits",
    };

    if (field->logical != MMF_LOGICAL_NONE) {
        say_logical(field, words);
    } else if (plain[field->type]) {
        (void)snprintf(words->text, sizeof words->text, "%s", plain[field->type]);
    } else {
        say_integer(field, words);
    }
}

/* The symbol that was perhaps meant, or NULL. */
static const char *suggest_symbol(const mmf_field *field, const char *text, size_t size)
{
    const char **names = size <= WORD_MAX && field->symbol_count > 0
                             ? malloc(field->symbol_count * sizeof *names)
                             : NULL;
    const char *suggestion;
    char word[WORD_MAX + 1];

    if (!names) {
        return NULL;
    }
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        names[i] = field->symbols[i].name.text;
    }
    memcpy(word, text, size);
    word[size] = '\0';
    suggestion = mmf_suggest(word, names, field->symbol_count);
    free(names);
    return suggestion;
}

mmf_status mmf_value_refuse(const mmf_field *field, const char *text, size_t size,
                            const char *expected, mmf_error *error)
{
    const char *suggestion = suggest_symbol(field, text, size);
    size_t shown = size < SHOWN_MAX ? size : SHOWN_MAX;
    mmf_output found = {0};
    words words = {""};

    if (!error) {
        return MMF_E_INVALID;
    }
    if (!expected) {
        say(field, &words);
        expected = words.text;
    }
    if (size > shown) { /* not in the middle of a character */
        while (shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80) {
            shown--;
        }
    }
    mmf_text_escape(&found, text, shown);
    (void)mmf_error_set(error, MMF_E_INVALID, "found %s%.*s%s, expected %s%s%s%s",
                        size > 0 ? "\"" : "nothing", (int)found.size, found.size ? found.bytes : "",
                        size > shown ? "…\""
                        : size > 0   ? "\""
                                     : "",
                        expected, suggestion ? "; did you mean \"" : "",
                        suggestion ? suggestion : "", suggestion ? "\"?" : "");
    mmf_output_free(&found);
    return MMF_E_INVALID;
}
