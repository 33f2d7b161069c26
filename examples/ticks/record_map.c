#include "examples/ticks/record_map.h"

#include "examples/ticks/bar.mmf.h"

typedef struct part {
    size_t offset;
    size_t size;
    const char *name;
} part;

#define FIELD(name, offset)                                                                        \
    {                                                                                              \
        offset, sizeof(((bar *)0)->name), #name                                                    \
    }

static const part parts[] = {
    {0, sizeof(uint64_t), "(sequence counter)"},
    FIELD(date, BAR_DATE_OFFSET),
    FIELD(open, BAR_OPEN_OFFSET),
    FIELD(high, BAR_HIGH_OFFSET),
    FIELD(low, BAR_LOW_OFFSET),
    FIELD(close, BAR_CLOSE_OFFSET),
    FIELD(adjclose, BAR_ADJCLOSE_OFFSET),
    FIELD(volume, BAR_VOLUME_OFFSET),
};
#define PARTS (sizeof parts / sizeof parts[0])

static void print_part(FILE *out, size_t offset, size_t size, const char *name)
{
    fprintf(out, "%8zu  %4zu  %s\n", offset, size, name);
}

static void print_gap(FILE *out, size_t from, size_t to)
{
    if (from < to) {
        print_part(out, from, to - from, "(padding)");
    }
}

void record_map_print(FILE *out)
{
    size_t end = 0;

    fprintf(out, "One record, %d bytes:\n  offset  size  field\n", BAR_RECORD_SIZE);
    for (size_t i = 0; i < PARTS; i++) {
        print_gap(out, end, parts[i].offset);
        print_part(out, parts[i].offset, parts[i].size, parts[i].name);
        end = parts[i].offset + parts[i].size;
    }
    print_gap(out, end, BAR_RECORD_SIZE);
}
