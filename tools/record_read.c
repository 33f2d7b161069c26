#include "tools/record_read.h"

#include <inttypes.h>
#include <string.h>

#include "runtime/checksum.h"

#define ATTEMPTS 1000u

static const unsigned char *record_at(const mmf_table *table, uint64_t index)
{
    return table->store->records + index * table->type.record_size;
}

/* The low half of the word behind the payload. */
static uint32_t load_checksum(const mmf_table *table, uint64_t index)
{
    const unsigned char *word = record_at(table, index) + table->type.checksum_offset;

    return (uint32_t)mmf_load_relaxed((const uint64_t *)(const void *)word);
}

/* Payload and checksum as they were at one moment. False: nobody can tell now; the payload may have
 * come from the undo image of a dead writer. */
static bool read_sealed(const mmf_table *table, uint64_t index, uint8_t *ret_payload,
                        uint32_t *ret_checksum)
{
    const mmf_record_type *type = &table->type;
    mmf_read_section section = {NULL, 0};

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (mmf_sequence_is_odd(mmf_load_relaxed(mmf_record_counter(record_at(table, index)))) ||
            mmf_read_begin(table->store, index, type->record_size, &section) != MMF_OK) {
            return false;
        }
        mmf_words_load(ret_payload, section.payload, type->payload_size);
        *ret_checksum = load_checksum(table, index);
        if (mmf_read_valid(&section)) {
            return true;
        }
    }
    return false;
}

static mmf_status check_seal(const mmf_table *table, uint32_t found, const uint8_t *payload,
                             mmf_error *error)
{
    uint32_t expected = mmf_checksum_of(payload, table->type.payload_size);

    return found == expected
               ? MMF_OK
               : mmf_error_set(error, MMF_E_CORRUPT,
                               "found the checksum 0x%08" PRIx32 ", expected 0x%08" PRIx32, found,
                               expected);
}

static mmf_status check_texts(const mmf_table *table, const uint8_t *payload, mmf_error *error)
{
    for (uint32_t i = 0; i < table->model->field_count; i++) {
        const mmf_field *field = &table->model->fields[i];
        const uint8_t *element = payload + mmf_table_field_offset(field);

        for (uint32_t k = 0; mmf_type_is_text(field->type) && k < mmf_field_elements(field); k++) {
            uint32_t length;

            memcpy(&length, element + (size_t)k * field->element_size, sizeof length);
            if (length > field->max) {
                return mmf_error_set(error, MMF_E_CORRUPT,
                                     "field \"%s\": found the length %" PRIu32
                                     ", expected at most %" PRIu32,
                                     field->name.text, length, field->max);
            }
        }
    }
    return MMF_OK;
}

/* What was read in vain to be compared with its checksum may be torn: so it is read once more. */
static mmf_status read_payload(const mmf_table *table, uint64_t index, uint8_t *ret_payload,
                               uint32_t *ret_checksum, bool *ret_is_sealed)
{
    mmf_status status = mmf_table_get(table, index, ret_payload);

    *ret_is_sealed = false;
    if (status != MMF_OK || table->type.checksum_offset == 0) {
        return status;
    }
    *ret_is_sealed = read_sealed(table, index, ret_payload, ret_checksum);
    return *ret_is_sealed ? MMF_OK : mmf_table_get(table, index, ret_payload);
}

mmf_status mmf_record_read(const mmf_table *table, uint64_t index, uint8_t *ret_payload,
                           mmf_error *error)
{
    uint32_t checksum = 0;
    bool is_sealed;
    mmf_status status = read_payload(table, index, ret_payload, &checksum, &is_sealed);

    if (mmf_record_is_damaged(status)) {
        mmf_words_load(ret_payload, record_at(table, index) + MMF_COUNTER_BYTES,
                       table->type.payload_size);
    }
    if (status != MMF_OK) {
        return mmf_error_set(error, status, "%s", mmf_status_text(status));
    }
    if (is_sealed) {
        status = check_seal(table, checksum, ret_payload, error);
    }
    return status == MMF_OK ? check_texts(table, ret_payload, error) : status;
}
