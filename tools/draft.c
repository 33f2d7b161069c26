#define _GNU_SOURCE
#include "tools/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/checksum.h"
#include "runtime/region.h"
#include "runtime/seqlock.h"
#include "runtime/system.h"

#define BUFFER_SIZE (1u << 20)
#define BUFFER_ALIGN 64u

struct mmf_draft {
    const mmf_record_type *type;
    char *path;
    mmf_sys_new_file file;
    mmf_header_info info;
    uint64_t count;     /* that it will have */
    uint64_t written;   /* bytes of records that are in the file */
    uint8_t *buffer;    /* records that are not */
    size_t used;        /* bytes of buffer */
    size_t buffer_size; /* a multiple of the record size */
};

static mmf_status failed(const mmf_draft *draft, int failure, const char *what, mmf_error *error)
{
    mmf_status status = failure == ENOENT ? MMF_E_SYSTEM : mmf_status_of_errno(failure);

    return mmf_error_set_system(error, status, failure, "%s: %s", draft->path, what);
}

/* --- Beginning ------------------------------------------------------------------------------- */

/* The Go library grows by doubling, which makes nothing of nothing. */
static uint64_t capacity_of(const mmf_record_type *type, uint64_t count)
{
    return type->format == MMF_FORMAT_1 && count == 0 ? 1 : count;
}

static mmf_draft *draft_new(const char *path, const mmf_record_type *type, uint64_t count)
{
    mmf_draft *draft = calloc(1, sizeof *draft);
    size_t records = BUFFER_SIZE / type->record_size;

    if (!draft) {
        return NULL;
    }
    draft->type = type;
    draft->count = count;
    draft->file.fd = -1;
    draft->path = strdup(path);
    draft->buffer_size = (records > 0 ? records : 1) * type->record_size;
    draft->buffer = aligned_alloc(BUFFER_ALIGN, (draft->buffer_size + BUFFER_ALIGN - 1) /
                                                    BUFFER_ALIGN * BUFFER_ALIGN);
    draft->info = (mmf_header_info){
        .format = type->format,
        .schema_version = type->schema_version,
        .record_size = type->record_size,
        .payload_size = type->payload_size,
        .checksum_offset = type->checksum_offset,
        .record_align = type->record_align,
        .data_offset = mmf_header_region_size(type->format, type->schema_text_size),
        .record_count = count,
        .capacity = capacity_of(type, count),
    };
    memcpy(draft->info.schema_hash, type->schema_hash, sizeof draft->info.schema_hash);
    if (!draft->path || !draft->buffer) {
        mmf_draft_close(draft);
        return NULL;
    }
    return draft;
}

uint64_t mmf_draft_file_bytes(const mmf_draft *draft)
{
    return draft->info.data_offset + draft->info.capacity * draft->info.record_size;
}

mmf_status mmf_draft_begin(const char *path, const mmf_record_type *type, uint64_t count,
                           uint32_t mode, mmf_error *error, mmf_draft **ret_draft)
{
    mmf_draft *draft;
    int failure;
    mmf_status status;

    if (count > (INT64_MAX - MMF_HEADER_SIZE_MAX) / type->record_size) {
        return mmf_error_set(error, MMF_E_LIMIT,
                             "%s: %" PRIu64 " records of %" PRIu32 " bytes are more than a file "
                             "can have",
                             path, count, type->record_size);
    }
    draft = draft_new(path, type, count);
    if (!draft) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    failure = mmf_sys_new_file_create(path, mode, &draft->file);
    if (failure != 0) {
        draft->file = (mmf_sys_new_file){.fd = -1};
        status = failed(draft, failure, "cannot create a file there", error);
        mmf_draft_close(draft);
        return status;
    }
    failure = mmf_sys_allocate(draft->file.fd, 0, mmf_draft_file_bytes(draft));
    if (failure != 0) {
        status = failed(draft, failure, "cannot have room for the new file", error);
        mmf_draft_close(draft);
        return status;
    }
    *ret_draft = draft;
    return MMF_OK;
}

/* --- Records --------------------------------------------------------------------------------- */

static bool is_zero(const uint8_t *bytes, size_t size)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static mmf_status write_buffer(mmf_draft *draft, mmf_error *error)
{
    int failure = draft->used == 0
                      ? 0
                      : mmf_sys_write_at(draft->file.fd, draft->info.data_offset + draft->written,
                                         draft->buffer, draft->used);

    if (failure != 0) {
        return failed(draft, failure, "cannot write the new file", error);
    }
    draft->written += draft->used;
    draft->used = 0;
    return MMF_OK;
}

mmf_status mmf_draft_add(mmf_draft *draft, const void *payload, mmf_error *error)
{
    const mmf_record_type *type = draft->type;
    uint8_t *record = draft->buffer + draft->used;
    uint64_t counter = is_zero(payload, type->payload_size) ? 0 : MMF_SEQUENCE_STEP;

    memset(record, 0, type->record_size);
    memcpy(record, &counter, sizeof counter);
    memcpy(record + MMF_COUNTER_BYTES, payload, type->payload_size);
    if (type->checksum_offset != 0) {
        mmf_checksum_seal(&draft->info, record);
    }
    draft->used += type->record_size;
    return draft->used < draft->buffer_size ? MMF_OK : write_buffer(draft, error);
}

/* --- The end --------------------------------------------------------------------------------- */

/* Without it the store would be empty for who opens it after the machine stopped. */
static void note_durable(uint8_t *header, uint64_t count)
{
    mmf_durable_slot slot = {
        .generation = 1, .record_count = count, .time_ns = mmf_sys_wall_clock_ns()};

    slot.crc = mmf_durable_slot_crc(&slot);
    memcpy(header + offsetof(mmf_header, durable_0), &slot, sizeof slot);
}

static int write_header(const mmf_draft *draft)
{
    const mmf_record_type *type = draft->type;
    uint8_t *bytes = malloc(draft->info.data_offset);
    uint8_t uuid[16];
    int failure = bytes ? mmf_sys_random(uuid, sizeof uuid) : ENOMEM;

    if (failure == 0) {
        uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); /* RFC 9562: version 4, variant 10 */
        uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
        mmf_header_encode(&draft->info, type->schema_text, type->schema_text_size, uuid,
                          mmf_sys_wall_clock_ns(), bytes);
        if (type->format == MMF_FORMAT_2) {
            note_durable(bytes, draft->count);
        }
        failure = mmf_sys_write_at(draft->file.fd, 0, bytes, draft->info.data_offset);
    }
    free(bytes);
    return failure;
}

mmf_status mmf_draft_finish(mmf_draft *draft, mmf_error *error)
{
    mmf_status status = write_buffer(draft, error);
    int failure;

    if (status != MMF_OK) {
        return status;
    }
    failure = write_header(draft);
    if (failure == 0) {
        failure = mmf_sys_sync(draft->file.fd);
    }
    return failure == 0 ? MMF_OK : failed(draft, failure, "cannot write the new file", error);
}

mmf_status mmf_draft_imitate(mmf_draft *draft, const char *path, mmf_error *error)
{
    struct stat of_path;
    struct stat own;

    if (stat(path, &of_path) != 0 || fstat(draft->file.fd, &own) != 0) {
        return failed(draft, errno, "cannot stat", error);
    }
    if ((of_path.st_uid != own.st_uid || of_path.st_gid != own.st_gid) &&
        fchown(draft->file.fd, of_path.st_uid, of_path.st_gid) != 0) {
        return failed(draft, errno, "cannot give the new file the owner of the old one", error);
    }
    return fchmod(draft->file.fd, of_path.st_mode & 07777u) == 0
               ? MMF_OK
               : failed(draft, errno, "cannot give the new file the mode of the old one", error);
}

/* --- Names ----------------------------------------------------------------------------------- */

mmf_status mmf_draft_publish(mmf_draft *draft, mmf_error *error)
{
    int failure = mmf_sys_new_file_publish(&draft->file, draft->path);

    return failure == 0 ? MMF_OK : failed(draft, failure, "cannot get that name", error);
}

static bool is_same_file(const char *one, const char *other)
{
    mmf_sys_info of_one;
    mmf_sys_info of_other;

    return mmf_sys_info_of_path(one, &of_one) == 0 && mmf_sys_info_of_path(other, &of_other) == 0 &&
           of_one.device == of_other.device && of_one.inode == of_other.inode;
}

/* A second name; one that an interrupted call has made is as good. */
static mmf_status keep_old(const mmf_draft *draft, const char *backup, mmf_error *error)
{
    if (link(draft->path, backup) == 0 || (errno == EEXIST && is_same_file(draft->path, backup))) {
        return MMF_OK;
    }
    return mmf_error_set_system(error, mmf_status_of_errno(errno), errno,
                                "%s: cannot keep the old file by that name", backup);
}

static int make_second_name(const mmf_draft *draft, char **ret_name)
{
    size_t size = strlen(draft->path) + sizeof MMF_DRAFT_SUFFIX "0123456789abcdef";
    char *name = malloc(size);
    uint64_t tag;
    int failure = name ? mmf_sys_random(&tag, sizeof tag) : ENOMEM;

    if (failure != 0) {
        free(name);
        return failure;
    }
    (void)snprintf(name, size, "%s" MMF_DRAFT_SUFFIX "%016" PRIx64, draft->path, tag);
    *ret_name = name;
    return 0;
}

mmf_status mmf_draft_replace(mmf_draft *draft, const char *backup, mmf_error *error)
{
    char *name = NULL;
    mmf_status status = backup ? keep_old(draft, backup, error) : MMF_OK;
    int failure;

    if (status != MMF_OK) {
        return status;
    }
    failure = make_second_name(draft, &name);
    if (failure == 0) {
        failure = mmf_sys_new_file_publish(&draft->file, name);
    }
    if (failure == 0 && rename(name, draft->path) != 0) {
        failure = errno;
    }
    if (failure == 0) {
        failure = mmf_sys_sync_directory_of(draft->path);
    } else {
        if (name) {
            (void)unlink(name);
        }
        if (backup) {
            (void)unlink(backup);
        }
    }
    free(name);
    return failure == 0 ? MMF_OK : failed(draft, failure, "cannot get that name", error);
}

void mmf_draft_close(mmf_draft *draft)
{
    if (draft) {
        mmf_sys_new_file_close(&draft->file);
        free(draft->path);
        free(draft->buffer);
        free(draft);
    }
}
