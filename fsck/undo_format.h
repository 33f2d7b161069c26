/* The undo file, byte by byte: fsck/undo.h says what it is for. All numbers are little-endian.
 *
 *   0000  header, written once
 *   0200  state, twice (0200 and 0400): how much of the file counts
 *   1000  entries, one behind the other, each with its bytes
 *
 * Entries are on the disk before a state counts them, and are acted upon only after that state is
 * on the disk. So what the state counts must be whole, or the file is damaged; and what lies behind
 * was never acted upon, whatever it is. A torn write of one state leaves the other, which is then
 * the one before; when it is written, it is written twice, so that damage to one loses nothing.
 */
#ifndef MMF_FSCK_UNDO_FORMAT_H
#define MMF_FSCK_UNDO_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "schema/format.h"

#define MMF_UNDO_MAGIC "MMFU"
#define MMF_UNDO_VERSION 1u
#define MMF_UNDO_STATE_A 0x200u
#define MMF_UNDO_STATE_B 0x400u
#define MMF_UNDO_ENTRIES 0x1000u

#define MMF_UNDO_IDENTITY 8u /* words of the store by which it is known */

typedef struct mmf_undo_header {
    /* 00 */ char magic[4]; /* "MMFU" */
    /* 04 */ uint32_t version;
    /* 08 */ uint8_t repair_id[16];                /* random */
    /* 18 */ uint64_t created_ns;                  /* nanoseconds since 1970-01-01T00:00:00Z */
    /* 20 */ uint64_t store_size;                  /* bytes; no repair changes it */
    /* 28 */ uint64_t identity[MMF_UNDO_IDENTITY]; /* words 00 … 28 of the store and its UUID, as
                                                    * they were; without a UUID (format 1) 0 */
    /* 68 */ uint32_t has_uuid;                    /* 1, or 0 */
    /* 6c */ uint8_t reserved_6c[16];              /* zero */
    /* 7c */ uint32_t crc;                         /* CRC-32C of the 124 bytes before */
} mmf_undo_header;

MMF_STATIC_ASSERT(offsetof(mmf_undo_header, magic) == 0x00, "magic");
MMF_STATIC_ASSERT(offsetof(mmf_undo_header, version) == 0x04, "version");
MMF_STATIC_ASSERT(offsetof(mmf_undo_header, repair_id) == 0x08, "repair_id");
MMF_STATIC_ASSERT(offsetof(mmf_undo_header, created_ns) == 0x18, "created_ns");
MMF_STATIC_ASSERT(offsetof(mmf_undo_header, store_size) == 0x20, "store_size");
MMF_STATIC_ASSERT(offsetof(mmf_undo_header, identity) == 0x28, "identity");
MMF_STATIC_ASSERT(offsetof(mmf_undo_header, has_uuid) == 0x68, "has_uuid");
MMF_STATIC_ASSERT(offsetof(mmf_undo_header, crc) == 0x7c, "crc");
MMF_STATIC_ASSERT(sizeof(mmf_undo_header) == 128, "undo header");

#define MMF_UNDO_FINISHED 1u /* the repair is, and the disk has it; digest says what it left */
#define MMF_UNDO_UNDONE 2u   /* taking back has begun */
#define MMF_UNDO_RESTORED 4u /* and ended, and the disk has it */

typedef struct mmf_undo_counts {
    /* 00 */ uint64_t generation;     /* from 1; the valid state with the higher one counts */
    /* 08 */ uint64_t size;           /* bytes of this file that count */
    /* 10 */ uint64_t places;         /* entries that they have */
    /* 18 */ uint64_t last;           /* where the last of them begins; 0: there is none */
    /* 20 */ uint64_t digest;         /* mmf_store_digest() of the finished store; else 0 */
    /* 28 */ uint32_t flags;          /* MMF_UNDO_… */
    /* 2c */ uint8_t reserved_2c[16]; /* zero */
    /* 3c */ uint32_t crc;            /* CRC-32C of the 60 bytes before, continuing the header's */
} mmf_undo_counts;

MMF_STATIC_ASSERT(offsetof(mmf_undo_counts, generation) == 0x00, "generation");
MMF_STATIC_ASSERT(offsetof(mmf_undo_counts, size) == 0x08, "size");
MMF_STATIC_ASSERT(offsetof(mmf_undo_counts, places) == 0x10, "places");
MMF_STATIC_ASSERT(offsetof(mmf_undo_counts, last) == 0x18, "last");
MMF_STATIC_ASSERT(offsetof(mmf_undo_counts, digest) == 0x20, "digest");
MMF_STATIC_ASSERT(offsetof(mmf_undo_counts, flags) == 0x28, "flags");
MMF_STATIC_ASSERT(offsetof(mmf_undo_counts, crc) == 0x3c, "crc");
MMF_STATIC_ASSERT(sizeof(mmf_undo_counts) == 64, "undo counts");

/* Old bytes and new bytes follow, `size` of each. */
typedef struct mmf_undo_entry {
    /* 00 */ uint32_t crc;    /* CRC-32C of what follows, bytes included, continuing the header's */
    /* 04 */ uint32_t target; /* mmf_undo_target */
    /* 08 */ uint64_t offset; /* in the target; a multiple of 8 */
    /* 10 */ uint64_t size;   /* likewise; not 0 */
    /* 18 */ uint64_t before; /* bytes that the entry before takes in this file; 0: the first */
} mmf_undo_entry;

MMF_STATIC_ASSERT(offsetof(mmf_undo_entry, crc) == 0x00, "crc");
MMF_STATIC_ASSERT(offsetof(mmf_undo_entry, target) == 0x04, "target");
MMF_STATIC_ASSERT(offsetof(mmf_undo_entry, offset) == 0x08, "offset");
MMF_STATIC_ASSERT(offsetof(mmf_undo_entry, size) == 0x10, "size");
MMF_STATIC_ASSERT(offsetof(mmf_undo_entry, before) == 0x18, "before");
MMF_STATIC_ASSERT(sizeof(mmf_undo_entry) == 32, "undo entry");

#endif
