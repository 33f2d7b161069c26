/* Makes the file that FORMAT.md shows, and compares every byte of it with the hexdump there.
 * A line of the dump is an offset, 16 bytes and an annotation; ".." stands for a byte that differs
 * from file to file; what no line shows is zero. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/format/trade.mmf.h"

#define DOCUMENT "schema/FORMAT.md"
#define BEGIN "```hexdump\n"
#define ROW 16

typedef struct image {
    unsigned char *bytes;
    size_t size;
} image;

static void make_sample(const char *path)
{
    const trade first = {.price = 101.25, .side = TRADE_SIDE_SELL, .symbol = {4, "AAPL"}};
    const trade second = {.price = 99.5, .side = TRADE_SIDE_BUY, .symbol = {6, "GOOGLE"}};
    trade_store *store = NULL;

    ck_assert_int_eq(trade_store_create(path, NULL, &store), MMF_OK);
    ck_assert_int_eq(trade_append(store, &first, NULL), MMF_OK);
    ck_assert_int_eq(trade_append(store, &second, NULL), MMF_OK);
    ck_assert_int_eq(trade_set_price(store, 1, 99.75), MMF_OK);
    ck_assert_int_eq(trade_store_sync(store), MMF_OK);
    ck_assert_int_eq(trade_store_close(store), MMF_OK);
}

static image read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    image result;

    ck_assert_msg(file != NULL, "cannot open %s", path);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    result.size = (size_t)ftell(file);
    rewind(file);
    result.bytes = calloc(1, result.size + 1);
    ck_assert_ptr_nonnull(result.bytes);
    ck_assert_uint_eq(fread(result.bytes, 1, result.size, file), result.size);
    ck_assert_int_eq(fclose(file), 0);
    return result;
}

/* One row of the dump: takes the bytes that it shows out of the file. */
static void check_row(const char *line, image *file)
{
    char *at;
    size_t offset = strtoul(line, &at, 16);

    ck_assert_uint_eq(offset % ROW, 0);
    ck_assert_uint_le(offset + ROW, file->size);
    for (size_t i = 0; i < ROW; i++) {
        unsigned char *byte = &file->bytes[offset + i];
        char digits[3] = {0};

        at += strspn(at, " ");
        memcpy(digits, at, 2);
        at += 2;
        if (strcmp(digits, "..") != 0) {
            ck_assert_msg(*byte == strtoul(digits, NULL, 16),
                          "byte %zx is %02x in the file, %s in " DOCUMENT, offset + i, *byte,
                          digits);
        }
        *byte = 0;
    }
}

static void check_dump(const char *document, image *file)
{
    const char *line = strstr(document, BEGIN);
    size_t rows = 0;

    ck_assert_msg(line != NULL, DOCUMENT " has no hexdump");
    for (line += strlen(BEGIN); *line != '`'; line = strchr(line, '\n') + 1) {
        check_row(line, file);
        rows++;
    }
    ck_assert_uint_ge(rows, 10);
    for (size_t i = 0; i < file->size; i++) {
        ck_assert_msg(file->bytes[i] == 0, "byte %zx is %02x in the file, not shown in " DOCUMENT,
                      i, file->bytes[i]);
    }
}

/* For updating the document: the rows that are not all zero. */
static void print_dump(const image *file)
{
    static const unsigned char zeros[ROW];

    for (size_t offset = 0; offset + ROW <= file->size; offset += ROW) {
        if (memcmp(file->bytes + offset, zeros, ROW) != 0) {
            printf("%06zx ", offset);
            for (size_t i = 0; i < ROW; i++) {
                printf("%s%02x", i == 8 ? "  " : " ", file->bytes[offset + i]);
            }
            printf("\n");
        }
    }
}

START_TEST(test_hexdump_is_the_file)
{
    const char *base = getenv("TEST_TMPDIR");
    char path[4096];
    image document = read_whole(DOCUMENT);
    image file;

    (void)snprintf(path, sizeof path, "%s/hexdump-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(path));
    (void)strcat(path, "/trade.mmf");
    make_sample(path);
    file = read_whole(path);
    if (getenv("PRINT_DUMP")) {
        print_dump(&file);
    }
    check_dump((const char *)document.bytes, &file);
    free(file.bytes);
    free(document.bytes);
}
END_TEST

int main(void)
{
    TCase *test_case = tcase_create("hexdump");
    Suite *suite = suite_create("format");
    SRunner *runner;
    int failed;

    tcase_add_test(test_case, test_hexdump_is_the_file);
    suite_add_tcase(suite, test_case);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
