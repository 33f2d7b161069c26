#include "schema/suggest.h"

#include <string.h>

#define WORD_MAX 63
#define TOO_FAR 3

static unsigned char lower(char character)
{
    unsigned char byte = (unsigned char)character;

    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + 'a' - 'A') : byte;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One row of the table of the optimal string alignment distance: rows[0] is the row to fill, for
 * the i-th character of a, rows[1] and rows[2] are the two before it. */
static void fill_row(size_t *const rows[3], const char *a, size_t i, const char *b, size_t length_b)
{
    rows[0][0] = i;
    for (size_t k = 1; k <= length_b; k++) {
        size_t differs = lower(a[i - 1]) != lower(b[k - 1]);
        size_t distance =
            smaller(smaller(rows[1][k], rows[0][k - 1]) + 1, rows[1][k - 1] + differs);

        if (i > 1 && k > 1 && lower(a[i - 1]) == lower(b[k - 2]) &&
            lower(a[i - 2]) == lower(b[k - 1])) {
            distance = smaller(distance, rows[2][k - 2] + 1);
        }
        rows[0][k] = distance;
    }
}

/* Edits between two words; TOO_FAR when their lengths say enough. */
static size_t distance_of(const char *a, const char *b)
{
    size_t length_a = strlen(a);
    size_t length_b = strlen(b);
    size_t table[3][WORD_MAX + 1];

    if (length_a > WORD_MAX || length_b > WORD_MAX || length_a + TOO_FAR <= length_b ||
        length_b + TOO_FAR <= length_a) {
        return TOO_FAR;
    }
    for (size_t k = 0; k <= length_b; k++) {
        table[0][k] = k;
    }
    for (size_t i = 1; i <= length_a; i++) {
        size_t *const rows[3] = {table[i % 3], table[(i + 2) % 3], table[(i + 1) % 3]};

        fill_row(rows, a, i, b, length_b);
    }
    return table[length_a % 3][length_b];
}

const char *mmf_suggest(const char *text, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t limit = smaller(strlen(text) / 3 + 1, TOO_FAR);

    for (size_t i = 0; i < count; i++) {
        size_t distance = distance_of(text, words[i]);

        if (distance < limit) {
            limit = distance;
            nearest = words[i];
        }
    }
    return nearest;
}
