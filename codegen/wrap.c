#include "codegen/wrap.h"

#include <string.h>

#define WRAP_DEPTH_MAX 16

/* The open parentheses at some point of a line: the column behind each. */
typedef struct wrap_parens {
    size_t columns[WRAP_DEPTH_MAX];
    size_t depth;
} wrap_parens;

static void parens_open(wrap_parens *parens, size_t column)
{
    if (parens->depth < WRAP_DEPTH_MAX) {
        parens->columns[parens->depth] = column;
    }
    parens->depth++;
}

static size_t parens_column(const wrap_parens *parens)
{
    size_t top = parens->depth < WRAP_DEPTH_MAX ? parens->depth : WRAP_DEPTH_MAX;

    return parens->columns[top - 1];
}

/* The bytes of the string or character literal that begins here. */
static size_t literal_size(const char *code, size_t size)
{
    size_t i = 1;

    while (i < size && code[i] != code[0]) {
        i += code[i] == '\\' ? 2 : 1;
    }
    return i + 1 < size ? i + 1 : size;
}

/* Finds the comma behind which to break code that begins at `column`: of those that fit, the last
 * one within the fewest parentheses; if none does, the first. *parens is what is open there.
 * 0: there is none at all. */
static size_t find_break(const char *code, size_t size, size_t column, wrap_parens *parens)
{
    wrap_parens now = *parens;
    wrap_parens best_parens = now;
    size_t best = 0;

    for (size_t i = 0; i < size; i++) {
        if (best > 0 && column + mmf_text_width(code, i + 1) > MMF_TEXT_COLUMNS) {
            break;
        }
        if (code[i] == '"' || code[i] == '\'') {
            i += literal_size(code + i, size - i) - 1;
        } else if (code[i] == '(') {
            parens_open(&now, column + i + 1);
        } else if (code[i] == ')' && now.depth > 0) {
            now.depth--;
        } else if (code[i] == ',' && i + 1 < size && code[i + 1] == ' ' && now.depth > 0 &&
                   (best == 0 || now.depth <= best_parens.depth)) {
            best = i + 1;
            best_parens = now;
        }
    }
    *parens = best_parens;
    return best;
}

/* The longest argument of the call or declaration whose parenthesis opens just before code. */
static size_t longest_argument(const char *code, size_t size)
{
    size_t longest = 0;
    size_t begin = 0;
    size_t depth = 1;

    for (size_t i = 0; i < size; i++) {
        bool is_end = i + 1 == size;

        if (code[i] == '"' || code[i] == '\'') {
            i += literal_size(code + i, size - i) - 1;
            is_end = i + 1 >= size;
        }
        depth += code[i] == '(';
        depth -= code[i] == ')' && depth > 0;
        if (is_end || (code[i] == ',' && depth == 1)) {
            size_t length = mmf_text_width(code + begin, i + 1 - begin);

            longest = length > longest ? length : longest;
            begin = i + 2;
        }
    }
    return longest;
}

static void wrap_code(mmf_text *text, const char *line, size_t size, size_t indent)
{
    const char *paren = memchr(line, '(', size);
    wrap_parens parens = {{0}, 0};
    size_t column = 0;

    if (paren) {
        size_t head = (size_t)(paren - line) + 1;

        if (head + longest_argument(paren + 1, size - head) > MMF_TEXT_COLUMNS && head < size) {
            mmf_text_add_bytes(text, line, head);
            mmf_text_add(text, "\n");
            column = indent + 4;
            mmf_text_add_spaces(text, column);
            parens_open(&parens, column);
            line += head;
            size -= head;
        }
    }
    while (column + mmf_text_width(line, size) > MMF_TEXT_COLUMNS) {
        size_t end = find_break(line, size, column, &parens);

        if (end == 0) {
            break;
        }
        mmf_text_add_bytes(text, line, end);
        mmf_text_add(text, "\n");
        column = parens_column(&parens);
        mmf_text_add_spaces(text, column);
        line += end + 1;
        size -= end + 1;
    }
    mmf_text_add_bytes(text, line, size);
}

/* The last space behind `begin` at which at most `columns` columns end, else the first one after
 * them; size: none. The space before the end of the comment is not one. */
static size_t find_space(const char *line, size_t size, size_t begin, size_t columns)
{
    size_t best = size;

    for (size_t i = begin; i < size; i++) {
        if (line[i] == ' ' && strncmp(line + i, " */", 3) != 0) {
            if (best < size && mmf_text_width(line, i) > columns) {
                break;
            }
            best = i;
        }
    }
    return best;
}

/* A line of a block comment, which begins with a slash and a star or, aligned below, a star. */
static void wrap_comment(mmf_text *text, const char *line, size_t size, size_t indent)
{
    size_t star = indent + (line[indent] == '/');
    size_t leader = star + 2;
    size_t column = 0;

    while (column + mmf_text_width(line, size) > MMF_TEXT_COLUMNS) {
        size_t end = find_space(line, size, leader, MMF_TEXT_COLUMNS - column);

        if (end == size) {
            break;
        }
        mmf_text_add_bytes(text, line, end);
        mmf_text_add(text, "\n");
        mmf_text_add_spaces(text, star);
        mmf_text_add(text, "* ");
        column = star + 2;
        leader = 0;
        line += end + 1;
        size -= end + 1;
    }
    mmf_text_add_bytes(text, line, size);
}

void mmf_wrap_lines(mmf_text *text, const char *lines)
{
    while (*lines) {
        const char *end = strchr(lines, '\n');
        size_t size = end ? (size_t)(end - lines) : strlen(lines);
        size_t indent = strspn(lines, " ");

        if (mmf_text_width(lines, size) <= MMF_TEXT_COLUMNS || lines[0] == '#') {
            mmf_text_add_bytes(text, lines, size);
        } else if (strncmp(lines + indent, "/*", 2) == 0 || lines[indent] == '*') {
            wrap_comment(text, lines, size, indent);
        } else {
            wrap_code(text, lines, size, indent);
        }
        lines += size;
        if (end) {
            mmf_text_add(text, "\n");
            lines++;
        }
    }
}
