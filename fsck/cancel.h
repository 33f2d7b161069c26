/* SIGINT and SIGTERM: the first one asks for an end in good order, the second one kills. */
#ifndef MMF_FSCK_CANCEL_H
#define MMF_FSCK_CANCEL_H

#include <stdbool.h>

/* From here on signals are noted; one that the caller had ignored stays so. Once in a process.
 * False: the system refuses. */
bool fsck_cancel_install(void);

bool fsck_is_cancelled(void);

/* A descriptor that becomes readable when it is cancelled, to be waited for beside others: which
 * thread a signal interrupts is not known. */
int fsck_cancel_fd(void);

#endif
