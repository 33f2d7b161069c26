/* Parts of the generated test that go field by field.
 *
 * The test's own functions and objects begin with mmf_t_, which no schema can make; its parameters
 * and variables are those of MMF_LOCAL_NAME, or begin likewise. */
#ifndef MMF_CODEGEN_EMIT_TEST_PARTS_H
#define MMF_CODEGEN_EMIT_TEST_PARTS_H

#include "codegen/emit.h"

/* mmf_t_fill(record, value): a record whose every field follows from the value; mmf_t_same(). */
void mmf_emit_test_patterns(const mmf_emit *emit, mmf_text *text);

/* Tests of accessors: round trip, no such record, no such element, values that are refused. */
void mmf_emit_test_fields(const mmf_emit *emit, mmf_text *text);

#endif
