#include <stdio.h>
#include <string.h>

#include "codegen/c_text.h"
#include "codegen/describe.h"
#include "codegen/emit.h"
#include "codegen/emit_scope.h"

/* --- Constants ------------------------------------------------------------------------------- */

static void add_field_constants(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const mmf_field *field = &emit->model->fields[field_index];
    const mmf_field_kind kind = mmf_field_kind_of(field);
    const struct {
        mmf_field_name name;
        bool is_there;
        uint32_t value;
    } constants[] = {
        {MMF_FIELD_NAME_field_offset, true, field->offset},
        {MMF_FIELD_NAME_field_max, kind.is_text, field->max},
        {MMF_FIELD_NAME_field_count, kind.is_array, field->count},
        {MMF_FIELD_NAME_field_scale, kind.is_decimal, field->scale},
    };

    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (constants[i].is_there) {
            mmf_text_format(text, "#define %s %u\n",
                            mmf_emit_field_name(emit, field_index, constants[i].name),
                            constants[i].value);
        }
    }
}

/* Columns of a definition, with a space behind it. */
static size_t definition_width(const char *name, uint32_t value)
{
    return (size_t)snprintf(NULL, 0, "#define %s %u ", name, value);
}

static void add_sizes(const mmf_emit *emit, mmf_text *text)
{
    const char *record = mmf_emit_name(emit, MMF_RECORD_NAME_record_size);
    const char *payload = mmf_emit_name(emit, MMF_RECORD_NAME_payload_size);
    size_t record_width = definition_width(record, emit->model->record_size);
    size_t payload_width = definition_width(payload, emit->model->payload_size);
    size_t width = record_width > payload_width ? record_width : payload_width;

    mmf_text_format(text, "#define %s %u ", record, emit->model->record_size);
    mmf_text_add_spaces(text, width - record_width);
    mmf_text_add(text, "/* bytes from one record to the next */\n");
    mmf_text_format(text, "#define %s %u ", payload, emit->model->payload_size);
    mmf_text_add_spaces(text, width - payload_width);
    mmf_text_format(text, "/* sizeof(%s) */\n\n", mmf_emit_name(emit, MMF_RECORD_NAME_record_t));
}

static void add_constants(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_format(text, "#define %s %u\n", mmf_emit_name(emit, MMF_RECORD_NAME_schema_version),
                    emit->model->version);
    add_sizes(emit, text);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        add_field_constants(emit, i, text);
    }
    mmf_text_add(text, "\n");
}

/* --- Enums ----------------------------------------------------------------------------------- */

/* Whether C takes all values as enumeration constants, which are ints. */
static bool are_ints(const mmf_field *field)
{
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        if (field->symbols[i].value < INT32_MIN || field->symbols[i].value > INT32_MAX) {
            return false;
        }
    }
    return true;
}

static void add_symbol_value(const mmf_field *field, uint32_t symbol, mmf_text *text)
{
    mmf_integer value = {.i = field->symbols[symbol].value};

    mmf_c_add_integer(text, MMF_TYPE_INT64, value);
}

static void add_enum_constants(const mmf_field *field, const mmf_field_names *names, mmf_text *text)
{
    mmf_text_add(text, "enum {\n");
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        mmf_text_format(text, "    %s = ", names->symbols[i]);
        add_symbol_value(field, i, text);
        mmf_text_add(text, i + 1 < field->symbol_count ? ",\n" : "\n");
    }
    mmf_text_add(text, "};\n\n");
}

static void add_macro_constants(const mmf_field *field, const mmf_field_names *names,
                                const char *type, mmf_text *text)
{
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        mmf_text_format(text, "#define %s ((%s)", names->symbols[i], type);
        add_symbol_value(field, i, text);
        mmf_text_add(text, ")\n");
    }
    mmf_text_add(text, "\n");
}

static void add_enum(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const mmf_field *field = &emit->model->fields[field_index];
    const mmf_field_names *names = &emit->names->fields[field_index];
    const char *type;

    if (field->type != MMF_TYPE_ENUM) {
        return;
    }
    type = mmf_emit_field_name(emit, field_index, MMF_FIELD_NAME_field_enum_t);
    mmf_text_format(text, "typedef %s %s;\n", mmf_type_info_of(field->base)->c_type, type);
    if (are_ints(field)) {
        add_enum_constants(field, names, text);
    } else {
        add_macro_constants(field, names, type, text);
    }
}

/* --- The record ------------------------------------------------------------------------------ */

static const char text_member[] = "    struct {\n"
                                  "        uint32_t len;\n"
                                  "        $element_t$ data[$max$];\n"
                                  "    } $member$";

/* C would round the struct up to a multiple of 4, where the next field is already. */
static const char packed_text_member[] = "    MMF_ALIGN_MEMBER(4) struct {\n"
                                         "        uint32_t len;\n"
                                         "        $element_t$ data[$max$];\n"
                                         "    } MMF_PACKED $member$";

static void add_member(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const mmf_field *field = &emit->model->fields[field_index];
    char max[12];
    mmf_hole item = {"max", max};
    mmf_emit_scope scope;
    mmf_holes holes = {&item, 1, &scope.holes};

    mmf_emit_scope_open(emit, field_index, &scope);
    snprintf(max, sizeof max, "%u", field->max);
    if (!mmf_type_is_text(field->type)) {
        mmf_text_fill(text, "    $element_t$ $member$", &scope.holes);
    } else {
        mmf_text_fill(text, emit->record->is_packed[field_index] ? packed_text_member : text_member,
                      &holes);
    }
    if (field->count > 0) {
        mmf_text_format(text, "[%u]", field->count);
    }
    mmf_text_add(text, ";");
    mmf_emit_scope_close(&scope, text);
}

/* The doc text and what the logical type says. */
static void add_member_doc(const mmf_field *field, bool one_line, mmf_text *doc)
{
    if (field->doc) {
        mmf_c_add_doc(doc, field->doc, one_line);
    }
    if (field->logical != MMF_LOGICAL_NONE) {
        mmf_text_add(doc, field->doc ? "; " : "");
        mmf_describe_logical(doc, field);
    }
}

/* Behind the member where the line has room for it, else above. */
static void add_documented_member(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const mmf_field *field = &emit->model->fields[field_index];
    mmf_text member = {0};
    mmf_text doc = {0};
    const char *last_line;

    add_member(emit, field_index, &member);
    last_line = strrchr(mmf_text_string(&member), '\n');
    last_line = last_line ? last_line + 1 : mmf_text_string(&member);
    add_member_doc(field, true, &doc);
    if (doc.size == 0) {
        mmf_text_format(text, "%s\n", mmf_text_string(&member));
    } else if (strlen(last_line) + strlen(" /*  */") + mmf_text_width(doc.data, doc.size) <=
               MMF_TEXT_COLUMNS) {
        mmf_text_format(text, "%s /* %s */\n", mmf_text_string(&member), doc.data);
    } else {
        mmf_text_clear(&doc);
        add_member_doc(field, false, &doc);
        mmf_c_add_comment(text, 4, mmf_text_string(&doc));
        mmf_text_format(text, "%s\n", mmf_text_string(&member));
    }
    text->out_of_memory |= member.out_of_memory | doc.out_of_memory;
    mmf_text_clear(&member);
    mmf_text_clear(&doc);
}

static void add_record(const mmf_emit *emit, mmf_text *text)
{
    const char *record_t = mmf_emit_name(emit, MMF_RECORD_NAME_record_t);
    mmf_text doc = {0};

    if (emit->model->doc) {
        mmf_c_add_doc(&doc, emit->model->doc, false);
        mmf_text_add(&doc, "\n");
    }
    mmf_text_add(&doc, "The payload as it lies in the file behind the sequence counter.");
    mmf_c_add_comment(text, 0, mmf_text_string(&doc));
    mmf_text_format(text, "typedef struct %s {\n", record_t);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        add_documented_member(emit, i, text);
    }
    if (emit->record->tail_size > 0) {
        mmf_text_format(text, "    uint8_t mmf_padding[%u]; /* zero */\n", emit->record->tail_size);
    }
    mmf_text_format(text, "} %s;\n\n", record_t);
    text->out_of_memory |= doc.out_of_memory;
    mmf_text_clear(&doc);
}

static const char assert_record[] =
    "MMF_ASSERT_LAYOUT(sizeof($record_t$) == $payload_size$, \"$record_t$\");\n";

static const char assert_field[] =
    "MMF_ASSERT_LAYOUT(offsetof($record_t$, $member$) + 8 == $field_offset$, "
    "\"$record_t$.$member$\");\n";

static const char assert_field_size[] =
    "MMF_ASSERT_LAYOUT(sizeof((($record_t$ *)0)->$member$) == $size$, "
    "\"$record_t$.$member$\");\n";

/* C says the size of a single text, which may be rounded up; all else is as large as in the file.
 */
static void add_asserts(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_fill(text, assert_record, &emit->names->holes);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        mmf_field_kind kind = mmf_field_kind_of(&emit->model->fields[i]);
        mmf_emit_scope scope;

        mmf_emit_scope_open(emit, i, &scope);
        mmf_text_fill(text, assert_field, &scope.holes);
        if (kind.is_array) {
            mmf_text_fill(text, assert_field_size, &scope.holes);
        }
        mmf_emit_scope_close(&scope, text);
    }
    mmf_text_add(text, "\n");
}

void mmf_emit_struct(const mmf_emit *emit, mmf_text *text)
{
    add_constants(emit, text);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        add_enum(emit, i, text);
    }
    add_record(emit, text);
    add_asserts(emit, text);
}
