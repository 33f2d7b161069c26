/* Records with a checksum: every way to write leaves the right one, and after the machine stopped
 * a record whose bytes are of two moments is never served. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "schema/crc32c.h"
#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "checksum_record";

#define RECORD_SIZE 64u
#define PAYLOAD 40u
#define CHECKSUM_OFFSET (8u + PAYLOAD)
#define RECORDS 4u
#define VICTIM 1u
#define OLD 5u
#define TIMEOUT_MS 1500u

static mmf_record_type type;
static const char *path;

static const uint32_t modes[] = {0, MMF_ONE_WRITER};

static void make(void)
{
    mmf_store *store;

    type = test_type(MMF_FORMAT_2, RECORD_SIZE);
    type.payload_size = PAYLOAD;
    type.checksum_offset = CHECKSUM_OFFSET;
    path = test_path("store");
    store = test_create(path, &type, 0);
    ck_ok(test_append_n(store, OLD, RECORDS, NULL));
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_close(store));
}

static mmf_store *open_store(uint32_t flags)
{
    mmf_options options = {.flags = flags, .timeout_ms = TIMEOUT_MS};
    mmf_store *store = NULL;

    ck_ok(mmf_store_open(path, &type, &options, &store));
    return store;
}

/* What the file has of a record, past all handles. */
typedef struct raw_record {
    uint64_t counter;
    unsigned char payload[PAYLOAD];
    uint32_t crc;
    uint32_t zero;
    uint64_t padding;
} raw_record;

_Static_assert(sizeof(raw_record) == RECORD_SIZE, "as in the file");
_Static_assert(offsetof(raw_record, crc) == CHECKSUM_OFFSET, "as in the file");

static raw_record raw(uint64_t index)
{
    raw_record record;

    test_read_at(path, test_record_offset(&type, index), &record, sizeof record);
    return record;
}

static void ck_sealed(uint64_t index)
{
    raw_record record = raw(index);

    ck_assert_uint_eq(record.counter & 1, 0);
    ck_assert_uint_eq(record.crc, mmf_crc32c(0, record.payload, PAYLOAD));
    ck_assert_uint_eq(record.zero, 0);
    ck_assert_uint_eq(record.padding, 0);
}

#define ck_at_once(call, expected)                                                                 \
    do {                                                                                           \
        uint64_t begin_ = test_now_ms();                                                           \
        ck_status(call, expected);                                                                 \
        ck_assert_msg(test_now_ms() - begin_ < TIMEOUT_MS - 100, "%s: waited", #call);             \
    } while (0)

static void ck_record_is(const mmf_store *store, uint64_t index, uint64_t expected)
{
    uint64_t word = 0;
    bool torn = true;

    ck_at_once(test_get(store, index, &word, &torn), MMF_OK);
    ck_assert(word == expected && !torn);
}

/* --- Writing --------------------------------------------------------------------------------- */

START_TEST(test_changes)
{
    static const uint32_t more[] = {0, MMF_GUARD, MMF_NO_SYNC};
    mmf_store *store;
    mmf_write_section section = {NULL, 0};
    unsigned char before[PAYLOAD];

    make();
    store = open_store(modes[_i % 2] | more[_i / 2]);
    ck_sealed(VICTIM);
    ck_ok(test_set(store, VICTIM, 7));
    ck_sealed(VICTIM);
    ck_ok(mmf_set_u64(store, VICTIM, RECORD_SIZE, 16, 8));
    ck_sealed(VICTIM);
    for (uint32_t offset = 8; offset < 8 + PAYLOAD; offset++) {
        ck_ok(mmf_set_u8(store, VICTIM, RECORD_SIZE, offset, (uint8_t)(offset * 7)));
        ck_sealed(VICTIM);
    }
    ck_ok(mmf_set_f64(store, VICTIM, RECORD_SIZE, 40, 1.5));
    ck_sealed(VICTIM);
    ck_ok(mmf_set_i16(store, VICTIM, RECORD_SIZE, 10, -2));
    ck_sealed(VICTIM);
    ck_ok(mmf_set_text(store, VICTIM, 8, 20, "some text", 9));
    ck_sealed(VICTIM);
    ck_ok(mmf_set_array(store, VICTIM, 13, 34, "abcdefghijklmnopqrstuvwxyzabcdefgh"));
    ck_sealed(VICTIM);
    ck_ok(mmf_write_begin(store, VICTIM, RECORD_SIZE, 24, 16, &section));
    section.payload[20] = 99;
    ck_ok(mmf_write_end(store, &section));
    ck_sealed(VICTIM);
    memcpy(before, raw(VICTIM).payload, PAYLOAD);
    ck_ok(mmf_write_begin(store, VICTIM, RECORD_SIZE, 24, 16, &section));
    ck_ok(mmf_write_end(store, &section)); /* nothing has changed */
    ck_sealed(VICTIM);
    ck_assert_mem_eq(before, raw(VICTIM).payload, PAYLOAD);
    for (uint64_t i = 0; i < RECORDS; i++) {
        ck_sealed(i);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_appends)
{
    mmf_store *store;
    uint64_t index = 0;

    make();
    store = open_store(modes[_i]);
    ck_ok(test_append(store, 6, &index));
    ck_sealed(index);
    ck_ok(mmf_append_zero(store, &index));
    ck_sealed(index);
    ck_ok(mmf_set_u8(store, index, RECORD_SIZE, 9, 1));
    ck_sealed(index);
    ck_ok(test_append_n(store, 0x0123456789abcdefu, 300, &index));
    for (uint64_t i = 0; i < 300; i++) {
        ck_sealed(index + i);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Whoever writes a record leaves the sum of what it then holds. */
typedef struct bustle {
    mmf_store *store;
    uint32_t stop;
    uint64_t errors;
} bustle;

static void *write_parts(void *argument)
{
    bustle *shared = argument;

    for (uint64_t n = 0; __atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0; n++) {
        uint32_t offset = 8 + (uint32_t)(n * 8 % PAYLOAD);

        if (mmf_set_u64(shared->store, n % 2, RECORD_SIZE, offset, n) != MMF_OK ||
            test_set(shared->store, n % 3, n) != MMF_OK ||
            test_append(shared->store, n, NULL) != MMF_OK) {
            (void)__atomic_add_fetch(&shared->errors, 1, __ATOMIC_RELAXED);
        }
    }
    return NULL;
}

START_TEST(test_many_writers)
{
    bustle shared = {.stop = 0};
    pthread_t threads[3];

    make();
    shared.store = open_store(MMF_NO_SYNC);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_parts, &shared), 0);
    }
    test_sleep_ms(150);
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_uint_eq(shared.errors, 0);
    for (uint64_t i = 0; i < mmf_store_len(shared.store) && i < 2000; i++) {
        ck_sealed(i);
    }
    ck_ok(mmf_store_close(shared.store));
}
END_TEST

/* --- Dead writers ---------------------------------------------------------------------------- */

typedef struct death {
    uint32_t flags;
    uint32_t offset;
    uint32_t size;
    uint32_t written;
    bool sealed; /* the checksum is that of the new payload already */
} death;

static const death deaths[] = {
    {.offset = 8, .size = PAYLOAD, .written = 0},
    {.offset = 8, .size = PAYLOAD, .written = 20},
    {.offset = 8, .size = PAYLOAD, .written = PAYLOAD},
    {.offset = 16, .size = 8, .written = 8}, /* one word, and with it the checksum */
    {.offset = 20, .size = 9, .written = 3},
    {.offset = 24, .size = 24, .written = 24, .sealed = true},
};
#define DEATHS (int)(sizeof deaths / sizeof deaths[0])

static void die(void *argument)
{
    const death *death = argument;
    unsigned char bytes[PAYLOAD];
    mmf_write_section section = {NULL, 0};
    mmf_store *store;

    memset(bytes, 0xee, sizeof bytes);
    must_ok(mmf_store_open(path, &type, &(mmf_options){.flags = death->flags}, &store));
    must_ok(mmf_write_begin(store, VICTIM, RECORD_SIZE, death->offset, death->size, &section));
    if (death->written > 0) {
        mmf_bytes_store(section.payload - 8 + death->offset, bytes, death->written);
    }
    if (death->sealed) {
        uint32_t crc = mmf_crc32c(0, section.payload, PAYLOAD);

        memcpy(section.payload + PAYLOAD, &crc, sizeof crc);
    }
    (void)raise(SIGKILL);
}

static void let_die(const death *what, uint32_t flags)
{
    death copy = *what;

    copy.flags = flags;
    ck_assert_int_eq(test_run(die, &copy, 10000), -SIGKILL);
    ck_assert_uint_eq(raw(VICTIM).counter & 1, 1);
}

START_TEST(test_recovery)
{
    bool is_open = _i / DEATHS == 2; /* while somebody has it open */
    mmf_store *store = NULL;

    make();
    if (is_open) {
        store = open_store(0);
    }
    let_die(&deaths[_i % DEATHS], is_open ? 0 : modes[_i / DEATHS]);
    if (!is_open) {
        store = open_store(modes[_i / DEATHS]);
    }
    ck_record_is(store, VICTIM, OLD);
    ck_sealed(VICTIM);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- After another boot ---------------------------------------------------------------------- */

static void reboot(void)
{
    uint32_t state = MMF_STATE_DIRTY;
    uint8_t id[16];

    memset(id, 0x77, sizeof id);
    test_write_at(path, offsetof(mmf_header, state), &state, sizeof state);
    test_write_at(path, offsetof(mmf_header, boot_id), id, sizeof id);
    test_write_at(test_path("store.lock"), offsetof(mmf_lock_header, boot_id), id, sizeof id);
}

/* A bit of the record's payload, or of its checksum, is of another moment. */
static void tear(uint32_t offset)
{
    unsigned char byte;

    test_read_at(path, test_record_offset(&type, VICTIM) + offset, &byte, 1);
    byte ^= 0x10;
    test_write_at(path, test_record_offset(&type, VICTIM) + offset, &byte, 1);
}

static void ck_corrupt(const mmf_store *store)
{
    unsigned char bytes[PAYLOAD];
    mmf_read_section section = {NULL, 0};
    uint64_t word = 1;
    uint8_t byte = 1;
    bool torn;

    ck_at_once(test_get(store, VICTIM, &word, &torn), MMF_E_CORRUPT);
    ck_at_once(mmf_get_u64(store, VICTIM, RECORD_SIZE, 8, &word), MMF_E_CORRUPT);
    ck_at_once(mmf_get_u8(store, VICTIM, RECORD_SIZE, 47, &byte), MMF_E_CORRUPT);
    ck_at_once(mmf_get_array(store, VICTIM, 9, 20, bytes), MMF_E_CORRUPT);
    ck_at_once(mmf_get_text(store, VICTIM, 8, 20, bytes, sizeof bytes, NULL), MMF_E_CORRUPT);
    ck_at_once(mmf_read_begin(store, VICTIM, RECORD_SIZE, &section), MMF_E_CORRUPT);
    ck_at_once(mmf_record_version(store, VICTIM, &word), MMF_E_CORRUPT);
    ck_assert(word == 1 && byte == 1);
}

static void ck_refuses_parts(mmf_store *store)
{
    mmf_write_section section = {NULL, 0};
    raw_record before = raw(VICTIM);
    raw_record after;

    ck_at_once(mmf_set_u64(store, VICTIM, RECORD_SIZE, 8, 1), MMF_E_CORRUPT);
    ck_at_once(mmf_set_u8(store, VICTIM, RECORD_SIZE, 20, 1), MMF_E_CORRUPT);
    ck_at_once(mmf_set_text(store, VICTIM, 8, 20, "a", 1), MMF_E_CORRUPT);
    ck_at_once(mmf_set_array(store, VICTIM, 8, PAYLOAD - 1, &before), MMF_E_CORRUPT);
    ck_at_once(mmf_write_begin(store, VICTIM, RECORD_SIZE, 16, PAYLOAD - 8, &section),
               MMF_E_CORRUPT);
    after = raw(VICTIM);
    ck_assert_mem_eq(&before, &after, sizeof before);
}

/* Torn anywhere, in any byte of the payload or of the checksum, with a counter even or odd. */
START_TEST(test_torn)
{
    mmf_store *store;
    mmf_store *reader;
    uint64_t version;
    uint64_t counter;

    make();
    tear(8 + (uint32_t)_i / 2);
    if (_i % 3 == 0) {
        test_poke_counter(path, &type, VICTIM, mmf_sequence_enter(512, 9));
    }
    counter = raw(VICTIM).counter;
    reboot();
    store = open_store(modes[_i % 2]);
    reader = open_store(MMF_READ_ONLY);
    ck_corrupt(store);
    ck_corrupt(reader);
    ck_refuses_parts(store);
    for (uint64_t i = 0; i < RECORDS; i++) {
        if (i != VICTIM) {
            ck_record_is(reader, i, OLD);
        }
    }
    ck_ok(test_set(store, VICTIM, 9)); /* all of it anew */
    ck_record_is(store, VICTIM, 9);
    ck_record_is(reader, VICTIM, 9);
    ck_sealed(VICTIM);
    ck_ok(mmf_record_version(reader, VICTIM, &version));
    ck_assert_uint_gt(version, counter);
    ck_ok(mmf_set_u64(store, VICTIM, RECORD_SIZE, 8, 9));
    ck_record_is(reader, VICTIM, 9);
    ck_sealed(VICTIM);
    ck_ok(mmf_store_close(reader));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A record that was whole is served, with an odd counter too: its bytes are of one moment. */
START_TEST(test_whole)
{
    mmf_store *store;

    make();
    test_poke_counter(path, &type, VICTIM, mmf_sequence_enter(512, 9));
    reboot();
    store = open_store(modes[_i]);
    for (uint64_t i = 0; i < RECORDS; i++) {
        ck_record_is(store, i, OLD);
        ck_sealed(i);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A reader who comes before the repair may look, but not mend: it tells what is torn by itself,
 * each time, and sees the records of the last sync only. */
static void append_unsynced(void *argument)
{
    mmf_store *store = NULL;

    (void)argument;
    must_ok(mmf_store_open(path, &type, NULL, &store));
    must_ok(test_append_n(store, OLD, 3, NULL));
    (void)raise(SIGKILL);
}

START_TEST(test_reader_before_the_repair)
{
    mmf_store *reader;
    mmf_store *writer;
    uint64_t word;
    bool torn;

    make();
    ck_assert_int_eq(test_run(append_unsynced, NULL, 10000), -SIGKILL);
    tear(8 + (uint32_t)_i);
    reboot();
    reader = open_store(MMF_READ_ONLY);
    for (unsigned round = 0; round < 2; round++) {
        ck_corrupt(reader);
        ck_assert_uint_eq(mmf_store_len(reader), RECORDS);
        for (uint64_t i = 0; i < RECORDS; i++) {
            mmf_read_section section = {NULL, 0};

            if (i != VICTIM) {
                ck_record_is(reader, i, OLD);
                ck_at_once(mmf_get_u64(reader, i, RECORD_SIZE, 8, &word), MMF_OK);
                ck_assert_uint_eq(word, OLD);
                ck_at_once(mmf_read_begin(reader, i, RECORD_SIZE, &section), MMF_OK);
                ck_assert(mmf_read_valid(&section));
            }
        }
        ck_status(test_get(reader, RECORDS, &word, &torn), MMF_E_INDEX);
    }
    writer = open_store(0);
    ck_corrupt(reader);
    ck_ok(test_set(writer, VICTIM, 9));
    ck_record_is(reader, VICTIM, 9);
    ck_ok(mmf_store_close(writer));
    ck_ok(mmf_store_close(reader));
}
END_TEST

/* It stays torn until somebody sets it: over a clean close, and over one more boot. */
START_TEST(test_torn_stays_torn)
{
    mmf_store *store;

    make();
    tear(20);
    reboot();
    ck_ok(mmf_store_close(open_store(modes[_i])));
    store = open_store(modes[_i]);
    ck_corrupt(store);
    ck_ok(mmf_store_close(store));
    reboot();
    store = open_store(modes[_i]);
    ck_corrupt(store);
    ck_ok(test_set(store, VICTIM, 9));
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_close(store));
    reboot();
    store = open_store(modes[_i]);
    ck_record_is(store, VICTIM, 9);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Somebody dies while it replaces a torn record: there is nothing to go back to, and it is not
 * served; not to a handle that opens, nor to one that is open, nor to one that only reads. */
static void make_torn(void)
{
    make();
    tear(20);
    reboot();
    ck_ok(mmf_store_close(open_store(0)));
}

START_TEST(test_killed_while_replacing)
{
    bool is_open = _i / 3 == 2;
    uint32_t flags = is_open ? 0 : modes[_i / 3];
    mmf_store *store = NULL;

    make_torn();
    if (is_open) {
        store = open_store(0);
    }
    let_die(&deaths[_i % 3], flags);
    if (!is_open) {
        store = open_store(flags);
    }
    ck_corrupt(store);
    ck_refuses_parts(store);
    ck_ok(test_set(store, VICTIM, 9));
    ck_record_is(store, VICTIM, 9);
    ck_sealed(VICTIM);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_reader_of_one_killed_while_replacing)
{
    mmf_store *reader;
    uint64_t word = 0;
    uint8_t byte = 0;
    char text[40];
    bool torn;

    make_torn();
    reader = open_store(MMF_READ_ONLY);
    let_die(&deaths[_i % 3], modes[_i / 3]);
    ck_status(test_get(reader, VICTIM, &word, &torn), MMF_E_CORRUPT);
    ck_status(mmf_get_u8(reader, VICTIM, RECORD_SIZE, 9, &byte), MMF_E_CORRUPT);
    ck_status(mmf_get_text(reader, VICTIM, 8, 20, text, sizeof text, NULL), MMF_E_CORRUPT);
    ck_assert(word == 0 && byte == 0);
    ck_ok(mmf_store_close(reader));
}
END_TEST

/* A reader of a record whose writer died in an ordinary change gets what was before. */
START_TEST(test_reader_of_the_dead)
{
    mmf_store *reader;

    make();
    reader = open_store(MMF_READ_ONLY);
    let_die(&deaths[_i % DEATHS], modes[_i / DEATHS]);
    ck_record_is(reader, VICTIM, OLD);
    ck_ok(mmf_store_close(reader));
}
END_TEST

/* --- Where it is not looked at --------------------------------------------------------------- */

/* A program that knows of no checksum is not let in, since it would leave wrong ones. */
START_TEST(test_other_types)
{
    mmf_record_type other;
    mmf_store *store = NULL;

    make();
    other = type;
    other.checksum_offset = 0;
    ck_status(mmf_store_open(path, &other, NULL, &store), MMF_E_SCHEMA);
    other = type;
    other.payload_size = PAYLOAD + 8;
    ck_status(mmf_store_open(path, &other, NULL, &store), MMF_E_SCHEMA);
    ck_assert_ptr_null(store);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_changes, 0, 6);
    tcase_add_loop_test(tcase, test_appends, 0, 2);
    tcase_add_test(tcase, test_many_writers);
    tcase_add_loop_test(tcase, test_recovery, 0, 3 * DEATHS);
    tcase_add_loop_test(tcase, test_torn, 0, 2 * (int)(PAYLOAD + MMF_RECORD_CHECKSUM_SIZE));
    tcase_add_loop_test(tcase, test_reader_before_the_repair, 0,
                        (int)(PAYLOAD + MMF_RECORD_CHECKSUM_SIZE));
    tcase_add_loop_test(tcase, test_whole, 0, 2);
    tcase_add_loop_test(tcase, test_torn_stays_torn, 0, 2);
    tcase_add_loop_test(tcase, test_killed_while_replacing, 0, 9);
    tcase_add_loop_test(tcase, test_reader_of_one_killed_while_replacing, 0, 6);
    tcase_add_loop_test(tcase, test_reader_of_the_dead, 0, 2 * DEATHS);
    tcase_add_test(tcase, test_other_types);
}
