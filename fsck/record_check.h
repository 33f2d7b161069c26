/* The contents of records: finds what no writer leaves, fast, and tells what it is and what would
 * be right, slowly. Works on bytes in memory; the counter's meaning (who is inside, whether he
 * lives) is not its business.
 *
 * A record of format 2 is checked for: counter a multiple of 512, checksum, lengths, bools, enums,
 * zeros behind a length, in padding and behind the checksum. In format 1 only for an even counter,
 * lengths and bools: the Go library leaves behind a shorter string what was there.
 * Without a model: counter, checksum, and padding behind the payload.
 *
 * Two kinds of zero are no defects though no symbol has that number: that of an enum without a
 * default, which append(NULL) leaves behind and nobody may have set since; and any in a record
 * whose payload is all zero, which was never set.
 */
#ifndef MMF_FSCK_RECORD_CHECK_H
#define MMF_FSCK_RECORD_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fsck/check.h"
#include "schema/format.h"
#include "schema/model.h"

typedef struct mmf_record_check mmf_record_check;

/* model may be NULL; it and what it says of sizes agree with info, and it outlives the check.
 * MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_record_check_new(const mmf_header_info *info, const mmf_model *model,
                                              mmf_record_check **ret_check);
void mmf_record_check_free(mmf_record_check *check); /* takes NULL */

/* The fast pass over `count` records, one behind the other, in memory aligned to 8 bytes that
 * nobody changes. Writes the positions (0 … count - 1) of those that are not perfect into
 * ret_suspects, which has room for count of them, and returns how many. Threads may share a check.
 */
size_t mmf_record_check_scan(const mmf_record_check *check, const unsigned char *records,
                             size_t count, uint32_t *ret_suspects);

typedef struct mmf_record_defect {
    mmf_problem problem;            /* LENGTH, BOOL, ENUM, TAIL, PADDING, CHECKSUM, CHECKSUM_BYTE */
    const mmf_field *field;         /* NULL: not in one */
    uint32_t element;               /* of an array; else 0 */
    uint32_t offset;                /* in the record, of the first wrong byte */
    char text[MMF_CHECK_TEXT_SIZE]; /* what was found, what was expected */
} mmf_record_defect;

/* Whether the defect is to be mended in the copy. */
typedef bool mmf_record_decide(void *context, const mmf_record_defect *defect);

/* Looks at one record closely, in the order of its bytes, the checksum first; `record` is a copy,
 * whose bytes become right where decide says yes. The counter is neither looked at nor changed. A
 * checksum that was right, or whose defect was mended, is right again afterwards.
 *
 * A length is judged before what is behind it: where it is mended, the tail is that of the new one;
 * where it is not, all of the field is content. Padding between the texts of an array is a part of
 * their tails. Whatever the record is, decide is called but once for each run of bytes and each
 * element.
 * Returns whether anything was changed. */
bool mmf_record_check_examine(const mmf_record_check *check, unsigned char *record,
                              mmf_record_decide *decide, void *context);

#endif
