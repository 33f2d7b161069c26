#include "tools/commands/models.h"

#include <stdio.h>
#include <string.h>

#include "tools/table.h"

/* A store begins with its magic; whatever does not is a schema. */
static bool is_store(const char *path)
{
    char magic[MMF_MAGIC_SIZE] = "";
    FILE *file = fopen(path, "rbe");
    bool result = file && fread(magic, sizeof magic, 1, file) == 1 &&
                  memcmp(magic, MMF_MAGIC, sizeof magic) == 0;

    if (file) {
        (void)fclose(file);
    }
    return result;
}

mmf_status mmf_model_of_operand(const char *path, mmf_diagnostics *diagnostics,
                                mmf_model **ret_model, mmf_error *error)
{
    uint32_t format = 0;
    mmf_status status;

    if (!is_store(path)) {
        return mmf_schema_load(path, diagnostics, ret_model);
    }
    status = mmf_table_schema_of(path, ret_model, &format, error);
    if (status == MMF_OK && !*ret_model) {
        status = mmf_error_set(error, MMF_E_SCHEMA,
                               "%s: a file of format 1 does not carry its schema: "
                               "give the schema instead",
                               path);
    }
    return status;
}
