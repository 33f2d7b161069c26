/* Any bytes as a schema: the parser may not crash or hang; what it accepts has a canonical text
 * that gives the same model again, and a layout in which nothing overlaps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/hash.h"
#include "schema/json.h"
#include "schema/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): the checks must hold with NDEBUG too. */
static void require(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "schema_fuzz: %s\n", what);
        abort();
    }
}

static mmf_model *parse(const char *text, size_t size)
{
    mmf_diagnostics diagnostics;
    mmf_model *model = NULL;
    mmf_status status;

    mmf_diagnostics_init(&diagnostics, "fuzz.mmf.json");
    status = mmf_schema_parse(text, size, &diagnostics, &model);
    require((status == MMF_OK) == (model != NULL), "a model with success alone");
    require((status == MMF_OK) == !mmf_diagnostics_has_errors(&diagnostics),
            "an error with each failure");
    for (size_t i = 0; i < diagnostics.count; i++) {
        char *line = mmf_diagnostics_format(&diagnostics, i);

        require(line && !strchr(line, '\n'), "diagnostics of one line");
        free(line);
    }
    mmf_diagnostics_clear(&diagnostics);
    return model;
}

static void check_layout(const mmf_model *model)
{
    uint32_t end = MMF_COUNTER_SIZE;

    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        require(field->offset >= end, "offsets ascend");
        require(field->offset % field->alignment == 0, "fields are aligned");
        require(field->element_size % field->alignment == 0 || field->count == 0,
                "elements are aligned");
        require(field->size == field->element_size * mmf_field_elements(field),
                "a field is its elements");
        end = field->offset + field->size;
    }
    require(end <= MMF_COUNTER_SIZE + model->payload_size, "fields lie in the payload");
    require(model->payload_size % 8 == 0, "the payload is whole words");
    require(MMF_COUNTER_SIZE + model->payload_size <= model->record_size &&
                model->record_size <= MMF_RECORD_SIZE_MAX,
            "the payload lies in the record");
    require(model->record_size % model->align == 0, "records are aligned");
    if (model->has_checksum) {
        require(model->checksum_offset == MMF_COUNTER_SIZE + model->payload_size &&
                    model->record_size - model->checksum_offset >= MMF_RECORD_CHECKSUM_SIZE,
                "the checksum follows the payload, in the record");
        require(model->format == MMF_FORMAT_2, "a checksum in format 2");
    } else {
        require(model->checksum_offset == 0, "no checksum");
    }
}

static void check_payload(const mmf_model *model)
{
    uint8_t *payload = malloc(model->payload_size);
    bool is_zero = true;

    require(payload != NULL, "memory");
    mmf_model_initial_payload(model, payload);
    for (uint32_t i = 0; i < model->payload_size; i++) {
        is_zero = is_zero && payload[i] == 0;
    }
    require(mmf_model_has_defaults(model) == !is_zero, "defaults show in the payload");
    free(payload);
}

static void check_round_trip(const mmf_model *model)
{
    char *canonical = mmf_schema_canonical(model);
    mmf_model *again;
    char *second;

    require(canonical != NULL, "a canonical text");
    again = parse(canonical, strlen(canonical));
    require(again != NULL, "the canonical text is a schema");
    second = mmf_schema_canonical(again);
    require(second && strcmp(canonical, second) == 0, "the canonical text is its own");
    require(memcmp(model->hash, again->hash, MMF_HASH_SIZE) == 0, "both have the same hash");
    free(canonical);
    free(second);
    mmf_model_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mmf_model *model = parse((const char *)data, size);

    if (model) {
        check_layout(model);
        check_payload(model);
        check_round_trip(model);
    }
    mmf_model_free(model);
    return 0;
}
