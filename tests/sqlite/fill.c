/* Makes a store of any schema: fill SCHEMA STORE COUNT [SEED]. Values are those at which
 * comparisons go wrong, in an order that the seed decides. Not by SQL, which is what is tested. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"
#include "tools/table.h"

static uint64_t state = 88172645463325252u;

static uint64_t any(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 16) % below;
}

#define ANY_OF(values) ((values)[any(sizeof(values) / sizeof(values)[0])])

static const uint64_t INTEGERS[] = {
    0,
    1,
    2,
    5,
    7,
    42,
    99,
    100,
    127,
    128,
    255,
    256,
    1250,
    32767,
    32768,
    65535,
    65536,
    2147483647,
    2147483648u,
    4294967295u,
    4294967296u,
    9007199254740991u,
    9007199254740992u,
    9007199254740993u,
    /* the limit of int64, and what is beyond it as unsigned */
    9223372036854775806u,
    9223372036854775807u,
    9223372036854775808u,
    9223372036854775809u,
    9999999999999999999u,
    10000000000000000000u,
    18446744073709549568u,
    18446744073709551614u,
    18446744073709551615u,
};
static const double REALS[] = {0.0,    -0.0,   0.5,     1,      -1,       2.5,       5,
                               42,     -42,    1e300,   1e-40,  INFINITY, -INFINITY, NAN,
                               0x1p53, 0x1p63, -0x1p63, 0x1p64, 16777217, 0.1,       1e19};
static const char *const TEXTS[] = {"",
                                    "a",
                                    "A",
                                    "abc",
                                    "abd",
                                    "b",
                                    "5",
                                    "5.0",
                                    "05",
                                    "-1",
                                    "1e2",
                                    " 5",
                                    "!x",
                                    "\xc3\xa9",
                                    "zz",
                                    "600519",
                                    "9223372036854775808",
                                    "a\xff",
                                    "42",
                                    "\xc4\x80"};
static const int64_t SECONDS[] = {
    0,   -1,        1795264989, 1795264990, 253402300799, 253402300800, -62167219200, -62167219201,
    1e9, 1700000000};

static uint64_t timestamp(const mmf_field *field)
{
    static const int64_t PER_SECOND[] = {1, 1000, 1000000, 1000000000};
    int64_t number = 0;

    if (__builtin_mul_overflow(ANY_OF(SECONDS), PER_SECOND[field->unit], &number)) {
        number = 1795264989123456789;
    }
    if (field->unit != MMF_TIME_UNIT_S) {
        number += (int64_t)any(3);
    }
    return mmf_type_is_unsigned(field->base) && number < 0 ? 12 : (uint64_t)number;
}

static uint64_t integer(const mmf_field *field)
{
    uint64_t number = ANY_OF(INTEGERS);

    if (field->type == MMF_TYPE_ENUM && any(8) != 0) {
        return (uint64_t)field->symbols[any(field->symbol_count)].value;
    }
    if (field->logical == MMF_LOGICAL_TIMESTAMP) {
        return timestamp(field);
    }
    return any(3) == 0 ? 0 - number : number;
}

static void fill_text(const mmf_field *field, uint8_t *at)
{
    uint8_t bytes[16] = {0x20, 0x01, 0x0d, 0xb8};
    const void *content = ANY_OF(TEXTS);
    uint32_t size = (uint32_t)strlen(content);

    if (field->logical != MMF_LOGICAL_NONE && any(8) != 0) {
        content = bytes;
        size = field->max;
        bytes[15] = (uint8_t)any(4);
    }
    size = size < field->max ? size : field->max;
    memcpy(at, &size, sizeof size);
    memcpy(at + sizeof size, content, size);
}

static void fill_element(const mmf_field *field, uint8_t *at)
{
    double real = ANY_OF(REALS);
    float narrow = (float)real;
    uint64_t number;

    if (mmf_type_is_text(field->type)) {
        fill_text(field, at);
    } else if (field->type == MMF_TYPE_FLOAT32) {
        memcpy(at, &narrow, sizeof narrow);
    } else if (field->type == MMF_TYPE_FLOAT64) {
        memcpy(at, &real, sizeof real);
    } else if (field->count != 0) {
        *at = (uint8_t)any(2);
    } else {
        number = integer(field);
        memcpy(at, &number, mmf_field_content_size(field));
    }
}

static void fill(const mmf_model *model, uint8_t *payload)
{
    memset(payload, 0, model->payload_size);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        for (uint32_t k = 0; k < mmf_field_elements(field); k++) {
            fill_element(field, payload + mmf_table_field_offset(field) + k * field->element_size);
        }
    }
}

int main(int argc, char **argv)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_ONE_WRITER | MMF_NO_SYNC, .error = &error};
    mmf_model *model = NULL;
    mmf_table *table = NULL;
    uint8_t *payload;
    uint64_t count;

    if (argc < 4 || mmf_schema_load(argv[1], &diagnostics, &model) != MMF_OK ||
        mmf_table_create(argv[2], model, model->format, &options, &table) != MMF_OK) {
        char *line = diagnostics.count > 0 ? mmf_diagnostics_format(&diagnostics, 0) : NULL;

        (void)fprintf(stderr, "fill SCHEMA STORE COUNT [SEED]: %s\n", line ? line : error.text);
        free(line);
        return 1;
    }
    mmf_diagnostics_clear(&diagnostics);
    state += argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
    count = strtoull(argv[3], NULL, 10);
    payload = malloc(table->type.payload_size);
    for (uint64_t i = 0; payload && i < count; i++) {
        fill(table->model, payload);
        if (mmf_table_append(table, payload, 1, NULL) != MMF_OK) {
            return 1;
        }
    }
    free(payload);
    return mmf_table_close(table) == MMF_OK ? 0 : 1;
}
