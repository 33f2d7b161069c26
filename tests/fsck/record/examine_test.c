/* What the slow pass says of each kind of defect, and what it makes of it. */
#include "tests/fsck/record/testing.h"

const char *const suite_name = "record examine";

static void put(unsigned char *record, uint32_t offset, uint64_t value, uint32_t size)
{
    memcpy(record + offset, &value, size);
}

static uint64_t get(const unsigned char *record, uint32_t offset, uint32_t size)
{
    uint64_t value = 0;

    memcpy(&value, record + offset, size);
    return value;
}

static void check_defect(const mmf_record_defect *defect, mmf_problem problem, const char *field,
                         uint32_t element, uint32_t offset, const char *text)
{
    ck_assert_str_eq(mmf_problem_info_of(defect->problem)->name,
                     mmf_problem_info_of(problem)->name);
    if (field) {
        ck_assert_ptr_nonnull(defect->field);
        ck_assert_str_eq(defect->field->name.text, field);
    } else {
        ck_assert_ptr_null(defect->field);
    }
    ck_assert_uint_eq(defect->element, element);
    ck_assert_uint_eq(defect->offset, offset);
    ck_assert_str_eq(defect->text, text);
}

/* --- Texts ----------------------------------------------------------------------------------- */

#define TEXTS                                                                                      \
    "{'name':'s','type':'string','max':16},{'name':'p','type':'float64'},"                         \
    "{'name':'a','type':'bytes','max':5,'count':3}"

START_TEST(length_becomes_that_of_what_is_there)
{
    test_subject subject = test_subject_new("", TEXTS);
    unsigned char *record = test_records(&subject, 1);
    test_defects defects;

    put(record, 8, 4000000, 4);
    memcpy(record + 12, "AA\0PL", 5);
    ck_assert(test_examine(&subject, record, 0, &defects));
    ck_assert_uint_eq(defects.count, 1);
    check_defect(&defects.list[0], MMF_PROBLEM_LENGTH, "s", 0, 8,
                 "found 4000000, expected 16 at most");
    ck_assert_uint_eq(get(record, 8, 4), 5);
    ck_assert_mem_eq(record + 12, "AA\0PL", 5);

    put(record, 8, 17, 4);
    memset(record + 12, 'x', 16);
    ck_assert(test_examine(&subject, record, 0, &defects));
    ck_assert_uint_eq(get(record, 8, 4), 16);

    put(record, 8, UINT32_MAX, 4);
    memset(record + 12, 0, 16);
    ck_assert(test_examine(&subject, record, 0, &defects));
    check_defect(&defects.list[0], MMF_PROBLEM_LENGTH, "s", 0, 8,
                 "found 4294967295, expected 16 at most");
    ck_assert_uint_eq(get(record, 8, 4), 0);
    free(record);
    test_subject_free(&subject);
}
END_TEST

START_TEST(tail_is_one_defect_however_long)
{
    test_subject subject = test_subject_new("", TEXTS);
    unsigned char *record = test_records(&subject, 1);
    test_defects defects;

    put(record, 8, 5, 4);
    memcpy(record + 12, "HELLO\0\0A\0B\0\0\0\0\0C", 16);
    ck_assert(test_examine(&subject, record, 0, &defects));
    ck_assert_uint_eq(defects.count, 1);
    check_defect(&defects.list[0], MMF_PROBLEM_TAIL, "s", 0, 19,
                 "3 bytes behind the length 5 are not zero, the first at 7: 0x41");
    ck_assert_mem_eq(record + 12, "HELLO\0\0\0\0\0\0\0\0\0\0\0", 16);

    put(record, 8, 15, 4);
    memcpy(record + 12, "0123456789ABCDEF", 16);
    ck_assert(test_examine(&subject, record, 0, &defects));
    check_defect(&defects.list[0], MMF_PROBLEM_TAIL, "s", 0, 27,
                 "1 byte behind the length 15 is not zero, the first at 15: 0x46");
    free(record);
    test_subject_free(&subject);
}
END_TEST

/* Elements have 12 bytes: length, 5 of content, 3 of padding. */
START_TEST(tail_is_that_of_the_mended_length)
{
    test_subject subject = test_subject_new("", TEXTS);
    unsigned char *record = test_records(&subject, 1);
    uint32_t element = test_offset(&subject, "a", 1);
    test_defects defects;

    for (uint32_t declined = 0; declined < 4; declined++) {
        put(record, element, 6, 4);
        memcpy(record + element + 4, "\1\2\0\0\0\0\3\0", 8);
        ck_assert_int_eq(test_examine(&subject, record, declined, &defects), declined != 3);
        ck_assert_uint_eq(defects.count, 2);
        check_defect(&defects.list[0], MMF_PROBLEM_LENGTH, "a", 1, element,
                     "found 6, expected 5 at most");
        check_defect(&defects.list[1], MMF_PROBLEM_TAIL, "a", 1, element + 10,
                     declined & 1 ? "1 byte behind the length 5 is not zero, the first at 6: 0x03"
                                  : "1 byte behind the length 2 is not zero, the first at 6: 0x03");
        ck_assert_uint_eq(get(record, element, 4), declined & 1 ? 6 : 2);
        ck_assert_uint_eq(get(record, element + 4, 8), declined & 2 ? 0x0003000000000201 : 0x201);
    }
    free(record);
    test_subject_free(&subject);
}
END_TEST

START_TEST(format_1_keeps_its_tails_and_padding)
{
    test_subject subject = test_subject_new("'format':1,", "{'name':'b','type':'bool'},"
                                                           "{'name':'s','type':'string','max':8},"
                                                           "{'name':'t','type':'uint64'}");
    unsigned char *record = test_records(&subject, 1);
    test_defects defects;

    memset(record, 0xee, subject.info.record_size);
    put(record, 8, 1, 1);
    put(record, 12, 3, 4);
    ck_assert(test_scan_one(&subject, record));
    ck_assert(!test_examine(&subject, record, 0, &defects));
    ck_assert_uint_eq(defects.count, 0);

    put(record, 8, 2, 1);
    put(record, 12, 9, 4);
    ck_assert(!test_scan_one(&subject, record));
    ck_assert(test_examine(&subject, record, 0, &defects));
    ck_assert_uint_eq(defects.count, 2);
    check_defect(&defects.list[0], MMF_PROBLEM_BOOL, "b", 0, 8, "found 2, expected 0 or 1");
    check_defect(&defects.list[1], MMF_PROBLEM_LENGTH, "s", 0, 12, "found 9, expected 8 at most");
    ck_assert_uint_eq(get(record, 8, 4), 0xeeeeee01);
    ck_assert_uint_eq(get(record, 12, 4), 8);

    put(record, 0, 7, 8);
    ck_assert(!test_scan_one(&subject, record));
    put(record, 0, 2, 8);
    ck_assert(test_scan_one(&subject, record));
    free(record);
    test_subject_free(&subject);
}
END_TEST

/* --- Bools, enums and padding ---------------------------------------------------------------- */

START_TEST(bools_become_what_they_are_read_as)
{
    test_subject subject = test_subject_new("", "{'name':'b','type':'bool','count':11}");
    unsigned char *record = test_records(&subject, 1);
    test_defects defects;

    put(record, 8, 0xff01000100020000, 8);
    put(record, 16, 0x010080, 3);
    ck_assert(test_examine(&subject, record, 0x2, &defects));
    ck_assert_uint_eq(defects.count, 3);
    check_defect(&defects.list[0], MMF_PROBLEM_BOOL, "b", 2, 10, "found 2, expected 0 or 1");
    check_defect(&defects.list[1], MMF_PROBLEM_BOOL, "b", 7, 15, "found 255, expected 0 or 1");
    check_defect(&defects.list[2], MMF_PROBLEM_BOOL, "b", 8, 16, "found 128, expected 0 or 1");
    ck_assert_uint_eq(get(record, 8, 8), 0xff01000100010000);
    ck_assert_uint_eq(get(record, 16, 3), 0x010001);
    free(record);
    test_subject_free(&subject);
}
END_TEST

#define ENUM(name, base, rest) "{'name':'" name "','type':'enum','base':'" base "'," rest "}"

START_TEST(enums_become_their_default)
{
    test_subject subject = test_subject_new(
        "", ENUM("a", "int8", "'symbols':{'BUY':1,'SELL':-1},'default':'SELL'") "," /* */
        ENUM("b", "uint16", "'symbols':{'P':7,'Q':0}") ","                          /* */
        ENUM("c", "int32", "'symbols':{'P':-5,'Q':3}") ","                          /* */
        ENUM("d", "uint64",
             "'symbols':{'V':1,'W':2,'X':3,'Y':4,'Z':900,'ZZ':901},"
             "'count':2,'default':['Z','Y']"));
    unsigned char *record = test_records(&subject, 1);
    uint32_t d = test_offset(&subject, "d", 0);
    test_defects defects;

    put(record, 8, 0x80, 1);
    put(record, 10, 65535, 2);
    put(record, 12, (uint32_t)-2, 4);
    put(record, d, UINT64_MAX, 8);
    ck_assert(test_examine(&subject, record, 0, &defects));
    ck_assert_uint_eq(defects.count, 5);
    check_defect(&defects.list[0], MMF_PROBLEM_ENUM, "a", 0, 8,
                 "found -128, expected BUY (1), SELL (-1)");
    check_defect(&defects.list[1], MMF_PROBLEM_ENUM, "b", 0, 10,
                 "found 65535, expected P (7), Q (0)");
    check_defect(&defects.list[2], MMF_PROBLEM_ENUM, "c", 0, 12,
                 "found -2, expected P (-5), Q (3)");
    check_defect(
        &defects.list[3], MMF_PROBLEM_ENUM, "d", 0, d,
        "found 18446744073709551615, expected V (1), W (2), X (3), Y (4) or one of 2 more");
    check_defect(&defects.list[4], MMF_PROBLEM_ENUM, "d", 1, d + 8,
                 "found 0, expected V (1), W (2), X (3), Y (4) or one of 2 more");
    ck_assert_uint_eq(get(record, 8, 8), 0xfffffffb000000ff); /* SELL, Q, P */
    ck_assert_uint_eq(get(record, d, 8), 900);
    ck_assert_uint_eq(get(record, d + 8, 8), 4);
    free(record);
    test_subject_free(&subject);
}
END_TEST

/* append(NULL), and then a set of the other field. */
START_TEST(enum_that_was_never_set_is_sound)
{
    test_subject subject = test_subject_new(
        "", ENUM("e", "int8", "'symbols':{'BUY':1,'SELL':3}") ",{'name':'x','type':'uint64'}");
    unsigned char *record = test_records(&subject, 1);
    test_defects defects;

    put(record, 0, 512, 8);
    put(record, 16, 77, 8);
    ck_assert(test_scan_one(&subject, record));
    ck_assert(!test_examine(&subject, record, 0, &defects));
    ck_assert_uint_eq(defects.count, 0);
    free(record);
    test_subject_free(&subject);
}
END_TEST

START_TEST(longest_symbols_fit_the_text)
{
    char name[MMF_SCHEMA_NAME_MAX + 1];
    char fields[1024];
    test_defects defects;
    test_subject subject;
    unsigned char *record;

    memset(name, 'N', sizeof name - 1);
    name[sizeof name - 2] = '\0';
    (void)snprintf(fields, sizeof fields,
                   "{'name':'e','type':'enum','base':'int64','symbols':{"
                   "'%sa':-9223372036854775808,'%sb':-9223372036854775807,"
                   "'%sc':-9223372036854775806,'%sd':-9223372036854775805,'f':1,'g':2}}",
                   name, name, name, name);
    subject = test_subject_new("", fields);
    record = test_records(&subject, 1);
    put(record, 8, (uint64_t)INT64_MIN + 4, 8);
    ck_assert(test_examine(&subject, record, 0, &defects));
    ck_contains(defects.list[0].text, "found -9223372036854775804, expected NNN");
    ck_contains(defects.list[0].text, "d (-9223372036854775805) or one of 2 more");
    free(record);
    test_subject_free(&subject);
}
END_TEST

START_TEST(padding_is_one_defect_a_run)
{
    test_subject subject =
        test_subject_new("'align':64,", "{'name':'b','type':'bool'},{'name':'x','type':'uint32'},"
                                        "{'name':'y','type':'uint16'}");
    unsigned char *record = test_records(&subject, 1);
    test_defects defects;

    memset(record, 0xaa, 64);
    put(record, 8, 1, 1);
    put(record, 9, 0, 1);
    ck_assert(test_examine(&subject, record, 0x2, &defects));
    ck_assert_uint_eq(defects.count, 3);
    check_defect(&defects.list[0], MMF_PROBLEM_PADDING, NULL, 0, 10,
                 "2 of 3 bytes are not zero, the first at 1: 0xaa");
    check_defect(&defects.list[1], MMF_PROBLEM_PADDING, NULL, 0, 18,
                 "6 of 6 bytes are not zero, the first at 0: 0xaa");
    check_defect(&defects.list[2], MMF_PROBLEM_PADDING, NULL, 0, 24,
                 "40 of 40 bytes are not zero, the first at 0: 0xaa");
    ck_assert_uint_eq(get(record, 8, 8), 0xaaaaaaaa00000001);
    ck_assert_uint_eq(get(record, 16, 8), 0xaaaaaaaaaaaaaaaa);
    for (uint32_t i = 24; i < 64; i++) {
        ck_assert_uint_eq(record[i], 0);
    }
    free(record);
    test_subject_free(&subject);
}
END_TEST

/* --- Checksums ------------------------------------------------------------------------------- */

#define SEALED                                                                                     \
    "{'name':'s','type':'string','max':4},{'name':'v','type':'uint64','count':3},"                 \
    "{'name':'b','type':'bool'}"

typedef struct sealed {
    test_subject subject;
    unsigned char *record; /* s "AB", v 0x…, b true; sealed */
    unsigned char *before;
    test_defects defects;
    uint32_t size;
    uint32_t checksum; /* its offset */
    uint32_t v;
} sealed;

static sealed make_sealed(void)
{
    sealed sealed = {.subject = test_subject_new("'checksum':true,'align':64,", SEALED)};

    sealed.record = test_records(&sealed.subject, 1);
    sealed.before = test_records(&sealed.subject, 1);
    sealed.size = sealed.subject.info.record_size;
    sealed.checksum = sealed.subject.info.checksum_offset;
    sealed.v = test_offset(&sealed.subject, "v", 0);
    put(sealed.record, 0, 1024, 8);
    put(sealed.record, 8, 2, 4);
    memcpy(sealed.record + 12, "AB", 2);
    for (uint32_t i = 0; i < 3; i++) {
        put(sealed.record, sealed.v + 8 * i, 0x1122334455667788u * (i + 1), 8);
    }
    put(sealed.record, test_offset(&sealed.subject, "b", 0), 1, 1);
    test_seal(&sealed.subject, sealed.record);
    memcpy(sealed.before, sealed.record, sealed.size);
    return sealed;
}

static void free_sealed(sealed *sealed)
{
    free(sealed->record);
    free(sealed->before);
    test_subject_free(&sealed->subject);
}

START_TEST(one_wrong_byte_is_found_and_mended)
{
    sealed sealed = make_sealed();

    sealed.record[sealed.v + 13] ^= 0x41; /* of its second element */
    ck_assert(!test_examine(&sealed.subject, sealed.record, 1, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 1);
    ck_assert(test_examine(&sealed.subject, sealed.record, 0, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 1);
    check_defect(&sealed.defects.list[0], MMF_PROBLEM_CHECKSUM_BYTE, "v", 1, sealed.v + 13,
                 "found 0x27 at byte 29 of the record, expected 0x66");
    ck_assert_mem_eq(sealed.record, sealed.before, sealed.size);

    sealed.record[sealed.checksum + 2] ^= 0x10;
    ck_assert(test_examine(&sealed.subject, sealed.record, 0, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 1);
    ck_assert_str_eq(mmf_problem_info_of(sealed.defects.list[0].problem)->name, "CHECKSUM_BYTE");
    ck_assert_ptr_null(sealed.defects.list[0].field);
    ck_assert_uint_eq(sealed.defects.list[0].offset, sealed.checksum + 2);
    ck_assert_mem_eq(sealed.record, sealed.before, sealed.size);
    free_sealed(&sealed);
}
END_TEST

/* The byte explains what is wrong with the field as well: it is not two defects. */
START_TEST(byte_of_a_length_is_mended_before_the_field_is_judged)
{
    sealed sealed = make_sealed();

    sealed.record[11] ^= 0x80;
    ck_assert(test_examine(&sealed.subject, sealed.record, 0, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 1);
    check_defect(&sealed.defects.list[0], MMF_PROBLEM_CHECKSUM_BYTE, "s", 0, 11,
                 "found 0x80 at byte 11 of the record, expected 0x00");
    ck_assert_mem_eq(sealed.record, sealed.before, sealed.size);

    /* declined: then the length is judged, and the checksum stays */
    sealed.record[11] ^= 0x80;
    ck_assert(test_examine(&sealed.subject, sealed.record, 1, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 2);
    check_defect(&sealed.defects.list[1], MMF_PROBLEM_LENGTH, "s", 0, 8,
                 "found 2147483650, expected 4 at most");
    ck_assert_mem_eq(sealed.record, sealed.before, sealed.size);
    free_sealed(&sealed);
}
END_TEST

/* A byte whose change leaves a field that no writer would is no explanation. */
START_TEST(byte_that_leaves_a_bad_field_is_not_offered)
{
    sealed sealed = make_sealed();
    uint32_t b = test_offset(&sealed.subject, "b", 0);

    put(sealed.record, b, 9, 1);
    test_seal(&sealed.subject, sealed.record);
    sealed.record[sealed.v] ^= 1;
    ck_assert(test_examine(&sealed.subject, sealed.record, 0, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 2);
    ck_assert_str_eq(mmf_problem_info_of(sealed.defects.list[0].problem)->name, "CHECKSUM");
    check_defect(&sealed.defects.list[1], MMF_PROBLEM_BOOL, "b", 0, b, "found 9, expected 0 or 1");
    ck_assert(test_is_sound(&sealed.subject, sealed.record));
    free_sealed(&sealed);
}
END_TEST

START_TEST(torn_record_is_accepted_or_left)
{
    sealed sealed = make_sealed();
    uint32_t found = (uint32_t)get(sealed.record, sealed.checksum, 4);
    char text[64];

    memset(sealed.record + sealed.v, 0, 24);
    test_seal(&sealed.subject, sealed.record);
    (void)snprintf(text, sizeof text, "found 0x%08x, expected 0x%08x", found,
                   (unsigned)get(sealed.record, sealed.checksum, 4));
    put(sealed.record, sealed.checksum, found, 4);
    memcpy(sealed.before, sealed.record, sealed.size);
    ck_assert(!test_examine(&sealed.subject, sealed.record, 1, &sealed.defects));
    ck_assert_mem_eq(sealed.record, sealed.before, sealed.size);
    ck_assert(test_examine(&sealed.subject, sealed.record, 0, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 1);
    check_defect(&sealed.defects.list[0], MMF_PROBLEM_CHECKSUM, NULL, 0, sealed.checksum, text);
    ck_assert_mem_eq(sealed.record, sealed.before, sealed.checksum);
    ck_assert(test_is_sound(&sealed.subject, sealed.record));
    free_sealed(&sealed);
}
END_TEST

START_TEST(declined_checksum_stays_wrong_whatever_else_is_mended)
{
    sealed sealed = make_sealed();
    uint32_t b = test_offset(&sealed.subject, "b", 0);

    memset(sealed.record + sealed.v, 0, 24);
    put(sealed.record, b, 9, 1);
    put(sealed.record, sealed.checksum + 4, 1, 1); /* the padding behind the checksum */
    ck_assert(test_examine(&sealed.subject, sealed.record, 1, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 3);
    check_defect(&sealed.defects.list[2], MMF_PROBLEM_PADDING, NULL, 0, sealed.checksum + 4,
                 "1 of 12 bytes is not zero, the first at 0: 0x01");
    ck_assert_uint_eq(get(sealed.record, b, 1), 1);
    ck_assert_uint_eq(get(sealed.record, sealed.checksum, 8),
                      get(sealed.before, sealed.checksum, 4));
    free_sealed(&sealed);
}
END_TEST

START_TEST(right_checksum_is_renewed_with_what_is_mended)
{
    sealed sealed = make_sealed();

    memcpy(sealed.record + 12, "ABCD", 4);
    test_seal(&sealed.subject, sealed.record);
    put(sealed.record, sealed.size - 1, 5, 1);
    memcpy(sealed.before, sealed.record, sealed.size);
    ck_assert(!test_examine(&sealed.subject, sealed.record, 3, &sealed.defects));
    ck_assert_mem_eq(sealed.record, sealed.before, sealed.size);
    ck_assert(test_examine(&sealed.subject, sealed.record, 2, &sealed.defects));
    ck_assert_uint_eq(sealed.defects.count, 2);
    check_defect(&sealed.defects.list[0], MMF_PROBLEM_TAIL, "s", 0, 14,
                 "2 bytes behind the length 2 are not zero, the first at 2: 0x43");
    ck_assert_uint_eq(sealed.record[sealed.size - 1], 5);
    sealed.record[sealed.size - 1] = 0;
    ck_assert(test_is_sound(&sealed.subject, sealed.record));
    free_sealed(&sealed);
}
END_TEST

/* Beyond 4096 bytes no byte is looked for. */
START_TEST(large_payload_has_no_byte_to_blame)
{
    test_subject subject =
        test_subject_new("'checksum':true,", _i == 0 ? "{'name':'x','type':'uint64','count':512}"
                                                     : "{'name':'x','type':'uint64','count':513}");
    unsigned char *record = test_records(&subject, 1);
    test_defects defects;

    test_seal(&subject, record);
    record[100] ^= 3;
    ck_assert(test_examine(&subject, record, 0, &defects));
    ck_assert_uint_eq(defects.count, 1);
    ck_assert_str_eq(mmf_problem_info_of(defects.list[0].problem)->name,
                     _i == 0 ? "CHECKSUM_BYTE" : "CHECKSUM");
    ck_assert_uint_eq(record[100], _i == 0 ? 0 : 3);
    ck_assert(test_is_sound(&subject, record));
    free(record);
    test_subject_free(&subject);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, length_becomes_that_of_what_is_there);
    tcase_add_test(tcase, tail_is_one_defect_however_long);
    tcase_add_test(tcase, tail_is_that_of_the_mended_length);
    tcase_add_test(tcase, format_1_keeps_its_tails_and_padding);
    tcase_add_test(tcase, bools_become_what_they_are_read_as);
    tcase_add_test(tcase, enums_become_their_default);
    tcase_add_test(tcase, enum_that_was_never_set_is_sound);
    tcase_add_test(tcase, longest_symbols_fit_the_text);
    tcase_add_test(tcase, padding_is_one_defect_a_run);
    tcase_add_test(tcase, one_wrong_byte_is_found_and_mended);
    tcase_add_test(tcase, byte_of_a_length_is_mended_before_the_field_is_judged);
    tcase_add_test(tcase, byte_that_leaves_a_bad_field_is_not_offered);
    tcase_add_test(tcase, torn_record_is_accepted_or_left);
    tcase_add_test(tcase, declined_checksum_stays_wrong_whatever_else_is_mended);
    tcase_add_test(tcase, right_checksum_is_renewed_with_what_is_mended);
    tcase_add_loop_test(tcase, large_payload_has_no_byte_to_blame, 0, 2);
}
