/* Kernels without this or that, and containers that forbid it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/map/filter.h"
#include "tests/map/mapping.h"

const char *const suite_name = "old kernel";

#define EIGHT (8 * PAGE)
#define NUMBER_COLD 20
#define NUMBER_PAGE_OUT 21
#define NUMBER_POPULATE_READ 22
#define NUMBER_POPULATE_WRITE 23

typedef struct scene {
    unsigned char *shared; /* a file's, to write */
    unsigned char *to_read;
    unsigned char *memory; /* private, of no file */
} scene;

/* Before Linux 5.14. */
static void have_no_populating(void)
{
    filter_fail(SYS_madvise, NUMBER_POPULATE_READ, EINVAL);
    filter_fail(SYS_madvise, NUMBER_POPULATE_WRITE, EINVAL);
}

static mmf_map_info child_report_of(const void *address, uint64_t size)
{
    mmf_map_info info = {0};

    must_ok(mmf_map_report(address, size, &info));
    must(info.knows_areas);
    return info;
}

static void touch_page_by_page(void *argument)
{
    const scene *scene = argument;

    have_no_populating();
    must_ok(mmf_map_touch(scene->to_read + 5, EIGHT - 10, false));
    must(child_report_of(scene->to_read, EIGHT).resident_bytes == EIGHT);
    must_ok(mmf_map_touch(scene->memory + PAGE + 5, 2 * PAGE, true));
    must(child_report_of(scene->memory, EIGHT).present_pages == 3);
    must(scene->memory[PAGE] == 0 && scene->to_read[EIGHT - 1] == 'x');
    must_status(mmf_map_advise(scene->shared, EIGHT, MMF_ADVICE_POPULATE_READ), MMF_E_SYSTEM);
    must(errno == EINVAL);
}

static void populate_page_by_page(void *argument)
{
    const scene *scene = argument;
    mmf_map_options options = {.flags = MMF_MAP_POPULATE};

    have_no_populating();
    must_ok(mmf_map_apply_reserved(scene->shared, 2 * EIGHT, EIGHT - 1, &options, NULL));
    must(child_report_of(scene->shared, EIGHT).resident_bytes == EIGHT);
    must_ok(mmf_map_apply(scene->to_read, EIGHT, &options, NULL));
    must(child_report_of(scene->to_read, EIGHT).resident_bytes == EIGHT);
    options.flags |= MMF_MAP_PRIVATE;
    must_ok(mmf_map_apply(scene->memory, EIGHT, &options, NULL));
    must(scene->memory[0] == 0);
}

#define ROUNDS 20000u

static void *count_up(void *argument)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        (void)__atomic_fetch_add((uint8_t *)argument, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* Touching to write must not put back what somebody has just changed. */
static void touch_beside_a_writer(void *argument)
{
    const scene *scene = argument;
    pthread_t thread;

    have_no_populating();
    scene->shared[0] = 0;
    must(pthread_create(&thread, NULL, count_up, scene->shared) == 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        must_ok(mmf_map_touch(scene->shared, 1, true));
    }
    must(pthread_join(thread, NULL) == 0);
    must(scene->shared[0] == (uint8_t)ROUNDS);
}

static void advice_that_is_too_new(void *argument)
{
    const scene *scene = argument;

    filter_fail(SYS_madvise, NUMBER_COLD, EINVAL);
    filter_fail(SYS_madvise, NUMBER_PAGE_OUT, EINVAL);
    must_status(mmf_map_advise(scene->shared, EIGHT, MMF_ADVICE_COLD), MMF_E_SYSTEM);
    must(errno == EINVAL);
    must_status(mmf_map_advise(scene->shared, EIGHT, MMF_ADVICE_PAGE_OUT), MMF_E_SYSTEM);
    must_ok(mmf_map_advise(scene->shared, EIGHT, MMF_ADVICE_RANDOM));
}

static void no_transparent_huge_pages(void *argument)
{
    const mmf_map_options options = {.flags = MMF_MAP_HUGE};
    const scene *scene = argument;
    mmf_error error = {0};

    filter_fail(SYS_madvise, MADV_HUGEPAGE, EINVAL);
    must_status(mmf_map_apply(scene->memory, EIGHT, &options, &error), MMF_E_SYSTEM);
    must(errno == EINVAL && error.system_errno == EINVAL);
    must(strstr(error.text, "transparent huge pages: the kernel has none"));
}

static void refuse_policy(const scene *scene, int failure, const char *text)
{
    const mmf_map_options options = {.numa_policy = MMF_NUMA_LOCAL};
    mmf_error error = {0};

    filter_fail(SYS_mbind, FILTER_ANY, failure);
    must_status(mmf_map_apply(scene->memory, EIGHT, &options, &error),
                failure == ENOMEM ? MMF_E_NO_MEMORY : MMF_E_SYSTEM);
    must(errno == failure && error.system_errno == failure);
    must(strstr(error.text, text) && strstr(error.text, strerror(failure)));
}

static void no_policies(void *argument)
{
    refuse_policy(argument, ENOSYS, "has no NUMA policies");
}

static void policies_forbidden(void *argument)
{
    refuse_policy(argument, EPERM, "not allowed to set a NUMA policy");
}

static void policy_refused(void *argument)
{
    refuse_policy(argument, EINVAL, "cannot set the NUMA policy");
}

static void policy_without_memory(void *argument)
{
    refuse_policy(argument, ENOMEM, "cannot set the NUMA policy");
}

/* Nodes cannot be looked up: then it is for the kernel to refuse them. */
static void nodes_unknown(void *argument)
{
    const scene *scene = argument;
    const mmf_map_options options = {.numa_policy = MMF_NUMA_BIND, .numa_nodes = {[15] = 2}};
    mmf_error error = {0};

    filter_fail(SYS_get_mempolicy, FILTER_ANY, EPERM);
    must_ok(mmf_map_check_options(&options, NULL));
    must_status(mmf_map_apply(scene->memory, EIGHT, &options, &error), MMF_E_SYSTEM);
    must(errno == EINVAL);
}

/* Before Linux 4.4. */
static void no_lock_on_fault(void *argument)
{
    mmf_map_options options = {.flags = MMF_MAP_LOCK_ON_FAULT};
    const scene *scene = argument;
    mmf_error error = {0};

    filter_fail(SYS_mlock2, FILTER_ANY, ENOSYS);
    must_status(mmf_map_lock(scene->memory, EIGHT, true), MMF_E_SYSTEM);
    must(errno == ENOSYS);
    must_status(mmf_map_apply(scene->memory, EIGHT, &options, &error), MMF_E_SYSTEM);
    must(strstr(error.text, "lock"));
    must_ok(mmf_map_lock(scene->memory, PAGE, false));
}

static test_child_function *const children[] = {
    touch_page_by_page,     populate_page_by_page, touch_beside_a_writer,
    advice_that_is_too_new, no_policies,           policies_forbidden,
    policy_refused,         policy_without_memory, no_transparent_huge_pages,
    nodes_unknown,          no_lock_on_fault,
};

START_TEST(old_kernels)
{
    int fd = file_of("f", (size_t)EIGHT);
    scene scene = {map_of(fd, 2 * EIGHT, true, 0), map_of(fd, EIGHT, false, 0), memory_of(EIGHT)};

    test_run_ok(children[_i], &scene, 30000);
    mmf_map_release(scene.shared, 2 * EIGHT);
    mmf_map_release(scene.to_read, EIGHT);
    mmf_map_release(scene.memory, EIGHT);
    close(fd);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, old_kernels, 0, (int)(sizeof children / sizeof *children));
}
