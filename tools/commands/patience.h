/* What commands have in common that go through whole stores: a bar on a terminal, an end in good
 * order on SIGINT and SIGTERM, and words about damaged records. */
#ifndef MMF_TOOLS_COMMANDS_PATIENCE_H
#define MMF_TOOLS_COMMANDS_PATIENCE_H

#include "fsck/progress.h"
#include "tools/command.h"
#include "tools/rewrite.h"

/* The option --damaged, the same for all of them. */
#define MMF_DAMAGED_OPTION                                                                         \
    {                                                                                              \
        .name = "damaged", .kind = MMF_ARGUMENT_CHOICE, .argument = "WHAT",                        \
        .choices = "refuse|keep|blank",                                                            \
        .text = "damaged records: refuse (default), keep, or blank"                                \
    }

typedef struct mmf_patience {
    const mmf_invocation *invocation;
    const char *path; /* whose records are gone through */
    fsck_progress progress;
} mmf_patience;

void mmf_patience_begin(mmf_patience *patience, const mmf_invocation *invocation, const char *path);
void mmf_patience_end(mmf_patience *patience);

/* For `progress` and `tell` of options whose context is a mmf_patience. */
bool mmf_patience_go_on(void *context, uint64_t done, uint64_t total);
void mmf_patience_tell(void *context, uint64_t index, const char *what);

/* These, with what --damaged says; value: of that option, NULL where it is not given. */
mmf_rewrite_options mmf_patience_rewrite(mmf_patience *patience, const char *value);

/* Says on stderr what of the records is not as one would think: damaged ones that were taken, and
 * those that the last sync had not reached. */
void mmf_patience_warn(const mmf_patience *patience, mmf_damaged damaged,
                       const mmf_rewrite_result *result);

#endif
