/* Reports: areas, policies, nodes; and what is said when the system does not tell. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/map/filter.h"
#include "tests/map/mapping.h"

const char *const suite_name = "report";

#define EIGHT (8 * PAGE)

/* --- Areas ----------------------------------------------------------------------------------- */

START_TEST(parts_and_several_areas)
{
    int fd = file_of("f", (size_t)EIGHT);
    unsigned char *bytes = map_of(fd, EIGHT, true, 0);
    mmf_map_info info;

    ck_ok(mmf_map_advise(bytes + 3 * PAGE, 2 * PAGE, MMF_ADVICE_RANDOM));
    ck_ok(mmf_map_touch(bytes, EIGHT, true));
    info = report_of(bytes, EIGHT);
    ck_assert(info.is_exact);
    ck_assert_uint_eq(info.area_count, 3);
    ck_assert_uint_eq(info.area_bytes, EIGHT);
    ck_assert_uint_eq(info.resident_bytes, EIGHT);
    ck_assert(!(info.flags_all & MMF_AREA_RANDOM) && (info.flags_any & MMF_AREA_RANDOM));

    info = report_of(bytes + 3 * PAGE + 7, PAGE + 1);
    ck_assert(info.is_exact && (info.flags_all & MMF_AREA_RANDOM));
    ck_assert_uint_eq(info.area_count, 1);
    ck_assert_uint_eq(info.resident_bytes, 2 * PAGE);

    info = report_of(bytes + PAGE, PAGE);
    ck_assert(!info.is_exact);
    ck_assert_uint_eq(info.area_count, 1);
    ck_assert_uint_eq(info.area_bytes, 3 * PAGE);
    ck_assert_uint_eq(info.resident_bytes, 3 * PAGE);

    info = report_of(bytes + PAGE, 3 * PAGE);
    ck_assert(!info.is_exact); /* as many bytes as two areas' halves */
    ck_assert_uint_eq(info.area_count, 2);
    ck_assert_uint_eq(info.area_bytes, 5 * PAGE);
    mmf_map_release(bytes, EIGHT);
    close(fd);
}
END_TEST

START_TEST(holes_and_nothing)
{
    int fd = file_of("f", (size_t)EIGHT);
    unsigned char *bytes = map_of(fd, EIGHT, true, 0);
    mmf_map_info info;

    ck_ok(mmf_map_touch(bytes, EIGHT, true));
    ck_assert_int_eq(munmap(bytes + 2 * PAGE, (size_t)PAGE), 0);
    info = report_of(bytes, EIGHT);
    ck_assert(!info.is_exact);
    ck_assert_uint_eq(info.area_bytes, 7 * PAGE);
    ck_assert_uint_eq(info.present_pages, 7);
    info = report_of(bytes + 2 * PAGE, PAGE);
    ck_assert_uint_eq(info.area_count, 0);
    ck_assert_uint_eq(info.flags_any | info.area_bytes | info.resident_bytes, 0);
    ck_assert(!info.is_exact && !info.knows_policy);
    ck_assert_int_eq(info.numa_mode, -1);
    mmf_map_release(bytes, 2 * PAGE);
    mmf_map_release(bytes + 3 * PAGE, 5 * PAGE);
    ck_assert_uint_eq(report_of(NULL, 1).area_count, 0);
    ck_status(mmf_map_report(bytes, UINT64_MAX, &info), MMF_E_INVALID);
    ck_ok(mmf_map_report(bytes, 0, &info));
    ck_assert_uint_eq(info.area_count, 0);
    close(fd);
}
END_TEST

START_TEST(clean_and_dirty)
{
    int fd = file_of("f", (size_t)EIGHT);
    unsigned char *bytes;
    unsigned char *other;
    mmf_map_info info;

    ck_assert_int_eq(fsync(fd), 0); /* what write(2) has left is clean */
    bytes = map_of(fd, EIGHT, true, 0);
    ck_ok(mmf_map_touch(bytes, EIGHT, false));
    bytes[0] = bytes[PAGE] = 'y';
    info = report_of(bytes, EIGHT);
    ck_assert_uint_ge(info.private_dirty_bytes, 2 * PAGE);
    ck_assert_uint_eq(info.private_dirty_bytes + info.private_clean_bytes, EIGHT);
    ck_assert_uint_eq(info.shared_dirty_bytes + info.shared_clean_bytes, 0);
    other = map_of(fd, EIGHT, true, 0);
    ck_ok(mmf_map_touch(other, 3 * PAGE, false));
    info = report_of(other, EIGHT);
    ck_assert_uint_eq(info.shared_dirty_bytes + info.shared_clean_bytes, info.resident_bytes);
    ck_assert_uint_ge(info.resident_bytes, 3 * PAGE);
    mmf_map_release(bytes, EIGHT);
    mmf_map_release(other, EIGHT);
    close(fd);
}
END_TEST

/* Names of files are in the lines that are read: long ones, and ones that look like lines. */
START_TEST(names_that_look_like_lines)
{
    char name[300] = "\nRss: 4096 kB\nVmFlags: hg sr rr lo\nffff-1";
    int fd;
    unsigned char *bytes;
    mmf_map_info info;

    memset(name + strlen(name), 'n', 255 - strlen(name));
    fd = file_of(name, (size_t)EIGHT);
    bytes = map_of(fd, EIGHT, true, 0);
    info = report_of(bytes, EIGHT);
    ck_assert(info.is_exact);
    ck_assert_uint_eq(info.resident_bytes, 0);
    ck_assert_uint_eq(info.flags_any,
                      MMF_AREA_SHARED | MMF_AREA_WRITABLE | (info.flags_any & MMF_AREA_HUGE));
    mmf_map_release(bytes, EIGHT);
    close(fd);
}
END_TEST

#define MANY 600

/* More areas than a buffer's worth of text. */
START_TEST(many_areas)
{
    unsigned char *memory = map_of(-1, MANY * PAGE, true, 0);
    mmf_map_info info;

    for (uint64_t i = 0; i < MANY; i += 2) {
        ck_ok(mmf_map_advise(memory + i * PAGE, PAGE, MMF_ADVICE_RANDOM));
    }
    ck_ok(mmf_map_touch(memory, MANY * PAGE, true));
    info = report_of(memory, MANY * PAGE);
    ck_assert(info.is_exact);
    ck_assert_uint_eq(info.area_count, MANY);
    ck_assert_uint_eq(info.resident_bytes, MANY * PAGE);
    for (uint64_t i = 0; i < MANY; i += 37) {
        info = report_of(memory + i * PAGE, PAGE);
        ck_assert(info.is_exact);
        ck_assert_int_eq((info.flags_all & MMF_AREA_RANDOM) != 0, i % 2 == 0);
    }
    mmf_map_release(memory, MANY * PAGE);
}
END_TEST

/* As many bytes as the range has, but others. */
START_TEST(beyond_on_one_side_and_missing_on_the_other)
{
    unsigned char *memory = map_of(-1, EIGHT, true, 0);
    mmf_map_info info;

    ck_assert_int_eq(munmap(memory + 4 * PAGE, (size_t)PAGE), 0);
    info = report_of(memory + PAGE, 4 * PAGE);
    ck_assert_uint_eq(info.area_bytes, 4 * PAGE);
    ck_assert(!info.is_exact);
    info = report_of(memory + 4 * PAGE, 3 * PAGE);
    ck_assert_uint_eq(info.area_bytes, 3 * PAGE);
    ck_assert(!info.is_exact);
    mmf_map_release(memory, 4 * PAGE);
    mmf_map_release(memory + 5 * PAGE, 3 * PAGE);
}
END_TEST

/* --- NUMA ------------------------------------------------------------------------------------ */

/* The last node that there is, by the kernel's own list. */
static unsigned last_node(void)
{
    unsigned node = 0;
    char text[256] = "";
    FILE *file = fopen("/sys/devices/system/node/has_memory", "r");
    size_t length;

    if (!file) {
        return 0;
    }
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    length = strcspn(text, "\n");
    while (length > 0 && text[length - 1] >= '0' && text[length - 1] <= '9') {
        length--;
    }
    (void)sscanf(text + length, "%u", &node);
    return node;
}

static mmf_map_options policy_on(mmf_numa_policy policy, unsigned node)
{
    mmf_map_options options = {.numa_policy = policy};

    if (policy != MMF_NUMA_DEFAULT && policy != MMF_NUMA_LOCAL) {
        options.numa_nodes[node / 64] = 1ull << node % 64;
    }
    return options;
}

START_TEST(policies_in_force)
{
    unsigned node = last_node();
    mmf_map_options options = policy_on((mmf_numa_policy)_i, node);
    const uint64_t sizes[2] = {64 * PAGE, 64 * PAGE};
    unsigned char *mappings[2] = {memory_of(sizes[0]), map_of(-1, sizes[1], true, 0)};
    mmf_map_info info;
    mmf_error error = {0};

    for (int i = 0; i < 2; i++) {
        ck_status_error(mmf_map_apply(mappings[i], sizes[i], &options, &error), MMF_OK, &error);
        ck_ok(mmf_map_touch(mappings[i], sizes[i], true));
        info = report_of(mappings[i], sizes[i]);
        ck_assert(info.knows_policy && info.knows_nodes && !info.is_sampled);
        ck_assert_int_eq(info.numa_policy, _i);
        ck_assert_int_eq(memcmp(info.numa_nodes, options.numa_nodes, sizeof info.numa_nodes), 0);
        ck_assert_uint_eq(info.sampled_pages, 64);
        ck_assert_uint_eq(info.present_pages, 64);
        if (node < MMF_MAP_INFO_NODES &&
            (_i == MMF_NUMA_BIND || _i == MMF_NUMA_INTERLEAVE || node == 0)) {
            ck_assert_uint_eq(info.node_bytes[node], sizes[i]);
            ck_assert_uint_eq(info.other_node_bytes, 0);
        }
        mmf_map_release(mappings[i], sizes[i]);
    }
    if (node == 0) {
        (void)printf("one node: no page could have gone elsewhere\n");
    }
}
END_TEST

START_TEST(policy_of_a_part)
{
    mmf_map_options options = policy_on(MMF_NUMA_BIND, last_node());
    unsigned char *memory = memory_of(EIGHT);

    ck_ok(mmf_map_apply(memory + 2 * PAGE, PAGE, &options, NULL));
    ck_assert_int_eq(report_of(memory, EIGHT).numa_policy, MMF_NUMA_DEFAULT);
    ck_assert_int_eq(report_of(memory + 2 * PAGE, 1).numa_policy, MMF_NUMA_BIND);
    ck_assert_int_eq(report_of(memory + 3 * PAGE, 1).numa_policy, MMF_NUMA_DEFAULT);
    mmf_map_release(memory, EIGHT);
}
END_TEST

#define MODE_BIND 2
#define MODE_PREFERRED_MANY 5 /* Linux 5.15 */
#define FLAG_STATIC_NODES 0x8000

/* Policies that others have set, in words that this library does not have. */
START_TEST(policies_of_others)
{
    const unsigned long nodes[16] = {1};
    unsigned char *memory = memory_of(EIGHT);
    mmf_map_info info;

    ck_assert_int_eq(
        syscall(SYS_mbind, memory, PAGE, MODE_BIND | FLAG_STATIC_NODES, nodes, 1025ul, 0u), 0);
    info = report_of(memory, PAGE);
    ck_assert(info.knows_policy);
    ck_assert_int_eq(info.numa_policy, MMF_NUMA_BIND);
    ck_assert_int_eq(info.numa_mode, MODE_BIND);
    if (syscall(SYS_mbind, memory, PAGE, MODE_PREFERRED_MANY, nodes, 1025ul, 0u) == 0) {
        info = report_of(memory, PAGE);
        ck_assert(!info.knows_policy);
        ck_assert_int_eq(info.numa_mode, MODE_PREFERRED_MANY);
    }
    mmf_map_release(memory, EIGHT);
}
END_TEST

START_TEST(samples_of_large_ranges)
{
    const uint64_t size = 4096 * PAGE;
    unsigned char *memory = map_of(-1, size, true, 0);
    mmf_map_info info;
    uint64_t sum = 0;

    ck_ok(mmf_map_touch(memory, size / 2, true));
    info = report_of(memory, size);
    ck_assert(info.knows_nodes && info.is_sampled);
    ck_assert_uint_eq(info.sampled_pages, 1024);
    ck_assert_uint_eq(info.present_pages, 512);
    for (int i = 0; i < MMF_MAP_INFO_NODES; i++) {
        sum += info.node_bytes[i];
    }
    ck_assert_uint_eq(sum + info.other_node_bytes, size / 2);
    ck_assert_uint_eq(info.resident_bytes, size / 2);
    info = report_of(memory + size / 2, 1024 * PAGE);
    ck_assert(!info.is_sampled);
    ck_assert_uint_eq(info.present_pages, 0);
    mmf_map_release(memory, size);
}
END_TEST

/* --- Systems that do not tell ---------------------------------------------------------------- */

static void report_without_proc(void *argument)
{
    mmf_map_info info;

    memset(&info, 0xa5, sizeof info);
    must(chroot(test_directory()) == 0);
    must_ok(mmf_map_touch(argument, EIGHT, true)); /* fork(2) leaves it out of the page tables */
    must_ok(mmf_map_report(argument, EIGHT, &info));
    must(!info.knows_areas && !info.is_exact);
    must(info.area_count == 0 && info.resident_bytes == 0 && info.flags_any == 0);
    must(info.knows_policy && info.knows_nodes && info.present_pages == 8);
}

START_TEST(without_proc)
{
    unsigned char *memory = map_of(-1, EIGHT, true, 0);

    if (geteuid() == 0) {
        test_run_ok(report_without_proc, memory, 20000);
    } else {
        (void)printf("skipped: only root may chroot(2)\n");
    }
    mmf_map_release(memory, EIGHT);
}
END_TEST

static void report_without_descriptors(void *argument)
{
    struct rlimit none = {0, 0};
    mmf_map_info info;
    mmf_map_info before;

    memset(&info, 0xa5, sizeof info);
    before = info;
    if (setrlimit(RLIMIT_NOFILE, &none) != 0) {
        (void)printf("skipped: not allowed to lower the limit of descriptors\n");
        return;
    }
    must_status(mmf_map_report(argument, EIGHT, &info), MMF_E_SYSTEM);
    must(errno == EMFILE);
    must(memcmp(&info, &before, sizeof info) == 0);
}

START_TEST(without_descriptors)
{
    unsigned char *memory = memory_of(EIGHT);

    test_run_ok(report_without_descriptors, memory, 20000);
    mmf_map_release(memory, EIGHT);
}
END_TEST

static void report_without_numa(void *argument)
{
    mmf_map_info info;

    filter_fail(SYS_get_mempolicy, FILTER_ANY, ENOSYS);
    filter_fail(SYS_move_pages, FILTER_ANY, EPERM);
    must_ok(mmf_map_report(argument, EIGHT, &info));
    must(info.knows_areas && info.is_exact);
    must(!info.knows_policy && info.numa_mode == -1);
    must(!info.knows_nodes && info.present_pages == 0 && info.sampled_pages == 0);
}

START_TEST(without_numa)
{
    int fd = file_of("f", (size_t)EIGHT);
    unsigned char *bytes = map_of(fd, EIGHT, true, 0);

    test_run_ok(report_without_numa, bytes, 20000);
    mmf_map_release(bytes, EIGHT);
    close(fd);
}
END_TEST

START_TEST(no_descriptor_stays_open)
{
    unsigned before = test_descriptor_count();
    unsigned char *memory = memory_of(EIGHT);

    for (int i = 0; i < 10; i++) {
        (void)report_of(memory, EIGHT);
    }
    ck_assert_uint_eq(test_descriptor_count(), before);
    mmf_map_release(memory, EIGHT);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, parts_and_several_areas);
    tcase_add_test(tcase, holes_and_nothing);
    tcase_add_test(tcase, clean_and_dirty);
    tcase_add_test(tcase, names_that_look_like_lines);
    tcase_add_test(tcase, many_areas);
    tcase_add_test(tcase, beyond_on_one_side_and_missing_on_the_other);
    tcase_add_loop_test(tcase, policies_in_force, 0, 5);
    tcase_add_test(tcase, policies_of_others);
    tcase_add_test(tcase, policy_of_a_part);
    tcase_add_test(tcase, samples_of_large_ranges);
    tcase_add_test(tcase, without_proc);
    tcase_add_test(tcase, without_descriptors);
    tcase_add_test(tcase, without_numa);
    tcase_add_test(tcase, no_descriptor_stays_open);
}
