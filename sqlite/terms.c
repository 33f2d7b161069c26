/* What a query goes through: rows and predicates, of the terms of its plan and their values. */
#include "sqlite/plan.h"
#include "sqlite/vtab.h"

/* Values of xFilter for one term. */
typedef struct operands {
    mmf_sqlite_operand *items;
    size_t count;
    bool has_null;
} operands;

static void operands_clear(operands *operands)
{
    for (size_t i = 0; i < operands->count; i++) {
        mmf_sqlite_operand_clear(&operands->items[i]);
    }
    sqlite3_free(operands->items);
    operands->items = NULL;
    operands->count = 0;
}

static int operands_add(operands *operands, sqlite3_value *value, bool is_numeric)
{
    mmf_sqlite_operand *items;

    if (sqlite3_value_type(value) == SQLITE_NULL) {
        operands->has_null = true;
        return SQLITE_OK;
    }
    items = operands->items;
    if ((operands->count & (operands->count - 1)) == 0) { /* 0, or a power of two: it is full */
        size_t capacity = operands->count ? operands->count * 2 : 1;

        items = sqlite3_realloc64(items, capacity * sizeof *items);
        if (!items) {
            return SQLITE_NOMEM;
        }
        operands->items = items;
    }
    items[operands->count] = (mmf_sqlite_operand){.type = SQLITE_NULL};
    return mmf_sqlite_operand_of(value, is_numeric, &items[operands->count++]);
}

static int operands_read(operands *operands, sqlite3_value *value, const mmf_sqlite_term *term,
                         bool is_numeric)
{
    sqlite3_value *next = NULL;
    int code;

    if (!(term->flags & MMF_SQLITE_TERM_IN)) {
        return operands_add(operands, value, is_numeric);
    }
    code = mmf_sqlite_in_first(value, &next);
    while (code == SQLITE_OK && next) {
        code = operands_add(operands, next, is_numeric);
        if (code == SQLITE_OK) {
            code = mmf_sqlite_in_next(value, &next);
        }
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int order_index(const void *context, uint64_t index)
{
    return mmf_sqlite_compare_integer((int64_t)index, context);
}

static int restrict_rows(mmf_sqlite_scan *scan, const mmf_sqlite_term *term,
                         const operands *operands, mmf_sqlite_range domain)
{
    mmf_sqlite_ranges rows = {0};
    bool done = true;

    for (size_t i = 0; i < operands->count && done; i++) {
        const mmf_sqlite_operand *operand = &operands->items[i];

        if (operand->type != SQLITE_INTEGER && operand->type != SQLITE_FLOAT) {
            mmf_sqlite_ranges_clear(&rows);
            return SQLITE_OK; /* SQLite decides */
        }
        done = mmf_sqlite_ranges_add_order(&rows, domain, order_index, operand, term->comparison);
    }
    if (done) {
        mmf_sqlite_ranges_sort(&rows);
        done = mmf_sqlite_ranges_intersect(&scan->rows, &rows);
    }
    mmf_sqlite_ranges_clear(&rows);
    return done ? SQLITE_OK : SQLITE_NOMEM;
}

static int add_predicate(mmf_sqlite_scan *scan, const mmf_sqlite_comparison *comparison)
{
    bool is_made = false;
    int code;

    if (scan->predicate_count == scan->predicate_capacity) {
        size_t capacity = scan->predicate_capacity ? scan->predicate_capacity * 2 : 4;
        mmf_sqlite_predicate *predicates =
            sqlite3_realloc64(scan->predicates, capacity * sizeof *predicates);

        if (!predicates) {
            return SQLITE_NOMEM;
        }
        scan->predicates = predicates;
        scan->predicate_capacity = capacity;
    }
    code =
        mmf_sqlite_predicate_make(comparison, &scan->predicates[scan->predicate_count], &is_made);
    scan->predicate_count += is_made ? 1 : 0;
    return code;
}

static bool is_of_numbers(const mmf_sqlite_column *column)
{
    return column->kind == MMF_SQLITE_INTEGER || column->kind == MMF_SQLITE_REAL ||
           column->kind == MMF_SQLITE_DECIMAL;
}

/* A NULL meets nothing, but for IS, which SQLite does itself. */
static int apply_term(mmf_sqlite_cursor *cursor, const mmf_sqlite_term *term, sqlite3_value *value,
                      mmf_sqlite_range domain)
{
    const mmf_sqlite_vtab *vtab = (const mmf_sqlite_vtab *)cursor->base.pVtab;
    bool is_rows = term->column == MMF_SQLITE_TERM_ROWID;
    const mmf_sqlite_column *column = is_rows ? NULL : &cursor->source->columns[term->column];
    operands operands = {0};
    mmf_sqlite_comparison comparison = {
        .column = column,
        .comparison = term->comparison,
        .is_literal = (term->flags & MMF_SQLITE_TERM_LITERAL) != 0,
        .is_utf8 = vtab->is_utf8,
    };
    int code = operands_read(&operands, value, term, is_rows || is_of_numbers(column));

    comparison.operands = operands.items;
    comparison.count = operands.count;
    if (code == SQLITE_OK && operands.count > 0) {
        code = is_rows ? restrict_rows(&cursor->scan, term, &operands, domain)
                       : add_predicate(&cursor->scan, &comparison);
    }
    operands_clear(&operands);
    return code;
}

/* Passes over the first `skipped` rows, and leaves at most `count` of the others. */
static void cut_rows(mmf_sqlite_scan *scan, uint64_t skipped, uint64_t count)
{
    mmf_sqlite_ranges *rows = &scan->rows;

    for (size_t i = 0; i < rows->count; i++) {
        size_t number = scan->is_descending ? rows->count - 1 - i : i;
        mmf_sqlite_range *range = &rows->items[number];
        uint64_t size = range->last - range->first + 1;
        uint64_t gone = skipped < size ? skipped : size;
        uint64_t kept = size - gone < count ? size - gone : count;

        skipped -= gone;
        count -= kept;
        if (scan->is_descending) {
            range->last -= gone;
            range->first = range->last - kept + 1;
        } else {
            range->first += gone;
            range->last = range->first + kept - 1;
        }
        if (kept == 0) { /* none: a range that says so, to be taken out */
            *range = (mmf_sqlite_range){1, 0};
        }
    }
}

static void drop_empty_rows(mmf_sqlite_ranges *rows)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->count; i++) {
        if (rows->items[i].first <= rows->items[i].last) {
            rows->items[kept++] = rows->items[i];
        }
    }
    rows->count = kept;
}

int mmf_sqlite_apply_terms(mmf_sqlite_cursor *cursor, const char *plan, int count,
                           sqlite3_value **values)
{
    uint64_t records = mmf_store_len(cursor->source->table->store);
    mmf_sqlite_range domain = {records > 0 ? 0 : 1, records > 0 ? records - 1 : 0};
    uint64_t skipped = 0;
    uint64_t limit = UINT64_MAX;
    int code = SQLITE_OK;

    if (records > 0 && !mmf_sqlite_ranges_add(&cursor->scan.rows, domain.first, domain.last)) {
        return SQLITE_NOMEM;
    }
    for (int i = 0; i < count && code == SQLITE_OK; i++) {
        mmf_sqlite_term term;
        sqlite3_int64 number = sqlite3_value_int64(values[i]);

        plan = mmf_sqlite_plan_term(plan, &term);
        if (term.column == MMF_SQLITE_TERM_LIMIT) {
            limit = number < 0 ? UINT64_MAX : (uint64_t)number;
        } else if (term.column == MMF_SQLITE_TERM_OFFSET) {
            skipped = number < 0 ? 0 : (uint64_t)number;
        } else if (term.column >= MMF_SQLITE_TERM_ROWID) {
            code = apply_term(cursor, &term, values[i], domain);
        }
    }
    if (skipped > 0 || limit != UINT64_MAX) {
        cut_rows(&cursor->scan, skipped, limit);
        drop_empty_rows(&cursor->scan.rows);
    }
    return code;
}
