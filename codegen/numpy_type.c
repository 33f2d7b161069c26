#include "codegen/numpy_type.h"

#include "schema/layout.h"

/* S: bytes without the zeros behind them, which a string's length does not count either. */
static void add_text_type(mmf_text *text, const mmf_field *field, mmf_numpy_notation notation)
{
    uint32_t gap = field->count > 0 ? field->element_size - mmf_field_content_size(field) : 0;
    char letter = field->type == MMF_TYPE_STRING ? 'S' : 'V';

    if (notation == MMF_NUMPY_DICT) {
        mmf_text_format(text,
                        "{\"names\": [\"len\", \"data\"], \"formats\": [\"<u4\", \"%c%u\"], "
                        "\"offsets\": [0, 4], \"itemsize\": %u}",
                        letter, field->max, 4 + field->max + gap);
        return;
    }
    mmf_text_format(text, "[('len', '<u4'), ('data', '|%c%u')", letter, field->max);
    if (gap > 0) {
        mmf_text_format(text, ", ('', '|V%u')", gap);
    }
    mmf_text_add(text, "]");
}

static void add_element_type(mmf_text *text, const mmf_field *field, bool is_raw,
                             mmf_numpy_notation notation)
{
    char quote = notation == MMF_NUMPY_DICT ? '"' : '\'';

    if (mmf_type_is_text(field->type)) {
        add_text_type(text, field, notation);
    } else if (field->logical == MMF_LOGICAL_TIMESTAMP && !is_raw) {
        mmf_text_format(text, "%c<M8[%s]%c", quote, mmf_time_unit_name(field->unit), quote);
    } else {
        mmf_text_format(text, "%c%s%c", quote,
                        mmf_column_info_of(mmf_column_of(field, true).kind)->numpy, quote);
    }
}

void mmf_numpy_add_type(mmf_text *text, const mmf_field *field, bool is_raw,
                        mmf_numpy_notation notation)
{
    bool is_array = field->count > 0 && notation == MMF_NUMPY_DICT;

    mmf_text_add(text, is_array ? "(" : "");
    add_element_type(text, field, is_raw, notation);
    if (is_array) {
        mmf_text_format(text, ", (%u,))", field->count);
    }
}

void mmf_numpy_add_member(mmf_text *text, const mmf_field *field, bool is_raw)
{
    mmf_text_format(text, "('%s', ", field->name.text);
    mmf_numpy_add_type(text, field, is_raw, MMF_NUMPY_DESCR);
    if (field->count > 0) {
        mmf_text_format(text, ", (%u,)", field->count);
    }
    mmf_text_add(text, ")");
}
