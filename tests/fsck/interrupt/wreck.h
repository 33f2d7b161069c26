/* Stores with many problems at once, each made by a readable recipe, and what has to be true of
 * them whatever became of a repair: shared by the tests of repairs that are interrupted, fail, or
 * meet others.
 */
#ifndef MMF_TESTS_FSCK_WRECK_H
#define MMF_TESTS_FSCK_WRECK_H

#include "fsck/check.h"
#include "tests/runtime/testing.h"

#define WRECK_RECORDS 24u
#define WRECK_PAYLOAD_MAX 80u

typedef struct wreck_kind {
    const char *name;
    const mmf_record_type *type;
    uint32_t name_offset; /* in a record; of the text of 21 bytes */
    uint32_t open_offset;
    uint32_t kind_offset;    /* 0: the type has none */
    uint32_t padding_offset; /* a byte that no field uses */
    uint32_t mark_offset;
    bool damages_header; /* bytes of it, so that nobody can open the store before a repair */
    bool is_stopped;     /* the machine stopped while it was in use */
} wreck_kind;

extern const wreck_kind wreck_kinds[];
#define WRECK_KINDS 5

/* A store of WRECK_RECORDS records that is well, and the payload that one has then. */
void wreck_make_sound(const wreck_kind *kind, const char *path);
void wreck_payload(const wreck_kind *kind, uint64_t index, unsigned char payload[]);

/* And then the damage: writers that die inside records 3 and 5, and what else can be wrong. */
void wreck_make(const wreck_kind *kind, const char *path);
/* Writers that die in a store that is well, and pokes into its records alone. */
void wreck_damage(const wreck_kind *kind, const char *path);
/* Pokes into a store that is sound but for what dead writers have left; not into its header. */
void wreck_damage_records(const wreck_kind *kind, const char *path);

/* Whether nothing is poked into the record, so that no reader may ever be given anything else. */
bool wreck_is_whole(const wreck_kind *kind, uint64_t index);

/* Reads all records by a handle that only reads, and returns what is wrong, or NULL: a record that
 * is whole must be as it was; others have some status, at once. is_repaired: nobody is inside a
 * record any more, and all of them are there. */
const char *wreck_read(const wreck_kind *kind, const char *path, bool is_repaired);

/* A check that changes nothing, or one that says yes to everything; by one thread. */
mmf_status wreck_check(const wreck_kind *kind, const char *path, uint32_t flags,
                       mmf_check_result *ret_result, mmf_error *ret_error);

/* --- Files as they lie there --------------------------------------------------------------------
 */

typedef enum wreck_file { WRECK_STORE, WRECK_LOCK, WRECK_UNDO, WRECK_FILES } wreck_file;

typedef struct wreck_bytes {
    bool exists;
    size_t size;
    size_t room;
    unsigned char *bytes;
} wreck_bytes;

/* The store of a path, PATH.lock and PATH.undo. Zero-initialised: none is there. */
typedef struct wreck_image {
    wreck_bytes files[WRECK_FILES];
} wreck_image;

/* Makes *image what the files are now. Whether anything has changed since the last time. */
bool wreck_take(wreck_image *image, const char *path);
/* Makes files of that name, instead of any that are there. */
void wreck_put(const wreck_image *image, const char *path);
void wreck_free(wreck_image *image);

bool wreck_same(const wreck_bytes *one, const wreck_bytes *other);

/* Whether two stores are the same but for times, generations and ids, which differ between runs.
 * NULL, or what differs. */
const char *wreck_differ(const wreck_bytes *one, const wreck_bytes *other);

#endif
