#include "tools/facts.h"

#include <stddef.h>
#include <string.h>

#include "runtime/seqlock.h"
#include "schema/json.h"
#include "tools/table.h"

/* --- The schema ------------------------------------------------------------------------------ */

/* The file's own, or the given one, which has to be that of the file. */
static mmf_status find_model(const char *path, const char *schema_path,
                             mmf_diagnostics *diagnostics, mmf_facts *facts, mmf_error *error)
{
    mmf_record_type type;
    mmf_status status;
    uint32_t format;

    if (!schema_path) {
        return mmf_table_schema_of(path, &facts->model, &format, error);
    }
    status = mmf_schema_load(schema_path, diagnostics, &facts->model);
    if (status != MMF_OK) {
        return mmf_error_set(error, status, "%s: %s", schema_path, mmf_status_text(status));
    }
    status = mmf_table_record_type(facts->model, facts->info.format, "", &type, error);
    if (status == MMF_OK &&
        (memcmp(type.schema_hash, facts->info.schema_hash, sizeof type.schema_hash) != 0 ||
         type.record_size != facts->info.record_size)) {
        status = mmf_error_set(error, MMF_E_SCHEMA, "%s: its records are not those of %s", path,
                               schema_path);
    }
    return status;
}

/* --- The store ------------------------------------------------------------------------------- */

/* Records of whatever the header says: nothing here looks into them. */
static mmf_record_type type_of(const mmf_header_info *info)
{
    mmf_record_type type = {
        .name = "",
        .format = info->format,
        .schema_version = info->schema_version,
        .record_size = info->record_size,
        .payload_size = info->payload_size,
        .checksum_offset = info->checksum_offset,
        .record_align = info->record_align,
        .capacity = info->capacity,
    };

    memcpy(type.schema_hash, info->schema_hash, sizeof type.schema_hash);
    return type;
}

static bool has_living_writer(const mmf_store_info *info)
{
    for (uint32_t i = 0; i < info->writer_count; i++) {
        if (info->writers[i].is_alive) {
            return true;
        }
    }
    return false;
}

static mmf_facts_state state_of(const mmf_store_info *info)
{
    if (info->format == MMF_FORMAT_1) {
        return MMF_FACTS_UNKNOWN;
    }
    if ((info->state & MMF_STATE_DIRTY) == 0) {
        return MMF_FACTS_CLEAN;
    }
    return info->is_other_boot       ? MMF_FACTS_CRASHED
           : !info->knows_writers    ? MMF_FACTS_DIRTY
           : has_living_writer(info) ? MMF_FACTS_IN_USE
                                     : MMF_FACTS_ABANDONED;
}

/* Of the header and the records there is room for: a file may have a terabyte of holes behind. */
static void look_at_memory(const mmf_store *store, mmf_facts *facts)
{
    const char *begin =
        (const char *)store->record_count - offsetof(mmf_header_common, record_count);
    uint64_t size = facts->info.data_offset + facts->store.capacity * facts->info.record_size;
    mmf_map_info map;

    size = size < facts->store.file_bytes ? size : facts->store.file_bytes;
    facts->knows_resident = mmf_map_resident(begin, size, &facts->resident_bytes) == MMF_OK;
    if (mmf_store_map_report(store, &map) == MMF_OK && map.knows_areas) {
        facts->knows_huge = true;
        facts->huge_bytes = map.file_huge_bytes + map.shmem_huge_bytes + map.hugetlb_bytes;
    }
}

/* Format 1 knows of no slots: whatever its odd counters are. */
static void note_odd(mmf_facts *facts, uint64_t index, uint64_t counter)
{
    uint32_t slot = facts->info.format == MMF_FORMAT_1 ? 0 : mmf_sequence_slot(counter);
    mmf_facts_owner *owner = &facts->owners[slot];

    if (facts->info.checksum_offset != 0 && slot == 0) {
        facts->torn_first = facts->torn_count++ == 0 ? index : facts->torn_first;
        return;
    }
    owner->first = owner->record_count++ == 0 ? index : owner->first;
    facts->odd_count++;
}

static void scan(const mmf_store *store, mmf_facts *facts)
{
    uint64_t count = mmf_store_len(store);
    const unsigned char *record = store->records;

    for (uint64_t i = 0; i < count; i++, record += facts->info.record_size) {
        uint64_t counter = mmf_load_relaxed(mmf_record_counter(record));

        if (mmf_sequence_is_odd(counter)) {
            note_odd(facts, i, counter);
        }
    }
    facts->has_scanned = true;
}

static mmf_status look_at_store(const char *path, bool scans, mmf_facts *facts, mmf_error *error)
{
    mmf_options options = {.flags = MMF_READ_ONLY | MMF_GUARD, .error = error};
    mmf_record_type type = type_of(&facts->info);
    mmf_store *store = NULL;
    mmf_status status = mmf_store_open(path, &type, &options, &store);

    if (status != MMF_OK) {
        return status;
    }
    status = mmf_store_stat(store, &facts->store);
    if (status == MMF_OK) {
        facts->state = state_of(&facts->store);
        look_at_memory(store, facts);
        if (scans) {
            scan(store, facts);
        }
    } else {
        (void)mmf_error_set(error, status, "%s: %s", path, mmf_status_text(status));
    }
    (void)mmf_store_close(store);
    return status;
}

mmf_status mmf_facts_collect(const char *path, const char *schema_path, bool scans,
                             mmf_diagnostics *diagnostics, mmf_facts *ret_facts, mmf_error *error)
{
    mmf_facts *facts = ret_facts;
    mmf_status status;

    memset(facts, 0, sizeof *facts);
    status = mmf_table_header_of(path, &facts->header, &facts->info, error);
    if (status == MMF_OK) {
        status = find_model(path, schema_path, diagnostics, facts, error);
    }
    if (status == MMF_OK) {
        status = look_at_store(path, scans, facts, error);
    }
    if (status != MMF_OK) {
        mmf_facts_clear(facts);
    }
    return status;
}

void mmf_facts_clear(mmf_facts *facts)
{
    mmf_model_free(facts->model);
    facts->model = NULL;
}
