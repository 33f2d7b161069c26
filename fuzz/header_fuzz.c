/* Fuzz target: any bytes as the image of a store's file. The validator may say what it likes of
 * them, but what it lets through must hold together, and a store that opens must be readable and
 * writable without a crash.
 *
 * The first byte of an input says how: bit 0: repair the checksum, so that what lies behind it is
 * reached; bit 1: what the program's record type is taken from; bits 2–3: the mode. The image
 * follows. Records of a hostile file can be odd, so every wait is cut to a millisecond. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/mmf.h"
#include "schema/format.h"

#define IMAGE_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "header_fuzz: %s\n", what);
        abort();
    }
}

/* A right checksum where there is a header region to have one. */
static void repair(uint8_t *image, size_t size)
{
    uint32_t extent = mmf_header_extent(image, size);
    uint64_t offset;
    uint64_t length;
    mmf_header header;

    if (size < sizeof header || extent > size) {
        return;
    }
    memcpy(&header, image, sizeof header);
    offset = header.schema_offset;
    length = header.schema_size;
    if (offset + length <= extent) {
        header.header_crc = mmf_header_crc(image);
        memcpy(image + offsetof(mmf_header, header_crc), &header.header_crc, 4);
    }
}

/* What mmf_header_validate() promises of the numbers that it lets through. */
static void check_info(const mmf_header_info *info, size_t size, uint64_t file_size)
{
    check(info->format == 1 || info->format == 2, "format");
    check(info->record_size >= 16 && info->record_size % 8 == 0, "record size");
    check(info->record_size <= MMF_RECORD_SIZE_MAX, "record size limit");
    check(info->payload_size >= 8 && info->payload_size % 8 == 0, "payload size");
    check(info->payload_size <= info->record_size - 8, "payload in record");
    check(info->checksum_offset == 0 || (info->checksum_offset == info->payload_size + 8 &&
                                         info->checksum_offset + 8 <= info->record_size),
          "checksum in record");
    check(info->checksum_offset == 0 || info->format == 2, "a checksum in format 1");
    check(info->data_offset >= 64 && info->data_offset <= size, "data offset");
    check(info->data_offset <= file_size, "data in file");
    check(info->record_count <= info->capacity, "count in capacity");
    check(info->capacity <= (file_size - info->data_offset) / info->record_size, "capacity");
    check((uint64_t)info->schema_offset + info->schema_size <= info->data_offset, "schema text");
}

/* What a call on a record of a hostile file may say. */
static void check_status(mmf_status status)
{
    check(status == MMF_OK || status == MMF_E_INDEX || status == MMF_E_STUCK ||
              status == MMF_E_CORRUPT,
          mmf_status_name(status));
}

static void use_record(mmf_store *store, uint64_t index, int writes)
{
    uint32_t stride = store->type->record_size;
    uint8_t bytes[64];
    char text[16];
    uint64_t word = 0;
    uint32_t len = 0;
    mmf_read_section section;

    check_status(mmf_peek_u64(store, index, stride, 8, &word));
    check_status(mmf_get_u64(store, index, stride, 8, &word));
    check_status(mmf_get_array(store, index, 8, store->type->payload_size < 64 ? 8 : 64, bytes));
    if (mmf_get_text(store, index, 8, 4, text, sizeof text, &len) == MMF_OK) {
        check(len <= 4, "length of a text");
    }
    if (mmf_read_begin(store, index, stride, &section) == MMF_OK) {
        (void)mmf_read_valid(&section);
    }
    if (writes) {
        check_status(mmf_set_u64(store, index, stride, 8, word));
        check_status(mmf_set_text(store, index, 8, 4, "abc", 3));
    }
}

static void check_reserve(mmf_status status)
{
    check(status == MMF_OK || status == MMF_E_LIMIT || status == MMF_E_NO_SPACE, "reserve");
}

static void use_store(mmf_store *store, int writes)
{
    uint64_t len = mmf_store_len(store);
    uint64_t index = 0;

    check(len <= mmf_store_capacity(store), "len in capacity");
    use_record(store, 0, writes);
    use_record(store, len - 1, writes);
    use_record(store, len, writes);
    use_record(store, UINT64_MAX, writes);
    if (writes) {
        if (mmf_append_zero(store, &index) == MMF_OK) {
            check(index == len, "index of an append");
            use_record(store, index, writes);
        }
        check(mmf_store_sync(store) == MMF_OK, "sync");
        check_reserve(mmf_store_reserve(store, len + 10));
    }
}

static void open_image(const char *path, const mmf_header_info *info, unsigned how)
{
    static const uint32_t modes[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER, MMF_READ_ONLY};
    mmf_error error = {0};
    mmf_options options = {.flags = modes[how >> 2 & 3],
                           .timeout_ms = 1,
                           .reservation_bytes = 4u << 20,
                           .error = &error};
    mmf_record_type type = {.name = "Fuzz", .format = 2, .record_size = 64, .payload_size = 56};
    mmf_store *store;
    mmf_status status;

    if (info && (how & 2) == 0) {
        type.format = info->format;
        type.record_size = info->record_size;
        type.payload_size = info->payload_size;
        type.checksum_offset = info->checksum_offset;
        memcpy(type.schema_hash, info->schema_hash, sizeof type.schema_hash);
    }
    status = mmf_store_open(path, &type, &options, &store);
    check(error.status == status, "status of the error");
    if (status == MMF_OK) {
        check(info != NULL, "opened what is not valid");
        use_store(store, options.flags != MMF_READ_ONLY);
        (void)mmf_store_close(store);
    } else {
        check(error.text[0] != '\0', "an error without a text");
    }
}

/* One file for all inputs, in memory where there is such a place. */
static const char *path_of_image(void)
{
    static char path[256];
    const char *parent = getenv("TEST_TMPDIR");

    if (path[0] == '\0') {
        if (!parent) {
            parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        }
        (void)snprintf(path, sizeof path, "%s/header-fuzz-%d", parent, (int)getpid());
    }
    return path;
}

static void write_image(const char *path, const uint8_t *image, size_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    check(fd >= 0 && write(fd, image, size) == (ssize_t)size, "cannot write the image");
    (void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mmf_header_info info;
    mmf_error error = {0};
    unsigned how = size > 0 ? data[0] : 0;
    size_t image_size = size > 0 ? size - 1 : 0;
    uint8_t *image = malloc(image_size + 1);
    char lock[300];
    mmf_status status;

    if (!image || image_size > IMAGE_MAX) {
        free(image);
        return 0;
    }
    memcpy(image, size > 0 ? data + 1 : data, image_size);
    if (how & 1) {
        repair(image, image_size);
    }
    /* the file may have grown, or shrunk, since its first bytes were read */
    status = mmf_header_validate(image, image_size, image_size + (how & 0xf0) * 100u, &info, NULL);
    if (status == MMF_OK) {
        check_info(&info, image_size, image_size + (how & 0xf0) * 100u);
    }
    status = mmf_header_validate(image, image_size, image_size / 2, &info, NULL);
    check(status != MMF_OK || info.data_offset <= image_size / 2, "a header beyond the file");
    status = mmf_header_validate(image, image_size, image_size, &info, &error);
    check(error.status == status, "status of the validator's error");
    if (status == MMF_OK) {
        check_info(&info, image_size, image_size);
    }
    write_image(path_of_image(), image, image_size);
    open_image(path_of_image(), status == MMF_OK ? &info : NULL, how);
    (void)unlink(path_of_image());
    (void)snprintf(lock, sizeof lock, "%s.lock", path_of_image());
    (void)unlink(lock);
    free(image);
    return 0;
}
