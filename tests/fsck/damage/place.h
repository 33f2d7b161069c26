/* Names of places in the two files, as recipes have them:
 *
 *   header MEMBER            of mmf_header, such as record_count
 *   slot 0|1|newest|older MEMBER   of that durable slot
 *   lock MEMBER              of mmf_lock_header
 *   writer K MEMBER          of slot K of the lock file
 *   image K OFFSET           a byte of that slot's undo image
 *   record N counter | checksum
 *   record N FIELD           FIELD[I]: that element of an array; an integer, a float, or a text
 *   record N FIELD length    of a string or bytes
 *   record N FIELD byte K    of the content of a string or bytes
 *   record N behind FIELD    the first byte behind it: padding, if there is any
 *   record N byte K          from its beginning, where the counter is
 *   schema K, store K, lockfile K   a byte of the schema text or of the file
 */
#ifndef MMF_TESTS_FSCK_PLACE_H
#define MMF_TESTS_FSCK_PLACE_H

#include "tests/fsck/damage/subject.h"

typedef struct place {
    subject_file file;
    uint64_t offset;
    uint32_t size;
    mmf_type type;          /* MMF_TYPE_UINT64: an integer of `size` bytes, whatever that is */
    const mmf_field *field; /* of a text as a whole; else NULL */
} place;

/* Reads the place that the first words name, and how many they are. */
MMF_NODISCARD mmf_status place_find(subject *subject, char *const *words, unsigned count,
                                    place *ret_place, unsigned *ret_used);

/* Stores the value: a number in decimal or, with 0x, in hexadecimal; for a float one with a point;
 * `hex:…`, the first bytes of the place; for a string or bytes its content. */
MMF_NODISCARD mmf_status place_set(subject *subject, const place *place, const char *value);

/* Where a durable slot is, by its name. */
MMF_NODISCARD mmf_status place_find_slot(subject *subject, const char *name, uint64_t *ret_offset);

/* A number in decimal or hexadecimal, negative ones too. */
MMF_NODISCARD mmf_status place_number(subject *subject, const char *word, uint64_t *ret_number);

/* The bytes that a value has in a field: content_size of them, in ret_bytes. */
MMF_NODISCARD mmf_status place_encode(subject *subject, const place *place, const char *value,
                                      uint8_t *ret_bytes, size_t room, uint32_t *ret_size);

/* A field of the schema, "NAME" or "NAME[I]"; its offset in the record is place->offset. */
MMF_NODISCARD mmf_status place_find_field(subject *subject, const char *name, place *ret_place);

#endif
