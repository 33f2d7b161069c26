/* The records that the crash tests change: types, each field of which can be told from one
 * number, so that a record that mixes two changes gives itself away. Every call goes through the
 * generated code.
 */
#ifndef MMF_TESTS_CRASH_SUBJECT_H
#define MMF_TESTS_CRASH_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/mmf.h"

#define CRASH_PAYLOAD_MAX 4088u

/* A payload of any of the types. */
typedef union crash_payload {
    uint64_t words[CRASH_PAYLOAD_MAX / 8];
    unsigned char bytes[CRASH_PAYLOAD_MAX];
} crash_payload;

/* Fields by what they are; CRASH_WHOLE: the record. */
typedef enum crash_part {
    CRASH_NUMBER,
    CRASH_TEXT,
    CRASH_WORDS,
    CRASH_MARK,
    CRASH_PARTS,
    CRASH_WHOLE = CRASH_PARTS,
} crash_part;

/* Where a field lies in the payload. size 0: the type has none; a text has its max, and its length
 * before it. */
typedef struct crash_place {
    uint32_t offset;
    uint32_t size;
} crash_place;

typedef struct crash_type {
    const char *name;
    const mmf_record_type *record;
    crash_place places[CRASH_PARTS];
    const char *texts[2]; /* what the text of even and of odd numbers is; NULL: made of the number,
                           * which only then can be told from it */
    mmf_status (*get)(const mmf_store *store, uint64_t index, void *ret_payload);
    mmf_status (*set)(mmf_store *store, uint64_t index, const void *payload);
    mmf_status (*append)(mmf_store *store, const void *payload, uint64_t *ret_index);
    mmf_status (*append_n)(mmf_store *store, const void *payloads, uint64_t n, uint64_t *ret_first);
    /* NULL where the type has no such field */
    mmf_status (*set_text)(mmf_store *store, uint64_t index, const char *data, size_t len);
    mmf_status (*get_text)(const mmf_store *store, uint64_t index, char *buffer, size_t size,
                           uint32_t *ret_len);
    mmf_status (*set_words)(mmf_store *store, uint64_t index, const void *words);
    mmf_status (*get_words)(const mmf_store *store, uint64_t index, void *ret_words);
    mmf_status (*set_mark)(mmf_store *store, uint64_t index, uint64_t mark);
} crash_type;

extern const crash_type crash_pair;   /* record of 16 bytes */
extern const crash_type crash_row;    /* 48 */
extern const crash_type crash_block;  /* 4096 */
extern const crash_type crash_label;  /* with a text, and a mark of two bytes */
extern const crash_type crash_sealed; /* with a checksum */
extern const crash_type crash_tag;    /* with a text in one word */
extern const crash_type crash_untag;  /* the same, the other way round */

/* All fields, or one field, of that number. */
void crash_fill(const crash_type *type, uint32_t number, crash_payload *payload);
void crash_fill_part(const crash_type *type, crash_part part, uint32_t number,
                     crash_payload *payload);

/* The number that a field was made of, if of any; of CRASH_WHOLE the number of the record. */
uint32_t crash_number(const crash_type *type, crash_part part, const crash_payload *payload);

/* Whether the payload is that of `rest`, but for one part, which is of one number. The number is
 * that part's; CRASH_WHOLE: everything is of that one number. */
bool crash_is_intact(const crash_type *type, crash_part part, uint32_t rest,
                     const crash_payload *payload, uint32_t *ret_number);

bool crash_equal(const crash_type *type, const crash_payload *one, const crash_payload *other);

/* Changes that part of a record to what `payload` has, by its setter. */
mmf_status crash_change(const crash_type *type, crash_part part, mmf_store *store, uint64_t index,
                        const crash_payload *payload);

/* The counter of a record of an open store. */
uint64_t crash_counter(const mmf_store *store, uint64_t index);

/* Whether the record, if it is at rest, and nobody writes it, has the checksum that it must have.
 */
bool crash_is_sealed(const mmf_store *store, uint64_t index);

#endif
