/* The way of a whole record into the file: PREFIX_check(), PREFIX_put() and PREFIX_set(). */
#include <inttypes.h>
#include <stdio.h>

#include "codegen/emit.h"
#include "codegen/emit_scope.h"

/* --- What may be stored ---------------------------------------------------------------------- */

static const char check_begin[] = "/* What may be stored: $checked$. */\n"
                                  "static mmf_status $check$(const $record_t$ *record)\n"
                                  "{\n";

static const char check_length[] = "    if (record->$member$.len > $field_max$) {\n"
                                   "        return MMF_E_TOO_LONG;\n"
                                   "    }\n";

static const char check_lengths[] = "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
                                    "        if (record->$member$[i].len > $field_max$) {\n"
                                    "            return MMF_E_TOO_LONG;\n"
                                    "        }\n"
                                    "    }\n";

static const char check_symbol[] = "    if (!$field_name$(record->$member$)) {\n"
                                   "        return MMF_E_INVALID;\n"
                                   "    }\n";

static const char check_symbols[] = "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
                                    "        if (!$field_name$(record->$member$[i])) {\n"
                                    "            return MMF_E_INVALID;\n"
                                    "        }\n"
                                    "    }\n";

static void add_check(const mmf_emit *emit, mmf_text *text)
{
    const mmf_c_record *record = emit->record;
    mmf_hole checked = {"checked", record->has_texts && record->has_enums
                                       ? "lengths within their max, enums among their symbols"
                                   : record->has_texts ? "lengths within their max"
                                                       : "enums among their symbols"};
    mmf_holes holes = {&checked, 1, &emit->names->holes};

    mmf_text_fill(text, check_begin, &holes);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        mmf_field_kind kind = mmf_field_kind_of(&emit->model->fields[i]);
        mmf_emit_scope scope;

        mmf_emit_scope_open(emit, i, &scope);
        if (kind.is_text) {
            mmf_text_fill(text, kind.is_array ? check_lengths : check_length, &scope.holes);
        } else if (kind.is_enum) {
            mmf_text_fill(text, kind.is_array ? check_symbols : check_symbol, &scope.holes);
        }
        mmf_emit_scope_close(&scope, text);
    }
    mmf_text_add(text, "    return MMF_OK;\n"
                       "}\n"
                       "\n");
}

/* --- A small record: copied, cleaned and stored through a mask -------------------------------- */

void mmf_emit_mask(const mmf_emit *emit, mmf_text *text)
{
    uint32_t words = emit->model->payload_size / 8;

    mmf_text_fill(text,
                  "/* Bits that belong to fields, of a bool one; padding is zero in the file. */\n"
                  "static const uint64_t $mask$[$payload_size$ / 8] = {\n",
                  &emit->names->holes);
    for (uint32_t i = 0; i < words; i++) {
        mmf_text_format(text, "%s0x%016" PRIx64 ",%s", i % 4 == 0 ? "    " : " ",
                        emit->record->mask[i], i % 4 == 3 || i + 1 == words ? "\n" : "");
    }
    mmf_text_add(text, "};\n\n");
}

static const char clean_text[] =
    "    memset(clean.$member$.data + clean.$member$.len, 0, $field_max$ - clean.$member$.len);\n";

static const char clean_texts[] =
    "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "        memset(clean.$member$[i].data + clean.$member$[i].len, 0, "
    "$field_max$ - clean.$member$[i].len);\n"
    "    }\n";

static void add_clean_copy(const mmf_emit *emit, mmf_text *text)
{
    mmf_text_fill(text, "    $record_t$ clean = *record;\n\n", &emit->names->holes);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        mmf_field_kind kind = mmf_field_kind_of(&emit->model->fields[i]);
        mmf_emit_scope scope;

        mmf_emit_scope_open(emit, i, &scope);
        if (kind.is_text) {
            mmf_text_fill(text, kind.is_array ? clean_texts : clean_text, &scope.holes);
        }
        mmf_emit_scope_close(&scope, text);
    }
}

static bool needs_mask(const mmf_emit *emit)
{
    return !emit->record->is_large && (emit->record->has_padding || emit->record->has_bools);
}

static void add_small_put(const mmf_emit *emit, mmf_text *text)
{
    mmf_hole from = {"from", emit->record->has_texts ? "&clean" : "record"};
    mmf_holes holes = {&from, 1, &emit->names->holes};

    if (emit->record->has_texts) {
        add_clean_copy(emit, text);
    }
    mmf_text_fill(text,
                  needs_mask(emit)
                      ? "    mmf_words_store_masked(payload, $from$, $mask$, $payload_size$);\n"
                      : "    mmf_words_store(payload, $from$, $payload_size$);\n",
                  &holes);
}

/* --- A large record: stored as it is, then cleaned in place ---------------------------------- */

static const char zero_tail[] =
    "    mmf_bytes_zero(payload + ($field_offset$ - 8 + 4) + record->$member$.len, "
    "$field_max$ - record->$member$.len);\n";

static const char zero_tails[] =
    "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "        mmf_bytes_zero(payload + ($field_offset$ - 8 + 4) + i * $element_size$ + "
    "record->$member$[i].len, $element_size$ - 4 - record->$member$[i].len);\n"
    "    }\n";

static const char store_bool[] =
    "    mmf_store_relaxed((mmf_word8 *)(payload + ($field_offset$ - 8)), "
    "(uint8_t)(bytes[$field_offset$ - 8] & 1));\n";

static const char store_bools[] =
    "    for (uint32_t i = 0; i < $field_count$; i++) {\n"
    "        mmf_store_relaxed((mmf_word8 *)(payload + ($field_offset$ - 8) + i), "
    "(uint8_t)(bytes[$field_offset$ - 8 + i] & 1));\n"
    "    }\n";

static void add_large_put(const mmf_emit *emit, mmf_text *text)
{
    if (emit->record->has_bools) {
        mmf_text_add(text, "    const unsigned char *bytes = (const unsigned char *)record;\n\n");
    }
    mmf_text_fill(text, "    mmf_words_store(payload, record, $payload_size$);\n",
                  &emit->names->holes);
    for (uint32_t i = 0; i < emit->model->field_count; i++) {
        const mmf_field *field = &emit->model->fields[i];
        uint32_t padding = mmf_c_padding_behind(emit->model, i);
        mmf_emit_scope scope;

        mmf_emit_scope_open(emit, i, &scope);
        if (mmf_type_is_text(field->type)) {
            mmf_text_fill(text, field->count ? zero_tails : zero_tail, &scope.holes);
        } else if (field->type == MMF_TYPE_BOOL) {
            mmf_text_fill(text, field->count ? store_bools : store_bool, &scope.holes);
        }
        if (padding > 0) {
            mmf_text_fill(text, "    mmf_bytes_zero(payload + ($field_offset$ - 8 + $size$), ",
                          &scope.holes);
            mmf_text_format(text, "%u);\n", padding);
        }
        mmf_emit_scope_close(&scope, text);
    }
}

static void add_put(const mmf_emit *emit, mmf_text *text)
{
    const mmf_c_record *record = emit->record;
    bool is_cleaned = record->has_texts || record->has_padding || record->has_bools;

    if (needs_mask(emit) && !record->has_bools) {
        mmf_emit_mask(emit, text);
    }
    mmf_text_add(text, is_cleaned ? "/* The record as it is to lie in the file: nothing behind a "
                                    "text's end, zeros in the padding. */\n"
                                  : "/* The record as it is to lie in the file. */\n");
    mmf_text_fill(text,
                  "static inline void $put$(unsigned char *payload, const $record_t$ *record)\n"
                  "{\n",
                  &emit->names->holes);
    if (record->is_large) {
        add_large_put(emit, text);
    } else {
        add_small_put(emit, text);
    }
    mmf_text_add(text, "}\n\n");
}

/* --- Set ------------------------------------------------------------------------------------- */

/* What the compiler should see at the call: a few stores, and nothing to check. */
#define INLINE_PAYLOAD_MAX 128

bool mmf_emit_set_is_inline(const mmf_emit *emit)
{
    return !emit->record->has_texts && !emit->record->has_enums &&
           emit->model->payload_size <= INLINE_PAYLOAD_MAX;
}

static const char set_inline_begin[] =
    "/* Replaces a record. Readers see the old one or the new one.\n"
    " * MMF_OK; MMF_E_INDEX; MMF_E_READONLY; MMF_E_STUCK. */\n"
    "MMF_NODISCARD MMF_ALWAYS_INLINE mmf_status $set$($store_t$ *store, uint64_t index, "
    "const $record_t$ *record)\n";

static const char set_begin[] =
    "mmf_status $set$($store_t$ *store, uint64_t index, const $record_t$ *record)\n";

static const char set_body[] =
    "{\n"
    "    mmf_write_section section = {NULL, 0};\n"
    "    mmf_status status = mmf_write_begin(&store->base, index, $record_size$, 8, "
    "$payload_size$, &section);\n"
    "\n"
    "    if (status != MMF_OK) {\n"
    "        return status;\n"
    "    }\n"
    "    $put$(section.payload, record);\n"
    "    return mmf_write_end(&store->base, &section);\n"
    "}\n"
    "\n";

/* A record of one word cannot tear: it is set as a field is. */
static const char set_word_body[] =
    "{\n"
    "    uint64_t word;\n"
    "\n"
    "    $put$((unsigned char *)&word, record);\n"
    "    return mmf_set_word64(&store->base, index, $record_size$, 8, word);\n"
    "}\n"
    "\n";

static const char set_checked_body[] =
    "{\n"
    "    mmf_write_section section = {NULL, 0};\n"
    "    mmf_status status = $check$(record);\n"
    "\n"
    "    if (status != MMF_OK) {\n"
    "        return status;\n"
    "    }\n"
    "    status = mmf_write_begin(&store->base, index, $record_size$, 8, $payload_size$, "
    "&section);\n"
    "    if (status != MMF_OK) {\n"
    "        return status;\n"
    "    }\n"
    "    $put$(section.payload, record);\n"
    "    return mmf_write_end(&store->base, &section);\n"
    "}\n"
    "\n";

void mmf_emit_set(const mmf_emit *emit, mmf_text *text)
{
    const mmf_holes *names = &emit->names->holes;
    bool is_checked = emit->record->has_texts || emit->record->has_enums;

    if (is_checked) {
        add_check(emit, text);
    }
    add_put(emit, text);
    mmf_text_fill(text, mmf_emit_set_is_inline(emit) ? set_inline_begin : set_begin, names);
    mmf_text_fill(text,
                  is_checked                       ? set_checked_body
                  : emit->model->payload_size == 8 ? set_word_body
                                                   : set_body,
                  names);
}
