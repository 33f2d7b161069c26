#include "codegen/columns.h"

#include <assert.h>

static const mmf_column_info infos[] = {
#define MMF_COLUMN(id, sqlite, postgres, oid, clickhouse, numpy)                                   \
    {sqlite, postgres, oid, clickhouse, numpy},
#include "codegen/columns.def"
#undef MMF_COLUMN
};

static const mmf_column_kind kind_of_type[MMF_TYPE_COUNT] = {
    [MMF_TYPE_BOOL] = MMF_COLUMN_BOOL,       [MMF_TYPE_INT8] = MMF_COLUMN_INT8,
    [MMF_TYPE_UINT8] = MMF_COLUMN_UINT8,     [MMF_TYPE_INT16] = MMF_COLUMN_INT16,
    [MMF_TYPE_UINT16] = MMF_COLUMN_UINT16,   [MMF_TYPE_INT32] = MMF_COLUMN_INT32,
    [MMF_TYPE_UINT32] = MMF_COLUMN_UINT32,   [MMF_TYPE_INT64] = MMF_COLUMN_INT64,
    [MMF_TYPE_UINT64] = MMF_COLUMN_UINT64,   [MMF_TYPE_FLOAT32] = MMF_COLUMN_FLOAT32,
    [MMF_TYPE_FLOAT64] = MMF_COLUMN_FLOAT64, [MMF_TYPE_STRING] = MMF_COLUMN_STRING,
    [MMF_TYPE_BYTES] = MMF_COLUMN_BYTES,     [MMF_TYPE_ENUM] = MMF_COLUMN_ENUM,
};

static const mmf_column_kind kind_of_logical[] = {
    [MMF_LOGICAL_TIMESTAMP] = MMF_COLUMN_TIMESTAMP, [MMF_LOGICAL_DECIMAL] = MMF_COLUMN_DECIMAL,
    [MMF_LOGICAL_UUID] = MMF_COLUMN_UUID,           [MMF_LOGICAL_IPV4] = MMF_COLUMN_IPV4,
    [MMF_LOGICAL_IPV6] = MMF_COLUMN_IPV6,
};

const mmf_column_info *mmf_column_info_of(mmf_column_kind kind)
{
    return &infos[kind];
}

/* uint8 with count 16 or 4: the elements are one value together. */
static bool is_made_of_elements(const mmf_column *column)
{
    return column->field->type == MMF_TYPE_UINT8 &&
           (column->kind == MMF_COLUMN_UUID || column->kind == MMF_COLUMN_IPV4 ||
            column->kind == MMF_COLUMN_IPV6);
}

mmf_column mmf_column_of(const mmf_field *field, bool is_raw)
{
    mmf_column column = {
        .field = field,
        .kind = kind_of_type[field->type],
        .is_array = field->count > 0,
        .elements = mmf_field_elements(field),
        .element_size = field->element_size,
        .number = field->base,
    };

    if (is_raw) {
        column.kind = column.kind == MMF_COLUMN_ENUM     ? kind_of_type[field->base]
                      : column.kind == MMF_COLUMN_STRING ? MMF_COLUMN_BYTES
                                                         : column.kind;
        return column;
    }
    if (field->logical == MMF_LOGICAL_NONE) {
        return column;
    }
    column.kind = kind_of_logical[field->logical];
    column.is_nullable = field->type == MMF_TYPE_BYTES;
    if (is_made_of_elements(&column)) {
        column.is_array = false;
        column.elements = 1;
        column.element_size = field->size;
    }
    return column;
}

uint32_t mmf_column_digits(const mmf_column *column)
{
    uint64_t max = 0;
    int64_t min = 0;
    uint32_t digits = 0;

    assert(column->kind == MMF_COLUMN_DECIMAL);
    mmf_type_integer_range(column->number, &min, &max);
    for (; max > 0; max /= 10) {
        digits++;
    }
    return digits > column->field->scale ? digits : column->field->scale;
}

uint32_t mmf_column_enum_bits(const mmf_column *column)
{
    uint32_t bits = 8;

    assert(column->kind == MMF_COLUMN_ENUM);
    for (uint32_t i = 0; i < column->field->symbol_count; i++) {
        int64_t value = column->field->symbols[i].value;

        if (value < INT16_MIN || value > INT16_MAX) {
            return 0;
        }
        if (value < INT8_MIN || value > INT8_MAX) {
            bits = 16;
        }
    }
    return bits;
}
