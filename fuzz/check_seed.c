/* Makes an input of check_fuzz.c out of a store and its lock file:
 *     check_seed FLAGS MODE STORE LOCK >INPUT
 * A LOCK that does not exist is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/check_case.h"
#include "fuzz/image.h"

#define FILE_MAX (1u << 17)
#define ZEROS_MIN 8u /* that are worth a patch of their own */

static size_t read_file(const char *path, uint8_t *ret_bytes)
{
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(ret_bytes, 1, FILE_MAX, file) : 0;

    if (file) {
        (void)fclose(file);
    }
    return size;
}

static size_t zeros_from(const uint8_t *bytes, size_t size, size_t at)
{
    size_t count = 0;

    while (at + count < size && bytes[at + count] == 0) {
        count++;
    }
    return count;
}

static void put_patches(const uint8_t *bytes, size_t size, int is_lock)
{
    for (size_t at = zeros_from(bytes, size, 0); at < size;) {
        fuzz_patch patch = {(uint32_t)at, (uint8_t)is_lock, 0};
        size_t end = at;

        while (end < size && end - at < UINT8_MAX && zeros_from(bytes, size, end) < ZEROS_MIN) {
            end++;
        }
        patch.size = (uint8_t)(end - at);
        (void)fwrite(&patch, 1, FUZZ_PATCH_BYTES, stdout);
        (void)fwrite(bytes + at, 1, end - at, stdout);
        at = end + zeros_from(bytes, size, end);
    }
}

static uint8_t pages_of(size_t size)
{
    return (uint8_t)((size + 4095) / 4096);
}

int main(int argc, char **argv)
{
    static uint8_t store[FILE_MAX];
    static uint8_t lock[FILE_MAX];
    check_case how = {0};
    size_t size;
    size_t lock_size;

    if (argc != 5) {
        (void)fprintf(stderr, "usage: %s FLAGS MODE STORE LOCK >INPUT\n", argv[0]);
        return EXIT_FAILURE;
    }
    size = read_file(argv[3], store);
    lock_size = read_file(argv[4], lock);
    how.flags = (uint8_t)strtoul(argv[1], NULL, 0);
    how.mode = (uint8_t)strtoul(argv[2], NULL, 0);
    how.pages = pages_of(size);
    how.cut = (uint16_t)(how.pages * 4096u - size);
    how.lock_pages = pages_of(lock_size);
    how.lock_cut = (uint16_t)(how.lock_pages * 4096u - lock_size);
    (void)fwrite(&how, 1, sizeof how, stdout);
    put_patches(store, size, 0);
    put_patches(lock, lock_size, 1);
    return ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
