/* What can be asked of ranges: advice, prefetching, touching, what is in memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sys/mman.h>

#include "tests/map/mapping.h"

const char *const suite_name = "range";

#define EIGHT (8 * PAGE)

START_TEST(hints_are_noted)
{
    unsigned char *memory = memory_of(EIGHT);
    unsigned char *middle = memory + 3 * PAGE;

    ck_ok(mmf_map_advise(middle, PAGE, MMF_ADVICE_RANDOM));
    ck_assert(report_of(middle, PAGE).flags_all & MMF_AREA_RANDOM);
    ck_ok(mmf_map_advise(middle, PAGE, MMF_ADVICE_SEQUENTIAL));
    ck_assert(report_of(middle, PAGE).flags_all & MMF_AREA_SEQUENTIAL);
    ck_assert(!(report_of(middle, PAGE).flags_any & MMF_AREA_RANDOM));
    ck_ok(mmf_map_advise(middle, PAGE, MMF_ADVICE_NORMAL));
    ck_assert(!(report_of(middle, PAGE).flags_any & (MMF_AREA_RANDOM | MMF_AREA_SEQUENTIAL)));
    mmf_map_release(memory, EIGHT);
}
END_TEST

/* One byte of two pages: both are meant. */
START_TEST(whole_pages_around)
{
    unsigned char *memory = memory_of(EIGHT);

    ck_ok(mmf_map_advise(memory + 2 * PAGE - 1, 2, MMF_ADVICE_RANDOM));
    ck_assert(report_of(memory + PAGE, 2 * PAGE).flags_all & MMF_AREA_RANDOM);
    ck_assert(!(report_of(memory, 1).flags_any & MMF_AREA_RANDOM));
    ck_assert(!(report_of(memory + 3 * PAGE, 1).flags_any & MMF_AREA_RANDOM));
    mmf_map_release(memory, EIGHT);
}
END_TEST

/* A neighbour's bytes on the same page are no one's to throw away. */
START_TEST(whole_pages_within)
{
    unsigned char *memory = memory_of(EIGHT);

    memset(memory, 'm', (size_t)EIGHT);
    ck_ok(mmf_map_advise(memory + 1, PAGE - 1, MMF_ADVICE_DONT_NEED));
    ck_ok(mmf_map_advise(memory + PAGE, PAGE - 1, MMF_ADVICE_DONT_NEED));
    ck_ok(mmf_map_advise(memory + 1, 2 * PAGE - 2, MMF_ADVICE_DONT_NEED));
    ck_ok(mmf_map_advise(memory + 1, 2 * PAGE - 2, MMF_ADVICE_FREE));
    for (uint64_t i = 0; i < EIGHT; i++) {
        ck_assert_int_eq(memory[i], 'm');
    }
    ck_ok(mmf_map_advise(memory + 1, 3 * PAGE - 2, MMF_ADVICE_DONT_NEED));
    for (uint64_t i = 0; i < EIGHT; i++) {
        ck_assert_int_eq(memory[i], i >= PAGE && i < 2 * PAGE ? 0 : 'm');
    }
    mmf_map_release(memory, EIGHT);
}
END_TEST

START_TEST(shared_bytes_are_not_lost)
{
    int fd = file_of("f", (size_t)EIGHT);
    unsigned char *bytes = map_of(fd, EIGHT, true, 0);

    bytes[PAGE] = 'y';
    ck_ok(mmf_map_advise(bytes, EIGHT, MMF_ADVICE_DONT_NEED));
    ck_assert_uint_eq(report_of(bytes, EIGHT).resident_bytes, 0);
    ck_assert_int_eq(bytes[PAGE], 'y');
    mmf_map_release(bytes, EIGHT);
    close(fd);
}
END_TEST

START_TEST(cold_pages)
{
    int fd = file_of("f", (size_t)EIGHT);
    unsigned char *bytes = map_of(fd, EIGHT, true, 0);

    ck_ok(mmf_map_touch(bytes, EIGHT, true));
    ck_ok(mmf_map_advise(bytes, EIGHT, MMF_ADVICE_COLD));
    ck_ok(mmf_map_advise(bytes, EIGHT, MMF_ADVICE_PAGE_OUT));
    ck_ok(mmf_map_advise(bytes, EIGHT, MMF_ADVICE_WILL_NEED));
    ck_assert_int_eq(bytes[EIGHT - 1], 'x');
    mmf_map_release(bytes, EIGHT);
    close(fd);
}
END_TEST

START_TEST(free_is_for_private_memory)
{
    int fd = file_of("f", (size_t)EIGHT);
    unsigned char *mappings[3] = {map_of(fd, EIGHT, true, 0),
                                  map_of(fd, EIGHT, true, MMF_MAP_PRIVATE),
                                  map_of(-1, EIGHT, true, 0)};
    unsigned char *memory = memory_of(EIGHT);

    for (int i = 0; i < 3; i++) {
        ck_ok(mmf_map_advise(mappings[i] + 1, 2 * PAGE - 2, MMF_ADVICE_FREE)); /* no whole page */
        ck_status(mmf_map_advise(mappings[i], EIGHT, MMF_ADVICE_FREE), MMF_E_SYSTEM);
        ck_assert_int_eq(errno, EINVAL);
        mmf_map_release(mappings[i], EIGHT);
    }
    ck_ok(mmf_map_advise(memory, EIGHT, MMF_ADVICE_FREE));
    mmf_map_release(memory, EIGHT);
    close(fd);
}
END_TEST

START_TEST(no_such_range)
{
    unsigned char *memory = memory_of(EIGHT);
    uint64_t bytes = 77;

    ck_status(mmf_map_advise(memory, EIGHT, (mmf_advice)10), MMF_E_INVALID);
    ck_status(mmf_map_advise(memory, EIGHT, (mmf_advice)-1), MMF_E_INVALID);
    for (mmf_advice advice = MMF_ADVICE_NORMAL; advice <= MMF_ADVICE_POPULATE_WRITE; advice++) {
        ck_status(mmf_map_advise(memory, UINT64_MAX, advice), MMF_E_INVALID);
        ck_status(mmf_map_advise(memory, UINT64_MAX - (uintptr_t)memory + 1, advice),
                  MMF_E_INVALID);
        ck_ok(mmf_map_advise(memory + 1, 0, advice));
        ck_ok(mmf_map_advise(NULL, 0, advice));
    }
    ck_status(mmf_map_touch(memory, UINT64_MAX, false), MMF_E_INVALID);
    ck_status(mmf_map_lock(memory, UINT64_MAX, false), MMF_E_INVALID);
    ck_status(mmf_map_unlock(memory, UINT64_MAX - (uintptr_t)memory), MMF_E_INVALID);
    ck_status(mmf_map_resident(memory, UINT64_MAX, &bytes), MMF_E_INVALID);
    ck_assert_uint_eq(bytes, 77);
    ck_ok(mmf_map_touch(memory + 1, 0, true));
    ck_ok(mmf_map_lock(memory + 1, 0, false));
    ck_ok(mmf_map_unlock(memory + 1, 0));
    ck_ok(mmf_map_resident(memory + 1, 0, &bytes));
    ck_assert_uint_eq(bytes, 0);
    mmf_map_release(memory, EIGHT);
}
END_TEST

START_TEST(a_hole_in_the_range)
{
    unsigned char *memory = memory_of(EIGHT);
    uint64_t bytes = 77;

    ck_assert_int_eq(munmap(memory + 4 * PAGE, (size_t)PAGE), 0);
    ck_status(mmf_map_advise(memory, EIGHT, MMF_ADVICE_RANDOM), MMF_E_INVALID);
    ck_assert_int_eq(errno, ENOMEM);
    ck_status(mmf_map_advise(memory, EIGHT, MMF_ADVICE_DONT_NEED), MMF_E_INVALID);
    ck_status(mmf_map_prefetch(memory + 4 * PAGE, PAGE), MMF_E_INVALID);
    ck_status(mmf_map_touch(memory, EIGHT, false), MMF_E_INVALID);
    ck_status(mmf_map_touch(memory, EIGHT, true), MMF_E_INVALID);
    ck_status(mmf_map_resident(memory, EIGHT, &bytes), MMF_E_INVALID);
    ck_assert_uint_eq(bytes, 77);
    mmf_map_release(memory, 4 * PAGE);
    mmf_map_release(memory + 5 * PAGE, 3 * PAGE);
}
END_TEST

/* --- Touching -------------------------------------------------------------------------------- */

START_TEST(touch_to_read)
{
    int fd = file_of("f", (size_t)EIGHT);
    unsigned char *bytes = map_of(fd, EIGHT, false, 0);

    ck_ok(mmf_map_touch(bytes + PAGE - 1, 6 * PAGE + 2, false));
    ck_assert_uint_ge(report_of(bytes, EIGHT).resident_bytes, EIGHT);
    ck_status(mmf_map_touch(bytes, EIGHT, true), MMF_E_INVALID); /* only to be read */
    ck_assert_int_eq(errno, EINVAL);
    ck_status(mmf_map_advise(bytes, EIGHT, MMF_ADVICE_POPULATE_WRITE), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EINVAL);
    mmf_map_release(bytes, EIGHT);
    close(fd);
}
END_TEST

START_TEST(touch_to_write)
{
    unsigned char *memory = memory_of(EIGHT);
    unsigned char *shared = map_of(-1, EIGHT, true, 0);

    memset(memory, 'm', 3);
    ck_ok(mmf_map_touch(memory + PAGE, 2 * PAGE, false));
    ck_ok(mmf_map_touch(memory, PAGE, true));
    ck_ok(mmf_map_touch(shared, 2 * PAGE, true));
    ck_assert_uint_eq(report_of(shared, EIGHT).private_dirty_bytes, 2 * PAGE);
    ck_assert_uint_eq(report_of(memory, PAGE).present_pages, 1);
    ck_assert_uint_eq(report_of(memory + PAGE, PAGE).present_pages, 0); /* the page of zeros */
    ck_assert_int_eq(memcmp(memory, "mmm", 4), 0);
    mmf_map_release(memory, EIGHT);
    mmf_map_release(shared, EIGHT);
}
END_TEST

START_TEST(touch_beyond_the_end)
{
    int fd = file_of("f", (size_t)(2 * PAGE));
    unsigned char *bytes = map_of(fd, EIGHT, true, 0);

    ck_ok(mmf_map_touch(bytes, 2 * PAGE, true));
    ck_status(mmf_map_touch(bytes, 2 * PAGE + 1, true), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EFAULT);
    ck_status(mmf_map_touch(bytes, 2 * PAGE + 1, false), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EFAULT);
    ck_assert_uint_eq(test_file_size(test_path("f")), 2 * PAGE);
    mmf_map_release(bytes, EIGHT);
    close(fd);
}
END_TEST

/* --- In memory ------------------------------------------------------------------------------- */

static uint64_t resident_of(const void *address, uint64_t size)
{
    uint64_t bytes = UINT64_MAX;

    ck_ok(mmf_map_resident(address, size, &bytes));
    return bytes;
}

START_TEST(resident_memory)
{
    const uint64_t size = 5000 * PAGE; /* more than is looked at at once */
    unsigned char *memory = map_of(-1, size, true, 0);

    ck_assert_uint_eq(resident_of(memory, size), 0);
    ck_ok(mmf_map_touch(memory, PAGE, true));
    ck_ok(mmf_map_touch(memory + 4096 * PAGE, 3 * PAGE, true));
    ck_assert_uint_eq(resident_of(memory, size), 4 * PAGE);
    ck_assert_uint_eq(resident_of(memory + PAGE, size - PAGE), 3 * PAGE);
    ck_assert_uint_eq(resident_of(memory + PAGE - 1, 1), PAGE);
    ck_assert_uint_eq(resident_of(memory + PAGE - 1, 2), PAGE);
    mmf_map_release(memory, size);
}
END_TEST

START_TEST(prefetch_reads_the_disk)
{
    const uint64_t size = 64 * PAGE;
    int fd = file_of("f", (size_t)size);
    unsigned char *bytes = map_of(fd, size, false, 0);
    uint64_t deadline = test_now_ms() + 20000;

    ck_assert_int_eq(fsync(fd), 0);
    ck_assert_int_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    if (resident_of(bytes, size) != 0) {
        (void)printf("skipped: this file system does not let go of what it has in memory\n");
    } else {
        ck_ok(mmf_map_prefetch(bytes, size));
        while (resident_of(bytes, size) < size && test_now_ms() < deadline) {
            test_sleep_ms(1);
        }
        ck_assert_uint_eq(resident_of(bytes, size), size);
        ck_assert_uint_eq(report_of(bytes, size).resident_bytes, 0); /* not in the page tables */
    }
    mmf_map_release(bytes, size);
    close(fd);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, hints_are_noted);
    tcase_add_test(tcase, whole_pages_around);
    tcase_add_test(tcase, whole_pages_within);
    tcase_add_test(tcase, shared_bytes_are_not_lost);
    tcase_add_test(tcase, cold_pages);
    tcase_add_test(tcase, free_is_for_private_memory);
    tcase_add_test(tcase, no_such_range);
    tcase_add_test(tcase, a_hole_in_the_range);
    tcase_add_test(tcase, touch_to_read);
    tcase_add_test(tcase, touch_to_write);
    tcase_add_test(tcase, touch_beyond_the_end);
    tcase_add_test(tcase, resident_memory);
    tcase_add_test(tcase, prefetch_reads_the_disk);
}
