/* Whether bytes are text as databases have it. */
#ifndef MMF_TOOLS_EXPORT_UTF8_H
#define MMF_TOOLS_EXPORT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Place of the first byte that is no UTF-8 (overlong forms, surrogates, beyond U+10FFFF) or is NUL;
 * size: there is none. */
size_t mmf_export_utf8_fault(const uint8_t *bytes, size_t size);

#endif
