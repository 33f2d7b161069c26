#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/runtime/testing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

const char *test_errno_text(void)
{
    return strerror(errno);
}

/* --- Files ----------------------------------------------------------------------------------- */

#define PATHS_MAX 64
#define SHARED_MAX 8

static char directory[512];
static char *paths[PATHS_MAX];
static unsigned path_count;
static struct {
    void *address;
    size_t size;
} shared[SHARED_MAX];
static unsigned shared_count;

static void set_up(void)
{
    const char *parent = getenv("TEST_TMPDIR");

    (void)snprintf(directory, sizeof directory, "%s/mmf-test-XXXXXX", parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void tear_down(void)
{
    (void)nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    while (path_count > 0) {
        free(paths[--path_count]);
    }
    while (shared_count > 0) {
        shared_count--;
        (void)munmap(shared[shared_count].address, shared[shared_count].size);
    }
}

const char *test_directory(void)
{
    return directory;
}

const char *test_path(const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);

    ck_assert(path != NULL && path_count < PATHS_MAX);
    (void)snprintf(path, size, "%s/%s", directory, name);
    for (unsigned i = 0; i < path_count; i++) {
        if (strcmp(paths[i], path) == 0) {
            free(path);
            return paths[i];
        }
    }
    paths[path_count++] = path;
    return path;
}

uint8_t *test_read_file(const char *path, size_t *ret_size)
{
    uint64_t size = test_file_size(path);
    uint8_t *bytes;

    ck_assert_msg(size != UINT64_MAX, "%s: no such file", path);
    bytes = malloc((size_t)size + 1);
    ck_assert_ptr_nonnull(bytes);
    test_read_at(path, 0, bytes, (size_t)size);
    *ret_size = (size_t)size;
    return bytes;
}

void test_write_file(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
    ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
    (void)close(fd);
}

void test_copy_file(const char *from, const char *to)
{
    size_t size;
    uint8_t *bytes = test_read_file(from, &size);

    test_write_file(to, bytes, size);
    free(bytes);
}

uint64_t test_file_size(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (uint64_t)info.st_size : UINT64_MAX;
}

bool test_exists(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0;
}

/* Used in children too, so without Check; a short read or write is fatal in both. */
static void transfer(const char *path, uint64_t offset, void *bytes, size_t size, bool writes)
{
    int fd = open(path, (writes ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
    ssize_t n = -1;

    if (fd >= 0) {
        n = writes ? pwrite(fd, bytes, size, (off_t)offset) : pread(fd, bytes, size, (off_t)offset);
        (void)close(fd);
    }
    if (n != (ssize_t)size) {
        (void)fprintf(stderr, "%s: %zd of %zu bytes at %llu: %s\n", path, n, size,
                      (unsigned long long)offset, strerror(errno));
        abort();
    }
}

void test_read_at(const char *path, uint64_t offset, void *bytes, size_t size)
{
    transfer(path, offset, bytes, size, false);
}

void test_write_at(const char *path, uint64_t offset, const void *bytes, size_t size)
{
    transfer(path, offset, (void *)(uintptr_t)bytes, size, true);
}

static unsigned count_entries(const char *path)
{
    DIR *dir = opendir(path);
    unsigned count = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir)) {
        count++;
    }
    (void)closedir(dir);
    return count - 2; /* . and .. */
}

unsigned test_directory_count(void)
{
    return count_entries(directory);
}

unsigned test_descriptor_count(void)
{
    return count_entries("/proc/self/fd") - 1; /* of opendir() itself */
}

uint64_t test_memory(const char *key)
{
    char line[256];
    unsigned long long kib = 0;
    size_t length = strlen(key);
    FILE *file = fopen("/proc/self/status", "re");

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, key, length) == 0 && line[length] == ':') {
            kib = strtoull(line + length + 1, NULL, 10);
        }
    }
    (void)fclose(file);
    return kib * 1024;
}

uint64_t test_now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void test_sleep_ms(unsigned ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    while (nanosleep(&time, &time) != 0 && errno == EINTR) {
    }
}

/* --- Stores ---------------------------------------------------------------------------------- */

static const char schema_text[] = "{\"name\":\"Words\",\"version\":1}";

mmf_record_type test_type(uint32_t format, uint32_t record_size)
{
    mmf_record_type type = {
        .name = "Words",
        .format = format,
        .schema_version = 1,
        .record_size = record_size,
        .payload_size = record_size - 8,
        .record_align = 8,
        .capacity = 64,
    };

    for (unsigned i = 0; i < sizeof type.schema_hash; i++) {
        type.schema_hash[i] = (uint8_t)(0xa0 + i + record_size);
    }
    if (format == MMF_FORMAT_2) {
        type.schema_text = schema_text;
        type.schema_text_size = sizeof schema_text - 1;
    }
    return type;
}

mmf_store *test_create(const char *path, const mmf_record_type *type, uint32_t flags)
{
    mmf_error error = {0};
    mmf_options options = {.flags = flags, .error = &error};
    mmf_store *store = NULL;

    ck_status_error(mmf_store_create(path, type, &options, &store), MMF_OK, &error);
    return store;
}

mmf_store *test_open(const char *path, const mmf_record_type *type, uint32_t flags)
{
    mmf_error error = {0};
    mmf_options options = {.flags = flags, .error = &error};
    mmf_store *store = NULL;

    ck_status_error(mmf_store_open(path, type, &options, &store), MMF_OK, &error);
    return store;
}

static void fill_payload(unsigned char *payload, uint32_t size, uint64_t word)
{
    uint64_t words[32];

    for (size_t i = 0; i < 32; i++) {
        words[i] = word;
    }
    while (size) {
        uint32_t part = size < sizeof words ? size : (uint32_t)sizeof words;

        mmf_words_store(payload, words, part);
        payload += part;
        size -= part;
    }
}

mmf_status test_append_n(mmf_store *store, uint64_t word, uint64_t n, uint64_t *ret_first)
{
    mmf_append_section section;
    mmf_status status = mmf_append_begin(store, n, &section);

    if (status != MMF_OK) {
        return status;
    }
    for (uint64_t i = 0; i < n; i++) {
        unsigned char *record = section.record + i * store->type->record_size;

        fill_payload(mmf_append_record_begin(record), store->type->payload_size, word);
        mmf_append_record_end(store, record);
    }
    status = mmf_append_end(store, &section, n);
    if (status == MMF_OK && ret_first) {
        *ret_first = section.index;
    }
    return status;
}

mmf_status test_append(mmf_store *store, uint64_t word, uint64_t *ret_index)
{
    return test_append_n(store, word, 1, ret_index);
}

mmf_status test_set(mmf_store *store, uint64_t index, uint64_t word)
{
    mmf_write_section section;
    mmf_status status = mmf_write_begin(store, index, store->type->record_size, MMF_COUNTER_BYTES,
                                        store->type->payload_size, &section);

    if (status == MMF_OK) {
        fill_payload(section.payload, store->type->payload_size, word);
        status = mmf_write_end(store, &section);
    }
    return status;
}

mmf_status test_get(const mmf_store *store, uint64_t index, uint64_t *ret_word, bool *ret_torn)
{
    uint64_t words[512] = {0};
    uint32_t size = store->type->payload_size;
    mmf_status status;

    if (size > sizeof words) {
        return MMF_E_INVALID;
    }
    status = mmf_get_record(store, index, store->type->record_size, size, words);
    if (status == MMF_OK) {
        *ret_word = words[0];
        *ret_torn = false;
        for (uint32_t i = 0; i < size / 8; i++) {
            *ret_torn |= words[i] != words[0];
        }
    }
    return status;
}

uint64_t test_record_offset(const mmf_record_type *type, uint64_t index)
{
    return mmf_header_region_size(type->format, type->schema_text_size) + index * type->record_size;
}

uint64_t test_counter(const char *path, const mmf_record_type *type, uint64_t index)
{
    uint64_t counter;

    test_read_at(path, test_record_offset(type, index), &counter, sizeof counter);
    return counter;
}

void test_poke_counter(const char *path, const mmf_record_type *type, uint64_t index,
                       uint64_t counter)
{
    test_write_at(path, test_record_offset(type, index), &counter, sizeof counter);
}

/* --- Processes ------------------------------------------------------------------------------- */

#define CHILD_SECONDS_MAX 60

pid_t test_fork(test_child_function *function, void *argument)
{
    pid_t child;

    (void)fflush(NULL);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)alarm(CHILD_SECONDS_MAX);
        function(argument);
        (void)fflush(NULL);
        _exit(0);
    }
    return child;
}

int test_wait(pid_t child, unsigned timeout_ms)
{
    uint64_t deadline = test_now_ms() + timeout_ms;
    int status = 0;
    pid_t got = 0;

    while (got == 0 && test_now_ms() < deadline) {
        got = waitpid(child, &status, WNOHANG);
        if (got == 0) {
            test_sleep_ms(1);
        }
    }
    if (got != child) {
        (void)kill(child, SIGKILL);
        (void)waitpid(child, &status, 0);
        return TEST_TIMED_OUT;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int test_run(test_child_function *function, void *argument, unsigned timeout_ms)
{
    return test_wait(test_fork(function, argument), timeout_ms);
}

void test_run_ok(test_child_function *function, void *argument, unsigned timeout_ms)
{
    int result = test_run(function, argument, timeout_ms);

    ck_assert_msg(result == 0, "the child ended with %d (minus a signal; %d: timed out)", result,
                  TEST_TIMED_OUT);
}

void test_drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};

    must(syscall(SYS_capset, &header, none) == 0);
}

void *test_shared(size_t size)
{
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ck_assert(address != MAP_FAILED && shared_count < SHARED_MAX);
    shared[shared_count].address = address;
    shared[shared_count++].size = size;
    return address;
}

bool test_await(const uint32_t *word, uint32_t value, unsigned timeout_ms)
{
    uint64_t deadline = test_now_ms() + timeout_ms;

    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < value) {
        if (test_now_ms() >= deadline) {
            return false;
        }
        test_sleep_ms(1);
    }
    return true;
}

void test_post(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

void test_child_fail(const char *file, int line, const char *what, const char *found)
{
    (void)fprintf(stderr, "%s:%d: in a child: %s: %s (errno %s)\n", file, line, what, found,
                  strerror(errno));
    _exit(99);
}

/* --- The program ----------------------------------------------------------------------------- */

int main(void)
{
    Suite *suite = suite_create(suite_name);
    TCase *tcase = tcase_create(suite_name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    suite_add(tcase);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    if (srunner_ntests_run(runner) == 0) {
        failed = 1; /* CK_RUN_CASE that names nothing */
    }
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
