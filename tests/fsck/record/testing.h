/* What the tests of records share: record types from schemas, sound records of them, damage, and an
 * oracle, which says byte by byte whether a record is sound. */
#ifndef MMF_TESTS_FSCK_RECORD_TESTING_H
#define MMF_TESTS_FSCK_RECORD_TESTING_H

#include <stdlib.h>

#include "fsck/record_check.h"
#include "tests/runtime/testing.h"

/* --- Record types -------------------------------------------------------------------------- */

typedef struct test_subject {
    mmf_model *model;
    mmf_header_info info;
    mmf_record_check *check;
} test_subject;

/* Of the schema with these members, such as "\"align\":64,", and fields. Quotes may be written as
 * apostrophes. */
test_subject test_subject_new(const char *members, const char *fields);
void test_subject_free(test_subject *subject);

/* Where a field, or an element of it, lies. */
uint32_t test_offset(const test_subject *subject, const char *field, uint32_t element);

/* --- Numbers that look random -------------------------------------------------------------- */

typedef struct test_random {
    uint64_t state;
} test_random;

uint64_t test_random_next(test_random *random);
uint32_t test_random_below(test_random *random, uint32_t limit);

/* --- Records ------------------------------------------------------------------------------- */

/* Room for so many records that ends where the allocation does; zeros; to be freed. */
unsigned char *test_records(const test_subject *subject, size_t count);

/* A sound record, as a writer leaves it: any content in all fields, any counter. */
void test_fill(const test_subject *subject, test_random *random, unsigned char *record);

/* Makes the checksum right, if there is one. */
void test_seal(const test_subject *subject, unsigned char *record);

/* Whether all but the counter, and the counter, are sound. */
bool test_is_sound(const test_subject *subject, const unsigned char *record);
bool test_counter_is_sound(const test_subject *subject, const unsigned char *record);

/* --- Examinations -------------------------------------------------------------------------- */

#define TEST_DEFECTS_MAX 64

typedef struct test_defects {
    size_t count;
    mmf_record_defect list[TEST_DEFECTS_MAX]; /* the first ones */
    uint32_t declined;                        /* a bit for each of the first 32: not mended */
} test_defects;

#define TEST_DECLINE_ALL UINT32_MAX

/* All the defects that are found; declined: see above. Returns whether the record was changed. */
bool test_examine(const test_subject *subject, unsigned char *record, uint32_t declined,
                  test_defects *ret_defects);

/* Whether the scan takes a single record for sound. */
bool test_scan_one(const test_subject *subject, const unsigned char *record);

#endif
