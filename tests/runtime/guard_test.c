/* MMF_GUARD: a file that is cut under its handles is a status, at once and for good, and the
 * program lives. Everything that could die does so in a child. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "guard";

#define RECORDS 8u
#define OLD 5u
#define SOON_MS 500u /* far below the timeout of a handle, 2 s here */

static mmf_record_type type;
static const char *path;

/* A record spans pages, so that a cut can go through the middle of one. */
static const uint32_t record_sizes[] = {1024, 4104};
static const uint32_t modes[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER};

static void make(uint32_t format, uint32_t record_size)
{
    mmf_store *store;

    type = test_type(format, record_size);
    type.capacity = RECORDS + 4;
    path = test_path("store");
    (void)unlink(path);
    store = test_create(path, &type, MMF_NO_SYNC);
    ck_ok(test_append_n(store, OLD, RECORDS, NULL));
    ck_ok(mmf_store_close(store));
}

static mmf_store *must_open(uint32_t flags)
{
    mmf_options options = {.flags = flags | MMF_NO_SYNC, .timeout_ms = 2000};
    mmf_store *store = NULL;

    if ((flags & MMF_READ_ONLY) != 0) {
        options.flags = flags;
    }
    must_ok(mmf_store_open(path, &type, &options, &store));
    return store;
}

/* Whether all of the record's bytes are in the first `size` of the file. */
static bool survives(uint64_t index, uint64_t size)
{
    return test_record_offset(&type, index + 1) <= (size + 4095) / 4096 * 4096;
}

/* --- What is asked of a record that is gone -------------------------------------------------- */

typedef mmf_status action(mmf_store *store, uint64_t index);

static mmf_status by_get_scalar(mmf_store *store, uint64_t index)
{
    uint64_t word;

    return mmf_get_u64(store, index, type.record_size, type.record_size - 8, &word);
}

static mmf_status by_peek(mmf_store *store, uint64_t index)
{
    uint64_t word;

    return mmf_peek_u64(store, index, type.record_size, type.record_size - 8, &word);
}

static mmf_status by_get_record(mmf_store *store, uint64_t index)
{
    static uint64_t words[1000];

    return mmf_get_record(store, index, type.record_size, type.payload_size, words);
}

static mmf_status by_get_array(mmf_store *store, uint64_t index)
{
    static uint8_t bytes[8000];

    return mmf_get_array(store, index, 9, type.record_size - 9, bytes);
}

static mmf_status by_get_text(mmf_store *store, uint64_t index)
{
    char text[16];

    return mmf_get_text(store, index, type.record_size - 16, 12, text, sizeof text, NULL);
}

static mmf_status by_section(mmf_store *store, uint64_t index)
{
    mmf_read_section section = {NULL, 0};
    unsigned sum = 0;
    mmf_status status;

    do {
        status = mmf_read_begin(store, index, type.record_size, &section);
        for (uint32_t i = 0; status == MMF_OK && i < type.payload_size; i++) {
            sum += ((const volatile unsigned char *)section.payload)[i];
        }
    } while (status == MMF_OK && !mmf_read_valid(&section));
    return sum == 1 ? MMF_E_INVALID : status;
}

static mmf_status by_wait_changed(mmf_store *store, uint64_t index)
{
    return mmf_record_wait_changed(store, index, MMF_SEQUENCE_STEP, 200);
}

static mmf_status by_set(mmf_store *store, uint64_t index)
{
    return test_set(store, index, 6);
}

static mmf_status by_set_scalar(mmf_store *store, uint64_t index)
{
    return mmf_set_u64(store, index, type.record_size, type.record_size - 8, 6);
}

static mmf_status by_set_text(mmf_store *store, uint64_t index)
{
    return mmf_set_text(store, index, type.record_size - 16, 12, "a", 1);
}

static mmf_status by_append(mmf_store *store, uint64_t index)
{
    (void)index;
    return test_append(store, 6, NULL);
}

static mmf_status by_append_n(mmf_store *store, uint64_t index)
{
    (void)index;
    return test_append_n(store, 6, 3, NULL);
}

static mmf_status by_append_zero(mmf_store *store, uint64_t index)
{
    (void)index;
    return mmf_append_zero(store, NULL);
}

static mmf_status by_sync(mmf_store *store, uint64_t index)
{
    (void)index;
    return mmf_store_sync(store);
}

static const struct {
    const char *name;
    action *function;
    bool writes;
} actions[] = {
    {"get scalar", by_get_scalar, false},
    {"peek", by_peek, false},
    {"get record", by_get_record, false},
    {"get array", by_get_array, false},
    {"get text", by_get_text, false},
    {"read section", by_section, false},
    {"wait changed", by_wait_changed, false},
    {"set", by_set, true},
    {"set scalar", by_set_scalar, true},
    {"set text", by_set_text, true},
    {"append", by_append, true},
    {"append n", by_append_n, true},
    {"append zero", by_append_zero, true},
    {"sync", by_sync, true},
};
#define ACTIONS (sizeof actions / sizeof actions[0])

/* From the first refusal on everything is refused: of records that are still there too. */
static void must_be_poisoned(mmf_store *store, bool writes)
{
    uint64_t number;

    for (unsigned a = 0; a < ACTIONS; a++) {
        if (writes || !actions[a].writes) {
            must_status(actions[a].function(store, 0), MMF_E_TRUNCATED);
            must_status(actions[a].function(store, RECORDS - 1), MMF_E_TRUNCATED);
        }
    }
    must(mmf_store_len(store) == 0);
    must_status(mmf_store_wait(store, RECORDS, 100), MMF_E_TRUNCATED);
    must_status(mmf_record_version(store, 0, &number), MMF_E_TRUNCATED);
    if (writes) {
        must_status(mmf_store_sync_range(store, 0, 1), MMF_E_TRUNCATED);
        must_status(mmf_store_reserve(store, 1000), MMF_E_TRUNCATED);
    }
}

typedef struct cut {
    uint32_t flags;
    uint64_t size; /* of the file afterwards */
    unsigned action;
} cut;

static void act_on_what_is_gone(void *argument)
{
    const cut *cut = argument;
    mmf_store *store = must_open(cut->flags | MMF_GUARD);
    uint64_t begin;
    mmf_status status;

    must_ok(by_get_record(store, RECORDS - 1));
    must(truncate(path, (off_t)cut->size) == 0);
    begin = test_now_ms();
    status = actions[cut->action].function(store, RECORDS - 1);
    if (actions[cut->action].function == by_peek && status == MMF_OK) { /* the first may */
        status = by_peek(store, RECORDS - 1);
    }
    if (status != MMF_E_TRUNCATED) {
        (void)fprintf(stderr, "%s, mode %u, cut to %llu: ", actions[cut->action].name, cut->flags,
                      (unsigned long long)cut->size);
    }
    must_status(status, MMF_E_TRUNCATED);
    must(test_now_ms() - begin < SOON_MS);
    must_status(by_get_record(store, RECORDS - 1), MMF_E_TRUNCATED); /* not all look at a record */
    must_be_poisoned(store, cut->flags != MMF_READ_ONLY);
    (void)mmf_store_close(store);
}

/* Each question as the first after the cut, which leaves nothing, only the header region, or half
 * of the last record. */
START_TEST(test_first_question)
{
    for (unsigned r = 0; r < 2; r++) {
        for (unsigned s = 0; s < 3; s++) {
            for (unsigned a = 0; a < ACTIONS; a++) {
                cut cut = {.flags = modes[_i / 2], .action = a};

                if (cut.flags == MMF_READ_ONLY && actions[a].writes) {
                    continue;
                }
                make(1 + (uint32_t)_i % 2, record_sizes[r]);
                cut.size = s == 0   ? 0
                           : s == 1 ? 4096
                                    : test_record_offset(&type, RECORDS - 1) / 4096 * 4096;
                test_run_ok(act_on_what_is_gone, &cut, 10000);
            }
        }
    }
}
END_TEST

/* --- A cut at every page --------------------------------------------------------------------- */

static void iterate(void *argument)
{
    const cut *cut = argument;
    mmf_store *store = must_open(cut->flags | MMF_GUARD);
    mmf_status status = MMF_OK;
    uint64_t index = 0;

    must(truncate(path, (off_t)cut->size) == 0);
    for (; index < RECORDS; index++) {
        uint64_t word = 0;
        bool torn = true;

        status = test_get(store, index, &word, &torn);
        if (status != MMF_OK) {
            break;
        }
        must(word == OLD && !torn); /* never a page of something else */
        must(survives(index, cut->size));
    }
    must(index == RECORDS || !survives(index, cut->size));
    if (index < RECORDS) {
        must_status(status, MMF_E_TRUNCATED);
        must_be_poisoned(store, cut->flags != MMF_READ_ONLY);
    }
    (void)mmf_store_close(store);
}

START_TEST(test_iteration)
{
    for (unsigned r = 0; r < 2; r++) {
        cut cut = {.flags = modes[_i / 2]};
        uint64_t end;

        make(1 + (uint32_t)_i % 2, record_sizes[r]);
        end = test_file_size(path);
        for (; cut.size < end; cut.size += 4096) {
            make(1 + (uint32_t)_i % 2, record_sizes[r]);
            test_run_ok(iterate, &cut, 10000);
        }
    }
}
END_TEST

/* The file is cut between the beginning and the end of a section. */
static void cut_in_a_section(void *argument)
{
    const cut *cut = argument;
    mmf_store *store = must_open(cut->flags | MMF_GUARD);
    mmf_write_section write = {NULL, 0};
    mmf_append_section append = {NULL, 0};
    mmf_read_section read = {NULL, 0};

    must_ok(mmf_read_begin(store, RECORDS - 1, type.record_size, &read));
    if (cut->flags != MMF_READ_ONLY && cut->action == 0) {
        must_ok(
            mmf_write_begin(store, RECORDS - 1, type.record_size, 8, type.payload_size, &write));
    }
    if (cut->flags != MMF_READ_ONLY && cut->action == 1) {
        must_ok(mmf_append_begin(store, 1, &append));
    }
    must(truncate(path, (off_t)cut->size) == 0);
    if (cut->flags == MMF_READ_ONLY) {
        must(((const volatile unsigned char *)read.payload)[type.payload_size - 1] != OLD);
        must(!mmf_read_valid(&read));
        must_status(mmf_read_begin(store, 0, type.record_size, &read), MMF_E_TRUNCATED);
    } else if (cut->action == 0) {
        memset(write.payload, 1, type.payload_size);
        must_status(mmf_write_end(store, &write), MMF_E_TRUNCATED);
    } else {
        memset(mmf_append_record_begin(append.record), 1, type.payload_size);
        mmf_append_record_end(store, append.record);
        must_status(mmf_append_end(store, &append, 1), MMF_E_TRUNCATED);
    }
    must_be_poisoned(store, cut->flags != MMF_READ_ONLY);
    (void)mmf_store_close(store);
}

START_TEST(test_cut_in_a_section)
{
    for (unsigned s = 0; s < 3; s++) {
        for (unsigned a = 0; a < 2; a++) {
            cut cut = {.flags = modes[_i / 2], .action = a};

            make(1 + (uint32_t)_i % 2, record_sizes[1]);
            cut.size = s == 0   ? 0
                       : s == 1 ? 4096
                                : test_record_offset(&type, RECORDS - 1) / 4096 * 4096;
            test_run_ok(cut_in_a_section, &cut, 10000);
        }
    }
}
END_TEST

/* --- Many threads, and waiters --------------------------------------------------------------- */

typedef struct crowd {
    mmf_store *store;
    uint32_t turns;
    uint32_t truncated;
} crowd;

static void *read_until_cut(void *argument)
{
    crowd *shared = argument;
    mmf_status status = MMF_OK;

    for (uint64_t i = 0; status == MMF_OK; i++) {
        status = i % 2 ? by_get_record(shared->store, i % RECORDS)
                       : by_get_array(shared->store, i % RECORDS);
        (void)__atomic_add_fetch(&shared->turns, 1, __ATOMIC_RELAXED);
    }
    must_status(status, MMF_E_TRUNCATED);
    (void)__atomic_add_fetch(&shared->truncated, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void *sleep_until_cut(void *argument)
{
    crowd *shared = argument;

    must_status(mmf_store_wait(shared->store, RECORDS, MMF_WAIT_FOREVER), MMF_E_TRUNCATED);
    (void)__atomic_add_fetch(&shared->truncated, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void cut_under_threads(void *argument)
{
    const cut *cut = argument;
    crowd shared = {.store = must_open(cut->flags | MMF_GUARD)};
    pthread_t threads[4];

    for (unsigned i = 0; i < 4; i++) {
        must(pthread_create(&threads[i], NULL, i == 3 ? sleep_until_cut : read_until_cut,
                            &shared) == 0);
    }
    must(test_await(&shared.turns, 100, 10000));
    must(truncate(path, (off_t)cut->size) == 0);
    must(test_await(&shared.truncated, 4, 2000));
    for (unsigned i = 0; i < 4; i++) {
        must(pthread_join(threads[i], NULL) == 0);
    }
    must_be_poisoned(shared.store, cut->flags != MMF_READ_ONLY);
    (void)mmf_store_close(shared.store);
}

START_TEST(test_under_threads)
{
    for (unsigned s = 0; s < 3; s++) {
        cut cut = {.flags = modes[_i / 2], .size = s * 8192};

        make(1 + (uint32_t)_i % 2, record_sizes[1]);
        test_run_ok(cut_under_threads, &cut, 20000);
    }
}
END_TEST

/* --- Everybody else -------------------------------------------------------------------------- */

static void use_others(void *argument)
{
    const char *other = argument;
    mmf_store *cut = must_open(MMF_GUARD);
    mmf_store *same = must_open(MMF_READ_ONLY | MMF_GUARD); /* of the same file */
    mmf_store *another = NULL;
    uint64_t word = 0;
    bool torn = true;

    must_ok(mmf_store_open(other, &type, &(mmf_options){.flags = MMF_GUARD}, &another));
    must(truncate(path, 4096 * 3) == 0);
    must_status(by_get_record(cut, RECORDS - 1), MMF_E_TRUNCATED);
    must_ok(test_get(same, 0, &word, &torn)); /* what it asks for is still there */
    must(word == OLD && !torn);
    must_ok(test_set(another, RECORDS - 1, 8));
    must_ok(test_append(another, 9, NULL));
    must_ok(test_get(another, RECORDS - 1, &word, &torn));
    must(word == 8 && !torn);
    must_ok(mmf_store_sync(another));
    must_status(by_get_record(same, RECORDS - 1), MMF_E_TRUNCATED);
    must(test_file_size(path) == 4096 * 3); /* nobody makes it longer again */
    (void)mmf_store_close(cut);
    must_ok(mmf_store_close(same));
    must_ok(test_get(another, 0, &word, &torn));
    must_ok(mmf_store_close(another));
}

START_TEST(test_other_handles)
{
    make(1 + (uint32_t)_i, record_sizes[1]);
    test_copy_file(path, test_path("other"));
    test_run_ok(use_others, (void *)(uintptr_t)test_path("other"), 10000);
}
END_TEST

/* --- The program's own SIGBUS ---------------------------------------------------------------- */

static sigjmp_buf after_fault;
static const void *fault_address;
static volatile sig_atomic_t faults;

static void on_bus_error(int number)
{
    (void)number;
    faults++;
    siglongjmp(after_fault, 1);
}

static void on_bus_error_with_info(int number, siginfo_t *info, void *context)
{
    (void)context;
    fault_address = info->si_addr;
    on_bus_error(number);
}

/* A page of a file that has none, which is no business of the library. */
static volatile unsigned char *page_that_faults(void)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *address;

    must(fd >= 0);
    address = mmap(NULL, 1 << 30, PROT_READ, MAP_SHARED, fd, 0);
    must(address != MAP_FAILED);
    (void)close(fd);
    return (unsigned char *)address + (1 << 29);
}

static void handle(bool with_info)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    if (with_info) {
        action.sa_sigaction = on_bus_error_with_info;
        action.sa_flags = SA_SIGINFO;
    } else {
        action.sa_handler = on_bus_error;
    }
    must(sigaction(SIGBUS, &action, NULL) == 0);
}

static void fault_elsewhere(void *argument)
{
    bool with_info = *(int *)argument == 1;
    volatile unsigned char *page = page_that_faults();
    mmf_store *store;

    handle(with_info);
    store = must_open(MMF_GUARD);
    for (volatile int i = 0; i < 3; i++) {
        if (sigsetjmp(after_fault, 1) == 0) {
            (void)*page;
        }
    }
    must(faults == 3);
    must(!with_info || fault_address == (const void *)page);
    must(truncate(path, 4096) == 0);
    must_status(by_get_record(store, RECORDS - 1), MMF_E_TRUNCATED); /* and this is ours */
    must(faults == 3);
    (void)mmf_store_close(store);
}

START_TEST(test_faults_elsewhere_go_to_the_programs_handler)
{
    make(MMF_FORMAT_2, record_sizes[1]);
    test_run_ok(fault_elsewhere, &_i, 10000);
}
END_TEST

enum { FAULT_ELSEWHERE, FAULT_UNGUARDED, FAULT_AFTER_CLOSING, SENT_BY_RAISE, DEATHS };

static void die_of_sigbus(void *argument)
{
    int how = *(int *)argument;
    volatile unsigned char *page = page_that_faults();
    mmf_store *guarded = must_open(MMF_GUARD | MMF_READ_ONLY);
    mmf_store *plain = must_open(MMF_READ_ONLY);

    must(truncate(path, 4096) == 0);
    switch (how) {
    case FAULT_ELSEWHERE:
        (void)*page;
        break;
    case FAULT_UNGUARDED:
        (void)by_get_record(plain, RECORDS - 1);
        break;
    case FAULT_AFTER_CLOSING:
        must_status(by_get_record(guarded, RECORDS - 1), MMF_E_TRUNCATED);
        must_ok(mmf_store_close(guarded));
        (void)by_get_record(plain, RECORDS - 1);
        break;
    default:
        (void)raise(SIGBUS);
        break;
    }
}

/* Without a handler of the program's, what is not ours kills as ever. */
START_TEST(test_kills_as_ever)
{
    make(MMF_FORMAT_2, record_sizes[1]);
    ck_assert_int_eq(test_run(die_of_sigbus, &_i, 10000), -SIGBUS);
}
END_TEST

static void come_and_go(void *argument)
{
    struct sigaction before;
    struct sigaction now;
    mmf_store *first;
    mmf_store *second;

    (void)argument;
    handle(true);
    must(sigaction(SIGBUS, NULL, &before) == 0);
    for (unsigned i = 0; i < 3; i++) {
        first = must_open(MMF_GUARD);
        second = must_open(MMF_GUARD);
        must(sigaction(SIGBUS, NULL, &now) == 0 && now.sa_sigaction != before.sa_sigaction);
        must_ok(mmf_store_close(first));
        must(sigaction(SIGBUS, NULL, &now) == 0 && now.sa_sigaction != before.sa_sigaction);
        must_ok(mmf_store_close(second));
        must(sigaction(SIGBUS, NULL, &now) == 0);
        must(now.sa_sigaction == before.sa_sigaction && now.sa_flags == before.sa_flags);
    }
    first = must_open(MMF_GUARD);
    handle(false); /* on top of the library's: that stays */
    must_ok(mmf_store_close(first));
    must(sigaction(SIGBUS, NULL, &now) == 0 && now.sa_handler == on_bus_error);
}

START_TEST(test_handler_comes_and_goes)
{
    make(MMF_FORMAT_2, record_sizes[0]);
    test_run_ok(come_and_go, NULL, 10000);
}
END_TEST

/* The guard is there again after another handler has been on top of it and gone. */
static void guard_again(void *argument)
{
    struct sigaction before;
    mmf_store *store;

    (void)argument;
    must(sigaction(SIGBUS, NULL, &before) == 0);
    store = must_open(MMF_GUARD);
    handle(false);
    must_ok(mmf_store_close(store));
    must(sigaction(SIGBUS, &before, NULL) == 0);
    store = must_open(MMF_GUARD);
    must(truncate(path, 4096) == 0);
    must_status(by_get_record(store, RECORDS - 1), MMF_E_TRUNCATED);
    (void)mmf_store_close(store);
}

START_TEST(test_guard_comes_again)
{
    make(MMF_FORMAT_2, record_sizes[0]);
    test_run_ok(guard_again, NULL, 10000);
}
END_TEST

/* A guarded handle that nothing happens to is as any other. */
START_TEST(test_ordinary_use)
{
    mmf_store *store;
    uint64_t word = 0;
    bool torn = true;

    make(1 + (uint32_t)_i % 2, record_sizes[_i / 2]);
    for (unsigned m = 1; m < 3; m++) {
        store = test_open(path, &type, modes[m] | MMF_GUARD | MMF_NO_SYNC);
        for (uint64_t i = 0; i < 300; i++) {
            ck_ok(test_append(store, i, NULL));
            ck_ok(test_set(store, i, i));
            ck_ok(test_get(store, i, &word, &torn));
            ck_assert(word == i && !torn);
        }
        ck_ok(mmf_store_sync(store));
        ck_ok(mmf_store_close(store));
    }
    store = test_open(path, &type, MMF_READ_ONLY | MMF_GUARD);
    ck_assert_uint_eq(mmf_store_len(store), RECORDS + 600);
    ck_ok(test_get(store, 299, &word, &torn));
    ck_assert(word == 299 && !torn);
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_first_question, 0, 6);
    tcase_add_loop_test(tcase, test_iteration, 0, 6);
    tcase_add_loop_test(tcase, test_cut_in_a_section, 0, 6);
    tcase_add_loop_test(tcase, test_under_threads, 0, 6);
    tcase_add_loop_test(tcase, test_other_handles, 0, 2);
    tcase_add_loop_test(tcase, test_faults_elsewhere_go_to_the_programs_handler, 0, 2);
    tcase_add_loop_test(tcase, test_kills_as_ever, 0, DEATHS);
    tcase_add_test(tcase, test_handler_comes_and_goes);
    tcase_add_test(tcase, test_guard_comes_again);
    tcase_add_loop_test(tcase, test_ordinary_use, 0, 4);
}
