#include "tests/tools/migrate/attempt.h"

#include <stdlib.h>

static void take_reasons(attempt *attempt)
{
    size_t used = 0;

    attempt->reasons[0] = '\0';
    for (size_t i = 0; i < attempt->diagnostics.count; i++) {
        char *line = mmf_diagnostics_format(&attempt->diagnostics, i);
        int length =
            snprintf(attempt->reasons + used, sizeof attempt->reasons - used, "%s\n", line);

        free(line);
        must(length > 0 && (size_t)length < sizeof attempt->reasons - used);
        used += (size_t)length;
    }
}

mmf_status migrate(attempt *attempt, const char *path, const char *schema)
{
    mmf_migration *migration = NULL;
    mmf_status status;

    attempt->error = (mmf_error){0};
    attempt->diagnostics = (mmf_diagnostics){0};
    attempt->options.schema_path = schema;
    attempt->options.diagnostics = &attempt->diagnostics;
    attempt->options.error = &attempt->error;
    attempt->options.rewrite.timeout_ms = 100;
    status = mmf_migration_open(path, &attempt->options, &migration);
    take_reasons(attempt);
    if (status == MMF_OK) {
        attempt->is_idle = mmf_migration_is_idle(migration);
        status = attempt->options.is_dry ? MMF_OK : mmf_migration_run(migration, &attempt->result);
    }
    mmf_migration_close(migration);
    mmf_diagnostics_clear(&attempt->diagnostics);
    return status;
}

void make(const char *old_text, uint64_t count)
{
    store_make(test_path("s"), store_schema("old.mmf.json", old_text), 2, count);
}

const char *newer(const char *text)
{
    return store_schema("new.mmf.json", text);
}
