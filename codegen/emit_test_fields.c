#include <stdio.h>

#include "codegen/emit_scope.h"
#include "codegen/emit_test_parts.h"
#include "codegen/text.h"

/* --- Round trip and every status of one field's accessors ------------------------------------ */

/* The functions of a field of one kind. accessors: calls each of them once. */
typedef struct field_tests {
    const char *round_trip;
    const char *accessors;
} field_tests;

#define EXPECT_MEMBER                                                                              \
    "    ck_assert(memcmp(&mmf_t_got->$member$, &mmf_t_expected->$member$,\n"                      \
    "                     sizeof mmf_t_got->$member$) == 0);\n"

static const field_tests scalar_tests = {
    "static void mmf_t_round_trip_$member$(void)\n"
    "{\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, 0, mmf_t_expected->$member$), MMF_OK);\n"
    "    ck_assert_int_eq($field_get$(mmf_t_store, 0, &mmf_t_got->$member$), "
    "MMF_OK);\n" EXPECT_MEMBER "    memset(&mmf_t_got->$member$, 0, sizeof mmf_t_got->$member$);\n"
    "    ck_assert_int_eq($field_peek$(mmf_t_store, 0, &mmf_t_got->$member$), "
    "MMF_OK);\n" EXPECT_MEMBER "}\n"
    "\n",
    "static void mmf_t_accessors_$member$(uint64_t index, mmf_t_statuses status)\n"
    "{\n"
    "    ck_assert_int_eq($field_get$(mmf_t_store, index, &mmf_t_got->$member$), status.reading);\n"
    "    ck_assert_int_eq($field_peek$(mmf_t_store, index, &mmf_t_got->$member$), "
    "status.reading);\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, index, mmf_t_expected->$member$), "
    "status.writing);\n"
    "}\n"
    "\n",
};

static const field_tests array_tests = {
    "static void mmf_t_round_trip_$member$(void)\n"
    "{\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, 0, mmf_t_expected->$member$), MMF_OK);\n"
    "    ck_assert_int_eq($field_get$(mmf_t_store, 0, mmf_t_got->$member$), "
    "MMF_OK);\n" EXPECT_MEMBER "    memset(&mmf_t_got->$member$, 0, sizeof mmf_t_got->$member$);\n"
    "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "        ck_assert_int_eq($field_set_at$(mmf_t_store, 0, i, mmf_t_expected->$member$[i]), "
    "MMF_OK);\n"
    "        ck_assert_int_eq($field_get_at$(mmf_t_store, 0, i, &mmf_t_got->$member$[i]), "
    "MMF_OK);\n"
    "    }\n" EXPECT_MEMBER "    memset(&mmf_t_got->$member$, 0, sizeof mmf_t_got->$member$);\n"
    "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "        ck_assert_int_eq($field_peek_at$(mmf_t_store, 0, i, &mmf_t_got->$member$[i]), "
    "MMF_OK);\n"
    "    }\n" EXPECT_MEMBER "}\n"
    "\n",
    "static void mmf_t_accessors_$member$(uint64_t index, mmf_t_statuses status)\n"
    "{\n"
    "    ck_assert_int_eq($field_get$(mmf_t_store, index, mmf_t_got->$member$), status.reading);\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, index, mmf_t_expected->$member$), "
    "status.writing);\n"
    "    ck_assert_int_eq($field_get_at$(mmf_t_store, index, 0, mmf_t_got->$member$), "
    "status.reading);\n"
    "    ck_assert_int_eq($field_peek_at$(mmf_t_store, index, 0, mmf_t_got->$member$), "
    "status.reading);\n"
    "    ck_assert_int_eq($field_set_at$(mmf_t_store, index, 0, mmf_t_expected->$member$[0]), "
    "status.writing);\n"
    "    ck_assert_int_eq($field_get_at$(mmf_t_store, index, $field_count$, mmf_t_got->$member$), "
    "MMF_E_INDEX);\n"
    "    ck_assert_int_eq($field_peek_at$(mmf_t_store, index, $field_count$, "
    "mmf_t_got->$member$), MMF_E_INDEX);\n"
    "    ck_assert_int_eq($field_set_at$(mmf_t_store, index, $field_count$, "
    "mmf_t_expected->$member$[0]), MMF_E_INDEX);\n"
    "}\n"
    "\n",
};

static const field_tests text_tests = {
    "static void mmf_t_round_trip_$member$(void)\n"
    "{\n"
    "    uint32_t len = UINT32_MAX;\n"
    "\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, 0, mmf_t_expected->$member$.data, "
    "mmf_t_expected->$member$.len), MMF_OK);\n"
    "    ck_assert_int_eq($field_get$(mmf_t_store, 0, mmf_t_got->$member$.data, $field_max$, "
    "&len), MMF_OK);\n"
    "    mmf_t_got->$member$.len = len;\n" EXPECT_MEMBER "}\n"
    "\n",
    "static void mmf_t_accessors_$member$(uint64_t index, mmf_t_statuses status)\n"
    "{\n"
    "    ck_assert_int_eq($field_get$(mmf_t_store, index, mmf_t_got->$member$.data, "
    "$field_max$, NULL), status.reading);\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, index, mmf_t_expected->$member$.data, 1), "
    "status.writing);\n"
    "}\n"
    "\n",
};

static const field_tests text_array_tests = {
    "static void mmf_t_round_trip_$member$(void)\n"
    "{\n"
    "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "        uint32_t len = UINT32_MAX;\n"
    "\n"
    "        ck_assert_int_eq($field_set_at$(mmf_t_store, 0, i, mmf_t_expected->$member$[i].data, "
    "mmf_t_expected->$member$[i].len), MMF_OK);\n"
    "        ck_assert_int_eq($field_get_at$(mmf_t_store, 0, i, mmf_t_got->$member$[i].data, "
    "$field_max$, &len), MMF_OK);\n"
    "        mmf_t_got->$member$[i].len = len;\n"
    "    }\n" EXPECT_MEMBER "}\n"
    "\n",
    "static void mmf_t_accessors_$member$(uint64_t index, mmf_t_statuses status)\n"
    "{\n"
    "    ck_assert_int_eq($field_get_at$(mmf_t_store, index, 0, mmf_t_got->$member$[0].data, "
    "$field_max$, NULL), status.reading);\n"
    "    ck_assert_int_eq($field_set_at$(mmf_t_store, index, 0, "
    "mmf_t_expected->$member$[0].data, 1), status.writing);\n"
    "    ck_assert_int_eq($field_get_at$(mmf_t_store, index, $field_count$, "
    "mmf_t_got->$member$[0].data, $field_max$, NULL), MMF_E_INDEX);\n"
    "    ck_assert_int_eq($field_set_at$(mmf_t_store, index, $field_count$, "
    "mmf_t_expected->$member$[0].data, 1), MMF_E_INDEX);\n"
    "}\n"
    "\n",
};

/* --- Values that are refused ----------------------------------------------------------------- */

static const char refuse_record[] =
    "    ck_assert_int_eq($set$(mmf_t_store, 0, mmf_t_expected), $refusal$);\n"
    "    ck_assert_int_eq($append$(mmf_t_store, mmf_t_expected, NULL), $refusal$);\n"
    "    ck_assert_int_eq($append_n$(mmf_t_store, mmf_t_expected, 1, NULL), $refusal$);\n"
    "    ck_assert_uint_eq($store_len$(mmf_t_store), 1);\n"
    "    mmf_t_expect(0, 1);\n"
    "}\n"
    "\n";

static const char refuse_text[] =
    "static void mmf_t_refused_$member$(void)\n"
    "{\n"
    "    uint32_t len = 0;\n"
    "\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, 0, mmf_t_got->$member$.data, "
    "$field_max$ + (size_t)1), MMF_E_TOO_LONG);\n"
    "    mmf_t_expect(0, 1);\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, 0, mmf_t_got->$member$.data, $field_max$), "
    "MMF_OK);\n"
    "    ck_assert_int_eq($field_get$(mmf_t_store, 0, mmf_t_got->$member$.data, "
    "$field_max$ - 1, &len), MMF_E_TOO_LONG);\n"
    "    ck_assert_uint_eq(len, $field_max$);\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, 0, mmf_t_expected->$member$.data, "
    "mmf_t_expected->$member$.len), MMF_OK);\n"
    "    mmf_t_expected->$member$.len = $field_max$ + 1;\n";

static const char refuse_text_element[] =
    "static void mmf_t_refused_$member$(void)\n"
    "{\n"
    "    uint32_t element = $field_count$ - 1;\n"
    "    uint32_t len = 0;\n"
    "\n"
    "    ck_assert_int_eq($field_set_at$(mmf_t_store, 0, element, mmf_t_got->$member$[0].data, "
    "$field_max$ + (size_t)1), MMF_E_TOO_LONG);\n"
    "    mmf_t_expect(0, 1);\n"
    "    ck_assert_int_eq($field_set_at$(mmf_t_store, 0, element, mmf_t_got->$member$[0].data, "
    "$field_max$), MMF_OK);\n"
    "    ck_assert_int_eq($field_get_at$(mmf_t_store, 0, element, mmf_t_got->$member$[0].data, "
    "$field_max$ - 1, &len), MMF_E_TOO_LONG);\n"
    "    ck_assert_uint_eq(len, $field_max$);\n"
    "    ck_assert_int_eq($field_set_at$(mmf_t_store, 0, element, "
    "mmf_t_expected->$member$[element].data, mmf_t_expected->$member$[element].len), MMF_OK);\n"
    "    mmf_t_expected->$member$[element].len = $field_max$ + 1;\n";

static const char refuse_symbol[] =
    "static void mmf_t_refused_$member$(void)\n"
    "{\n"
    "    ck_assert_ptr_null($field_name$($no_symbol$));\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, 0, $no_symbol$), MMF_E_INVALID);\n"
    "    mmf_t_expect(0, 1);\n"
    "    mmf_t_expected->$member$ = $no_symbol$;\n";

static const char refuse_symbol_element[] =
    "static void mmf_t_refused_$member$(void)\n"
    "{\n"
    "    uint32_t element = $field_count$ - 1;\n"
    "\n"
    "    ck_assert_ptr_null($field_name$($no_symbol$));\n"
    "    ck_assert_int_eq($field_set_at$(mmf_t_store, 0, element, $no_symbol$), MMF_E_INVALID);\n"
    "    mmf_t_expect(0, 1);\n"
    "    mmf_t_expected->$member$[element] = $no_symbol$;\n"
    "    ck_assert_int_eq($field_set$(mmf_t_store, 0, mmf_t_expected->$member$), "
    "MMF_E_INVALID);\n";

/* The smallest value of an enum's base, from 0, that no symbol has; -1: there is none, or it
 * is no enum. */
static int64_t value_without_symbol(const mmf_field *field)
{
    uint64_t max;
    int64_t min;

    if (field->type != MMF_TYPE_ENUM) {
        return -1;
    }
    mmf_type_integer_range(field->base, &min, &max);
    for (int64_t value = 0; value <= MMF_SCHEMA_SYMBOLS_MAX && (uint64_t)value <= max; value++) {
        if (!mmf_field_symbol(field, value)) {
            return value;
        }
    }
    return -1;
}

static const char *refusal_pattern(const mmf_field *field)
{
    mmf_field_kind kind = mmf_field_kind_of(field);

    if (kind.is_text) {
        return kind.is_array ? refuse_text_element : refuse_text;
    }
    if (kind.is_enum && value_without_symbol(field) >= 0) {
        return kind.is_array ? refuse_symbol_element : refuse_symbol;
    }
    return NULL;
}

static void add_refusal(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const mmf_field *field = &emit->model->fields[field_index];
    const char *pattern = refusal_pattern(field);
    char no_symbol[24];
    mmf_emit_scope scope;
    mmf_hole items[] = {
        {"no_symbol", no_symbol},
        {"refusal", mmf_type_is_text(field->type) ? "MMF_E_TOO_LONG" : "MMF_E_INVALID"}};
    mmf_holes holes = {items, 2, &scope.holes};

    if (!pattern) {
        return;
    }
    snprintf(no_symbol, sizeof no_symbol, "%d", (int)value_without_symbol(field));
    mmf_emit_scope_open(emit, field_index, &scope);
    mmf_text_fill(text, pattern, &holes);
    mmf_text_fill(text, refuse_record, &holes);
    mmf_emit_scope_close(&scope, text);
}

/* --- All fields ------------------------------------------------------------------------------ */

static const field_tests *tests_of(const mmf_field *field)
{
    mmf_field_kind kind = mmf_field_kind_of(field);

    if (kind.is_text) {
        return kind.is_array ? &text_array_tests : &text_tests;
    }
    return kind.is_array ? &array_tests : &scalar_tests;
}

static void add_field(const mmf_emit *emit, uint32_t field_index, mmf_text *text)
{
    const field_tests *tests = tests_of(&emit->model->fields[field_index]);
    mmf_emit_scope scope;

    mmf_emit_scope_open(emit, field_index, &scope);
    mmf_text_fill(text, tests->round_trip, &scope.holes);
    mmf_text_fill(text, tests->accessors, &scope.holes);
    mmf_emit_scope_close(&scope, text);
    add_refusal(emit, field_index, text);
}

static void add_calls(const mmf_emit *emit, const char *pattern, bool only_refused, mmf_text *text)
{
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        mmf_emit_scope scope;

        if (only_refused && !refusal_pattern(&emit->model->fields[i])) {
            continue;
        }
        mmf_emit_scope_open(emit, i, &scope);
        mmf_text_fill(text, pattern, &scope.holes);
        mmf_emit_scope_close(&scope, text);
    }
}

static void add_tests(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_add(text, "static void mmf_t_each_accessor(uint64_t index, mmf_t_statuses status)\n"
                       "{\n");
    add_calls(emit, "    mmf_t_accessors_$member$(index, status);\n", false, text);
    mmf_text_add(text, "}\n"
                       "\n"
                       "START_TEST(mmf_t_fields_round_trip)\n"
                       "{\n"
                       "    mmf_t_append(1, 3);\n"
                       "    mmf_t_fill(mmf_t_expected, 4);\n");
    add_calls(emit, "    mmf_t_round_trip_$member$();\n", false, text);
    mmf_text_add(text, "    mmf_t_expect(0, 4);\n"
                       "    mmf_t_expect(1, 2);\n"
                       "}\n"
                       "END_TEST\n"
                       "\n"
                       "START_TEST(mmf_t_fields_out_of_bounds)\n"
                       "{\n"
                       "    const mmf_t_statuses mmf_t_none = {MMF_E_INDEX, MMF_E_INDEX};\n"
                       "\n"
                       "    mmf_t_append(1, 1);\n"
                       "    mmf_t_each_accessor(1, mmf_t_none);\n"
                       "    mmf_t_each_accessor(UINT64_MAX, mmf_t_none);\n"
                       "    mmf_t_expect(0, 1);\n"
                       "}\n"
                       "END_TEST\n"
                       "\n"
                       "START_TEST(mmf_t_values_refused)\n"
                       "{\n"
                       "    mmf_t_append(1, 1);\n");
    add_calls(emit, "    mmf_t_refused_$member$();\n", true, text);
    mmf_text_add(text, "    mmf_t_expect(0, 1);\n"
                       "}\n"
                       "END_TEST\n"
                       "\n");
}

void mmf_emit_test_fields(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_add(text,
                 "/* What is expected of functions that read and of functions that write. */\n"
                 "typedef struct mmf_t_statuses {\n"
                 "    mmf_status reading;\n"
                 "    mmf_status writing;\n"
                 "} mmf_t_statuses;\n"
                 "\n");
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        add_field(emit, i, text);
    }
    add_tests(emit, text);
}
