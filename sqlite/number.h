/* Numbers of payloads, and as keys: unsigned words in the order of the numbers, so that whatever is
 * asked of a number comes down to ranges of keys. Internal. */
#ifndef MMF_SQLITE_NUMBER_H
#define MMF_SQLITE_NUMBER_H

#include <string.h>

#include "runtime/atomic.h"
#include "schema/model.h"
#include "tools/table.h"

#define MMF_SQLITE_KEY_SIGN (1ull << 63)

/* Where a number lies, and what it is. */
typedef struct mmf_sqlite_number {
    mmf_type type; /* of an enum its base */
    uint32_t offset;
} mmf_sqlite_number;

static inline mmf_sqlite_number mmf_sqlite_number_of(const mmf_field *field)
{
    return (mmf_sqlite_number){.type = field->base, .offset = mmf_table_field_offset(field)};
}

/* Works on a record in a mapping too: one relaxed load. Of a bool 0 or 1; of a float its bits. */
MMF_ALWAYS_INLINE mmf_integer mmf_sqlite_number_integer(const mmf_sqlite_number *number,
                                                        const uint8_t *payload)
{
    const void *at = payload + number->offset;

    switch (number->type) {
    case MMF_TYPE_BOOL:
        return (mmf_integer){.u = mmf_load_relaxed((const mmf_word8 *)at) != 0};
    case MMF_TYPE_INT8:
        return (mmf_integer){.i = (int8_t)mmf_load_relaxed((const mmf_word8 *)at)};
    case MMF_TYPE_UINT8:
        return (mmf_integer){.u = mmf_load_relaxed((const mmf_word8 *)at)};
    case MMF_TYPE_INT16:
        return (mmf_integer){.i = (int16_t)mmf_load_relaxed((const mmf_word16 *)at)};
    case MMF_TYPE_UINT16:
        return (mmf_integer){.u = mmf_load_relaxed((const mmf_word16 *)at)};
    case MMF_TYPE_INT32:
        return (mmf_integer){.i = (int32_t)mmf_load_relaxed((const mmf_word32 *)at)};
    case MMF_TYPE_UINT32:
    case MMF_TYPE_FLOAT32:
        return (mmf_integer){.u = mmf_load_relaxed((const mmf_word32 *)at)};
    default:
        return (mmf_integer){.u = mmf_load_relaxed((const mmf_word64 *)at)};
    }
}

/* Of a float. */
MMF_ALWAYS_INLINE double mmf_sqlite_number_real(const mmf_sqlite_number *number,
                                                const uint8_t *payload)
{
    mmf_integer bits = mmf_sqlite_number_integer(number, payload);
    uint32_t low = (uint32_t)bits.u;
    double real;
    float narrow;

    if (number->type == MMF_TYPE_FLOAT32) {
        memcpy(&narrow, &low, sizeof narrow);
        return (double)narrow;
    }
    memcpy(&real, &bits, sizeof real);
    return real;
}

/* -0.0 is just below 0.0; NaN lies outside of both infinities. */
MMF_ALWAYS_INLINE uint64_t mmf_sqlite_key_of_real(double real)
{
    uint64_t bits;

    memcpy(&bits, &real, sizeof bits);
    return bits & MMF_SQLITE_KEY_SIGN ? ~bits : bits | MMF_SQLITE_KEY_SIGN;
}

static inline double mmf_sqlite_real_of_key(uint64_t key)
{
    uint64_t bits = key & MMF_SQLITE_KEY_SIGN ? key & ~MMF_SQLITE_KEY_SIGN : ~key;
    double real;

    memcpy(&real, &bits, sizeof real);
    return real;
}

MMF_ALWAYS_INLINE uint64_t mmf_sqlite_key(const mmf_sqlite_number *number, const uint8_t *payload)
{
    switch (number->type) {
    case MMF_TYPE_FLOAT32:
    case MMF_TYPE_FLOAT64:
        return mmf_sqlite_key_of_real(mmf_sqlite_number_real(number, payload));
    case MMF_TYPE_INT8:
    case MMF_TYPE_INT16:
    case MMF_TYPE_INT32:
    case MMF_TYPE_INT64:
        return mmf_sqlite_number_integer(number, payload).u ^ MMF_SQLITE_KEY_SIGN;
    default:
        return mmf_sqlite_number_integer(number, payload).u;
    }
}

/* The key of an integer type's or bool's number, and back. */
static inline uint64_t mmf_sqlite_key_of_integer(mmf_type type, mmf_integer integer)
{
    return mmf_type_is_signed(type) ? integer.u ^ MMF_SQLITE_KEY_SIGN : integer.u;
}

static inline mmf_integer mmf_sqlite_integer_of_key(mmf_type type, uint64_t key)
{
    return (mmf_integer){.u = mmf_type_is_signed(type) ? key ^ MMF_SQLITE_KEY_SIGN : key};
}

#endif
