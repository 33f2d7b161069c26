#define _GNU_SOURCE
#include "tools/table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/hash.h"
#include "schema/json.h"

#define FIRST_LOOK 4096u

/* --- Record types ---------------------------------------------------------------------------- */

static mmf_status check_format_1(const mmf_model *model, mmf_error *error)
{
    if (model->has_checksum || model->align != 8) {
        return mmf_error_set(error, MMF_E_INVALID, "format 1 has no %s",
                             model->has_checksum ? "checksums" : "alignment other than 8");
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        if (mmf_type_info_of(field->type)->since_format > 1 || field->count != 0) {
            return mmf_error_set(error, MMF_E_INVALID, "%s: format 1 has no %s", field->name.text,
                                 field->count != 0 ? "arrays" : "enums");
        }
    }
    return MMF_OK;
}

mmf_status mmf_table_record_type(mmf_model *model, uint32_t format, const char *text,
                                 mmf_record_type *ret_type, mmf_error *error)
{
    mmf_status status = format == MMF_FORMAT_1 ? check_format_1(model, error) : MMF_OK;

    if (status != MMF_OK) {
        return status;
    }
    model->format = format;
    status = mmf_hash_compute(model);
    if (status != MMF_OK) {
        return mmf_error_set(error, status, "out of memory");
    }
    *ret_type = (mmf_record_type){
        .name = model->name.text,
        .format = format,
        .schema_version = model->version,
        .record_size = model->record_size,
        .payload_size =
            format == MMF_FORMAT_1 ? model->record_size - MMF_COUNTER_SIZE : model->payload_size,
        .checksum_offset = model->checksum_offset,
        .record_align = model->align,
        .schema_text_size = format == MMF_FORMAT_1 ? 0 : (uint32_t)strlen(text),
        .capacity = model->capacity,
        .schema_text = format == MMF_FORMAT_1 ? NULL : text,
    };
    memcpy(ret_type->schema_hash, model->hash, sizeof model->hash);
    return MMF_OK;
}

/* --- What a file says ------------------------------------------------------------------------ */

typedef struct image {
    uint8_t *bytes;
    size_t size;
    uint64_t file_size;
} image;

static mmf_status failed(mmf_error *error, const char *path)
{
    int failure = errno;
    mmf_status status = failure == ENOENT ? MMF_E_NOT_FOUND : MMF_E_SYSTEM;

    return mmf_error_set_system(error, status, failure, "%s", path);
}

/* Reads the first `size` bytes, or all that there are. */
static bool read_start(int fd, size_t size, image *image)
{
    uint8_t *bytes = realloc(image->bytes, size);

    if (!bytes) {
        errno = ENOMEM;
        return false;
    }
    image->bytes = bytes;
    while (image->size < size) {
        ssize_t got = pread(fd, bytes + image->size, size - image->size, (off_t)image->size);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        image->size += (size_t)got;
    }
    return true;
}

/* The header region. The size of the file is taken last: others may be making it larger. */
static mmf_status read_header(const char *path, image *ret_image, mmf_error *error)
{
    mmf_status status = MMF_OK;
    struct stat stat;
    int fd;

    do {
        fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return failed(error, path);
    }
    if (fstat(fd, &stat) != 0) {
        status = failed(error, path);
    } else if (!S_ISREG(stat.st_mode)) {
        status = mmf_error_set(error, MMF_E_INVALID, "%s: not a regular file", path);
    } else if (!read_start(fd, FIRST_LOOK, ret_image) ||
               !read_start(fd, mmf_header_extent(ret_image->bytes, ret_image->size), ret_image) ||
               fstat(fd, &stat) != 0) {
        status = failed(error, path);
    }
    ret_image->file_size = (uint64_t)stat.st_size;
    (void)close(fd);
    return status;
}

/* "PATH: its schema text: …", of the first error in it. */
static mmf_status complain_of_text(const char *path, const mmf_diagnostics *diagnostics,
                                   mmf_error *error)
{
    const char *what = diagnostics->count > 0 ? diagnostics->items[0].text : "out of memory";

    return mmf_error_set(error, diagnostics->count > 0 ? MMF_E_CORRUPT : MMF_E_NO_MEMORY,
                         "%s: its schema text is none: %s", path, what);
}

static mmf_status validate(const char *path, const image *image, mmf_header_info *ret_info,
                           mmf_error *error)
{
    mmf_error detail = {0};
    mmf_status status =
        mmf_header_validate(image->bytes, image->size, image->file_size, ret_info, &detail);

    return status == MMF_OK ? MMF_OK : mmf_error_set(error, status, "%s: %s", path, detail.text);
}

static mmf_status parse_header(const char *path, const image *image, mmf_model **ret_model,
                               uint32_t *ret_format, mmf_error *error)
{
    mmf_header_info info;
    mmf_diagnostics diagnostics = {0};
    mmf_status status = validate(path, image, &info, error);

    if (status != MMF_OK) {
        return status;
    }
    *ret_format = info.format;
    *ret_model = NULL;
    if (info.schema_offset == 0) {
        return MMF_OK;
    }
    status = mmf_schema_parse((const char *)image->bytes + info.schema_offset, info.schema_size,
                              &diagnostics, ret_model);
    if (status != MMF_OK) {
        status = complain_of_text(path, &diagnostics, error);
    }
    mmf_diagnostics_clear(&diagnostics);
    return status;
}

mmf_status mmf_table_header_of(const char *path, mmf_header *ret_header, mmf_header_info *ret_info,
                               mmf_error *error)
{
    image image = {0};
    mmf_header_info info;
    mmf_status status = read_header(path, &image, error);

    if (status == MMF_OK) {
        status = validate(path, &image, &info, error);
    }
    if (status == MMF_OK) {
        size_t size = info.format == MMF_FORMAT_1 ? sizeof ret_header->common : sizeof *ret_header;

        memset(ret_header, 0, sizeof *ret_header);
        memcpy(ret_header, image.bytes, size);
        *ret_info = info;
    }
    free(image.bytes);
    return status;
}

mmf_status mmf_table_schema_of(const char *path, mmf_model **ret_model, uint32_t *ret_format,
                               mmf_error *error)
{
    image image = {0};
    mmf_status status = read_header(path, &image, error);

    if (status == MMF_OK) {
        status = parse_header(path, &image, ret_model, ret_format, error);
    }
    free(image.bytes);
    return status;
}

/* --- Opening --------------------------------------------------------------------------------- */

static mmf_table *new_table(mmf_model *model, uint32_t format, mmf_error *error,
                            mmf_status *ret_status)
{
    mmf_table *table = calloc(1, sizeof *table);
    mmf_status status = MMF_E_NO_MEMORY;

    if (table) {
        table->model = model;
        table->text = format == MMF_FORMAT_1 ? NULL : mmf_schema_canonical(model);
    }
    if (!table || (format != MMF_FORMAT_1 && !table->text)) {
        (void)mmf_error_set(error, status, "out of memory");
    } else {
        status = mmf_table_record_type(model, format, table->text, &table->type, error);
    }
    if (status != MMF_OK) {
        if (!table) {
            mmf_model_free(model);
        }
        (void)mmf_table_close(table);
        table = NULL;
    }
    *ret_status = status;
    return table;
}

/* Which of the two: the file's, whose names of fields are those of its making, or the given one. */
static mmf_status choose_schema(const char *path, const char *schema_path, mmf_error *error,
                                mmf_diagnostics *diagnostics, mmf_model **model, uint32_t format)
{
    mmf_model *given = NULL;
    mmf_status status;

    if (!schema_path) {
        return *model ? MMF_OK
                      : mmf_error_set(error, MMF_E_SCHEMA,
                                      "%s: a file of format %u does not carry its schema: "
                                      "give it with --schema",
                                      path, format);
    }
    status = mmf_schema_load(schema_path, diagnostics, &given);
    if (status != MMF_OK) {
        return mmf_error_set(error, status, "%s: %s", schema_path, mmf_status_text(status));
    }
    mmf_model_free(*model);
    *model = given;
    return MMF_OK;
}

mmf_status mmf_table_open(const char *path, const char *schema_path, const mmf_options *options,
                          mmf_diagnostics *diagnostics, mmf_table **ret_table)
{
    mmf_error *error = options ? options->error : NULL;
    mmf_model *model = NULL;
    mmf_table *table;
    uint32_t format = 0;
    mmf_status status = mmf_table_schema_of(path, &model, &format, error);

    if (status == MMF_OK) {
        status = choose_schema(path, schema_path, error, diagnostics, &model, format);
    }
    if (status != MMF_OK) {
        mmf_model_free(model);
        return status;
    }
    table = new_table(model, format, error, &status);
    if (table) {
        status = mmf_store_open(path, &table->type, options, &table->store);
    }
    if (status != MMF_OK) {
        (void)mmf_table_close(table);
        return status;
    }
    *ret_table = table;
    return MMF_OK;
}

mmf_status mmf_table_create(const char *path, mmf_model *model, uint32_t format,
                            const mmf_options *options, mmf_table **ret_table)
{
    mmf_status status = MMF_OK;
    mmf_table *table = new_table(model, format, options ? options->error : NULL, &status);

    if (table) {
        status = mmf_store_create(path, &table->type, options, &table->store);
    }
    if (status != MMF_OK) {
        (void)mmf_table_close(table);
        return status;
    }
    *ret_table = table;
    return MMF_OK;
}

mmf_status mmf_table_close(mmf_table *table)
{
    mmf_status status;

    if (!table) {
        return MMF_OK;
    }
    status = mmf_store_close(table->store);
    mmf_model_free(table->model);
    free(table->text);
    free(table);
    return status;
}

/* --- Records --------------------------------------------------------------------------------- */

static mmf_status replace(mmf_table *table, uint64_t index, uint32_t offset, uint32_t size,
                          const uint8_t *bytes)
{
    mmf_write_section section = {NULL, 0};
    mmf_status status = mmf_write_begin(table->store, index, table->type.record_size,
                                        offset + MMF_COUNTER_SIZE, size, &section);

    if (status != MMF_OK) {
        return status;
    }
    mmf_bytes_store(section.payload + offset, bytes, size);
    return mmf_write_end(table->store, &section);
}

mmf_status mmf_table_set(mmf_table *table, uint64_t index, const void *payload)
{
    return replace(table, index, 0, table->type.payload_size, payload);
}

mmf_status mmf_table_set_field(mmf_table *table, uint64_t index, const mmf_field *field,
                               const void *payload)
{
    uint32_t offset = mmf_table_field_offset(field);

    return replace(table, index, offset, field->size, (const uint8_t *)payload + offset);
}

mmf_status mmf_table_append(mmf_table *table, const void *payloads, uint64_t count,
                            uint64_t *ret_first)
{
    const uint8_t *payload = payloads;
    mmf_append_section section = {NULL, 0};
    mmf_status status = mmf_append_begin(table->store, count, &section);
    unsigned char *record = section.record;

    if (status != MMF_OK) {
        return status;
    }
    for (uint64_t i = 0; i < count; i++) {
        mmf_words_store(mmf_append_record_begin(record), payload, table->type.payload_size);
        mmf_append_record_end(table->store, record);
        record += table->type.record_size;
        payload += table->type.payload_size;
    }
    status = mmf_append_end(table->store, &section, count);
    if (status == MMF_OK && ret_first) {
        *ret_first = section.index;
    }
    return status;
}

uint32_t mmf_table_text_length(const mmf_field *field, const uint8_t *element)
{
    uint32_t length;

    memcpy(&length, element, sizeof length);
    return length < field->max ? length : field->max;
}
