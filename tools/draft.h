/* A store that is being written and has no name yet: records in order, then a name, or nothing is
 * left of it. The file has no name at all until then, where the file system can do that (see
 * mmf_sys_new_file), so that not even SIGKILL leaves it.
 *
 * The result is what a store is that was created, filled and closed: counters 512 (0 where a
 * record is zeros), checksums, a UUID of its own, a durable slot that has all records; its
 * capacity is the number of its records.
 */
#ifndef MMF_TOOLS_DRAFT_H
#define MMF_TOOLS_DRAFT_H

#include "runtime/store.h"

typedef struct mmf_draft mmf_draft;

/* The name that an interrupted mmf_draft_replace() may leave behind is PATH and this and 16
 * hexadecimal digits; it leads to the whole new store. */
#define MMF_DRAFT_SUFFIX ".new-"

/* A file beside path for `count` records, all of whose bytes have blocks. mode: permissions before
 * the umask. type is kept. MMF_OK; MMF_E_NO_SPACE; MMF_E_LIMIT; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_draft_begin(const char *path, const mmf_record_type *type,
                                         uint64_t count, uint32_t mode, mmf_error *error,
                                         mmf_draft **ret_draft);

/* The next record; at most `count` in all. MMF_OK; MMF_E_NO_SPACE; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_draft_add(mmf_draft *draft, const void *payload, mmf_error *error);

/* Permissions, owner and group of that file. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_draft_imitate(mmf_draft *draft, const char *path, mmf_error *error);

/* All records are there: writes the header and waits for the disk. MMF_OK; MMF_E_NO_SPACE;
 * MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_draft_finish(mmf_draft *draft, mmf_error *error);

/* Gives the finished file its name, path. MMF_OK; MMF_E_EXISTS; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_draft_publish(mmf_draft *draft, mmf_error *error);

/* The same where path exists: what is there then has the name backup, which must not exist unless
 * it is that very file, or, with NULL, none. At no moment does path lead nowhere.
 * MMF_OK; MMF_E_EXISTS (backup); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_draft_replace(mmf_draft *draft, const char *backup, mmf_error *error);

/* Takes NULL. Of a draft that was not published nothing is left. */
void mmf_draft_close(mmf_draft *draft);

uint64_t mmf_draft_file_bytes(const mmf_draft *draft);

#endif
