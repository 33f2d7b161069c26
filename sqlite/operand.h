/* What a constraint compares a column with, and how SQLite compares. Internal. */
#ifndef MMF_SQLITE_OPERAND_H
#define MMF_SQLITE_OPERAND_H

#include <stddef.h>
#include <stdint.h>

#include "sqlite/api.h"

typedef struct mmf_sqlite_operand {
    int type; /* SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB or SQLITE_NULL */
    int64_t integer;
    double real;
    uint8_t *bytes; /* of a text or a blob; a copy */
    size_t size;
    bool is_numeric; /* a text that is a number, where SQLite looks at it so */
} mmf_sqlite_operand;

/* As it is; or, for columns of numbers, with NUMERIC affinity: a text that is a number becomes one.
 * SQLITE_OK or SQLITE_NOMEM. To be cleared. */
int mmf_sqlite_operand_of(sqlite3_value *value, bool is_numeric, mmf_sqlite_operand *ret_operand);
void mmf_sqlite_operand_clear(mmf_sqlite_operand *operand);

/* Below 0, 0 or above: exactly, whatever the sizes of the numbers. The operand is a number. */
int mmf_sqlite_compare_integer(int64_t left, const mmf_sqlite_operand *right);
int mmf_sqlite_compare_real(double left, const mmf_sqlite_operand *right);

/* Bytes as of memcmp(3), the shorter one first. */
int mmf_sqlite_compare_bytes(const void *left, size_t left_size, const void *right,
                             size_t right_size);

/* Whether a text may be a number to SQLite, which compares it as one where the other side of the
 * comparison has NUMERIC affinity. Says yes of more than that. */
bool mmf_sqlite_may_be_number(const uint8_t *text, size_t size);

#endif
