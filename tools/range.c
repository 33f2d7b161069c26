#include "tools/range.h"

#include <errno.h>
#include <stdlib.h>

/* "-10" before a stop; where there is no digit, nothing is read. */
static bool read_end(const char **text, uint64_t *ret_number, bool *ret_is_from_end, bool *ret_any)
{
    const char *digits = *text + (**text == '-');
    char *end = NULL;

    *ret_any = *digits >= '0' && *digits <= '9';
    if (!*ret_any) {
        return digits == *text;
    }
    errno = 0;
    *ret_number = strtoull(digits, &end, 10);
    *ret_is_from_end = digits != *text;
    *text = end;
    return errno == 0;
}

mmf_status mmf_range_read(const char *text, mmf_range *ret_range, mmf_error *error)
{
    const char *rest = text;
    mmf_range range = {0};
    bool has_first = false;
    bool good = read_end(&rest, &range.first, &range.first_is_from_end, &has_first);

    if (good && *rest == ':') {
        rest++;
        good = read_end(&rest, &range.end, &range.end_is_from_end, &range.has_end);
    } else if (good && has_first) {
        range.end = range.first_is_from_end ? range.first - 1 : range.first + 1;
        range.end_is_from_end = range.first_is_from_end;
        range.has_end = true;
        good = !range.first_is_from_end || range.first > 0;
    } else {
        good = false;
    }
    if (!good || *rest != '\0') {
        return mmf_error_set(error, MMF_E_INVALID,
                             "not a range, such as 10:20, 100:, -10: or 7: %s", text);
    }
    *ret_range = range;
    return MMF_OK;
}

static uint64_t place_of(uint64_t number, bool is_from_end, uint64_t count)
{
    return !is_from_end ? number : number < count ? count - number : 0;
}

void mmf_range_resolve(const mmf_range *range, uint64_t count, uint64_t *ret_first,
                       uint64_t *ret_end)
{
    uint64_t first = place_of(range->first, range->first_is_from_end, count);
    uint64_t end = range->has_end ? place_of(range->end, range->end_is_from_end, count) : count;

    end = end < count ? end : count;
    if (range->has_end && first > end) {
        first = end;
    }
    *ret_first = first;
    *ret_end = end;
}
