#include "fsck/crc_byte.h"

/* Of CRC-32C, reflected, as in schema/crc32c.c. */
#define POLYNOMIAL 0x82f63b78u

/* What the CRC's state was before it took the 8 zero bits that led to this one. */
static uint32_t before_zero_byte(uint32_t state)
{
    for (int bit = 0; bit < 8; bit++) {
        /* The polynomial has the top bit, so that bit tells whether it was taken in. */
        state = state >> 31 ? (state ^ POLYNOMIAL) << 1 | 1 : state << 1;
    }
    return state;
}

/* The same by the top byte alone: the step is linear, and the others only move. */
static void fill_table(uint32_t *ret_table)
{
    for (uint32_t top = 0; top < 256; top++) {
        ret_table[top] = before_zero_byte(top << 24);
    }
}

/* Counts up to two. */
static unsigned find_in_crc(uint32_t difference, uint64_t size, mmf_crc_byte *ret_byte)
{
    for (unsigned i = 0; i < 4; i++) {
        if ((difference & ~(0xffu << 8 * i)) == 0) {
            *ret_byte = (mmf_crc_byte){size + i, (uint8_t)(difference >> 8 * i)};
            return 1;
        }
    }
    return 0;
}

/* The bytes behind the wrong one are the same in both, so that the difference went through them as
 * through zeros: it is taken back through one byte after the other. The wrong byte is where it
 * came in as the change of a byte, with nothing in the other three. */
bool mmf_crc_find_byte(uint32_t difference, uint64_t size, mmf_crc_byte *ret_byte)
{
    uint32_t table[256];
    mmf_crc_byte found = {0};
    unsigned count;

    if (difference == 0) {
        return false;
    }
    fill_table(table);
    count = find_in_crc(difference, size, &found);
    for (uint64_t position = size; position > 0 && count < 2; position--) {
        difference = difference << 8 ^ table[difference >> 24];
        if (difference <= 0xff) {
            found = (mmf_crc_byte){position - 1, (uint8_t)difference};
            count++;
        }
    }
    if (count != 1) {
        return false;
    }
    *ret_byte = found;
    return true;
}
