#define _GNU_SOURCE
#include "tools/watched.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOW_BITS (MMF_SEQUENCE_STEP - 1u)

/* --- Counters -------------------------------------------------------------------------------- */

static bool is_between_steps(uint64_t counter)
{
    return !mmf_sequence_is_odd(counter) && (counter & LOW_BITS) != 0;
}

uint64_t mmf_counter_steps(uint32_t format, uint64_t before, uint64_t after)
{
    if (after <= before) {
        return 0;
    }
    if (format == MMF_FORMAT_1 && (after - before < MMF_SEQUENCE_STEP || is_between_steps(before) ||
                                   is_between_steps(after))) {
        return after - before;
    }
    return after / MMF_SEQUENCE_STEP - before / MMF_SEQUENCE_STEP;
}

static uint64_t counter_of(const mmf_table *table, uint64_t index)
{
    const unsigned char *record = table->store->records + index * table->type.record_size;

    return mmf_load_relaxed(mmf_record_counter(record));
}

static bool is_torn(const mmf_table *table, uint64_t counter)
{
    return table->type.format != MMF_FORMAT_1 && (counter & LOW_BITS) == MMF_SEQUENCE_TORN;
}

/* --- The set --------------------------------------------------------------------------------- */

void mmf_watched_clear(mmf_watched *watched)
{
    free(watched->index);
    free(watched->counter);
    *watched = (mmf_watched){0};
}

static bool reserve(mmf_watched *watched, size_t capacity)
{
    uint64_t *index, *counter;

    if (capacity <= watched->capacity) {
        return true;
    }
    index = realloc(watched->index, capacity * sizeof *index);
    if (!index) {
        return false;
    }
    watched->index = index;
    counter = realloc(watched->counter, capacity * sizeof *counter);
    if (!counter) {
        return false;
    }
    watched->counter = counter;
    watched->capacity = capacity;
    return true;
}

static int compare_indexes(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return a < b ? -1 : a > b;
}

static void add_certain(mmf_watched *watched)
{
    uint64_t newest =
        watched->record_count > MMF_WATCHED_NEWEST ? watched->record_count - MMF_WATCHED_NEWEST : 0;

    watched->count = 0;
    for (uint32_t i = 0; i < watched->hot_count; i++) {
        if (watched->hot[i] < newest) {
            watched->index[watched->count++] = watched->hot[i];
        }
    }
    qsort(watched->index, watched->count, sizeof *watched->index, compare_indexes);
    for (uint64_t index = newest; index < watched->record_count; index++) {
        watched->index[watched->count++] = index;
    }
    watched->certain = watched->count;
}

static bool is_certain(const mmf_watched *watched, uint64_t index)
{
    return bsearch(&index, watched->index, watched->certain, sizeof index, compare_indexes) != NULL;
}

void mmf_watched_hint(mmf_watched *watched, uint64_t index)
{
    uint32_t row = 0;

    while (row < watched->hot_count && watched->hot[row] != index) {
        row++;
    }
    if (row == watched->hot_count && row < 2 * MMF_WATCHED_HOT) {
        watched->hot_count++;
    }
    row = row < watched->hot_count ? row : watched->hot_count - 1;
    memmove(&watched->hot[1], &watched->hot[0], row * sizeof watched->hot[0]);
    watched->hot[0] = index;
}

/* --- Pages in memory ------------------------------------------------------------------------- */

/* The records' mapping in blocks that are looked at as a whole or not: a page and the records whose
 * counters begin in it, or a record where that is larger. */
typedef struct blocks {
    const mmf_table *table;
    uint64_t record_count;
    uintptr_t first; /* the page of record 0 */
    uint64_t page;
    uint64_t count;
    unsigned char *resident; /* by page */
    uint64_t page_count;
} blocks;

static blocks blocks_of(const mmf_table *table, uint64_t record_count)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uintptr_t records = (uintptr_t)table->store->records;
    uintptr_t first = records / page * page;
    uint64_t bytes = record_count * table->type.record_size + (records - first);
    uint64_t pages = (bytes + page - 1) / page;

    return (blocks){
        .table = table,
        .record_count = record_count,
        .first = first,
        .page = page,
        .count = table->type.record_size < page ? pages : record_count,
        .page_count = pages,
    };
}

/* The first record whose counter is in the block or behind it. */
static uint64_t block_begin(const blocks *blocks, uint64_t block)
{
    uint32_t size = blocks->table->type.record_size;
    uint64_t before = (uintptr_t)blocks->table->store->records - blocks->first;
    uint64_t offset = block * blocks->page;
    uint64_t index;

    if (size >= blocks->page) {
        return block;
    }
    index = offset <= before ? 0 : (offset - before + size - 1) / size;
    return index < blocks->record_count ? index : blocks->record_count;
}

static bool block_is_resident(const blocks *blocks, uint64_t block)
{
    uint64_t before = (uintptr_t)blocks->table->store->records - blocks->first;
    uint32_t size = blocks->table->type.record_size;
    uint64_t page = size < blocks->page ? block : (before + block * size) / blocks->page;

    return (blocks->resident[page] & 1) != 0;
}

/* What of the records is in memory, and how many there are in these blocks. */
static mmf_status look_at_pages(blocks *blocks, mmf_watched *watched, uint64_t *ret_blocks)
{
    uint64_t count = 0;

    watched->population = 0;
    watched->resident_bytes = 0;
    if (blocks->page_count == 0) {
        *ret_blocks = 0;
        return MMF_OK;
    }
    blocks->resident = malloc(blocks->page_count);
    if (!blocks->resident) {
        return MMF_E_NO_MEMORY;
    }
    if (mincore((void *)blocks->first, blocks->page_count * blocks->page, blocks->resident) != 0) {
        return MMF_E_SYSTEM;
    }
    for (uint64_t page = 0; page < blocks->page_count; page++) {
        watched->resident_bytes += (blocks->resident[page] & 1) != 0 ? blocks->page : 0;
    }
    for (uint64_t block = 0; block < blocks->count; block++) {
        if (block_is_resident(blocks, block)) {
            watched->population += block_begin(blocks, block + 1) - block_begin(blocks, block);
            count++;
        }
    }
    *ret_blocks = count;
    return MMF_OK;
}

/* Of every `stride` resident blocks one, each time another. */
static void add_share(mmf_watched *watched, const blocks *blocks, uint64_t stride)
{
    uint64_t number = 0;

    for (uint64_t block = 0; block < blocks->count; block++) {
        if (!block_is_resident(blocks, block) || number++ % stride != watched->turn % stride) {
            continue;
        }
        for (uint64_t index = block_begin(blocks, block); index < block_begin(blocks, block + 1);
             index++) {
            if (!is_certain(watched, index) && watched->count < watched->capacity) {
                watched->index[watched->count++] = index;
            }
        }
    }
    watched->is_share = stride > 1;
    watched->population -=
        watched->population < watched->certain ? watched->population : watched->certain;
    watched->turn++;
}

static uint64_t records_of_block(const blocks *blocks)
{
    uint32_t size = blocks->table->type.record_size;

    return size >= blocks->page ? 1 : (blocks->page + size - 1) / size;
}

static mmf_status choose(mmf_watched *watched, blocks *blocks)
{
    uint64_t most = MMF_WATCHED_RECORDS / records_of_block(blocks);
    uint64_t resident;
    mmf_status status = look_at_pages(blocks, watched, &resident);

    if (status != MMF_OK) {
        return status;
    }
    watched->is_all =
        blocks->record_count <= MMF_WATCHED_RECORDS && blocks->count <= MMF_WATCHED_PAGES;
    watched->is_share = false;
    if (watched->is_all) {
        watched->count = watched->certain = (size_t)blocks->record_count;
        return reserve(watched, watched->count) ? MMF_OK : MMF_E_NO_MEMORY;
    }
    if (!reserve(watched, MMF_WATCHED_RECORDS + 2 * MMF_WATCHED_HOT + MMF_WATCHED_NEWEST)) {
        return MMF_E_NO_MEMORY;
    }
    most = most > MMF_WATCHED_PAGES ? MMF_WATCHED_PAGES : most;
    add_certain(watched);
    add_share(watched, blocks, resident == 0 ? 1 : (resident + most - 1) / most);
    return MMF_OK;
}

static uint64_t index_at(const mmf_watched *watched, size_t i)
{
    return watched->is_all ? i : watched->index[i];
}

mmf_status mmf_watched_look(mmf_watched *watched, const mmf_table *table)
{
    blocks blocks;
    mmf_status status;

    watched->record_count = mmf_store_len(table->store);
    blocks = blocks_of(table, watched->record_count);
    status = choose(watched, &blocks);
    free(blocks.resident);
    if (status != MMF_OK) {
        watched->count = watched->certain = 0;
        return status;
    }
    for (size_t i = 0; i < watched->count; i++) {
        watched->counter[i] = counter_of(table, index_at(watched, i));
    }
    return MMF_OK;
}

/* --- Growth ---------------------------------------------------------------------------------- */

static void swap(mmf_hot *a, mmf_hot *b)
{
    mmf_hot kept = *a;

    *a = *b;
    *b = kept;
}

/* A heap, the fewest steps in front. */
static void sink(mmf_growth *growth)
{
    mmf_hot *hot = growth->hot;

    for (uint32_t i = 0, child; (child = 2 * i + 1) < growth->hot_count; i = child) {
        if (child + 1 < growth->hot_count && hot[child + 1].steps < hot[child].steps) {
            child++;
        }
        if (hot[i].steps <= hot[child].steps) {
            return;
        }
        swap(&hot[i], &hot[child]);
    }
}

static void offer(mmf_growth *growth, mmf_hot row)
{
    mmf_hot *hot = growth->hot;

    if (growth->hot_count == MMF_WATCHED_HOT) {
        if (row.steps > hot[0].steps) {
            hot[0] = row;
            sink(growth);
        }
        return;
    }
    hot[growth->hot_count] = row;
    for (uint32_t i = growth->hot_count++; i > 0 && hot[i].steps < hot[(i - 1) / 2].steps;
         i = (i - 1) / 2) {
        swap(&hot[i], &hot[(i - 1) / 2]);
    }
}

static int compare_hot(const void *left, const void *right)
{
    const mmf_hot *a = left, *b = right;

    return a->steps != b->steps ? (a->steps < b->steps ? 1 : -1)
                                : (a->index > b->index) - (a->index < b->index);
}

static uint64_t count_record(mmf_growth *growth, const mmf_table *table, uint64_t index,
                             uint64_t before)
{
    uint64_t after = counter_of(table, index);
    uint64_t steps;

    before = before == UINT64_MAX ? (after < MMF_SEQUENCE_STEP ? 0 : MMF_SEQUENCE_STEP) : before;
    steps = mmf_counter_steps(table->type.format, before, after);
    growth->looked_at++;
    if (is_torn(table, after)) {
        growth->torn++;
    } else if (mmf_sequence_is_odd(after)) {
        growth->odd++;
        growth->held += after == before;
    }
    if (steps > 0) {
        offer(growth, (mmf_hot){index, after, steps});
    }
    return steps;
}

/* Those that have been appended since began with one step, or empty with none. */
static uint64_t count_appended(const mmf_watched *watched, const mmf_table *table,
                               mmf_growth *growth)
{
    uint64_t end = mmf_store_len(table->store);
    uint64_t begin = watched->record_count;
    uint64_t steps = 0;

    if (end > begin && end - begin > MMF_WATCHED_RECORDS) {
        begin = end - MMF_WATCHED_RECORDS;
        growth->is_estimate = true;
    }
    for (uint64_t index = begin; index < end; index++) {
        steps += count_record(growth, table, index, UINT64_MAX);
    }
    return steps;
}

static void remember_hot(mmf_watched *watched, const mmf_growth *growth)
{
    uint64_t old[2 * MMF_WATCHED_HOT];
    uint32_t old_count = watched->hot_count;

    memcpy(old, watched->hot, sizeof old);
    watched->hot_count = 0;
    for (uint32_t i = 0; i < growth->hot_count; i++) {
        watched->hot[watched->hot_count++] = growth->hot[i].index;
    }
    for (uint32_t i = 0; i < old_count && watched->hot_count < 2 * MMF_WATCHED_HOT; i++) {
        bool is_there = false;

        for (uint32_t k = 0; k < growth->hot_count; k++) {
            is_there |= growth->hot[k].index == old[i];
        }
        if (!is_there) {
            watched->hot[watched->hot_count++] = old[i];
        }
    }
}

void mmf_watched_measure(mmf_watched *watched, const mmf_table *table, mmf_growth *ret_growth)
{
    mmf_growth *growth = ret_growth;
    uint64_t certain = 0, share = 0;
    size_t others = watched->count - watched->certain;

    *growth = (mmf_growth){.is_estimate = watched->is_share};
    for (size_t i = 0; i < watched->count; i++) {
        uint64_t steps = count_record(growth, table, index_at(watched, i), watched->counter[i]);

        *(i < watched->certain ? &certain : &share) += steps;
    }
    certain += count_appended(watched, table, growth);
    growth->steps = (double)certain;
    if (others > 0) {
        growth->steps += watched->is_share
                             ? (double)share * (double)watched->population / (double)others
                             : (double)share;
    }
    qsort(growth->hot, growth->hot_count, sizeof *growth->hot, compare_hot);
    remember_hot(watched, growth);
}
