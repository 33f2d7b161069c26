/* ClickHouse: the table that `mmf export --format rowbinary` fills, and a second one whose rows are
 * the records byte for byte, so that a file's record region is RowBinary for it. */
#include "codegen/engine_parts.h"
#include "schema/layout.h"

#define TUPLE_MAX 64u /* elements of an array that are told apart; of longer ones the bytes */

/* --- Rows as what they mean ------------------------------------------------------------------ */

static void add_enum(mmf_text *text, const mmf_column *column)
{
    const mmf_field *field = column->field;
    uint32_t bits = mmf_column_enum_bits(column);

    if (bits == 0) {
        mmf_column raw = mmf_column_of(field, true);

        mmf_text_add(text, mmf_column_info_of(raw.kind)->clickhouse);
        return;
    }
    mmf_text_format(text, "Enum%u(", bits);
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        mmf_text_format(text, "%s'%s' = %lld", i > 0 ? ", " : "", field->symbols[i].name.text,
                        (long long)field->symbols[i].value);
    }
    mmf_text_add(text, ")");
}

static void add_element_type(mmf_text *text, const mmf_column *column)
{
    static const int digits_of_unit[] = {[MMF_TIME_UNIT_S] = 0,
                                         [MMF_TIME_UNIT_MS] = 3,
                                         [MMF_TIME_UNIT_US] = 6,
                                         [MMF_TIME_UNIT_NS] = 9};

    switch (column->kind) {
    case MMF_COLUMN_ENUM:
        add_enum(text, column);
        break;
    case MMF_COLUMN_TIMESTAMP:
        mmf_text_format(text, "DateTime64(%d, 'UTC')", digits_of_unit[column->field->unit]);
        break;
    case MMF_COLUMN_DECIMAL:
        mmf_text_format(text, "Decimal(%u, %u)", mmf_column_digits(column), column->field->scale);
        break;
    default:
        mmf_text_format(text, column->is_nullable ? "Nullable(%s)" : "%s",
                        mmf_column_info_of(column->kind)->clickhouse);
        break;
    }
}

static void add_column(const mmf_engine_input *input, const mmf_field *field, mmf_text *text)
{
    mmf_column column = mmf_column_of(field, input->is_raw);
    mmf_text words = {0};

    mmf_text_format(text, "    \"%s\" %s", field->name.text, column.is_array ? "Array(" : "");
    add_element_type(text, &column);
    mmf_text_add(text, column.is_array ? ")" : "");
    mmf_engine_describe(field, &words);
    if (words.size > 0) {
        mmf_text_add(text, " COMMENT ");
        mmf_sql_add_literal(text, mmf_text_string(&words), true);
    }
    text->out_of_memory |= words.out_of_memory;
    mmf_text_clear(&words);
}

static void add_table(const mmf_engine_input *input, mmf_text *text)
{
    const mmf_model *model = input->model;

    mmf_text_format(text, "CREATE TABLE \"%s\" (\n", model->prefix.text);
    for (uint32_t i = 0; i < model->field_count; i++) {
        add_column(input, &model->fields[i], text);
        mmf_text_add(text, i + 1 < model->field_count ? ",\n" : "\n");
    }
    mmf_text_add(text, ") ENGINE = MergeTree ORDER BY tuple()");
    if (model->doc) {
        mmf_text_add(text, " COMMENT ");
        mmf_sql_add_literal(text, model->doc, true);
    }
    mmf_text_add(text, ";\n");
}

/* --- Rows as they lie in the file ------------------------------------------------------------ */

static void add_fixed_element(mmf_text *text, const mmf_field *field)
{
    uint32_t gap = field->element_size - mmf_field_content_size(field);
    mmf_column column = mmf_column_of(field, true);

    if (!mmf_type_is_text(field->type)) {
        mmf_text_add(text, mmf_column_info_of(column.kind)->clickhouse);
        return;
    }
    mmf_text_format(text, "Tuple(len UInt32, data FixedString(%u)", field->max);
    if (field->count > 0 && gap > 0) {
        mmf_text_format(text, ", padding FixedString(%u)", gap);
    }
    mmf_text_add(text, ")");
}

/* RowBinary has a length before each Array, which records have not. */
static void add_fixed_type(mmf_text *text, const mmf_field *field)
{
    if (field->count > TUPLE_MAX) {
        mmf_text_format(text, "FixedString(%u)", field->size);
        return;
    }
    mmf_text_add(text, field->count > 0 ? "Tuple(" : "");
    for (uint32_t i = 0; i < mmf_field_elements(field); i++) {
        mmf_text_add(text, i > 0 ? ", " : "");
        add_fixed_element(text, field);
    }
    mmf_text_add(text, field->count > 0 ? ")" : "");
}

/* Padding up to `next`; no name of a field begins with an underscore. */
static void add_padding(mmf_text *text, uint32_t end, uint32_t next, uint32_t *number)
{
    if (next > end) {
        mmf_text_format(text, ",\n    \"_padding_%u\" FixedString(%u)", ++*number, next - end);
    }
}

static void add_record_table(const mmf_model *model, mmf_text *text)
{
    uint32_t end = MMF_COUNTER_SIZE;
    uint32_t paddings = 0;

    mmf_text_format(text, "CREATE TABLE \"%s_record\" (\n    \"_counter\" UInt64",
                    model->prefix.text);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        add_padding(text, end, field->offset, &paddings);
        mmf_text_format(text, ",\n    \"%s\" ", field->name.text);
        add_fixed_type(text, field);
        end = field->offset + field->size;
    }
    if (model->checksum_offset) {
        add_padding(text, end, model->checksum_offset, &paddings);
        mmf_text_add(text, ",\n    \"_checksum\" UInt32");
        end = model->checksum_offset + (uint32_t)sizeof(uint32_t);
    }
    add_padding(text, end, model->record_size, &paddings);
    mmf_text_add(text, "\n) ENGINE = MergeTree ORDER BY tuple();\n");
}

void mmf_emit_clickhouse(const mmf_engine_input *input, mmf_text *text)
{
    const char *table = input->model->prefix.text;

    mmf_engine_banner(input, "--", text);
    mmf_text_format(text,
                    "-- mmf export --format rowbinary%s FILE |\n"
                    "--     clickhouse-client --query 'INSERT INTO \"%s\" FORMAT RowBinary'\n",
                    input->is_raw ? " --raw" : "", table);
    add_table(input, text);
    mmf_text_format(text,
                    "\n-- The records as they lie in the file, and as `mmf export --format raw` "
                    "writes them:\n"
                    "--     clickhouse-client --query 'INSERT INTO \"%s_record\" FORMAT "
                    "RowBinary'\n",
                    table);
    add_record_table(input->model, text);
}
