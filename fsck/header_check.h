/* The part of a file that never changes: the header's fixed fields and the schema text. Finds what
 * is wrong with it, and what it was. Works on bytes in memory; never reads or writes a file.
 *
 * Four things tell what a damaged field was:
 *   - what the schema text implies: hash, version, record size, payload size, alignment, checksum
 *     feature, size of the text and of the header region all follow from it (schema/layout.h);
 *   - the CRC-32C over all of it: whatever makes it right again is what was there;
 *   - a CRC is linear, so that the one byte whose change makes it right can be computed
 *     (mmf_crc_find_byte()): exact for any damage within one byte;
 *   - in format 1, which has neither, a schema that the caller gives.
 *
 * What makes the checksum right and agrees with the text is proved, and a SAFE repair. Where
 * nothing is proved a schema says what the fields most likely were, which is a guess:
 *   - the text in the file, against damaged fields. With a wrong magic it has to be canonical; with
 *     format version 1 its hash, but for 8 bytes, has to be there. A right magic with an unknown
 *     version is left alone: it is a newer version's.
 *   - the given schema, against damaged text or, in format 1, any field: its hash, but for 8 bytes,
 *     has to be there, or (format 2) all sizes.
 * Also guesses, over a right checksum: a schema version or an alignment that is not that of the
 * text (hash and sizes are); and, over a wrong one, unknown features: they are kept.
 *
 * MMF_PROBLEM_HEADER_GUESS and SCHEMA_HASH come with a new checksum, which is no defect of its own:
 * `bytes` is right as a whole, or else to be left.
 */
#ifndef MMF_FSCK_HEADER_CHECK_H
#define MMF_FSCK_HEADER_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "fsck/check.h"
#include "schema/format.h"
#include "schema/model.h"

typedef struct mmf_header_defect {
    mmf_problem problem;
    const char *field; /* of the header, as format.h names it; static; NULL: not one alone */
    uint32_t offset;   /* in the file */
    uint32_t size;     /* bytes that are wrong, as far as that is known; else 0 */
    char text[MMF_CHECK_TEXT_SIZE];
} mmf_header_defect;

typedef struct mmf_header_check {
    /* The header region as it should be: what this module does not judge (counts, state, ids, wait
     * words, durable slots) is as it was. It passes mmf_header_validate() if the counts do. NULL:
     * there is a FATAL defect: that cannot be told, or is of a newer version. */
    uint8_t *bytes;
    uint32_t size;
    mmf_model *model; /* of the schema text, when it says what the header does; else NULL */
    /* The schema of the records: model, or the given one where the file has none that can be used
     * and the header agrees with it. NULL: there is none. */
    const mmf_model *schema;
    mmf_header_defect *defects; /* NOTE, ERROR and FATAL ones; none: it is well */
    size_t defect_count;
} mmf_header_check;

/* bytes: the file's first `size` bytes; all that mmf_header_extent() asks for suffices for a sound
 * file; for a damaged one the caller gives MMF_HEADER_SIZE_MAX, or what the file has. given: what
 * the records should be, or NULL.
 * MMF_OK, with or without defects; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_check_run(const uint8_t *bytes, size_t size, uint64_t file_size,
                                              const mmf_model *given, mmf_header_check *ret_check);
void mmf_header_check_free(mmf_header_check *check); /* takes zero-initialised ones */

#endif
