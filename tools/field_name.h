/* Fields by the names that people type. */
#ifndef MMF_TOOLS_FIELD_NAME_H
#define MMF_TOOLS_FIELD_NAME_H

#include "schema/model.h"

/* The field whose name are these bytes, or NULL. */
const mmf_field *mmf_field_find(const mmf_model *model, const char *name, size_t size);

#define MMF_NO_FIELD_SIZE 256

/* "no field pric; did you mean price?" into the buffer, which is returned. */
const char *mmf_field_missing(const mmf_model *model, const char *name, size_t size,
                              char buffer[MMF_NO_FIELD_SIZE]);

#endif
