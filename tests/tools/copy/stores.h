/* Stores of any schema for tests of whole stores: filled with what can be foretold, and looked at.
 * What fails, fails the test; in children the functions whose names end in _well are of use. */
#ifndef MMF_TESTS_TOOLS_COPY_STORES_H
#define MMF_TESTS_TOOLS_COPY_STORES_H

#include "tests/runtime/testing.h"
#include "tools/table.h"

/* A schema text, in which ' stands for ", as a file of the test's directory. */
const char *store_schema(const char *name, const char *text);

/* What record `index` has in generation `round`: in each field something that depends on its name,
 * so that a field has the same value in another schema of the same name and type. */
void store_payload(const mmf_model *model, uint64_t index, uint64_t round, uint8_t *ret_payload);

/* Makes a store of that schema (a path) with `count` records of round 0, closed; format 1 or 2. */
void store_make(const char *path, const char *schema, uint32_t format, uint64_t count);

mmf_table *store_open(const char *path, const char *schema, uint32_t flags);
void store_append(mmf_table *table, uint64_t first, uint64_t count, uint64_t round);

/* NULL: the store has `count` records of that round, all of them as store_payload() says; or what
 * is wrong. schema NULL: what the file says. */
const char *store_is_well(const char *path, const char *schema, uint64_t count, uint64_t round);

/* As mmf-fsck sees it, with every record looked at: nothing is wrong. */
void store_expect_clean(const char *path);

/* The header's bytes `offset` on, as a number of that size. */
uint64_t store_header(const char *path, uint64_t offset, uint32_t size);

/* In a file of format 2: where record `index` begins. */
uint64_t store_record_at(const mmf_table *table, uint64_t index);

#endif
