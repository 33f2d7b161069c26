/* When a file is flushed, and who is told that it failed: by counting what the disk is asked. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "runtime/flusher.h"
#include "tests/flush/disk.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "policy";

static int fd;

static void begin(mmf_flusher *flusher, mmf_flush_policy policy)
{
    disk_reset();
    fd = open(test_path("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_ok(mmf_flusher_open(flusher, fd, &policy));
}

static mmf_status write_bytes(mmf_flusher *flusher, uint64_t size)
{
    uint64_t before = mmf_flusher_before(flusher);

    return mmf_flusher_wrote(flusher, size, before);
}

static void end(mmf_flusher *flusher, mmf_status expected)
{
    ck_status(mmf_flusher_close(flusher), expected);
    (void)close(fd);
}

/* --- Policies -------------------------------------------------------------------------------- */

START_TEST(test_manual)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_MANUAL});
    ck_ok(write_bytes(&flusher, 5));
    ck_ok(write_bytes(&flusher, 1u << 30));
    ck_assert_uint_eq(mmf_flusher_pending(&flusher), 5 + (1u << 30));
    ck_assert_uint_eq(disk_data_syncs(), 0);
    ck_ok(mmf_flusher_flush(&flusher));
    ck_assert_uint_eq(disk_data_syncs(), 1);
    ck_assert_uint_eq(mmf_flusher_pending(&flusher), 0);
    ck_ok(mmf_flusher_flush(&flusher)); /* others may have written */
    ck_assert_uint_eq(disk_data_syncs(), 2);
    ck_ok(write_bytes(&flusher, 5));
    end(&flusher, MMF_OK);
    ck_assert_uint_eq(disk_data_syncs(), 2);
}
END_TEST

START_TEST(test_no_policy_is_manual)
{
    mmf_flusher flusher;

    disk_reset();
    ck_ok(mmf_flusher_open(&flusher, 0, NULL));
    ck_ok(write_bytes(&flusher, 5));
    ck_ok(mmf_flusher_close(&flusher));
    ck_assert_uint_eq(disk_data_syncs(), 0);
}
END_TEST

START_TEST(test_manual_and_at_close)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.flags = MMF_FLUSH_AT_CLOSE});
    if (_i > 0) {
        ck_ok(write_bytes(&flusher, 5));
        ck_assert_uint_eq(disk_data_syncs(), 0);
    }
    if (_i > 1) {
        ck_ok(mmf_flusher_flush(&flusher));
    }
    if (_i > 2) { /* nobody knows when they were stored to */
        mmf_flusher_gave_out(&flusher, 100);
        ck_ok(mmf_flusher_flush(&flusher));
    }
    end(&flusher, MMF_OK);
    ck_assert_uint_eq(disk_data_syncs(), _i == 3 ? 3 : _i == 0 ? 0 : 1);
}
END_TEST

START_TEST(test_never)
{
    unsigned char *pages = (unsigned char *)8192;
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_NEVER});
    ck_ok(write_bytes(&flusher, 5));
    ck_ok(mmf_flusher_flush(&flusher));
    ck_ok(mmf_flusher_flush_pages(&flusher, pages, 4096));
    ck_ok(mmf_flusher_begin(&flusher));
    ck_assert_uint_eq(mmf_flusher_pending(&flusher), 5);
    end(&flusher, MMF_OK);
    ck_assert_uint_eq(disk_data_syncs() + the_disk.range_syncs + the_disk.begun, 0);
}
END_TEST

START_TEST(test_always)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_ALWAYS});
    for (uint32_t i = 1; i < 10; i++) {
        ck_ok(write_bytes(&flusher, 1));
        ck_assert_uint_eq(disk_data_syncs(), i);
        ck_assert_uint_eq(mmf_flusher_pending(&flusher), 0);
    }
    if (_i) {
        mmf_flusher_gave_out(&flusher, 100);
        ck_assert_uint_eq(mmf_flusher_pending(&flusher), 100);
    }
    ck_assert_uint_eq(disk_data_syncs(), 9);
    end(&flusher, MMF_OK);
    ck_assert_uint_eq(disk_data_syncs(), _i ? 10 : 9);
}
END_TEST

START_TEST(test_every_bytes)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_EVERY, .bytes = 100});
    ck_ok(write_bytes(&flusher, 40));
    ck_ok(write_bytes(&flusher, 59));
    ck_assert_uint_eq(disk_data_syncs(), 0);
    ck_ok(write_bytes(&flusher, 1));
    ck_assert_uint_eq(disk_data_syncs(), 1);
    ck_assert_uint_eq(mmf_flusher_pending(&flusher), 0);
    ck_ok(write_bytes(&flusher, 1000));
    ck_assert_uint_eq(disk_data_syncs(), 2);
    ck_ok(write_bytes(&flusher, 99));
    ck_assert_uint_eq(disk_data_syncs(), 2);
    end(&flusher, MMF_OK);
    ck_assert_uint_eq(disk_data_syncs(), 3);
}
END_TEST

START_TEST(test_every_writes)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_EVERY, .writes = 3});
    for (uint32_t i = 1; i <= 12; i++) {
        ck_ok(write_bytes(&flusher, 1000));
        ck_assert_uint_eq(disk_data_syncs(), i / 3);
    }
    end(&flusher, MMF_OK);
    ck_assert_uint_eq(disk_data_syncs(), 4);
}
END_TEST

/* A flush that was asked for begins both counts anew. */
START_TEST(test_every_bytes_or_writes)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_EVERY, .bytes = 100, .writes = 3});
    ck_ok(write_bytes(&flusher, 100));
    ck_assert_uint_eq(disk_data_syncs(), 1);
    ck_ok(write_bytes(&flusher, 1));
    ck_ok(write_bytes(&flusher, 1));
    ck_ok(mmf_flusher_flush(&flusher));
    ck_ok(write_bytes(&flusher, 1));
    ck_ok(write_bytes(&flusher, 1));
    ck_assert_uint_eq(disk_data_syncs(), 2);
    ck_ok(write_bytes(&flusher, 1));
    ck_assert_uint_eq(disk_data_syncs(), 3);
    end(&flusher, MMF_OK);
    ck_assert_uint_eq(disk_data_syncs(), 3);
}
END_TEST

START_TEST(test_policies_that_are_none)
{
    static const mmf_flush_policy wrong[] = {
        {.mode = MMF_FLUSH_EVERY},
        {.mode = MMF_FLUSH_MANUAL, .bytes = 1},
        {.mode = MMF_FLUSH_NEVER, .writes = 1},
        {.mode = MMF_FLUSH_ALWAYS, .interval_ms = 1},
        {.mode = MMF_FLUSH_ALWAYS, .flags = MMF_FLUSH_AT_CLOSE},
        {.mode = MMF_FLUSH_MANUAL, .flags = 2},
        {.mode = MMF_FLUSH_MANUAL, .reserved = 1},
        {.mode = (mmf_flush_mode)4},
        {.mode = (mmf_flush_mode)-1},
    };
    mmf_flusher flusher;

    ck_status(mmf_flusher_open(&flusher, 0, &wrong[_i]), MMF_E_INVALID);
}
END_TEST

START_TEST(test_range)
{
    unsigned char *pages = (unsigned char *)8192;
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_MANUAL});
    ck_ok(write_bytes(&flusher, 5));
    ck_ok(mmf_flusher_flush_pages(&flusher, pages, 4096));
    ck_assert_uint_eq(the_disk.range_syncs, 1);
    ck_assert_uint_eq(the_disk.range_begin, 8192);
    ck_assert_uint_eq(the_disk.range_size, 4096);
    ck_assert_uint_eq(the_disk.other, 0);
    ck_ok(mmf_flusher_flush_pages(&flusher, pages, 0));
    ck_assert_uint_eq(the_disk.range_syncs, 1);
    ck_assert_uint_eq(disk_data_syncs(), 0);
    ck_assert_uint_eq(mmf_flusher_pending(&flusher), 5);
    end(&flusher, MMF_OK);
}
END_TEST

START_TEST(test_begin)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_MANUAL});
    ck_ok(write_bytes(&flusher, 5));
    ck_ok(mmf_flusher_begin(&flusher));
    ck_assert_uint_eq(the_disk.begun, 1);
    ck_assert_uint_eq(the_disk.other, 0);
    ck_assert_uint_eq(disk_data_syncs(), 0);
    ck_assert_uint_eq(mmf_flusher_pending(&flusher), 5);
    disk_fail(1, ENOSYS);
    ck_ok(mmf_flusher_begin(&flusher));
    disk_fail(1, EINTR);
    ck_ok(mmf_flusher_begin(&flusher));
    ck_assert_uint_eq(the_disk.begun, 4);
    disk_fail(1, EIO);
    ck_status(mmf_flusher_begin(&flusher), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EIO);
    end(&flusher, MMF_OK); /* the flush that follows tells */
}
END_TEST

/* --- Failures -------------------------------------------------------------------------------- */

static void info_is(const mmf_flusher *flusher, uint64_t pending, uint64_t failed,
                    uint64_t failures)
{
    mmf_flush_info info;

    mmf_flusher_info(flusher, &info);
    ck_assert_uint_eq(info.pending_bytes, pending);
    ck_assert_uint_eq(info.failed_bytes, failed);
    ck_assert_uint_eq(info.failures, failures);
    ck_assert_uint_eq(mmf_flusher_pending(flusher), pending + failed);
}

START_TEST(test_flush_fails)
{
    static const struct {
        int error;
        mmf_status status;
    } rows[] = {{EIO, MMF_E_SYSTEM},
                {ENOSPC, MMF_E_NO_SPACE},
                {EDQUOT, MMF_E_NO_SPACE},
                {ENOENT, MMF_E_SYSTEM},
                {ENOMEM, MMF_E_SYSTEM}};
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_MANUAL});
    ck_ok(write_bytes(&flusher, 5));
    disk_fail(1, rows[_i].error);
    ck_status(mmf_flusher_flush(&flusher), rows[_i].status);
    ck_assert_int_eq(errno, rows[_i].error);
    info_is(&flusher, 0, 5, 1);
    ck_ok(write_bytes(&flusher, 7));
    ck_ok(mmf_flusher_flush(&flusher)); /* told once */
    info_is(&flusher, 0, 5, 1);         /* what was lost stays so */
    errno = 0;
    end(&flusher, rows[_i].status);
}
END_TEST

START_TEST(test_interrupted_flush)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_MANUAL});
    disk_fail(2, EINTR);
    ck_ok(mmf_flusher_flush(&flusher));
    ck_assert_uint_eq(disk_data_syncs(), 3);
    end(&flusher, MMF_OK);
}
END_TEST

START_TEST(test_range_fails)
{
    unsigned char *pages = (unsigned char *)8192;
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_MANUAL});
    ck_ok(write_bytes(&flusher, 5));
    disk_fail(1, EIO);
    ck_status(mmf_flusher_flush_pages(&flusher, pages, 4096), MMF_E_SYSTEM);
    info_is(&flusher, 5, 4096, 1);
    ck_ok(mmf_flusher_flush(&flusher));
    end(&flusher, MMF_E_SYSTEM);
}
END_TEST

START_TEST(test_write_with_policy_fails)
{
    static const mmf_flush_policy policies[] = {{.mode = MMF_FLUSH_ALWAYS},
                                                {.mode = MMF_FLUSH_EVERY, .bytes = 1},
                                                {.mode = MMF_FLUSH_EVERY, .writes = 1}};
    mmf_flusher flusher;

    begin(&flusher, policies[_i]);
    disk_fail(1, EIO);
    ck_status(write_bytes(&flusher, 5), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EIO);
    ck_assert_uint_eq(disk_data_syncs(), 1);
    info_is(&flusher, 0, 5, 1);
    ck_ok(write_bytes(&flusher, 5));
    ck_assert_uint_eq(disk_data_syncs(), 2);
    info_is(&flusher, 0, 5, 1);
    end(&flusher, MMF_E_SYSTEM);
}
END_TEST

START_TEST(test_close_fails)
{
    mmf_flusher flusher;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_EVERY, .writes = 10});
    ck_ok(write_bytes(&flusher, 5));
    disk_fail(1, ENOSPC);
    end(&flusher, MMF_E_NO_SPACE);
}
END_TEST

/* A flush that failed between the beginning of a write and its own flush may have lost it. */
START_TEST(test_failure_during_the_write)
{
    mmf_flusher flusher;
    uint64_t before;

    begin(&flusher, (mmf_flush_policy){.mode = MMF_FLUSH_ALWAYS});
    before = mmf_flusher_before(&flusher);
    disk_fail(1, EIO);
    ck_status(mmf_flusher_flush(&flusher), MMF_E_SYSTEM); /* another thread's */
    ck_status(mmf_flusher_wrote(&flusher, 5, before), MMF_E_SYSTEM);
    ck_ok(write_bytes(&flusher, 5));
    end(&flusher, MMF_E_SYSTEM);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_manual);
    tcase_add_test(tcase, test_no_policy_is_manual);
    tcase_add_loop_test(tcase, test_manual_and_at_close, 0, 4);
    tcase_add_test(tcase, test_never);
    tcase_add_loop_test(tcase, test_always, 0, 2);
    tcase_add_test(tcase, test_every_bytes);
    tcase_add_test(tcase, test_every_writes);
    tcase_add_test(tcase, test_every_bytes_or_writes);
    tcase_add_loop_test(tcase, test_policies_that_are_none, 0, 9);
    tcase_add_test(tcase, test_range);
    tcase_add_test(tcase, test_begin);
    tcase_add_loop_test(tcase, test_flush_fails, 0, 5);
    tcase_add_test(tcase, test_interrupted_flush);
    tcase_add_test(tcase, test_range_fails);
    tcase_add_loop_test(tcase, test_write_with_policy_fails, 0, 3);
    tcase_add_test(tcase, test_close_fails);
    tcase_add_test(tcase, test_failure_during_the_write);
}
