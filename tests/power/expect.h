/* What has to be in the store after a cut: what every record was, when it was touched, and what
 * each sync has covered. Shared with children, like the disk. */
#ifndef MMF_TESTS_POWER_EXPECT_H
#define MMF_TESTS_POWER_EXPECT_H

#include <stdbool.h>
#include <stdint.h>

#define EXPECT_BYTES_MAX (160u << 10)
#define EXPECT_RECORDS_MAX (EXPECT_BYTES_MAX / 16)
#define EXPECT_SYNCS_MAX 4096u
#define EXPECT_VERSIONS 8u
#define EXPECT_BUSY UINT64_MAX /* in place of a time: a write has begun and not ended */

typedef struct expect {
    uint32_t payload_size;
    uint32_t records_max; /* the workload appends no more */
    uint64_t count;
    uint64_t clock;    /* ticks at each touch and each sync */
    uint64_t finished; /* generation of the last sync that returned MMF_OK; 0: none has */

    /* By generation: when that sync began, and how many records there were. */
    uint64_t sync_began[EXPECT_SYNCS_MAX];
    uint64_t sync_count[EXPECT_SYNCS_MAX];

    uint64_t touched[EXPECT_RECORDS_MAX]; /* when a write last ended, or EXPECT_BUSY */
    uint8_t payload[EXPECT_BYTES_MAX];    /* what is there, unless busy */

    /* Hashes of the last whole contents of each record, for those that have a checksum. */
    uint64_t versions[EXPECT_RECORDS_MAX][EXPECT_VERSIONS];
    uint32_t version_count[EXPECT_RECORDS_MAX];
} expect;

static inline uint8_t *expect_payload(expect *expect, uint64_t index)
{
    return expect->payload + index * expect->payload_size;
}

static inline bool expect_is_known(const expect *expect, uint64_t index)
{
    return expect->touched[index] != EXPECT_BUSY;
}

/* A write of a record begins; it ends, with what expect_payload() says. */
void expect_begin(expect *expect, uint64_t index);
void expect_end(expect *expect, uint64_t index);

/* A sync begins that will write a slot of this generation; or two, one after the other, as a close
 * may. */
void expect_sync(expect *expect, uint64_t generation);

/* Whether the sync of that generation has made this record durable, as it still is. */
bool expect_is_durable(const expect *expect, uint64_t generation, uint64_t index);

/* Whether the record ever was that, as far as is remembered. */
bool expect_was(const expect *expect, uint64_t index, const uint8_t *payload);

#endif
