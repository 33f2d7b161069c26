/* Stores that are locked in memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sys/resource.h>

#include "tests/map/mapped_store.h"

const char *const suite_name = "store lock";

static void open_too_large_to_lock(void *argument)
{
    const mmf_map_options map = {.flags = MMF_MAP_LOCK};
    struct rlimit limit = {64 << 10, 64 << 10};
    mmf_store *store = NULL;
    mmf_error error = {0};
    unsigned before = test_descriptor_count();

    (void)argument;
    must(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    test_drop_capabilities();
    must_status(open_so("s", 0, &map, &error, &store), MMF_E_NO_MEMORY);
    must(errno == ENOMEM && error.system_errno == ENOMEM && !store);
    must(strstr(error.text, test_path("s")) && strstr(error.text, "RLIMIT_MEMLOCK is 65536"));
    must(test_descriptor_count() == before);
    must_ok(open_so("s", MMF_ONE_WRITER, NULL, NULL, &store)); /* nobody holds a lock */
    must_ok(mmf_store_close(store));
    must_ok(open_so("small", MMF_CREATE, &map, NULL, &store));
    must_ok(mmf_store_close(store));
    /* a failed creation leaves a store that can be opened */
    must(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){0, 0}) == 0);
    error = (mmf_error){.status = MMF_E_END};
    must_status(open_so("new", MMF_CREATE, &map, &error, &store), MMF_E_NO_MEMORY);
    must(error.status == MMF_E_END && error.text[0] == '\0'); /* the first error wins */
    must_ok(open_so("new", 0, NULL, NULL, &store));
    must_ok(mmf_store_close(store));
}

START_TEST(lock_beyond_the_limit)
{
    make_store("s", 20000);
    test_run_ok(open_too_large_to_lock, NULL, 30000);
}
END_TEST

/* Reservations count as locked after mlockall(2): a smaller one is taken. */
static void open_after_locking_all(void *argument)
{
    struct rlimit limit = {8 << 20, 8 << 20};
    mmf_store *store = NULL;
    mmf_map_info info;

    (void)argument;
    must(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    test_drop_capabilities();
    if (mmf_map_lock_all(MMF_LOCK_ALL_FUTURE | MMF_LOCK_ALL_ON_FAULT) != MMF_OK) {
        (void)printf("skipped: this user may not lock anything\n");
        return;
    }
    must_ok(open_so("s", 0, NULL, NULL, &store));
    must_ok(mmf_store_map_report(store, &info));
    must(info.area_bytes < RESERVATION && (info.flags_all & MMF_AREA_LOCKED));
    must_ok(test_set(store, 0, 8));
    must_ok(mmf_store_close(store));
}

START_TEST(after_locking_all)
{
    make_store("s", 1);
    test_run_ok(open_after_locking_all, NULL, 30000);
}
END_TEST

START_TEST(locked)
{
    const mmf_map_options map = {.flags = _i == 0 ? MMF_MAP_LOCK : MMF_MAP_LOCK_ON_FAULT};
    mmf_store *store;
    mmf_map_info info;
    uint64_t size;
    uint64_t first;

    if (_i == 1 && !has_lock_on_fault()) {
        return;
    }
    make_store("s", 20000);
    size = (test_file_size(test_path("s")) + PAGE - 1) / PAGE * PAGE;
    store = store_so("s", 0, &map);
    info = map_of_store(store);
    ck_assert(info.is_exact && (info.flags_all & MMF_AREA_LOCKED)); /* an area of its own */
    ck_assert_uint_eq(info.area_bytes, size);
    if (_i == 0) {
        ck_assert_uint_eq(info.locked_bytes, size);
    } else {
        ck_assert_uint_lt(info.locked_bytes, size);
        ck_assert(info.flags_all & MMF_AREA_LOCK_ON_FAULT);
    }
    ck_ok(test_append_n(store, 7, 60000, &first));
    info = map_of_store(store);
    ck_assert_uint_eq(info.area_count, 2); /* what it has grown by is not locked */
    ck_assert(!(info.flags_all & MMF_AREA_LOCKED) && (info.flags_any & MMF_AREA_LOCKED));
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, lock_beyond_the_limit);
    tcase_add_test(tcase, after_locking_all);
    tcase_add_loop_test(tcase, locked, 0, 2);
}
