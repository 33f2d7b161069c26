/* The order in which a repair hands things to the disk, which no death of a process tells: what a
 * place had is synced in the undo file before the place is stored to, and all places before the
 * undo file says that the repair is finished. Seen by its system calls. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "fsck/undo_format.h"
#include "tests/crash/stepper.h"
#include "tests/fsck/interrupt/wreck.h"

const char *const suite_name = "the order of repairs";

#define FDS 64u

typedef struct __ptrace_syscall_info call_info;

typedef struct order {
    const wreck_kind *kind;
    const char *path;
    bool is_written[FDS]; /* by pwrite(2), and not synced */
    bool is_stored[FDS];  /* by a mapping, likewise */
    unsigned stores;
    unsigned ends;
} order;

static int repair(void *argument)
{
    const order *order = argument;
    mmf_check_result result;

    return (int)wreck_check(order->kind, order->path, MMF_CHECK_REPAIR, &result, NULL);
}

static void prepare(void *argument)
{
    (void)argument;
}

static bool any(const bool of[FDS])
{
    bool found = false;

    for (unsigned fd = 0; fd < FDS; fd++) {
        found = found || of[fd];
    }
    return found;
}

static long peek(const stepper *stepper, uint64_t address)
{
    return ptrace(PTRACE_PEEKDATA, stepper->child, (void *)(uintptr_t)address, NULL);
}

/* The copy of the state in the undo file is for later damage alone; nothing waits for it. */
static void see_write(order *order, const stepper *stepper, const uint64_t *arguments)
{
    uint64_t fd = arguments[0];
    uint64_t offset = arguments[3];

    if (offset == MMF_UNDO_STATE_A && arguments[2] == sizeof(mmf_undo_counts)) {
        long places = peek(stepper, arguments[1] + offsetof(mmf_undo_counts, places));
        long flags = peek(stepper, arguments[1] + offsetof(mmf_undo_counts, flags));

        ck_assert_msg(places == 0 || !order->is_written[fd],
                      "violation: %s: counted before it was synced", order->kind->name);
        if ((flags & MMF_UNDO_FINISHED) != 0) {
            order->ends++;
            ck_assert_msg(!any(order->is_stored), "violation: %s: finished, but not synced",
                          order->kind->name);
        }
    }
    order->is_written[fd] = order->is_written[fd] || offset != MMF_UNDO_STATE_B;
}

static void see(order *order, const stepper *stepper, const call_info *info)
{
    const uint64_t *arguments = info->entry.args;
    uint64_t fd;

    switch (info->entry.nr) {
    case SYS_pwrite64:
        ck_assert_uint_lt(arguments[0], FDS);
        see_write(order, stepper, arguments);
        break;
    case SYS_fsync:
    case SYS_fdatasync:
        order->is_written[arguments[0]] = false;
        order->is_stored[arguments[0]] = false;
        break;
    case SYS_mmap:
        fd = arguments[4];
        if ((arguments[2] & PROT_WRITE) != 0 && (arguments[3] & MAP_SHARED) != 0 && fd < FDS) {
            ck_assert_msg(!any(order->is_written),
                          "violation: %s: stored before the undo file was synced",
                          order->kind->name);
            order->is_stored[fd] = true;
            order->stores++;
        }
        break;
    default:
        break;
    }
}

START_TEST(test_order)
{
    const char *refusal = stepper_refusal();
    order order = {.kind = &wreck_kinds[_i], .path = test_path("store")};
    stepper_code code = {prepare, repair, &order};
    stepper stepper;

    if (refusal) {
        (void)fprintf(stderr, "skipped: %s\n", refusal);
        return;
    }
    wreck_make(order.kind, order.path);
    stepper_start(&stepper, &code);
    while (stepper_run(&stepper)) {
        call_info info;

        if (stepper.is_in_call &&
            ptrace(PTRACE_GET_SYSCALL_INFO, stepper.child, (void *)sizeof info, &info) > 0 &&
            info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            see(&order, &stepper, &info);
        }
    }
    ck_assert_int_eq(stepper.result, MMF_OK);
    stepper_kill(&stepper);
    ck_assert_uint_gt(order.stores, 8);
    ck_assert_uint_eq(order.ends, 1);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 3600);
    tcase_add_loop_test(tcase, test_order, 0, WRECK_KINDS);
}
