/* What can be known of a store without changing it: its file, its state, who has it open. */
#ifndef MMF_TOOLS_FACTS_H
#define MMF_TOOLS_FACTS_H

#include "runtime/store.h"
#include "schema/format.h"
#include "schema/model.h"

typedef enum mmf_facts_state {
    MMF_FACTS_UNKNOWN,   /* format 1 does not say */
    MMF_FACTS_CLEAN,     /* the last writer has synced and gone */
    MMF_FACTS_IN_USE,    /* a writer has it open */
    MMF_FACTS_ABANDONED, /* its writers died, or left without a sync */
    MMF_FACTS_CRASHED,   /* it was in use when the machine stopped */
    MMF_FACTS_DIRTY,     /* in use or abandoned: PATH.lock could not be read */
} mmf_facts_state;

/* Records in the middle of a change whose counters name one slot; slot 0: nobody, or a writer of
 * another library. */
typedef struct mmf_facts_owner {
    uint64_t record_count;
    uint64_t first; /* index */
} mmf_facts_owner;

typedef struct mmf_facts {
    mmf_header header; /* zero behind the first 64 bytes in format 1 */
    mmf_header_info info;
    mmf_model *model; /* NULL: format 1, and no schema was given */
    mmf_store_info store;
    mmf_facts_state state;

    bool knows_resident;
    uint64_t resident_bytes; /* that need no disk to be read */
    bool knows_huge;
    uint64_t huge_bytes; /* of them, in huge pages */

    bool has_scanned;    /* the counters of all records were looked at */
    uint64_t odd_count;  /* records in the middle of a change just then */
    uint64_t torn_count; /* records that a crash tore, by their checksums; not in odd_count */
    uint64_t torn_first;
    mmf_facts_owner owners[256]; /* by slot */
} mmf_facts;

/* Collects them. schema_path: as for mmf_table_open(), but a file of format 1 needs none. scans:
 * looks at the counter of each record, for which all of the file is read.
 * *ret_facts is cleared with mmf_facts_clear(). Statuses of mmf_table_open(). */
MMF_NODISCARD mmf_status mmf_facts_collect(const char *path, const char *schema_path, bool scans,
                                           mmf_diagnostics *diagnostics, mmf_facts *ret_facts,
                                           mmf_error *error);

void mmf_facts_clear(mmf_facts *facts);

#endif
