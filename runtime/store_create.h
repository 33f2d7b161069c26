/* The file of a new store. Internal. */
#ifndef MMF_RUNTIME_STORE_CREATE_H
#define MMF_RUNTIME_STORE_CREATE_H

#include "runtime/store_state.h"

/* Makes the whole file, synced, before it gets its name. *ret_fd: the open file. Statuses of
 * mmf_store_create(). */
MMF_NODISCARD mmf_status mmf_store_make_file(const mmf_store_state *state, uint32_t file_mode,
                                             const mmf_options *options, int *ret_fd);

/* Address space to reserve, bytes. */
uint64_t mmf_reservation_of(const mmf_options *options);

/* The status of a system call that failed, with "PATH: what" in options->error. */
mmf_status mmf_store_system_error(const mmf_options *options, int failure, const char *what,
                                  const char *path);

#endif
