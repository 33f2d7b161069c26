#include "codegen/emit_initial.h"

#include "codegen/c_text.h"
#include "codegen/emit_scope.h"

static const mmf_value zero_value;

/* Where the initializer of one field stands, and how wide its line is by now. */
typedef struct initializer {
    const mmf_emit *emit;
    uint32_t field_index;
    const mmf_field *field;
    mmf_text *text;
} initializer;

static const mmf_value *value_of(const mmf_field *field, uint32_t element)
{
    return field->defaults ? &field->defaults[element] : &zero_value;
}

static void add_enum_value(const initializer *to, int64_t value)
{
    const mmf_symbol *symbol = mmf_field_symbol(to->field, value);

    if (symbol) {
        const mmf_field_names *names = &to->emit->names->fields[to->field_index];

        mmf_text_add(to->text, names->symbols[symbol - to->field->symbols]);
    } else {
        mmf_c_add_integer(to->text, MMF_TYPE_INT64, (mmf_integer){.i = value});
    }
}

/* A list and not a literal: C++ wants room for a literal's NUL. */
static void add_content(const initializer *to, const mmf_value *value)
{
    mmf_text_add(to->text, "{");
    for (uint32_t i = 0; i < value->length; i++) {
        mmf_text_add(to->text, i == 0 ? "" : i % 16 == 0 ? ",\n     " : ", ");
        if (to->field->type == MMF_TYPE_STRING) {
            mmf_c_add_character(to->text, value->bytes[i]);
        } else {
            mmf_text_format(to->text, "0x%02x", value->bytes[i]);
        }
    }
    mmf_text_add(to->text, value->length > 0 ? "}" : "0}");
}

static void add_value(const initializer *to, const mmf_value *value)
{
    if (mmf_type_is_text(to->field->type)) {
        mmf_text_format(to->text, "{%u, ", value->length);
        add_content(to, value);
        mmf_text_add(to->text, "}");
    } else if (to->field->type == MMF_TYPE_ENUM) {
        add_enum_value(to, value->integer.i);
    } else if (mmf_type_is_float(to->field->type)) {
        mmf_c_add_float(to->text, to->field->type, value->real);
    } else {
        mmf_c_add_integer(to->text, to->field->type, value->integer);
    }
}

/* Without defaults one element is enough: the others are zero then. */
static void add_array(const initializer *to)
{
    uint32_t count = to->field->defaults ? to->field->count : 1;
    size_t line_begin = to->text->size;

    mmf_text_add(to->text, "{");
    for (uint32_t i = 0; i < count; i++) {
        if (to->text->size - line_begin > MMF_TEXT_COLUMNS - 40) {
            mmf_text_add(to->text, "\n    ");
            line_begin = to->text->size;
        }
        add_value(to, value_of(to->field, i));
        mmf_text_add(to->text, i + 1 < count ? ", " : "}");
    }
}

static void add_initial(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_fill(text, "static const $record_t$ $initial$ = {\n", &emit->names->holes);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        const mmf_field *field = &emit->model->fields[i];
        initializer to = {emit, i, field, text};

        mmf_text_add(text, "    ");
        if (field->count > 0) {
            add_array(&to);
        } else {
            add_value(&to, value_of(field, 0));
        }
        mmf_text_format(text, ", /* %s */\n", field->name.text);
    }
    mmf_text_add(text, emit->record->tail_size > 0 ? "    {0},\n};\n\n" : "};\n\n");
}

void mmf_emit_initial(const mmf_emit *emit, mmf_text *text)
{
    bool has_defaults = mmf_model_has_defaults(emit->model);

    if (has_defaults) {
        add_initial(emit, text);
    }
    mmf_text_fill(text, "void $init$($record_t$ *ret_record)\n{\n", &emit->names->holes);
    mmf_text_fill(text,
                  has_defaults ? "    *ret_record = $initial$;\n"
                               : "    memset(ret_record, 0, sizeof *ret_record);\n",
                  &emit->names->holes);
    mmf_text_add(text, "}\n\n");
}
