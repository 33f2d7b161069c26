/* The files of a fuzz target's input: zeros, with patches. */
#ifndef MMF_FUZZ_IMAGE_H
#define MMF_FUZZ_IMAGE_H

#include <stddef.h>
#include <stdint.h>

typedef struct fuzz_image {
    uint8_t *bytes;
    size_t size;
} fuzz_image;

/* Bytes of a file that are not zero; they follow it in the input. */
typedef struct fuzz_patch {
    uint32_t offset; /* from the file's beginning, modulo its size */
    uint8_t is_lock; /* bit 0 */
    uint8_t size;
} fuzz_patch;

#define FUZZ_PATCH_BYTES 6u

/* Aborts, with the word, unless the condition holds: what a fuzzer takes for a crash. */
void fuzz_need(int condition, const char *what);

/* size - cut zeros, to be freed. */
fuzz_image fuzz_image_of(size_t size, size_t cut);

/* Nothing, where not all of it lies in the image. */
void fuzz_put(fuzz_image *image, size_t offset, const void *bytes, size_t size);

void fuzz_apply_patches(const uint8_t *data, size_t size, fuzz_image *store, fuzz_image *lock);

void fuzz_read_boot_id(uint8_t ret_id[16]);

/* A right checksum, where there is a header region to have one. */
void fuzz_seal_header(fuzz_image *store);

#endif
