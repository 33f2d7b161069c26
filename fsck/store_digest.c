#include "fsck/store_digest.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/checksum.h"
#include "schema/crc32c.h"

/* One to one for each `word`, so that two digests that differ in one chunk alone stay different. */
static uint64_t mix(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0x9e3779b97f4a7c15u;
    return digest ^ digest >> 32;
}

static bool is_zeros(const uint64_t *words, size_t count)
{
    uint64_t any = 0;

    for (size_t i = 0; i < count; i++) {
        any |= words[i];
    }
    return any == 0;
}

static uint32_t checksum(const unsigned char *bytes, size_t size)
{
    size_t words = size / 8 * 8;

    return mmf_crc32c(mmf_checksum_of(bytes, (uint32_t)words), bytes + words, size - words);
}

static mmf_status add_chunk(const mmf_checked_file *store, uint64_t at, uint64_t *buffer,
                            uint64_t *digest, mmf_error *error)
{
    unsigned char *bytes = (unsigned char *)buffer;
    uint64_t rest = store->size - at;
    size_t size = 0;
    mmf_status status = mmf_checked_file_read(
        store, at, buffer, rest < MMF_DIGEST_CHUNK ? rest : MMF_DIGEST_CHUNK, &size, error);

    if (status != MMF_OK) {
        return status;
    }
    memset(bytes + size, 0, (8 - size % 8) % 8);
    if (!is_zeros(buffer, (size + 7) / 8)) {
        *digest = mix(*digest, at);
        *digest = mix(*digest, (uint64_t)size << 32 | checksum(bytes, size));
    }
    return MMF_OK;
}

mmf_status mmf_store_digest(const mmf_checked_file *store, uint64_t *buffer, uint64_t *ret_digest,
                            mmf_error *error)
{
    uint64_t digest = mix(0, store->size);
    uint64_t at = 0; /* a multiple of the chunk's size */

    while (at < store->size) {
        uint64_t begin = 0;
        uint64_t end = 0;
        mmf_status status = mmf_checked_file_next_data(store, at, &begin, &end, error);

        if (status != MMF_OK) {
            return status;
        }
        if (begin >= store->size) {
            break;
        }
        at = begin / MMF_DIGEST_CHUNK * MMF_DIGEST_CHUNK;
        do {
            status = add_chunk(store, at, buffer, &digest, error);
            at += MMF_DIGEST_CHUNK;
        } while (status == MMF_OK && at < end);
        if (status != MMF_OK) {
            return status;
        }
    }
    *ret_digest = digest;
    return MMF_OK;
}
