/* What the commands of recipes do to a store: the recipes are worth what these are. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <sys/stat.h>

#include "schema/crc32c.h"
#include "tests/fsck/damage/live.h"
#include "tests/fsck/damage/recipe.h"
#include "tests/runtime/testing.h"

#define SCHEMAS "tests/fsck/recipes/schemas"
#define FIXTURES "tests/fixtures/go-mmapforge"

const char *const suite_name = "damage";

static subject it;

static void setup(void)
{
    ck_ok(subject_init(&it, test_directory(), SCHEMAS, FIXTURES));
}

static void teardown(void)
{
    subject_free(&it);
}

static mmf_status try_line(const char *line)
{
    char copy[512];

    it.error = (mmf_error){0};
    (void)strcpy(copy, line);
    return recipe_do_line(&it, copy);
}

/* Lines, apart by newlines. */
static void follow(const char *lines)
{
    while (*lines != '\0') {
        char line[512];
        size_t length = strcspn(lines, "\n");

        memcpy(line, lines, length);
        line[length] = '\0';
        ck_status_error(try_line(line), MMF_OK, &it.error);
        lines += length + (lines[length] == '\n');
    }
}

static mmf_header header_now(void)
{
    mmf_header header;

    test_read_at(it.store_path, 0, &header, sizeof header);
    return header;
}

static mmf_lock_header *lock_now(void)
{
    static mmf_lock_header lock;

    test_read_at(it.lock_path, 0, &lock, sizeof lock);
    return &lock;
}

static mmf_status validate(mmf_header_info *ret_info)
{
    size_t size = 0;
    uint8_t *bytes = test_read_file(it.store_path, &size);
    mmf_status status = mmf_header_validate(bytes, size, size, ret_info, NULL);

    free(bytes);
    return status;
}

/* Of a record, in memory that the next call uses again. */
static uint8_t *record_now(uint64_t index)
{
    static uint8_t record[4096];
    uint64_t offset = 0;

    ck_assert_uint_le(it.type.record_size, sizeof record);
    ck_ok(subject_record_offset(&it, index, &offset));
    test_read_at(it.store_path, offset, record, it.type.record_size);
    return record;
}

static uint64_t counter_now(uint64_t index)
{
    uint64_t counter;

    memcpy(&counter, record_now(index), sizeof counter);
    return counter;
}

static double price_in(const uint8_t *record)
{
    double price;

    memcpy(&price, record + mmf_model_field(it.model, "price")->offset, sizeof price);
    return price;
}

/* --- Words ----------------------------------------------------------------------------------- */

START_TEST(test_words)
{
    char line[] = "  set record\t3 \"a b\" \"\" x#y # not this\n";
    char *words[RECIPE_WORDS_MAX];

    ck_assert_uint_eq(recipe_split(line, words), 6);
    ck_assert_str_eq(words[0], "set");
    ck_assert_str_eq(words[2], "3");
    ck_assert_str_eq(words[3], "a b");
    ck_assert_str_eq(words[4], "");
    ck_assert_str_eq(words[5], "x#y");
}
END_TEST

START_TEST(test_no_words)
{
    char empty[] = "";
    char comment[] = " # make trade\n";
    char open[] = "write \"a b\n";
    char *words[RECIPE_WORDS_MAX];

    ck_assert_uint_eq(recipe_split(empty, words), 0);
    ck_assert_uint_eq(recipe_split(comment, words), 0);
    ck_assert_uint_eq(recipe_split(open, words), 2);
    ck_assert_str_eq(words[1], "a b");
}
END_TEST

/* What is no command says so, and leaves the store as it was. */
START_TEST(test_errors)
{
    static const char *const lines[] = {
        "frobnicate",
        "make",
        "make trade",
        "make trade ten",
        "append",
        "append 1 2",
        "set header record_count",
        "set header record_count 1 2",
        "set header no_such 1",
        "set header record_size 0x100000000",
        "set header schema_hash 1",
        "set header state hex:0102030405",
        "set header state hex:0",
        "set header state hex:xy",
        "set header state 1x",
        "set slot 2 generation 1",
        "set writer 256 odd 1",
        "set record 3 no_such 1",
        "set record 3 price[1] 1",
        "set record x price 1",
        "set record 3 checksum 1",
        "set record 3 symbol \"fifteen letters\"",
        "set nowhere at all 1",
        "seal record 3",
        "seal footer",
        "die of hunger",
        "die record 3 price",
        "die record 300 price 1",
        "die ,",
        "hold still",
        "hold record",
        "hold field 3",
        "remove header",
        "write header \"text\"",
        "copy no_such legacy",
    };
    size_t size_before = 0;
    size_t size = 0;
    uint8_t *before;
    uint8_t *now;

    follow("make trade 10");
    before = test_read_file(it.store_path, &size_before);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_msg(try_line(lines[i]) != MMF_OK, "\"%s\" is no error", lines[i]);
        ck_assert_msg(it.error.text[0] != '\0', "\"%s\" does not say what is wrong", lines[i]);
    }
    now = test_read_file(it.store_path, &size);
    /* those who could not die have opened it */
    memcpy(now + offsetof(mmf_header, state), before + offsetof(mmf_header, state), 4);
    ck_assert_uint_eq(size, size_before);
    ck_assert_mem_eq(now, before, size);
    free(now);
    free(before);
}
END_TEST

START_TEST(test_nothing_before_a_store)
{
    static const char *const lines[] = {"append 1",     "leave 1",        "set record 0 counter 1",
                                        "seal header",  "die record 0 -", "hold",
                                        "cut record 1", "seal record 0",  "flip store 0 1"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_msg(try_line(lines[i]) != MMF_OK, "%s", lines[i]);
    }
}
END_TEST

/* --- Stores ---------------------------------------------------------------------------------- */

static const char *const schemas[] = {"trade",        "sealed", "every",
                                      "every_sealed", "legacy", "legacy_every"};

/* Whole, clean, readable, and the same bytes again. */
START_TEST(test_make)
{
    mmf_header_info info = {0};
    uint64_t count = 0;
    size_t sizes[2] = {0, 0};
    uint8_t *bytes[2];
    uint8_t payload[4096];
    char line[64];

    (void)snprintf(line, sizeof line, "make %s 10", schemas[_i]);
    for (unsigned i = 0; i < 2; i++) {
        if (i == 1) {
            follow("remove store\nremove lock");
        }
        follow(line);
        bytes[i] = test_read_file(it.store_path, &sizes[i]);
    }
    ck_assert_uint_eq(sizes[0], sizes[1]);
    ck_assert_mem_eq(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
    ck_ok(validate(&info));
    ck_assert_uint_eq(info.record_count, 10);
    ck_assert(info.format == MMF_FORMAT_1 || header_now().state == 0);
    subject_payload(&it, 7, payload);
    ck_assert_mem_eq(record_now(7) + 8, payload, it.type.payload_size);
    ck_assert_uint_eq(counter_now(7), 512);
    ck_ok(live_read_all(&it, false, &count));
    ck_assert_uint_eq(count, 10);
    ck_ok(live_read_all(&it, true, &count));
    ck_assert_uint_eq(count, 10);
}
END_TEST

START_TEST(test_appends)
{
    mmf_header_info info = {0};

    follow("make trade 10 10\nappend 200\nappend-blank 2");
    ck_ok(validate(&info));
    ck_assert_uint_eq(info.record_count, 212);
    ck_assert_uint_gt(info.capacity, 211);
    ck_assert_uint_eq(counter_now(209), 512);
    ck_assert_uint_eq(counter_now(211), 0);
    ck_assert_uint_eq(header_now().state, 0);
}
END_TEST

START_TEST(test_append_blank_has_defaults)
{
    uint8_t initial[4096];

    follow("make every_sealed 1\nappend-blank 1");
    mmf_model_initial_payload(it.model, initial);
    ck_assert_mem_eq(record_now(1) + 8, initial, it.type.payload_size);
    ck_assert_uint_eq(counter_now(1), 512);
}
END_TEST

START_TEST(test_copy)
{
    uint64_t count = 0;

    follow("copy ticks legacy");
    ck_ok(live_read_all(&it, false, &count));
    ck_assert_uint_eq(count, 200);
    ck_assert_msg(!test_exists(it.lock_path), "who only reads makes no lock file");
    follow("copy alltypes legacy_every");
    ck_ok(live_read_all(&it, false, &count));
    ck_assert_uint_eq(count, 70);
    follow("copy stuck legacy");
    ck_status(live_read_all(&it, false, &count), MMF_E_STUCK);
}
END_TEST

START_TEST(test_read_all_looks_at_lengths)
{
    uint64_t count = 99;

    follow("make every 10\nset record 3 labels[1] length 7");
    ck_status(live_read_all(&it, false, &count), MMF_E_CORRUPT);
    ck_assert_uint_eq(count, 99);
    ck_contains(it.error.text, "record 3");
}
END_TEST

/* --- Death ----------------------------------------------------------------------------------- */

/* Whether the slot says that its writer died inside the record. */
static bool explains(uint32_t slot, uint64_t index)
{
    uint64_t image = 0;
    const mmf_writer_slot *entry = &lock_now()->slots[slot];

    test_read_at(it.lock_path, mmf_undo_offset(mmf_undo_stride(it.type.record_size), slot), &image,
                 sizeof image);
    return entry->process_id != 0 && image == index &&
           mmf_writer_is_inside(counter_now(index), slot, entry->odd);
}

START_TEST(test_leave)
{
    mmf_header_info info = {0};

    follow("make trade 10\nleave 3");
    ck_ok(validate(&info));
    ck_assert_uint_eq(info.record_count, 13);
    ck_assert_uint_eq(header_now().state, MMF_STATE_DIRTY);
    ck_assert_uint_ne(lock_now()->slots[1].process_id, 0);
    ck_assert_mem_eq(lock_now()->lock_id, header_now().lock_id, 16);
}
END_TEST

START_TEST(test_die_in_a_record)
{
    static const char *const made[] = {"make trade 10", "make sealed 10", "make legacy 10"};
    uint64_t undo;
    uint8_t payload[4096];
    uint8_t image[4096];

    follow(made[_i]);
    follow("die record 3 price 99.5");
    ck_assert(explains(1, 3));
    ck_assert(price_in(record_now(3)) == 99.5);
    undo = lock_now()->slots[1].undo;
    ck_assert_uint_eq(undo, mmf_undo_range(8, it.type.payload_size));
    subject_payload(&it, 3, payload);
    test_read_at(it.lock_path, mmf_undo_offset(mmf_undo_stride(it.type.record_size), 1) + 8, image,
                 it.type.payload_size);
    ck_assert_mem_eq(image, payload, it.type.payload_size);
}
END_TEST

START_TEST(test_die_before_a_change)
{
    uint8_t payload[4096];

    follow("make trade 10\ndie record 3 -");
    ck_assert(explains(1, 3));
    subject_payload(&it, 3, payload);
    ck_assert_mem_eq(record_now(3) + 8, payload, it.type.payload_size);
}
END_TEST

START_TEST(test_die_in_a_field)
{
    follow("make trade 10\ndie field 3 price 99.5");
    ck_assert(explains(1, 3));
    ck_assert(price_in(record_now(3)) == 99.5);
    ck_assert_uint_eq(lock_now()->slots[1].undo, 0);
}
END_TEST

START_TEST(test_die_in_a_text)
{
    uint64_t undo;

    follow("make trade 10\ndie field 3 symbol \"fourteen bytes\"");
    undo = lock_now()->slots[1].undo;
    ck_assert(explains(1, 3));
    ck_assert_uint_eq(undo, mmf_undo_range(8, 24));
    ck_assert_mem_eq(record_now(3) + 8, "\x0e\0\0\0fourteen bytes", 18);
    follow("die field 4 note \"abc\"");
    ck_assert(explains(1, 4));
    ck_assert_uint_eq(lock_now()->slots[1].undo, mmf_undo_range(56, 24));
}
END_TEST

/* All of them at once: nobody undoes what another one has left. */
START_TEST(test_die_several)
{
    mmf_header_info info = {0};

    follow("make sealed 10\ndie record 3 price 99.5 , record 5 - , field 6 at 77 , append 2");
    ck_assert(explains(1, 3));
    ck_assert(explains(2, 5));
    ck_assert(explains(3, 6));
    ck_assert_uint_eq(lock_now()->append_right & 511, 4 << 1 | 1);
    ck_ok(validate(&info));
    ck_assert_uint_eq(info.record_count, 10);
    ck_assert_uint_eq(counter_now(10), 512);
    ck_assert_uint_eq(counter_now(11), 512);
    ck_assert_uint_eq(counter_now(12), 0);
}
END_TEST

START_TEST(test_reboot)
{
    uint8_t other[16];

    memset(other, 0xb0, sizeof other);
    follow("make trade 10\nleave 1\nreboot");
    ck_assert_mem_eq(header_now().boot_id, other, 16);
    ck_assert_mem_eq(lock_now()->boot_id, other, 16);
    follow("append 0");
    ck_assert_uint_eq(header_now().state, MMF_STATE_OTHER_BOOT);
    ck_assert_uint_eq(header_now().common.record_count, 10);
}
END_TEST

START_TEST(test_hold)
{
    mmf_options options = {.flags = MMF_ONE_WRITER};
    mmf_store *store = NULL;

    follow("make trade 10\nhold record 3");
    ck_assert_uint_eq(counter_now(3) & 1, 1);
    ck_status(mmf_store_open(it.store_path, &it.type, &options, &store), MMF_E_LOCKED);
    subject_release(&it);
    ck_assert_uint_eq(counter_now(3) & 511, 0);
    ck_assert_uint_eq(header_now().state, 0);
}
END_TEST

/* --- Damage ---------------------------------------------------------------------------------- */

/* No lock is taken, and the header's page is mapped. */
START_TEST(test_hold_mapping)
{
    char line[512];
    bool is_mapped = false;
    FILE *maps;

    follow("copy ticks legacy\nhold mapping");
    ck_assert(!test_exists(it.lock_path));
    maps = fopen("/proc/self/maps", "r");
    ck_assert_ptr_nonnull(maps);
    while (fgets(line, sizeof line, maps)) {
        is_mapped |= strstr(line, "STORE.mmf") != NULL && strstr(line, "rw-s") != NULL;
    }
    (void)fclose(maps);
    ck_assert(is_mapped);
    subject_release(&it);
    ck_assert_ptr_null(it.mapping);
}
END_TEST

START_TEST(test_header)
{
    mmf_header_info info = {0};

    follow("make trade 10\nset header schema_version 9");
    ck_status(validate(&info), MMF_E_CORRUPT);
    follow("seal header");
    ck_ok(validate(&info));
    ck_assert_uint_eq(info.schema_version, 9);
    follow("flip header record_count 6\nset header lock_id hex:0102");
    ck_assert_uint_eq(header_now().common.record_count, 12);
    ck_assert_uint_eq(header_now().lock_id[1], 2);
    follow("set header count_before -1\nset schema 1 0x41");
    ck_assert_uint_eq(header_now().count_before, UINT64_MAX);
    ck_assert_uint_eq(header_now().text[1], 0x41);
}
END_TEST

START_TEST(test_slots)
{
    mmf_header header;
    const mmf_durable_slot *newest;

    follow("make trade 10\nappend 1\nappend 1\nset slot newest record_count 5");
    header = header_now();
    newest = mmf_durable_slot_newest(&header.durable_0, &header.durable_1);
    ck_assert_uint_eq(newest->generation, 2);
    ck_assert_uint_eq(newest->record_count, 11);
    ck_assert_uint_eq(header.durable_0.record_count, 5);
    follow("seal slot 0");
    header = header_now();
    ck_assert_ptr_eq(mmf_durable_slot_newest(&header.durable_0, &header.durable_1),
                     &header.durable_0);
    follow("flip slot older crc 1");
    ck_assert_uint_ne(header_now().durable_1.crc, header.durable_1.crc);
}
END_TEST

START_TEST(test_record)
{
    const uint8_t *record;
    uint32_t crc;

    follow("make sealed 10\n"
           "set record 3 counter 0x201\n"
           "set record 3 price 7.25\n"
           "set record 3 symbol length 400\n"
           "set record 3 symbol byte 13 0x41\n"
           "set record 3 behind open 0x42\n"
           "set record 3 byte 63 0x43\n"
           "set record 4 note \"abc\"\n");
    record = record_now(3);
    ck_assert_uint_eq(counter_now(3), 0x201);
    ck_assert(price_in(record) == 7.25);
    ck_assert_mem_eq(record + 8, "\x90\x01\0\0", 4);
    ck_assert_uint_eq(record[8 + 4 + 13], 0x41);
    ck_assert_uint_eq(record[42], 0x42);
    ck_assert_uint_eq(record[63], 0x43);
    ck_assert_mem_eq(record_now(4) + 56, "\x03\0\0\0abc\0\0\0\0\0\0\0", 14);
    record = record_now(3);
    memcpy(&crc, record + it.type.checksum_offset, sizeof crc);
    ck_assert_uint_ne(crc, mmf_crc32c(0, record + 8, it.type.payload_size));
    follow("seal record 3");
    record = record_now(3);
    memcpy(&crc, record + it.type.checksum_offset, sizeof crc);
    ck_assert_uint_eq(crc, mmf_crc32c(0, record + 8, it.type.payload_size));
}
END_TEST

START_TEST(test_elements)
{
    follow("make every 10\nset record 3 labels[2] \"xyz\"\nset record 3 numbers[4] 0x01020304\n"
           "set record 3 f32 1.5\nset record 3 kind -4");
    ck_assert_mem_eq(record_now(3) + 108 + 24, "\3\0\0\0xyz\0\0\0", 10);
    ck_assert_mem_eq(record_now(3) + 84 + 16, "\4\3\2\1", 4);
    ck_assert_mem_eq(record_now(3) + 40, "\0\0\xc0\x3f", 4);
    ck_assert_mem_eq(record_now(3) + 56, "\xfc\xff", 2);
}
END_TEST

START_TEST(test_lock)
{
    uint8_t byte = 0;

    follow("make trade 10\nset lock version 9\nset writer 4 process_id 77\nset lock sync_right 5\n"
           "set image 1 8 0x55");
    ck_assert_uint_eq(lock_now()->version, 9);
    ck_assert_uint_eq(lock_now()->slots[4].process_id, 77);
    ck_assert_uint_eq(lock_now()->sync_right, 5);
    test_read_at(it.lock_path, mmf_undo_offset(mmf_undo_stride(80), 1) + 8, &byte, 1);
    ck_assert_uint_eq(byte, 0x55);
    follow("write lock \"a text\"");
    ck_assert_uint_eq(test_file_size(it.lock_path), 6);
    follow("remove lock");
    ck_assert(!test_exists(it.lock_path));
}
END_TEST

START_TEST(test_sizes)
{
    struct stat before;
    struct stat after;
    uint8_t bytes[4];

    follow("make trade 10 2000\nfill 0x1010 3 0xab");
    test_read_at(it.store_path, 0x1010, bytes, sizeof bytes);
    ck_assert(bytes[0] == 0xab && bytes[2] == 0xab && bytes[3] != 0xab);
    ck_assert_int_eq(stat(it.store_path, &before), 0);
    follow("punch 8192 65536");
    ck_assert_int_eq(stat(it.store_path, &after), 0);
    ck_assert_int_eq(after.st_size, before.st_size);
    ck_assert_int_lt(after.st_blocks, before.st_blocks);
    follow("cut record 6 40");
    ck_assert_uint_eq(test_file_size(it.store_path), 4096 + 6 * 80 + 40);
    follow("resize 100000");
    ck_assert_uint_eq(test_file_size(it.store_path), 100000);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_words);
    tcase_add_test(tcase, test_no_words);
    tcase_add_test(tcase, test_errors);
    tcase_add_test(tcase, test_nothing_before_a_store);
    tcase_add_loop_test(tcase, test_make, 0, sizeof schemas / sizeof *schemas);
    tcase_add_test(tcase, test_appends);
    tcase_add_test(tcase, test_append_blank_has_defaults);
    tcase_add_test(tcase, test_copy);
    tcase_add_test(tcase, test_read_all_looks_at_lengths);
    tcase_add_test(tcase, test_leave);
    tcase_add_loop_test(tcase, test_die_in_a_record, 0, 3);
    tcase_add_test(tcase, test_die_before_a_change);
    tcase_add_test(tcase, test_die_in_a_field);
    tcase_add_test(tcase, test_die_in_a_text);
    tcase_add_test(tcase, test_die_several);
    tcase_add_test(tcase, test_reboot);
    tcase_add_test(tcase, test_hold);
    tcase_add_test(tcase, test_hold_mapping);
    tcase_add_test(tcase, test_header);
    tcase_add_test(tcase, test_slots);
    tcase_add_test(tcase, test_record);
    tcase_add_test(tcase, test_elements);
    tcase_add_test(tcase, test_lock);
    tcase_add_test(tcase, test_sizes);
}
