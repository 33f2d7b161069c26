/* The fast pass, the slow one and a bytewise oracle agree, whatever the record type and damage. */
#include "tests/fsck/record/testing.h"

const char *const suite_name = "record scan";

#define SIGNED_GAPS "'symbols':{'A':-128,'B':-3,'C':0,'D':5,'E':127}"

static const struct {
    const char *members;
    const char *fields;
} schemas[] = {
    {"", "{'name':'s','type':'string','max':16},{'name':'p','type':'float64'},"
         "{'name':'v','type':'float64'}"},
    {"", "{'name':'x','type':'uint64'}"},
    {"",
     "{'name':'b','type':'bool'},{'name':'i8','type':'int8'},{'name':'i16','type':'int16'},"
     "{'name':'u8','type':'uint8'},{'name':'i32','type':'int32'},{'name':'u16','type':'uint16'},"
     "{'name':'u32','type':'uint32'},{'name':'b2','type':'bool'},{'name':'i64','type':'int64'},"
     "{'name':'f32','type':'float32'},{'name':'u64','type':'uint64'},"
     "{'name':'f64','type':'float64'},{'name':'raw','type':'bytes','max':5}"},
    /* texts of all kinds of lengths, with and without something close behind */
    {"", "{'name':'a','type':'string','max':1},{'name':'b','type':'bool'},"
         "{'name':'c','type':'string','max':4},{'name':'d','type':'string','max':7},"
         "{'name':'e','type':'uint8'},{'name':'f','type':'bytes','max':8},"
         "{'name':'g','type':'bytes','max':9},{'name':'h','type':'int8'},"
         "{'name':'i','type':'string','max':15},{'name':'j','type':'int8'},"
         "{'name':'k','type':'string','max':17}"},
    {"", "{'name':'a','type':'string','max':127},{'name':'b','type':'bool'},"
         "{'name':'c','type':'string','max':128},{'name':'d','type':'string','max':129},"
         "{'name':'e','type':'uint8'},{'name':'f','type':'bytes','max':200}"},
    {"", "{'name':'a','type':'string','max':33},{'name':'b','type':'string','max':49},"
         "{'name':'c','type':'string','max':64},{'name':'d','type':'string','max':80},"
         "{'name':'e','type':'string','max':95},{'name':'f','type':'string','max':112}"},
    /* arrays */
    {"", "{'name':'a','type':'bool','count':3},{'name':'b','type':'string','max':5,'count':3},"
         "{'name':'c','type':'bytes','max':1,'count':2},{'name':'d','type':'uint16','count':3},"
         "{'name':'e','type':'bool','count':21},{'name':'f','type':'float64','count':1},"
         "{'name':'g','type':'string','max':18,'count':1},{'name':'h','type':'bool','count':1}"},
    {"", "{'name':'a','type':'bytes','max':150,'count':2},{'name':'b','type':'int8','count':3},"
         "{'name':'c','type':'string','max':12,'count':4},{'name':'d','type':'int16'}"},
    /* enums: those that a mask tells, ranges, bitmaps, lists; signed and unsigned */
    {"", "{'name':'a','type':'enum','base':'int8'," SIGNED_GAPS "},"
         "{'name':'b','type':'enum','base':'uint8','symbols':{'A':0,'B':1}},"
         "{'name':'c','type':'enum','base':'int16'," SIGNED_GAPS "},"
         "{'name':'d','type':'enum','base':'uint16','symbols':{'A':3,'B':2,'C':65535},'count':3},"
         "{'name':'e','type':'enum','base':'int32'," SIGNED_GAPS "},"
         "{'name':'f','type':'enum','base':'uint32','symbols':{'A':0,'B':1,'C':2,'D':3},'count':3},"
         "{'name':'g','type':'enum','base':'int64'," SIGNED_GAPS "},"
         "{'name':'h','type':'enum','base':'uint64','symbols':{'A':1,'B':9000000000000000000}}"},
    {"", "{'name':'a','type':'enum','base':'int8','symbols':{'A':-1,'B':0,'C':1},'count':5},"
         "{'name':'b','type':'enum','base':'int64','symbols':{'A':-2,'B':-1}},"
         "{'name':'c','type':'enum','base':'int64','symbols':{'A':-9223372036854775808,"
         "'B':9223372036854775807}},"
         "{'name':'d','type':'enum','base':'uint8','symbols':{'A':0,'B':1,'C':2},'count':9}"},
    /* enums with a default, which 0 is not */
    {"", "{'name':'a','type':'enum','base':'int16','symbols':{'A':-7,'B':9},'default':'B'},"
         "{'name':'b','type':'enum','base':'uint32','symbols':{'X':2,'Y':1},'default':['X','Y'],"
         "'count':2},{'name':'c','type':'bool','default':true}"},
    {"'align':64,", "{'name':'s','type':'string','max':6},{'name':'x','type':'uint32'}"},
    {"'align':128,", "{'name':'s','type':'string','max':120}"},
    {"'align':16,'checksum':true,", "{'name':'x','type':'uint64'}"},
    {"'checksum':true,", "{'name':'s','type':'string','max':16},{'name':'b','type':'bool'},"
                         "{'name':'e','type':'enum','base':'int8','symbols':{'P':1,'Q':-4}},"
                         "{'name':'v','type':'float64'}"},
    {"'align':128,'checksum':true,",
     "{'name':'e','type':'enum','base':'uint16','symbols':{'P':1,'Q':4000},'default':'Q'},"
     "{'name':'raw','type':'bytes','max':21,'count':2}"},
    {"'format':1,", "{'name':'symbol','type':'string','max':64},{'name':'price','type':'float64'},"
                    "{'name':'volume','type':'float64'},{'name':'at','type':'uint64'}"},
    {"'format':1,", "{'name':'b','type':'bool'},{'name':'s','type':'string','max':13},"
                    "{'name':'c','type':'bool'},{'name':'d','type':'bool'},"
                    "{'name':'raw','type':'bytes','max':7}"},
};

#define SCHEMAS (sizeof schemas / sizeof *schemas)

static test_subject subject_of(int index)
{
    return test_subject_new(schemas[index].members, schemas[index].fields);
}

/* What both passes say of the record, and what is left after mending all of it. */
static void judge(const test_subject *subject, const unsigned char *record)
{
    uint32_t size = subject->info.record_size;
    bool is_sound = test_is_sound(subject, record);
    bool counter_is_sound = test_counter_is_sound(subject, record);
    unsigned char *copy = test_records(subject, 1);
    test_defects defects;

    ck_assert_int_eq(test_scan_one(subject, record), is_sound && counter_is_sound);
    memcpy(copy, record, size);
    ck_assert(!test_examine(subject, copy, TEST_DECLINE_ALL, &defects));
    ck_assert_msg((defects.count == 0) == is_sound, "%zu defects, the first: %s", defects.count,
                  defects.list[0].text);
    ck_assert_mem_eq(copy, record, size);
    ck_assert_int_eq(test_examine(subject, copy, 0, &defects), !is_sound);
    ck_assert(test_is_sound(subject, copy));
    ck_assert_mem_eq(copy, record, 8);
    ck_assert_int_eq(test_scan_one(subject, copy), counter_is_sound);
    ck_assert(!test_examine(subject, copy, 0, &defects));
    ck_assert_uint_eq(defects.count, 0);
    free(copy);
}

START_TEST(sound_records_pass)
{
    test_subject subject = subject_of(_i);
    test_random random = {(uint64_t)_i + 1};
    unsigned char *record = test_records(&subject, 1);

    for (int i = 0; i < 50; i++) {
        test_fill(&subject, &random, record);
        ck_assert(test_is_sound(&subject, record));
        judge(&subject, record);
    }
    free(record);
    test_subject_free(&subject);
}
END_TEST

START_TEST(blank_records_pass)
{
    test_subject subject = subject_of(_i);
    unsigned char *record = test_records(&subject, 1);

    test_seal(&subject, record);
    ck_assert(test_is_sound(&subject, record));
    judge(&subject, record);
    record[1] = 2;
    judge(&subject, record);
    free(record);
    test_subject_free(&subject);
}
END_TEST

/* Each byte of a sound record in turn is something else; with the old checksum and a new one. */
START_TEST(damage_in_any_byte_is_told)
{
    test_subject subject = subject_of(_i);
    test_random random = {(uint64_t)_i + 1000};
    unsigned char *record = test_records(&subject, 1);
    unsigned char *sound = test_records(&subject, 1);

    for (uint32_t offset = 0; offset < subject.info.record_size; offset++) {
        unsigned char changes[] = {1, 0x80, 0xff, (unsigned char)(test_random_next(&random) >> 8)};

        test_fill(&subject, &random, sound);
        for (size_t i = 0; i < sizeof changes; i++) {
            memcpy(record, sound, subject.info.record_size);
            record[offset] ^= changes[i];
            judge(&subject, record);
            if (subject.info.checksum_offset != 0) {
                test_seal(&subject, record);
                judge(&subject, record);
            }
        }
    }
    free(sound);
    free(record);
    test_subject_free(&subject);
}
END_TEST

/* Random bytes, all over or here and there in zeros. */
static void fill_with_anything(const test_subject *subject, test_random *random,
                               unsigned char *record)
{
    uint32_t size = subject->info.record_size;
    uint32_t density = test_random_below(random, 3) * 5 + 1; /* one in so many bytes is set */

    memset(record, 0, size);
    for (uint32_t i = 0; i < size; i++) {
        if (test_random_below(random, density) == 0) {
            record[i] = (unsigned char)(test_random_next(random) >> 16 & 0x83);
        }
    }
    if (test_random_below(random, 2) == 0) {
        test_seal(subject, record);
    }
}

START_TEST(any_bytes_are_judged_alike)
{
    test_subject subject = subject_of(_i);
    test_random random = {(uint64_t)_i + 2000};
    unsigned char *record = test_records(&subject, 1);

    for (int i = 0; i < 300; i++) {
        fill_with_anything(&subject, &random, record);
        judge(&subject, record);
    }
    free(record);
    test_subject_free(&subject);
}
END_TEST

/* Few and many suspects among many records: each is named, and no other. */
START_TEST(suspects_are_named_one_by_one)
{
    enum { COUNT = 333 };
    test_subject subject = subject_of(_i);
    test_random random = {(uint64_t)_i + 3000};
    unsigned char *records = test_records(&subject, COUNT);
    uint32_t *suspects = malloc(COUNT * sizeof *suspects);
    uint32_t rarity = _i % 2 == 0 ? 3 : 100;
    size_t count;
    size_t next = 0;

    ck_assert_ptr_nonnull(suspects);
    for (size_t i = 0; i < COUNT; i++) {
        unsigned char *record = records + i * subject.info.record_size;

        test_fill(&subject, &random, record);
        if (test_random_below(&random, rarity) == 0 || i == COUNT - 1) {
            record[test_random_below(&random, subject.info.record_size)] ^= 0x55;
        }
    }
    count = mmf_record_check_scan(subject.check, records, COUNT, suspects);
    for (size_t i = 0; i < COUNT; i++) {
        const unsigned char *record = records + i * subject.info.record_size;

        if (!test_is_sound(&subject, record) || !test_counter_is_sound(&subject, record)) {
            ck_assert_uint_lt(next, count);
            ck_assert_uint_eq(suspects[next], i);
            next++;
        }
    }
    ck_assert_uint_eq(next, count);
    ck_assert_uint_eq(mmf_record_check_scan(subject.check, records, 0, suspects), 0);
    free(suspects);
    free(records);
    test_subject_free(&subject);
}
END_TEST

/* Any change of any byte of one record, among sound and blank ones that a pass over many of them at
 * once might take for all of them. */
START_TEST(one_bad_record_among_many_is_named)
{
    enum { COUNT = 70 };
    test_subject subject = subject_of(_i);
    test_random random = {(uint64_t)_i + 5000};
    unsigned char *records = test_records(&subject, COUNT);
    uint32_t size = subject.info.record_size;
    unsigned char *was = test_records(&subject, 1);

    for (uint32_t i = 0; i < COUNT; i++) {
        if (i % 9 == 0) {
            test_seal(&subject, records + i * size);
        } else {
            test_fill(&subject, &random, records + i * size);
        }
    }
    for (uint32_t offset = 0; offset < size; offset++) {
        uint32_t victim = test_random_below(&random, COUNT);
        unsigned char *record = records + victim * size;
        uint32_t suspects[COUNT];
        bool is_sound;

        memcpy(was, record, size);
        record[offset] ^= (unsigned char)(1 + test_random_below(&random, 255));
        if (offset % 2 == 0) {
            test_seal(&subject, record);
        }
        is_sound = test_is_sound(&subject, record) && test_counter_is_sound(&subject, record);
        ck_assert_uint_eq(mmf_record_check_scan(subject.check, records, COUNT, suspects),
                          is_sound ? 0 : 1);
        ck_assert(is_sound || suspects[0] == victim);
        memcpy(record, was, size);
    }
    free(was);
    free(records);
    test_subject_free(&subject);
}
END_TEST

/* Which texts the fast pass looks at in which way depends on what they hold at most. */
static void check_each_length(const test_subject *subject, bool has_tail, bool has_behind)
{
    unsigned char *record = test_records(subject, 1);
    uint32_t max = subject->model->fields[0].max;
    uint32_t size = subject->info.record_size;
    test_defects defects;

    for (uint32_t length = 0; length <= max + 1; length++) {
        memset(record, 0, size);
        memcpy(record + 8, &length, sizeof length);
        memset(record + 12, 'x', length < max ? length : max);
        ck_assert_int_eq(test_scan_one(subject, record), length <= max);
        for (uint32_t i = 12 + length; i < size && length <= max; i++) {
            bool is_free = !has_tail || (has_behind && i == 12 + max);

            record[i] = 0x80;
            ck_assert_int_eq(test_scan_one(subject, record), is_free);
            record[i] = 0;
            i = i == 12 + length + 17 && i + 40 < size ? size - 40 : i; /* on to the end */
        }
        ck_assert_int_eq(test_examine(subject, record, 0, &defects), length > max);
    }
    free(record);
}

START_TEST(each_length_has_its_tail)
{
    static const uint32_t maxima[] = {1,  2,  4,  5,  8,   9,   12,  13,  16,
                                      17, 31, 33, 64, 124, 125, 128, 129, 150};
    char fields[128];

    for (size_t i = 0; i < sizeof maxima / sizeof *maxima; i++) {
        for (int behind = 0; behind < 2; behind++) {
            test_subject subject;

            (void)snprintf(fields, sizeof fields, "{'name':'s','type':'string','max':%u}%s",
                           (unsigned)maxima[i], behind ? ",{'name':'u','type':'uint8'}" : "");
            subject = test_subject_new(_i == 1 ? "'format':1," : "", fields);
            check_each_length(&subject, _i == 0, behind == 1);
            test_subject_free(&subject);
        }
    }
}
END_TEST

/* 65535 elements, and no more findings than there is damage. */
START_TEST(longest_arrays_are_looked_at_to_their_ends)
{
    static const char *const fields[] = {
        "{'name':'a','type':'bool','count':65535},{'name':'z','type':'uint8'}",
        "{'name':'a','type':'string','max':3,'count':65535},{'name':'z','type':'uint8'}",
        "{'name':'a','type':'enum','base':'int16','symbols':{'A':-1,'B':1},'count':65535}",
        "{'name':'a','type':'bytes','max':1000000},{'name':'z','type':'uint8'}",
    };
    test_subject subject = test_subject_new("", fields[_i]);
    test_random random = {(uint64_t)_i + 4000};
    unsigned char *record = test_records(&subject, 1);
    uint32_t size = subject.info.record_size;

    test_fill(&subject, &random, record);
    judge(&subject, record);
    for (int i = 0; i < 12; i++) {
        uint32_t offset = i < 6 ? size - 1 - (uint32_t)i : test_random_below(&random, size);
        unsigned char was = record[offset];

        record[offset] ^= 0xff;
        judge(&subject, record);
        record[offset] = was;
    }
    free(record);
    test_subject_free(&subject);
}
END_TEST

START_TEST(without_a_model_counter_checksum_and_padding_are_looked_at)
{
    test_subject subject = {
        .info = {.format = 2, .record_size = 64, .payload_size = 24, .checksum_offset = _i * 32}};
    unsigned char *record = test_records(&subject, 1);

    ck_ok(mmf_record_check_new(&subject.info, NULL, &subject.check));
    for (uint32_t offset = 0; offset < 64; offset++) {
        bool is_payload = offset >= 8 && offset < 32;
        bool is_counter = offset >= 1 && offset < 8; /* multiples of 512 */
        bool is_free = is_counter || (is_payload && _i == 0);
        test_defects defects;

        memset(record, 0, 64);
        test_seal(&subject, record);
        record[offset] ^= 0x80;
        ck_assert_int_eq(test_scan_one(&subject, record), is_free);
        ck_assert_int_eq(test_examine(&subject, record, 0, &defects), !is_free && offset >= 8);
        ck_assert_int_eq(test_scan_one(&subject, record), is_free || offset >= 8);
    }
    mmf_record_check_free(subject.check);
    mmf_record_check_free(NULL);
    free(record);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, sound_records_pass, 0, SCHEMAS);
    tcase_add_loop_test(tcase, blank_records_pass, 0, SCHEMAS);
    tcase_add_loop_test(tcase, damage_in_any_byte_is_told, 0, SCHEMAS);
    tcase_add_loop_test(tcase, any_bytes_are_judged_alike, 0, SCHEMAS);
    tcase_add_loop_test(tcase, suspects_are_named_one_by_one, 0, SCHEMAS);
    tcase_add_loop_test(tcase, one_bad_record_among_many_is_named, 0, SCHEMAS);
    tcase_add_loop_test(tcase, each_length_has_its_tail, 0, 2);
    tcase_add_loop_test(tcase, longest_arrays_are_looked_at_to_their_ends, 0, 4);
    tcase_add_loop_test(tcase, without_a_model_counter_checksum_and_padding_are_looked_at, 0, 2);
}
