#include "fsck/record_check.h"

#include <stdlib.h>
#include <string.h>

#include "fsck/record_parts.h"
#include "schema/layout.h"

/* A block of records stays in the first-level cache while rule after rule goes through it. */
#define BLOCK_BYTES 8192u
#define BLOCK_RECORDS_MAX 64u

#define BITS_MAX 4096u /* of an enum's bitmap: larger ones are searched */

#define COUNTER_MASK_1 1u   /* of format 1: even */
#define COUNTER_MASK_2 511u /* of format 2: a multiple of 512 */

/* A field makes at most: padding before it, and a beginning, middle and end of its own. */
#define WORD_RULES_A_FIELD 4u
#define WORD_RULES_BESIDE 8u

/* --- Words --------------------------------------------------------------------------------- */

/* Rules come in ascending order; two things that share a word share a rule. */
static void add_words(mmf_record_check *check, uint32_t offset, uint32_t count, uint64_t mask)
{
    mmf_word_rule *last = check->word_count > 0 ? &check->words[check->word_count - 1] : NULL;

    if (count == 0 || mask == 0) {
        return;
    }
    if (last && last->offset == offset && last->count == 1) {
        last->mask |= mask;
        return;
    }
    check->words[check->word_count++] = (mmf_word_rule){offset, count, mask};
}

/* The mask of `size` bytes of a word, the first of them at `begin`; begin + size is at most 8. */
static uint64_t bytes_of_word(uint32_t begin, uint32_t size)
{
    uint64_t ones = size < 8 ? ((uint64_t)1 << (8 * size)) - 1 : UINT64_MAX;

    return begin < 8 ? ones << (8 * begin) : 0;
}

/* Bytes in which the pattern, laid over each aligned word, is zero. */
static void add_bytes(mmf_record_check *check, uint32_t offset, uint32_t size, uint64_t pattern)
{
    uint32_t begin = offset % 8;
    uint32_t head = begin == 0 ? 0 : 8 - begin;

    head = head < size ? head : size;
    add_words(check, offset - begin, head > 0 ? 1 : 0, pattern & bytes_of_word(begin, head));
    offset += head;
    size -= head;
    add_words(check, offset, size / 8, pattern);
    add_words(check, offset + size / 8 * 8, size % 8 > 0 ? 1 : 0,
              pattern & bytes_of_word(0, size % 8));
}

/* The pattern of a word that is full of such elements. */
static uint64_t repeat(uint64_t mask, uint32_t size)
{
    for (uint32_t bits = 8 * size; bits < 64; bits *= 2) {
        mask |= mask << bits;
    }
    return mask;
}

/* --- Enums --------------------------------------------------------------------------------- */

bool mmf_enum_may_be_zero(const mmf_field *field)
{
    return field->defaults == NULL || mmf_field_symbol(field, 0) != NULL;
}

static int compare_distances(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;

    return a < b ? -1 : a > b;
}

static int64_t lowest_number(const mmf_field *field)
{
    int64_t low = mmf_enum_may_be_zero(field) ? 0 : field->symbols[0].value;

    for (uint32_t i = 0; i < field->symbol_count; i++) {
        low = field->symbols[i].value < low ? field->symbols[i].value : low;
    }
    return low;
}

/* All numbers that the enum may have, as distances from the lowest one; ascending, each once. */
static mmf_status list_distances(const mmf_field *field, mmf_enum_rule *rule)
{
    uint64_t *distances = malloc(((size_t)field->symbol_count + 1) * sizeof *distances);
    uint32_t count = 0;

    if (!distances) {
        return MMF_E_NO_MEMORY;
    }
    rule->low = (uint64_t)lowest_number(field);
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        distances[count++] = (uint64_t)field->symbols[i].value - rule->low;
    }
    if (mmf_enum_may_be_zero(field) && !mmf_field_symbol(field, 0)) {
        distances[count++] = 0 - rule->low;
    }
    qsort(distances, count, sizeof *distances, compare_distances);
    rule->distances = distances;
    rule->distance_count = count;
    rule->span = distances[count - 1];
    return MMF_OK;
}

/* Replaces the list by what is faster: nothing, where there are no gaps, or a bitmap. */
static mmf_status simplify_distances(mmf_enum_rule *rule)
{
    if (rule->span >= BITS_MAX) {
        return MMF_OK;
    }
    if (rule->span != rule->distance_count - 1) {
        rule->bits = calloc(rule->span / 64 + 1, sizeof *rule->bits);
        if (!rule->bits) {
            return MMF_E_NO_MEMORY;
        }
        for (uint32_t i = 0; i < rule->distance_count; i++) {
            rule->bits[rule->distances[i] / 64] |= (uint64_t)1 << (rule->distances[i] % 64);
        }
    }
    free(rule->distances);
    rule->distances = NULL;
    return MMF_OK;
}

static mmf_status add_enum(mmf_record_check *check, const mmf_field *field)
{
    mmf_enum_rule *rule = &check->enums[check->enum_count++];
    mmf_status status;

    rule->offset = field->offset;
    rule->count = mmf_field_elements(field);
    rule->size = field->element_size;
    rule->width = bytes_of_word(0, field->element_size);
    status = list_distances(field, rule);
    if (status == MMF_OK) {
        status = simplify_distances(rule);
    }
    /* 0, 1 … 2^n - 1: a mask tells, and costs next to nothing */
    if (status == MMF_OK && rule->low == 0 && !rule->bits && !rule->distances &&
        (rule->span & (rule->span + 1)) == 0) {
        add_bytes(check, field->offset, field->size,
                  repeat(rule->width & ~rule->span, field->element_size));
        check->enum_count--;
    }
    return status;
}

/* --- Fields -------------------------------------------------------------------------------- */

/* Texts look at the padding behind them, too. */
static void add_text(mmf_record_check *check, const mmf_field *field, uint32_t next)
{
    mmf_text_rule *rule = &check->texts[check->text_count++];
    uint32_t stride = field->count > 0 ? field->element_size : next - field->offset;
    bool has_tail = check->info.format != 1;

    *rule = (mmf_text_rule){field->offset, field->max, has_tail ? stride - 4 : 0,
                            mmf_field_elements(field), stride};
}

static mmf_status add_field(mmf_record_check *check, const mmf_field *field, uint32_t next)
{
    bool has_padding = check->info.format != 1;
    uint32_t end = field->offset + field->size;

    if (mmf_type_is_text(field->type)) {
        add_text(check, field, next);
        has_padding = has_padding && field->count > 0;
    } else if (field->type == MMF_TYPE_BOOL) {
        add_bytes(check, field->offset, field->size, repeat(0xfe, 1));
    } else if (field->type == MMF_TYPE_ENUM) {
        mmf_status status = add_enum(check, field);

        if (status != MMF_OK) {
            return status;
        }
    }
    if (has_padding) {
        add_bytes(check, end, next - end, UINT64_MAX);
    }
    return MMF_OK;
}

static mmf_status add_fields(mmf_record_check *check)
{
    const mmf_model *model = check->model;
    uint32_t payload_end = MMF_COUNTER_SIZE + check->info.payload_size;

    for (uint32_t i = 0; i < model->field_count; i++) {
        bool is_last = i + 1 == model->field_count;
        uint32_t next = is_last ? payload_end : model->fields[i + 1].offset;
        mmf_status status = add_field(check, &model->fields[i], next);

        if (status != MMF_OK) {
            return status;
        }
    }
    return MMF_OK;
}

static mmf_status add_rules(mmf_record_check *check)
{
    const mmf_header_info *info = &check->info;
    uint32_t end = MMF_COUNTER_SIZE + info->payload_size;
    mmf_status status = MMF_OK;

    add_words(check, 0, 1, info->format == 1 ? COUNTER_MASK_1 : COUNTER_MASK_2);
    if (check->model) {
        status = add_fields(check);
    }
    if (info->checksum_offset != 0) { /* which is looked at with the zero behind it */
        end = info->checksum_offset + MMF_RECORD_CHECKSUM_SIZE;
    }
    if (info->format != 1) {
        add_bytes(check, end, info->record_size - end, UINT64_MAX);
    }
    return status;
}

/* --- The check ----------------------------------------------------------------------------- */

static mmf_record_check *allocate(uint32_t field_count)
{
    size_t word_rules = (size_t)field_count * WORD_RULES_A_FIELD + WORD_RULES_BESIDE;
    mmf_record_check *check = calloc(1, sizeof *check);

    if (!check) {
        return NULL;
    }
    check->words = calloc(word_rules, sizeof *check->words);
    check->texts = calloc((size_t)field_count + 1, sizeof *check->texts);
    check->enums = calloc((size_t)field_count + 1, sizeof *check->enums);
    if (!check->words || !check->texts || !check->enums) {
        mmf_record_check_free(check);
        return NULL;
    }
    return check;
}

mmf_status mmf_record_check_new(const mmf_header_info *info, const mmf_model *model,
                                mmf_record_check **ret_check)
{
    mmf_record_check *check = allocate(model ? model->field_count : 0);
    mmf_status status;

    if (!check) {
        return MMF_E_NO_MEMORY;
    }
    check->info = *info;
    check->model = model;
    check->block = BLOCK_BYTES / info->record_size;
    check->block = check->block < BLOCK_RECORDS_MAX ? check->block : BLOCK_RECORDS_MAX;
    check->block = check->block > 0 ? check->block : 1;
    memset(check->slide + MMF_TEXT_SHORT_MAX, 0xff, MMF_TEXT_SHORT_MAX);
    status = add_rules(check);
    if (status != MMF_OK) {
        mmf_record_check_free(check);
        return status;
    }
    *ret_check = check;
    return MMF_OK;
}

void mmf_record_check_free(mmf_record_check *check)
{
    if (!check) {
        return;
    }
    for (uint32_t i = 0; check->enums && i < check->enum_count; i++) {
        free(check->enums[i].bits);
        free(check->enums[i].distances);
    }
    free(check->words);
    free(check->texts);
    free(check->enums);
    free(check);
}
