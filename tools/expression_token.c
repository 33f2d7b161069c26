#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "tools/expression_parts.h"

static bool begins_name(char character)
{
    return isalpha((unsigned char)character) || character == '_';
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static size_t name_size(const char *text)
{
    size_t size = 0;

    while (begins_name(text[size]) || is_digit(text[size])) {
        size++;
    }
    return size;
}

/* Whatever sticks together: what it is worth is found out when it is read. */
static size_t number_size(const char *text)
{
    size_t size = text[0] == '-' || text[0] == '+';
    bool is_hex = text[size] == '0' && (text[size + 1] == 'x' || text[size + 1] == 'X');

    for (;; size++) {
        bool is_sign = text[size] == '-' || text[size] == '+';
        bool is_behind_e = size > 0 && !is_hex && (text[size - 1] == 'e' || text[size - 1] == 'E');

        if (!isalnum((unsigned char)text[size]) && text[size] != '.' && text[size] != '_' &&
            !(is_sign && is_behind_e)) {
            return size;
        }
    }
}

/* With both quotes; 0: the second is missing. */
static size_t quoted_size(const char *text)
{
    for (size_t size = 1; text[size] != '\0'; size++) {
        if (text[size] != text[0]) {
            continue;
        }
        if (text[size + 1] != text[0]) {
            return size + 1;
        }
        size++;
    }
    return 0;
}

static size_t sign_size(const char *text)
{
    static const char *const signs[] = {"==", "!=", "<>", "<=", ">=", "=", "<",
                                        ">",  "(",  ")",  "[",  "]",  ","};

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (strncmp(text, signs[i], strlen(signs[i])) == 0) {
            return strlen(signs[i]);
        }
    }
    return 0;
}

/* A character, whatever it is. */
static mmf_token wrong(const char *text)
{
    size_t size = 1;

    while (((unsigned char)text[size] & 0xc0) == 0x80) {
        size++;
    }
    return (mmf_token){MMF_TOKEN_WRONG, text, size};
}

static mmf_token quoted_name(const char *text)
{
    size_t size = quoted_size(text);

    return size > 2 ? (mmf_token){MMF_TOKEN_QUOTED_NAME, text + 1, size - 2} : wrong(text);
}

static bool begins_number(const char *text)
{
    text += *text == '-' || *text == '+';
    text += *text == '.';
    return is_digit(*text);
}

mmf_token mmf_token_next(const char *text)
{
    size_t size;

    text += strspn(text, " \t\r\n");
    if (*text == '\0') {
        return (mmf_token){MMF_TOKEN_END, text, 0};
    }
    if (begins_name(*text)) {
        return (mmf_token){MMF_TOKEN_NAME, text, name_size(text)};
    }
    if (begins_number(text)) {
        return (mmf_token){MMF_TOKEN_NUMBER, text, number_size(text)};
    }
    if (*text == '`') {
        return quoted_name(text);
    }
    if (*text == '"' || *text == '\'') {
        size = quoted_size(text);
        return size > 0 ? (mmf_token){MMF_TOKEN_STRING, text, size} : wrong(text);
    }
    size = sign_size(text);
    return size > 0 ? (mmf_token){MMF_TOKEN_SIGN, text, size} : wrong(text);
}

bool mmf_token_is(const mmf_token *token, const char *word)
{
    return token->kind != MMF_TOKEN_QUOTED_NAME && token->kind != MMF_TOKEN_STRING &&
           strlen(word) == token->size && strncasecmp(token->text, word, token->size) == 0;
}
