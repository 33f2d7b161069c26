#include "sqlite/plan.h"

#include <stdlib.h>
#include <string.h>

#include "sqlite/vtab.h"

/* A constraint that is tested in the mapping costs this much of a row that SQLite gets. */
#define TEST_COST 0.05
#define OPENING_COST 100.0

/* --- Reading a plan -------------------------------------------------------------------------- */

const char *mmf_sqlite_plan_fields(const char *plan, uint64_t *ret_fields)
{
    char *end;

    *ret_fields = strtoull(plan + strlen("fields="), &end, 16);
    return end;
}

const char *mmf_sqlite_plan_term(const char *plan, mmf_sqlite_term *ret_term)
{
    char *end;

    ret_term->column = (int)strtol(plan, &end, 10);
    ret_term->comparison = (unsigned)strtoul(end + 1, &end, 10);
    ret_term->flags = (unsigned)strtoul(end + 1, &end, 10);
    return end + strcspn(end, " ");
}

/* --- Making one ------------------------------------------------------------------------------ */

typedef struct operation {
    unsigned char constraint; /* SQLITE_INDEX_CONSTRAINT_… */
    unsigned comparison;
    const char *sign;
    double share; /* of rows that are expected to meet it */
} operation;

static const operation OPERATIONS[] = {
    {SQLITE_INDEX_CONSTRAINT_EQ, MMF_SQLITE_EQUAL, "=", 0.01},
    {SQLITE_INDEX_CONSTRAINT_IS, MMF_SQLITE_EQUAL, "=", 0.01},
    {SQLITE_INDEX_CONSTRAINT_LT, MMF_SQLITE_BELOW, "<", 0.3},
    {SQLITE_INDEX_CONSTRAINT_LE, MMF_SQLITE_BELOW | MMF_SQLITE_EQUAL, "<=", 0.3},
    {SQLITE_INDEX_CONSTRAINT_GT, MMF_SQLITE_ABOVE, ">", 0.3},
    {SQLITE_INDEX_CONSTRAINT_GE, MMF_SQLITE_ABOVE | MMF_SQLITE_EQUAL, ">=", 0.3},
    {SQLITE_INDEX_CONSTRAINT_NE, MMF_SQLITE_ABOVE | MMF_SQLITE_BELOW, "<>", 0.9},
};

typedef struct planner {
    const mmf_sqlite_vtab *vtab;
    sqlite3_index_info *info;
    sqlite3_str *text;
    int argument_count;
    double visited;  /* records */
    double returned; /* rows */
    bool is_exact;   /* what is taken is all that there is, and SQLite need not look again */
    bool has_file;
    bool is_possible; /* no argument of mmf('ticks.mmf') comes later */
} planner;

static const operation *operation_of(unsigned char constraint)
{
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; i++) {
        if (OPERATIONS[i].constraint == constraint) {
            return &OPERATIONS[i];
        }
    }
    return NULL;
}

static void take(planner *planner, int number, mmf_sqlite_term term, const char *name,
                 const char *sign)
{
    planner->info->aConstraintUsage[number].argvIndex = ++planner->argument_count;
    sqlite3_str_appendf(planner->text, " %d.%u.%u:%s%s%s", term.column, term.comparison, term.flags,
                        name, sign,
                        term.flags & MMF_SQLITE_TERM_IN ? "(…)"
                        : *sign                         ? "?"
                                                        : "");
}

/* An argument of mmf('ticks.mmf'); false: it is none. */
static bool plan_argument(planner *planner, int number)
{
    static const struct {
        mmf_sqlite_special special;
        int term;
        const char *name;
    } ARGUMENTS[] = {
        {MMF_SQLITE_FILE, MMF_SQLITE_TERM_FILE, "file"},
        {MMF_SQLITE_SCHEMA, MMF_SQLITE_TERM_SCHEMA, "schema"},
        {MMF_SQLITE_RAW, MMF_SQLITE_TERM_RAW, "raw"},
    };
    const struct sqlite3_index_constraint *constraint = &planner->info->aConstraint[number];
    mmf_sqlite_special special = mmf_sqlite_vtab_special(planner->vtab, constraint->iColumn);

    for (size_t i = 0; i < sizeof ARGUMENTS / sizeof ARGUMENTS[0]; i++) {
        mmf_sqlite_term term = {ARGUMENTS[i].term, MMF_SQLITE_EQUAL, 0};

        if (ARGUMENTS[i].special != special) {
            continue;
        }
        if (constraint->op != SQLITE_INDEX_CONSTRAINT_EQ) {
            return false;
        }
        planner->is_possible &= constraint->usable != 0;
        planner->has_file |= special == MMF_SQLITE_FILE;
        if (constraint->usable) {
            take(planner, number, term, ARGUMENTS[i].name, "=");
            planner->info->aConstraintUsage[number].omit = 1;
        }
        return true;
    }
    return false;
}

static void plan_rows(planner *planner, int number, const operation *operation,
                      mmf_sqlite_term term, int literal_type)
{
    bool is_exact = literal_type == SQLITE_INTEGER || literal_type == SQLITE_FLOAT;

    term.column = MMF_SQLITE_TERM_ROWID;
    take(planner, number, term, "rowid", operation->sign);
    planner->info->aConstraintUsage[number].omit = is_exact;
    planner->is_exact &= is_exact;
    if (term.comparison == MMF_SQLITE_EQUAL && !(term.flags & MMF_SQLITE_TERM_IN)) {
        planner->visited = 1;
        planner->returned = 1;
        planner->info->idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
    }
    planner->visited *= operation->share;
    planner->returned *= operation->share;
}

static void plan_field(planner *planner, int number, const operation *operation,
                       mmf_sqlite_term term, int literal_type)
{
    const mmf_sqlite_column *column = &planner->vtab->source.columns[term.column];
    const char *collation = sqlite3_vtab_collation(planner->info, number);
    bool is_exact = mmf_sqlite_predicate_is_exact(column, literal_type);

    if (column->kind == MMF_SQLITE_JSON ||
        (column->kind == MMF_SQLITE_ADDRESS && term.comparison != MMF_SQLITE_EQUAL) ||
        (strcmp(mmf_sqlite_column_type(column), "TEXT") == 0 && collation &&
         sqlite3_stricmp(collation, "BINARY") != 0)) {
        planner->is_exact = false;
        return;
    }
    take(planner, number, term, column->field->name.text, operation->sign);
    planner->info->aConstraintUsage[number].omit = is_exact;
    planner->is_exact &= is_exact;
    planner->returned *= operation->share;
}

static void plan_constraint(planner *planner, int number)
{
    const struct sqlite3_index_constraint *constraint = &planner->info->aConstraint[number];
    const operation *operation = operation_of(constraint->op);
    mmf_sqlite_special special = mmf_sqlite_vtab_special(planner->vtab, constraint->iColumn);
    mmf_sqlite_term term = {constraint->iColumn, 0, 0};
    sqlite3_value *literal;
    int literal_type;

    if (plan_argument(planner, number)) {
        return;
    }
    if (!operation || !constraint->usable ||
        (special != MMF_SQLITE_FIELD && special != MMF_SQLITE_INDEX)) {
        planner->is_exact = false;
        return;
    }
    term.comparison = operation->comparison;
    if (constraint->op == SQLITE_INDEX_CONSTRAINT_EQ && mmf_sqlite_take_in(planner->info, number)) {
        term.flags |= MMF_SQLITE_TERM_IN;
    }
    literal = term.flags ? NULL : mmf_sqlite_literal(planner->info, number);
    literal_type = literal ? sqlite3_value_type(literal) : SQLITE_NULL;
    term.flags |= literal ? MMF_SQLITE_TERM_LITERAL : 0;
    if (special == MMF_SQLITE_INDEX) {
        plan_rows(planner, number, operation, term, literal_type);
    } else {
        plan_field(planner, number, operation, term, literal_type);
    }
}

/* Rows come by their index; and as no two have the same, whatever is to order them further is
 * met. */
static bool is_by_index(const planner *planner)
{
    const sqlite3_index_info *info = planner->info;

    return info->nOrderBy > 0 &&
           mmf_sqlite_vtab_special(planner->vtab, info->aOrderBy[0].iColumn) == MMF_SQLITE_INDEX;
}

static bool is_paging(unsigned char constraint)
{
    return constraint == SQLITE_INDEX_CONSTRAINT_LIMIT ||
           constraint == SQLITE_INDEX_CONSTRAINT_OFFSET;
}

/* LIMIT and OFFSET count what SQLite would get: only when that is known to be just what it wants,
 * in its order, can rows be passed over. */
static void plan_paging(planner *planner)
{
    sqlite3_index_info *info = planner->info;

    for (int i = 0; i < info->nConstraint; i++) {
        bool is_limit = info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT;
        mmf_sqlite_term term = {is_limit ? MMF_SQLITE_TERM_LIMIT : MMF_SQLITE_TERM_OFFSET, 0, 0};

        if (is_paging(info->aConstraint[i].op) && info->aConstraint[i].usable) {
            take(planner, i, term, is_limit ? "limit" : "offset", "");
            info->aConstraintUsage[i].omit = !is_limit;
        }
    }
}

static void plan_all(planner *planner)
{
    sqlite3_index_info *info = planner->info;
    bool has_fields = false;

    for (int i = 0; i < info->nConstraint; i++) {
        if (!is_paging(info->aConstraint[i].op)) {
            has_fields |= mmf_sqlite_vtab_special(planner->vtab, info->aConstraint[i].iColumn) ==
                          MMF_SQLITE_FIELD;
            plan_constraint(planner, i);
        }
    }
    if (is_by_index(planner)) {
        info->orderByConsumed = 1;
        info->idxNum |= info->aOrderBy[0].desc ? MMF_SQLITE_PLAN_DESCENDING : 0;
    }
    if (planner->is_exact && !has_fields && (info->nOrderBy == 0 || info->orderByConsumed)) {
        plan_paging(planner);
    }
}

static int finish(planner *planner)
{
    sqlite3_index_info *info = planner->info;
    double opening = mmf_sqlite_vtab_is_generic(planner->vtab) ? OPENING_COST : 1;

    info->idxStr = sqlite3_str_finish(planner->text);
    info->needToFreeIdxStr = 1;
    if (!info->idxStr) {
        return SQLITE_NOMEM;
    }
    if (planner->returned < 1) {
        planner->returned = 1;
    }
    info->estimatedRows = (sqlite3_int64)planner->returned;
    info->estimatedCost = opening + planner->visited * TEST_COST + planner->returned;
    return planner->is_possible ? SQLITE_OK : SQLITE_CONSTRAINT;
}

int mmf_sqlite_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    mmf_sqlite_vtab *vtab = (mmf_sqlite_vtab *)base;
    bool is_generic = mmf_sqlite_vtab_is_generic(vtab);
    double rows = is_generic ? 1e6 : (double)mmf_store_len(vtab->source.table->store);
    planner planner = {
        .vtab = vtab,
        .info = info,
        .text = sqlite3_str_new(vtab->db),
        .visited = rows,
        .returned = rows,
        .is_exact = true,
        .is_possible = true,
    };

    sqlite3_str_appendf(planner.text, "fields=0x%llx", info->colUsed);
    plan_all(&planner);
    if (is_generic && !planner.has_file) {
        sqlite3_free(sqlite3_str_finish(planner.text));
        return mmf_sqlite_fail(vtab, SQLITE_ERROR,
                               "mmf: which file? SELECT … FROM mmf('ticks.mmf')");
    }
    return finish(&planner);
}
