/* Between the files of the header's check:
 *   header_findings.c  names, places and looks of the fields; the list of defects
 *   header_image.c     header regions as a schema implies them
 *   header_proof.c     a damaged header, made right as its checksum proves
 *   header_guess.c     one that nothing proves
 *   header_old.c       format 1
 *   header_check.c     the order of thought, and headers whose checksum is right
 */
#ifndef MMF_FSCK_HEADER_PARTS_H
#define MMF_FSCK_HEADER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fsck/header_check.h"

#define MMF_HEADER_DEFECTS_MAX 48u    /* more than all fields and areas together */
#define MMF_HEADER_COVERED_END 0x100u /* behind the fixed fields, the checksum included */
#define MMF_HEADER_HASH_NEAR 24u      /* equal bytes of 32 by which a damaged hash is known */

/* What there is to judge by. */
typedef struct mmf_header_source {
    const uint8_t *bytes;
    size_t size; /* at most file_size and MMF_HEADER_SIZE_MAX */
    uint64_t file_size;
    const mmf_model *given; /* NULL: none */
} mmf_header_source;

/* A header region of format 2 as it may have been: bytes of its own. */
typedef struct mmf_header_image {
    uint8_t *bytes;
    uint32_t size;
} mmf_header_image;

/* A schema text that can be read, of format 2, and where in the file it stands. */
typedef struct mmf_header_text {
    const char *text; /* in the source, or memory of the text's owner */
    uint32_t offset;
    uint32_t size;
    const mmf_model *model;
} mmf_header_text;

#define MMF_HEADER_TEXTS_MAX 2u /* that a file may be taken to have */

typedef struct mmf_header_texts {
    mmf_header_text items[MMF_HEADER_TEXTS_MAX];
    mmf_model *models[MMF_HEADER_TEXTS_MAX];
    size_t count;
} mmf_header_texts;

/* --- header_findings.c ----------------------------------------------------------------------- */

/* field is static, or NULL. */
void mmf_header_add(mmf_header_check *check, mmf_problem problem, const char *field,
                    uint32_t offset, uint32_t size, const char *format, ...) MMF_PRINTF(6, 7);

/* The first bytes of a hash, for people: "3f00a1b2c3d4e5f6…". */
typedef struct mmf_header_shown {
    char text[80];
} mmf_header_shown;
mmf_header_shown mmf_header_show_hash(const uint8_t *hash);

/* Adds the problem for each field below `end` that differs; reason ends its text, such as "which
 * the checksum proves". Leaves out the checksum. Returns how many there are. */
size_t mmf_header_add_differences(mmf_header_check *check, mmf_problem problem,
                                  const uint8_t *found, const uint8_t *expected, uint32_t end,
                                  const char *reason);

/* The same for bytes of the schema text that begins there; 0 or 1. */
size_t mmf_header_add_text_difference(mmf_header_check *check, mmf_problem problem,
                                      const uint8_t *found, const uint8_t *expected,
                                      uint32_t offset, uint32_t size, const char *reason);

/* Makes bytes that nobody uses zero, with a RESERVED for each area that was not. */
void mmf_header_clear_reserved(mmf_header_check *check);

/* --- header_image.c -------------------------------------------------------------------------- */

/* Equal bytes of two hashes. */
unsigned mmf_header_hash_likeness(const uint8_t *hash, const uint8_t *other);

/* Feature bits that are set and not known to this version, but for incompatible ones. */
bool mmf_header_is_newer(const mmf_header *header);

/* Parses a text. MMF_OK; MMF_E_NO_MEMORY; MMF_E_SYNTAX, and ret_reason, if not NULL, of
 * MMF_CHECK_TEXT_SIZE bytes, says why. */
MMF_NODISCARD mmf_status mmf_header_parse(const uint8_t *text, size_t size, mmf_model **ret_model,
                                          char *ret_reason);

/* The texts that can be read: at 0x800, as far as a NUL, and where the header says.
 * MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_texts_find(const mmf_header_source *source,
                                               mmf_header_texts *ret_texts);
void mmf_header_texts_free(mmf_header_texts *texts);

/* Whether the text is what our own programs write for its schema. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_text_is_canonical(const mmf_header_text *text, bool *ret_is);

/* The region that the text implies; the rest of it, the checksum too, as in the source. With
 * is_newer unknown feature bits, and what a newer version may use, stay as they are; else they
 * are zero. MMF_OK; MMF_E_TRUNCATED: the file has no room for it; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_image_imply(const mmf_header_source *source,
                                                const mmf_header_text *text, bool is_newer,
                                                mmf_header_image *ret_image);

/* A copy of the first bytes. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_image_copy(const mmf_header_source *source, uint32_t size,
                                               mmf_header_image *ret_image);
void mmf_header_image_free(mmf_header_image *image); /* takes zero-initialised ones */

mmf_header mmf_header_load(const uint8_t *bytes);
void mmf_header_store_crc(mmf_header_image *image);

/* Whether the sizes that a header gives lie in a file of that size, as mmf_header_validate() has
 * it. */
bool mmf_header_extent_is_sane(const mmf_header *header, uint64_t file_size);

/* mmf_header_validate(), whatever the counts are. */
MMF_NODISCARD mmf_status mmf_header_image_validate(mmf_header_image *image);

/* Whether the image is valid, the checksum included, and its text implies what it has. A text that
 * cannot be read implies nothing: it is believed only where it is as it was found.
 * MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_image_agrees(mmf_header_image *image, bool is_text_changed,
                                                 bool *ret_agrees);

/* The canonical text of the given schema, in the place where a new file has it; to be freed.
 * *ret_text is NULL when there is no given schema of format 2. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_given_text(const mmf_header_source *source, char **ret_text,
                                               mmf_header_text *ret_place);

/* --- header_proof.c -------------------------------------------------------------------------- */

/* Looks for what makes the checksum right, and is in itself consistent. MMF_OK; image->bytes stays
 * NULL when there is nothing; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_prove(const mmf_header_source *source,
                                          const mmf_header_texts *texts, mmf_header_image *image);

/* --- header_guess.c -------------------------------------------------------------------------- */

/* What a header of format 2 whose checksum proves nothing most likely was, with its defects; the
 * checksum is computed anew. MMF_OK; image->bytes stays NULL when there is nothing to guess by, and
 * when the file is of a newer version, which is then a defect; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_guess(const mmf_header_source *source,
                                          const mmf_header_texts *texts, mmf_header_check *check,
                                          mmf_header_image *image);

/* --- header_old.c ---------------------------------------------------------------------------- */

/* Whether the 64 bytes are, or were, of format 1: by the given schema's hash; by magic and version,
 * of which one byte of the magic may be damaged. */
bool mmf_header_is_old_by_given(const mmf_header_source *source);
bool mmf_header_is_old(const mmf_header_source *source);

/* Judges one that is. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_header_judge_old(const mmf_header_source *source,
                                              mmf_header_check *check);

/* --- header_check.c -------------------------------------------------------------------------- */

/* What mmf_header_validate() says of it, as a FATAL defect; there are no bytes then. */
void mmf_header_add_fatal(const mmf_header_source *source, mmf_header_check *check);

/* FEATURES, for a header that has unknown incompatible ones. */
void mmf_header_add_features(mmf_header_check *check, const mmf_header *header);

#endif
