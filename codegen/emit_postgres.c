/* PostgreSQL: the table that `mmf export --format pgcopy` fills, its enums and its comments. */
#include <string.h>

#include "codegen/engine_parts.h"

#define NAME_MAX_BYTES 63u /* NAMEDATALEN - 1; the server cuts what is longer */

/* Columns that every table has already: no other may have the name. */
static const char *const system_columns[] = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"};

static void add_column_name(mmf_text *text, const mmf_field *field)
{
    const char *underscore = "";

    for (size_t i = 0; i < sizeof system_columns / sizeof *system_columns; i++) {
        if (strcmp(field->name.text, system_columns[i]) == 0) {
            underscore = "_";
        }
    }
    mmf_text_format(text, "\"%s%s\"", field->name.text, underscore);
}

/* PREFIX_FIELD, and where that is too long, as much of it as there is room for beside the field's
 * number, which keeps two of them apart. */
static void add_enum_name(mmf_text *text, const mmf_model *model, const mmf_field *field)
{
    const char *prefix = model->prefix.text;
    const char *name = field->name.text;
    int number = (int)(field - model->fields) + 1;

    if (strlen(prefix) + 1 + strlen(name) <= NAME_MAX_BYTES) {
        mmf_text_format(text, "\"%s_%s\"", prefix, name);
    } else {
        mmf_text_format(text, "\"%.28s_%.28s_%d\"", prefix, name, number);
    }
}

static void add_type(mmf_text *text, const mmf_model *model, const mmf_column *column)
{
    if (column->kind == MMF_COLUMN_ENUM) {
        add_enum_name(text, model, column->field);
    } else if (column->kind == MMF_COLUMN_DECIMAL) {
        mmf_text_format(text, "numeric(%u,%u)", mmf_column_digits(column), column->field->scale);
    } else {
        mmf_text_add(text, mmf_column_info_of(column->kind)->postgres);
    }
    mmf_text_add(text, column->is_array ? "[]" : "");
    mmf_text_add(text, column->is_nullable && !column->is_array ? "" : " NOT NULL");
}

static void add_enums(const mmf_engine_input *input, mmf_text *text)
{
    for (uint32_t i = 0; i < input->model->field_count; i++) {
        mmf_column column = mmf_column_of(&input->model->fields[i], input->is_raw);

        if (column.kind == MMF_COLUMN_ENUM) {
            mmf_text_add(text, "CREATE TYPE ");
            add_enum_name(text, input->model, column.field);
            mmf_text_add(text, " AS ENUM ");
            mmf_sql_add_symbols(text, column.field);
            mmf_text_add(text, ";\n");
        }
    }
}

static void add_table(const mmf_engine_input *input, mmf_text *text)
{
    const mmf_model *model = input->model;

    mmf_text_format(text, "CREATE TABLE \"%s\" (\n", model->prefix.text);
    for (uint32_t i = 0; i < model->field_count; i++) {
        mmf_column column = mmf_column_of(&model->fields[i], input->is_raw);

        mmf_text_add(text, "    ");
        add_column_name(text, column.field);
        mmf_text_add(text, " ");
        add_type(text, model, &column);
        mmf_text_add(text, i + 1 < model->field_count ? ",\n" : "\n");
    }
    mmf_text_add(text, ");\n");
}

static void add_field_comment(const mmf_engine_input *input, const mmf_field *field, mmf_text *text)
{
    bool is_cut = !input->is_raw && field->logical == MMF_LOGICAL_TIMESTAMP &&
                  field->unit == MMF_TIME_UNIT_NS;
    mmf_text words = {0};

    mmf_engine_describe(field, &words);
    if (is_cut) {
        mmf_text_format(&words, "%snanoseconds, cut to microseconds", words.size > 0 ? "; " : "");
    }
    if (words.size > 0) {
        mmf_text_format(text, "COMMENT ON COLUMN \"%s\".", input->model->prefix.text);
        add_column_name(text, field);
        mmf_text_add(text, " IS ");
        mmf_sql_add_literal(text, mmf_text_string(&words), false);
        mmf_text_add(text, ";\n");
    }
    text->out_of_memory |= words.out_of_memory;
    mmf_text_clear(&words);
}

static void add_comments(const mmf_engine_input *input, mmf_text *text)
{
    const mmf_model *model = input->model;

    if (model->doc) {
        mmf_text_format(text, "COMMENT ON TABLE \"%s\" IS ", model->prefix.text);
        mmf_sql_add_literal(text, model->doc, false);
        mmf_text_add(text, ";\n");
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        add_field_comment(input, &model->fields[i], text);
    }
}

void mmf_emit_postgres(const mmf_engine_input *input, mmf_text *text)
{
    mmf_engine_banner(input, "--", text);
    mmf_text_format(text,
                    "-- mmf export --format pgcopy%s FILE |\n"
                    "--     psql -c 'COPY \"%s\" FROM STDIN (FORMAT binary)'\n",
                    input->is_raw ? " --raw" : "", input->model->prefix.text);
    add_enums(input, text);
    add_table(input, text);
    add_comments(input, text);
}
