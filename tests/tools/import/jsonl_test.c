/* Objects and members of lines, and what is none. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tools/import/import_testing.h"
#include "tools/jsonl.h"

/* key=value of each member, one object a line; at the end what went wrong. To be freed. */
static char *shown(const char *text, size_t line_max)
{
    const mmf_jsonl_member *members;
    mmf_input_place place = {0, 0};
    mmf_error error = {0};
    char *result = NULL;
    size_t result_size, count;
    FILE *out = open_memstream(&result, &result_size);
    int fd = import_input(text, strlen(text));
    mmf_status status;
    mmf_jsonl jsonl;

    ck_assert_int_eq(mmf_jsonl_open(&jsonl, fd, line_max, NULL), MMF_OK);
    while ((status = mmf_jsonl_next(&jsonl, &members, &count, &place, &error)) == MMF_OK) {
        for (size_t i = 0; i < count; i++) {
            fprintf(out, "(%.*s=%.*s)", (int)members[i].key_size, members[i].key,
                    (int)members[i].size, members[i].text);
        }
        fputc('\n', out);
    }
    if (status != MMF_E_END) {
        fprintf(out, "%d:%d: %s", (int)place.line, (int)place.column, error.text);
    }
    mmf_jsonl_close(&jsonl);
    (void)close(fd);
    (void)fclose(out);
    return result;
}

typedef struct jsonl_case {
    const char *text;
    const char *expected;
} jsonl_case;

static const jsonl_case cases[] = {
    {"", ""},
    {"\n \t\r\n", ""},
    {"{}", "\n"},
    {"{}\n{ }\r\n", "\n\n"},
    {"\xef\xbb\xbf{}\n", "\n"},
    {"{\"a\":1,\"b\":\"x\"}\n", "(a=1)(b=\"x\")\n"},
    {" { \"a\" : 1 , \"b\":[1, {\"c\": \"]}\"}] } \n\n{\"a\":-1e5}",
     "(a=1)(b=[1, {\"c\": \"]}\"}])\n(a=-1e5)\n"},
    {"{\"a\\\"b\":\"\\\\\"}\n", "(a\\\"b=\"\\\\\")\n"},
    {"[1]\n", "1:1: found '[', expected an object"},
    {"{\"a\":1}\n{\"a\":1,}\n", "(a=1)\n2:8: found '}', expected a quoted key"},
    {"{a:1}\n", "1:2: found 'a', expected a quoted key"},
    {"{\"a\" 1}\n", "1:6: found '1', expected a colon behind the key"},
    {"{\"a\":1 2}\n", "1:8: found '2', expected a comma or a closing brace"},
    {"{\"\xc3\xa9\":1 2}\n", "1:8: found '2', expected a comma or a closing brace"},
    {"{\"a\":}\n", "1:6: found '}', expected a JSON value that ends in the line"},
    {"{\"a\":[1\n", "1:6: found '[', expected a JSON value that ends in the line"},
    {"{\"a\":\"x\n\"}", "1:6: found '\"', expected a JSON value that ends in the line"},
    {"{\"a\":1", "1:7: found the end of the line, expected a comma or a closing brace"},
    {"{\"a", "1:2: found '\"', expected a closing quote in the line"},
    {"{} {}\n", "1:4: found '{', expected nothing behind the object in its line"},
    {"{}\x01\n", "1:3: found '?', expected nothing behind the object in its line"},
};

START_TEST(reads)
{
    for (size_t line_max = 60; line_max < 64; line_max++) {
        char *found = shown(cases[_i].text, line_max);

        ck_assert_str_eq(found, cases[_i].expected);
        free(found);
    }
}
END_TEST

START_TEST(reads_in_pieces)
{
    char *found = shown("{\"a\":1}\n{\"b\":2}\n\n{\"c\":3}\n{\"d\":4}", 10);

    ck_assert_str_eq(found, "(a=1)\n(b=2)\n(c=3)\n(d=4)\n");
    free(found);
}
END_TEST

START_TEST(limits_lines)
{
    char *found = shown("{}\n{\"a\":123456789}\n", 10);

    ck_assert_str_eq(found, "\n2:1: found a line of more than 10 bytes");
    free(found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("jsonl");
    TCase *tests = tcase_create("all");

    tcase_add_loop_test(tests, reads, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, reads_in_pieces);
    tcase_add_test(tests, limits_lines);
    suite_add_tcase(suite, tests);
    return import_run(suite);
}
