#include "tools/rewrite.h"

#include <inttypes.h>
#include <stdlib.h>

#include "runtime/seqlock.h"
#include "tools/record_read.h"

#define BYTES_BETWEEN_LOOKS (4u << 20)

typedef struct rewriting {
    const mmf_table *table;
    const mmf_conversion *conversion;
    mmf_draft *draft;
    const mmf_rewrite_options *options;
    mmf_rewrite_result *result;
    mmf_error *error;
    uint8_t *from;
    uint8_t *to;
    uint64_t first_damaged;
    uint64_t next_look; /* index of a record */
} rewriting;

void mmf_rewrite_measure(const mmf_table *table, mmf_rewrite_result *ret_result)
{
    mmf_store_info *info = malloc(sizeof *info);
    uint64_t in_header = mmf_load_acquire(table->store->record_count);

    *ret_result = (mmf_rewrite_result){.records = mmf_store_len(table->store)};
    if (info && mmf_store_stat(table->store, info) == MMF_OK) {
        ret_result->bytes_before = info->file_bytes;
        if (info->is_other_boot && (info->state & MMF_STATE_DIRTY) != 0 &&
            in_header > ret_result->records) {
            ret_result->not_durable = in_header - ret_result->records;
        }
    }
    free(info);
}

static bool goes_on(rewriting *rewriting, uint64_t index, uint64_t count)
{
    const mmf_rewrite_options *options = rewriting->options;
    uint64_t size = rewriting->table->type.record_size;

    if (index < rewriting->next_look || !options->progress) {
        return true;
    }
    rewriting->next_look = index + BYTES_BETWEEN_LOOKS / size + 1;
    return options->progress(options->context, index * size, count * size);
}

static void note_damaged(rewriting *rewriting, uint64_t index, const char *what)
{
    if (rewriting->result->damaged == 0) {
        rewriting->first_damaged = index;
    }
    rewriting->result->damaged++;
    rewriting->next_look = 0; /* it may have taken long to be told */
    if (rewriting->options->tell) {
        rewriting->options->tell(rewriting->options->context, index, what);
    }
}

static mmf_status rewrite_record(rewriting *rewriting, uint64_t index)
{
    mmf_error detail = {0};
    const uint8_t *to = rewriting->to;
    mmf_status status = mmf_record_read(rewriting->table, index, rewriting->from, &detail);

    if (status != MMF_OK && !mmf_record_is_damaged(status)) {
        return mmf_error_set(rewriting->error, status, "%s: record %" PRIu64 ": %s",
                             mmf_store_path(rewriting->table->store), index, detail.text);
    }
    if (status != MMF_OK) {
        note_damaged(rewriting, index, detail.text);
    }
    if (status != MMF_OK && rewriting->options->damaged == MMF_DAMAGED_BLANK) {
        to = rewriting->conversion->initial;
    } else {
        mmf_convert(rewriting->conversion, rewriting->from, rewriting->to);
    }
    return mmf_draft_add(rewriting->draft, to, rewriting->error);
}

static mmf_status rewrite_all(rewriting *rewriting, uint64_t count)
{
    uint64_t total = count * rewriting->table->type.record_size;
    mmf_status status = MMF_OK;

    for (uint64_t i = 0; i < count && status == MMF_OK; i++) {
        status = goes_on(rewriting, i, count)
                     ? rewrite_record(rewriting, i)
                     : mmf_error_set(rewriting->error, MMF_E_CANCELLED, "cancelled");
    }
    if (status == MMF_OK && rewriting->options->progress &&
        !rewriting->options->progress(rewriting->options->context, total, total)) {
        return mmf_error_set(rewriting->error, MMF_E_CANCELLED, "cancelled");
    }
    if (status == MMF_OK && rewriting->result->damaged > 0 &&
        rewriting->options->damaged == MMF_DAMAGED_REFUSE) {
        return mmf_error_set(rewriting->error, MMF_E_CORRUPT,
                             "%s: %" PRIu64 " of %" PRIu64
                             " records are damaged, the first is %" PRIu64 ": nothing was made",
                             mmf_store_path(rewriting->table->store), rewriting->result->damaged,
                             count, rewriting->first_damaged);
    }
    return status;
}

mmf_status mmf_rewrite(const mmf_table *table, uint64_t count, const mmf_conversion *conversion,
                       mmf_draft *draft, const mmf_rewrite_options *options,
                       mmf_rewrite_result *result, mmf_error *error)
{
    rewriting rewriting = {
        .table = table,
        .conversion = conversion,
        .draft = draft,
        .options = options,
        .result = result,
        .error = error,
        .from = calloc(1, table->type.payload_size),
        .to = calloc(1, conversion->to->payload_size),
    };
    mmf_status status = rewriting.from && rewriting.to
                            ? rewrite_all(&rewriting, count)
                            : mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");

    result->bytes = mmf_draft_file_bytes(draft);
    free(rewriting.from);
    free(rewriting.to);
    return status;
}
