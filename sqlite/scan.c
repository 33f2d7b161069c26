#include "sqlite/scan.h"

#include "runtime/field.h"

/* A record that changes all the time is read the longer way, which has a deadline. */
#define ATTEMPTS 1000u

MMF_ALWAYS_INLINE bool passes(const mmf_sqlite_scan *scan, const uint8_t *payload)
{
    for (size_t i = 0; i < scan->predicate_count; i++) {
        if (!mmf_sqlite_predicate_test(&scan->predicates[i], payload)) {
            return false;
        }
    }
    return true;
}

static void copy(mmf_sqlite_scan *scan, const mmf_read_section *section)
{
    mmf_words_load(scan->payload + scan->copy_offset, section->payload + scan->copy_offset,
                   (uint32_t)scan->copy_size);
    scan->version = section->sequence;
    scan->has_version = true;
}

static mmf_status find_in_copy(mmf_sqlite_scan *scan, bool *ret_passes)
{
    mmf_status status = mmf_table_get(scan->table, scan->index, scan->payload);

    if (status == MMF_OK) {
        *ret_passes = passes(scan, scan->payload);
        scan->has_version = false;
    }
    return status;
}

static mmf_status look_again(mmf_sqlite_scan *scan, bool *ret_passes)
{
    const mmf_store *store = scan->table->store;
    mmf_read_section section = {NULL, 0};

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (mmf_read_begin(store, scan->index, scan->table->type.record_size, &section) != MMF_OK) {
            break; /* a copy may still be had of what was there before */
        }
        *ret_passes = passes(scan, section.payload);
        if (*ret_passes) {
            copy(scan, &section);
        }
        if (mmf_read_valid(&section)) {
            return MMF_OK;
        }
    }
    return find_in_copy(scan, ret_passes);
}

/* The way of nearly all records. */
MMF_ALWAYS_INLINE mmf_status look(mmf_sqlite_scan *scan, bool *ret_passes)
{
    mmf_read_section section;

    if (mmf_likely(mmf_read_begin(scan->table->store, scan->index, scan->table->type.record_size,
                                  &section) == MMF_OK)) {
        *ret_passes = passes(scan, section.payload);
        if (*ret_passes) {
            copy(scan, &section);
        }
        if (mmf_read_valid(&section)) {
            return MMF_OK;
        }
    }
    return look_again(scan, ret_passes);
}

mmf_status mmf_sqlite_scan_find(mmf_sqlite_scan *scan)
{
    bool is_found = false;

    while (!mmf_sqlite_scan_is_over(scan)) {
        mmf_status status = look(scan, &is_found);

        if (status != MMF_OK || is_found) {
            return status;
        }
        mmf_sqlite_scan_step(scan);
    }
    return MMF_OK;
}

static const mmf_sqlite_range *range_at(const mmf_sqlite_scan *scan, size_t number)
{
    return &scan->rows.items[scan->is_descending ? scan->rows.count - 1 - number : number];
}

static void enter_range(mmf_sqlite_scan *scan)
{
    if (!mmf_sqlite_scan_is_over(scan)) {
        const mmf_sqlite_range *range = range_at(scan, scan->range);

        scan->index = scan->is_descending ? range->last : range->first;
    }
}

void mmf_sqlite_scan_rewind(mmf_sqlite_scan *scan)
{
    scan->range = 0;
    enter_range(scan);
}

void mmf_sqlite_scan_step(mmf_sqlite_scan *scan)
{
    const mmf_sqlite_range *range = range_at(scan, scan->range);

    if (scan->index != (scan->is_descending ? range->first : range->last)) {
        scan->index += scan->is_descending ? UINT64_MAX : 1;
        return;
    }
    scan->range++;
    enter_range(scan);
}

void mmf_sqlite_scan_reset(mmf_sqlite_scan *scan)
{
    for (size_t i = 0; i < scan->predicate_count; i++) {
        mmf_sqlite_predicate_clear(&scan->predicates[i]);
    }
    sqlite3_free(scan->predicates);
    mmf_sqlite_ranges_clear(&scan->rows);
    scan->predicates = NULL;
    scan->predicate_count = 0;
    scan->predicate_capacity = 0;
}
