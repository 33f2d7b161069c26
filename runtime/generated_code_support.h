/* What generated headers include: the inline paths, and nothing that prints or allocates. */
#ifndef MMF_RUNTIME_GENERATED_CODE_SUPPORT_H
#define MMF_RUNTIME_GENERATED_CODE_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "runtime/append.h"
#include "runtime/field.h"
#include "runtime/seqlock.h"
#include "runtime/store.h"
#include "schema/status.h"

#ifdef __cplusplus
#define MMF_ASSERT_LAYOUT static_assert
#define MMF_ALIGN_MEMBER(bytes) alignas(bytes)
#else
#define MMF_ASSERT_LAYOUT _Static_assert
#define MMF_ALIGN_MEMBER(bytes) _Alignas(bytes)
#endif

/* For a struct whose size must not be rounded up: a string whose end shares a word with the next
 * field. */
#define MMF_PACKED __attribute__((packed))

/* Accessors of fields that the schema calls deprecated. Define MMF_ALLOW_DEPRECATED before the
 * generated header to use them without a warning. */
#ifdef MMF_ALLOW_DEPRECATED
#define MMF_DEPRECATED(text)
#else
#define MMF_DEPRECATED(text) __attribute__((deprecated(text)))
#endif

#endif
