/* CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected; as in iSCSI, RFC 3720 appendix B.4). */
#ifndef MMF_SCHEMA_CRC32C_H
#define MMF_SCHEMA_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Continues crc (0 to begin) over size bytes: the checksum of two pieces is
 * mmf_crc32c(mmf_crc32c(0, a), b). "123456789" gives 0xE3069283. */
uint32_t mmf_crc32c(uint32_t crc, const void *bytes, size_t size);

#ifdef __cplusplus
}
#endif
#endif
