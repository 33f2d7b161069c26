/* A small store and what is said about it: for tests of who writes to it. */
#ifndef MMF_TESTS_RUNTIME_SMALL_STORE_H
#define MMF_TESTS_RUNTIME_SMALL_STORE_H

#include "tests/runtime/testing.h"

#define RECORD_SIZE 64u
#define RECORDS 4u
#define OLD 5u
#define TIMEOUT_MS 1500u
#define SLOTS 255u

static mmf_record_type type;
static const char *path;

__attribute__((unused)) static void make(uint32_t format)
{
    mmf_store *store;

    type = test_type(format, RECORD_SIZE);
    path = test_path("store");
    store = test_create(path, &type, 0);
    ck_ok(test_append_n(store, OLD, RECORDS, NULL));
    ck_ok(mmf_store_close(store));
}

__attribute__((unused)) static mmf_store *open_store(uint32_t flags)
{
    mmf_options options = {.flags = flags, .timeout_ms = TIMEOUT_MS};
    mmf_store *store = NULL;

    ck_ok(mmf_store_open(path, &type, &options, &store));
    return store;
}

__attribute__((unused)) static const mmf_store_info *stat_of(const mmf_store *store)
{
    static mmf_store_info info;

    ck_ok(mmf_store_stat(store, &info));
    ck_assert(info.knows_writers);
    return &info;
}

/* What a handle that only reads can tell of the writers. */
__attribute__((unused)) static const mmf_store_info *stat_from_outside(void)
{
    mmf_store *reader = open_store(MMF_READ_ONLY);
    const mmf_store_info *info = stat_of(reader);

    ck_ok(mmf_store_close(reader));
    return info;
}

#define ck_at_once(call, expected)                                                                 \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        ck_status(call, expected);                                                                 \
        ck_assert_msg(test_now_ms() - begin_ < TIMEOUT_MS - 100, "%s: waited", #call);             \
    } while (0)

__attribute__((unused)) static void ck_record_is(const mmf_store *store, uint64_t index,
                                                 uint64_t expected)
{
    uint64_t word = 0;
    bool torn = true;

    ck_at_once(test_get(store, index, &word, &torn), MMF_OK);
    ck_assert(word == expected && !torn);
}

#endif
