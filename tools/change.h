/* Changes of a record that are written as text: "price=12.50", "levels[3]=7". */
#ifndef MMF_TOOLS_CHANGE_H
#define MMF_TOOLS_CHANGE_H

#include "tools/table.h"

/* The new values of some fields. */
typedef struct mmf_change {
    const char *name; /* as it was written, and how long: "levels[3]" */
    size_t name_size;
    mmf_field field; /* a field of the model, or an element as a field by itself: its pointers are
                      * the model's */
} mmf_change;

/* Reads such texts, in TEXT notation (tools/value.h), into a payload, and what they change into
 * ret_changes, which has room for `count`. The model and the texts outlive the changes.
 * MMF_OK; MMF_E_INVALID (no such field, no such value, a field twice; the text says which),
 * MMF_E_NO_MEMORY. The payload may then have been written to. */
MMF_NODISCARD mmf_status mmf_changes_read(const mmf_model *model, char *const *texts, size_t count,
                                          uint8_t *payload, mmf_change *ret_changes,
                                          mmf_error *error);

/* Whether these are all fields of the model. */
bool mmf_changes_are_all(const mmf_model *model, const mmf_change *changes, size_t count);

/* Stores what the payload has of these fields in a record, in one section: others see all of it or
 * none. ret_old is the record's payload as it was before. Statuses of runtime/field.h: a record
 * that was torn (MMF_E_CORRUPT) takes nothing less than all fields, and ret_old is zeros then. */
MMF_NODISCARD mmf_status mmf_changes_apply(mmf_table *table, uint64_t index,
                                           const mmf_change *changes, size_t count,
                                           const uint8_t *payload, uint8_t *ret_old);

#endif
