#include "tools/export_utf8.h"

#include <string.h>

#define ONES 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u

/* The characters that begin with a byte of first … last have `more` bytes behind it, the first of
 * which is least … most; the others 80 … bf. RFC 3629, section 4. */
static const struct {
    uint8_t first, last, more, least, most;
} leads[] = {
    {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf}, {0xe1, 0xec, 2, 0x80, 0xbf},
    {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* Bytes of the character beyond ASCII at `bytes`, of which there are size; 0: it is none. */
static size_t character_size(const uint8_t *bytes, size_t size)
{
    size_t row = 0;

    while (row < sizeof leads / sizeof *leads && bytes[0] > leads[row].last) {
        row++;
    }
    if (row == sizeof leads / sizeof *leads || bytes[0] < leads[row].first ||
        size <= leads[row].more || bytes[1] < leads[row].least || bytes[1] > leads[row].most) {
        return 0;
    }
    for (size_t i = 2; i <= leads[row].more; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return (size_t)leads[row].more + 1;
}

size_t mmf_export_utf8_fault(const uint8_t *bytes, size_t size)
{
    size_t at = 0;

    while (at < size) {
        uint64_t word;
        size_t length;

        if (size - at >= sizeof word) {
            memcpy(&word, bytes + at, sizeof word);
            if ((word & HIGH_BITS) == 0 && ((word - ONES) & HIGH_BITS) == 0) {
                at += sizeof word; /* eight of ASCII, none of them NUL */
                continue;
            }
        }
        length = bytes[at] == 0 ? 0 : bytes[at] < 0x80 ? 1 : character_size(bytes + at, size - at);
        if (length == 0) {
            return at;
        }
        at += length;
    }
    return size;
}
