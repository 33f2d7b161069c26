/* Segments: what they give is what a byte array would, whoever makes the file longer or shorter;
 * and never a byte beyond their own ends. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/view.h"
#include "tests/view/view_testing.h"

const char *const suite_name = "segment";

#define FILE_MAX 20000u
#define STEPS 4000u

/* --- Beside a byte array --------------------------------------------------------------------- */

typedef struct model {
    mmf_file *file;
    const char *path;
    uint64_t window; /* where the handle's window begins */
    unsigned char bytes[FILE_MAX];
    uint64_t size; /* of the window */
} model;

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What a segment of that place has in the file. */
static uint64_t there(const model *model, uint64_t offset, uint64_t size)
{
    return offset < model->size ? smaller(model->size - offset, size) : 0;
}

static void resize(model *model)
{
    uint64_t size = test_random_below(FILE_MAX + 1);

    if (test_random_below(2) == 0) {
        ck_ok(mmf_file_resize(model->file, size));
    } else { /* by somebody who knows nothing of the handle */
        ck_assert_int_eq(truncate(model->path, (off_t)(model->window + size)), 0);
    }
    if (size > model->size) {
        memset(model->bytes + model->size, 0, size - model->size);
    }
    model->size = size;
}

static void read_both(const model *model, const mmf_segment *segment, uint64_t size)
{
    static unsigned char buffer[2 * FILE_MAX];
    uint64_t offset = test_random_below(size + 100);
    uint64_t wanted = test_random_below(2 * FILE_MAX - 1);
    uint64_t rest = there(model, segment->offset, size);
    size_t got = 77;
    mmf_status status = mmf_segment_read_at(segment, offset, buffer + 1, wanted, &got);

    if (wanted > 0 && offset >= rest) {
        ck_status(status, MMF_E_END);
        ck_assert_uint_eq(got, 77);
        return;
    }
    ck_ok(status);
    ck_assert_uint_eq(got, wanted > 0 ? smaller(wanted, rest - offset) : 0);
    ck_assert_mem_eq(buffer + 1, model->bytes + segment->offset + offset, got);
}

static void write_both(model *model, const mmf_segment *segment, uint64_t size)
{
    static unsigned char buffer[FILE_MAX];
    uint64_t offset = test_random_below(size + 100);
    uint64_t wanted = test_random_below(FILE_MAX) >> test_random_below(15);
    uint64_t rest = there(model, segment->offset, size);
    mmf_status status;

    memset(buffer, (int)test_random_below(256), wanted);
    status = mmf_segment_write_at(segment, offset, buffer, wanted);
    if ((segment->flags & MMF_SEGMENT_READ_ONLY) != 0) {
        ck_status(status, MMF_E_READONLY);
    } else if (offset > size || wanted > size - offset) {
        ck_status(status, MMF_E_INVALID);
    } else if (wanted > 0 && (offset > rest || wanted > rest - offset)) {
        ck_status(status, MMF_E_END);
    } else {
        ck_ok(status);
        memcpy(model->bytes + segment->offset + offset, buffer, wanted);
    }
}

static void point_both(model *model, const mmf_segment *segment, uint64_t size)
{
    uint64_t offset = test_random_below(size + 100);
    uint64_t wanted = test_random_below(FILE_MAX) >> test_random_below(15);
    uint64_t rest = there(model, segment->offset, size);
    const unsigned char *bytes = model->bytes;
    unsigned char *to_write = model->bytes;
    mmf_status expected = offset > size || wanted > size - offset                   ? MMF_E_INVALID
                          : wanted > 0 && (offset > rest || wanted > rest - offset) ? MMF_E_END
                                                                                    : MMF_OK;

    ck_status(mmf_segment_bytes(segment, offset, wanted, &bytes), expected);
    if (expected != MMF_OK) {
        ck_assert_ptr_eq(bytes, model->bytes);
    } else if (wanted > 0) {
        ck_assert_mem_eq(bytes, model->bytes + segment->offset + offset, wanted);
    }
    if ((segment->flags & MMF_SEGMENT_READ_ONLY) != 0) {
        expected = MMF_E_READONLY;
    }
    ck_status(mmf_segment_bytes_to_write(segment, offset, wanted, &to_write), expected);
    if (expected != MMF_OK) {
        ck_assert_ptr_eq(to_write, model->bytes);
    } else if (wanted > 0) {
        ck_assert_ptr_eq(to_write, bytes);
        memset(to_write, 0xa5, wanted);
        memset(model->bytes + segment->offset + offset, 0xa5, wanted);
    }
}

/* A segment of the file or, one time in two, a segment of that one. */
static uint64_t make_segment(const model *model, mmf_segment *ret_segment)
{
    uint64_t offset = test_random_below(FILE_MAX + 10);
    uint64_t size = test_random_below(FILE_MAX - offset % FILE_MAX);
    uint32_t flags = test_random_below(4) == 0 ? MMF_SEGMENT_READ_ONLY : 0;
    mmf_segment outer;

    ck_ok(mmf_segment_of(model->file, offset, size, flags, &outer));
    *ret_segment = outer;
    if (test_random_below(2) == 0) {
        uint64_t skip = test_random_below(size + 1);

        size = test_random_below(2) == 0 ? size - skip : test_random_below(size - skip + 1);
        ck_ok(mmf_segment_of_segment(&outer, skip, size, 0, ret_segment));
        ck_assert_uint_eq(ret_segment->flags, flags);
    }
    return size;
}

START_TEST(test_beside_a_byte_array)
{
    static const uint64_t windows[] = {0, 100, 4096, 12345};
    static model both;

    test_random_seed(0x5e6 + (unsigned)_i);
    both = (model){.path = test_path("file"), .window = windows[_i]};
    both.file = test_file(both.path, both.window, 0);
    for (unsigned i = 0; i < STEPS; i++) {
        mmf_segment segment;
        uint64_t size = make_segment(&both, &segment);

        if (test_random_below(4) == 0) {
            resize(&both);
        }
        ck_assert_uint_eq(mmf_segment_size(&segment), there(&both, segment.offset, size));
        write_both(&both, &segment, size);
        read_both(&both, &segment, size);
        point_both(&both, &segment, size);
        ck_assert_uint_eq(mmf_file_size(both.file), both.size);
    }
    ck_ok(mmf_file_close(both.file));
}
END_TEST

/* --- Ends ------------------------------------------------------------------------------------ */

START_TEST(test_to_the_end)
{
    mmf_file *file = test_file(test_path("file"), 0, 100);
    mmf_segment all;
    mmf_segment tail;
    mmf_segment rest;

    ck_ok(mmf_segment_of(file, 0, MMF_SEGMENT_TO_END, 0, &all));
    ck_ok(mmf_segment_of_segment(&all, 60, MMF_SEGMENT_TO_END, 0, &tail));
    ck_ok(mmf_segment_of(file, 10, 80, 0, &rest));
    ck_ok(mmf_segment_of_segment(&rest, 20, MMF_SEGMENT_TO_END, 0, &rest));
    ck_assert_uint_eq(mmf_segment_size(&all), 100);
    ck_assert_uint_eq(mmf_segment_size(&tail), 40);
    ck_assert_uint_eq(mmf_segment_size(&rest), 60);
    ck_ok(mmf_file_resize(file, 5000));
    ck_assert_uint_eq(mmf_segment_size(&all), 5000);
    ck_assert_uint_eq(mmf_segment_size(&tail), 4940);
    ck_assert_uint_eq(mmf_segment_size(&rest), 60);
    ck_ok(mmf_file_resize(file, 50));
    ck_assert_uint_eq(mmf_segment_size(&tail), 0);
    ck_assert_uint_eq(mmf_segment_size(&rest), 20);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(test_numbers_that_wrap)
{
    static const uint64_t big[] = {INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 1, UINT64_MAX};
    mmf_file *file = test_file(test_path("file"), 0, 100);
    mmf_segment segment;
    const unsigned char *bytes;
    unsigned char *to_write;
    unsigned char byte = 9;
    size_t size;

    for (unsigned i = 0; i < 4; i++) {
        mmf_segment untouched = {0};

        ck_status(mmf_segment_of(file, big[i], 2, 0, &untouched), MMF_E_INVALID);
        ck_status(mmf_segment_of(file, 2, big[i] - (i == 3), 0, &untouched), MMF_E_INVALID);
        ck_assert_ptr_null(untouched.file);
        ck_ok(mmf_segment_of(file, 40, 30, 0, &segment));
        ck_status(mmf_segment_of_segment(&segment, big[i], 2, 0, &untouched), MMF_E_INVALID);
        ck_status(mmf_segment_of_segment(&segment, big[i], MMF_SEGMENT_TO_END, 0, &untouched),
                  MMF_E_INVALID);
        ck_status(mmf_segment_of_segment(&segment, 2, big[i] - (i == 3), 0, &untouched),
                  MMF_E_INVALID);
        ck_assert_ptr_null(untouched.file);
        ck_status(mmf_segment_bytes(&segment, big[i], 2, &bytes), MMF_E_INVALID);
        ck_status(mmf_segment_bytes(&segment, 2, big[i], &bytes), MMF_E_INVALID);
        ck_status(mmf_segment_bytes_to_write(&segment, big[i], 2, &to_write), MMF_E_INVALID);
        ck_status(mmf_segment_bytes_to_write(&segment, 2, big[i], &to_write), MMF_E_INVALID);
        ck_status(mmf_segment_write_at(&segment, big[i], &byte, 1), MMF_E_INVALID);
        ck_status(mmf_segment_read_at(&segment, big[i], &byte, 1, &size), MMF_E_END);
    }
    ck_status(mmf_segment_of(file, 0, 1, 2, &segment), MMF_E_INVALID);
    ck_assert_uint_eq(byte, 9);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(test_read_only)
{
    mmf_file *file = test_file(test_path("file"), 0, 100);
    mmf_file_options options = {.flags = MMF_FILE_READ_ONLY};
    mmf_file *reader = NULL;
    mmf_segment segment;
    unsigned char *bytes = NULL;

    ck_ok(mmf_segment_of(file, 0, 50, MMF_SEGMENT_READ_ONLY, &segment));
    ck_status(mmf_segment_write_at(&segment, 0, "a", 1), MMF_E_READONLY);
    ck_status(mmf_segment_bytes_to_write(&segment, 0, 1, &bytes), MMF_E_READONLY);
    ck_ok(mmf_file_open(test_path("file"), &options, &reader));
    ck_ok(mmf_segment_of(reader, 0, 50, 0, &segment));
    ck_status(mmf_segment_write_at(&segment, 0, "a", 1), MMF_E_READONLY);
    ck_status(mmf_segment_bytes_to_write(&segment, 0, 1, &bytes), MMF_E_READONLY);
    ck_assert_ptr_null(bytes);
    ck_ok(mmf_file_close(reader));
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(test_bytes_to_write_have_blocks)
{
    mmf_file *file = test_file(test_path("file"), 0, 0);
    mmf_file_info info;
    mmf_segment segment;
    unsigned char *bytes;

    ck_assert_int_eq(truncate(test_path("file"), 1 << 20), 0);
    ck_ok(mmf_segment_of(file, 8192, 1 << 19, 0, &segment));
    ck_ok(mmf_file_stat(file, &info));
    ck_assert_uint_lt(info.allocated_bytes, 1 << 19);
    ck_ok(mmf_segment_bytes_to_write(&segment, 0, 1 << 19, &bytes));
    ck_ok(mmf_file_stat(file, &info));
    ck_assert_uint_ge(info.allocated_bytes, 1 << 19);
    ck_ok(mmf_file_close(file));
}
END_TEST

/* Others may make the file longer than the handle's address space: what is there can be read, but
 * not in place. */
START_TEST(test_beyond_the_reservation)
{
    mmf_file_options options = {.reservation_bytes = 1 << 20};
    mmf_file *file = NULL;
    mmf_segment segment;
    mmf_chunks chunks;
    mmf_chunk chunk;
    const unsigned char *bytes = NULL;
    unsigned char *to_write = NULL;
    uint64_t at = 0;
    uint64_t end;
    mmf_status status;
    size_t size;
    char letter = 0;

    ck_ok(mmf_file_close(test_file(test_path("file"), 0, 5000)));
    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    ck_assert_int_eq(truncate(test_path("file"), 3 << 20), 0);
    test_write_at(test_path("file"), 2 << 20, "z", 1);
    ck_ok(mmf_segment_of(file, 1000, MMF_SEGMENT_TO_END, 0, &segment));
    ck_assert_uint_eq(mmf_segment_size(&segment), (3 << 20) - 1000);
    ck_ok(mmf_segment_read_at(&segment, (2 << 20) - 1000, &letter, 1, &size));
    ck_assert_int_eq(letter, 'z');
    ck_status(mmf_segment_bytes(&segment, 2 << 20, 1, &bytes), MMF_E_LIMIT);
    ck_status(mmf_segment_bytes_to_write(&segment, 2 << 20, 1, &to_write), MMF_E_LIMIT);
    ck_status(mmf_segment_bytes(&segment, (3 << 20) - 1000, 1, &bytes), MMF_E_END);
    ck_assert(!bytes && !to_write);
    ck_ok(mmf_chunks_of(&segment, 0, 1000000, &chunks));
    while ((status = mmf_chunks_next(&chunks, &chunk)) == MMF_OK) {
        at += chunk.size;
    }
    ck_status(status, MMF_E_LIMIT);
    (void)mmf_file_bytes(file, &end);
    ck_assert_uint_eq(1000 + at, end);
    ck_ok(mmf_file_close(file));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_beside_a_byte_array, 0, 4);
    tcase_add_test(tcase, test_to_the_end);
    tcase_add_test(tcase, test_numbers_that_wrap);
    tcase_add_test(tcase, test_read_only);
    tcase_add_test(tcase, test_bytes_to_write_have_blocks);
    tcase_add_test(tcase, test_beyond_the_reservation);
}
