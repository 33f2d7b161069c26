/* Steps by chunks and pages: every byte once and in its order, from any place, while the file
 * becomes longer and shorter between the steps. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>

#include "runtime/view.h"
#include "tests/view/view_testing.h"

const char *const suite_name = "chunks";

#define FILE_MAX 40000u

/* A file whose bytes say where they are. */
static mmf_file *make(uint64_t window, uint64_t size)
{
    mmf_file *file = test_file(test_path("file"), window, size);

    for (uint64_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)(i * 7 + i / 251);

        ck_ok(mmf_file_write_at(file, i, &byte, 1, NULL));
    }
    return file;
}

static bool is_as_made(const unsigned char *bytes, uint64_t offset, uint64_t size)
{
    for (uint64_t i = offset; i < offset + size; i++) {
        if (bytes[i - offset] != (unsigned char)(i * 7 + i / 251)) {
            return false;
        }
    }
    return true;
}

START_TEST(test_all_bytes_once)
{
    static const uint64_t chunk_sizes[] = {1, 7, 4096, 10000, 29999, 30000, 30001, UINT64_MAX};
    static const uint64_t ends[] = {MMF_SEGMENT_TO_END, 0, 1, 5000, 40000};
    mmf_file *file = make(0, 30000);

    for (unsigned s = 0; s < 8; s++) {
        for (unsigned e = 0; e < 5; e++) {
            const uint64_t skips[] = {0, 13, 4096};
            uint64_t skip = skips[e % 3];
            uint64_t size = ends[e] < 30000 - 100 ? ends[e] : 30000 - 100;
            uint64_t at = skip < size ? skip : 0;
            mmf_segment segment;
            mmf_chunks chunks;
            mmf_chunk chunk = {0};

            ck_ok(mmf_segment_of(file, 100, ends[e], 0, &segment));
            ck_ok(mmf_chunks_of(&segment, at, chunk_sizes[s], &chunks));
            while (test_step(&chunks, _i == 1, &chunk) == MMF_OK) {
                uint64_t expected = size - at < chunk_sizes[s] ? size - at : chunk_sizes[s];

                ck_assert_uint_eq(chunk.offset, at);
                ck_assert_uint_eq(chunk.size, expected);
                ck_assert(is_as_made(chunk.bytes, 100 + at, chunk.size));
                at += chunk.size;
            }
            ck_assert_uint_eq(at, size);
            ck_status(test_step(&chunks, _i == 1, &chunk), MMF_E_END);
        }
    }
    ck_ok(mmf_file_close(file));
}
END_TEST

/* A page is one of the file, wherever window, segment and start are. */
START_TEST(test_pages)
{
    static const uint64_t windows[] = {0, 100, 4096, 5000};
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t window = windows[_i];
    mmf_file *file = make(window, 5 * page + 77);

    for (uint64_t from = 0; from < 2 * page; from += 509) {
        mmf_segment segment;
        mmf_chunks chunks;
        mmf_chunk chunk;
        uint64_t at = from / 2;
        unsigned count = 0;

        ck_ok(mmf_segment_of(file, from - at, MMF_SEGMENT_TO_END, 0, &segment));
        ck_ok(mmf_pages_of(&segment, at, &chunks));
        for (; mmf_chunks_next(&chunks, &chunk) == MMF_OK; at += chunk.size, count++) {
            uint64_t in_file = window + segment.offset + at;

            ck_assert_uint_eq(chunk.offset, at);
            ck_assert(is_as_made(chunk.bytes, segment.offset + at, chunk.size));
            ck_assert_uint_eq(in_file / page, (in_file + chunk.size - 1) / page);
            ck_assert(count == 0 || (uintptr_t)chunk.bytes % page == 0);
        }
        ck_assert_uint_eq(segment.offset + at, 5 * page + 77);
        ck_assert_uint_eq(count, (window + 5 * page + 76) / page - (window + from) / page + 1);
    }
    ck_ok(mmf_file_close(file));
}
END_TEST

/* Sizes of the file change between steps; the model is a number. */
START_TEST(test_growth_and_cuts_between_steps)
{
    bool to_write = _i % 2 == 1;
    mmf_file *file = test_file(test_path("file"), 0, 1000);
    uint64_t size = 1000;

    test_random_seed(0xc4 + (unsigned)_i);
    for (unsigned round = 0; round < 100; round++) {
        uint64_t chunk_size = 1 + test_random_below(5000);
        uint64_t limit = test_random_below(3) == 0 ? UINT64_MAX : test_random_below(FILE_MAX);
        uint64_t start = test_random_below(limit < 3000 ? limit + 1 : 3000);
        uint64_t at = start;
        mmf_segment segment;
        mmf_chunks chunks;

        ck_ok(mmf_segment_of(file, 500, limit, 0, &segment));
        ck_ok(mmf_chunks_of(&segment, at, chunk_size, &chunks));
        for (unsigned i = 0; i < 40; i++) {
            uint64_t there = size > 500 ? size - 500 : 0;
            uint64_t rest = chunk_size - (at - start) % chunk_size;
            mmf_chunk chunk = {77, 77, NULL};
            mmf_status status = test_step(&chunks, to_write, &chunk);

            there = there < limit ? there : limit;
            if (at >= there) {
                ck_status(status, MMF_E_END);
                ck_assert_uint_eq(chunk.size, 77);
            } else {
                ck_ok(status);
                ck_assert_uint_eq(chunk.offset, at);
                ck_assert_uint_eq(chunk.size, there - at < rest ? there - at : rest);
                at += chunk.size;
            }
            if (test_random_below(3) == 0) {
                size = test_random_below(FILE_MAX);
                ck_assert_int_eq(truncate(test_path("file"), (off_t)size), 0);
            }
        }
    }
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(test_what_is_written_is_in_the_file)
{
    mmf_file *file = test_file(test_path("file"), 0, 10001);
    unsigned char *bytes;
    mmf_segment segment;
    mmf_chunks chunks;
    mmf_chunk_to_write chunk;
    uint64_t at = 0;
    size_t size;

    ck_ok(mmf_segment_of(file, 1, 9999, 0, &segment));
    ck_ok(mmf_chunks_of(&segment, 0, 100, &chunks));
    while (mmf_chunks_next_to_write(&chunks, &chunk) == MMF_OK) {
        memset(chunk.bytes, (int)(1 + chunk.offset / 100 % 200), chunk.size);
        at += chunk.size;
    }
    ck_assert_uint_eq(at, 9999);
    ck_ok(mmf_file_close(file));
    bytes = test_read_file(test_path("file"), &size);
    ck_assert_uint_eq(size, 10001);
    ck_assert(bytes[0] == 0 && bytes[10000] == 0);
    for (unsigned i = 0; i < 9999; i++) {
        ck_assert_uint_eq(bytes[1 + i], 1 + i / 100 % 200);
    }
    free(bytes);
}
END_TEST

START_TEST(test_seek)
{
    mmf_file *file = make(0, 1000);
    mmf_segment segment;
    mmf_chunks chunks;
    mmf_chunk chunk;

    ck_ok(mmf_segment_of(file, 0, 1000, 0, &segment));
    ck_ok(mmf_chunks_of(&segment, 50, 100, &chunks));
    ck_ok(mmf_chunks_seek(&chunks, 170)); /* in the chunk from 150 on */
    ck_ok(mmf_chunks_next(&chunks, &chunk));
    ck_assert(chunk.offset == 170 && chunk.size == 80);
    ck_ok(mmf_chunks_seek(&chunks, 20)); /* before the beginning: chunks go on that way */
    ck_ok(mmf_chunks_next(&chunks, &chunk));
    ck_assert(chunk.offset == 20 && chunk.size == 30);
    ck_ok(mmf_chunks_next(&chunks, &chunk));
    ck_assert(chunk.offset == 50 && chunk.size == 100);
    ck_ok(mmf_chunks_seek(&chunks, 1000));
    ck_status(mmf_chunks_next(&chunks, &chunk), MMF_E_END);
    ck_status(mmf_chunks_seek(&chunks, 1001), MMF_E_INVALID);
    ck_status(mmf_chunks_seek(&chunks, UINT64_MAX), MMF_E_INVALID);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(test_refusals)
{
    mmf_file *file = test_file(test_path("file"), 0, 1000);
    mmf_segment segment;
    mmf_chunks chunks = {.chunk_size = 77};
    mmf_chunk_to_write chunk = {.size = 77};

    ck_ok(mmf_segment_of(file, 0, 500, MMF_SEGMENT_READ_ONLY, &segment));
    ck_status(mmf_chunks_of(&segment, 0, 0, &chunks), MMF_E_INVALID);
    ck_status(mmf_chunks_of(&segment, 501, 1, &chunks), MMF_E_INVALID);
    ck_status(mmf_chunks_of(&segment, UINT64_MAX, 1, &chunks), MMF_E_INVALID);
    ck_status(mmf_pages_of(&segment, 501, &chunks), MMF_E_INVALID);
    ck_status(mmf_pages_of(&segment, UINT64_MAX, &chunks), MMF_E_INVALID);
    ck_assert_uint_eq(chunks.chunk_size, 77);
    ck_ok(mmf_chunks_of(&segment, 0, 100, &chunks));
    ck_status(mmf_chunks_next_to_write(&chunks, &chunk), MMF_E_READONLY);
    ck_assert_uint_eq(chunks.offset, 0);
    ck_assert_uint_eq(chunk.size, 77);
    ck_ok(mmf_file_close(file));
}
END_TEST

/* Far behind the end of any file, in chunks as large as can be. */
START_TEST(test_numbers_that_wrap)
{
    mmf_file *file = test_file(test_path("file"), 0, 1000);
    mmf_segment segment;
    mmf_chunks chunks;
    mmf_chunk chunk;

    ck_ok(mmf_segment_of(file, 0, MMF_SEGMENT_TO_END, 0, &segment));
    ck_ok(mmf_chunks_of(&segment, INT64_MAX, UINT64_MAX, &chunks));
    ck_status(mmf_chunks_next(&chunks, &chunk), MMF_E_END);
    ck_ok(mmf_chunks_of(&segment, 999, UINT64_MAX, &chunks));
    ck_ok(mmf_chunks_next(&chunks, &chunk));
    ck_assert_uint_eq(chunk.size, 1);
    ck_ok(mmf_chunks_seek(&chunks, 0));
    ck_ok(mmf_chunks_next(&chunks, &chunk));
    ck_assert_uint_eq(chunk.size, 999);
    ck_ok(mmf_file_close(file));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_all_bytes_once, 0, 2);
    tcase_add_loop_test(tcase, test_pages, 0, 4);
    tcase_add_loop_test(tcase, test_growth_and_cuts_between_steps, 0, 4);
    tcase_add_test(tcase, test_what_is_written_is_in_the_file);
    tcase_add_test(tcase, test_seek);
    tcase_add_test(tcase, test_refusals);
    tcase_add_test(tcase, test_numbers_that_wrap);
}
