/* A migration or an upgrade as tests want one. */
#ifndef MMF_TESTS_TOOLS_MIGRATE_ATTEMPT_H
#define MMF_TESTS_TOOLS_MIGRATE_ATTEMPT_H

#include "tests/tools/copy/stores.h"
#include "tools/migrate.h"

typedef struct attempt {
    mmf_migration_options options;
    mmf_diagnostics diagnostics;
    mmf_error error;
    mmf_rewrite_result result;
    bool is_idle;
    char reasons[4096]; /* as the command says them, a line each */
} attempt;

/* Opens, and runs it unless it is dry; what it is refused for is in reasons. */
mmf_status migrate(attempt *attempt, const char *path, const char *schema);

/* The store "s" of that schema text, as store_make() makes it. */
void make(const char *old_text, uint64_t count);

/* The path of a file with that schema text. */
const char *newer(const char *text);

#endif
