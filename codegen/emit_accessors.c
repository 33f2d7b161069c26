#include "codegen/c_text.h"
#include "codegen/describe.h"
#include "codegen/emit.h"
#include "codegen/emit_scope.h"

/* A function of the generated header: the statuses that its comment tells, and its code. */
typedef struct accessor {
    const char *statuses;
    const char *code;
} accessor;

/* --- Scalars and enums ----------------------------------------------------------------------- */

static const accessor get_scalar = {
    "MMF_OK; MMF_E_INDEX; MMF_E_STUCK.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_get$(const $store_t$ *store, uint64_t index, "
    "$element_t$ *ret_value)\n"
    "{\n"
    "    return mmf_get_$suffix$(&store->base, index, $record_size$, $field_offset$, ret_value);\n"
    "}\n",
};

static const accessor peek_scalar = {
    "Wait-free: one load, which may show a value of a write in progress. MMF_OK; MMF_E_INDEX.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_peek$(const $store_t$ *store, uint64_t index, "
    "$element_t$ *ret_value)\n"
    "{\n"
    "    return mmf_peek_$suffix$(&store->base, index, $record_size$, $field_offset$, "
    "ret_value);\n"
    "}\n",
};

static const accessor set_scalar = {
    "MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_set$($store_t$ *store, uint64_t index, "
    "$element_t$ value)\n"
    "{\n"
    "    return mmf_set_$suffix$(&store->base, index, $record_size$, $field_offset$, value);\n"
    "}\n",
};

static const accessor name_enum = {
    "The name of a symbol, as in the schema; NULL for a value that is none.",
    "const char *$field_name$($field_enum_t$ value);\n",
};

static const char get_enum_statuses[] =
    "MMF_OK; MMF_E_INDEX; MMF_E_STUCK. A value that is no symbol is returned as it is.";

static const accessor set_enum = {
    "MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK; MMF_E_INVALID (no symbol has that value).",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_set$($store_t$ *store, uint64_t index, "
    "$element_t$ value)\n"
    "{\n"
    "    if (mmf_unlikely(!$field_name$(value))) {\n"
    "        return MMF_E_INVALID;\n"
    "    }\n"
    "    return mmf_set_$suffix$(&store->base, index, $record_size$, $field_offset$, value);\n"
    "}\n",
};

/* --- Arrays ---------------------------------------------------------------------------------- */

static const accessor get_array = {
    "All elements, of one moment. MMF_OK; MMF_E_INDEX; MMF_E_STUCK.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_get$(const $store_t$ *store, uint64_t index, "
    "$element_t$ ret_values[$field_count$])\n"
    "{\n"
    "    return mmf_get_array(&store->base, index, $field_offset$, $size$, ret_values);\n"
    "}\n",
};

/* Any byte but 0 reads as true, as it does in mmf_get_bool(); a C bool must be 0 or 1. */
static const accessor get_bool_array = {
    "All elements, of one moment. MMF_OK; MMF_E_INDEX; MMF_E_STUCK.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_get$(const $store_t$ *store, uint64_t index, "
    "$element_t$ ret_values[$field_count$])\n"
    "{\n"
    "    mmf_status status = mmf_get_array(&store->base, index, $field_offset$, $size$, "
    "ret_values);\n"
    "\n"
    "    if (mmf_likely(status == MMF_OK)) {\n"
    "        unsigned char *bytes = (unsigned char *)ret_values;\n"
    "\n"
    "        for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "            bytes[i] = bytes[i] != 0;\n"
    "        }\n"
    "    }\n"
    "    return status;\n"
    "}\n",
};

static const accessor set_array = {
    "All elements at once. MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_set$($store_t$ *store, uint64_t index, "
    "const $element_t$ values[$field_count$])\n"
    "{\n"
    "    return mmf_set_array(&store->base, index, $field_offset$, $size$, values);\n"
    "}\n",
};

static const accessor set_enum_array = {
    "All elements at once. MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK; MMF_E_INVALID (no "
    "symbol has one of the values: nothing was changed).",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_set$($store_t$ *store, uint64_t index, "
    "const $element_t$ values[$field_count$])\n"
    "{\n"
    "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "        if (mmf_unlikely(!$field_name$(values[i]))) {\n"
    "            return MMF_E_INVALID;\n"
    "        }\n"
    "    }\n"
    "    return mmf_set_array(&store->base, index, $field_offset$, $size$, values);\n"
    "}\n",
};

static const accessor get_element = {
    "One element. MMF_OK; MMF_E_INDEX (no such record, or no such element); MMF_E_STUCK.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_get_at$(const $store_t$ *store, "
    "uint64_t index, uint32_t element, $element_t$ *ret_value)\n"
    "{\n"
    "    if (mmf_unlikely(element >= $field_count$)) {\n"
    "        return MMF_E_INDEX;\n"
    "    }\n"
    "    return mmf_get_$suffix$(&store->base, index, $record_size$, "
    "$field_offset$ + element * $element_size$, ret_value);\n"
    "}\n",
};

static const accessor peek_element = {
    "Wait-free: one load, which may show a value of a write in progress. MMF_OK; MMF_E_INDEX.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_peek_at$(const $store_t$ *store, "
    "uint64_t index, uint32_t element, $element_t$ *ret_value)\n"
    "{\n"
    "    if (mmf_unlikely(element >= $field_count$)) {\n"
    "        return MMF_E_INDEX;\n"
    "    }\n"
    "    return mmf_peek_$suffix$(&store->base, index, $record_size$, "
    "$field_offset$ + element * $element_size$, ret_value);\n"
    "}\n",
};

static const accessor set_element = {
    "One element. MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_set_at$($store_t$ *store, uint64_t index, "
    "uint32_t element, $element_t$ value)\n"
    "{\n"
    "    if (mmf_unlikely(element >= $field_count$)) {\n"
    "        return MMF_E_INDEX;\n"
    "    }\n"
    "    return mmf_set_$suffix$(&store->base, index, $record_size$, "
    "$field_offset$ + element * $element_size$, value);\n"
    "}\n",
};

static const accessor set_enum_element = {
    "One element. MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK; MMF_E_INVALID (no symbol has "
    "that value).",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_set_at$($store_t$ *store, uint64_t index, "
    "uint32_t element, $element_t$ value)\n"
    "{\n"
    "    if (mmf_unlikely(element >= $field_count$)) {\n"
    "        return MMF_E_INDEX;\n"
    "    }\n"
    "    if (mmf_unlikely(!$field_name$(value))) {\n"
    "        return MMF_E_INVALID;\n"
    "    }\n"
    "    return mmf_set_$suffix$(&store->base, index, $record_size$, "
    "$field_offset$ + element * $element_size$, value);\n"
    "}\n",
};

/* --- Strings and bytes ----------------------------------------------------------------------- */

#define GET_TEXT_STATUSES                                                                          \
    "Copies the content into buffer, and a NUL behind it where there is room; *ret_len, which "    \
    "may be NULL, is its length in bytes.\n"                                                       \
    "MMF_OK; MMF_E_INDEX; MMF_E_STUCK; MMF_E_TOO_LONG (the buffer is too small: *ret_len says "    \
    "what it takes); MMF_E_CORRUPT (the length in the file is above its max)."

static const accessor get_text = {
    GET_TEXT_STATUSES,
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_get$(const $store_t$ *store, uint64_t index, "
    "$element_t$ *buffer, size_t buffer_size, uint32_t *ret_len)\n"
    "{\n"
    "    return mmf_get_text(&store->base, index, $field_offset$, $field_max$, buffer, "
    "buffer_size, ret_len);\n"
    "}\n",
};

static const accessor set_text = {
    "MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK; MMF_E_TOO_LONG (nothing was changed).",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_set$($store_t$ *store, uint64_t index, "
    "const $element_t$ *data, size_t len)\n"
    "{\n"
    "    return mmf_set_text(&store->base, index, $field_offset$, $field_max$, data, len);\n"
    "}\n",
};

static const accessor get_text_element = {
    "One element. " GET_TEXT_STATUSES " MMF_E_INDEX also when there is no such element.",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_get_at$(const $store_t$ *store, "
    "uint64_t index, uint32_t element, $element_t$ *buffer, size_t buffer_size, "
    "uint32_t *ret_len)\n"
    "{\n"
    "    if (mmf_unlikely(element >= $field_count$)) {\n"
    "        return MMF_E_INDEX;\n"
    "    }\n"
    "    return mmf_get_text(&store->base, index, $field_offset$ + element * $element_size$, "
    "$field_max$, buffer, buffer_size, ret_len);\n"
    "}\n",
};

static const accessor set_text_element = {
    "One element. MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK; MMF_E_TOO_LONG (nothing was "
    "changed).",
    "$deprecated$"
    "MMF_NODISCARD static inline mmf_status $field_set_at$($store_t$ *store, uint64_t index, "
    "uint32_t element, const $element_t$ *data, size_t len)\n"
    "{\n"
    "    if (mmf_unlikely(element >= $field_count$)) {\n"
    "        return MMF_E_INDEX;\n"
    "    }\n"
    "    return mmf_set_text(&store->base, index, $field_offset$ + element * $element_size$, "
    "$field_max$, data, len);\n"
    "}\n",
};

/* --- Which ones a field has ------------------------------------------------------------------ */

typedef struct accessors {
    const mmf_emit *emit;
    mmf_text *text;
    const mmf_field *field;
    const mmf_holes *holes;
    bool is_doc_told; /* the first function of a field tells the field's doc text */
} accessors;

static void add_commented(accessors *state, const accessor *function, const char *statuses)
{
    mmf_text body = {0};

    if (!state->is_doc_told && state->field->doc) {
        mmf_c_add_doc(&body, state->field->doc, false);
        mmf_text_add(&body, "\n");
    }
    state->is_doc_told = true;
    mmf_text_add(&body, statuses);
    mmf_c_add_comment(state->text, 0, mmf_text_string(&body));
    mmf_text_fill(state->text, function->code, state->holes);
    mmf_text_add(state->text, "\n");
    state->text->out_of_memory |= body.out_of_memory;
    mmf_text_clear(&body);
}

static void add(accessors *state, const accessor *function)
{
    add_commented(state, function, function->statuses);
}

static void add_scalar(accessors *state, bool is_enum)
{
    add_commented(state, &get_scalar, is_enum ? get_enum_statuses : get_scalar.statuses);
    add(state, &peek_scalar);
    add(state, is_enum ? &set_enum : &set_scalar);
}

static void add_array(accessors *state, bool is_enum)
{
    add(state, state->field->type == MMF_TYPE_BOOL ? &get_bool_array : &get_array);
    add(state, is_enum ? &set_enum_array : &set_array);
    add(state, &get_element);
    add(state, &peek_element);
    add(state, is_enum ? &set_enum_element : &set_element);
}

static void add_field(accessors *state)
{
    mmf_field_kind kind = mmf_field_kind_of(state->field);

    if (kind.is_enum) {
        state->is_doc_told = true; /* that is for the getter */
        add(state, &name_enum);
        state->is_doc_told = false;
    }
    if (kind.is_text && kind.is_array) {
        add(state, &get_text_element);
        add(state, &set_text_element);
    } else if (kind.is_text) {
        add(state, &get_text);
        add(state, &set_text);
    } else if (kind.is_array) {
        add_array(state, kind.is_enum);
    } else {
        add_scalar(state, kind.is_enum);
    }
}

static void add_field_heading(const mmf_field *field, mmf_text *text)
{
    mmf_text title = {0};

    mmf_text_format(&title, "%s: ", field->name.text);
    mmf_describe_type(&title, field);
    mmf_c_add_heading(text, mmf_text_string(&title));
    mmf_text_add(text, "\n");
    text->out_of_memory |= title.out_of_memory;
    mmf_text_clear(&title);
}

void mmf_emit_accessors(const mmf_emit *emit, mmf_text *text)
{
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        mmf_emit_scope scope;
        accessors state = {emit, text, &emit->model->fields[i], &scope.holes, false};

        add_field_heading(state.field, text);
        mmf_emit_scope_open(emit, i, &scope);
        add_field(&state);
        mmf_emit_scope_close(&scope, text);
    }
}
