#include "tests/power/expect.h"

#include <stdlib.h>
#include <string.h>

#include "tests/power/random.h"

static uint64_t hash(const uint8_t *bytes, uint32_t size)
{
    uint64_t result = size;

    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t word;

        memcpy(&word, bytes + i, sizeof word);
        result = random_mix(result ^ word) + i;
    }
    return result;
}

void expect_begin(expect *expect, uint64_t index)
{
    expect->touched[index] = EXPECT_BUSY;
}

void expect_end(expect *expect, uint64_t index)
{
    uint32_t n = expect->version_count[index]++;

    expect->touched[index] = ++expect->clock;
    expect->versions[index][n % EXPECT_VERSIONS] =
        hash(expect_payload(expect, index), expect->payload_size);
}

void expect_sync(expect *expect, uint64_t generation)
{
    if (generation + 1 >= EXPECT_SYNCS_MAX) {
        abort();
    }
    expect->clock++;
    for (uint64_t i = generation; i <= generation + 1; i++) {
        expect->sync_began[i] = expect->clock;
        expect->sync_count[i] = expect->count;
    }
}

bool expect_is_durable(const expect *expect, uint64_t generation, uint64_t index)
{
    return index < expect->sync_count[generation] &&
           expect->touched[index] < expect->sync_began[generation];
}

bool expect_was(const expect *expect, uint64_t index, const uint8_t *payload)
{
    uint64_t value = hash(payload, expect->payload_size);
    uint32_t count = expect->version_count[index];

    if (count > EXPECT_VERSIONS) {
        return true; /* some have been forgotten */
    }
    for (uint32_t i = 0; i < count; i++) {
        if (expect->versions[index][i] == value) {
            return true;
        }
    }
    return false;
}
