/* Text on its way to a terminal or a shell: nothing in it may act there. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schema/printable.h"

typedef void put(FILE *out, const char *text);

static void ck_put(put *put, const char *text, const char *expected)
{
    char *got = NULL;
    size_t size;
    FILE *out = open_memstream(&got, &size);

    ck_assert_ptr_nonnull(out);
    put(out, text);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(got, expected);
    free(got);
}

START_TEST(characters_are_decoded)
{
    static const struct {
        const char *text;
        size_t length;
        uint32_t character;
    } rows[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"", 0, 0},
        {"\x80", 0, 0},
        {"\xbf", 0, 0},
        {"\xc0\x80", 0, 0},         /* overlong */
        {"\xc1\xbf", 0, 0},         /* overlong */
        {"\xe0\x9f\xbf", 0, 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 0, 0}, /* overlong */
        {"\xed\xa0\x80", 0, 0},     /* a surrogate */
        {"\xed\xbf\xbf", 0, 0},     /* a surrogate */
        {"\xf4\x90\x80\x80", 0, 0}, /* beyond the last */
        {"\xf5\x80\x80\x80", 0, 0},
        {"\xff", 0, 0},
        {"\xc2", 0, 0}, /* the text ends in it */
        {"\xe2\x82", 0, 0},
        {"\xf0\x9f\x92", 0, 0},
        {"\xc2"
         "a",
         0, 0},
        {"\xe2\x82"
         "a",
         0, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t character = 0;

        ck_assert_uint_eq(mmf_utf8_decode(rows[i].text, &character), rows[i].length);
        ck_assert_uint_eq(character, rows[i].character);
    }
}
END_TEST

START_TEST(nothing_acts_on_a_terminal)
{
    char all[256];

    ck_put(mmf_put_text, "", "");
    ck_put(mmf_put_text, "a größe ☃ 💾", "a größe ☃ 💾");
    ck_put(mmf_put_text, "\033[2J\r\n\t\b\x7f", "?[2J?????");
    ck_put(mmf_put_text,
           "\xc2\x9b"
           "31m\xc2\x80\xc2\x9f\xc2\xa0",
           "?31m??\xc2\xa0");
    ck_put(mmf_put_text, "\xff\xc3 \xe2\x82", "?? ??");
    ck_put(mmf_put_text, "\xe2\x80\xae.\xe2\x81\xa6.\xe2\x80\xa8.\xd8\x9c", "?.?.?.?");
    for (int i = 1; i < 256; i++) {
        all[i - 1] = (char)i;
    }
    all[255] = '\0';
    {
        char got[256];

        ck_assert_uint_eq(mmf_printable(all, 1000, got, sizeof got), 255);
        ck_assert_uint_eq(strlen(got), 255);
        for (size_t i = 0; i < 255; i++) {
            ck_assert(got[i] >= 0x20 && got[i] < 0x7f);
        }
    }
}
END_TEST

START_TEST(texts_are_cut_between_characters)
{
    char got[8];

    ck_assert_uint_eq(mmf_printable("größe", 3, got, sizeof got), 3);
    ck_assert_str_eq(got, "grö");
    ck_assert_uint_eq(mmf_printable("ab\n☃☃", 100, got, sizeof got), 4);
    ck_assert_str_eq(got, "ab?☃");
    ck_assert_uint_eq(mmf_printable("abc", 100, got, 1), 0);
    ck_assert_str_eq(got, "");
    ck_assert_uint_eq(mmf_printable("", 100, got, sizeof got), 0);
    ck_assert_uint_eq(mmf_printable("abcdefgh", 100, got, sizeof got), 7);
    ck_assert_str_eq(got, "abcdefg");
}
END_TEST

START_TEST(words_of_a_shell)
{
    ck_put(mmf_put_shell_word, "/a/b-c_d.mmf", "/a/b-c_d.mmf");
    ck_put(mmf_put_shell_word, "", "''");
    ck_put(mmf_put_shell_word, "a b", "'a b'");
    ck_put(mmf_put_shell_word, "it's", "'it'\\''s'");
    ck_put(mmf_put_shell_word, "$(x)`y`\"\\", "'$(x)`y`\"\\'");
    ck_put(mmf_put_shell_word, "~", "'~'");
    ck_put(mmf_put_shell_word, "größe", "'größe'");
    ck_put(mmf_put_shell_word, "a\nb'\\\xff", "$'a\\012b\\'\\\\\\377'");
    ck_put(mmf_put_shell_word,
           "\xc2\x9b"
           "1",
           "$'\\302\\2331'");
}
END_TEST

START_TEST(text_in_place)
{
    char text[] = "a\0b\x1b[\xc3\xb6\xff\n\xc2\x9b\xc3";
    size_t size = mmf_make_printable(text, sizeof text - 1);

    ck_assert_uint_eq(size, sizeof "a?b?[\xc3\xb6????" - 1);
    ck_assert_mem_eq(text, "a?b?[\xc3\xb6????", size);
    ck_assert_uint_eq(mmf_make_printable(text, 0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("printable");
    TCase *tcase = tcase_create("printable");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, text_in_place);
    tcase_add_test(tcase, characters_are_decoded);
    tcase_add_test(tcase, nothing_acts_on_a_terminal);
    tcase_add_test(tcase, texts_are_cut_between_characters);
    tcase_add_test(tcase, words_of_a_shell);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
