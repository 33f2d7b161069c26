/* What generated functions leave in the file, and what they make of bytes that others left there.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MMF_ALLOW_DEPRECATED
#include "tests/golden/alltypes.mmf.h"
#include "tests/golden/flag.mmf.h"
#include "tests/golden/market_cap.mmf.h"
#include "tests/golden/page.mmf.h"

static char directory[512];
static char path[600];

static void set_up(void)
{
    const char *parent = getenv("TEST_TMPDIR");

    snprintf(directory, sizeof directory, "%s/accessors_XXXXXX", parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/store", directory);
}

static void tear_down(void)
{
    char lock_path[700];

    snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    unlink(lock_path);
    unlink(path);
    rmdir(directory);
}

/* The payload of a record as it lies in the file. */
static unsigned char *raw(mmf_store *store, uint64_t index)
{
    return store->records + index * store->type->record_size + 8;
}

/* --- What is written ------------------------------------------------------------------------- */

/* Fills the bytes behind a text's end with garbage. */
#define SPOIL_TEXT(text) memset((text).data + (text).len, 0xa5, sizeof(text).data - (text).len)

static void spoil(void *record, size_t begin, size_t end)
{
    memset((unsigned char *)record + begin - 8, 0xa5, end - begin);
}

START_TEST(small_records_are_cleaned)
{
    /* padding, by the map in alltypes.mmf.h, and the rest of the elements of labels and chunks */
    static const size_t gaps[][2] = {{10, 12},   {34, 36},   {44, 48},   {68, 72},
                                     {93, 96},   {188, 192}, {214, 216}, {226, 228},
                                     {238, 240}, {247, 248}, {255, 256}, {260, 264}};
    alltypes_store *store;
    alltypes record;

    ck_assert_int_eq(alltypes_store_create(path, NULL, &store), MMF_OK);
    ck_assert_int_eq(alltypes_append(store, NULL, NULL), MMF_OK);
    alltypes_init(&record);
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        spoil(&record, gaps[i][0], gaps[i][1]);
    }
    SPOIL_TEXT(record.code);
    SPOIL_TEXT(record.id);
    SPOIL_TEXT(record.blob);
    SPOIL_TEXT(record.labels[0]);
    SPOIL_TEXT(record.labels[1]);
    SPOIL_TEXT(record.chunks[0]);
    SPOIL_TEXT(record.chunks[1]);
    ck_assert_int_eq(alltypes_append(store, &record, NULL), MMF_OK);
    ck_assert_int_eq(alltypes_append_n(store, &record, 1, NULL), MMF_OK);
    ck_assert_int_eq(alltypes_append(store, NULL, NULL), MMF_OK);
    ck_assert_int_eq(alltypes_set(store, 3, &record), MMF_OK);
    for (uint64_t i = 1; i < 4; i++) {
        ck_assert(memcmp(raw(&store->base, 0), raw(&store->base, i), sizeof record) == 0);
    }
    /* the padding to a whole cache line, too */
    for (uint32_t i = ALLTYPES_PAYLOAD_SIZE; i < ALLTYPES_RECORD_SIZE - 8; i++) {
        ck_assert_uint_eq(raw(&store->base, 1)[i], 0);
    }
    ck_assert_int_eq(alltypes_store_close(store), MMF_OK);
}
END_TEST

START_TEST(large_records_are_cleaned)
{
    /* behind pins and title, and the rest of the elements of tags */
    static const size_t gaps[][2] = {{23, 24}, {329, 332}, {345, 348}, {361, 364}, {377, 380}};
    page_store *store;
    page record;

    ck_assert_uint_eq(PAGE_PINS_OFFSET + PAGE_PINS_COUNT, 23);
    ck_assert_uint_eq(PAGE_TITLE_OFFSET + 4 + PAGE_TITLE_MAX, 329);
    ck_assert_uint_eq(PAGE_BODY_OFFSET, 380);
    ck_assert_int_eq(page_store_create(path, NULL, &store), MMF_OK);
    page_init(&record);
    record.tags[1].len = 1;
    record.tags[1].data[0] = 't';
    record.body.len = 3;
    memcpy(record.body.data, "abc", 3);
    record.dirty = true;
    ck_assert_int_eq(page_append(store, &record, NULL), MMF_OK);
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        spoil(&record, gaps[i][0], gaps[i][1]);
    }
    SPOIL_TEXT(record.title);
    SPOIL_TEXT(record.tags[0]);
    SPOIL_TEXT(record.tags[1]);
    SPOIL_TEXT(record.tags[2]);
    SPOIL_TEXT(record.body);
    ck_assert_int_eq(page_append(store, &record, NULL), MMF_OK);
    ck_assert_int_eq(page_append(store, NULL, NULL), MMF_OK);
    ck_assert_int_eq(page_set(store, 2, &record), MMF_OK);
    ck_assert(memcmp(raw(&store->base, 0), raw(&store->base, 1), sizeof record) == 0);
    ck_assert(memcmp(raw(&store->base, 0), raw(&store->base, 2), sizeof record) == 0);
    ck_assert_int_eq(page_store_close(store), MMF_OK);
}
END_TEST

/* A bool is 0 or 1 in the file, even if the program's is neither. */
START_TEST(bools_are_one_bit)
{
    market_cap_store *store;
    market_cap record;

    ck_assert_int_eq(market_cap_store_create(path, NULL, &store), MMF_OK);
    memset(&record, 0xff, sizeof record);
    ck_assert_int_eq(market_cap_append(store, &record, NULL), MMF_OK);
    ck_assert_uint_eq(raw(&store->base, 0)[MARKET_CAP_STALE_OFFSET - 8], 1);
    for (uint32_t i = MARKET_CAP_STALE_OFFSET + 1 - 8; i < MARKET_CAP_PAYLOAD_SIZE; i++) {
        ck_assert_uint_eq(raw(&store->base, 0)[i], 0);
    }
    ck_assert_int_eq(market_cap_store_close(store), MMF_OK);
}
END_TEST

START_TEST(large_records_bools_are_one_bit)
{
    page_store *store;
    page record;

    ck_assert_int_eq(page_store_create(path, NULL, &store), MMF_OK);
    page_init(&record);
    spoil(&record, PAGE_DIRTY_OFFSET, PAGE_PINS_OFFSET + PAGE_PINS_COUNT); /* 0xa5 */
    ck_assert_int_eq(page_append(store, &record, NULL), MMF_OK);
    for (uint32_t i = PAGE_DIRTY_OFFSET; i < PAGE_PINS_OFFSET + PAGE_PINS_COUNT; i++) {
        ck_assert_uint_eq(raw(&store->base, 0)[i - 8], 1);
    }
    ck_assert_int_eq(page_store_close(store), MMF_OK);
}
END_TEST

START_TEST(defaults)
{
    alltypes_store *store;
    alltypes record;

    ck_assert_int_eq(alltypes_store_create(path, NULL, &store), MMF_OK);
    ck_assert_int_eq(alltypes_append(store, NULL, NULL), MMF_OK);
    ck_assert_int_eq(alltypes_get(store, 0, &record), MMF_OK);
    ck_assert(record.flag);
    ck_assert_int_eq(record.tiny, INT8_MIN);
    ck_assert_uint_eq(record.code.len, 13);
    ck_assert(memcmp(record.code.data, "caf\303\251 \"?\?=\"\\1", 13) == 0);
    ck_assert_int_eq(record.int_s, INT32_MIN);
    ck_assert_uint_eq(record.int_u, UINT32_MAX);
    ck_assert_int_eq(record.long_s, INT64_MIN);
    ck_assert_uint_eq(record.long_u, UINT64_MAX);
    ck_assert(record.ratio == 0.1f && record.amount == 0.1);
    ck_assert(isinf(record.unbounded) && record.unbounded < 0);
    ck_assert(isnan(record.undefined));
    ck_assert_int_eq(record.state, ALLTYPES_STATE_BROKEN);
    ck_assert_str_eq(alltypes_state_name(record.state), "BROKEN");
    ck_assert_uint_eq(record.kind, UINT64_C(9000000000000000000));
    ck_assert_str_eq(alltypes_kind_name(record.kind), "huge");
    ck_assert(record.flags[0] && !record.flags[1] && record.flags[2]);
    ck_assert(record.weights[1] == 0 && signbit(record.weights[1]));
    ck_assert_uint_eq(record.phases[2], 300);
    ck_assert_uint_eq(record.labels[0].len, 6);
    ck_assert(memcmp(record.labels[0].data, "six___", 6) == 0);
    ck_assert_uint_eq(record.labels[1].len, 0);
    ck_assert_uint_eq(record.old_total, 0);
    ck_assert_int_eq(alltypes_store_close(store), MMF_OK);
}
END_TEST

START_TEST(refused_records_append_nothing)
{
    page_store *store;
    page *records = calloc(3, sizeof *records);

    ck_assert_ptr_nonnull(records);
    ck_assert_int_eq(page_store_create(path, NULL, &store), MMF_OK);
    records[2].state = 2;
    ck_assert_int_eq(page_append_n(store, records, 3, NULL), MMF_E_INVALID);
    records[2].state = PAGE_STATE_FREE;
    records[2].tags[2].len = PAGE_TAGS_MAX + 1;
    ck_assert_int_eq(page_append_n(store, records, 3, NULL), MMF_E_TOO_LONG);
    ck_assert_uint_eq(page_store_len(store), 0);
    records[2].tags[2].len = PAGE_TAGS_MAX;
    ck_assert_int_eq(page_append_n(store, records, 3, NULL), MMF_OK);
    ck_assert_uint_eq(page_store_len(store), 3);
    ck_assert_int_eq(page_store_close(store), MMF_OK);
    free(records);
}
END_TEST

/* --- What is read ---------------------------------------------------------------------------- */

/* Whether a bool is the one byte 1, which is all that C lets it be. */
static bool is_true(const bool *value)
{
    return *(const unsigned char *)value == 1;
}

START_TEST(any_byte_but_zero_is_true)
{
    alltypes_store *store;
    flag_store *flags;
    alltypes record;
    flag single;
    bool values[ALLTYPES_FLAGS_COUNT];
    bool value = false;

    ck_assert_int_eq(alltypes_store_create(path, NULL, &store), MMF_OK);
    ck_assert_int_eq(alltypes_append(store, NULL, NULL), MMF_OK);
    raw(&store->base, 0)[ALLTYPES_FLAG_OFFSET - 8] = 0x80;
    memcpy(raw(&store->base, 0) + ALLTYPES_FLAGS_OFFSET - 8, "\x02\x00\xff", 3);
    ck_assert_int_eq(alltypes_get(store, 0, &record), MMF_OK);
    ck_assert(is_true(&record.flag) && is_true(&record.flags[0]) && is_true(&record.flags[2]));
    ck_assert(!record.flags[1]);
    ck_assert_int_eq(alltypes_get_flags(store, 0, values), MMF_OK);
    ck_assert(is_true(&values[0]) && !values[1] && is_true(&values[2]));
    ck_assert_int_eq(alltypes_get_flags_at(store, 0, 2, &value), MMF_OK);
    ck_assert(is_true(&value));
    value = false;
    ck_assert_int_eq(alltypes_get_flag(store, 0, &value), MMF_OK);
    ck_assert(is_true(&value));
    value = false;
    ck_assert_int_eq(alltypes_peek_flag(store, 0, &value), MMF_OK);
    ck_assert(is_true(&value));
    ck_assert_int_eq(alltypes_store_close(store), MMF_OK);
    unlink(path);

    ck_assert_int_eq(flag_store_create(path, NULL, &flags), MMF_OK);
    ck_assert_int_eq(flag_append(flags, NULL, NULL), MMF_OK);
    raw(&flags->base, 0)[0] = 0x40;
    ck_assert_int_eq(flag_get(flags, 0, &single), MMF_OK);
    ck_assert(is_true(&single.raised));
    ck_assert_int_eq(flag_store_close(flags), MMF_OK);
}
END_TEST

/* A length above its max is told from every function that would otherwise trust it. */
static void check_corrupt_length(alltypes_store *store, uint32_t offset, uint32_t max)
{
    uint32_t *len = (uint32_t *)(void *)(raw(&store->base, 0) + offset - 8);
    uint32_t before = *len;
    alltypes record;

    *len = max;
    ck_assert_int_eq(alltypes_get(store, 0, &record), MMF_OK);
    *len = max + 1;
    ck_assert_int_eq(alltypes_get(store, 0, &record), MMF_E_CORRUPT);
    *len = UINT32_MAX;
    ck_assert_int_eq(alltypes_get(store, 0, &record), MMF_E_CORRUPT);
    *len = before;
    ck_assert_int_eq(alltypes_get(store, 0, &record), MMF_OK);
}

START_TEST(corrupt_lengths)
{
    alltypes_store *store;
    char buffer[64];
    uint32_t len;

    ck_assert_int_eq(alltypes_store_create(path, NULL, &store), MMF_OK);
    ck_assert_int_eq(alltypes_append(store, NULL, NULL), MMF_OK);
    check_corrupt_length(store, ALLTYPES_CODE_OFFSET, ALLTYPES_CODE_MAX);
    check_corrupt_length(store, ALLTYPES_ID_OFFSET, ALLTYPES_ID_MAX);
    check_corrupt_length(store, ALLTYPES_BLOB_OFFSET, ALLTYPES_BLOB_MAX);
    check_corrupt_length(store, ALLTYPES_LABELS_OFFSET, ALLTYPES_LABELS_MAX);
    check_corrupt_length(store, ALLTYPES_LABELS_OFFSET + 12, ALLTYPES_LABELS_MAX);
    check_corrupt_length(store, ALLTYPES_CHUNKS_OFFSET + 8, ALLTYPES_CHUNKS_MAX);
    raw(&store->base, 0)[ALLTYPES_LABELS_OFFSET + 12 - 8] = ALLTYPES_LABELS_MAX + 1;
    ck_assert_int_eq(alltypes_get_labels_at(store, 0, 1, buffer, sizeof buffer, &len),
                     MMF_E_CORRUPT);
    ck_assert_int_eq(alltypes_get_labels_at(store, 0, 0, buffer, sizeof buffer, &len), MMF_OK);
    ck_assert_int_eq(alltypes_store_close(store), MMF_OK);
}
END_TEST

/* A later version of the schema may have more symbols: what it stored can be read. */
START_TEST(unknown_symbols_can_be_read)
{
    page_store *store;
    page record;
    page_state state = 0;

    ck_assert_int_eq(page_store_create(path, NULL, &store), MMF_OK);
    ck_assert_int_eq(page_append(store, NULL, NULL), MMF_OK);
    raw(&store->base, 0)[PAGE_STATE_OFFSET - 8] = 77;
    ck_assert_int_eq(page_get_state(store, 0, &state), MMF_OK);
    ck_assert_uint_eq(state, 77);
    ck_assert_int_eq(page_get(store, 0, &record), MMF_OK);
    ck_assert_uint_eq(record.state, 77);
    ck_assert_int_eq(page_set(store, 0, &record), MMF_E_INVALID);
    ck_assert_int_eq(page_store_close(store), MMF_OK);
}
END_TEST

START_TEST(elements_are_their_own)
{
    alltypes_store *store;
    uint8_t chunk[8] = {0};
    uint32_t len = 0;

    ck_assert_int_eq(alltypes_store_create(path, NULL, &store), MMF_OK);
    ck_assert_int_eq(alltypes_append(store, NULL, NULL), MMF_OK);
    ck_assert_int_eq(alltypes_set_chunks_at(store, 0, 0, (const uint8_t *)"abc", 3), MMF_OK);
    ck_assert_int_eq(alltypes_set_chunks_at(store, 0, 1, (const uint8_t *)"de", 2), MMF_OK);
    ck_assert_int_eq(alltypes_get_chunks_at(store, 0, 0, chunk, sizeof chunk, &len), MMF_OK);
    ck_assert(len == 3 && memcmp(chunk, "abc", 4) == 0);
    ck_assert_int_eq(alltypes_get_chunks_at(store, 0, 1, chunk, sizeof chunk, &len), MMF_OK);
    ck_assert(len == 2 && memcmp(chunk, "de", 3) == 0);
    ck_assert_int_eq(alltypes_store_close(store), MMF_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("accessors");
    TCase *tcase = tcase_create("accessors");
    SRunner *runner = srunner_create(suite);
    int failures;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, small_records_are_cleaned);
    tcase_add_test(tcase, large_records_are_cleaned);
    tcase_add_test(tcase, bools_are_one_bit);
    tcase_add_test(tcase, large_records_bools_are_one_bit);
    tcase_add_test(tcase, defaults);
    tcase_add_test(tcase, refused_records_append_nothing);
    tcase_add_test(tcase, any_byte_but_zero_is_true);
    tcase_add_test(tcase, corrupt_lengths);
    tcase_add_test(tcase, unknown_symbols_can_be_read);
    tcase_add_test(tcase, elements_are_their_own);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
