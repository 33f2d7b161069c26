#include "codegen/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/wrap.h"

static bool text_reserve(mmf_text *text, size_t more)
{
    size_t capacity = text->capacity ? text->capacity : 256;
    char *data;

    if (text->out_of_memory) {
        return false;
    }
    while (capacity - text->size <= more) {
        capacity *= 2;
    }
    if (capacity == text->capacity) {
        return true;
    }
    data = realloc(text->data, capacity);
    if (!data) {
        text->out_of_memory = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void mmf_text_clear(mmf_text *text)
{
    free(text->data);
    memset(text, 0, sizeof *text);
}

void mmf_text_add_bytes(mmf_text *text, const char *bytes, size_t size)
{
    if (size > 0 && text_reserve(text, size)) {
        memcpy(text->data + text->size, bytes, size);
        text->size += size;
        text->data[text->size] = '\0';
    }
}

void mmf_text_add(mmf_text *text, const char *string)
{
    mmf_text_add_bytes(text, string, strlen(string));
}

void mmf_text_add_spaces(mmf_text *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mmf_text_add_bytes(text, " ", 1);
    }
}

void mmf_text_format(mmf_text *text, const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(size >= 0);
    if (!text_reserve(text, (size_t)size)) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->data + text->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    text->size += (size_t)size;
}

const char *mmf_text_string(const mmf_text *text)
{
    return text->data ? text->data : "";
}

static const char *hole_value(const mmf_holes *holes, const char *name, size_t size)
{
    for (; holes; holes = holes->outer) {
        for (size_t i = 0; i < holes->count; i++) {
            const mmf_hole *hole = &holes->items[i];

            if (strlen(hole->name) == size && memcmp(hole->name, name, size) == 0) {
                return hole->value;
            }
        }
    }
    return NULL;
}

void mmf_text_fill_raw(mmf_text *text, const char *pattern, const mmf_holes *holes)
{
    for (;;) {
        const char *begin = strchr(pattern, '$');
        const char *end;
        const char *value;

        if (!begin) {
            mmf_text_add(text, pattern);
            return;
        }
        mmf_text_add_bytes(text, pattern, (size_t)(begin - pattern));
        end = strchr(begin + 1, '$');
        assert(end && "a hole without an end");
        value = hole_value(holes, begin + 1, (size_t)(end - begin - 1));
        assert(value && "a hole without a value");
        mmf_text_add(text, value);
        pattern = end + 1;
    }
}

void mmf_text_fill(mmf_text *text, const char *pattern, const mmf_holes *holes)
{
    mmf_text filled = {0};

    mmf_text_fill_raw(&filled, pattern, holes);
    mmf_wrap_lines(text, mmf_text_string(&filled));
    text->out_of_memory |= filled.out_of_memory;
    mmf_text_clear(&filled);
}

size_t mmf_text_width(const char *bytes, size_t size)
{
    size_t width = 0;

    for (size_t i = 0; i < size; i++) {
        width += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    }
    return width;
}
