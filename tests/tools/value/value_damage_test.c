/* Random payloads, as a damaged file may have them, in every notation and back. */
#include "tests/tools/value/value_testing.h"

#include "schema/layout.h"

#define ROUNDS 100

static mmf_model *model;

static void set_up(void)
{
    model = value_model();
}

static void tear_down(void)
{
    mmf_model_free(model);
}

/* What remains of an element: a length within max, nothing behind it, one kind of nan and true. */
static void normalize(const mmf_field *field, const uint8_t *from, uint8_t *to)
{
    memcpy(to, from, field->element_size);
    if (mmf_type_is_text(field->type)) {
        uint32_t length;

        memcpy(&length, from, sizeof length);
        length = length < field->max ? length : field->max;
        memcpy(to, &length, sizeof length);
        memset(to + 4 + length, 0, field->element_size - 4 - length);
    } else if (field->type == MMF_TYPE_BOOL) {
        *to = *from != 0;
    }
}

static bool is_nan(const mmf_field *field, const uint8_t *bytes)
{
    float narrow;
    double real;

    memcpy(&narrow, bytes, sizeof narrow);
    if (field->type == MMF_TYPE_FLOAT32) {
        return narrow != narrow;
    }
    if (field->type != MMF_TYPE_FLOAT64) {
        return false;
    }
    memcpy(&real, bytes, sizeof real);
    return real != real;
}

static void expect_same(const mmf_field *field, const uint8_t *before, const uint8_t *after,
                        const char *text)
{
    const uint8_t *from = before + field->offset - MMF_COUNTER_SIZE;
    const uint8_t *to = after + field->offset - MMF_COUNTER_SIZE;

    for (uint32_t i = 0; i < mmf_field_elements(field); i++) {
        uint8_t expected[64];

        normalize(field, from, expected);
        if (is_nan(field, from)) {
            value_expect(is_nan(field, to), "%s: %s", field->name.text, text);
        } else {
            value_expect(memcmp(to, expected, field->element_size) == 0, "%s: %s", field->name.text,
                         text);
        }
        from += field->element_size;
        to += field->element_size;
    }
}

static void round_trip(const mmf_field *field, const uint8_t *payload, mmf_notation notation)
{
    uint8_t back[PAYLOAD_MAX];
    mmf_error error = {0};
    size_t size;
    char *text = value_written(field, payload, notation, &size);

    if (notation.syntax == MMF_SYNTAX_CSV) {
        value_expect(size > 0, "%s: an empty cell", field->name.text);
        size = value_unquote(text, size);
    } else {
        value_expect(!memchr(text, '\n', size), "%s: a new line", text);
    }
    memset(back, 0xa5, sizeof back);
    value_expect(mmf_value_read(field, text, size, notation, back, &error) == MMF_OK, "%s: %s: %s",
                 field->name.text, text, error.text);
    expect_same(field, payload, back, text);
    free(text);
}

/* Bytes that are often small numbers, or printable: both make rarer ways of writing happen. */
static void fill(uint8_t *payload, uint64_t *state)
{
    uint64_t kind = value_random(state) % 4;

    for (size_t i = 0; i < PAYLOAD_MAX; i++) {
        uint64_t number = value_random(state);

        payload[i] = (uint8_t)number;
        if (kind == 1) {
            payload[i] = number % 4 ? 0 : (uint8_t)(number >> 8) % 16;
        } else if (kind == 2) {
            payload[i] = (uint8_t) "a,\"\n\r \\\t\x01\x7f\xc3\xa9\xff\0b:"[number % 16];
        } else if (kind == 3) {
            payload[i] = number % 8 ? 0 : (uint8_t)(number >> 8);
        }
    }
}

/* Lengths of text of all sorts; those of random bytes are nearly all beyond max. */
static void fill_lengths(uint8_t *payload, uint64_t *state)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];
        uint8_t *at = payload + field->offset - MMF_COUNTER_SIZE;

        for (uint32_t k = 0; mmf_type_is_text(field->type) && k < mmf_field_elements(field); k++) {
            uint32_t length = (uint32_t)(value_random(state) % (field->max + 2));

            if (length <= field->max) {
                memcpy(at + (size_t)k * field->element_size, &length, sizeof length);
            }
        }
    }
}

START_TEST(comes_back)
{
    static const mmf_syntax syntaxes[] = {MMF_SYNTAX_TEXT, MMF_SYNTAX_CSV, MMF_SYNTAX_JSON};
    mmf_notation notation = {syntaxes[_i % 3], _i >= 3};
    uint8_t payload[PAYLOAD_MAX];
    uint64_t state = (uint64_t)_i;

    for (int round = 0; round < ROUNDS; round++) {
        fill(payload, &state);
        fill_lengths(payload, &state);
        for (uint32_t i = 0; i < model->field_count; i++) {
            round_trip(&model->fields[i], payload, notation);
        }
    }
}
END_TEST

/* Cut and changed texts of values are read or refused, and nothing else happens. */
START_TEST(survives_what_is_no_value)
{
    static const mmf_syntax syntaxes[] = {MMF_SYNTAX_TEXT, MMF_SYNTAX_CSV, MMF_SYNTAX_JSON};
    mmf_notation notation = {syntaxes[_i % 3], false};
    uint8_t payload[PAYLOAD_MAX];
    uint64_t state = 77;

    for (int round = 0; round < 8; round++) {
        fill(payload, &state);
        fill_lengths(payload, &state);
        for (uint32_t i = 0; i < model->field_count; i++) {
            const mmf_field *field = &model->fields[i];
            size_t size;
            char *text = value_written(field, payload, notation, &size);

            for (size_t cut = 0; cut <= size; cut++) {
                char *exact = malloc(cut > 0 ? cut : 1); /* whose ends a sanitizer knows */
                uint8_t back[PAYLOAD_MAX];
                mmf_status status;

                memcpy(exact, text, cut);
                if (cut > 0 && round % 2) {
                    exact[value_random(&state) % cut] ^= (char)(1 << value_random(&state) % 8);
                }
                status = mmf_value_read(field, exact, cut, notation, back, NULL);
                value_expect(status == MMF_OK || status == MMF_E_INVALID ||
                                 status == MMF_E_TOO_LONG,
                             "%s", mmf_status_name(status));
                free(exact);
            }
            free(text);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value damage");
    TCase *tests = tcase_create("all");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, comes_back, 0, 6);
    tcase_add_loop_test(tests, survives_what_is_no_value, 0, 3);
    suite_add_tcase(suite, tests);
    return value_run(suite);
}
