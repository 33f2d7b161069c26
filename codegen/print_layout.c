#include "codegen/print_layout.h"

#include <stdlib.h>
#include <string.h>

#include "codegen/c_record.h"
#include "codegen/describe.h"
#include "schema/layout.h"

#define CACHE_LINE 64

typedef struct drawing {
    const mmf_model *model;
    mmf_text *text;
    int type_width;
    uint32_t line; /* cache line of the last row */
    uint32_t hole_count;
    uint32_t hole_bytes;
} drawing;

/* Says that one or more cache lines begin at or before `offset`, behind what was drawn last. */
static void draw_cache_lines(drawing *to, uint32_t offset)
{
    uint32_t line = offset / CACHE_LINE;

    if (line == to->line) {
        return;
    }
    if (line * CACHE_LINE == offset) {
        mmf_text_format(to->text, "  ---------------- cache line %u\n", line);
    } else {
        mmf_text_format(to->text, "  ---------------- cache line %u began at %u\n", line,
                        line * CACHE_LINE);
    }
    to->line = line;
}

static void draw_row(drawing *to, uint32_t offset, uint32_t size, const char *type,
                     const char *name)
{
    draw_cache_lines(to, offset);
    mmf_text_format(to->text, "%8u%10u  %-*s  %s\n", offset, size, to->type_width, type, name);
}

static void draw_hole(drawing *to, uint32_t offset, uint32_t size, const char *what)
{
    if (size > 0) {
        draw_row(to, offset, size, "", what);
        to->hole_count++;
        to->hole_bytes += size;
    }
}

static void draw_field(drawing *to, const mmf_field *field)
{
    mmf_text type = {0};
    uint32_t gap = field->element_size - mmf_field_content_size(field);

    mmf_describe_type(&type, field);
    draw_row(to, field->offset, field->size, mmf_text_string(&type), field->name.text);
    if (field->count > 0 && gap > 0) {
        mmf_text_format(to->text, "%20s(of which %u behind each element are padding)\n", "", gap);
        to->hole_bytes += gap * field->count;
        to->hole_count += field->count;
    }
    to->text->out_of_memory |= type.out_of_memory;
    mmf_text_clear(&type);
}

static int widest_type(const mmf_model *model)
{
    size_t widest = strlen("type");

    for (uint32_t i = 0; i < model->field_count; i++) {
        mmf_text type = {0};

        mmf_describe_type(&type, &model->fields[i]);
        widest = type.size > widest ? type.size : widest;
        mmf_text_clear(&type);
    }
    return (int)widest;
}

static void draw_rows(drawing *to)
{
    const mmf_model *model = to->model;
    uint32_t end = MMF_COUNTER_SIZE + model->payload_size;

    mmf_text_format(to->text, "  offset      size  %-*s  field\n", to->type_width, "type");
    draw_row(to, 0, MMF_COUNTER_SIZE, "uint64", "(sequence counter)");
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];
        bool is_last = i + 1 == model->field_count;

        draw_field(to, field);
        draw_hole(to, field->offset + field->size, mmf_c_padding_behind(model, i),
                  is_last ? "(padding to a multiple of 8)" : "(hole)");
    }
    if (model->checksum_offset) {
        draw_row(to, model->checksum_offset, MMF_RECORD_CHECKSUM_SIZE, "uint32",
                 "(CRC-32C of the payload, then 4 of zero)");
        end += MMF_RECORD_CHECKSUM_SIZE;
    }
    draw_hole(to, end, model->record_size - end, "(padding to the record's align)");
    mmf_text_format(to->text, "%8u            end of record\n\n", model->record_size);
}

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

static void draw_totals(const drawing *to)
{
    const mmf_model *model = to->model;
    uint32_t lines = (model->record_size + CACHE_LINE - 1) / CACHE_LINE;

    mmf_text_format(to->text, "%u byte%s in %u hole%s; %u cache line%s of %u bytes%s\n",
                    to->hole_bytes, plural(to->hole_bytes), to->hole_count, plural(to->hole_count),
                    lines, plural(lines), CACHE_LINE,
                    model->record_size % CACHE_LINE ? ", as record 0 lies" : "");
}

static mmf_status draw_hint(const drawing *to)
{
    const mmf_model *model = to->model;
    uint32_t *order = malloc(model->field_count * sizeof *order);
    uint32_t size;

    if (!order) {
        return MMF_E_NO_MEMORY;
    }
    if (mmf_smaller_order(model, order, &size)) {
        mmf_text_format(to->text, "hint: %u bytes instead of %u in this order:", size,
                        model->record_size);
        for (uint32_t i = 0; i < model->field_count; i++) {
            mmf_text_format(to->text, "%s%s", i == 0 ? " " : ", ",
                            model->fields[order[i]].name.text);
        }
        mmf_text_add(to->text, "\n");
    }
    free(order);
    return MMF_OK;
}

mmf_status mmf_print_layout(const mmf_model *model, mmf_text *text)
{
    drawing to = {.model = model, .text = text, .type_width = widest_type(model)};
    mmf_status status;

    mmf_text_format(text, "%s v%u, format %u: %u bytes a record, aligned to %u\n\n",
                    model->name.text, model->version, model->format, model->record_size,
                    model->align);
    draw_rows(&to);
    draw_totals(&to);
    status = draw_hint(&to);
    return text->out_of_memory ? MMF_E_NO_MEMORY : status;
}
