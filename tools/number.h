/* Numbers of different types, compared without rounding. */
#ifndef MMF_TOOLS_NUMBER_H
#define MMF_TOOLS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MMF_NUMBER_SCALE_MAX 18u

/* A float64, or ± magnitude / 10^scale. Zero is not negative. */
typedef struct mmf_number {
    double real;
    uint64_t magnitude;
    uint8_t scale; /* 0 … MMF_NUMBER_SCALE_MAX */
    bool is_negative;
    bool is_real;
} mmf_number;

typedef enum mmf_order {
    MMF_ORDER_LESS = -1,
    MMF_ORDER_EQUAL = 0,
    MMF_ORDER_GREATER = 1,
    MMF_ORDER_NONE = 2, /* one of them is nan */
} mmf_order;

static inline mmf_number mmf_number_of_real(double value)
{
    return (mmf_number){.real = value, .is_real = true};
}

static inline mmf_number mmf_number_of_signed(int64_t value, uint32_t scale)
{
    uint64_t bits = (uint64_t)value;

    return (mmf_number){.magnitude = value < 0 ? 0 - bits : bits,
                        .scale = (uint8_t)scale,
                        .is_negative = value < 0};
}

static inline mmf_number mmf_number_of_unsigned(uint64_t value, uint32_t scale)
{
    return (mmf_number){.magnitude = value, .scale = (uint8_t)scale};
}

mmf_order mmf_number_compare(mmf_number a, mmf_number b);

/* Reads "-12", "0x1f", "1.50", "2e6", all of the text: exactly. false: no such number, or one that
 * has more digits than magnitude and scale hold. */
bool mmf_number_read(const char *text, size_t size, mmf_number *ret_number);

#endif
