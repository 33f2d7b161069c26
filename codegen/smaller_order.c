/* Looks for an order of fields that needs less padding. Best fit is not always reached, as fields
 * of odd sizes make it a packing problem; what is found is computed by the real layout. */
#include <stdlib.h>
#include <string.h>

#include "codegen/print_layout.h"
#include "schema/layout.h"

static uint32_t padding_before(const mmf_field *field, uint32_t position)
{
    return (field->alignment - position % field->alignment) % field->alignment;
}

/* Less padding first, then the larger alignment, then declaration order. */
static bool is_better(const mmf_field *field, const mmf_field *best, uint32_t position)
{
    uint32_t padding = padding_before(field, position);
    uint32_t best_padding = padding_before(best, position);

    return padding < best_padding ||
           (padding == best_padding && field->alignment > best->alignment);
}

static void order_greedily(const mmf_model *model, bool *is_placed, uint32_t *order)
{
    uint32_t position = MMF_COUNTER_SIZE;

    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *best = NULL;

        for (uint32_t k = 0; k < model->field_count; k++) {
            const mmf_field *field = &model->fields[k];

            if (!is_placed[k] && (!best || is_better(field, best, position))) {
                best = field;
            }
        }
        order[i] = (uint32_t)(best - model->fields);
        is_placed[order[i]] = true;
        position += padding_before(best, position) + best->size;
    }
}

/* The record size that the layout gives to that order; 0 when out of memory. */
static uint32_t size_of_order(const mmf_model *model, const uint32_t *order)
{
    mmf_model reordered = *model;
    mmf_diagnostics diagnostics = {0};
    mmf_status status;

    /* shallow copies: the layout only writes to offsets and sizes */
    reordered.fields = malloc(model->field_count * sizeof *reordered.fields);
    if (!reordered.fields) {
        return 0;
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        reordered.fields[i] = model->fields[order[i]];
    }
    status = mmf_layout_compute(&reordered, &diagnostics);
    mmf_diagnostics_clear(&diagnostics);
    free(reordered.fields);
    return status == MMF_OK ? reordered.record_size : 0;
}

bool mmf_smaller_order(const mmf_model *model, uint32_t *ret_order, uint32_t *ret_record_size)
{
    bool *is_placed = calloc(model->field_count, sizeof *is_placed);
    uint32_t size;

    if (!is_placed) {
        return false;
    }
    order_greedily(model, is_placed, ret_order);
    free(is_placed);
    size = size_of_order(model, ret_order);
    if (size == 0 || size >= model->record_size) {
        return false;
    }
    *ret_record_size = size;
    return true;
}
