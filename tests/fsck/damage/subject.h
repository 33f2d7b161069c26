/* What a recipe works on: a directory with STORE.mmf and its lock file, and the schema of its
 * records. The contents of a record follow from its index, and what is random in a fresh store is
 * made the same always (subject_settle()): two runs of a recipe differ in the boot id alone, and in
 * the process ids of dead writers.
 */
#ifndef MMF_TESTS_FSCK_SUBJECT_H
#define MMF_TESTS_FSCK_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/mmf.h"
#include "schema/model.h"

#define SUBJECT_PATH_SIZE 4096

typedef struct subject {
    char store_path[SUBJECT_PATH_SIZE];
    char lock_path[SUBJECT_PATH_SIZE];
    const char *schemas;  /* directory of NAME.mmf.json */
    const char *fixtures; /* directory of NAME.mmf */
    mmf_model *model;     /* NULL: no store has been made yet */
    char *text;           /* of the schema, canonical */
    mmf_record_type type;
    mmf_store *held; /* by a living writer: this process */
    mmf_write_section held_section;
    bool is_held_inside; /* of that section */
    void *mapping;       /* of a living writer that takes no lock: this process */
    size_t mapping_size;
    mmf_error error;
} subject;

/* MMF_OK; MMF_E_LIMIT (a path is too long). */
MMF_NODISCARD mmf_status subject_init(subject *subject, const char *directory, const char *schemas,
                                      const char *fixtures);
/* Closes a held store in good order, and forgets a mapping. */
void subject_release(subject *subject);
void subject_free(subject *subject); /* releases too */

/* From here on the store's records are of the schema NAME.mmf.json. */
MMF_NODISCARD mmf_status subject_load_schema(subject *subject, const char *name);

/* The payload that the record of that index has, payload_size bytes. */
void subject_payload(const subject *subject, uint64_t index, uint8_t *ret_payload);

/* Gives the store an UUID, a lock id and times that are always the same. What has a checksum that
 * is wrong is left alone. Nobody may have the store open. */
MMF_NODISCARD mmf_status subject_settle(subject *subject);

/* --- Bytes of the two files ------------------------------------------------------------------ */

typedef enum subject_file {
    SUBJECT_STORE,
    SUBJECT_LOCK,
} subject_file;

/* Exactly size bytes. MMF_OK; MMF_E_TRUNCATED; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status subject_read(subject *subject, subject_file file, uint64_t offset,
                                      void *ret_bytes, size_t size);
/* MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status subject_write(subject *subject, subject_file file, uint64_t offset,
                                       const void *bytes, size_t size);

/* Where the record lies in the store, by the schema and not by a header that may be damaged. */
MMF_NODISCARD mmf_status subject_record_offset(subject *subject, uint64_t index,
                                               uint64_t *ret_offset);

/* Writes the checksum that the bytes have now. */
MMF_NODISCARD mmf_status subject_seal_header(subject *subject);
MMF_NODISCARD mmf_status subject_seal_slot(subject *subject, uint64_t offset);
MMF_NODISCARD mmf_status subject_seal_record(subject *subject, uint64_t index);

#endif
