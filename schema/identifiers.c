#include "schema/identifiers.h"

#include <stdlib.h>
#include <string.h>

#include "schema/model.h"

typedef enum identifier_kind {
    KIND_C_KEYWORD,
    KIND_CXX_KEYWORD,
    KIND_MACRO,
    KIND_LIBRARY, /* this and later ones: a prefix cannot have them, a field can */
} identifier_kind;

typedef struct taken_name {
    const char *name;
    identifier_kind kind;
} taken_name;

static const taken_name taken_names[] = {
#define MMF_IDENTIFIER(name, kind) {name, KIND_##kind},
#include "schema/identifiers.def"
#undef MMF_IDENTIFIER
};

/* ctype.h asks the locale, which a file format must not. */
static bool is_lower(char character)
{
    return character >= 'a' && character <= 'z';
}

static bool is_upper(char character)
{
    return character >= 'A' && character <= 'Z';
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static char to_lower(char character)
{
    return is_upper(character) ? (char)(character - 'A' + 'a') : character;
}

bool mmf_identifier_is_valid(const char *name)
{
    size_t length = 1;

    if (!is_lower(name[0]) && !is_upper(name[0])) {
        return false;
    }
    while (is_lower(name[length]) || is_upper(name[length]) || is_digit(name[length]) ||
           name[length] == '_') {
        length++;
    }
    return name[length] == '\0' && length <= MMF_SCHEMA_NAME_MAX;
}

static const char *describe(identifier_kind kind)
{
    switch (kind) {
    case KIND_C_KEYWORD:
        return "a keyword of C";
    case KIND_CXX_KEYWORD:
        return "a keyword of C++";
    case KIND_MACRO:
        return "a macro of the system's C headers";
    case KIND_LIBRARY:
        break;
    }
    return "a name that the C library declares";
}

static const taken_name *find_taken(const char *name)
{
    for (size_t i = 0; i < sizeof taken_names / sizeof *taken_names; i++) {
        if (strcmp(taken_names[i].name, name) == 0) {
            return &taken_names[i];
        }
    }
    return NULL;
}

const char *mmf_identifier_field_conflict(const char *name)
{
    const taken_name *taken = find_taken(name);

    return taken && taken->kind < KIND_LIBRARY ? describe(taken->kind) : NULL;
}

const char *mmf_identifier_prefix_conflict(const char *name)
{
    const taken_name *taken = find_taken(name);

    /* Whatever the case: the constants of a prefix are in capitals. */
    if (to_lower(name[0]) == 'm' && to_lower(name[1]) == 'm' && to_lower(name[2]) == 'f') {
        return "among the names of mmapforge's runtime, which begin with \"mmf\"";
    }
    return taken ? describe(taken->kind) : NULL;
}

/* Whether a word begins at name[i]: the capital of "aB" and "1B", the last of "ABc". */
static bool begins_word(const char *name, size_t i)
{
    if (i == 0 || !is_upper(name[i])) {
        return false;
    }
    if (is_lower(name[i - 1]) || is_digit(name[i - 1])) {
        return true;
    }
    return is_upper(name[i - 1]) && is_lower(name[i + 1]);
}

char *mmf_identifier_snake_case(const char *name)
{
    char *snake = malloc(2 * strlen(name) + 1);
    size_t length = 0;

    if (!snake) {
        return NULL;
    }
    for (size_t i = 0; name[i]; i++) {
        if (begins_word(name, i)) {
            snake[length++] = '_';
        }
        snake[length++] = to_lower(name[i]);
    }
    snake[length] = '\0';
    return snake;
}

int mmf_identifier_compare_caseless(const char *left, const char *right)
{
    while (*left && to_lower(*left) == to_lower(*right)) {
        left++;
        right++;
    }
    return to_lower(*left) - to_lower(*right);
}
