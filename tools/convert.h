/* Records of one type made into records of another, field by field.
 *
 * A field of the new type continues the old one of its name, else of the first of its aliases that
 * the old type has (schema/compat.h); without one it has its default, or zero. Whatever no field
 * uses becomes zero: padding, and what is behind a text. Between equal types that is all that
 * happens.
 */
#ifndef MMF_TOOLS_CONVERT_H
#define MMF_TOOLS_CONVERT_H

#include "schema/layout.h"
#include "schema/model.h"

typedef struct mmf_conversion {
    const mmf_model *from; /* the caller's, as `to` */
    const mmf_model *to;
    const mmf_field **sources; /* for each field of `to` what it continues; NULL: it is new */
    uint8_t *initial;          /* payload of defaults */
} mmf_conversion;

/* Between models that mmf_compat_compare() does not forbid. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_conversion_init(mmf_conversion *ret_conversion, const mmf_model *from,
                                             const mmf_model *to);
void mmf_conversion_clear(mmf_conversion *conversion); /* takes zero-initialised too */

/* Payloads have from->payload_size and to->payload_size bytes. Any bytes are taken: a text that is
 * longer than it may be counts up to its max. */
void mmf_convert(const mmf_conversion *conversion, const uint8_t *payload, uint8_t *ret_payload);

/* A number at element, as the type has it. */
typedef enum mmf_plain_kind { MMF_PLAIN_SIGNED, MMF_PLAIN_UNSIGNED, MMF_PLAIN_REAL } mmf_plain_kind;

typedef struct mmf_plain {
    mmf_plain_kind kind;
    union {
        int64_t i;
        uint64_t u;
        double real;
    };
} mmf_plain;

/* type: of an integer, a float, or bool (0 or 1); for an enum its base. */
mmf_plain mmf_plain_load(mmf_type type, const uint8_t *element);

#endif
