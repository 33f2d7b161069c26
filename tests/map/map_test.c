/* Making mappings, and having them be as options say: what was obtained, not what was asked for. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sys/mman.h>

#include "runtime/stats.h"
#include "tests/map/mapping.h"

const char *const suite_name = "map";

/* --- Options --------------------------------------------------------------------------------- */

typedef struct bad_row {
    mmf_map_options options;
    const char *text;
} bad_row;

static const bad_row bad_rows[] = {
    {{.flags = 0x80}, "0x80"},
    {{.flags = MMF_MAP_HUGE | 0x80000000u}, "0x80000000"},
    {{.reserved = 1}, "reserved"},
    {{.flags = MMF_MAP_LOCK | MMF_MAP_LOCK_ON_FAULT}, "MMF_MAP_LOCK_ON_FAULT"},
    {{.advice = (mmf_advice)10}, "advice 10"},
    {{.advice = (mmf_advice)-1}, "advice"},
    {{.alignment = 3 * 4096}, "12288"},
    {{.alignment = UINT64_MAX}, "power of two"},
    {{.numa_policy = (mmf_numa_policy)5, .numa_nodes = {1}}, "policy 5"},
    {{.numa_policy = MMF_NUMA_BIND}, "without the nodes"},
    {{.numa_policy = MMF_NUMA_INTERLEAVE}, "without the nodes"},
    {{.numa_policy = MMF_NUMA_PREFERRED}, "without the nodes"},
    {{.numa_nodes = {1}}, "that has none"},
    {{.numa_policy = MMF_NUMA_LOCAL, .numa_nodes = {[15] = 1}}, "that has none"},
    {{.numa_policy = MMF_NUMA_BIND, .numa_nodes = {[15] = 1ull << 63}}, "node 1023"},
    {{.numa_policy = MMF_NUMA_PREFERRED, .numa_nodes = {1, [2] = 4}}, "node 130"},
};

START_TEST(options_that_cannot_be_meant)
{
    const bad_row *row = &bad_rows[_i];
    unsigned char *memory = memory_of(PAGE);
    void *address = &memory;
    mmf_error error = {0};

    ck_status(mmf_map_check_options(&row->options, &error), MMF_E_INVALID);
    ck_contains(error.text, row->text);
    errno = 0;
    ck_status(mmf_map_descriptor(-1, 0, PAGE, true, &row->options, &address), MMF_E_INVALID);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_ptr_eq(address, &memory);
    error = (mmf_error){0};
    ck_status(mmf_map_apply(memory, PAGE, &row->options, &error), MMF_E_INVALID);
    ck_contains(error.text, row->text);
    ck_status(mmf_map_apply(memory, PAGE, &row->options, NULL), MMF_E_INVALID);
    mmf_map_release(memory, PAGE);
}
END_TEST

START_TEST(options_that_ask_for_nothing)
{
    unsigned char *memory = memory_of(PAGE);
    mmf_map_options options = {0};

    ck_ok(mmf_map_check_options(NULL, NULL));
    ck_ok(mmf_map_check_options(&options, NULL));
    ck_ok(mmf_map_apply(memory, PAGE, NULL, NULL));
    ck_ok(mmf_map_apply(memory, PAGE, &options, NULL));
    ck_assert_uint_eq(report_of(memory, PAGE).resident_bytes & (PAGE - 1), 0);
    mmf_map_release(memory, PAGE);
    mmf_map_release(NULL, PAGE);
}
END_TEST

/* --- Mapping --------------------------------------------------------------------------------- */

START_TEST(shared_and_private)
{
    int fd = file_of("f", 100);
    unsigned char *shared = map_of(fd, 100, true, 0);
    unsigned char *private = map_of(fd, 100, true, MMF_MAP_PRIVATE);
    unsigned char byte;

    private[1] = 'p';
    ck_assert_int_eq(pread(fd, &byte, 1, 1), 1);
    ck_assert_int_eq(byte, 'x');
    ck_assert_int_eq(shared[1], 'x');
    shared[2] = 's';
    ck_assert_int_eq(pread(fd, &byte, 1, 2), 1);
    ck_assert_int_eq(byte, 's');
    ck_assert(report_of(shared, 100).flags_all & MMF_AREA_SHARED);
    ck_assert(!(report_of(private, 100).flags_any & MMF_AREA_SHARED));
    mmf_map_release(shared, PAGE);
    mmf_map_release(private, PAGE);
    close(fd);
}
END_TEST

START_TEST(mappings_are_counted)
{
    const mmf_map_options aligned = {.alignment = 4u << 20};
    mmf_statistics before;
    mmf_statistics now;
    void *plain = NULL;
    void *other = NULL;

    mmf_stats(&before);
    ck_ok(mmf_map_descriptor(-1, 0, 100000, true, NULL, &plain));
    ck_ok(mmf_map_descriptor(-1, 0, 100000, true, &aligned, &other));
    mmf_stats(&now);
    ck_assert_uint_eq(now.mappings, before.mappings + 2);
    ck_assert_uint_ge(now.mapped_bytes, before.mapped_bytes + 200000);
    mmf_map_release(plain, 102400);
    mmf_map_release(other, 102400);
    mmf_stats(&now);
    ck_assert_uint_eq(now.mappings, before.mappings);
    ck_assert_uint_eq(now.mapped_bytes, before.mapped_bytes);
}
END_TEST

START_TEST(rights_of_the_descriptor)
{
    int fd = file_of("f", 100);
    int reads = open(test_path("f"), O_RDONLY);
    void *address = NULL;
    unsigned char *copy;

    ck_status(mmf_map_descriptor(reads, 0, 100, true, NULL, &address), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EACCES);
    ck_assert_ptr_null(address);
    copy = map_of(reads, 100, true, MMF_MAP_PRIVATE);
    copy[0] = 'y';
    mmf_map_release(copy, PAGE);
    ck_ok(mmf_map_descriptor(reads, 0, 100, false, NULL, &address));
    ck_assert(!(report_of(address, 100).flags_any & MMF_AREA_WRITABLE));
    mmf_map_release(address, PAGE);
    close(reads);
    close(fd);
    ck_status(mmf_map_descriptor(fd, 0, 100, false, NULL, &address), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(offsets_and_sizes)
{
    int fd = file_of("f", (size_t)(3 * PAGE));
    void *address = NULL;

    test_write_at(test_path("f"), 2 * PAGE, "third", 5);
    ck_ok(mmf_map_descriptor(fd, 2 * PAGE, 5, false, NULL, &address));
    ck_assert_int_eq(memcmp(address, "third", 5), 0);
    ck_assert_uint_eq(report_of(address, 5).area_bytes, PAGE);
    mmf_map_release(address, PAGE);
    address = NULL;
    ck_status(mmf_map_descriptor(fd, 1, 5, false, NULL, &address), MMF_E_INVALID);
    ck_status(mmf_map_descriptor(fd, 0, 0, false, NULL, &address), MMF_E_INVALID);
    ck_status(mmf_map_descriptor(fd, 0, UINT64_MAX, false, NULL, &address), MMF_E_INVALID);
    ck_status(mmf_map_descriptor(fd, 0, INT64_MAX, false, NULL, &address), MMF_E_INVALID);
    ck_status(mmf_map_descriptor(fd, 0ull - PAGE, PAGE, false, NULL, &address), MMF_E_INVALID);
    ck_status(mmf_map_descriptor(fd, INT64_MAX / PAGE * PAGE, PAGE, false, NULL, &address),
              MMF_E_INVALID);
    ck_status(mmf_map_descriptor(-1, PAGE, PAGE, false, NULL, &address), MMF_E_INVALID);
    if (!on_valgrind()) { /* which says EINVAL */
        ck_status(mmf_map_descriptor(-1, 0, 1ull << 60, false, NULL, &address), MMF_E_NO_MEMORY);
    }
    ck_assert_ptr_null(address);
    close(fd);
}
END_TEST

static void store_two(void *argument)
{
    unsigned char **bytes = argument;

    *bytes[0] = 'c';
    *bytes[1] = 'c';
}

START_TEST(memory_of_no_file)
{
    unsigned char *bytes[2] = {map_of(-1, 1, true, 0), memory_of(1)};

    ck_assert_int_eq(*bytes[0] | *bytes[1], 0);
    test_run_ok(store_two, bytes, 10000);
    ck_assert_int_eq(*bytes[0], 'c');
    ck_assert_int_eq(*bytes[1], 0);
    mmf_map_release(bytes[0], PAGE);
    mmf_map_release(bytes[1], PAGE);
}
END_TEST

START_TEST(aligned_addresses)
{
    const uint64_t size = 5 * PAGE;
    int fd = file_of("f", (size_t)size);
    mmf_map_options options = {.alignment = 1ull << _i};
    uint64_t before = test_memory("VmSize");
    void *address[3];

    for (int i = 0; i < 3; i++) {
        ck_ok(mmf_map_descriptor(fd, 0, size, true, &options, &address[i]));
        ck_assert_uint_eq((uintptr_t)address[i] % options.alignment, 0);
        ck_assert_int_eq(((unsigned char *)address[i])[size - 1], 'x');
    }
    if (!on_valgrind()) { /* nothing is left beside them */
        ck_assert_uint_eq(test_memory("VmSize") - before, 3 * size);
    }
    for (int i = 0; i < 3; i++) {
        mmf_map_release(address[i], size);
    }
    close(fd);
}
END_TEST

START_TEST(alignments_beyond_all_addresses)
{
    mmf_map_options options = {.alignment = 1ull << 62};
    void *address = NULL;

    if (on_valgrind()) { /* which says EINVAL */
        return;
    }
    ck_status(mmf_map_descriptor(-1, 0, PAGE, true, &options, &address), MMF_E_NO_MEMORY);
    options.alignment = 1ull << 63;
    ck_status(mmf_map_descriptor(-1, 0, PAGE, true, &options, &address), MMF_E_NO_MEMORY);
    ck_status(mmf_map_descriptor(-1, 0, 1ull << 62, true, &options, &address), MMF_E_NO_MEMORY);
    ck_assert_ptr_null(address);
}
END_TEST

START_TEST(no_reserve_and_exec)
{
    unsigned char *plain = memory_of(PAGE);
    unsigned char *more = map_of(-1, PAGE, true, MMF_MAP_PRIVATE | MMF_MAP_NO_RESERVE);
    unsigned char *code = map_of(-1, PAGE, false, MMF_MAP_PRIVATE | MMF_MAP_EXEC);
    const uint32_t both = MMF_AREA_EXEC | MMF_AREA_NO_RESERVE;

    ck_assert_uint_eq(report_of(plain, PAGE).flags_all & both, 0);
    ck_assert_uint_eq(report_of(more, PAGE).flags_all & both, MMF_AREA_NO_RESERVE);
    ck_assert_uint_eq(report_of(code, PAGE).flags_all & both, MMF_AREA_EXEC);
    mmf_map_release(plain, PAGE);
    mmf_map_release(more, PAGE);
    mmf_map_release(code, PAGE);
}
END_TEST

/* --- Populating ------------------------------------------------------------------------------ */

START_TEST(populate_a_file)
{
    const mmf_map_options populate = {.flags = MMF_MAP_POPULATE};
    const uint64_t size = 64 * PAGE + 5;
    int fd = file_of("f", (size_t)size);
    unsigned char *bytes = map_of(fd, size, _i, 0);

    ck_assert_uint_eq(report_of(bytes, size).resident_bytes, 0);
    ck_ok(mmf_map_apply(bytes, size, &populate, NULL));
    ck_assert_uint_eq(report_of(bytes, size).resident_bytes, 65 * PAGE);
    ck_assert_uint_eq(report_of(bytes, size).anonymous_bytes, 0);
    mmf_map_release(bytes, 65 * PAGE);
    close(fd);
}
END_TEST

START_TEST(populate_private_memory)
{
    const mmf_map_options populate = {.flags = MMF_MAP_POPULATE | MMF_MAP_PRIVATE};
    const uint64_t size = 64 * PAGE;
    int fd = file_of("f", (size_t)size);
    unsigned char *bytes[3] = {memory_of(size), map_of(fd, size, true, MMF_MAP_PRIVATE),
                               map_of(fd, size, false, MMF_MAP_PRIVATE)};
    const uint64_t copies[3] = {size, size, 0}; /* nobody can store to the third */

    for (int i = 0; i < 3; i++) {
        mmf_map_info info;

        ck_ok(mmf_map_apply(bytes[i], size, &populate, NULL));
        info = report_of(bytes[i], size);
        ck_assert_uint_ge(info.resident_bytes, size);
        ck_assert_msg(info.is_exact ? info.anonymous_bytes == copies[i] : true,
                      "%d: %llu bytes are copies", i, (unsigned long long)info.anonymous_bytes);
        ck_assert_uint_eq(info.present_pages, 64);
        ck_assert_int_eq(bytes[i][size - 1], i == 0 ? 0 : 'x');
        mmf_map_release(bytes[i], size);
    }
    close(fd);
}
END_TEST

START_TEST(never_beyond_the_end)
{
    const bool locks = has_lock_on_fault();
    mmf_map_options options = {.flags = MMF_MAP_POPULATE | (locks ? MMF_MAP_LOCK_ON_FAULT : 0),
                               .advice = MMF_ADVICE_RANDOM};
    const uint64_t size = 3 * PAGE + 5;
    int fd = file_of("f", (size_t)size);
    unsigned char *bytes = map_of(fd, 64 * PAGE, true, 0);
    mmf_map_info info;
    mmf_error error = {0};

    ck_ok(mmf_map_apply_reserved(bytes, 64 * PAGE, size, &options, &error));
    info = report_of(bytes, 64 * PAGE);
    ck_assert_uint_eq(info.resident_bytes, 4 * PAGE);
    ck_assert(info.flags_all & MMF_AREA_RANDOM);
    if (locks) {
        ck_assert_uint_eq(info.locked_bytes, 4 * PAGE);
        ck_assert_uint_eq(info.area_count, 2); /* locked, and not */
        ck_assert_uint_eq(report_of(bytes, size).area_bytes, 4 * PAGE);
    }
    ck_assert(!(report_of(bytes + 4 * PAGE, 60 * PAGE).flags_any & MMF_AREA_LOCKED));

    options.flags = MMF_MAP_POPULATE;
    ck_status(mmf_map_apply(bytes, 64 * PAGE, &options, &error), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EFAULT);
    ck_assert_int_eq(error.system_errno, EFAULT);
    ck_contains(error.text, "all pages in memory");
    ck_status(mmf_map_apply_reserved(bytes, PAGE, PAGE + 1, NULL, NULL), MMF_E_INVALID);
    ck_status(mmf_map_apply(bytes, UINT64_MAX, &options, NULL), MMF_E_INVALID);
    ck_ok(mmf_map_apply(bytes, 0, &options, NULL));
    mmf_map_release(bytes, 64 * PAGE);
    close(fd);
}
END_TEST

START_TEST(advice_from_the_beginning)
{
    const mmf_advice advice[] = {MMF_ADVICE_NORMAL, MMF_ADVICE_RANDOM, MMF_ADVICE_SEQUENTIAL};
    const uint32_t flags[] = {0, MMF_AREA_RANDOM, MMF_AREA_SEQUENTIAL};
    const uint32_t both = MMF_AREA_RANDOM | MMF_AREA_SEQUENTIAL;
    mmf_map_options options = {.advice = advice[_i]};
    unsigned char *memory = memory_of(4 * PAGE);
    unsigned char *shared = map_of(-1, 4 * PAGE, true, 0);

    ck_ok(mmf_map_apply(memory, 4 * PAGE, &options, NULL));
    ck_assert_uint_eq(report_of(memory, 4 * PAGE).flags_all & both, flags[_i]);
    options.advice = MMF_ADVICE_POPULATE_WRITE;
    ck_ok(mmf_map_apply(shared, 4 * PAGE, &options, NULL));
    ck_assert_uint_eq(report_of(shared, 4 * PAGE).resident_bytes, 4 * PAGE);
    options.advice = MMF_ADVICE_FREE;
    ck_status(mmf_map_apply(shared, 4 * PAGE, &options, NULL), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EINVAL);
    mmf_map_release(memory, 4 * PAGE);
    mmf_map_release(shared, 4 * PAGE);
}
END_TEST

START_TEST(what_is_not_mapped)
{
    const mmf_map_options wishes[] = {
        {.flags = MMF_MAP_POPULATE},
        {.flags = MMF_MAP_HUGE},
        {.advice = MMF_ADVICE_RANDOM},
        {.numa_policy = MMF_NUMA_LOCAL},
    };
    unsigned char *memory = memory_of(3 * PAGE);
    mmf_error error = {0};

    ck_assert_int_eq(munmap(memory + PAGE, (size_t)PAGE), 0);
    ck_status(mmf_map_apply(memory, 3 * PAGE, &wishes[_i], &error), MMF_E_INVALID);
    ck_assert_int_eq(error.status, MMF_E_INVALID);
    mmf_map_release(memory, PAGE);
    mmf_map_release(memory + 2 * PAGE, PAGE);
}
END_TEST

/* --- Huge pages ------------------------------------------------------------------------------ */

/* Whether the machine has a transparent huge page to give just now, asked without the library. */
static bool has_huge_page(void)
{
    unsigned char *raw =
        mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *at = raw + (HUGE_PAGE - (uintptr_t)raw % HUGE_PAGE) % HUGE_PAGE;
    bool result;

    ck_assert(raw != MAP_FAILED);
    result = madvise(at, HUGE_PAGE, MADV_HUGEPAGE) == 0;
    *at = 1;
    result = result && report_of(at, HUGE_PAGE).anonymous_huge_bytes > 0;
    munmap(raw, 2 * HUGE_PAGE);
    return result;
}

START_TEST(transparent_huge_pages)
{
    const mmf_map_options options = {.flags = MMF_MAP_PRIVATE | MMF_MAP_HUGE | MMF_MAP_POPULATE,
                                     .alignment = HUGE_PAGE};
    void *address = NULL;
    mmf_map_info info;
    mmf_error error = {0};

    ck_ok(mmf_map_descriptor(-1, 0, 2 * HUGE_PAGE, true, &options, &address));
    if (!has_huge_page()) {
        (void)printf("skipped: no transparent huge page is to be had here\n");
        mmf_map_release(address, 2 * HUGE_PAGE);
        return;
    }
    ck_status_error(mmf_map_apply(address, 2 * HUGE_PAGE, &options, &error), MMF_OK, &error);
    info = report_of(address, 2 * HUGE_PAGE);
    ck_assert(info.flags_all & MMF_AREA_HUGE);
    ck_assert_uint_eq(info.anonymous_huge_bytes, 2 * HUGE_PAGE);
    ck_assert_uint_eq(info.hugetlb_bytes, 0);
    mmf_map_release(address, 2 * HUGE_PAGE);
}
END_TEST

/* Of a file on the disk the kernel notes the wish, and (as a rule) gives nothing: the report must
 * not make one of the other. */
START_TEST(huge_pages_of_a_file)
{
    const mmf_map_options options = {.flags = MMF_MAP_HUGE | MMF_MAP_POPULATE};
    int fd = file_of("f", 10000);
    unsigned char *bytes = map_of(fd, 10000, true, 0);
    mmf_map_info info;

    if (mmf_map_apply(bytes, 10000, &options, NULL) == MMF_OK) {
        info = report_of(bytes, 10000);
        ck_assert(info.flags_all & MMF_AREA_HUGE);
        ck_assert_uint_eq(info.anonymous_huge_bytes + info.file_huge_bytes, 0); /* too small */
        ck_assert_uint_eq(info.kernel_page_bytes, PAGE);
    } else {
        ck_assert_int_eq(errno, EINVAL);
        (void)printf("skipped: this kernel has no transparent huge pages\n");
    }
    mmf_map_release(bytes, 3 * PAGE);
    close(fd);
}
END_TEST

START_TEST(explicit_huge_pages)
{
    const mmf_map_options populate = {.flags = MMF_MAP_POPULATE};
    int fd = memfd_create("huge", MFD_HUGETLB | MFD_CLOEXEC);
    uint64_t page = 0;
    unsigned char *bytes;
    void *address = NULL;
    mmf_map_info info;

    if (fd < 0) {
        (void)printf("skipped: this kernel has no explicit huge pages\n");
        return;
    }
    ck_ok(mmf_map_page_size(fd, &page));
    ck_assert_uint_gt(page, PAGE);
    ck_assert_int_eq(ftruncate(fd, (off_t)(2 * page)), 0);
    ck_status(mmf_map_descriptor(fd, PAGE, PAGE, true, NULL, &address), MMF_E_INVALID);

    bytes = map_of(fd, page + 1, true, MMF_MAP_NO_RESERVE); /* promised nothing */
    info = report_of(bytes, 2 * page);
    ck_assert(info.is_exact && (info.flags_all & MMF_AREA_HUGETLB));
    ck_assert_uint_eq(info.kernel_page_bytes, page);
    ck_assert_uint_eq(info.hugetlb_bytes, 0);
    if (mmf_map_descriptor(fd, 0, 2 * page, true, NULL, &address) == MMF_OK) {
        ck_ok(mmf_map_apply(address, 2 * page, &populate, NULL));
        ck_assert_uint_eq(report_of(address, 2 * page).hugetlb_bytes, 2 * page);
        ck_assert_uint_eq(report_of(address, 2 * page).present_pages, 2 * page / PAGE);
        mmf_map_release(address, 2 * page);
    } else {
        (void)printf("no explicit huge pages in the pool: tested without any\n");
        ck_status(mmf_map_descriptor(fd, 0, 2 * page, true, NULL, &address), MMF_E_NO_MEMORY);
        ck_status(mmf_map_apply(bytes, 2 * page, &populate, NULL), MMF_E_SYSTEM);
        ck_assert_int_eq(errno, EFAULT); /* and no SIGBUS */
    }
    mmf_map_release(bytes, 2 * page);
    ck_assert_uint_eq(report_of(bytes, 2 * page).area_count, 0);
    close(fd);
}
END_TEST

START_TEST(page_sizes)
{
    uint64_t page = 0;
    int fd = file_of("f", 1);

    ck_ok(mmf_map_page_size(-1, &page));
    ck_assert_uint_eq(page, PAGE);
    page = 0;
    ck_ok(mmf_map_page_size(fd, &page));
    ck_assert_uint_eq(page, PAGE);
    close(fd);
    page = 77;
    ck_status(mmf_map_page_size(fd, &page), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EBADF);
    ck_assert_uint_eq(page, 77);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, options_that_cannot_be_meant, 0,
                        (int)(sizeof bad_rows / sizeof *bad_rows));
    tcase_add_test(tcase, options_that_ask_for_nothing);
    tcase_add_test(tcase, shared_and_private);
    tcase_add_test(tcase, mappings_are_counted);
    tcase_add_test(tcase, rights_of_the_descriptor);
    tcase_add_test(tcase, offsets_and_sizes);
    tcase_add_test(tcase, memory_of_no_file);
    tcase_add_loop_test(tcase, aligned_addresses, 0, 32);
    tcase_add_test(tcase, alignments_beyond_all_addresses);
    tcase_add_test(tcase, no_reserve_and_exec);
    tcase_add_loop_test(tcase, populate_a_file, 0, 2);
    tcase_add_test(tcase, populate_private_memory);
    tcase_add_test(tcase, never_beyond_the_end);
    tcase_add_loop_test(tcase, advice_from_the_beginning, 0, 3);
    tcase_add_loop_test(tcase, what_is_not_mapped, 0, 4);
    tcase_add_test(tcase, transparent_huge_pages);
    tcase_add_test(tcase, huge_pages_of_a_file);
    tcase_add_test(tcase, explicit_huge_pages);
    tcase_add_test(tcase, page_sizes);
}
