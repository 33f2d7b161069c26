#include "codegen/c_text.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/codegen/testing.h"

static mmf_text text;

static const char *doc_of(const char *doc, bool one_line)
{
    mmf_text_clear(&text);
    mmf_c_add_doc(&text, doc, one_line);
    return mmf_text_string(&text);
}

static const char *string_of(const char *bytes, size_t size)
{
    mmf_text_clear(&text);
    mmf_c_add_string(&text, bytes, size);
    return mmf_text_string(&text);
}

static const char *integer_of(mmf_type type, mmf_integer value)
{
    mmf_text_clear(&text);
    mmf_c_add_integer(&text, type, value);
    return mmf_text_string(&text);
}

static const char *float_of(mmf_type type, double value)
{
    mmf_text_clear(&text);
    mmf_c_add_float(&text, type, value);
    return mmf_text_string(&text);
}

START_TEST(nothing_breaks_out_of_a_comment)
{
    static const struct {
        const char *doc;
        const char *expected;
    } rows[] = {
        {"plain, with é and →", "plain, with é and →"},
        {"*/", "* /"},
        {"**/", "** /"},
        {"/*/", "/ * /"},
        {"//", "//"},
        {"what?\?/", "what? ?/"},
        {"?\?\?\?", "? ? ? ?"},
        {"ends \\", "ends [backslash]"},
        {"a\\ b\\\nc", "a[backslash] b[backslash]\nc"},
        {"C:\\dir", "C:\\dir"},
        {"\\\\", "\\[backslash]"},
        {"tab\tbell\a", "tab bell "},
        {"x\xe2\x80\xaey", "x y"},              /* U+202E, right to left from here */
        {"x\xe2\x81\xa6y", "x y"},              /* U+2066, isolated left to right */
        {"x\xc2\x85y", "x y"},                  /* U+0085, next line */
        {"x\\\xe2\x80\xa8y", "x[backslash] y"}, /* U+2028, line separator */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_str_eq(doc_of(rows[i].doc, false), rows[i].expected);
    }
    ck_assert_str_eq(doc_of("two\nlines", true), "two lines");
}
END_TEST

START_TEST(comments_are_wrapped)
{
    const char *end;

    mmf_text_clear(&text);
    mmf_c_add_comment(&text, 4, "one\n\nthree");
    ck_assert_str_eq(mmf_text_string(&text), "    /* one\n     *\n     * three */\n");
    mmf_text_clear(&text);
    mmf_c_add_comment(&text, 0,
                      "word word word word word word word word word word word word word word word "
                      "word word word word word word word word word word word word word");
    for (const char *line = mmf_text_string(&text); *line; line = end + 1) {
        end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        ck_assert_int_le(end - line, MMF_TEXT_COLUMNS);
        ck_assert(line[0] == '/' || strncmp(line, " * ", 3) == 0);
    }
    ck_assert_str_eq(mmf_text_string(&text) + text.size - 9, " word */\n");
}
END_TEST

START_TEST(headings_fill_the_line)
{
    mmf_text_clear(&text);
    mmf_c_add_heading(&text, "Records");
    ck_assert_uint_eq(text.size, MMF_TEXT_COLUMNS); /* as in the hand-written headers */
    ck_assert_int_eq(strncmp(mmf_text_string(&text), "/* --- Records ---", 18), 0);
    ck_assert_str_eq(mmf_text_string(&text) + text.size - 6, "-- */\n");
}
END_TEST

START_TEST(strings_are_escaped)
{
    ck_assert_str_eq(string_of("a\"b\\c", 5), "\"a\\\"b\\\\c\"");
    ck_assert_str_eq(string_of("\0001", 2), "\"\\0001\""); /* NUL, then the digit 1 */
    ck_assert_str_eq(string_of("\x01"
                               "7\n\xc3\xa9",
                               5),
                     "\"\\0017\\n\\303\\251\"");
    ck_assert_str_eq(string_of("?\?=", 3), "\"\\?\\?=\"");
    ck_assert_str_eq(string_of("", 0), "\"\"");
    mmf_text_clear(&text);
    mmf_c_add_character(&text, '\'');
    mmf_c_add_character(&text, '\\');
    mmf_c_add_character(&text, 0xff);
    ck_assert_str_eq(mmf_text_string(&text), "'\\'''\\\\''\\377'");
}
END_TEST

START_TEST(messages_keep_utf8)
{
    mmf_text_clear(&text);
    mmf_c_add_message(&text, "use \"x\"\\y é ?\?/\nnow\\");
    ck_assert_str_eq(mmf_text_string(&text), "\"use \\\"x\\\"\\\\y é \\? \\?/ now[backslash]\"");
}
END_TEST

/* Up to the limit literals, beyond it single characters with a NUL: the same bytes. */
START_TEST(long_strings)
{
    char *bytes = malloc(MMF_C_STRING_MAX + 2);

    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'x', MMF_C_STRING_MAX + 1);
    mmf_text_clear(&text);
    mmf_c_add_long_string(&text, bytes, MMF_C_STRING_MAX);
    ck_assert_int_eq(strncmp(mmf_text_string(&text), "    \"xxx", 8), 0);
    mmf_text_clear(&text);
    mmf_c_add_long_string(&text, bytes, MMF_C_STRING_MAX + 1);
    ck_assert_int_eq(strncmp(mmf_text_string(&text), "    {'x','x',", 13), 0);
    ck_assert_str_eq(mmf_text_string(&text) + text.size - 9, "'x','\\0'}");
    for (const char *line = mmf_text_string(&text); line; line = strchr(line, '\n')) {
        line += *line == '\n';
        ck_assert_uint_le(strcspn(line, "\n"), MMF_TEXT_COLUMNS);
    }
    free(bytes);
}
END_TEST

START_TEST(integers)
{
    ck_assert_str_eq(integer_of(MMF_TYPE_BOOL, (mmf_integer){.u = 1}), "true");
    ck_assert_str_eq(integer_of(MMF_TYPE_BOOL, (mmf_integer){.u = 0}), "false");
    ck_assert_str_eq(integer_of(MMF_TYPE_INT8, (mmf_integer){.i = -128}), "-128");
    ck_assert_str_eq(integer_of(MMF_TYPE_INT32, (mmf_integer){.i = INT32_MAX}), "2147483647");
    ck_assert_str_eq(integer_of(MMF_TYPE_INT64, (mmf_integer){.i = INT64_MAX}),
                     "INT64_C(9223372036854775807)");
    ck_assert_str_eq(integer_of(MMF_TYPE_INT64, (mmf_integer){.i = -INT64_MAX}),
                     "-INT64_C(9223372036854775807)");
    ck_assert_str_eq(integer_of(MMF_TYPE_INT64, (mmf_integer){.i = INT64_MIN}),
                     "(-INT64_C(9223372036854775807) - 1)");
    ck_assert_str_eq(integer_of(MMF_TYPE_UINT64, (mmf_integer){.u = UINT64_MAX}),
                     "UINT64_C(18446744073709551615)");
    ck_assert_str_eq(integer_of(MMF_TYPE_UINT8, (mmf_integer){.u = 255}), "255");
}
END_TEST

START_TEST(floats_read_back)
{
    static const double values[] = {
        0.0, 1.0, 0.1, 1.0 / 3, 1e300, 5e-324, DBL_MAX, DBL_MIN, 1e22, 123456789012345678.0, -2.5};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const char *literal = float_of(MMF_TYPE_FLOAT64, values[i]);

        ck_assert(strtod(literal, NULL) == values[i]);
        ck_assert_ptr_nonnull(strpbrk(literal, ".e")); /* else it would be an integer */
    }
    ck_assert_str_eq(float_of(MMF_TYPE_FLOAT64, 0.1), "0.1");
    ck_assert_str_eq(float_of(MMF_TYPE_FLOAT64, 3.0), "3.0");
    ck_assert_str_eq(float_of(MMF_TYPE_FLOAT64, -0.0), "-0.0");
    ck_assert_str_eq(float_of(MMF_TYPE_FLOAT32, (double)0.1f), "0.1f");
    ck_assert(strtof(float_of(MMF_TYPE_FLOAT32, (double)FLT_MAX), NULL) == FLT_MAX);
    ck_assert_str_eq(float_of(MMF_TYPE_FLOAT64, INFINITY), "__builtin_inf()");
    ck_assert_str_eq(float_of(MMF_TYPE_FLOAT32, -INFINITY), "-__builtin_inff()");
    ck_assert_str_eq(float_of(MMF_TYPE_FLOAT32, NAN), "__builtin_nanf(\"\")");
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, nothing_breaks_out_of_a_comment);
    tcase_add_test(tcase, comments_are_wrapped);
    tcase_add_test(tcase, headings_fill_the_line);
    tcase_add_test(tcase, strings_are_escaped);
    tcase_add_test(tcase, messages_keep_utf8);
    tcase_add_test(tcase, long_strings);
    tcase_add_test(tcase, integers);
    tcase_add_test(tcase, floats_read_back);
}

int main(void)
{
    int status = run_tests("c_text", add_tests);

    mmf_text_clear(&text);
    return status;
}
