/* A record type as its schema describes it: what the parser makes, layout and hash complete, and
 * the generator and the tools read. Field order is declaration order, which is the order on disk.
 */
#ifndef MMF_SCHEMA_MODEL_H
#define MMF_SCHEMA_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/diagnostics.h"
#include "schema/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMF_SCHEMA_NAME_MAX 63          /* bytes of a name */
#define MMF_SCHEMA_FIELDS_MAX 1024      /* fields of a record */
#define MMF_SCHEMA_SYMBOLS_MAX 1024     /* symbols of an enum */
#define MMF_SCHEMA_COUNT_MAX 65535      /* elements of an array */
#define MMF_SCHEMA_TEXT_MAX (16u << 20) /* bytes of a string or bytes field */
#define MMF_SCHEMA_CAPACITY_DEFAULT 64  /* first capacity in records, as the Go library's */
#define MMF_SCHEMA_CAPACITY_MAX (1ull << 40)

typedef enum mmf_logical {
    MMF_LOGICAL_NONE,
    MMF_LOGICAL_TIMESTAMP, /* on int64 or uint64: units since 1970-01-01T00:00:00Z */
    MMF_LOGICAL_DECIMAL,   /* on any integer: value / 10^scale */
    MMF_LOGICAL_UUID,      /* on bytes with max 16, or uint8 with count 16 */
    MMF_LOGICAL_IPV4,      /* on uint32 (host order), bytes max 4, or uint8 count 4 */
    MMF_LOGICAL_IPV6,      /* on bytes with max 16, or uint8 with count 16 */
} mmf_logical;

typedef enum mmf_time_unit {
    MMF_TIME_UNIT_S,
    MMF_TIME_UNIT_MS,
    MMF_TIME_UNIT_US,
    MMF_TIME_UNIT_NS,
} mmf_time_unit;

/* A name in the schema and where it stands. */
typedef struct mmf_name {
    char *text;
    mmf_location location;
} mmf_name;

/* A value of an integer type or of an enum's base: signed types use i, unsigned ones u. */
typedef union mmf_integer {
    int64_t i;
    uint64_t u;
} mmf_integer;

typedef struct mmf_symbol {
    mmf_name name;
    int64_t value;
} mmf_symbol;

/* One element's default. */
typedef struct mmf_value {
    mmf_integer integer; /* integers, bool (u = 0 or 1), enum (i, of the base) */
    double real;         /* float32, float64 */
    uint8_t *bytes;      /* string and bytes */
    uint32_t length;     /* of bytes */
} mmf_value;

typedef struct mmf_field {
    mmf_name name;
    mmf_type type;
    mmf_location type_location;
    mmf_type base;  /* enum: its integer type; else: type */
    uint32_t max;   /* string, bytes: most bytes of content; else 0 */
    uint32_t count; /* elements of an array (1 is an array of one); 0: not an array */

    mmf_symbol *symbols; /* enum, in declaration order */
    uint32_t symbol_count;

    mmf_logical logical;
    mmf_time_unit unit; /* timestamp */
    uint32_t scale;     /* decimal: 0 … 18 */

    mmf_value *defaults; /* NULL, or one value an element (one in all unless it is an array) */
    char *doc;           /* NULL: none */
    mmf_name *aliases;   /* former names */
    uint32_t alias_count;
    uint32_t since; /* schema version that brought the field; 0: not said */
    bool is_deprecated;
    char *deprecated; /* why, or what to use instead; NULL: not said */

    /* By mmf_layout_compute(): bytes. */
    uint32_t offset;       /* from the beginning of the record, whose counter is at 0 */
    uint32_t size;         /* all of the field's bytes, without padding behind it */
    uint32_t alignment;    /* of the field */
    uint32_t element_size; /* distance of two elements; the same as size unless it is an array */
} mmf_field;

typedef struct mmf_model {
    char *path; /* of the schema, for messages */
    mmf_name name;
    mmf_name prefix;   /* its location is that of name where the schema gives no prefix */
    uint32_t version;  /* the schema's own, from 1 */
    char *doc;         /* NULL: none */
    uint64_t capacity; /* records allocated at creation */
    uint32_t align;    /* of a record: 8 … 128 */
    uint32_t format;   /* of the file: 1 or 2 */
    bool has_checksum; /* each record carries a CRC-32C of its payload; format 2 alone */

    mmf_field *fields;
    uint32_t field_count;
    mmf_name *reserved; /* names that no field may have (again) */
    uint32_t reserved_count;

    /* By mmf_layout_compute(): bytes. */
    uint32_t payload_size;    /* what follows the counter: fields and padding, a multiple of 8 */
    uint32_t record_size;     /* the stride: all of a record, padded to a multiple of align */
    uint32_t checksum_offset; /* from the beginning of the record; 0: there is none */

    /* By mmf_hash_compute(). */
    uint8_t hash[32];
} mmf_model;

/* Takes NULL and half-built models. */
void mmf_model_free(mmf_model *model);

/* Elements of a field: count, or 1 when it is not an array. */
uint32_t mmf_field_elements(const mmf_field *field);

/* Whether any field has a default other than zero. */
bool mmf_model_has_defaults(const mmf_model *model);

/* The record that append(NULL) makes: every default in its place, zero elsewhere.
 * ret_payload has payload_size bytes. */
void mmf_model_initial_payload(const mmf_model *model, uint8_t *ret_payload);

/* The symbol of that value, or NULL. */
const mmf_symbol *mmf_field_symbol(const mmf_field *field, int64_t value);

/* The field of that name, or NULL. */
const mmf_field *mmf_model_field(const mmf_model *model, const char *name);

const char *mmf_logical_name(mmf_logical logical);  /* "timestamp"; "" for NONE */
const char *mmf_time_unit_name(mmf_time_unit unit); /* "ns" */

#ifdef __cplusplus
}
#endif
#endif
