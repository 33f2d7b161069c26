#include "tools/jsonl.h"

#include <stdlib.h>
#include <string.h>

#include "tools/value_text.h"

#define MEMBERS_FIRST 64u

mmf_status mmf_jsonl_open(mmf_jsonl *jsonl, int fd, size_t line_max, mmf_error *error)
{
    mmf_status status;

    *jsonl = (mmf_jsonl){.capacity = 0};
    status = mmf_input_open(&jsonl->input, fd, line_max ? line_max : MMF_JSONL_LINE_MAX, error);
    jsonl->next = jsonl->input.begin;
    return status;
}

void mmf_jsonl_close(mmf_jsonl *jsonl)
{
    mmf_input_close(&jsonl->input);
    free(jsonl->members);
    *jsonl = (mmf_jsonl){.capacity = 0};
}

/* Where the line that begins at input.begin ends; MMF_E_END: there is none. */
static mmf_status find_line(mmf_jsonl *jsonl, char **ret_end, mmf_error *error)
{
    mmf_input *input = &jsonl->input;
    char *end;

    while (!(end = memchr(input->begin, '\n', (size_t)(input->end - input->begin)))) {
        mmf_status status = mmf_input_fill(input, error);

        if (status == MMF_E_END) {
            end = input->end;
            break;
        }
        jsonl->next = input->begin;
        if (status != MMF_OK) {
            return status;
        }
    }
    if (end == input->begin && end == input->end) {
        return MMF_E_END;
    }
    *ret_end = end;
    return MMF_OK;
}

static mmf_jsonl_member *add_member(mmf_jsonl *jsonl, size_t count)
{
    if (count == jsonl->capacity) {
        size_t capacity = jsonl->capacity ? 2 * jsonl->capacity : MEMBERS_FIRST;
        mmf_jsonl_member *members = realloc(jsonl->members, capacity * sizeof *members);

        if (!members) {
            return NULL;
        }
        jsonl->members = members;
        jsonl->capacity = capacity;
    }
    return &jsonl->members[count];
}

/* What is being looked at, and what is expected there. */
typedef struct scan {
    const char *at;
    const char *end;
    const char *expected;
} scan;

static bool expect(scan *scan, bool is_met, const char *expected)
{
    scan->expected = is_met ? NULL : expected;
    return is_met;
}

static void skip_space(scan *scan)
{
    scan->at = mmf_json_skip_space(scan->at, scan->end);
}

static bool is_at(const scan *scan, char character)
{
    return scan->at < scan->end && *scan->at == character;
}

/* "key": value */
static bool scan_member(scan *scan, mmf_jsonl_member *ret_member)
{
    const char *end;

    if (!expect(scan, is_at(scan, '"'), "a quoted key")) {
        return false;
    }
    end = mmf_json_string_end(scan->at + 1, scan->end);
    if (!expect(scan, end, "a closing quote in the line")) {
        return false;
    }
    ret_member->key = scan->at + 1;
    ret_member->key_size = (size_t)(end - scan->at - 1);
    scan->at = end + 1;
    skip_space(scan);
    if (!expect(scan, is_at(scan, ':'), "a colon behind the key")) {
        return false;
    }
    scan->at++;
    skip_space(scan);
    end = mmf_json_value_end(scan->at, scan->end);
    if (!expect(scan, end, "a JSON value that ends in the line")) {
        return false;
    }
    ret_member->text = scan->at;
    ret_member->size = (size_t)(end - scan->at);
    scan->at = end;
    skip_space(scan);
    return true;
}

/* MMF_E_INVALID: scan says what and where. */
static mmf_status scan_object(mmf_jsonl *jsonl, scan *scan, size_t *ret_count)
{
    size_t count = 0;

    if (!expect(scan, is_at(scan, '{'), "an object")) {
        return MMF_E_INVALID;
    }
    scan->at++;
    skip_space(scan);
    while (count > 0 || !is_at(scan, '}')) {
        mmf_jsonl_member *member = add_member(jsonl, count);

        if (!member) {
            return MMF_E_NO_MEMORY;
        }
        if (!scan_member(scan, member)) {
            return MMF_E_INVALID;
        }
        count++;
        if (is_at(scan, '}')) {
            break;
        }
        if (!expect(scan, is_at(scan, ','), "a comma or a closing brace")) {
            return MMF_E_INVALID;
        }
        scan->at++;
        skip_space(scan);
    }
    scan->at++;
    skip_space(scan);
    *ret_count = count;
    return expect(scan, scan->at == scan->end, "nothing behind the object in its line")
               ? MMF_OK
               : MMF_E_INVALID;
}

static mmf_status refuse(const mmf_jsonl *jsonl, const scan *scan, mmf_input_place *ret_place,
                         mmf_error *error)
{
    char found[] = "'?'";

    *ret_place = mmf_input_place_of(&jsonl->input, scan->at);
    if (scan->at<scan->end && * scan->at> ' ' && *scan->at < 0x7f) {
        found[1] = *scan->at;
    }
    return mmf_error_set(error, MMF_E_INVALID, "found %s, expected %s",
                         scan->at < scan->end ? found : "the end of the line", scan->expected);
}

mmf_status mmf_jsonl_next(mmf_jsonl *jsonl, const mmf_jsonl_member **ret_members, size_t *ret_count,
                          mmf_input_place *ret_place, mmf_error *error)
{
    mmf_input *input = &jsonl->input;
    scan scan = {NULL, NULL, NULL};
    mmf_status status;
    char *end;

    do {
        mmf_input_take(input, jsonl->next, jsonl->next > input->begin);
        status = find_line(jsonl, &end, error);
        if (status == MMF_E_LIMIT) {
            *ret_place = mmf_input_place_of(input, input->begin);
            return mmf_error_set(error, status, "found a line of more than %zu bytes", input->most);
        }
        if (status != MMF_OK) {
            return status;
        }
        jsonl->next = end < input->end ? end + 1 : end;
        scan.at = mmf_json_skip_space(input->begin, end);
        scan.end = end;
    } while (scan.at == end);
    status = scan_object(jsonl, &scan, ret_count);
    if (status == MMF_E_NO_MEMORY) {
        return mmf_error_set(error, status, "out of memory");
    }
    if (status != MMF_OK) {
        return refuse(jsonl, &scan, ret_place, error);
    }
    *ret_members = jsonl->members;
    return MMF_OK;
}
