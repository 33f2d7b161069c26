/* What there is, who has it, and what is cleaned up. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/shm.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "list";

#define SEEN_MAX 8

typedef struct seen {
    unsigned count;
    char names[SEEN_MAX][64];
    mmf_shm_info infos[SEEN_MAX];
} seen;

static bool see(void *context, const mmf_shm_info *info)
{
    seen *seen = context;

    ck_assert_uint_lt(seen->count, SEEN_MAX);
    (void)snprintf(seen->names[seen->count], 64, "%s", info->name);
    seen->infos[seen->count++] = *info;
    return true;
}

static const mmf_shm_info *find(seen *seen, const char *name)
{
    *seen = (struct seen){.count = 0};
    ck_ok(mmf_shm_list(test_directory(), see, seen));
    for (unsigned i = 0; i < seen->count; i++) {
        if (strcmp(seen->names[i], name) == 0) {
            return &seen->infos[i];
        }
    }
    return NULL;
}

static mmf_shm *create(const char *name, uint32_t flags)
{
    mmf_shm_options options = {.flags = flags, .directory = test_directory(), .mode = 0640};
    mmf_shm *shm = NULL;

    ck_ok(mmf_shm_create(name, 1234, &options, &shm));
    return shm;
}

static mmf_shm *attach(const char *name, uint32_t flags)
{
    mmf_shm_options options = {.flags = flags, .directory = test_directory()};
    mmf_shm *shm = NULL;

    ck_ok(mmf_shm_attach(name, &options, &shm));
    return shm;
}

static uint64_t clean(uint32_t flags, const char *prefix)
{
    mmf_shm_clean_options options = {
        .flags = flags, .prefix = prefix, .directory = test_directory()};
    uint64_t removed = UINT64_MAX;

    ck_ok(mmf_shm_clean_up(&options, &removed));
    return removed;
}

START_TEST(test_listing)
{
    seen seen;
    mmf_shm *shm = create("s", 0);
    mmf_shm *kept = create("kept", MMF_SHM_KEEP);
    mmf_shm *raw = create("raw", MMF_SHM_RAW);
    mmf_shm *readers[3];
    const mmf_shm_info *info;

    for (int i = 0; i < 3; i++) {
        readers[i] = attach("s", MMF_SHM_READ_ONLY);
    }
    test_write_file(test_path("text"),
                    "something else, longer than what is in front of objects"
                    " so that it is read to its end",
                    80);
    info = find(&seen, "s");
    ck_assert_ptr_nonnull(info);
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_uint_eq(info->size, 1234);
    ck_assert_uint_eq(info->mode, 0640);
    ck_assert_uint_eq(info->user, geteuid());
    ck_assert_uint_eq(info->creator, (uint64_t)getpid());
    ck_assert_uint_gt(info->creator_start, 0);
    ck_assert_uint_gt(info->created_ns, 1600000000000000000);
    ck_assert(!info->is_kept && !info->is_store && !info->is_other_boot && info->is_in_use);
    ck_assert_uint_eq(info->attached_count, 4);
    for (int i = 0; i < 4; i++) {
        ck_assert_uint_eq(info->attached[i], (uint64_t)getpid());
    }
    ck_assert(find(&seen, "kept")->is_kept);
    mmf_shm_close(shm);
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(find(&seen, "s")->attached_count, 3u - (unsigned)i);
        mmf_shm_close(readers[i]);
    }
    ck_assert(!find(&seen, "s")->is_in_use);
    mmf_shm_close(kept);
    mmf_shm_close(raw);
}
END_TEST

START_TEST(test_many_attached)
{
    mmf_shm *shms[80];
    seen seen;

    shms[0] = create("s", 0);
    for (int i = 1; i < 80; i++) {
        shms[i] = attach("s", 0);
    }
    ck_assert_uint_eq(find(&seen, "s")->attached_count, MMF_SHM_ATTACHED_MAX);
    for (int i = 0; i < 80; i++) {
        ck_assert_uint_eq(find(&seen, "s")->attached_count, 80 - i < 64 ? 80u - (unsigned)i : 64u);
        mmf_shm_close(shms[i]);
    }
    ck_assert_uint_eq(find(&seen, "s")->attached_count, 0);
}
END_TEST

static bool stop_at_once(void *context, const mmf_shm_info *info)
{
    (void)info;
    ++*(unsigned *)context;
    return false;
}

START_TEST(test_visitor_ends_it)
{
    unsigned count = 0;

    mmf_shm_close(create("a", 0));
    mmf_shm_close(create("b", 0));
    ck_ok(mmf_shm_list(test_directory(), stop_at_once, &count));
    ck_assert_uint_eq(count, 1);
    ck_status(mmf_shm_list(test_path("nowhere"), stop_at_once, &count), MMF_E_NOT_FOUND);
}
END_TEST

START_TEST(test_cleaning_up)
{
    mmf_shm_clean_options options = {.flags = 2, .directory = test_directory()};
    mmf_shm *used = create("used", 0);
    seen seen;

    mmf_shm_close(create("left", 0));
    mmf_shm_close(create("other", 0));
    mmf_shm_close(create("kept", MMF_SHM_KEEP));
    mmf_shm_close(create("raw", MMF_SHM_RAW));
    test_write_file(test_path("left.txt"), "text", 4);
    ck_assert_int_eq(symlink("used", test_path("left.link")), 0);
    ck_status(mmf_shm_clean_up(&options, NULL), MMF_E_INVALID);
    options = (mmf_shm_clean_options){.directory = test_path("nowhere")};
    ck_status(mmf_shm_clean_up(&options, NULL), MMF_E_NOT_FOUND);

    ck_assert_uint_eq(clean(0, "le"), 1);
    ck_assert_ptr_null(find(&seen, "left"));
    ck_assert_uint_eq(clean(0, NULL), 1);
    ck_assert_ptr_null(find(&seen, "other"));
    ck_assert_ptr_nonnull(find(&seen, "used"));
    ck_assert_ptr_nonnull(find(&seen, "kept"));
    ck_assert(test_exists(test_path("raw")) && test_exists(test_path("left.txt")) &&
              test_exists(test_path("left.link")));
    ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES, NULL), 0);
    mmf_shm_close(used);
    ck_assert_uint_eq(clean(0, NULL), 1);
}
END_TEST

/* --- The living and the dead ----------------------------------------------------------------- */

static uint32_t *ready;

static void hold(void *argument)
{
    mmf_shm_options options = {.directory = test_directory(), .flags = *(uint32_t *)argument};
    mmf_shm *shm;

    must_ok(mmf_shm_attach("s", &options, &shm));
    test_post(ready, 1);
    for (;;) {
        (void)pause();
    }
}

START_TEST(test_killed_holder)
{
    uint32_t flags = _i == 0 ? 0 : MMF_SHM_READ_ONLY;
    seen seen;
    pid_t child;

    ready = test_shared(sizeof *ready);
    mmf_shm_close(create("s", 0));
    child = test_fork(hold, &flags);
    ck_assert(test_await(ready, 1, 5000));
    ck_assert_uint_eq(clean(0, NULL), 0);
    ck_assert_uint_eq(find(&seen, "s")->attached_count, 1);
    ck_assert_uint_eq(find(&seen, "s")->attached[0], (uint64_t)child);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 5000), -SIGKILL);
    ck_assert_uint_eq(find(&seen, "s")->attached_count, 0);
    ck_assert_uint_eq(clean(0, NULL), 1);
}
END_TEST

static void wait_a_while(void *argument)
{
    (void)argument;
    test_post(ready, 1);
    (void)test_await(ready, 2, 10000);
}

/* A forked child has its parent's mapping, and so the object. */
START_TEST(test_forked_holder)
{
    mmf_shm *shm = create("s", 0);
    pid_t child;

    ready = test_shared(sizeof *ready);
    child = test_fork(wait_a_while, NULL);
    ck_assert(test_await(ready, 1, 5000));
    mmf_shm_close(shm);
    ck_assert_uint_eq(clean(0, NULL), 0);
    test_post(ready, 2);
    ck_assert_int_eq(test_wait(child, 5000), 0);
    ck_assert_uint_eq(clean(0, NULL), 1);
}
END_TEST

/* The mapping alone keeps it, when somebody closes our descriptor by mistake. */
START_TEST(test_closed_descriptor)
{
    mmf_shm *shm = create("s", 0);
    int fd = mmf_shm_descriptor(shm);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(dup2(null, fd), fd);
    close(null);
    ck_assert_uint_eq(clean(0, NULL), 0);
    mmf_shm_close(shm);
    ck_assert_uint_eq(clean(0, NULL), 1);
}
END_TEST

void suite_add(TCase *tcase)
{
    (void)setenv("TEST_TMPDIR", "/dev/shm", 1); /* where such objects live */
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, test_listing);
    tcase_add_test(tcase, test_many_attached);
    tcase_add_test(tcase, test_visitor_ends_it);
    tcase_add_test(tcase, test_cleaning_up);
    tcase_add_loop_test(tcase, test_killed_holder, 0, 2);
    tcase_add_test(tcase, test_forked_holder);
    tcase_add_test(tcase, test_closed_descriptor);
}
