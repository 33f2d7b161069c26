/* Records that the Go library wrote are sound, but for the counters of those whose writer was lost.
 */
#include "tests/fsck/record/testing.h"

const char *const suite_name = "record fixtures";

#define GO "tests/fixtures/go-mmapforge/"
#define TICK                                                                                       \
    "{'name':'symbol','type':'string','max':64},{'name':'price','type':'float64'},"                \
    "{'name':'volume','type':'float64'},{'name':'timestamp','type':'uint64'}"
#define ALL_TYPES                                                                                  \
    "{'name':'b','type':'bool'},{'name':'i8','type':'int8'},{'name':'u8','type':'uint8'},"         \
    "{'name':'i16','type':'int16'},{'name':'u16','type':'uint16'},{'name':'i32','type':'int32'},"  \
    "{'name':'u32','type':'uint32'},{'name':'i64','type':'int64'},{'name':'u64','type':'uint64'}," \
    "{'name':'f32','type':'float32'},{'name':'f64','type':'float64'},"                             \
    "{'name':'s','type':'string','max':13},{'name':'raw','type':'bytes','max':7}"

static const struct {
    const char *path;
    const char *fields;
    size_t count;
    size_t suspects;
    uint32_t suspect[2];
} files[] = {
    {GO "ticks.mmf", TICK, 200, 0, {0, 0}},
    {GO "alltypes.mmf", ALL_TYPES, 70, 0, {0, 0}},
    {GO "stuck.mmf", TICK, 100, 2, {5, 63}},
};

START_TEST(records_of_the_go_library_are_sound)
{
    test_subject subject = test_subject_new("'format':1,", files[_i].fields);
    size_t size = files[_i].count * subject.info.record_size;
    unsigned char *records = test_records(&subject, files[_i].count);
    uint32_t suspects[256];
    size_t file_size;
    uint8_t *file = test_read_file(files[_i].path, &file_size);
    mmf_header_info info;
    mmf_error error;

    ck_status_error(mmf_header_validate(file, file_size, file_size, &info, &error), MMF_OK, &error);
    ck_assert_uint_eq(info.record_count, files[_i].count);
    ck_assert_uint_eq(info.record_size, subject.info.record_size);
    ck_assert_uint_eq(info.payload_size, subject.info.payload_size);
    ck_assert_mem_eq(info.schema_hash, subject.model->hash, 32);
    memcpy(records, file + info.data_offset, size);
    ck_assert_uint_eq(mmf_record_check_scan(subject.check, records, files[_i].count, suspects),
                      files[_i].suspects);
    ck_assert_mem_eq(suspects, files[_i].suspect, files[_i].suspects * sizeof *suspects);
    for (size_t i = 0; i < files[_i].count; i++) {
        test_defects defects;

        ck_assert(!test_examine(&subject, records + i * info.record_size, 0, &defects));
        ck_assert_uint_eq(defects.count, 0);
    }
    free(file);
    free(records);
    test_subject_free(&subject);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, records_of_the_go_library_are_sound, 0,
                        sizeof files / sizeof *files);
}
