/* Lines of JSON, one object in each: its members as they stand there, values unread (and unchecked
 * but for their brackets and quotes: mmf_value_read() is for that). Empty lines are skipped; so is
 * a byte order mark at the beginning. One thread at a time. */
#ifndef MMF_TOOLS_JSONL_H
#define MMF_TOOLS_JSONL_H

#include "tools/input.h"

#define MMF_JSONL_LINE_MAX (256u << 20) /* bytes: what a record's are as \u00xx, and more */

typedef struct mmf_jsonl_member {
    const char *key; /* without its quotes, escapes as they are */
    size_t key_size;
    const char *text; /* of the value, without space around it; where it is in the input too */
    size_t size;
} mmf_jsonl_member;

typedef struct mmf_jsonl {
    mmf_input input;
    mmf_jsonl_member *members;
    size_t capacity; /* of members */
    char *next;      /* where the next line begins */
} mmf_jsonl;

/* Reads from fd, which remains the caller's; line_max: 0 is MMF_JSONL_LINE_MAX. Statuses of
 * mmf_input_open(). */
MMF_NODISCARD mmf_status mmf_jsonl_open(mmf_jsonl *jsonl, int fd, size_t line_max,
                                        mmf_error *error);
void mmf_jsonl_close(mmf_jsonl *jsonl);

/* The next object. Its members are good until the next call. MMF_OK; MMF_E_END; MMF_E_INVALID (no
 * object, or more than one), MMF_E_LIMIT (a line above the limit), both at *ret_place;
 * MMF_E_CANCELLED, MMF_E_NO_MEMORY, MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_jsonl_next(mmf_jsonl *jsonl, const mmf_jsonl_member **ret_members,
                                        size_t *ret_count, mmf_input_place *ret_place,
                                        mmf_error *error);

#endif
