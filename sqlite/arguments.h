/* What stands in the parentheses of CREATE VIRTUAL TABLE t USING mmf(…). Internal. */
#ifndef MMF_SQLITE_ARGUMENTS_H
#define MMF_SQLITE_ARGUMENTS_H

#include <stdbool.h>

typedef struct mmf_sqlite_arguments {
    char *file;
    char *schema; /* NULL: what the file says */
    bool is_writable;
    bool is_raw;
    bool in_transactions; /* writes are allowed inside of transactions, which they ignore */
} mmf_sqlite_arguments;

/* Reads `count` arguments as SQLite hands them over: 'text' with '' for a quote, "text", [text] and
 * `text`, or a bare word; with KEY= in front, but for the file. SQLITE_OK; SQLITE_ERROR with
 * *ret_error, to be freed with sqlite3_free(); SQLITE_NOMEM. To be cleared in any case;
 * zero-initialised before. */
int mmf_sqlite_arguments_read(mmf_sqlite_arguments *arguments, int count, const char *const *texts,
                              char **ret_error);
void mmf_sqlite_arguments_clear(mmf_sqlite_arguments *arguments);

#endif
