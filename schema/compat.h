/* Two versions of a schema compared: what changed, and what it means for files of the old one. */
#ifndef MMF_SCHEMA_COMPAT_H
#define MMF_SCHEMA_COMPAT_H

#include "schema/model.h"

typedef enum mmf_compat_verdict {
    MMF_COMPAT_COMPATIBLE,      /* old files open as they are */
    MMF_COMPAT_NEEDS_MIGRATION, /* records can be rewritten without losing anything but fields
                                 * that the new schema does not have */
    MMF_COMPAT_FORBIDDEN,       /* old values would be lost, or mean something else */
} mmf_compat_verdict;

typedef struct mmf_compat_finding {
    mmf_compat_verdict verdict;
    mmf_location
        location; /* in the new schema: of the change or, for what is gone, of its parent */
    char *text;   /* what changed and why it matters; one line */
} mmf_compat_finding;

/* The verdict on the whole is the worst of its findings'. */
typedef struct mmf_compat_report {
    mmf_compat_verdict verdict;
    mmf_compat_finding *items;
    size_t count;
    size_t capacity;
    bool out_of_memory;
} mmf_compat_report;

/* Compares valid models. Every change makes a finding, in the order: the record, then fields in
 * the new declaration order, then fields that are gone.
 * MMF_OK; MMF_E_NO_MEMORY. The report is to be cleared in both cases. */
MMF_NODISCARD mmf_status mmf_compat_compare(const mmf_model *old_model, const mmf_model *new_model,
                                            mmf_compat_report *ret_report);

void mmf_compat_report_clear(mmf_compat_report *report); /* takes zero-initialised too */

const char *mmf_compat_verdict_text(mmf_compat_verdict verdict); /* "needs migration" */

/* The field of the old schema that a field of the new one continues: of the same name, else of
 * the first of its aliases that the old schema has; NULL: it is new. */
const mmf_field *mmf_compat_ancestor(const mmf_model *old_model, const mmf_field *new_field);

#endif
