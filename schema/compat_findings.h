/* For the files of schema/compat: how findings are kept, and the comparison of two fields. */
#ifndef MMF_SCHEMA_COMPAT_FINDINGS_H
#define MMF_SCHEMA_COMPAT_FINDINGS_H

#include "schema/compat.h"

/* Keeps a finding; its verdict counts for the whole. */
void mmf_compat_add(mmf_compat_report *report, mmf_compat_verdict verdict, mmf_location location,
                    const char *format, ...) MMF_PRINTF(4, 5);

/* All that changed between a field and what it continues, but for its name and place. */
void mmf_compat_compare_field(const mmf_field *old_field, const mmf_field *new_field,
                              mmf_compat_report *report);

/* NULL is a text of its own, different from "". */
bool mmf_compat_same_text(const char *a, const char *b);

#endif
