#include "fuzz/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/format.h"

void fuzz_need(int condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "fuzz target: %s\n", what);
        abort();
    }
}

fuzz_image fuzz_image_of(size_t size, size_t cut)
{
    fuzz_image result = {NULL, cut < size ? size - cut : 0};

    result.bytes = calloc(1, result.size + 1);
    fuzz_need(result.bytes != NULL, "memory");
    return result;
}

void fuzz_put(fuzz_image *image, size_t offset, const void *bytes, size_t size)
{
    if (offset <= image->size && size <= image->size - offset) {
        memcpy(image->bytes + offset, bytes, size);
    }
}

void fuzz_apply_patches(const uint8_t *data, size_t size, fuzz_image *store, fuzz_image *lock)
{
    while (size >= FUZZ_PATCH_BYTES) {
        fuzz_patch patch;
        fuzz_image *target;

        memcpy(&patch, data, FUZZ_PATCH_BYTES);
        data += FUZZ_PATCH_BYTES;
        size -= FUZZ_PATCH_BYTES;
        patch.size = patch.size < size ? patch.size : (uint8_t)size;
        target = patch.is_lock & 1 ? lock : store;
        if (target->size > 0) {
            fuzz_put(target, patch.offset % target->size, data, patch.size);
        }
        data += patch.size;
        size -= patch.size;
    }
}

void fuzz_read_boot_id(uint8_t ret_id[16])
{
    char text[37] = {0};
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    size_t at = 0;

    fuzz_need(file && fread(text, 1, 36, file) == 36, "boot id");
    (void)fclose(file);
    for (size_t i = 0; i < 16; i++) {
        unsigned byte = 0;

        at += text[at] == '-';
        fuzz_need(sscanf(text + at, "%2x", &byte) == 1, "boot id");
        ret_id[i] = (uint8_t)byte;
        at += 2;
    }
}

void fuzz_seal_header(fuzz_image *store)
{
    uint32_t extent = mmf_header_extent(store->bytes, store->size);
    mmf_header header;
    uint32_t crc;

    if (store->size < sizeof header || extent > store->size) {
        return;
    }
    memcpy(&header, store->bytes, sizeof header);
    if ((uint64_t)header.schema_offset + header.schema_size <= extent) {
        crc = mmf_header_crc(store->bytes);
        fuzz_put(store, offsetof(mmf_header, header_crc), &crc, sizeof crc);
    }
}
