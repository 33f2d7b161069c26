#include "examples/ticks/csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples/ticks/date.h"

#define HEADER "date,open,high,low,close,adjclose,volume"
#define NUMBER_MAX 40 /* characters; more digits than any price or volume has */

/* Where the parser is: in one line, which ends at `end`. */
typedef struct parser {
    const char *name;
    size_t line;
    const char *line_begin;
    const char *at;
    const char *end;
    failure *failure;
} parser;

/* A field: a copy with a NUL, and where it is. */
typedef struct field {
    char text[NUMBER_MAX + 1];
    const char *begin;
    size_t length;
} field;

static bool wrong(const parser *parser, const char *where, const char *what)
{
    return failure_set(parser->failure, "%s:%zu:%zu: %s", parser->name, parser->line,
                       (size_t)(where - parser->line_begin) + 1, what);
}

/* The next field: up to a comma, or to the end of the line for the last one. */
static bool take_field(parser *parser, bool last, field *ret_field)
{
    const char *comma = memchr(parser->at, ',', (size_t)(parser->end - parser->at));
    const char *end = comma ? comma : parser->end;
    size_t length = (size_t)(end - parser->at);

    if (!comma && !last) {
        return wrong(parser, parser->end, "expected 7 columns, the line ends here");
    }
    if (comma && last) {
        return wrong(parser, comma, "expected 7 columns, here is another one");
    }
    if (length > NUMBER_MAX) {
        return wrong(parser, parser->at, "the field is too long");
    }
    memcpy(ret_field->text, parser->at, length);
    ret_field->text[length] = '\0';
    ret_field->begin = parser->at;
    ret_field->length = length;
    parser->at = comma ? comma + 1 : end;
    return true;
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool take_price(parser *parser, double *ret_price)
{
    field field;
    size_t digits;

    if (!take_field(parser, false, &field)) {
        return false;
    }
    digits = count_digits(field.text);
    if (digits > 0 && field.text[digits] == '.' && count_digits(field.text + digits + 1) > 0) {
        digits += 1 + count_digits(field.text + digits + 1);
    }
    if (digits == 0 || digits != field.length) {
        return wrong(parser, field.begin + digits, "expected a price, such as 1469.25");
    }
    *ret_price = strtod(field.text, NULL);
    return true;
}

static bool take_volume(parser *parser, uint64_t *ret_volume)
{
    field field;
    size_t digits;

    if (!take_field(parser, true, &field)) {
        return false;
    }
    digits = count_digits(field.text);
    if (digits == 0 || digits != field.length) {
        return wrong(parser, field.begin + digits, "expected a whole number");
    }
    errno = 0;
    *ret_volume = strtoull(field.text, NULL, 10);
    return errno == 0 || wrong(parser, field.begin, "the number does not fit into 64 bits");
}

static bool take_date(parser *parser, int32_t *ret_days)
{
    field field;

    if (!take_field(parser, false, &field)) {
        return false;
    }
    return (field.length == DATE_TEXT_LENGTH && date_parse(field.text, ret_days)) ||
           wrong(parser, field.begin, "expected a date, YYYY-MM-DD");
}

static bool parse_row(parser *parser, const bar *before, bar *ret_bar)
{
    if (parser->at == parser->end) {
        return wrong(parser, parser->at, "the line is empty");
    }
    if (!take_date(parser, &ret_bar->date)) {
        return false;
    }
    if (before && before->date >= ret_bar->date) {
        return wrong(parser, parser->line_begin, "the date is not after the one before");
    }
    return take_price(parser, &ret_bar->open) && take_price(parser, &ret_bar->high) &&
           take_price(parser, &ret_bar->low) && take_price(parser, &ret_bar->close) &&
           take_price(parser, &ret_bar->adjclose) && take_volume(parser, &ret_bar->volume);
}

/* Goes to the line that begins at *next, and *next behind it. */
static void take_line(parser *parser, const char **next, const char *text_end)
{
    const char *newline = memchr(*next, '\n', (size_t)(text_end - *next));

    parser->line++;
    parser->line_begin = parser->at = *next;
    parser->end = newline ? newline : text_end;
    *next = newline ? newline + 1 : text_end;
    if (newline && parser->end > parser->at && parser->end[-1] == '\r') {
        parser->end--;
    }
}

static bool parse_header(parser *parser)
{
    size_t length = (size_t)(parser->end - parser->at);

    return (length == strlen(HEADER) && memcmp(parser->at, HEADER, length) == 0) ||
           wrong(parser, parser->at, "expected the columns " HEADER);
}

static size_t count_lines(const char *text, const char *end)
{
    size_t count = 1;

    for (; text < end; text++) {
        count += *text == '\n';
    }
    return count;
}

bool csv_parse(const char *name, const char *text, size_t size, bars *ret_bars, failure *failure)
{
    parser parser = {.name = name, .failure = failure};
    const char *end = text + size;
    const char *next = text;
    bars bars = {.csv_size = size};

    take_line(&parser, &next, end);
    if (!parse_header(&parser)) {
        return false;
    }
    if (next == end) {
        return wrong(&parser, parser.end, "no rows follow the header");
    }
    bars.rows = calloc(count_lines(next, end), sizeof *bars.rows);
    if (!bars.rows) {
        return failure_system(failure, name);
    }
    while (next < end) {
        bar *row = &bars.rows[bars.count];

        take_line(&parser, &next, end);
        if (!parse_row(&parser, bars.count > 0 ? row - 1 : NULL, row)) {
            bars_free(&bars);
            return false;
        }
        bars.count++;
    }
    *ret_bars = bars;
    return true;
}

/* The whole file; NULL with errno. */
static char *read_all(FILE *file, size_t *ret_size)
{
    size_t capacity = 1 << 16;
    size_t size = 0;
    char *text = malloc(capacity);

    while (text) {
        char *larger;

        size += fread(text + size, 1, capacity - size, file);
        if (ferror(file)) {
            break;
        }
        if (size < capacity) {
            *ret_size = size;
            return text;
        }
        larger = realloc(text, capacity *= 2);
        if (!larger) {
            break;
        }
        text = larger;
    }
    free(text);
    return NULL;
}

bool csv_read(const char *path, bars *ret_bars, failure *failure)
{
    FILE *file = fopen(path, "rbe");
    size_t size = 0;
    char *text = NULL;
    bool ok = false;

    if (file) {
        text = read_all(file, &size);
    }
    if (text) {
        ok = csv_parse(path, text, size, ret_bars, failure);
    } else {
        (void)failure_system(failure, path);
    }
    free(text);
    if (file) {
        (void)fclose(file);
    }
    return ok;
}

void bars_free(bars *bars)
{
    free(bars->rows);
    bars->rows = NULL;
    bars->count = 0;
}
