#include <stdio.h>
#include <string.h>

#include "codegen/c_text.h"
#include "codegen/emit.h"
#include "codegen/emit_initial.h"
#include "codegen/emit_scope.h"

/* --- The record type ------------------------------------------------------------------------- */

static void add_schema_text(const mmf_emit *emit, mmf_text *text)
{
    if (emit->model->format == 1) {
        return;
    }
    mmf_text_fill(text, "static const char $schema_text$[] =\n", &emit->names->holes);
    mmf_c_add_long_string(text, emit->canonical, strlen(emit->canonical));
    mmf_text_add(text, ";\n\n");
}

/* A line of an initializer: the value, and at one column what it is. */
static void add_value(mmf_text *text, const char *value, const char *comment)
{
    size_t width = strlen(value) + 5;

    mmf_text_format(text, "    %s,", value);
    mmf_text_add_spaces(text, width < 36 ? 36 - width : 1);
    mmf_text_format(text, "/* %s */\n", comment);
}

static void add_number(mmf_text *text, uint64_t value, const char *comment)
{
    char number[24];

    snprintf(number, sizeof number, value > INT32_MAX ? "UINT64_C(%llu)" : "%llu",
             (unsigned long long)value);
    add_value(text, number, comment);
}

static void add_hash(mmf_text *text, const uint8_t hash[32])
{
    for (uint32_t i = 0; i < 32; i++) {
        mmf_text_add(text, i == 0 ? "    {" : i % 8 == 0 ? "     " : " ");
        mmf_text_format(text, "0x%02x", hash[i]);
        mmf_text_add(text, i == 31 ? "}, /* schema_hash */\n" : i % 8 == 7 ? ",\n" : ",");
    }
}

static void add_record_type(const mmf_emit *emit, mmf_text *text)
{
    const mmf_model *model = emit->model;
    const char *schema_text = mmf_emit_name(emit, MMF_RECORD_NAME_schema_text);
    mmf_text value = {0};

    mmf_text_fill(text, "const mmf_record_type $record_type$ = {\n", &emit->names->holes);
    mmf_text_format(&value, "\"%s\"", model->name.text);
    add_value(text, mmf_text_string(&value), "name");
    add_number(text, model->format, "format");
    add_value(text, mmf_emit_name(emit, MMF_RECORD_NAME_schema_version), "schema_version");
    add_value(text, mmf_emit_name(emit, MMF_RECORD_NAME_record_size), "record_size");
    add_value(text, mmf_emit_name(emit, MMF_RECORD_NAME_payload_size), "payload_size");
    add_number(text, model->checksum_offset, "checksum_offset");
    add_number(text, model->align, "record_align");
    mmf_text_clear(&value);
    mmf_text_format(&value, "sizeof %s - 1", schema_text);
    add_value(text, model->format == 1 ? "0" : mmf_text_string(&value), "schema_text_size");
    add_number(text, model->capacity, "capacity");
    add_hash(text, model->hash);
    add_value(text, model->format == 1 ? "NULL" : schema_text, "schema_text");
    mmf_text_add(text, "};\n\n");
    text->out_of_memory |= value.out_of_memory;
    mmf_text_clear(&value);
}

/* --- Create, open, names of symbols ---------------------------------------------------------- */

static const char create_and_open[] =
    "mmf_status $store_create$(const char *path, const mmf_options *options, "
    "$store_t$ **ret_store)\n"
    "{\n"
    "    mmf_store *base;\n"
    "    mmf_status status = mmf_store_create(path, &$record_type$, options, &base);\n"
    "\n"
    "    if (status == MMF_OK) {\n"
    "        *ret_store = ($store_t$ *)(void *)base;\n"
    "    }\n"
    "    return status;\n"
    "}\n"
    "\n"
    "mmf_status $store_open$(const char *path, const mmf_options *options, "
    "$store_t$ **ret_store)\n"
    "{\n"
    "    mmf_store *base;\n"
    "    mmf_status status = mmf_store_open(path, &$record_type$, options, &base);\n"
    "\n"
    "    if (status == MMF_OK) {\n"
    "        *ret_store = ($store_t$ *)(void *)base;\n"
    "    }\n"
    "    return status;\n"
    "}\n"
    "\n";

static void add_symbol_names(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const mmf_field *field = &emit->model->fields[field_index];

    mmf_text_fill(text,
                  "const char *$field_name$($field_enum_t$ value)\n"
                  "{\n"
                  "    switch (value) {\n",
                  &emit->names->fields[field_index].holes);
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        mmf_text_format(text,
                        "    case %s:\n"
                        "        return \"%s\";\n",
                        emit->names->fields[field_index].symbols[i], field->symbols[i].name.text);
    }
    mmf_text_add(text, "    default:\n"
                       "        return NULL;\n"
                       "    }\n"
                       "}\n"
                       "\n");
}

/* --- Append ---------------------------------------------------------------------------------- */

static const char append_long_begin[] =
    "MMF_NOT_INLINE static mmf_status $append_long$($store_t$ *store, "
    "const $record_t$ *record, uint64_t *ret_index)\n"
    "{\n"
    "    mmf_append_section section = {NULL, 0};\n"
    "    mmf_status status;\n"
    "\n";

static const char append_null_is_zero[] =
    "    if (!record) {\n"
    "        return mmf_append_zero(&store->base, ret_index);\n"
    "    }\n";

static const char append_checked[] = "    status = $check$(record);\n"
                                     "    if (status != MMF_OK) {\n"
                                     "        return status;\n"
                                     "    }\n";

static const char append_null_is_initial[] = "    if (!record) {\n"
                                             "        record = &$initial$;\n"
                                             "    }\n";

static const char append_null_is_initial_checked[] = "    if (record) {\n"
                                                     "        status = $check$(record);\n"
                                                     "        if (status != MMF_OK) {\n"
                                                     "            return status;\n"
                                                     "        }\n"
                                                     "    } else {\n"
                                                     "        record = &$initial$;\n"
                                                     "    }\n";

static const char append_long_end[] =
    "    status = mmf_append_begin(&store->base, 1, &section);\n"
    "    if (status != MMF_OK) {\n"
    "        return status;\n"
    "    }\n"
    "    $put$(mmf_append_record_begin(section.record), record);\n"
    "    mmf_append_record_end(&store->base, section.record);\n"
    "    status = mmf_append_end(&store->base, &section, 1);\n"
    "    if (status == MMF_OK && ret_index) {\n"
    "        *ret_index = section.index;\n"
    "    }\n"
    "    return status;\n"
    "}\n"
    "\n";

static const char append_begin[] =
    "mmf_status $append$($store_t$ *store, const $record_t$ *record, uint64_t *ret_index)\n"
    "{\n"
    "    mmf_append_section section;\n"
    "\n";

static const char append_if[] =
    "    if (mmf_likely(record &&\n"
    "                   mmf_append_begin_at_once(&store->base, $record_size$, &section))) {\n";

static const char append_if_checked[] =
    "    if (mmf_likely(record && $check$(record) == MMF_OK &&\n"
    "                   mmf_append_begin_at_once(&store->base, $record_size$, &section))) {\n";

static const char append_end[] = "        $put$(mmf_append_record_begin(section.record), record);\n"
                                 "        if (ret_index) {\n"
                                 "            *ret_index = section.index;\n"
                                 "        }\n"
                                 "        return mmf_append_end_at_once(&store->base, &section);\n"
                                 "    }\n"
                                 "    return $append_long$(store, record, ret_index);\n"
                                 "}\n"
                                 "\n";

static void add_append(const mmf_emit *emit, mmf_text *text)
{
    const mmf_holes *names = &emit->names->holes;
    bool is_checked = emit->record->has_texts || emit->record->has_enums;

    mmf_text_fill(text, append_long_begin, names);
    if (mmf_model_has_defaults(emit->model)) {
        mmf_text_fill(text, is_checked ? append_null_is_initial_checked : append_null_is_initial,
                      names);
    } else {
        mmf_text_fill(text, append_null_is_zero, names);
        mmf_text_fill(text, is_checked ? append_checked : "", names);
    }
    mmf_text_fill(text, append_long_end, names);
    mmf_text_fill(text, append_begin, names);
    mmf_text_fill(text, is_checked ? append_if_checked : append_if, names);
    mmf_text_fill(text, append_end, names);
}

static const char append_n_begin[] =
    "mmf_status $append_n$($store_t$ *store, const $record_t$ *records, uint64_t n, "
    "uint64_t *ret_first)\n"
    "{\n"
    "    mmf_append_section section = {NULL, 0};\n"
    "    mmf_status status;\n"
    "\n";

static const char append_n_checked[] = "    for (uint64_t i = 0; i < n; i++) {\n"
                                       "        status = $check$(&records[i]);\n"
                                       "        if (status != MMF_OK) {\n"
                                       "            return status;\n"
                                       "        }\n"
                                       "    }\n";

static const char append_n_end[] =
    "    status = mmf_append_begin(&store->base, n, &section);\n"
    "    if (status != MMF_OK) {\n"
    "        return status;\n"
    "    }\n"
    "    for (uint64_t i = 0; i < n; i++) {\n"
    "        unsigned char *record = section.record + i * $record_size$;\n"
    "\n"
    "        $put$(mmf_append_record_begin(record), &records[i]);\n"
    "        mmf_append_record_end(&store->base, record);\n"
    "    }\n"
    "    status = mmf_append_end(&store->base, &section, n);\n"
    "    if (status == MMF_OK && ret_first) {\n"
    "        *ret_first = section.index;\n"
    "    }\n"
    "    return status;\n"
    "}\n";

static void add_append_n(const mmf_emit *emit, mmf_text *text)
{
    const mmf_holes *names = &emit->names->holes;
    bool is_checked = emit->record->has_texts || emit->record->has_enums;

    mmf_text_fill(text, append_n_begin, names);
    mmf_text_fill(text, is_checked ? append_n_checked : "", names);
    mmf_text_fill(text, append_n_end, names);
}

/* --- The file -------------------------------------------------------------------------------- */

void mmf_emit_source(const mmf_emit *emit, mmf_text *text)
{
    mmf_text banner = {0};

    mmf_text_add(&banner, "Generated by mmf-gen from ");
    mmf_c_add_doc(&banner, emit->schema_file, true);
    mmf_text_format(&banner, ", schema version %u. Do not edit.", emit->model->version);
    mmf_c_add_comment(text, 0, mmf_text_string(&banner));
    mmf_text_format(text, "#include \"%s.mmf.h\"\n\n", emit->basename);
    add_schema_text(emit, text);
    add_record_type(emit, text);
    mmf_text_fill(text, create_and_open, &emit->names->holes);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        if (emit->model->fields[i].type == MMF_TYPE_ENUM) {
            add_symbol_names(emit, i, text);
        }
    }
    mmf_emit_initial(emit, text);
    if (!mmf_emit_set_is_inline(emit)) {
        mmf_emit_set(emit, text);
    }
    add_append(emit, text);
    add_append_n(emit, text);
    text->out_of_memory |= banner.out_of_memory;
    mmf_text_clear(&banner);
}
