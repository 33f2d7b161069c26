/* Which single byte is wrong, by a CRC-32C: a CRC is linear, so a change of the byte that has n
 * bytes behind it changes the CRC by an amount that depends on the change and on n alone. */
#ifndef MMF_FSCK_CRC_BYTE_H
#define MMF_FSCK_CRC_BYTE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct mmf_crc_byte {
    uint64_t position; /* in the bytes that the CRC is over; size + 0 … 3: in the CRC itself */
    uint8_t change;    /* exclusive or with what is there */
} mmf_crc_byte;

/* difference: the CRC in the file, exclusive or the CRC of the `size` bytes there. True, and
 * *ret_byte filled, when exactly one change of one byte explains it (difference is not 0). */
bool mmf_crc_find_byte(uint32_t difference, uint64_t size, mmf_crc_byte *ret_byte);

#endif
