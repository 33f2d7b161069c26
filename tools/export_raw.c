/* raw: records as they lie in a file. */
#include "schema/crc32c.h"
#include "tools/export_parts.h"

#define COUNTER_OF_APPEND 512u /* at rest, and one step from 0: runtime/append.h */

static mmf_status begin(mmf_export *export)
{
    export->row_max = export->table->type.record_size;
    return MMF_OK;
}

static mmf_status put_row(mmf_export *export, uint64_t index)
{
    const mmf_record_type *type = &export->table->type;
    char *record = export->output.bytes + export->output.size;
    const uint64_t counter = COUNTER_OF_APPEND;
    uint32_t end = MMF_COUNTER_SIZE + type->payload_size;

    (void)index;
    memcpy(record, &counter, sizeof counter);
    memcpy(record + MMF_COUNTER_SIZE, export->payload, type->payload_size);
    memset(record + end, 0, type->record_size - end);
    if (type->checksum_offset) {
        uint32_t checksum = mmf_crc32c(0, export->payload, type->payload_size);

        memcpy(record + type->checksum_offset, &checksum, sizeof checksum);
    }
    export->output.size += type->record_size;
    return MMF_OK;
}

const mmf_export_format mmf_export_raw = {"raw", false, begin, put_row, NULL};
