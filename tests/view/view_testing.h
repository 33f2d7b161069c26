/* What the tests of views share beside tests/runtime/testing.h: files to look at, and numbers that
 * are the same in every run. */
#ifndef MMF_TESTS_VIEW_VIEW_TESTING_H
#define MMF_TESTS_VIEW_VIEW_TESTING_H

#include "runtime/view.h"
#include "tests/runtime/testing.h"

/* A handle with those flags, to read and write unless they say otherwise, of a file that is made
 * if need be; its window begins at `window`. Fails the test, or ends the child. */
static inline mmf_file *test_file_open(const char *path, uint32_t flags, uint64_t window)
{
    mmf_error error = {0};
    mmf_file_options options = {.flags = flags | MMF_FILE_CREATE,
                                .offset = window,
                                .reservation_bytes = 64u << 20,
                                .error = &error};
    mmf_file *file = NULL;
    mmf_status status = mmf_file_open(path, &options, &file);

    if (status != MMF_OK) {
        test_child_fail(__FILE__, __LINE__, error.text, mmf_status_name(status));
    }
    return file;
}

/* The same, and the window gets `size` bytes, zeros. */
static inline mmf_file *test_file(const char *path, uint64_t window, uint64_t size)
{
    mmf_file *file = test_file_open(path, 0, window);

    if (mmf_file_resize(file, size) != MMF_OK) {
        test_child_fail(__FILE__, __LINE__, "mmf_file_resize", "an error");
    }
    return file;
}

/* One step of either kind; bytes of both. */
static inline mmf_status test_step(mmf_chunks *chunks, bool to_write, mmf_chunk *ret_chunk)
{
    mmf_chunk_to_write chunk;
    mmf_status status;

    if (!to_write) {
        return mmf_chunks_next(chunks, ret_chunk);
    }
    status = mmf_chunks_next_to_write(chunks, &chunk);
    if (status == MMF_OK) {
        *ret_chunk = (mmf_chunk){chunk.offset, chunk.size, chunk.bytes};
    }
    return status;
}

/* xorshift64*, one for the program. */
static uint64_t test_random_state = 1;

static inline void test_random_seed(uint64_t seed)
{
    test_random_state = seed * 0x9e3779b97f4a7c15u | 1;
}

/* 0 where limit is 0. */
static inline uint64_t test_random_below(uint64_t limit)
{
    test_random_state ^= test_random_state >> 12;
    test_random_state ^= test_random_state << 25;
    test_random_state ^= test_random_state >> 27;
    return limit > 0 ? (test_random_state * 0x2545f4914f6cdd1du >> 16) % limit : 0;
}

#endif
