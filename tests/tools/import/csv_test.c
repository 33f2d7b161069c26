/* Rows and cells, where they are, and what is no CSV. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tools/import/import_testing.h"
#include "tools/csv.h"

/* [cell][cell] of each row, one a line; at the end what went wrong. To be freed. */
static char *shown(const char *text, size_t size, size_t row_max)
{
    const mmf_csv_cell *cells;
    mmf_input_place place = {0, 0};
    mmf_error error = {0};
    char *result = NULL;
    size_t result_size, count;
    FILE *out = open_memstream(&result, &result_size);
    int fd = import_input(text, size);
    mmf_status status;
    mmf_csv csv;

    ck_assert_int_eq(mmf_csv_open(&csv, fd, row_max, NULL), MMF_OK);
    while ((status = mmf_csv_next(&csv, &cells, &count, &place, &error)) == MMF_OK) {
        for (size_t i = 0; i < count; i++) {
            fprintf(out, "%c%.*s%c", cells[i].is_quoted ? '{' : '[', (int)cells[i].size,
                    cells[i].text, cells[i].is_quoted ? '}' : ']');
        }
        fputc('\n', out);
    }
    if (status != MMF_E_END) {
        fprintf(out, "%d:%d: %s", (int)place.line, (int)place.column, error.text);
    }
    mmf_csv_close(&csv);
    (void)close(fd);
    (void)fclose(out);
    return result;
}

typedef struct csv_case {
    const char *text;
    const char *expected;
} csv_case;

static const csv_case cases[] = {
    {"", ""},
    {"\n\r\n\n", ""},
    {"a", "[a]\n"},
    {"a,b\n", "[a][b]\n"},
    {"a,b\r\nc,d\r\n", "[a][b]\n[c][d]\n"},
    {"a,b\nc,d", "[a][b]\n[c][d]\n"},
    {",\n", "[][]\n"},
    {"a,", "[a][]\n"},
    {"\xef\xbb\xbf"
     "a,b\n",
     "[a][b]\n"},
    {"a\n\xef\xbb\xbf"
     "b\n",
     "[a]\n[\xef\xbb\xbf"
     "b]\n"},
    {"a\n\n\nb\n\n\r\n", "[a]\n[]\n[]\n[b]\n"},
    {"\na\n", "[]\n[a]\n"},
    {" a , b \n", "[ a ][ b ]\n"},
    {"\"a,b\",\"c\"\n", "{a,b}{c}\n"},
    {"\"\"\n", "{}\n"},
    {"\"\",\"\"\"\"\n", "{}{\"}\n"},
    {"\"say \"\"x\"\"\",\"\"\"\"\"\",z\n", "{say \"x\"}{\"\"}[z]\n"},
    {"\"a\nb\r\nc\",d\ne,f\n", "{a\nb\r\nc}[d]\n[e][f]\n"},
    {"\"a\"", "{a}\n"},
    {"\"a\"\r\n", "{a}\n"},
    {"a\r", "[a]\n"},
    {"x\ny,\"a\nb\"z\n",
     "[x]\n3:3: found something behind a closing quote, expected a comma or a new line"},
    {"x\n\xc3\xa9y,a\"b\n",
     "[x]\n2:5: found a quote in a cell that does not begin with one, expected all of the cell in "
     "quotes, and quotes in it twice"},
    {"x,y\n1,\"abc\n\n", "[x][y]\n2:3: found a quote that is not closed before the end"},
    {"x,\"abc\"\"", "1:3: found a quote that is not closed before the end"},
    {"ab\rc\n",
     "1:3: found a carriage return that no newline follows, expected it in a quoted cell"},
};

START_TEST(reads)
{
    const char *text = cases[_i].text;
    char *all = shown(text, strlen(text), 0);

    ck_assert_str_eq(all, cases[_i].expected);
    free(all);
    for (size_t row_max = 30; row_max < 36; row_max++) { /* pieces that end anywhere */
        char *pieces = shown(text, strlen(text), row_max);

        ck_assert_str_eq(pieces, cases[_i].expected);
        free(pieces);
    }
}
END_TEST

START_TEST(limits_rows)
{
    char *found = shown("a,b\n\"0123456789\n", 16, 10);

    ck_assert_str_eq(found,
                     "[a][b]\n2:1: found a row of more than 10 bytes; is a quote not closed?");
    free(found);
}
END_TEST

START_TEST(says_where_cells_are)
{
    static const char text[] = "a,b\n\"x\ny\",\"\xc3\xa9\"\"\",z\r\n1,2\n";
    static const mmf_input_place expected[] = {{1, 1},  {1, 3}, {2, 1}, {3, 4},
                                               {3, 10}, {4, 1}, {4, 3}};
    int fd = import_input(text, strlen(text));
    const mmf_csv_cell *cells;
    mmf_input_place place;
    size_t count, seen = 0;
    mmf_csv csv;

    ck_assert_int_eq(mmf_csv_open(&csv, fd, 25, NULL), MMF_OK);
    while (mmf_csv_next(&csv, &cells, &count, &place, NULL) == MMF_OK) {
        for (size_t i = 0; i < count; i++, seen++) {
            place = mmf_input_place_of(&csv.input, cells[i].place);
            ck_assert_uint_eq(place.line, expected[seen].line);
            ck_assert_uint_eq(place.column, expected[seen].column);
        }
    }
    ck_assert_uint_eq(seen, sizeof expected / sizeof *expected);
    ck_assert_uint_eq(csv.input.taken, strlen(text));
    mmf_csv_close(&csv);
    (void)close(fd);
}
END_TEST

/* A cell of what is special, quoted where it has to be or anyway; returns the end of it. */
static char *put_cell(char *to, char *plain, size_t *plain_size, uint64_t *state)
{
    static const char alphabet[] = "ab,\"\n\rc ";
    size_t size = import_random(state) % 6;
    bool is_quoted = import_random(state) % 3 == 0;

    for (size_t i = 0; i < size; i++) {
        plain[i] = alphabet[import_random(state) % (sizeof alphabet - 1)];
        is_quoted = is_quoted || strchr(",\"\n\r", plain[i]);
    }
    *plain_size = size;
    if (is_quoted) {
        *to++ = '"';
    }
    for (size_t i = 0; i < size; i++) {
        *to++ = plain[i];
        if (plain[i] == '"') {
            *to++ = '"';
        }
    }
    if (is_quoted) {
        *to++ = '"';
    }
    return to;
}

#define COLUMNS 3
#define ROWS 1000

START_TEST(reads_what_was_written)
{
    static char text[ROWS * COLUMNS * 20], plain[ROWS][COLUMNS][8];
    static size_t sizes[ROWS][COLUMNS];
    uint64_t state = (uint64_t)_i;
    const mmf_csv_cell *cells;
    mmf_input_place place;
    char *to = text;
    size_t count;
    mmf_csv csv;
    int fd;

    for (size_t row = 0; row < ROWS; row++) {
        for (size_t k = 0; k < COLUMNS; k++) {
            to = put_cell(to, plain[row][k], &sizes[row][k], &state);
            *to++ = k + 1 < COLUMNS ? ',' : '\n';
        }
    }
    fd = import_input(text, (size_t)(to - text));
    ck_assert_int_eq(mmf_csv_open(&csv, fd, 48 + (size_t)_i, NULL), MMF_OK);
    for (size_t row = 0; row < ROWS; row++) {
        ck_assert_int_eq(mmf_csv_next(&csv, &cells, &count, &place, NULL), MMF_OK);
        ck_assert_uint_eq(count, COLUMNS);
        for (size_t k = 0; k < COLUMNS; k++) {
            if (cells[k].size != sizes[row][k] ||
                memcmp(cells[k].text, plain[row][k], sizes[row][k]) != 0) {
                ck_abort_msg("row %zu, cell %zu", row, k);
            }
        }
    }
    ck_assert_int_eq(mmf_csv_next(&csv, &cells, &count, &place, NULL), MMF_E_END);
    mmf_csv_close(&csv);
    (void)close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csv");
    TCase *tests = tcase_create("all");

    tcase_add_loop_test(tests, reads, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, limits_rows);
    tcase_add_test(tests, says_where_cells_are);
    tcase_add_loop_test(tests, reads_what_was_written, 0, 8);
    suite_add_tcase(suite, tests);
    return import_run(suite);
}
