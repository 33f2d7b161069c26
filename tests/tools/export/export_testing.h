/* Stores in $TEST_TMPDIR, and what an export makes of them. Failures end the test. */
#ifndef MMF_TESTS_EXPORT_TESTING_H
#define MMF_TESTS_EXPORT_TESTING_H

#include "tools/export.h"

typedef struct testing_bytes {
    uint8_t *bytes; /* to be freed */
    size_t size;
    mmf_status status;
    mmf_error error;
} testing_bytes;

/* A store of this schema, in which ' stands for "; to be closed by testing_close(). */
mmf_table *testing_create(const char *schema);
void testing_close(mmf_table *table);

/* A record of these cells, in the notation of tools/value.h, between tabs. */
void testing_append(mmf_table *table, const char *cells);

/* Overwrites bytes of a record in the file, whatever they mean. offset: from its counter. */
void testing_damage(mmf_table *table, uint64_t index, uint32_t offset, const void *bytes,
                    uint32_t size);

/* All that the export writes, also when it fails. */
testing_bytes testing_export(const mmf_table *table, const mmf_export_options *options);

/* Hexadecimal digits; good until the next call but one. */
const char *testing_hex(const void *bytes, size_t size);

#endif
