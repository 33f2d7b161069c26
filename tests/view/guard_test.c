/* Views of files that another process cuts, on handles with MMF_FILE_GUARD: the program lives, and
 * all that follows is MMF_E_TRUNCATED. In children, which may die. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/atomic_view.h"
#include "runtime/view.h"
#include "tests/view/view_testing.h"

const char *const suite_name = "view_guard";

static void cut_under_a_segment(void *argument)
{
    const uint64_t *left = argument;
    mmf_file *file = test_file_open(test_path("file"), MMF_FILE_GUARD, 0);
    const unsigned char *bytes = NULL;
    unsigned char *to_write;
    unsigned char buffer[16];
    mmf_segment segment;
    mmf_segment first;
    volatile unsigned char sum = 0;
    size_t size;

    must_ok(mmf_segment_of(file, 9000, 3000, 0, &segment));
    must_ok(mmf_segment_of(file, 0, 10, 0, &first));
    must_ok(mmf_segment_bytes(&segment, 0, 3000, &bytes));
    must(truncate(test_path("file"), (off_t)*left) == 0);
    must_status(mmf_segment_read_at(&segment, 2990, buffer, 10, &size), MMF_E_END);
    must_status(mmf_segment_bytes_to_write(&segment, 2990, 10, &to_write), MMF_E_END);
    must_status(mmf_segment_write_at(&segment, 2990, buffer, 10), MMF_E_END);
    sum = (unsigned char)(sum + bytes[2999]); /* lives */
    must(mmf_file_is_cut(file));
    must_status(mmf_segment_read_at(&segment, 2990, buffer, 10, &size), MMF_E_TRUNCATED);
    must_status(mmf_segment_write_at(&segment, 2990, buffer, 10), MMF_E_TRUNCATED);
    must_status(mmf_segment_bytes(&segment, 2990, 10, &bytes), MMF_E_TRUNCATED);
    must_status(mmf_segment_bytes_to_write(&segment, 2990, 10, &to_write), MMF_E_TRUNCATED);
    must(truncate(test_path("file"), 16384) == 0);
    must_status(mmf_segment_read_at(&segment, 2990, buffer, 10, &size), MMF_E_TRUNCATED);
    must_status(mmf_segment_bytes(&segment, 2990, 10, &bytes), MMF_E_TRUNCATED);
    must_status(mmf_segment_bytes(&first, 0, 1, &bytes), MMF_E_TRUNCATED);
    must_status(mmf_segment_bytes_to_write(&first, 0, 1, &to_write), MMF_E_TRUNCATED);
    (void)mmf_file_close(file);
}

START_TEST(test_cut_under_a_segment)
{
    static const uint64_t sizes[] = {0, 100, 8192};
    uint64_t left = sizes[_i];

    ck_ok(mmf_file_close(test_file(test_path("file"), 0, 16384)));
    test_run_ok(cut_under_a_segment, &left, 20000);
}
END_TEST

static void cut_in_a_chunk(void *argument)
{
    bool to_write = *(const bool *)argument;
    mmf_file *file = test_file_open(test_path("file"), MMF_FILE_GUARD, 0);
    mmf_segment segment;
    mmf_chunks chunks;
    mmf_chunk chunk;
    volatile unsigned char byte = 0;

    must_ok(mmf_segment_of(file, 0, MMF_SEGMENT_TO_END, 0, &segment));
    must_ok(mmf_chunks_of(&segment, 0, 8192, &chunks));
    must_ok(test_step(&chunks, to_write, &chunk));
    must_ok(test_step(&chunks, to_write, &chunk));
    must(truncate(test_path("file"), 100) == 0);
    byte = chunk.bytes[8191]; /* lives */
    (void)byte;
    must(truncate(test_path("file"), 65536) == 0);
    must_status(test_step(&chunks, to_write, &chunk), MMF_E_TRUNCATED);
    must_ok(mmf_chunks_seek(&chunks, 0));
    must_status(test_step(&chunks, to_write, &chunk), MMF_E_TRUNCATED);
    (void)mmf_file_close(file);
}

START_TEST(test_cut_in_a_chunk)
{
    bool to_write = _i == 1;

    ck_ok(mmf_file_close(test_file(test_path("file"), 0, 65536)));
    test_run_ok(cut_in_a_chunk, &to_write, 20000);
}
END_TEST

static void cut_under_a_word(void *argument)
{
    bool waits = *(const bool *)argument;
    mmf_file *file = test_file_open(test_path("file"), MMF_FILE_GUARD, 0);
    mmf_segment segment;
    mmf_atomic_u32 u32;
    mmf_atomic_u64 u64;
    mmf_status status;

    must_ok(mmf_segment_of(file, 8192, 100, 0, &segment));
    must_ok(mmf_atomic_u32_of(&segment, 0, &u32));
    must_ok(mmf_atomic_u64_of(&segment, 8, &u64));
    must(truncate(test_path("file"), 100) == 0);
    if (waits) {
        status = mmf_atomic_u32_wait(u32, 0, 5000, NULL);
        must(status == MMF_E_END || status == MMF_E_TRUNCATED);
        status = mmf_atomic_u32_wait(u32, UINT32_MAX, 5000, NULL);
        must(status == MMF_E_END || status == MMF_E_TRUNCATED);
    }
    mmf_atomic_u32_store(u32, 1); /* lives */
    (void)mmf_atomic_u64_add(u64, 1);
    (void)mmf_atomic_u32_load(u32);
    mmf_atomic_u32_wake(u32);
    must(truncate(test_path("file"), 16384) == 0);
    must_status(mmf_atomic_u32_check(u32), MMF_E_TRUNCATED);
    must_status(mmf_atomic_u64_check(u64), MMF_E_TRUNCATED);
    must_status(mmf_atomic_u32_wait(u32, 1, 5000, NULL), MMF_E_TRUNCATED);
    must_status(mmf_atomic_u32_wait(u32, 2, 5000, NULL), MMF_E_TRUNCATED);
    must_status(mmf_atomic_u32_of(&segment, 0, &u32), MMF_E_TRUNCATED);
    (void)mmf_file_close(file);
}

START_TEST(test_cut_under_a_word)
{
    bool waits = _i == 1;

    ck_ok(mmf_file_close(test_file(test_path("file"), 0, 16384)));
    test_run_ok(cut_under_a_word, &waits, 30000);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_cut_under_a_segment, 0, 3);
    tcase_add_loop_test(tcase, test_cut_in_a_chunk, 0, 2);
    tcase_add_loop_test(tcase, test_cut_under_a_word, 0, 2);
}
