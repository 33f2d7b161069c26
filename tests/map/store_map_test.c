/* Stores with wishes for their mapping. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sys/syscall.h>

#include "tests/map/filter.h"
#include "tests/map/mapped_store.h"

const char *const suite_name = "map of a store";

/* --- What is refused ------------------------------------------------------------------------- */

static const mmf_map_options refused[] = {
    {.flags = MMF_MAP_PRIVATE},
    {.flags = MMF_MAP_EXEC | MMF_MAP_HUGE},
    {.alignment = 2ull << 20},
    {.alignment = 3},
    {.flags = 0x80},
    {.flags = MMF_MAP_LOCK | MMF_MAP_LOCK_ON_FAULT},
    {.reserved = 1},
    {.numa_policy = MMF_NUMA_BIND},
    {.numa_policy = MMF_NUMA_BIND, .numa_nodes = {[15] = 1}},
};

START_TEST(refused_before_anything_is_made)
{
    mmf_store *store = (mmf_store *)&_i;
    mmf_error error = {0};

    ck_status(open_so("s", MMF_CREATE, &refused[_i], &error, &store), MMF_E_INVALID);
    ck_assert_int_eq(error.status, MMF_E_INVALID);
    ck_assert_str_ne(error.text, "");
    ck_assert_ptr_eq(store, &_i);
    ck_assert_uint_eq(test_directory_count(), 0);
}
END_TEST

/* --- What is done ---------------------------------------------------------------------------- */

START_TEST(wishes_for_all_of_the_reservation)
{
    const mmf_map_options map = {.advice = MMF_ADVICE_RANDOM,
                                 .numa_policy = MMF_NUMA_INTERLEAVE,
                                 .numa_nodes = {1},
                                 .alignment = 1};
    mmf_store *store = store_so("s", MMF_CREATE, &map);
    mmf_map_info info = map_of_store(store);
    uint64_t before = info.node_bytes[0];
    uint64_t first;

    ck_assert_uint_eq(info.area_count, 1);
    ck_assert_uint_eq(info.area_bytes, RESERVATION);
    ck_assert(info.flags_all & MMF_AREA_RANDOM);
    ck_assert_int_eq(info.numa_policy, MMF_NUMA_INTERLEAVE);
    ck_ok(test_append_n(store, 7, 20000, &first));
    info = map_of_store(store);
    ck_assert_uint_eq(info.area_count, 1);
    ck_assert(info.flags_all & MMF_AREA_RANDOM);
    ck_assert_uint_ge(info.sampled_pages, 20000 * RECORD_SIZE / PAGE);
    ck_assert(info.node_bytes[0] > before || info.node_bytes[0] == 0);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(huge_pages)
{
    const mmf_map_options map = {.flags = MMF_MAP_HUGE};
    mmf_store *store = NULL;

    if (open_so("s", MMF_CREATE, &map, NULL, &store) != MMF_OK) {
        ck_assert_int_eq(errno, EINVAL);
        (void)printf("skipped: this kernel has no transparent huge pages\n");
        return;
    }
    ck_assert(map_of_store(store).flags_all & MMF_AREA_HUGE);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(populated)
{
    const mmf_map_options map = {.flags = MMF_MAP_POPULATE};
    const uint32_t flags[] = {0, MMF_READ_ONLY, MMF_ONE_WRITER, MMF_GUARD};
    mmf_store *store;
    uint64_t word = 0;
    uint64_t size;
    bool torn = false;

    make_store("s", 20000);
    size = (test_file_size(test_path("s")) + PAGE - 1) / PAGE * PAGE;
    store = store_so("s", flags[_i], NULL);
    ck_assert_uint_lt(map_of_store(store).resident_bytes, size);
    ck_ok(mmf_store_close(store));
    store = store_so("s", flags[_i], &map);
    ck_assert_uint_eq(map_of_store(store).resident_bytes, size);
    ck_assert_uint_eq(map_of_store(store).present_pages, size / PAGE);
    ck_ok(test_get(store, 19999, &word, &torn));
    ck_assert_uint_eq(word, 7);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(no_wishes)
{
    const mmf_map_options map = {0};
    mmf_store *store = store_so("s", MMF_CREATE, &map);
    const uint32_t none =
        MMF_AREA_HUGE | MMF_AREA_LOCKED | MMF_AREA_RANDOM | MMF_AREA_SEQUENTIAL | MMF_AREA_EXEC;

    ck_assert_uint_eq(map_of_store(store).flags_any & none, 0);
    ck_assert_int_eq(map_of_store(store).numa_policy, MMF_NUMA_DEFAULT);
    ck_assert(map_of_store(store).flags_all & MMF_AREA_SHARED);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Failures -------------------------------------------------------------------------------- */

static void open_with_refused_policy(void *argument)
{
    const mmf_map_options map = {.numa_policy = MMF_NUMA_LOCAL};
    mmf_store *store = NULL;
    mmf_error error = {0};

    (void)argument;
    filter_fail(SYS_mbind, FILTER_ANY, EPERM);
    must_status(open_so("s", MMF_READ_ONLY, &map, &error, &store), MMF_E_SYSTEM);
    must(errno == EPERM && strstr(error.text, "NUMA"));
}

START_TEST(policy_refused)
{
    make_store("s", 1);
    test_run_ok(open_with_refused_policy, NULL, 30000);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, refused_before_anything_is_made, 0,
                        (int)(sizeof refused / sizeof *refused));
    tcase_add_test(tcase, wishes_for_all_of_the_reservation);
    tcase_add_test(tcase, huge_pages);
    tcase_add_loop_test(tcase, populated, 0, 4);
    tcase_add_test(tcase, no_wishes);
    tcase_add_test(tcase, policy_refused);
}
