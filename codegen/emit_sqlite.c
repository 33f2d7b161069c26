/* SQLite: the table for what `mmf export --format csv` writes. What a column cannot hold exactly,
 * its CHECK refuses. */
#include "codegen/engine_parts.h"

static void add_check(const mmf_engine_input *input, const mmf_column *column, mmf_text *text)
{
    const char *name = column->field->name.text;

    if (column->is_array) {
        mmf_text_format(text, " CHECK (json_valid(\"%s\"))", name);
    } else if (column->kind == MMF_COLUMN_ENUM) {
        mmf_text_format(text, " CHECK (\"%s\" IN ", name);
        mmf_sql_add_symbols(text, column->field);
        mmf_text_add(text, ")");
    } else if (column->kind == MMF_COLUMN_BOOL) {
        mmf_text_format(text, " CHECK (\"%s\" IN %s)", name,
                        input->is_raw ? "(0, 1)" : "('true', 'false')");
    } else if (column->kind == MMF_COLUMN_UINT64) {
        mmf_text_format(text, " CHECK (typeof(\"%s\") = 'integer')", name);
    }
}

static void add_column(const mmf_engine_input *input, const mmf_field *field, bool is_last,
                       mmf_text *text)
{
    mmf_column column = mmf_column_of(field, input->is_raw);
    bool is_number = input->is_raw && column.kind == MMF_COLUMN_BOOL;
    mmf_text words = {0};

    mmf_text_add(text, "    ");
    mmf_sql_add_name(text, field->name.text);
    mmf_text_format(text, " %s NOT NULL",
                    column.is_array ? "TEXT"
                    : is_number     ? "INTEGER"
                                    : mmf_column_info_of(column.kind)->sqlite);
    add_check(input, &column, text);
    mmf_text_add(text, is_last ? "" : ",");
    mmf_engine_describe(field, &words);
    if (words.size > 0) {
        mmf_text_add(text, " -- ");
        mmf_engine_add_line(text, mmf_text_string(&words));
    }
    mmf_text_add(text, "\n");
    text->out_of_memory |= words.out_of_memory;
    mmf_text_clear(&words);
}

void mmf_emit_sqlite(const mmf_engine_input *input, mmf_text *text)
{
    const mmf_model *model = input->model;

    mmf_engine_banner(input, "--", text);
    mmf_text_format(text,
                    "-- mmf export --format csv%s --output x.csv FILE\n"
                    "-- sqlite3 DB '.import --csv --skip 1 x.csv %s'\n"
                    "CREATE TABLE \"%s\" (\n",
                    input->is_raw ? " --raw" : "", model->prefix.text, model->prefix.text);
    for (uint32_t i = 0; i < model->field_count; i++) {
        add_column(input, &model->fields[i], i + 1 == model->field_count, text);
    }
    mmf_text_add(text, ");\n");
}
