/* Locks in memory: what is locked, and what a process may not lock. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "tests/map/mapping.h"

const char *const suite_name = "lock";

#define EIGHT (8 * PAGE)
#define LIMIT (64ull << 10)

START_TEST(lock_and_unlock)
{
    unsigned char *memory = map_of(-1, EIGHT, true, 0);
    mmf_map_info info;

    ck_ok(mmf_map_lock(memory + 2 * PAGE - 1, PAGE, false)); /* two pages */
    info = report_of(memory + PAGE, 2 * PAGE);
    ck_assert(info.is_exact && (info.flags_all & MMF_AREA_LOCKED));
    ck_assert(!(info.flags_all & MMF_AREA_LOCK_ON_FAULT));
    ck_assert_uint_eq(info.locked_bytes, 2 * PAGE);
    ck_assert_uint_eq(report_of(memory, EIGHT).locked_bytes, 2 * PAGE);
    ck_status(mmf_map_advise(memory + PAGE, PAGE, MMF_ADVICE_DONT_NEED), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EINVAL);
    ck_ok(mmf_map_unlock(memory, EIGHT));
    info = report_of(memory, EIGHT);
    ck_assert_uint_eq(info.locked_bytes, 0);
    ck_assert(!(info.flags_any & MMF_AREA_LOCKED));
    ck_ok(mmf_map_unlock(memory, EIGHT));
    mmf_map_release(memory, EIGHT);
    ck_status(mmf_map_unlock(memory, EIGHT), MMF_E_INVALID);
}
END_TEST

START_TEST(lock_on_fault)
{
    unsigned char *memory = map_of(-1, EIGHT, true, 0);
    mmf_map_info info;

    if (!has_lock_on_fault()) {
        mmf_map_release(memory, EIGHT);
        return;
    }
    ck_ok(mmf_map_lock(memory, EIGHT, true));
    info = report_of(memory, EIGHT);
    ck_assert(info.flags_all & MMF_AREA_LOCKED);
    ck_assert(info.flags_all & MMF_AREA_LOCK_ON_FAULT);
    ck_assert_uint_eq(info.locked_bytes, 0);
    memory[PAGE] = 1;
    ck_assert_uint_eq(report_of(memory, EIGHT).locked_bytes, PAGE);
    mmf_map_release(memory, EIGHT);
}
END_TEST

START_TEST(lock_by_options)
{
    const uint32_t flags[2] = {MMF_MAP_LOCK, MMF_MAP_LOCK_ON_FAULT};
    mmf_map_options options = {.flags = flags[_i]};
    int fd = file_of("f", (size_t)(EIGHT + 5));
    unsigned char *bytes = map_of(fd, EIGHT + 5, true, 0);
    mmf_map_info info;

    if (_i == 1 && !has_lock_on_fault()) {
        mmf_map_release(bytes, 9 * PAGE);
        close(fd);
        return;
    }
    ck_ok(mmf_map_apply(bytes, EIGHT + 5, &options, NULL));
    info = report_of(bytes, EIGHT + 5);
    ck_assert(info.flags_all & MMF_AREA_LOCKED);
    ck_assert_int_eq((info.flags_all & MMF_AREA_LOCK_ON_FAULT) != 0, _i);
    ck_assert_uint_eq(info.locked_bytes, _i == 0 ? 9 * PAGE : 0);
    mmf_map_release(bytes, 9 * PAGE);
    close(fd);
}
END_TEST

START_TEST(lock_beyond_the_end)
{
    int fd = file_of("f", (size_t)PAGE);
    unsigned char *bytes = map_of(fd, EIGHT, true, 0);

    ck_status(mmf_map_lock(bytes, EIGHT, false), MMF_E_NO_MEMORY);
    if (has_lock_on_fault()) {
        ck_ok(mmf_map_lock(bytes, EIGHT, true));
    }
    mmf_map_release(bytes, EIGHT);
    close(fd);
}
END_TEST

/* --- Limits ---------------------------------------------------------------------------------- */

/* In a child: nobody, where there are other users, and without CAP_IPC_LOCK in any case; who may
 * lock so much. */
static void become_nobody(uint64_t lock_limit)
{
    struct rlimit limit = {(rlim_t)lock_limit, (rlim_t)lock_limit};

    must(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    if (setgroups(0, NULL) != 0 || setresgid(65534, 65534, 65534) != 0 ||
        setresuid(65534, 65534, 65534) != 0) {
        must(errno == EPERM || errno == EINVAL);
        test_drop_capabilities();
    }
}

static void lock_too_much(void *argument)
{
    const mmf_map_options options = {.flags = MMF_MAP_LOCK};
    unsigned char *memory = argument;
    mmf_error error = {0};

    become_nobody(LIMIT);
    must(mmf_map_lock_limit() == LIMIT);
    must_status(mmf_map_lock(memory, LIMIT + PAGE, false), MMF_E_NO_MEMORY);
    must(errno == ENOMEM);
    must(mmf_map_lock(memory, LIMIT + PAGE, true) == MMF_E_NO_MEMORY || errno == ENOSYS);
    must_status(mmf_map_apply(memory, 2 * LIMIT, &options, &error), MMF_E_NO_MEMORY);
    must(errno == ENOMEM && error.system_errno == ENOMEM);
    must(strstr(error.text, "131072 bytes") && strstr(error.text, "RLIMIT_MEMLOCK is 65536 bytes"));
    must_status(mmf_map_lock_all(MMF_LOCK_ALL_NOW), MMF_E_NO_MEMORY);
    must_ok(mmf_map_lock(memory, LIMIT, false));
    must_status(mmf_map_lock(memory + LIMIT, 1, false), MMF_E_NO_MEMORY);
}

static void lock_anything(void *argument)
{
    become_nobody(0);
    must(mmf_map_lock_limit() == 0);
    must_status(mmf_map_lock(argument, 1, false), MMF_E_NO_MEMORY);
    must(errno == EPERM);
    must_status(mmf_map_lock_all(MMF_LOCK_ALL_FUTURE), MMF_E_NO_MEMORY);
    must(errno == EPERM);
}

START_TEST(limits)
{
    unsigned char *memory = map_of(-1, 4 * LIMIT, true, 0);

    test_run_ok(_i == 0 ? lock_too_much : lock_anything, memory, 20000);
    mmf_map_release(memory, 4 * LIMIT);
}
END_TEST

static void have_no_limit(void *argument)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

    (void)argument;
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) {
        must(errno == EPERM);
        (void)printf("skipped: not allowed to have no limit\n");
        return;
    }
    must(mmf_map_lock_limit() == UINT64_MAX);
}

START_TEST(no_limit)
{
    test_run_ok(have_no_limit, NULL, 20000);
}
END_TEST

/* --- All ------------------------------------------------------------------------------------- */

static uint32_t flags_at(const void *address)
{
    mmf_map_info info;

    must_ok(mmf_map_report(address, PAGE, &info));
    must(info.knows_areas && info.area_count == 1);
    return info.flags_all;
}

static void *map_in_child(void)
{
    void *address = NULL;

    must_ok(mmf_map_descriptor(-1, 0, PAGE, true, NULL, &address));
    return address;
}

static void map_more_than_may_be_locked(void *argument)
{
    void *address = NULL;

    (void)argument;
    become_nobody(8 << 20);
    if (mmf_map_lock_all(MMF_LOCK_ALL_FUTURE | MMF_LOCK_ALL_ON_FAULT) != MMF_OK) {
        (void)printf("skipped: mlockall(2) is refused\n");
        return;
    }
    must_status(mmf_map_descriptor(-1, 0, 1 << 30, true, NULL, &address), MMF_E_NO_MEMORY);
    must(errno == EAGAIN);
    must_ok(mmf_map_descriptor(-1, 0, PAGE, true, NULL, &address));
}

START_TEST(mapping_after_lock_all)
{
    test_run_ok(map_more_than_may_be_locked, NULL, 20000);
}
END_TEST

static void lock_everything(void *argument)
{
    if (mmf_map_lock_all(MMF_LOCK_ALL_NOW) != MMF_OK) {
        must(errno == ENOMEM); /* a user, or a root of a container */
        (void)printf("skipped: this user may not lock so much\n");
        return;
    }
    must(flags_at(argument) & MMF_AREA_LOCKED);
    must(!(flags_at(map_in_child()) & MMF_AREA_LOCKED));
    must_ok(mmf_map_lock_all(MMF_LOCK_ALL_FUTURE | MMF_LOCK_ALL_ON_FAULT));
    must((flags_at(map_in_child()) & MMF_AREA_LOCKED) &&
         (flags_at(map_in_child()) & MMF_AREA_LOCK_ON_FAULT));
    must_ok(mmf_map_unlock_all());
    must(!(flags_at(argument) & MMF_AREA_LOCKED));
    must(!(flags_at(map_in_child()) & MMF_AREA_LOCKED));
}

START_TEST(lock_all)
{
    const uint32_t bad[] = {0, MMF_LOCK_ALL_ON_FAULT, 8, 8 | MMF_LOCK_ALL_NOW, UINT32_MAX};
    void *memory = map_of(-1, PAGE, true, 0);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_status(mmf_map_lock_all(bad[i]), MMF_E_INVALID);
    }
    test_run_ok(lock_everything, memory, 20000);
    mmf_map_release(memory, PAGE);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, lock_and_unlock);
    tcase_add_test(tcase, lock_on_fault);
    tcase_add_loop_test(tcase, lock_by_options, 0, 2);
    tcase_add_test(tcase, lock_beyond_the_end);
    tcase_add_loop_test(tcase, limits, 0, 2);
    tcase_add_test(tcase, no_limit);
    tcase_add_test(tcase, mapping_after_lock_all);
    tcase_add_test(tcase, lock_all);
}
