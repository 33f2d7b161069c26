/* Opening: every status that store.h tells of, with a text that says what was found. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "open";

static mmf_record_type type;
static const char *path;

/* A closed store of three records. */
static void make(uint32_t format)
{
    mmf_store *store;

    type = test_type(format, 64);
    path = test_path(format == 1 ? "one" : "two");
    (void)unlink(path);
    store = test_create(path, &type, 0);
    for (uint64_t i = 0; i < 3; i++) {
        ck_ok(test_append(store, i, NULL));
    }
    ck_ok(mmf_store_close(store));
}

/* In every mode the same status, a text with `part` in it, and an untouched out-parameter. */
static void refuse(mmf_status expected, const char *part)
{
    static const uint32_t flags[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER, MMF_CREATE,
                                     MMF_CREATE | MMF_ONE_WRITER};

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        mmf_error error = {0};
        mmf_options options = {.flags = flags[i], .error = &error};
        mmf_store *store = (mmf_store *)(void *)&options;

        if (expected == MMF_E_NOT_FOUND && (flags[i] & MMF_CREATE) != 0) {
            continue;
        }
        if (expected == MMF_E_READONLY && flags[i] == MMF_READ_ONLY) {
            continue;
        }
        ck_status_error(mmf_store_open(path, &type, &options, &store), expected, &error);
        ck_assert_ptr_eq(store, (mmf_store *)(void *)&options);
        ck_assert_int_eq(error.status, expected);
        ck_contains(error.text, part);
        ck_contains(error.text, path);
        options.error = NULL;
        ck_status(mmf_store_open(path, &type, &options, &store), expected);
    }
}

static void put_u32(uint32_t offset, uint32_t value)
{
    test_write_at(path, offset, &value, sizeof value);
}

static void put_u64(uint32_t offset, uint64_t value)
{
    test_write_at(path, offset, &value, sizeof value);
}

static void seal(void)
{
    uint8_t bytes[4096];
    uint32_t crc;

    test_read_at(path, 0, bytes, sizeof bytes);
    crc = mmf_header_crc(bytes);
    test_write_at(path, 0xfc, &crc, sizeof crc);
}

START_TEST(test_open_all_modes)
{
    static const uint32_t flags[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER, MMF_CREATE,
                                     MMF_CREATE | MMF_ONE_WRITER};

    for (uint32_t format = 1; format <= 2; format++) {
        make(format);
        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
            mmf_store *store = test_open(path, &type, flags[i]);
            uint64_t word = 99;
            bool torn;

            ck_assert_uint_eq(mmf_store_len(store), 3);
            ck_ok(test_get(store, 2, &word, &torn));
            ck_assert_uint_eq(word, 2);
            ck_status(test_get(store, 3, &word, &torn), MMF_E_INDEX);
            ck_ok(mmf_store_close(store));
        }
    }
}
END_TEST

START_TEST(test_null_options_and_close_null)
{
    mmf_store *store;

    make(2);
    ck_ok(mmf_store_open(path, &type, NULL, &store));
    ck_ok(mmf_store_close(store));
    ck_ok(mmf_store_close(NULL));
}
END_TEST

START_TEST(test_invalid_options)
{
    static const uint32_t bad[] = {MMF_READ_ONLY | MMF_ONE_WRITER,
                                   MMF_READ_ONLY | MMF_CREATE,
                                   MMF_READ_ONLY | MMF_ONE_WRITER | MMF_CREATE,
                                   0x40,
                                   0x80000000,
                                   UINT32_MAX};
    mmf_store *store;

    make(2);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mmf_error error = {0};
        mmf_options options = {.flags = bad[i], .error = &error};

        ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_INVALID);
        ck_assert_int_eq(error.status, MMF_E_INVALID);
    }
    ck_status(mmf_store_open(path, &type, &(mmf_options){.reserved = 1}, &store), MMF_E_INVALID);
}
END_TEST

START_TEST(test_not_found)
{
    make(2);
    path = test_path("missing");
    refuse(MMF_E_NOT_FOUND, "cannot open");
    ck_assert(!test_exists(test_path("missing.lock")));
    path = test_path("no/such");
    refuse(MMF_E_NOT_FOUND, "cannot open");
}
END_TEST

START_TEST(test_magic)
{
    make(2);
    path = test_path("empty");
    test_write_file(path, "", 0);
    refuse(MMF_E_MAGIC, "empty");
    path = test_path("text");
    test_write_file(path, "hello, world\n", 13);
    refuse(MMF_E_MAGIC, "68 65 6c 6c");
    path = "/dev/null";
    {
        mmf_store *store;

        ck_status(mmf_store_open(path, &type, &(mmf_options){.flags = MMF_READ_ONLY}, &store),
                  MMF_E_MAGIC);
        ck_status(mmf_store_open(path, &type, NULL, &store), MMF_E_MAGIC);
        ck_assert(!test_exists("/dev/null.lock"));
    }
}
END_TEST

/* A directory, and a FIFO that nobody has open: refused at once, never waited for. */
START_TEST(test_other_kinds_of_file)
{
    uint64_t begin = test_now_ms();
    mmf_store *store;

    make(2);
    ck_assert_int_eq(mkfifo(test_path("fifo"), 0666), 0);
    path = test_path("fifo");
    refuse(MMF_E_MAGIC, "not a regular file");
    ck_assert_int_eq(mkdir(test_path("directory"), 0777), 0);
    path = test_path("directory");
    ck_status(mmf_store_open(path, &type, &(mmf_options){.flags = MMF_READ_ONLY}, &store),
              MMF_E_MAGIC);
    ck_status(mmf_store_open(path, &type, NULL, &store), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EISDIR);
    ck_status(mmf_store_open(path, &type, &(mmf_options){.flags = MMF_CREATE}, &store),
              MMF_E_SYSTEM);
    ck_assert_uint_lt(test_now_ms() - begin, 1000);
}
END_TEST

START_TEST(test_symbolic_link)
{
    mmf_store *store;

    make(2);
    ck_assert_int_eq(symlink("two", test_path("link")), 0);
    store = test_open(test_path("link"), &type, 0);
    ck_assert_uint_eq(mmf_store_len(store), 3);
    ck_ok(mmf_store_close(store));
    ck_assert_int_eq(symlink("loop", test_path("loop")), 0);
    ck_status(mmf_store_open(test_path("loop"), &type, NULL, &store), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, ELOOP);
}
END_TEST

/* One file by two names is still one store with one lock. */
START_TEST(test_symbolic_link_shares_the_lock)
{
    mmf_store *store;
    mmf_store *other;

    make(2);
    ck_assert_int_eq(mkdir(test_path("elsewhere"), 0777), 0);
    ck_assert_int_eq(symlink("../two", test_path("elsewhere/link")), 0);
    store = test_open(path, &type, MMF_ONE_WRITER);
    ck_status(mmf_store_open(test_path("elsewhere/link"), &type, NULL, &other), MMF_E_LOCKED);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_version)
{
    make(2);
    put_u32(4, 3);
    refuse(MMF_E_VERSION, "format version 3, expected 1 or 2");
    make(1);
    put_u32(4, 0);
    refuse(MMF_E_VERSION, "format version 0");
}
END_TEST

START_TEST(test_features)
{
    make(2);
    put_u64(0x50, 4);
    seal();
    refuse(MMF_E_VERSION, "0x4");
}
END_TEST

START_TEST(test_read_only_feature)
{
    mmf_store *store;

    make(2);
    put_u64(0x48, 2);
    seal();
    refuse(MMF_E_READONLY, "may only read");
    store = test_open(path, &type, MMF_READ_ONLY);
    ck_assert_uint_eq(mmf_store_len(store), 3);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_compatible_feature)
{
    make(2);
    put_u64(0x40, UINT64_MAX);
    seal();
    ck_ok(mmf_store_close(test_open(path, &type, 0)));
}
END_TEST

START_TEST(test_corrupt)
{
    make(2);
    put_u32(0x28, 77); /* the schema's version, without a new checksum */
    refuse(MMF_E_CORRUPT, "checksum");
    make(1);
    put_u32(0x2c, 20);
    refuse(MMF_E_CORRUPT, "record size 20");
    make(2);
    put_u64(0x30, UINT64_MAX);
    refuse(MMF_E_CORRUPT, "18446744073709551615 records");
}
END_TEST

START_TEST(test_truncated)
{
    make(2);
    ck_assert_int_eq(truncate(path, 4096 + 64), 0);
    refuse(MMF_E_TRUNCATED, "4160 bytes");
    ck_assert_int_eq(truncate(path, 4000), 0);
    refuse(MMF_E_TRUNCATED, "4000 bytes");
    make(1);
    ck_assert_int_eq(truncate(path, 64 + 2 * 64), 0);
    refuse(MMF_E_TRUNCATED, "3 records");
}
END_TEST

START_TEST(test_schema)
{
    make(2);
    type.schema_hash[31] ^= 1;
    refuse(MMF_E_SCHEMA, "schema hash");
    make(1);
    type.schema_hash[0] ^= 0x80;
    refuse(MMF_E_SCHEMA, "Words");
    make(2);
    type.record_size = 72;
    refuse(MMF_E_SCHEMA, "64 bytes a record");
    type.record_size = 64;
    type.format = 1;
    refuse(MMF_E_SCHEMA, "format 2");
    path = test_path("one");
    type.format = 2;
    refuse(MMF_E_SCHEMA, "format 1");
}
END_TEST

/* A header may promise less payload than the program wants to read. */
START_TEST(test_payload_size)
{
    make(2);
    put_u32(0x5c, 48);
    seal();
    refuse(MMF_E_SCHEMA, "");
}
END_TEST

/* The text of a failure is kept by an error that already has one. */
START_TEST(test_first_error_wins)
{
    mmf_error error = {.status = MMF_E_INVALID, .text = "first"};
    mmf_options options = {.error = &error};
    mmf_store *store;

    make(2);
    ck_status(mmf_store_open(test_path("missing"), &type, &options, &store), MMF_E_NOT_FOUND);
    ck_assert_str_eq(error.text, "first");
}
END_TEST

/* A name longer than the text of an error: cut, and still a string. */
START_TEST(test_long_names)
{
    char name[4096 + 16];
    mmf_error error = {0};
    mmf_options options = {.error = &error};
    mmf_store *store;
    size_t used = (size_t)snprintf(name, sizeof name, "%s/", test_directory());

    make(2);
    memset(name + used, 'x', 255);
    name[used + 255] = '\0';
    test_write_file(name, "not a store", 11);
    ck_status(mmf_store_open(name, &type, &options, &store), MMF_E_MAGIC);
    ck_assert_uint_lt(strlen(error.text), MMF_ERROR_TEXT_SIZE);
    ck_assert_int_eq(unlink(name), 0);
    test_copy_file(path, name);
    error = (mmf_error){0};
    /* PATH.lock is too long a name */
    ck_status(mmf_store_open(name, &type, &options, &store), MMF_E_SYSTEM);
    ck_assert_uint_lt(strlen(error.text), MMF_ERROR_TEXT_SIZE);
    error = (mmf_error){0};
    options.flags = MMF_READ_ONLY;
    ck_ok(mmf_store_open(name, &type, &options, &store));
    ck_ok(mmf_store_close(store));
    memset(name, 'y', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    error = (mmf_error){0};
    ck_status(mmf_store_open(name, &type, &options, &store), MMF_E_SYSTEM);
    ck_assert_int_eq(error.system_errno, ENAMETOOLONG);
}
END_TEST

/* A text that does not fit loses its middle, not its facts. */
START_TEST(test_long_paths)
{
    char name[4000];
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_READ_ONLY, .error = &error};
    mmf_store *store;
    size_t used = (size_t)snprintf(name, sizeof name, "%s", test_directory());

    make(2);
    put_u32(4, 9);
    while (used + 2 < sizeof name) {
        memcpy(name + used, "/.", 2);
        used += 2;
    }
    memcpy(name + used - 8, "/./st\0\0", 8);
    test_copy_file(path, test_path("st"));
    ck_status(mmf_store_open(name, &type, &options, &store), MMF_E_VERSION);
    ck_contains(error.text, test_directory());
    ck_contains(error.text, "\xe2\x80\xa6");
    ck_contains(error.text, "9");
    ck_contains(error.text, "/st: ");
}
END_TEST

/* A hint that is never wrong: system_errno is there for failures of the system alone. */
START_TEST(test_system_errno)
{
    mmf_error error = {0};
    mmf_options options = {.error = &error};
    mmf_store *store;

    make(2);
    put_u32(4, 9);
    ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_VERSION);
    ck_assert_int_eq(error.system_errno, 0);
    error = (mmf_error){0};
    ck_status(mmf_store_open(test_path("missing"), &type, &options, &store), MMF_E_NOT_FOUND);
    ck_assert(error.system_errno == 0 || error.system_errno == ENOENT);
}
END_TEST

static void open_unreadable(void *argument)
{
    mmf_store *store;

    test_drop_capabilities();
    must_status(mmf_store_open(argument, &type, NULL, &store), MMF_E_SYSTEM);
    must(errno == EACCES);
    must_status(mmf_store_open(argument, &type, &(mmf_options){.flags = MMF_READ_ONLY}, &store),
                MMF_E_SYSTEM);
    must(errno == EACCES);
}

START_TEST(test_no_permission)
{
    make(2);
    ck_assert_int_eq(chmod(path, 0), 0);
    test_run_ok(open_unreadable, (void *)(uintptr_t)path, 10000);
}
END_TEST

/* A file without a right to write for its owner is made, opened and used all the same. */
static void create_unwritable(void *argument)
{
    mmf_options options = {.file_mode = 0444};
    mmf_store *store;

    test_drop_capabilities();
    must_ok(mmf_store_create(argument, &type, &options, &store));
    must_ok(test_append(store, 1, NULL));
    must_ok(mmf_store_close(store));
}

START_TEST(test_create_unwritable)
{
    type = test_type(2, 64);
    test_run_ok(create_unwritable, (void *)(uintptr_t)test_path("unwritable"), 10000);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_open_all_modes);
    tcase_add_test(tcase, test_null_options_and_close_null);
    tcase_add_test(tcase, test_invalid_options);
    tcase_add_test(tcase, test_not_found);
    tcase_add_test(tcase, test_magic);
    tcase_add_test(tcase, test_other_kinds_of_file);
    tcase_add_test(tcase, test_symbolic_link);
    tcase_add_test(tcase, test_symbolic_link_shares_the_lock);
    tcase_add_test(tcase, test_version);
    tcase_add_test(tcase, test_features);
    tcase_add_test(tcase, test_read_only_feature);
    tcase_add_test(tcase, test_compatible_feature);
    tcase_add_test(tcase, test_corrupt);
    tcase_add_test(tcase, test_truncated);
    tcase_add_test(tcase, test_schema);
    tcase_add_test(tcase, test_payload_size);
    tcase_add_test(tcase, test_first_error_wins);
    tcase_add_test(tcase, test_long_names);
    tcase_add_test(tcase, test_long_paths);
    tcase_add_test(tcase, test_system_errno);
    tcase_add_test(tcase, test_no_permission);
    tcase_add_test(tcase, test_create_unwritable);
}
