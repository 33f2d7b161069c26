#include <stdio.h>

#include "codegen/emit_scope.h"
#include "codegen/emit_test_parts.h"

static const char number_function[] =
    "/* A number that seems random, the same one for the same arguments. */\n"
    "static uint64_t mmf_t_number(uint64_t value, uint64_t index, uint64_t element)\n"
    "{\n"
    "    uint64_t n = value * UINT64_C(0x9e3779b97f4a7c15) + (index << 32) + element;\n"
    "\n"
    "    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);\n"
    "    n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);\n"
    "    return n ^ n >> 31;\n"
    "}\n"
    "\n";

static const char text_function[] =
    "/* Fills in a text that follows from the value; returns its length. */\n"
    "static uint32_t mmf_t_text(void *data, uint32_t capacity, uint64_t value)\n"
    "{\n"
    "    uint32_t len = (uint32_t)(value % (capacity + UINT64_C(1)));\n"
    "\n"
    "    for (uint32_t i = 0; i < len; i++) {\n"
    "        ((unsigned char *)data)[i] = (unsigned char)('a' + (value / 7 + i) % 26);\n"
    "    }\n"
    "    return len;\n"
    "}\n"
    "\n";

/* --- Values ---------------------------------------------------------------------------------- */

static void add_symbol_table(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const mmf_field *field = &emit->model->fields[field_index];
    mmf_emit_scope scope;

    if (field->type != MMF_TYPE_ENUM) {
        return;
    }
    mmf_emit_scope_open(emit, field_index, &scope);
    mmf_text_fill(text, "static const $element_t$ mmf_t_symbols_$member$[] = {\n", &scope.holes);
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        mmf_text_format(text, "    %s,\n", emit->names->fields[field_index].symbols[i]);
    }
    mmf_text_add(text, "};\n\n");
    mmf_emit_scope_close(&scope, text);
}

/* A value of the field's type made from $number$. */
static const char *value_pattern(const mmf_field *field)
{
    switch (field->type) {
    case MMF_TYPE_BOOL:
        return "($number$ & 1) != 0";
    case MMF_TYPE_FLOAT32:
        return "(float)($number$ >> 40)";
    case MMF_TYPE_FLOAT64:
        return "(double)($number$ >> 11)";
    case MMF_TYPE_ENUM:
        return "mmf_t_symbols_$member$[$number$ % $symbol_count$]";
    case MMF_TYPE_UINT64:
        return "$number$";
    default:
        return "($element_t$)$number$";
    }
}

static const char fill_single[] = "    record->$member$ = $value$;\n";

static const char fill_elements[] = "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
                                    "        record->$member$[i] = $value$;\n"
                                    "    }\n";

static const char fill_text[] =
    "    record->$member$.len = mmf_t_text(record->$member$.data, $field_max$, $number$);\n";

static const char fill_texts[] =
    "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "        record->$member$[i].len = mmf_t_text(record->$member$[i].data, $field_max$, "
    "$number$);\n"
    "    }\n";

static void add_fill_field(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const mmf_field *field = &emit->model->fields[field_index];
    mmf_field_kind kind = mmf_field_kind_of(field);
    char number[64];
    char symbol_count[12];
    mmf_text value = {0};
    mmf_emit_scope scope;
    mmf_hole items[] = {{"number", number}, {"symbol_count", symbol_count}, {"value", NULL}};
    mmf_holes holes = {items, 3, &scope.holes};

    mmf_emit_scope_open(emit, field_index, &scope);
    snprintf(number, sizeof number, "mmf_t_number(value, %u, %s)", field_index,
             kind.is_array ? "i" : "0");
    snprintf(symbol_count, sizeof symbol_count, "%u", field->symbol_count);
    if (kind.is_text) {
        mmf_text_fill(text, kind.is_array ? fill_texts : fill_text, &holes);
    } else {
        mmf_text_fill_raw(&value, value_pattern(field), &holes);
        items[2].value = mmf_text_string(&value);
        mmf_text_fill(text, kind.is_array ? fill_elements : fill_single, &holes);
    }
    mmf_emit_scope_close(&scope, text);
    text->out_of_memory |= value.out_of_memory;
    mmf_text_clear(&value);
}

static void add_fill(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_fill(text,
                  "/* The record of a value: every field follows from it. */\n"
                  "static void mmf_t_fill($record_t$ *record, uint64_t value)\n"
                  "{\n"
                  "    memset(record, 0, sizeof *record);\n",
                  &emit->names->holes);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        add_fill_field(emit, i, text);
    }
    mmf_text_add(text, "}\n\n");
}

/* --- Comparison ------------------------------------------------------------------------------ */

/* By bytes: values are exact, and what is behind a text's end is zero in both. */
static void add_same(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_fill(text,
                  "static bool mmf_t_same(const $record_t$ *first, const $record_t$ *next)\n"
                  "{\n",
                  &emit->names->holes);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        bool is_last = i + 1 == emit->model->field_count;
        mmf_emit_scope scope;

        mmf_emit_scope_open(emit, i, &scope);
        mmf_text_add(text, i == 0 ? "    return " : "           ");
        mmf_text_fill(text,
                      "memcmp(&first->$member$, &next->$member$, sizeof first->$member$) == 0",
                      &scope.holes);
        mmf_text_add(text, is_last ? ";\n" : " &&\n");
        mmf_emit_scope_close(&scope, text);
    }
    mmf_text_add(text, "}\n\n");
}

void mmf_emit_test_patterns(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_add(text, number_function);
    if (emit->record->has_texts) {
        mmf_text_add(text, text_function);
    }
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        add_symbol_table(emit, i, text);
    }
    add_fill(emit, text);
    add_same(emit, text);
}
