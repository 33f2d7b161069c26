#include "tests/fsck/damage/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schema/crc32c.h"
#include "schema/json.h"
#include "schema/layout.h"

#define CREATED_NS 1700000000000000000u /* 2023-11-14T22:13:20Z */

mmf_status subject_init(subject *subject, const char *directory, const char *schemas,
                        const char *fixtures)
{
    int length;

    *subject = (struct subject){.schemas = schemas, .fixtures = fixtures};
    length = snprintf(subject->store_path, SUBJECT_PATH_SIZE, "%s/STORE.mmf", directory);
    if (length < 0 || length + 8 > SUBJECT_PATH_SIZE) {
        return mmf_error_set(&subject->error, MMF_E_LIMIT, "%s: too long", directory);
    }
    (void)snprintf(subject->lock_path, SUBJECT_PATH_SIZE, "%.*s.lock", length, subject->store_path);
    return MMF_OK;
}

static void forget_schema(subject *subject)
{
    mmf_model_free(subject->model);
    free(subject->text);
    subject->model = NULL;
    subject->text = NULL;
}

void subject_release(subject *subject)
{
    mmf_status ended =
        subject->is_held_inside ? mmf_write_end(subject->held, &subject->held_section) : MMF_OK;

    (void)ended; /* without a guard it cannot fail */
    (void)mmf_store_close(subject->held);
    if (subject->mapping) {
        (void)munmap(subject->mapping, subject->mapping_size);
    }
    subject->held = NULL;
    subject->mapping = NULL;
    subject->is_held_inside = false;
}

void subject_free(subject *subject)
{
    subject_release(subject);
    forget_schema(subject);
}

/* --- The schema ------------------------------------------------------------------------------ */

static mmf_record_type type_of(const mmf_model *model, const char *text)
{
    mmf_record_type type = {
        .name = model->name.text,
        .format = model->format,
        .schema_version = model->version,
        .record_size = model->record_size,
        .payload_size = model->payload_size,
        .checksum_offset = model->checksum_offset,
        .record_align = model->align,
        .capacity = model->capacity,
    };

    memcpy(type.schema_hash, model->hash, sizeof type.schema_hash);
    if (model->format != MMF_FORMAT_1) {
        type.schema_text = text;
        type.schema_text_size = (uint32_t)strlen(text);
    }
    return type;
}

mmf_status subject_load_schema(subject *subject, const char *name)
{
    char path[SUBJECT_PATH_SIZE];
    mmf_diagnostics diagnostics = {0};
    mmf_status status;

    (void)snprintf(path, sizeof path, "%s/%s.mmf.json", subject->schemas, name);
    forget_schema(subject);
    status = mmf_schema_load(path, &diagnostics, &subject->model);
    if (status != MMF_OK) {
        (void)mmf_error_set(&subject->error, status, "%s: %s", path,
                            diagnostics.count > 0 ? diagnostics.items[0].text
                                                  : mmf_status_text(status));
    }
    mmf_diagnostics_clear(&diagnostics);
    if (status != MMF_OK) {
        return status;
    }
    subject->text = mmf_schema_canonical(subject->model);
    if (!subject->text) {
        return mmf_error_set(&subject->error, MMF_E_NO_MEMORY, "out of memory");
    }
    subject->type = type_of(subject->model, subject->text);
    return MMF_OK;
}

/* --- Contents -------------------------------------------------------------------------------- */

static void fill_text(const mmf_field *field, uint64_t seed, uint8_t *bytes)
{
    uint32_t most = field->max < 12 ? field->max : 12;
    uint32_t length = (uint32_t)(seed % (most + 1u));

    memcpy(bytes, &length, sizeof length);
    for (uint32_t i = 0; i < length; i++) {
        bytes[sizeof length + i] = (uint8_t)('A' + (seed + i) % 26);
    }
}

static void fill_element(const mmf_field *field, uint64_t seed, uint8_t *bytes)
{
    double real = 100.0 + (double)seed * 0.25;
    float narrow = (float)real;
    uint64_t number = seed;

    if (mmf_type_is_text(field->type)) {
        fill_text(field, seed, bytes);
        return;
    }
    if (field->type == MMF_TYPE_BOOL) {
        number = seed & 1;
    } else if (field->type == MMF_TYPE_ENUM) {
        number = (uint64_t)field->symbols[seed % field->symbol_count].value;
    } else if (field->type == MMF_TYPE_FLOAT64) {
        memcpy(&number, &real, sizeof real);
    } else if (field->type == MMF_TYPE_FLOAT32) {
        number = 0;
        memcpy(&number, &narrow, sizeof narrow);
    }
    memcpy(bytes, &number, mmf_field_content_size(field));
}

void subject_payload(const subject *subject, uint64_t index, uint8_t *ret_payload)
{
    memset(ret_payload, 0, subject->type.payload_size);
    for (uint32_t i = 0; i < subject->model->field_count; i++) {
        const mmf_field *field = &subject->model->fields[i];
        uint8_t *bytes = ret_payload + field->offset - MMF_COUNTER_SIZE;

        for (uint32_t element = 0; element < mmf_field_elements(field); element++) {
            fill_element(field, index + element + 1, bytes + element * field->element_size);
        }
    }
}

/* --- Bytes ----------------------------------------------------------------------------------- */

static const char *path_of(const subject *subject, subject_file file)
{
    return file == SUBJECT_STORE ? subject->store_path : subject->lock_path;
}

mmf_status subject_read(subject *subject, subject_file file, uint64_t offset, void *ret_bytes,
                        size_t size)
{
    const char *path = path_of(subject, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : pread(fd, ret_bytes, size, (off_t)offset);
    int failure = errno;

    if (fd >= 0) {
        (void)close(fd);
    }
    if (got < 0) {
        return mmf_error_set_system(&subject->error, MMF_E_SYSTEM, failure, "cannot read %s", path);
    }
    if ((size_t)got < size) {
        return mmf_error_set(&subject->error, MMF_E_TRUNCATED, "%s ends before byte %llu", path,
                             (unsigned long long)(offset + size));
    }
    return MMF_OK;
}

mmf_status subject_write(subject *subject, subject_file file, uint64_t offset, const void *bytes,
                         size_t size)
{
    const char *path = path_of(subject, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t done = fd < 0 ? -1 : pwrite(fd, bytes, size, (off_t)offset);
    int failure = errno;

    if (fd >= 0) {
        (void)close(fd);
    }
    return done == (ssize_t)size ? MMF_OK
                                 : mmf_error_set_system(&subject->error, MMF_E_SYSTEM, failure,
                                                        "cannot write to %s", path);
}

mmf_status subject_record_offset(subject *subject, uint64_t index, uint64_t *ret_offset)
{
    const mmf_record_type *type = &subject->type;

    if (!subject->model) {
        return mmf_error_set(&subject->error, MMF_E_INVALID, "there is no store yet");
    }
    *ret_offset =
        mmf_header_region_size(type->format, type->schema_text_size) + index * type->record_size;
    return MMF_OK;
}

/* --- Checksums ------------------------------------------------------------------------------- */

/* The header region, to be freed. */
static mmf_status read_region(subject *subject, uint8_t **ret_bytes)
{
    uint32_t size = mmf_header_region_size(subject->type.format, subject->type.schema_text_size);
    uint8_t *bytes = malloc(size);
    mmf_status status = bytes ? subject_read(subject, SUBJECT_STORE, 0, bytes, size)
                              : mmf_error_set(&subject->error, MMF_E_NO_MEMORY, "out of memory");

    if (status != MMF_OK) {
        free(bytes);
        return status;
    }
    *ret_bytes = bytes;
    return MMF_OK;
}

mmf_status subject_seal_header(subject *subject)
{
    mmf_header header;
    uint8_t *bytes = NULL;
    uint32_t crc;
    uint64_t end;
    mmf_status status;

    if (subject->type.format != MMF_FORMAT_2) {
        return mmf_error_set(&subject->error, MMF_E_INVALID, "a header without a checksum");
    }
    status = read_region(subject, &bytes);
    if (status != MMF_OK) {
        return status;
    }
    memcpy(&header, bytes, sizeof header);
    end = (uint64_t)header.schema_offset + header.schema_size;
    if (end > mmf_header_region_size(MMF_FORMAT_2, subject->type.schema_text_size)) {
        free(bytes);
        return mmf_error_set(&subject->error, MMF_E_INVALID,
                             "the schema text is beyond the header");
    }
    crc = mmf_header_crc(bytes);
    free(bytes);
    return subject_write(subject, SUBJECT_STORE, offsetof(mmf_header, header_crc), &crc,
                         sizeof crc);
}

mmf_status subject_seal_slot(subject *subject, uint64_t offset)
{
    mmf_durable_slot slot;
    mmf_status status = subject_read(subject, SUBJECT_STORE, offset, &slot, sizeof slot);

    if (status == MMF_OK) {
        slot.crc = mmf_durable_slot_crc(&slot);
        status = subject_write(subject, SUBJECT_STORE, offset, &slot, sizeof slot);
    }
    return status;
}

mmf_status subject_seal_record(subject *subject, uint64_t index)
{
    const mmf_record_type *type = &subject->type;
    uint64_t offset = 0;
    uint8_t *record;
    mmf_status status = subject_record_offset(subject, index, &offset);

    if (status != MMF_OK) {
        return status;
    }
    if (type->checksum_offset == 0) {
        return mmf_error_set(&subject->error, MMF_E_INVALID, "a record without a checksum");
    }
    record = malloc(type->record_size);
    status = record ? subject_read(subject, SUBJECT_STORE, offset, record, type->record_size)
                    : mmf_error_set(&subject->error, MMF_E_NO_MEMORY, "out of memory");
    if (status == MMF_OK) {
        uint32_t crc = mmf_crc32c(0, record + MMF_COUNTER_SIZE, type->payload_size);

        status =
            subject_write(subject, SUBJECT_STORE, offset + type->checksum_offset, &crc, sizeof crc);
    }
    free(record);
    return status;
}

/* --- What is random -------------------------------------------------------------------------- */

static mmf_status settle_fixed(subject *subject, const mmf_header *header)
{
    static const uint8_t uuid[16] = {0xda, 0x3a, 0x6e, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1};
    uint64_t created_ns = CREATED_NS;
    uint8_t *bytes = NULL;
    bool is_right;
    mmf_status status = read_region(subject, &bytes);

    if (status != MMF_OK) {
        return status;
    }
    is_right = header->schema_offset == MMF_SCHEMA_TEXT_OFFSET &&
               header->schema_size == subject->type.schema_text_size &&
               mmf_header_crc(bytes) == header->header_crc;
    free(bytes);
    if (!is_right) {
        return MMF_OK;
    }
    status = subject_write(subject, SUBJECT_STORE, offsetof(mmf_header, uuid), uuid, sizeof uuid);
    if (status == MMF_OK) {
        status = subject_write(subject, SUBJECT_STORE, offsetof(mmf_header, created_ns),
                               &created_ns, sizeof created_ns);
    }
    return status == MMF_OK ? subject_seal_header(subject) : status;
}

static mmf_status settle_slot(subject *subject, const mmf_durable_slot *slot, uint64_t offset)
{
    uint64_t time_ns = CREATED_NS + slot->generation;
    mmf_status status;

    if (slot->generation == 0 || mmf_durable_slot_crc(slot) != slot->crc) {
        return MMF_OK;
    }
    status = subject_write(subject, SUBJECT_STORE, offset + offsetof(mmf_durable_slot, time_ns),
                           &time_ns, sizeof time_ns);
    return status == MMF_OK ? subject_seal_slot(subject, offset) : status;
}

static mmf_status settle_lock(subject *subject, const mmf_header *header)
{
    static const uint8_t id[16] = {0x10, 0xc4, 0x1d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
    uint8_t in_lock[sizeof id];
    mmf_status status;

    if (access(subject->lock_path, F_OK) != 0) {
        return MMF_OK;
    }
    status = subject_read(subject, SUBJECT_LOCK, offsetof(mmf_lock_header, lock_id), in_lock,
                          sizeof in_lock);
    if (status != MMF_OK || memcmp(in_lock, header->lock_id, sizeof in_lock) != 0) {
        return status;
    }
    status =
        subject_write(subject, SUBJECT_LOCK, offsetof(mmf_lock_header, lock_id), id, sizeof id);
    return status == MMF_OK
               ? subject_write(subject, SUBJECT_STORE, offsetof(mmf_header, lock_id), id, sizeof id)
               : status;
}

mmf_status subject_settle(subject *subject)
{
    mmf_header header;
    mmf_status status;

    if (subject->type.format != MMF_FORMAT_2) {
        return MMF_OK;
    }
    status = subject_read(subject, SUBJECT_STORE, 0, &header, sizeof header);
    if (status == MMF_OK) {
        status = settle_fixed(subject, &header);
    }
    if (status == MMF_OK) {
        status = settle_slot(subject, &header.durable_0, offsetof(mmf_header, durable_0));
    }
    if (status == MMF_OK) {
        status = settle_slot(subject, &header.durable_1, offsetof(mmf_header, durable_1));
    }
    return status == MMF_OK ? settle_lock(subject, &header) : status;
}
