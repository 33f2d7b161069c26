/* WHAT A FILE IS: every byte position on disk is declared here and nowhere else. FORMAT.md tells
 * the same in prose, with an annotated hexdump that a test compares with this header.
 *
 * All numbers are little-endian. Both formats begin with the same 64 bytes. In format 1 (the Go
 * library's) records follow at once; in format 2 the header region is a number of whole 4096-byte
 * pages, and records follow that. Records lie at data_offset + index * record_size; each begins
 * with its u64 sequence counter (runtime/seqlock.h).
 */
#ifndef MMF_SCHEMA_FORMAT_H
#define MMF_SCHEMA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#define MMF_STATIC_ASSERT static_assert
#else
#define MMF_STATIC_ASSERT _Static_assert
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "mmapforge files are little-endian and used in place: this machine is not"
#endif

#define MMF_FORMAT_1 1u /* the Go library's */
#define MMF_FORMAT_2 2u /* the default */

#define MMF_MAGIC "MMFG"
#define MMF_MAGIC_SIZE 4u
#define MMF_PAGE_SIZE 4096u  /* of the file format, whatever the machine's pages are */
#define MMF_SECTOR_SIZE 512u /* what a disk is taken to write as one */
#define MMF_HEADER_SIZE_MAX (16u << 20)
#define MMF_RECORD_ALIGN_MAX 128u
#define MMF_RECORD_SIZE_MAX (16u << 20) /* of a record */

/* The 64 bytes that both formats share. */
typedef struct mmf_header_common {
    /* 00 */ char magic[4];           /* "MMFG" */
    /* 04 */ uint32_t format_version; /* 1 or 2 */
    /* 08 */ uint8_t schema_hash[32]; /* schema/hash.h */
    /* 28 */ uint32_t schema_version; /* the schema's own version */
    /* 2c */ uint32_t record_size;    /* bytes from one record to the next */
    /* 30 */ uint64_t record_count;   /* records that exist; only grows; atomic */
    /* 38 */ uint64_t capacity;       /* records that have blocks; only grows; atomic */
} mmf_header_common;

MMF_STATIC_ASSERT(offsetof(mmf_header_common, magic) == 0x00, "magic");
MMF_STATIC_ASSERT(offsetof(mmf_header_common, format_version) == 0x04, "format_version");
MMF_STATIC_ASSERT(offsetof(mmf_header_common, schema_hash) == 0x08, "schema_hash");
MMF_STATIC_ASSERT(offsetof(mmf_header_common, schema_version) == 0x28, "schema_version");
MMF_STATIC_ASSERT(offsetof(mmf_header_common, record_size) == 0x2c, "record_size");
MMF_STATIC_ASSERT(offsetof(mmf_header_common, record_count) == 0x30, "record_count");
MMF_STATIC_ASSERT(offsetof(mmf_header_common, capacity) == 0x38, "capacity");
MMF_STATIC_ASSERT(sizeof(mmf_header_common) == 64, "common header");

/* What the last successful sync made durable. Two of them, in different sectors, are written in
 * turn; the valid one (crc) with the higher generation wins. */
typedef struct mmf_durable_slot {
    /* 00 */ uint64_t generation;   /* 0: never written */
    /* 08 */ uint64_t record_count; /* records whose bytes were on the disk before this slot was */
    /* 10 */ uint64_t epoch;        /* of the rollback journal; 0 while there is none */
    /* 18 */ uint64_t time_ns;      /* of the sync, nanoseconds since 1970-01-01T00:00:00Z */
    /* 20 */ uint8_t reserved[28];  /* zero */
    /* 3c */ uint32_t crc;          /* CRC-32C of the 60 bytes before */
} mmf_durable_slot;

MMF_STATIC_ASSERT(offsetof(mmf_durable_slot, generation) == 0x00, "generation");
MMF_STATIC_ASSERT(offsetof(mmf_durable_slot, record_count) == 0x08, "record_count");
MMF_STATIC_ASSERT(offsetof(mmf_durable_slot, epoch) == 0x10, "epoch");
MMF_STATIC_ASSERT(offsetof(mmf_durable_slot, time_ns) == 0x18, "time_ns");
MMF_STATIC_ASSERT(offsetof(mmf_durable_slot, reserved) == 0x20, "reserved");
MMF_STATIC_ASSERT(offsetof(mmf_durable_slot, crc) == 0x3c, "crc");
MMF_STATIC_ASSERT(sizeof(mmf_durable_slot) == 64, "durable slot");

/* State of a file of format 2: bits. None is set: the last writing handle has synced and gone. The
 * last two stay until a check takes them away. */
#define MMF_STATE_DIRTY 1u       /* a writing handle is open, or died, or left without a sync */
#define MMF_STATE_WRITER_DIED 2u /* one died: a record may be left in the middle of a change */
#define MMF_STATE_OTHER_BOOT 4u  /* the machine stopped while it was dirty: pages may be torn */

/* Format 2, from byte 0 of the file. The schema text (canonical JSON, no NUL) begins at
 * schema_offset and may run over further pages; data begin at header_size. */
typedef struct mmf_header {
    /* 000 */ mmf_header_common common;
    /* -- written at creation, never again; covered by header_crc -- */
    /* 040 */ uint64_t features_compatible;   /* unknown bits: ignore */
    /* 048 */ uint64_t features_read_only;    /* unknown bits: do not write */
    /* 050 */ uint64_t features_incompatible; /* unknown bits: do not open */
    /* 058 */ uint32_t header_size;           /* offset of record 0; a multiple of 4096 */
    /* 05c */ uint32_t payload_size;          /* of a record: what is read and written, bytes */
    /* 060 */ uint32_t record_align;          /* 8 … 128, a power of two */
    /* 064 */ uint32_t schema_offset;         /* of the schema text; 0: there is none */
    /* 068 */ uint32_t schema_size;           /* bytes of it */
    /* 06c */ uint32_t reserved_06c;          /* zero */
    /* 070 */ uint8_t uuid[16];               /* of this file, random (RFC 9562, version 4) */
    /* 080 */ uint64_t created_ns;            /* nanoseconds since 1970-01-01T00:00:00Z */
    /* 088 */ uint8_t reserved_088[116];      /* zero */
    /* 0fc */ uint32_t header_crc;            /* mmf_header_crc() */
                                              /* -- changes when writing handles come and go -- */
    /* 100 */ uint32_t state;                 /* MMF_STATE_… */
    /* 104 */ uint32_t reserved_104;          /* zero */
    /* 108 */ uint8_t boot_id[16];            /* of the machine when state last became dirty */
    /* 118 */ uint8_t lock_id[16];            /* random id of the lock file in use */
    /* 128 */ uint64_t count_before;          /* record count before it last fell back; 0: never */
    /* 130 */ uint8_t reserved_130[16];       /* zero */
                                              /* -- for waiting: a cache line of its own -- */
    /* 140 */ uint32_t wait_word;             /* futex; advanced when there is news and a waiter */
    /* 144 */ uint32_t waiting;               /* set by who waits, cleared by who wakes */
    /* 148 */ uint8_t reserved_148[184];      /* zero */
                                              /* -- a sector of its own for each durable slot -- */
    /* 200 */ mmf_durable_slot durable_0;
    /* 240 */ uint8_t reserved_240[448]; /* zero */
    /* 400 */ mmf_durable_slot durable_1;
    /* 440 */ uint8_t reserved_440[960]; /* zero */
    /* 800 */ uint8_t text[2048];        /* of the schema: its first bytes; then zero */
} mmf_header;

#define MMF_SCHEMA_TEXT_OFFSET 0x800u

MMF_STATIC_ASSERT(offsetof(mmf_header, features_compatible) == 0x040, "features_compatible");
MMF_STATIC_ASSERT(offsetof(mmf_header, features_read_only) == 0x048, "features_read_only");
MMF_STATIC_ASSERT(offsetof(mmf_header, features_incompatible) == 0x050, "features_incompatible");
MMF_STATIC_ASSERT(offsetof(mmf_header, header_size) == 0x058, "header_size");
MMF_STATIC_ASSERT(offsetof(mmf_header, payload_size) == 0x05c, "payload_size");
MMF_STATIC_ASSERT(offsetof(mmf_header, record_align) == 0x060, "record_align");
MMF_STATIC_ASSERT(offsetof(mmf_header, schema_offset) == 0x064, "schema_offset");
MMF_STATIC_ASSERT(offsetof(mmf_header, schema_size) == 0x068, "schema_size");
MMF_STATIC_ASSERT(offsetof(mmf_header, reserved_06c) == 0x06c, "reserved_06c");
MMF_STATIC_ASSERT(offsetof(mmf_header, uuid) == 0x070, "uuid");
MMF_STATIC_ASSERT(offsetof(mmf_header, created_ns) == 0x080, "created_ns");
MMF_STATIC_ASSERT(offsetof(mmf_header, reserved_088) == 0x088, "reserved_088");
MMF_STATIC_ASSERT(offsetof(mmf_header, header_crc) == 0x0fc, "header_crc");
MMF_STATIC_ASSERT(offsetof(mmf_header, state) == 0x100, "state");
MMF_STATIC_ASSERT(offsetof(mmf_header, boot_id) == 0x108, "boot_id");
MMF_STATIC_ASSERT(offsetof(mmf_header, lock_id) == 0x118, "lock_id");
MMF_STATIC_ASSERT(offsetof(mmf_header, count_before) == 0x128, "count_before");
MMF_STATIC_ASSERT(offsetof(mmf_header, wait_word) == 0x140, "wait_word");
MMF_STATIC_ASSERT(offsetof(mmf_header, waiting) == 0x144, "waiting");
MMF_STATIC_ASSERT(offsetof(mmf_header, durable_0) == 0x200, "durable_0");
MMF_STATIC_ASSERT(offsetof(mmf_header, durable_1) == 0x400, "durable_1");
MMF_STATIC_ASSERT(offsetof(mmf_header, text) == MMF_SCHEMA_TEXT_OFFSET, "text");
MMF_STATIC_ASSERT(sizeof(mmf_header) == MMF_PAGE_SIZE, "header page");

/* Read-only compatible: behind the payload, at 8 + payload_size, each record has a u32 CRC-32C of
 * its payload and a u32 zero. Who does not keep it true must not write. */
#define MMF_FEATURE_RECORD_CHECKSUM 1ull
#define MMF_RECORD_CHECKSUM_SIZE 8u

/* Feature bits that this version knows. */
#define MMF_FEATURES_READ_ONLY_KNOWN MMF_FEATURE_RECORD_CHECKSUM
#define MMF_FEATURES_INCOMPATIBLE_KNOWN 0ull

/* --- The lock file, PATH.lock ----------------------------------------------------------------
 *
 * Made by the first writing handle of a boot (the Go library flocks it, and leaves it empty). It
 * holds nothing that a store needs: while nobody has the store open for writing it may be deleted,
 * and after a reboot, or where it is damaged, it is made anew. Whether a writer lives is not in its
 * bytes but in its locks: each writing handle holds one on the byte MMF_LOCK_BYTE_SLOT + its slot.
 */
#define MMF_LOCK_MAGIC "MMFL"
#define MMF_LOCK_VERSION 1u
#define MMF_WRITER_SLOTS 256u /* slot 0 stands for "unknown" and is never taken */

/* Bytes whose locks mean something; they lie far beyond the end of the file. */
#define MMF_LOCK_BYTE_SLOT 0x10000000000u   /* + slot: its writer lives */
#define MMF_LOCK_BYTE_ATTACH 0x10000001000u /* a handle is coming or going */
/* A byte of the store itself, locked shared by each writing handle: whoever finds that the lock
 * file is not the one that the header names can tell whether its users still live. */
#define MMF_STORE_BYTE_WRITERS 0x4000000000000000u

/* What the writer in a slot is doing. It is written before the record's counter goes odd, and left
 * as it is afterwards: it means something only while mmf_writer_is_inside(). */
typedef struct mmf_writer_slot {
    /* 00 */ uint64_t process_id; /* 0: free, and left in good order; says nothing of being alive */
    /* 08 */ uint64_t thread_id;  /* of the system, for people */
    /* 10 */ uint64_t claimed_ns; /* nanoseconds since 1970-01-01T00:00:00Z */
    /* 18 */ uint8_t reserved_18[40];
    /* 40 */ uint64_t odd;  /* see mmf_writer_is_inside(); 0: it has entered none yet */
    /* 48 */ uint64_t undo; /* mmf_undo_range(): what its undo image holds; 0: nothing */
    /* 50 */ uint8_t reserved_50[48];
} mmf_writer_slot;

MMF_STATIC_ASSERT(offsetof(mmf_writer_slot, process_id) == 0x00, "process_id");
MMF_STATIC_ASSERT(offsetof(mmf_writer_slot, thread_id) == 0x08, "thread_id");
MMF_STATIC_ASSERT(offsetof(mmf_writer_slot, claimed_ns) == 0x10, "claimed_ns");
MMF_STATIC_ASSERT(offsetof(mmf_writer_slot, odd) == 0x40, "odd");
MMF_STATIC_ASSERT(offsetof(mmf_writer_slot, undo) == 0x48, "undo");
MMF_STATIC_ASSERT(sizeof(mmf_writer_slot) == 128, "writer slot");

/* Whether the counter says that the writer in `slot`, whose entry has `odd`, is inside: odd is that
 * counter, or its low 9 bits alone, in format 2, where nobody else makes such counters. */
static inline bool mmf_writer_is_inside(uint64_t counter, uint32_t slot, uint64_t odd)
{
    uint64_t tag = (uint64_t)slot << 1 | 1;

    return (counter & 511) == tag && (odd == counter || odd == tag);
}

/* An undo image is laid out as the record: bytes of it as they were before the change, and in place
 * of the counter the index of the record that the writer entered last. The range is a multiple of
 * 8 bytes at a multiple of 8: offset in the low half, size in the high one. */
static inline uint64_t mmf_undo_range(uint32_t offset, uint32_t size)
{
    return (uint64_t)size << 32 | offset;
}

/* Whether such a range, read from a file, lies in a record of that size behind its counter. */
static inline bool mmf_undo_is_sane(uint64_t range, uint32_t record_size)
{
    uint32_t offset = (uint32_t)range;
    uint32_t size = (uint32_t)(range >> 32);

#ifdef MMF_MUTANT_BELIEVE_SLOTS
    return true;
#endif
    return size > 0 && offset >= 8 && offset < record_size && size <= record_size - offset &&
           offset % 8 == 0 && size % 8 == 0;
}

typedef struct mmf_lock_header {
    /* 000 */ char magic[4];        /* "MMFL", written last */
    /* 004 */ uint32_t version;     /* MMF_LOCK_VERSION */
    /* 008 */ uint8_t boot_id[16];  /* of the machine when the file was made */
    /* 018 */ uint8_t lock_id[16];  /* random, of this file */
    /* 028 */ uint64_t undo_stride; /* from one slot's undo image to the next, bytes */
    /* 030 */ uint64_t recovered;   /* records that were found in the middle of a change; atomic */
    /* 038 */ uint64_t arrivals;    /* writing handles that have come since the file was made */
    /* -- rights, a cache line each; even: free; odd: names its holder as a counter does -- */
    /* 040 */ uint64_t append_right; /* to write beyond the record count, and to grow the file */
    /* 048 */ uint32_t dirty_is_durable; /* the store's dirty bit has reached the disk */
    /* 04c */ uint8_t reserved_04c[52];
    /* 080 */ uint64_t sync_right; /* to write a durable slot */
    /* 088 */ uint8_t reserved_088[3960];
    /* 1000 */ mmf_writer_slot slots[MMF_WRITER_SLOTS];
    /* 9000 … undo images, undo_stride bytes each; one has blocks once its slot has been taken */
} mmf_lock_header;

MMF_STATIC_ASSERT(offsetof(mmf_lock_header, version) == 0x004, "version");
MMF_STATIC_ASSERT(offsetof(mmf_lock_header, boot_id) == 0x008, "boot_id");
MMF_STATIC_ASSERT(offsetof(mmf_lock_header, lock_id) == 0x018, "lock_id");
MMF_STATIC_ASSERT(offsetof(mmf_lock_header, undo_stride) == 0x028, "undo_stride");
MMF_STATIC_ASSERT(offsetof(mmf_lock_header, recovered) == 0x030, "recovered");
MMF_STATIC_ASSERT(offsetof(mmf_lock_header, append_right) == 0x040, "append_right");
MMF_STATIC_ASSERT(offsetof(mmf_lock_header, dirty_is_durable) == 0x048, "dirty_is_durable");
MMF_STATIC_ASSERT(offsetof(mmf_lock_header, sync_right) == 0x080, "sync_right");
MMF_STATIC_ASSERT(offsetof(mmf_lock_header, slots) == 0x1000, "slots");
MMF_STATIC_ASSERT(sizeof(mmf_lock_header) == 0x9000, "lock header");

#define MMF_LOCK_UNDO_OFFSET sizeof(mmf_lock_header)
#define MMF_UNDO_ALIGN 128u

/* From one image to the next, for records of that size. */
static inline uint64_t mmf_undo_stride(uint32_t record_size)
{
    return ((uint64_t)record_size + MMF_UNDO_ALIGN - 1) / MMF_UNDO_ALIGN * MMF_UNDO_ALIGN;
}

/* Where in the lock file the undo image of a slot begins. */
static inline uint64_t mmf_undo_offset(uint64_t stride, uint32_t slot)
{
    return MMF_LOCK_UNDO_OFFSET + stride * slot;
}

/* What the validator found out: after it, code may trust these numbers. */
typedef struct mmf_header_info {
    uint32_t format; /* 1 or 2 */
    uint32_t schema_version;
    uint32_t record_size;     /* at least 16, a multiple of 8, at most MMF_RECORD_SIZE_MAX */
    uint32_t payload_size;    /* at most record_size - 8; in format 1 equal to that */
    uint32_t checksum_offset; /* of the record's checksum, from its beginning; 0: there is none */
    uint32_t record_align;    /* 8 in format 1 */
    uint64_t data_offset;     /* of record 0 */
    uint64_t record_count;    /* at most capacity */
    uint64_t capacity; /* whole records that the header says, or, in format 1, the file has */
    uint64_t header_capacity; /* what the header says of it */
    bool capacity_is_stale;   /* format 1: that was not believed */
    bool must_not_write;      /* an unknown read-only feature bit is set */
    uint32_t schema_offset;   /* 0: no schema text */
    uint32_t schema_size;
    uint8_t schema_hash[32];
} mmf_header_info;

/* The one validator. bytes are the file's first `size` bytes: all of the header region (as told by
 * mmf_header_extent()), or fewer when the file is shorter. file_size is the real size of the file
 * now, taken after bytes were read: a file that others are growing passes only in that order.
 *
 *   MMF_OK           *ret_info is filled
 *   MMF_E_MAGIC      not "MMFG"; an empty file
 *   MMF_E_VERSION    unknown format version, or an unknown incompatible feature bit
 *   MMF_E_TRUNCATED  shorter than its header region, or than its capacity (format 2) or its
 *                    count (format 1) says
 *   MMF_E_CORRUPT    a number that cannot be, or a wrong checksum
 *
 * error, which may be NULL, says what was found and what was expected. */
MMF_NODISCARD mmf_status mmf_header_validate(const uint8_t *bytes, size_t size, uint64_t file_size,
                                             mmf_header_info *ret_info, mmf_error *error);

/* How many bytes mmf_header_validate() wants to see, judged from the first `size` bytes (4096, or
 * all that the file has): 64 in format 1, the header region in format 2, 64 where it is neither.
 * From 64 to MMF_HEADER_SIZE_MAX, whatever the bytes are. */
uint32_t mmf_header_extent(const uint8_t *bytes, size_t size);

/* Makes the header region of a new file of format 1 or 2; info says everything but schema_offset
 * and data_offset, which are decided here. text is the canonical schema (format 2), of text_size
 * bytes. ret_bytes has mmf_header_region_size() bytes; all of them are written. */
void mmf_header_encode(const mmf_header_info *info, const char *text, uint32_t text_size,
                       const uint8_t uuid[16], uint64_t created_ns, uint8_t *ret_bytes);

/* Bytes before record 0 in a new file: 64 in format 1, whole pages in format 2. */
uint32_t mmf_header_region_size(uint32_t format, uint32_t text_size);

/* CRC-32C of everything in a format-2 header region that never changes: 0x000–0x02f, 0x040–0x0fb
 * and the schema text. bytes has all of the region, and schema_offset, schema_size lie in it. */
uint32_t mmf_header_crc(const uint8_t *bytes);

/* The checksum that a durable slot should have. */
uint32_t mmf_durable_slot_crc(const mmf_durable_slot *slot);

/* The newer valid slot of the two, or NULL when neither is valid (a file that was never synced). */
const mmf_durable_slot *mmf_durable_slot_newest(const mmf_durable_slot *slot_0,
                                                const mmf_durable_slot *slot_1);

#ifdef __cplusplus
}
#endif
#endif
