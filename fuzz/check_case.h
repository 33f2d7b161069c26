/* The inputs of check_fuzz.c. */
#ifndef MMF_FUZZ_CHECK_CASE_H
#define MMF_FUZZ_CHECK_CASE_H

#include <stdint.h>

#define CHECK_CASE_STORE_BOOT 1u /* the store's boot id is this boot's */
#define CHECK_CASE_LOCK_BOOT 2u  /* the lock file's */
#define CHECK_CASE_STRIDE 4u     /* the lock file's undo_stride is that of the records */
#define CHECK_CASE_IDS 8u        /* the store's lock id is the lock file's */
#define CHECK_CASE_CRC 16u       /* the checksum of the store's header is right */
#define CHECK_CASE_SLOTS 32u     /* those of durable slots are */
#define CHECK_CASE_RECORDS 64u   /* those of records are */

#define CHECK_CASE_FULL 1u      /* MMF_CHECK_FULL */
#define CHECK_CASE_GIVEN 2u     /* a schema of format 1 is given */
#define CHECK_CASE_SAFE_ONLY 4u /* yes to safe repairs alone */
#define CHECK_CASE_SOME 8u      /* yes to half of them */

typedef struct check_case {
    uint8_t flags;
    uint8_t mode;
    uint8_t pages;      /* of the store, 4096 bytes each */
    uint8_t lock_pages; /* of the lock file; 0: there is none */
    uint16_t cut;       /* bytes less of the store */
    uint16_t lock_cut;
} check_case;

#endif
