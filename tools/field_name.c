#include "tools/field_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/suggest.h"

#define SHOWN_MAX 100 /* bytes of what was typed */

const mmf_field *mmf_field_find(const mmf_model *model, const char *name, size_t size)
{
    char text[MMF_SCHEMA_NAME_MAX + 1];

    if (size >= sizeof text) {
        return NULL;
    }
    memcpy(text, name, size);
    text[size] = '\0';
    return mmf_model_field(model, text);
}

const char *mmf_field_missing(const mmf_model *model, const char *name, size_t size,
                              char buffer[MMF_NO_FIELD_SIZE])
{
    const char **names = calloc(model->field_count, sizeof *names);
    char text[SHOWN_MAX + 1] = "";
    const char *near = NULL;

    (void)strncat(text, name, size < SHOWN_MAX ? size : SHOWN_MAX);
    for (uint32_t i = 0; names && i < model->field_count; i++) {
        names[i] = model->fields[i].name.text;
    }
    near = names ? mmf_suggest(text, names, model->field_count) : NULL;
    free(names);
    (void)snprintf(buffer, MMF_NO_FIELD_SIZE, "no field %s%s%s%s", text,
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return buffer;
}
