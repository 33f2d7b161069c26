/* Numbers to decimal digits and back, fast and whatever the locale. Writers take memory with room
 * for MMF_NUMBER_ROOM bytes and return the end of what they wrote; nothing ends in NUL. */
#ifndef MMF_TOOLS_VALUE_NUMBER_H
#define MMF_TOOLS_VALUE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MMF_NUMBER_ROOM 48u

/* 10^0 … 10^19 */
extern const uint64_t mmf_powers_of_10[20];

char *mmf_number_write_u64(char *to, uint64_t value);
char *mmf_number_write_i64(char *to, int64_t value);

/* Exactly `digits` of them (at most 19), with zeros in front; value has no more. */
char *mmf_number_write_padded(char *to, uint64_t value, uint32_t digits);

/* magnitude / 10^scale with all its digits behind the point, scale at most 18. */
char *mmf_number_write_decimal(char *to, bool is_negative, uint64_t magnitude, uint32_t scale);

/* The shortest decimal that reads back to value, of several the nearest; "nan", "inf", "-inf". */
char *mmf_number_write_f64(char *to, double value);
char *mmf_number_write_f32(char *to, float value);

/* What a reader found. */
typedef enum mmf_number_outcome {
    MMF_NUMBER_OK,
    MMF_NUMBER_NONE,   /* no number */
    MMF_NUMBER_BEYOND, /* a number that the type cannot hold */
    MMF_NUMBER_FINE,   /* a decimal with more digits than the scale has */
} mmf_number_outcome;

/* An integer as sign and magnitude: the range of int64 and uint64 together. */
typedef struct mmf_wide_integer {
    bool is_negative;
    uint64_t magnitude;
} mmf_wide_integer;

/* Decimal digits, or 0x and hexadecimal ones, perhaps behind a sign. BEYOND: above 64 bits. */
mmf_number_outcome mmf_number_read_integer(const char *text, size_t size,
                                           mmf_wide_integer *ret_value);

/* Digits with at most `scale` of them behind a point (and zeros behind those), times 10^scale. */
mmf_number_outcome mmf_number_read_decimal(const char *text, size_t size, uint32_t scale,
                                           mmf_wide_integer *ret_value);

/* A decimal, perhaps with an exponent, rounded to the nearest number; nan, inf and infinity in any
 * case. BEYOND: it would be rounded to infinity. */
mmf_number_outcome mmf_number_read_f64(const char *text, size_t size, double *ret_value);
mmf_number_outcome mmf_number_read_f32(const char *text, size_t size, float *ret_value);

#endif
