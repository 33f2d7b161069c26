#include "codegen/print_layout.h"

#include <stdlib.h>
#include <string.h>

#include "tests/codegen/testing.h"

static mmf_text text;

static const char *layout_of(mmf_model *model)
{
    mmf_text_clear(&text);
    ck_assert_int_eq(mmf_print_layout(model, &text), MMF_OK);
    mmf_model_free(model);
    return mmf_text_string(&text);
}

START_TEST(holes_and_totals)
{
    ck_assert_str_eq(layout_of(model_of_fields("{'name':'a','type':'uint8'},"
                                               "{'name':'b','type':'uint64'},"
                                               "{'name':'c','type':'uint16','count':3}")),
                     "R v1, format 2: 32 bytes a record, aligned to 8\n"
                     "\n"
                     "  offset      size  type       field\n"
                     "       0         8  uint64     (sequence counter)\n"
                     "       8         1  uint8      a\n"
                     "       9         7             (hole)\n"
                     "      16         8  uint64     b\n"
                     "      24         6  uint16[3]  c\n"
                     "      30         2             (padding to a multiple of 8)\n"
                     "      32            end of record\n"
                     "\n"
                     "9 bytes in 2 holes; 1 cache line of 64 bytes, as record 0 lies\n"
                     "hint: 24 bytes instead of 32 in this order: b, c, a\n");
}
END_TEST

START_TEST(cache_lines)
{
    const char *found = layout_of(model_of("{'name':'R','version':1,'align':64,'fields':["
                                           "{'name':'a','type':'bytes','max':52},"
                                           "{'name':'b','type':'uint64','count':30},"
                                           "{'name':'c','type':'bool'}]}"));

    ck_assert_ptr_nonnull(strstr(found, "  ---------------- cache line 1\n      64       240  "));
    ck_assert_ptr_nonnull(
        strstr(found, "  ---------------- cache line 4 began at 256\n     304         1  "));
    ck_assert_ptr_nonnull(strstr(found, "(padding to the record's align)\n     320   "));
    ck_assert_ptr_nonnull(strstr(found, "5 cache lines of 64 bytes\n"));
}
END_TEST

/* A row that is no hole, with the align's padding behind it. */
START_TEST(checksums)
{
    ck_assert_str_eq(layout_of(model_of("{'name':'R','version':1,'align':64,'checksum':true,"
                                        "'fields':[{'name':'a','type':'uint64'},"
                                        "{'name':'b','type':'float32'}]}")),
                     "R v1, format 2: 64 bytes a record, aligned to 64\n"
                     "\n"
                     "  offset      size  type     field\n"
                     "       0         8  uint64   (sequence counter)\n"
                     "       8         8  uint64   a\n"
                     "      16         4  float32  b\n"
                     "      20         4           (padding to a multiple of 8)\n"
                     "      24         8  uint32   (CRC-32C of the payload, then 4 of zero)\n"
                     "      32        32           (padding to the record's align)\n"
                     "      64            end of record\n"
                     "\n"
                     "36 bytes in 2 holes; 1 cache line of 64 bytes\n");
}
END_TEST

START_TEST(padding_between_elements)
{
    const char *found =
        layout_of(model_of_fields("{'name':'a','type':'string','max':2,'count':4}"));

    ck_assert_ptr_nonnull(strstr(found, "(of which 2 behind each element are padding)\n"));
    ck_assert_ptr_nonnull(strstr(found, "8 bytes in 4 holes;"));
}
END_TEST

/* No hint without a real gain. */
START_TEST(hints_only_where_they_save)
{
    ck_assert_ptr_null(strstr(layout_of(model_of_fields("{'name':'a','type':'uint8'},"
                                                        "{'name':'b','type':'uint64'}")),
                              "hint"));
    ck_assert_ptr_null(strstr(layout_of(model_of_fields("{'name':'a','type':'bool'}")), "hint"));
    ck_assert_ptr_null(
        strstr(layout_of(model_of("{'name':'R','version':1,'align':64,'fields':["
                                  "{'name':'a','type':'uint8'},{'name':'b','type':'uint64'},"
                                  "{'name':'c','type':'uint8'}]}")),
               "hint"));
}
END_TEST

/* A record keeps its checksum in any order. */
START_TEST(hints_count_the_checksum)
{
    const char *found = layout_of(model_of("{'name':'R','version':1,'checksum':true,'fields':["
                                           "{'name':'a','type':'uint8'},"
                                           "{'name':'b','type':'uint64'},"
                                           "{'name':'c','type':'uint8'}]}"));

    ck_assert_ptr_nonnull(strstr(found, "hint: 32 bytes instead of 40 in this order: b, a, c\n"));
}
END_TEST

/* What is promised is what the layout makes of it. */
START_TEST(the_order_is_true)
{
    mmf_model *model = model_of_fields("{'name':'d','type':'uint16'},"
                                       "{'name':'b','type':'float64'},"
                                       "{'name':'c','type':'string','max':13},"
                                       "{'name':'a','type':'uint8'},"
                                       "{'name':'e','type':'uint64'}");
    mmf_model *reordered = model_of_fields("{'name':'b','type':'float64'},"
                                           "{'name':'e','type':'uint64'},"
                                           "{'name':'c','type':'string','max':13},"
                                           "{'name':'a','type':'uint8'},"
                                           "{'name':'d','type':'uint16'}");
    uint32_t order[5];
    uint32_t size = 0;

    ck_assert(mmf_smaller_order(model, order, &size));
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_str_eq(model->fields[order[i]].name.text, reordered->fields[i].name.text);
    }
    ck_assert_uint_eq(size, reordered->record_size);
    ck_assert_uint_lt(size, model->record_size);
    ck_assert(!mmf_smaller_order(reordered, order, &size));
    mmf_model_free(model);
    mmf_model_free(reordered);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, holes_and_totals);
    tcase_add_test(tcase, cache_lines);
    tcase_add_test(tcase, checksums);
    tcase_add_test(tcase, padding_between_elements);
    tcase_add_test(tcase, hints_only_where_they_save);
    tcase_add_test(tcase, hints_count_the_checksum);
    tcase_add_test(tcase, the_order_is_true);
}

int main(void)
{
    int status = run_tests("print_layout", add_tests);

    mmf_text_clear(&text);
    return status;
}
