/* A record type as a flat list of rules, which the fast pass goes through; made by
 * mmf_record_check_new(), never changed afterwards. Internal. */
#ifndef MMF_FSCK_RECORD_PARTS_H
#define MMF_FSCK_RECORD_PARTS_H

#include <string.h>

#include "fsck/record_check.h"
#include "runtime/atomic.h"

/* Texts whose bytes up to `end` are at most so many are looked at whole, through a mask, without a
 * branch on their length. */
#define MMF_TEXT_SHORT_MAX 128u

/* Words, one behind the other, whose bits in `mask` are zero: the counter's, padding, what bools
 * and many enums do not use. */
typedef struct mmf_word_rule {
    uint32_t offset; /* in the record; a multiple of 8 */
    uint32_t count;
    uint64_t mask;
} mmf_word_rule;

/* Strings and bytes. */
typedef struct mmf_text_rule {
    uint32_t offset; /* of the first one's length */
    uint32_t max;
    uint32_t end;    /* from the content on: bytes from the length up to here are zero, padding
                      * included; 0: they are not looked at */
    uint32_t count;  /* elements */
    uint32_t stride; /* from one to the next */
} mmf_text_rule;

/* Enums whose numbers no mask tells. A number is judged by its distance from the lowest symbol, in
 * the base's own width, so that signed and unsigned ones are alike. */
typedef struct mmf_enum_rule {
    uint32_t offset;
    uint32_t count; /* elements */
    uint32_t size;  /* of one: 1, 2, 4 or 8 */
    uint64_t low;
    uint64_t width;      /* a mask of that size */
    uint64_t span;       /* the highest symbol's distance */
    uint64_t *bits;      /* span + 1 of them, set for symbols; NULL: see distances */
    uint64_t *distances; /* of all symbols, ascending; NULL, and bits too: all up to span are */
    uint32_t distance_count;
} mmf_enum_rule;

struct mmf_record_check {
    mmf_header_info info;
    const mmf_model *model; /* NULL: there is none */
    mmf_word_rule *words;
    uint32_t word_count;
    mmf_text_rule *texts;
    uint32_t text_count;
    mmf_enum_rule *enums;
    uint32_t enum_count;
    uint32_t block; /* records that are looked at together */
    /* Zeros, then ones: 16 bytes from the middle less n on are a mask for what is behind n. */
    unsigned char slide[2 * MMF_TEXT_SHORT_MAX];
};

MMF_ALWAYS_INLINE uint64_t mmf_load_number(const unsigned char *from, uint32_t size)
{
    uint64_t value = 0;

    memcpy(&value, from, size);
    return value;
}

/* Whether the rule holds in all of `count` records. */
bool mmf_text_rule_holds(const mmf_record_check *check, const mmf_text_rule *rule,
                         const unsigned char *records, size_t count);

/* Whether the checksums of all of them are right, with zero behind; info->checksum_offset is not
 * 0. */
bool mmf_checksums_are_right(const mmf_header_info *info, const unsigned char *records,
                             size_t count);

/* Whether 0 is a number that the enum may have: a symbol's, or, where the field has no default,
 * that of a record that was appended empty and has not been set since. */
bool mmf_enum_may_be_zero(const mmf_field *field);

/* Whether the record has never been set: all of its payload is zero. Such a record is sound,
 * whatever its enums' symbols are. */
bool mmf_record_is_blank(const mmf_record_check *check, const unsigned char *record);

#endif
