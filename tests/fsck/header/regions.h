/* Header regions of new files, made of schemas, and what a check says of them. */
#ifndef MMF_TESTS_FSCK_HEADER_REGIONS_H
#define MMF_TESTS_FSCK_HEADER_REGIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "fsck/header_check.h"
#include "schema/model.h"

typedef struct region {
    uint8_t *bytes;
    uint32_t size;
    uint32_t text_size;
    uint64_t file_size; /* with the records that the header counts */
    mmf_model *model;
} region;

extern const char schema_small[];
extern const char schema_sealed[];  /* with checksums */
extern const char schema_aligned[]; /* to 64 bytes */
extern const char schema_old[];     /* of format 1 */
char *schema_long(void);            /* 30 fields, 3 pages of text; to be freed */

region region_make(const char *schema);
region region_without_text(const char *schema);
region region_copy(const region *original);
void region_free(region *region);
void region_seal(region *region); /* writes the checksum of what is there */
mmf_header *region_header(region *region);

mmf_header_check region_check(const region *region, const mmf_model *given);

/* Whether there is such a defect, of that field unless it is NULL. */
bool has_defect(const mmf_header_check *check, mmf_problem problem, const char *field);

/* Whether no defect is more than a note, or one that is repaired safely. */
bool is_safe(const mmf_header_check *check);
bool is_fatal(const mmf_header_check *check);

/* All defects, for messages; good until the next call. */
const char *defects_text(const mmf_header_check *check);

/* What holds of each verdict: texts are there, offsets lie in the region, bytes are missing exactly
 * with a FATAL one, and are valid otherwise. */
void expect_honest(const mmf_header_check *check, const region *region);

#define expect_defect(check, id, field)                                                            \
    ck_assert_msg(has_defect(check, MMF_PROBLEM_##id, field), "%s", defects_text(check))

#define expect_count(check, count)                                                                 \
    ck_assert_msg((check)->defect_count == (count), "%s", defects_text(check))

/* All of the region has to be that. */
void expect_bytes(const mmf_header_check *check, const region *expected);

/* Checks it, and that there is one defect, or none for MMF_PROBLEM_COUNT. */
mmf_header_check check_one(const region *damaged, const mmf_model *given, mmf_problem problem);

#endif
