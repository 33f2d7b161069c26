/* Commands that change files while nobody has the store open, as no writer would. */
#ifndef MMF_TESTS_FSCK_EDIT_H
#define MMF_TESTS_FSCK_EDIT_H

#include "tests/fsck/damage/place.h"

/* A store that another library wrote becomes this one; its records are of that schema. */
MMF_NODISCARD mmf_status edit_copy_fixture(subject *subject, const char *name, const char *schema);

/* Turns bits over, at most 8 bytes of them. */
MMF_NODISCARD mmf_status edit_flip(subject *subject, const place *place, uint64_t bits);

/* In the store: so many bytes from there on become `byte`. */
MMF_NODISCARD mmf_status edit_fill(subject *subject, uint64_t offset, uint64_t size, uint8_t byte);

/* Cuts the store, or makes it longer by a hole. */
MMF_NODISCARD mmf_status edit_resize(subject *subject, uint64_t size);

/* Makes a hole of a part of the store, whose size stays. */
MMF_NODISCARD mmf_status edit_punch(subject *subject, uint64_t offset, uint64_t size);

/* The store, and its lock file where there is one, were last used before the machine stopped. */
MMF_NODISCARD mmf_status edit_reboot(subject *subject);

/* "store" or "lock". */
MMF_NODISCARD mmf_status edit_remove(subject *subject, const char *file);
/* The file is that text, and nothing else. */
MMF_NODISCARD mmf_status edit_write(subject *subject, const char *file, const char *text);

#endif
