/* Model to canonical text. */
#define _POSIX_C_SOURCE 200809L /* open_memstream */

#include <float.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/identifiers.h"
#include "schema/json.h"

typedef struct writer {
    FILE *stream;
    bool failed; /* out of memory; the stream knows of its own failures */
} writer;

/* jansson knows how JSON writes strings and reals, whatever the locale. Takes value. */
static void write_json(writer *out, json_t *value, size_t flags)
{
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | flags) : NULL;

    if (text) {
        (void)fputs(text, out->stream);
    } else {
        out->failed = true;
    }
    free(text);
    json_decref(value);
}

static void write_string(writer *out, const char *text)
{
    write_json(out, json_string(text), 0);
}

/* The key and its colon, behind a comma. No object begins with one of these. */
static void write_key(writer *out, const char *key)
{
    (void)fprintf(out->stream, ",\"%s\":", key);
}

static void write_text_member(writer *out, const char *key, const char *text)
{
    if (!text) {
        return;
    }
    write_key(out, key);
    write_string(out, text);
}

static void write_number_member(writer *out, const char *key, uint64_t value, uint64_t left_out)
{
    if (value == left_out) {
        return;
    }
    write_key(out, key);
    (void)fprintf(out->stream, "%" PRIu64, value);
}

static void write_names_member(writer *out, const char *key, const mmf_name *names, uint32_t count)
{
    if (count == 0) {
        return;
    }
    write_key(out, key);
    for (uint32_t i = 0; i < count; i++) {
        (void)fprintf(out->stream, "%s\"%s\"", i > 0 ? "," : "[", names[i].text);
    }
    (void)fputc(']', out->stream);
}

/* Whether so many digits give the same number back. */
static bool digits_suffice(double value, int digits, bool is_float32)
{
    json_t *real = json_real(value);
    char *text =
        real ? json_dumps(real, JSON_ENCODE_ANY | JSON_REAL_PRECISION((size_t)digits)) : NULL;
    json_t *back = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    double read = json_real_value(back);
    bool same = back && (is_float32 ? fabs(read) <= (double)FLT_MAX && (float)read == (float)value
                                    : read == value);

    json_decref(real);
    json_decref(back);
    free(text);
    return same;
}

static void write_real(writer *out, double value, bool is_float32)
{
    int digits = is_float32 ? FLT_DIG : DBL_DIG;
    int enough = is_float32 ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;

    if (isnan(value)) {
        (void)fputs("\"nan\"", out->stream);
    } else if (isinf(value)) {
        (void)fputs(value < 0 ? "\"-inf\"" : "\"inf\"", out->stream);
    } else {
        while (digits < enough && !digits_suffice(value, digits, is_float32)) {
            digits++;
        }
        write_json(out, json_real(value), JSON_REAL_PRECISION((size_t)digits));
    }
}

/* jansson reads integers up to INT64_MAX: greater ones are strings. */
static void write_integer(writer *out, const mmf_field *field, mmf_integer value)
{
    if (mmf_type_is_signed(field->base)) {
        (void)fprintf(out->stream, "%" PRId64, value.i);
    } else if (value.u <= INT64_MAX) {
        (void)fprintf(out->stream, "%" PRIu64, value.u);
    } else {
        (void)fprintf(out->stream, "\"%" PRIu64 "\"", value.u);
    }
}

static void write_hex(writer *out, const mmf_value *value)
{
    (void)fputc('"', out->stream);
    for (uint32_t i = 0; i < value->length; i++) {
        (void)fprintf(out->stream, "%02x", value->bytes[i]);
    }
    (void)fputc('"', out->stream);
}

static void write_value(writer *out, const mmf_field *field, const mmf_value *value)
{
    switch (field->type) {
    case MMF_TYPE_BOOL:
        (void)fputs(value->integer.u ? "true" : "false", out->stream);
        break;
    case MMF_TYPE_FLOAT32:
    case MMF_TYPE_FLOAT64:
        write_real(out, value->real, field->type == MMF_TYPE_FLOAT32);
        break;
    case MMF_TYPE_STRING:
        write_json(out, json_stringn((const char *)value->bytes, value->length), 0);
        break;
    case MMF_TYPE_BYTES:
        write_hex(out, value);
        break;
    case MMF_TYPE_ENUM:
        (void)fprintf(out->stream, "\"%s\"", mmf_field_symbol(field, value->integer.i)->name.text);
        break;
    default:
        write_integer(out, field, value->integer);
    }
}

static void write_default(writer *out, const mmf_field *field)
{
    if (!field->defaults) {
        return;
    }
    write_key(out, "default");
    for (uint32_t i = 0; i < mmf_field_elements(field); i++) {
        if (field->count > 0) {
            (void)fputc(i > 0 ? ',' : '[', out->stream);
        }
        write_value(out, field, &field->defaults[i]);
    }
    if (field->count > 0) {
        (void)fputc(']', out->stream);
    }
}

static void write_enum(writer *out, const mmf_field *field)
{
    if (field->type != MMF_TYPE_ENUM) {
        return;
    }
    write_text_member(out, "base", mmf_type_info_of(field->base)->name);
    write_key(out, "symbols");
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        (void)fprintf(out->stream, "%s\"%s\":%" PRId64, i > 0 ? "," : "{",
                      field->symbols[i].name.text, field->symbols[i].value);
    }
    (void)fputc('}', out->stream);
}

static void write_logical(writer *out, const mmf_field *field)
{
    if (field->logical == MMF_LOGICAL_NONE) {
        return;
    }
    write_text_member(out, "logical", mmf_logical_name(field->logical));
    if (field->logical == MMF_LOGICAL_TIMESTAMP) {
        write_text_member(out, "unit", mmf_time_unit_name(field->unit));
    }
    if (field->logical == MMF_LOGICAL_DECIMAL) {
        write_number_member(out, "scale", field->scale, UINT64_MAX);
    }
}

static void write_deprecated(writer *out, const mmf_field *field)
{
    if (!field->is_deprecated) {
        return;
    }
    write_text_member(out, "deprecated", field->deprecated);
    if (!field->deprecated) {
        (void)fputs(",\"deprecated\":true", out->stream);
    }
}

static void write_field(writer *out, const mmf_field *field)
{
    (void)fprintf(out->stream, "{\"name\":\"%s\"", field->name.text);
    write_text_member(out, "type", mmf_type_info_of(field->type)->name);
    write_number_member(out, "max", field->max, 0);
    write_number_member(out, "count", field->count, 0);
    write_enum(out, field);
    write_logical(out, field);
    write_default(out, field);
    write_text_member(out, "doc", field->doc);
    write_names_member(out, "aliases", field->aliases, field->alias_count);
    write_number_member(out, "since", field->since, 0);
    write_deprecated(out, field);
    (void)fputc('}', out->stream);
}

static void write_prefix(writer *out, const mmf_model *model)
{
    char *derived = mmf_identifier_snake_case(model->name.text);

    if (!derived) {
        out->failed = true;
    } else if (strcmp(derived, model->prefix.text) != 0) {
        write_text_member(out, "prefix", model->prefix.text);
    }
    free(derived);
}

static void write_model(writer *out, const mmf_model *model)
{
    (void)fprintf(out->stream, "{\"name\":\"%s\"", model->name.text);
    write_prefix(out, model);
    write_number_member(out, "version", model->version, 0);
    write_text_member(out, "doc", model->doc);
    write_number_member(out, "capacity", model->capacity, MMF_SCHEMA_CAPACITY_DEFAULT);
    write_number_member(out, "align", model->align, 8);
    write_number_member(out, "format", model->format, 2);
    if (model->has_checksum) {
        (void)fputs(",\"checksum\":true", out->stream);
    }
    write_key(out, "fields");
    for (uint32_t i = 0; i < model->field_count; i++) {
        (void)fputc(i > 0 ? ',' : '[', out->stream);
        write_field(out, &model->fields[i]);
    }
    (void)fputc(']', out->stream);
    write_names_member(out, "reserved", model->reserved, model->reserved_count);
    (void)fputc('}', out->stream);
}

char *mmf_schema_canonical(const mmf_model *model)
{
    char *text = NULL;
    size_t size = 0;
    writer out = {.stream = open_memstream(&text, &size)};

    if (!out.stream) {
        return NULL;
    }
    write_model(&out, model);
    out.failed = out.failed || ferror(out.stream);
    if (fclose(out.stream) != 0 || out.failed) {
        free(text);
        return NULL;
    }
    return text;
}
