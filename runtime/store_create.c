#include "runtime/store_create.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/system.h"

uint64_t mmf_reservation_of(const mmf_options *options)
{
    return options->reservation_bytes ? options->reservation_bytes : MMF_RESERVATION_DEFAULT;
}

mmf_status mmf_store_system_error(const mmf_options *options, int failure, const char *what,
                                  const char *path)
{
    return mmf_error_set_system(options->error, mmf_status_of_errno(failure), failure, "%s: %s",
                                path, what);
}

/* The numbers of a new file: at least the capacity that was asked for. */
static mmf_status plan_new_file(const mmf_store_state *state, const mmf_options *options,
                                mmf_header_info *ret_info, uint64_t *ret_file_size)
{
    const mmf_record_type *type = state->store.type;
    uint64_t capacity = options->capacity ? options->capacity : type->capacity;
    uint64_t data_offset = mmf_header_region_size(type->format, type->schema_text_size);
    uint64_t most = (mmf_reservation_of(options) - data_offset) / type->record_size;
    uint64_t size;

    if (mmf_reservation_of(options) < data_offset || capacity > most) {
        return mmf_error_set(options->error, MMF_E_LIMIT,
                             "%s: a capacity of %" PRIu64 " records of %" PRIu32
                             " bytes, expected at most the reservation of %" PRIu64 " bytes",
                             state->path, capacity, type->record_size, mmf_reservation_of(options));
    }
    size = data_offset + capacity * type->record_size;
    if (type->format == MMF_FORMAT_2) {
        size = (size + MMF_PAGE_SIZE - 1) / MMF_PAGE_SIZE * MMF_PAGE_SIZE;
        capacity = (size - data_offset) / type->record_size;
    }
    *ret_info = (mmf_header_info){
        .format = type->format,
        .schema_version = type->schema_version,
        .record_size = type->record_size,
        .payload_size = type->payload_size,
        .record_align = type->record_align,
        .capacity = capacity,
        .data_offset = data_offset,
        .checksum_offset = type->checksum_offset,
    };
    memcpy(ret_info->schema_hash, type->schema_hash, sizeof ret_info->schema_hash);
    *ret_file_size = size;
    return MMF_OK;
}

static int write_header(int fd, const mmf_header_info *info, const mmf_record_type *type)
{
    uint8_t *bytes = malloc(info->data_offset);
    uint8_t uuid[16];
    int failure = bytes ? mmf_sys_random(uuid, sizeof uuid) : ENOMEM;

    if (failure == 0) {
        uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); /* RFC 9562: version 4, variant 10 */
        uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
        mmf_header_encode(info, type->schema_text, type->schema_text_size, uuid,
                          mmf_sys_wall_clock_ns(), bytes);
        failure = mmf_sys_write_at(fd, 0, bytes, info->data_offset);
    }
    free(bytes);
    return failure;
}

mmf_status mmf_store_make_file(const mmf_store_state *state, uint32_t file_mode,
                               const mmf_options *options, int *ret_fd)
{
    mmf_sys_new_file file = {.fd = -1};
    mmf_header_info info = {0};
    uint64_t size = 0;
    mmf_status status = plan_new_file(state, options, &info, &size);
    int failure;

    if (status != MMF_OK) {
        return status;
    }
    failure = mmf_sys_new_file_create(state->path, file_mode, &file);
    if (failure != 0) {
        return mmf_error_set_system(options->error,
                                    failure == ENOENT ? MMF_E_SYSTEM : mmf_status_of_errno(failure),
                                    failure, "%s: cannot create a file there", state->path);
    }
    failure = mmf_sys_allocate(file.fd, 0, size);
    if (failure == 0) {
        failure = write_header(file.fd, &info, state->store.type);
    }
    if (failure == 0) {
        failure = mmf_sys_sync(file.fd);
    }
    if (failure == 0) {
        failure = mmf_sys_new_file_publish(&file, state->path);
    }
    if (failure == 0) {
        *ret_fd = file.fd;
        return MMF_OK;
    }
    mmf_sys_new_file_close(&file);
    return mmf_store_system_error(options, failure, "cannot create", state->path);
}
