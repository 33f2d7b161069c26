/* The fast pass over strings and bytes: the length, and zeros behind it. Content differs in length
 * from record to record, and a branch on that would be guessed wrong half of the time: so short
 * texts are looked at whole, through a mask that the length slides to its place. */
#include "fsck/record_parts.h"

/* 16 bytes, in a register where the processor has such, in two elsewhere. */
typedef uint64_t __attribute__((vector_size(16))) pair;

#define PAIR_SIZE 16

MMF_ALWAYS_INLINE pair load_pair(const unsigned char *from)
{
    pair value;

    memcpy(&value, from, sizeof value);
    return value;
}

typedef struct texts {
    const unsigned char *first; /* its length */
    size_t count;
    size_t stride;
    uint32_t max;
    uint32_t end;
    const unsigned char *ones; /* the middle of the slide */
} texts;

static bool lengths_are_sound(const texts *texts)
{
    uint32_t highest = 0;

    for (size_t i = 0; i < texts->count; i++) {
        uint32_t length = (uint32_t)mmf_load_number(texts->first + i * texts->stride, 4);

        highest = length > highest ? length : highest;
    }
    return highest <= texts->max;
}

/* For an end of at most 8. What is read begins before the content, where the mask is zero. */
static bool tiny_texts_are_sound(const texts *texts)
{
    uint64_t seen = 0;
    bool over = false;

    for (size_t i = 0; i < texts->count; i++) {
        const unsigned char *text = texts->first + i * texts->stride;
        uint32_t length = (uint32_t)mmf_load_number(text, 4);
        uint32_t kept = length < texts->max ? length : texts->max;

        over |= length > texts->max;
        seen |= mmf_load_number(text + 4 + texts->end - 8, 8) &
                mmf_load_number(texts->ones + texts->end - kept - 8, 8);
    }
    return seen == 0 && !over;
}

/* For an end of 16 * pairs at most. The last pair ends where the text does, and overlaps the one
 * before it, or begins before the content, where the mask is zero. */
MMF_ALWAYS_INLINE bool short_texts_are_sound(const texts *texts, uint32_t pairs)
{
    pair seen = {0, 0};
    uint32_t max = texts->max;
    ptrdiff_t last = (ptrdiff_t)texts->end - PAIR_SIZE;
    bool over = false;

    for (size_t i = 0; i < texts->count; i++) {
        const unsigned char *text = texts->first + i * texts->stride;
        uint32_t length = (uint32_t)mmf_load_number(text, 4);
        const unsigned char *mask = texts->ones - (length < max ? length : max);

        over |= length > max;
#pragma GCC unroll 8
        for (uint32_t k = 0; k + 1 < pairs; k++) {
            seen |= load_pair(text + 4 + k * PAIR_SIZE) & load_pair(mask + k * PAIR_SIZE);
        }
        seen |= load_pair(text + 4 + last) & load_pair(mask + last);
    }
    return (seen[0] | seen[1]) == 0 && !over;
}

/* For longer ends: only what is behind the length is looked at. */
static pair gather_tail(const unsigned char *begin, const unsigned char *end,
                        const unsigned char *ones)
{
    ptrdiff_t before = end - begin < PAIR_SIZE ? PAIR_SIZE - (end - begin) : 0;
    pair seen = load_pair(end - PAIR_SIZE) & load_pair(ones - before);

    for (; end - begin >= 4 * PAIR_SIZE; begin += 4 * PAIR_SIZE) {
        seen |= (load_pair(begin) | load_pair(begin + PAIR_SIZE)) |
                (load_pair(begin + 2 * PAIR_SIZE) | load_pair(begin + 3 * PAIR_SIZE));
    }
    for (; end - begin >= PAIR_SIZE; begin += PAIR_SIZE) {
        seen |= load_pair(begin);
    }
    return seen;
}

static bool long_texts_are_sound(const texts *texts)
{
    pair seen = {0, 0};
    bool over = false;

    for (size_t i = 0; i < texts->count; i++) {
        const unsigned char *text = texts->first + i * texts->stride;
        uint32_t length = (uint32_t)mmf_load_number(text, 4);

        over |= length > texts->max;
        length = length < texts->max ? length : texts->max;
        seen |= gather_tail(text + 4 + length, text + 4 + texts->end, texts->ones);
    }
    return (seen[0] | seen[1]) == 0 && !over;
}

static bool texts_are_sound(const texts *texts)
{
    if (texts->end == 0) {
        return lengths_are_sound(texts);
    }
    if (texts->end <= 8) {
        return tiny_texts_are_sound(texts);
    }
    switch ((texts->end + PAIR_SIZE - 1) / PAIR_SIZE) {
    case 1:
        return short_texts_are_sound(texts, 1);
    case 2:
        return short_texts_are_sound(texts, 2);
    case 3:
        return short_texts_are_sound(texts, 3);
    case 4:
        return short_texts_are_sound(texts, 4);
    case 5:
        return short_texts_are_sound(texts, 5);
    case 6:
        return short_texts_are_sound(texts, 6);
    case 7:
        return short_texts_are_sound(texts, 7);
    case 8:
        return short_texts_are_sound(texts, 8);
    default:
        return long_texts_are_sound(texts);
    }
}

_Static_assert(MMF_TEXT_SHORT_MAX == 8 * PAIR_SIZE, "each number of pairs has its own function");

bool mmf_text_rule_holds(const mmf_record_check *check, const mmf_text_rule *rule,
                         const unsigned char *records, size_t count)
{
    size_t record_size = check->info.record_size;
    texts texts = {records + rule->offset,           count, record_size, rule->max, rule->end,
                   check->slide + MMF_TEXT_SHORT_MAX};

    if (rule->count == 1) {
        return texts_are_sound(&texts);
    }
    texts.count = rule->count;
    texts.stride = rule->stride;
    for (size_t i = 0; i < count; i++, texts.first += record_size) {
        if (!texts_are_sound(&texts)) {
            return false;
        }
    }
    return true;
}
