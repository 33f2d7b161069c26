/* The fast pass. Nearly all records of nearly all files are sound, so the question is put for a
 * block of records at once, rule by rule: what has to be zero is gathered by OR, and tested once a
 * block. Only in a block that is not sound is it put again, for each record. */
#include <string.h>

#include "fsck/record_parts.h"
#include "runtime/atomic.h"
#include "schema/layout.h"

/* --- Words --------------------------------------------------------------------------------- */

static uint64_t gather_words(const unsigned char *first, size_t count, size_t stride)
{
    uint64_t seen = 0;

    for (size_t i = 0; i < count; i++) {
        seen |= mmf_load_number(first + i * stride, 8);
    }
    return seen;
}

static bool words_are_zero(const mmf_word_rule *rule, const unsigned char *records, size_t count,
                           size_t record_size)
{
    uint64_t seen = 0;

    if (rule->count == 1) {
        seen = gather_words(records + rule->offset, count, record_size);
    } else {
        for (size_t i = 0; i < count; i++) {
            seen |= gather_words(records + i * record_size + rule->offset, rule->count, 8);
        }
    }
    return (seen & rule->mask) == 0;
}

/* --- Enums --------------------------------------------------------------------------------- */

/* Whether the list, ascending, has that number. */
static bool is_listed(const uint64_t *numbers, uint32_t count, uint64_t number)
{
    while (count > 1) {
        uint32_t half = count / 2;

        numbers += numbers[half] <= number ? half : 0;
        count -= half;
    }
    return *numbers == number;
}

/* In what follows the size is a constant. */
MMF_ALWAYS_INLINE uint64_t distance_at(const mmf_enum_rule *rule, const unsigned char *from,
                                       uint32_t size)
{
    return (mmf_load_number(from, size) - rule->low) & rule->width;
}

MMF_ALWAYS_INLINE bool are_in_span(const mmf_enum_rule *rule, const unsigned char *first,
                                   size_t count, size_t stride, uint32_t size)
{
    uint64_t span = rule->span;
    bool over = false;

    for (size_t i = 0; i < count; i++) {
        over |= distance_at(rule, first + i * stride, size) > span;
    }
    return !over;
}

MMF_ALWAYS_INLINE bool have_bits(const mmf_enum_rule *rule, const unsigned char *first,
                                 size_t count, size_t stride, uint32_t size)
{
    const uint64_t *bits = rule->bits;
    uint64_t named = 1;

    for (size_t i = 0; i < count; i++) {
        uint64_t distance = distance_at(rule, first + i * stride, size);
        uint64_t bit = distance < rule->span ? distance : rule->span;

        named &= bits[bit / 64] >> (bit % 64) & (distance == bit);
    }
    return named != 0;
}

MMF_ALWAYS_INLINE bool are_listed(const mmf_enum_rule *rule, const unsigned char *first,
                                  size_t count, size_t stride, uint32_t size)
{
    bool named = true;

    for (size_t i = 0; i < count; i++) {
        named &= is_listed(rule->distances, rule->distance_count,
                           distance_at(rule, first + i * stride, size));
    }
    return named;
}

MMF_ALWAYS_INLINE bool enums_are_named(const mmf_enum_rule *rule, const unsigned char *first,
                                       size_t count, size_t stride, uint32_t size)
{
    if (rule->bits) {
        return have_bits(rule, first, count, stride, size);
    }
    if (rule->distances) {
        return are_listed(rule, first, count, stride, size);
    }
    return are_in_span(rule, first, count, stride, size);
}

static bool enums_of_size_are_named(const mmf_enum_rule *rule, const unsigned char *first,
                                    size_t count, size_t stride)
{
    switch (rule->size) {
    case 1:
        return enums_are_named(rule, first, count, stride, 1);
    case 2:
        return enums_are_named(rule, first, count, stride, 2);
    case 4:
        return enums_are_named(rule, first, count, stride, 4);
    default:
        return enums_are_named(rule, first, count, stride, 8);
    }
}

static bool rule_of_enums_holds(const mmf_enum_rule *rule, const unsigned char *records,
                                size_t count, size_t record_size)
{
    const unsigned char *first = records + rule->offset;

    if (rule->count == 1) {
        return enums_of_size_are_named(rule, first, count, record_size);
    }
    for (size_t i = 0; i < count; i++, first += record_size) {
        if (!enums_of_size_are_named(rule, first, rule->count, rule->size)) {
            return false;
        }
    }
    return true;
}

/* --- Records ------------------------------------------------------------------------------- */

bool mmf_record_is_blank(const mmf_record_check *check, const unsigned char *record)
{
    const unsigned char *payload = record + MMF_COUNTER_SIZE;
    uint32_t size = check->info.payload_size;

    return size == 0 || (payload[0] == 0 && memcmp(payload, payload + 1, size - 1) == 0);
}

static bool all_enums_are_sound(const mmf_record_check *check, const unsigned char *records,
                                size_t count)
{
    for (uint32_t i = 0; i < check->enum_count; i++) {
        if (!rule_of_enums_holds(&check->enums[i], records, count, check->info.record_size)) {
            return count == 1 && mmf_record_is_blank(check, records);
        }
    }
    return true;
}

/* True: all of them are. False: at least one is not, or is blank; where there is but one, it is
 * not. */
static bool are_perfect(const mmf_record_check *check, const unsigned char *records, size_t count)
{
    for (uint32_t i = 0; i < check->word_count; i++) {
        if (!words_are_zero(&check->words[i], records, count, check->info.record_size)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < check->text_count; i++) {
        if (!mmf_text_rule_holds(check, &check->texts[i], records, count)) {
            return false;
        }
    }
    return all_enums_are_sound(check, records, count) &&
           (check->info.checksum_offset == 0 ||
            mmf_checksums_are_right(&check->info, records, count));
}

size_t mmf_record_check_scan(const mmf_record_check *check, const unsigned char *records,
                             size_t count, uint32_t *ret_suspects)
{
    size_t suspects = 0;
    size_t in_block;

    for (size_t first = 0; first < count; first += in_block) {
        const unsigned char *block = records + first * check->info.record_size;

        in_block = count - first < check->block ? count - first : check->block;
        if (are_perfect(check, block, in_block)) {
            continue;
        }
        for (size_t i = 0; i < in_block; i++) {
            if (!are_perfect(check, block + i * check->info.record_size, 1)) {
                ret_suspects[suspects++] = (uint32_t)(first + i);
            }
        }
    }
    return suspects;
}
