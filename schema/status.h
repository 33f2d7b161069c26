/* Statuses: what every call that can fail returns, and where its detail goes.
 *
 * A function that returns mmf_status leaves its ret_ parameters untouched unless it returns MMF_OK
 * (where one does not, its comment says so). Statuses speak of the world; bugs are asserts.
 */
#ifndef MMF_SCHEMA_STATUS_H
#define MMF_SCHEMA_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mmf_status {
#define MMF_STATUS(name, text) MMF_##name,
#include "schema/status.def"
#undef MMF_STATUS
} mmf_status;

#if defined(__GNUC__)
#define MMF_NODISCARD __attribute__((warn_unused_result))
#define MMF_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define MMF_NODISCARD
#define MMF_PRINTF(text, first)
#endif

#define MMF_ERROR_TEXT_SIZE 1024

/* Detail of a failure, in memory of the caller; zero-initialise it. Wherever a pointer to one is
 * taken, NULL is allowed. text says what was found and what was expected, is one line without a
 * newline, and is cut at MMF_ERROR_TEXT_SIZE - 1 bytes. */
typedef struct mmf_error {
    mmf_status status;
    int system_errno; /* of the system call that failed; 0: it was none */
    char text[MMF_ERROR_TEXT_SIZE];
} mmf_error;

/* A short English phrase, static, never NULL; "unknown status" for a number that is none. */
const char *mmf_status_text(mmf_status status);

/* The constant's own name, such as "MMF_E_INDEX"; static, never NULL. */
const char *mmf_status_name(mmf_status status);

/* Records a failure and returns status, so that a caller can write
 * `return mmf_error_set(error, MMF_E_MAGIC, "…", …)`. The first error wins: an error that already
 * has a status keeps it. Leaves errno as it was. */
mmf_status mmf_error_set(mmf_error *error, mmf_status status, const char *format, ...)
    MMF_PRINTF(3, 4);

/* The same for a failed system call: keeps system_errno and appends its text after ": ". */
mmf_status mmf_error_set_system(mmf_error *error, mmf_status status, int system_errno,
                                const char *format, ...) MMF_PRINTF(4, 5);

#ifdef __cplusplus
}
#endif
#endif
