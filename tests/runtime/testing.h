/* What the runtime's tests share: a directory for each test, statuses that say what they are,
 * record types made by hand, and child processes that cannot hang or hide a crash.
 *
 * Each test program defines suite_name and suite_add(); testing.c has its main().
 *
 * In a child nothing of Check may be called (without CK_FORK a failed assertion would jump back
 * into the parent's test): children use must() and must_status(), which end the child.
 */
#ifndef MMF_TESTS_RUNTIME_TESTING_H
#define MMF_TESTS_RUNTIME_TESTING_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "runtime/mmf.h"

extern const char *const suite_name;
void suite_add(TCase *tcase);

/* --- Statuses -------------------------------------------------------------------------------- */

#define ck_status(call, expected)                                                                  \
    do {                                                                                           \
        mmf_status status_ = (call);                                                               \
        ck_assert_msg(status_ == (expected), "%s: %s, expected %s (errno %s)", #call,              \
                      mmf_status_name(status_), mmf_status_name(expected), test_errno_text());     \
    } while (0)

/* The same, with the detail of an mmf_error. */
#define ck_status_error(call, expected, error)                                                     \
    do {                                                                                           \
        mmf_status status_ = (call);                                                               \
        ck_assert_msg(status_ == (expected), "%s: %s (%s), expected %s", #call,                    \
                      mmf_status_name(status_), (error)->text, mmf_status_name(expected));         \
    } while (0)

#define ck_ok(call) ck_status(call, MMF_OK)

#define ck_contains(text, part)                                                                    \
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" does not contain \"%s\"", text, part)

const char *test_errno_text(void);

/* --- Files ----------------------------------------------------------------------------------- */

/* A path in the test's own directory, which is empty when the test begins and removed after it.
 * Good until the end of the test. */
const char *test_path(const char *name);
const char *test_directory(void);

/* Exact content of files; they fail the test where the file cannot be read or written. */
uint8_t *test_read_file(const char *path, size_t *ret_size);
void test_write_file(const char *path, const void *bytes, size_t size);
void test_copy_file(const char *from, const char *to);
uint64_t test_file_size(const char *path); /* UINT64_MAX: there is none */
bool test_exists(const char *path);        /* a link that leads nowhere exists */
void test_read_at(const char *path, uint64_t offset, void *bytes, size_t size);
void test_write_at(const char *path, uint64_t offset, const void *bytes, size_t size);

/* Entries of the test's directory. */
unsigned test_directory_count(void);

/* Open descriptors of this process. */
unsigned test_descriptor_count(void);

/* A line "KEY: n kB" of /proc/self/status, in bytes. */
uint64_t test_memory(const char *key);

uint64_t test_now_ms(void);
void test_sleep_ms(unsigned ms);

/* --- Stores ---------------------------------------------------------------------------------- */

/* A record type of that format and stride whose payload is the whole record; its first capacity
 * is 64. Types of different strides have different hashes. */
mmf_record_type test_type(uint32_t format, uint32_t record_size);

/* Fails the test unless they succeed. */
mmf_store *test_create(const char *path, const mmf_record_type *type, uint32_t flags);
mmf_store *test_open(const char *path, const mmf_record_type *type, uint32_t flags);

/* Appends one record whose payload words are all `word`, to any store; a public call only. */
mmf_status test_append(mmf_store *store, uint64_t word, uint64_t *ret_index);
mmf_status test_append_n(mmf_store *store, uint64_t word, uint64_t n, uint64_t *ret_first);

/* Writes all payload words of a record. */
mmf_status test_set(mmf_store *store, uint64_t index, uint64_t word);

/* Reads a record, whose words have all to be the same; *ret_word is that word. */
mmf_status test_get(const mmf_store *store, uint64_t index, uint64_t *ret_word, bool *ret_torn);

/* Where a record, and its counter, lies in the file. */
uint64_t test_record_offset(const mmf_record_type *type, uint64_t index);

/* The counter of a record, read from and written into the file. */
uint64_t test_counter(const char *path, const mmf_record_type *type, uint64_t index);
void test_poke_counter(const char *path, const mmf_record_type *type, uint64_t index,
                       uint64_t counter);

/* --- Processes ------------------------------------------------------------------------------- */

typedef void test_child_function(void *argument);

/* Runs function(argument) in a child, which ends with exit status 0 after it. The child dies with
 * its parent, and by itself after 60 seconds. */
pid_t test_fork(test_child_function *function, void *argument);

#define TEST_TIMED_OUT (-1000)

/* Its exit status; minus the signal that ended it; TEST_TIMED_OUT, after which it is killed. */
int test_wait(pid_t child, unsigned timeout_ms);

/* Both: fork and wait. */
int test_run(test_child_function *function, void *argument, unsigned timeout_ms);

/* test_fork(), and the child must end with 0. */
void test_run_ok(test_child_function *function, void *argument, unsigned timeout_ms);

/* In a child: gives up what root may do beside the permissions of files. */
void test_drop_capabilities(void);

/* Memory that parent and children share; zeros. Freed at the end of the test. */
void *test_shared(size_t size);

/* Waits until *word is at least `value`. False after timeout_ms. */
bool test_await(const uint32_t *word, uint32_t value, unsigned timeout_ms);
void test_post(uint32_t *word, uint32_t value);

/* In children. */
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            test_child_fail(__FILE__, __LINE__, #condition, "false");                              \
        }                                                                                          \
    } while (0)

#define must_status(call, expected)                                                                \
    do {                                                                                           \
        mmf_status status_ = (call);                                                               \
        if (status_ != (expected)) {                                                               \
            test_child_fail(__FILE__, __LINE__, #call, mmf_status_name(status_));                  \
        }                                                                                          \
    } while (0)

#define must_ok(call) must_status(call, MMF_OK)

void test_child_fail(const char *file, int line, const char *what, const char *found)
    __attribute__((noreturn));

#endif
