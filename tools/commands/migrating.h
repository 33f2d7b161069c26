/* What mmf migrate and mmf upgrade do once they know their options. */
#ifndef MMF_TOOLS_COMMANDS_MIGRATING_H
#define MMF_TOOLS_COMMANDS_MIGRATING_H

#include "tools/commands/patience.h"
#include "tools/migrate.h"

/* Opens, and does it, or says what would be done; damaged: the value of --damaged. Fills in what of
 * *migration all of them have in common. An exit status. */
int mmf_migrating_run(const mmf_invocation *invocation, const char *damaged,
                      mmf_migration_options *migration);

#endif
