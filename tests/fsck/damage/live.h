/* Commands by which a store comes into being and is used, by processes that close it, die, or live
 * on. A store that somebody has used is settled afterwards (subject_settle()), a held one is not.
 */
#ifndef MMF_TESTS_FSCK_LIVE_H
#define MMF_TESTS_FSCK_LIVE_H

#include "tests/fsck/damage/subject.h"

/* Makes the store, with `count` records, and closes it. capacity 0: as the schema says. */
MMF_NODISCARD mmf_status live_make(subject *subject, const char *schema, uint64_t count,
                                   uint64_t capacity);

/* Opens it, appends, and closes it; blank ones are those of append(NULL). */
MMF_NODISCARD mmf_status live_append(subject *subject, uint64_t count, bool are_blank);

/* Opens it, appends, and is killed. */
MMF_NODISCARD mmf_status live_leave(subject *subject, uint64_t count);

/* A process that is killed inside of what the words say, with commas between what several of its
 * handles do, each in a slot of its own:
 *   record N -             setting all of record N; nothing is changed yet
 *   record N FIELD VALUE   the same; that field is changed already
 *   field N FIELD VALUE    setting that field alone: where it is one word, without an image
 *   append COUNT           complete new records are not counted yet */
MMF_NODISCARD mmf_status live_die(subject *subject, char *const *words, unsigned count);

/* This process opens the store to write, and enters a record where one is given. */
MMF_NODISCARD mmf_status live_hold(subject *subject, uint32_t flags, const uint64_t *index);

/* This process maps the store to write, and takes no lock: as the Go library does. */
MMF_NODISCARD mmf_status live_hold_mapping(subject *subject);

/* Opens the store, by a handle that writes or only reads, and reads every record. */
MMF_NODISCARD mmf_status live_read_all(subject *subject, bool writes, uint64_t *ret_count);

#endif
