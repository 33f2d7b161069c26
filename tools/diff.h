/* Two stores compared record by record, by the names of fields: what `mmf diff` does, for programs.
 *
 * Record i of one is compared with record i of the other, as values: that one has a wider type or a
 * larger max is no difference of the record. Stores that are written to meanwhile are taken as
 * mmf_copy() takes them.
 */
#ifndef MMF_TOOLS_DIFF_H
#define MMF_TOOLS_DIFF_H

#include "schema/diagnostics.h"
#include "tools/table.h"

/* A field that both have, or, where the other is NULL, only one has. */
typedef struct mmf_diff_field {
    const mmf_field *a;
    const mmf_field *b;
    bool is_alike;      /* both have it, and what is stored is of one type, size and meaning */
    bool is_comparable; /* both have it, and values of one can be values of the other */
} mmf_diff_field;

typedef struct mmf_diff_options {
    const char *schema_path_a; /* as for mmf_table_open() */
    const char *schema_path_b;
    const char *const *fields; /* names: only these; NULL: all */
    size_t field_count;
    uint64_t limit;      /* stop behind so many differing fields; 0: never */
    uint32_t timeout_ms; /* the longest wait for a record that is being written; 0: 1000 */

    /* Told, in this order, of each field that is not alike; then, record by record, of each field
     * that differs, and of records that are damaged (in 'a' or 'b'), which are not compared; then
     * of records that only one of them has. Any may be NULL; all pointers are gone on return. */
    void (*schema)(void *context, const mmf_diff_field *field);
    void (*differs)(void *context, uint64_t index, const mmf_diff_field *field,
                    const uint8_t *payload_a, const uint8_t *payload_b);
    void (*damaged)(void *context, char which, uint64_t index, const char *what);
    void (*only)(void *context, char which, uint64_t first, uint64_t count);
    /* Called now and then. False: stop, MMF_E_CANCELLED. */
    bool (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
    mmf_diagnostics *diagnostics; /* of the schemas; zero-initialised, cleared by the caller */
    mmf_error *error;             /* may be NULL */
} mmf_diff_options;

typedef struct mmf_diff_result {
    uint64_t fields;  /* that are not alike */
    uint64_t values;  /* fields of records that differ */
    uint64_t records; /* that have such */
    uint64_t damaged;
    uint64_t only_a;
    uint64_t only_b;
    bool is_limited; /* stopped at the limit: there may be more */
} mmf_diff_result;

static inline bool mmf_diff_is_same(const mmf_diff_result *result)
{
    return result->fields == 0 && result->values == 0 && result->only_a == 0 && result->only_b == 0;
}

/* MMF_OK, whether they differ or not; MMF_E_INVALID (fields has a name that one of them does not
 * have); MMF_E_CANCELLED; MMF_E_TRUNCATED; MMF_E_NO_MEMORY; those of mmf_table_open(). *ret_result
 * is filled in any case. */
MMF_NODISCARD mmf_status mmf_diff(const char *path_a, const char *path_b,
                                  const mmf_diff_options *options, mmf_diff_result *ret_result);

#endif
