#include "runtime/writers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/probe.h"
#include "runtime/region.h"
#include "runtime/seqlock.h"
#include "runtime/system.h"
#include "runtime/wait.h"

/* --- Coming, going and being alive ----------------------------------------------------------- */

static mmf_status lock_attach_byte(mmf_writers *writers, uint64_t timeout_ns)
{
    mmf_wait wait = {0, 0};

    for (;;) {
        int failure = mmf_sys_lock_byte(writers->fd, MMF_LOCK_BYTE_ATTACH);

        if (failure == 0) {
            return MMF_OK;
        }
        if (failure != EAGAIN) {
            errno = failure;
            return MMF_E_SYSTEM;
        }
        if (!mmf_wait_round(&wait, timeout_ns)) {
            return MMF_E_STUCK;
        }
    }
}

/* Whether any handle but this one holds a slot. */
static mmf_status others_attached(const mmf_writers *writers, bool *ret_any)
{
    int failure = mmf_sys_bytes_locked(writers->fd, MMF_LOCK_BYTE_SLOT, MMF_WRITER_SLOTS, ret_any);

    if (failure != 0) {
        errno = failure;
        return MMF_E_SYSTEM;
    }
    return MMF_OK;
}

bool mmf_writers_has_others(const mmf_writers *writers)
{
    bool others = true;

    return others_attached(writers, &others) != MMF_OK || others;
}

bool mmf_writers_is_own(const mmf_writers *writers, uint32_t slot)
{
    return (mmf_load_acquire(&writers->own[slot / 64]) >> slot % 64 & 1) != 0;
}

static void set_own(mmf_writers *writers, uint32_t slot, bool is_own)
{
    uint64_t *word = &writers->own[slot / 64];
    uint64_t bit = (uint64_t)1 << slot % 64;

    mmf_store_release(word, is_own ? *word | bit : *word & ~bit);
}

bool mmf_writers_is_alive(const mmf_writers *writers, uint32_t slot)
{
    bool locked = true;

    if (mmf_writers_is_own(writers, slot)) {
        return true;
    }
    if (mmf_sys_bytes_locked(writers->fd, MMF_LOCK_BYTE_SLOT + slot, 1, &locked) != 0) {
        return true; /* nobody is declared dead on a guess */
    }
    return locked;
}

/* --- Opening the lock file ------------------------------------------------------------------- */

/* Without waiting for anybody who lives. But a process that is just dying, or whose child is just
 * being replaced by execve(2), may hold the lock for a moment after its parent was told. */
#define LOCK_GRACE_NS 20000000u

static int lock_file(int fd, bool exclusive)
{
    mmf_wait wait = {0, 0};
    int failure;

    do {
        failure = mmf_sys_lock_file(fd, exclusive);
    } while (failure == EWOULDBLOCK && mmf_wait_round(&wait, LOCK_GRACE_NS));
    return failure;
}

#define LOCK_ATTEMPTS 1000u

/* Opens the file and takes the flock; then makes sure that it still is the file of that name:
 * somebody may have deleted it between the two. */
static mmf_status open_and_lock(mmf_writers *writers, const char *lock_path,
                                const mmf_writers_options *options, mmf_error *error)
{
    for (unsigned attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
        mmf_sys_info by_fd;
        mmf_sys_info by_path;
        int failure =
            mmf_sys_open_or_create(lock_path, options->mode, options->exact_mode, &writers->fd);

        if (failure != 0) {
            mmf_status status = failure == ENOENT ? MMF_E_SYSTEM : mmf_status_of_errno(failure);

            return mmf_error_set_system(error, status, failure, "cannot open %s", lock_path);
        }
        failure = lock_file(writers->fd, options->exclusive);
        if (failure == EWOULDBLOCK) {
            return mmf_error_set(error, MMF_E_LOCKED, "%s: %s", lock_path,
                                 options->exclusive ? "another handle writes to the store"
                                                    : "another handle is the store's one writer");
        }
        if (failure == 0) {
            failure = mmf_sys_info_of(writers->fd, &by_fd);
        }
        if (failure != 0) {
            return mmf_error_set_system(error, MMF_E_SYSTEM, failure, "cannot lock %s", lock_path);
        }
        if (!by_fd.is_regular) {
            return mmf_error_set(error, MMF_E_CORRUPT, "%s is not a regular file", lock_path);
        }
        failure = mmf_sys_info_of_path(lock_path, &by_path);
        if (failure == 0 && by_path.inode == by_fd.inode && by_path.device == by_fd.device) {
            return MMF_OK;
        }
        if (failure != 0 && failure != ENOENT) {
            return mmf_error_set_system(error, mmf_status_of_errno(failure), failure,
                                        "cannot stat %s", lock_path);
        }
        mmf_sys_close(writers->fd);
        writers->fd = -1;
    }
    return mmf_error_set(error, MMF_E_STUCK, "%s is replaced again and again", lock_path);
}

/* Whether the mapped file is one of this version, of this boot and for records of that size. */
static bool is_current(const mmf_lock_header *file, const uint8_t boot_id[16], uint64_t undo_stride)
{
    return memcmp(file->magic, MMF_LOCK_MAGIC, sizeof file->magic) == 0 &&
           file->version == MMF_LOCK_VERSION && memcmp(file->boot_id, boot_id, 16) == 0 &&
           file->undo_stride == undo_stride;
}

/* A new file is empty, or all zeros when its maker died; what was damaged still has the magic. A
 * store called "flake" must not cost anybody a flake.lock. */
static mmf_status check_is_ours(const mmf_writers *writers, const char *lock_path, mmf_error *error)
{
    static const char zeros[MMF_MAGIC_SIZE];
    char magic[sizeof zeros] = {0};
    size_t size = 0;
    int failure = mmf_sys_read_at(writers->fd, 0, magic, sizeof magic, &size);

    if (failure != 0) {
        return mmf_error_set_system(error, MMF_E_SYSTEM, failure, "cannot read %s", lock_path);
    }
    if (memcmp(magic, zeros, sizeof magic) != 0 &&
        memcmp(magic, MMF_LOCK_MAGIC, sizeof magic) != 0) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "%s exists and is no lock file: expected \"MMFL\" or zeros at byte 0",
                             lock_path);
    }
    return MMF_OK;
}

/* Whether the file, of another boot, was left by writers that did not leave in good order. */
static bool has_writers(const mmf_lock_header *file)
{
    bool result = false;

    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS && !result; slot++) {
        result = file->slots[slot].process_id != 0;
    }
    return result && memcmp(file->magic, MMF_LOCK_MAGIC, sizeof file->magic) == 0;
}

/* Fills a file that is new, of another boot, or damaged; magic comes last. */
static mmf_status initialise(mmf_lock_header *file, const uint8_t boot_id[16], uint64_t undo_stride,
                             mmf_error *error)
{
    uint8_t lock_id[16];
    int failure = mmf_sys_random(lock_id, sizeof lock_id);

    if (failure != 0) {
        return mmf_error_set_system(error, MMF_E_SYSTEM, failure, "no random numbers");
    }
    memset(file, 0, sizeof *file);
    file->version = MMF_LOCK_VERSION;
    memcpy(file->boot_id, boot_id, sizeof file->boot_id);
    memcpy(file->lock_id, lock_id, sizeof file->lock_id);
    file->undo_stride = undo_stride;
    mmf_fence_release();
    memcpy(file->magic, MMF_LOCK_MAGIC, sizeof file->magic);
    return MMF_OK;
}

/* Maps all undo images that there can be, beyond the end of the file; see mmf_writers_enter(). */
static mmf_status map_lock_file(mmf_writers *writers, const char *lock_path, uint64_t undo_stride,
                                mmf_error *error)
{
    uint64_t size = mmf_undo_offset(undo_stride, MMF_WRITER_SLOTS);
    void *address;
    int failure = mmf_sys_allocate(writers->fd, 0, sizeof(mmf_lock_header));

    if (failure == 0) {
        failure = mmf_sys_map(writers->fd, size, true, &address);
    }
    if (failure != 0) {
        return mmf_error_set_system(error, mmf_status_of_errno(failure), failure,
                                    "cannot allocate %s", lock_path);
    }
    writers->file = address;
    writers->mapped_size = size;
    writers->undo_stride = undo_stride;
    return MMF_OK;
}

/* With the attach byte locked. */
static mmf_status prepare(mmf_writers *writers, const char *lock_path,
                          const mmf_writers_options *options, mmf_error *error)
{
    uint64_t undo_stride = mmf_undo_stride(options->record_size);
    bool others = true;
    mmf_status status = check_is_ours(writers, lock_path, error);

    if (status == MMF_OK) {
        status = map_lock_file(writers, lock_path, undo_stride, error);
    }
    if (status != MMF_OK) {
        return status;
    }
    status = others_attached(writers, &others);
    if (status != MMF_OK) {
        return mmf_error_set_system(error, status, errno, "cannot query locks of %s", lock_path);
    }
    writers->was_alone = !others;
    if (!is_current(writers->file, options->boot_id, undo_stride)) {
        if (others) {
            return mmf_error_set(error, MMF_E_CORRUPT,
                                 "%s has live writers, but is not a lock file of version %u for "
                                 "records of %u bytes",
                                 lock_path, MMF_LOCK_VERSION, options->record_size);
        }
        writers->is_stale = true;
        writers->died_before_boot = has_writers(writers->file);
    }
    return MMF_OK;
}

mmf_status mmf_writers_renew(mmf_writers *writers, const uint8_t boot_id[16], uint32_t record_size,
                             mmf_error *error)
{
    mmf_status status = MMF_OK;

    if (writers->is_stale) {
        status = initialise(writers->file, boot_id, mmf_undo_stride(record_size), error);
    }
    if (status == MMF_OK) {
        writers->is_stale = false;
        (void)mmf_add_relaxed(&writers->file->arrivals, 1);
    }
    return status;
}

/* --- Slots ----------------------------------------------------------------------------------- */

/* A dead writer of the same slot may have held a right; from now on its slot looks alive, so this
 * is the moment to free it. */
static void free_right_of_predecessor(uint64_t *right, uint32_t slot)
{
    uint64_t seen = mmf_load_relaxed(right);

    if (mmf_sequence_is_odd(seen) && mmf_sequence_slot(seen) == slot) {
        (void)mmf_cas_acquire(right, &seen, mmf_sequence_leave(seen));
    }
}

void mmf_writers_forget(mmf_writers *writers, uint32_t slot)
{
    mmf_writer_slot *entry = mmf_writers_entry(writers, slot);

    free_right_of_predecessor(&writers->file->append_right, slot);
    free_right_of_predecessor(&writers->file->sync_right, slot);
    mmf_store_relaxed(&entry->odd, 0);
    mmf_store_release(&entry->process_id, 0);
}

mmf_status mmf_writers_enter(mmf_writers *writers, uint32_t slot)
{
    mmf_writer_slot *entry = mmf_writers_entry(writers, slot);
    uint64_t stride = writers->undo_stride;
    int failure = mmf_sys_allocate(writers->fd, mmf_undo_offset(stride, slot), stride);

    if (failure != 0) {
        errno = failure;
        return mmf_status_of_errno(failure);
    }
    mmf_writers_forget(writers, slot);
    mmf_store_relaxed(&entry->undo, 0);
    mmf_store_relaxed(mmf_record_counter(mmf_writers_undo(writers, slot)), 0);
    mmf_store_relaxed(&entry->thread_id, mmf_sys_thread_id());
    mmf_store_relaxed(&entry->claimed_ns, mmf_sys_wall_clock_ns());
    mmf_store_release(&entry->process_id, mmf_sys_process_id());
    return MMF_OK;
}

bool mmf_writers_hold_dead(mmf_writers *writers, uint32_t slot)
{
    if (mmf_writers_is_own(writers, slot) ||
        mmf_sys_lock_byte(writers->fd, MMF_LOCK_BYTE_SLOT + slot) != 0) {
        return false;
    }
    set_own(writers, slot, true);
    return true;
}

void mmf_writers_let_go(mmf_writers *writers, uint32_t slot)
{
    set_own(writers, slot, false);
    mmf_sys_unlock_byte(writers->fd, MMF_LOCK_BYTE_SLOT + slot);
}

mmf_status mmf_writers_claim(mmf_writers *writers, uint32_t *ret_slot)
{
    if (writers->slot_is_idle) {
        writers->slot_is_idle = false;
        *ret_slot = writers->slot;
        return MMF_OK;
    }
    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS; slot++) {
        int failure = mmf_writers_is_own(writers, slot)
                          ? EAGAIN
                          : mmf_sys_lock_byte(writers->fd, MMF_LOCK_BYTE_SLOT + slot);

        if (failure == 0) {
            set_own(writers, slot, true);
            *ret_slot = slot;
            return MMF_OK;
        }
        if (failure != EAGAIN) {
            errno = failure;
            return MMF_E_SYSTEM;
        }
    }
    return MMF_E_LIMIT;
}

/* The handle keeps one slot, by which others know that it is there. */
void mmf_writers_release(mmf_writers *writers, uint32_t slot)
{
    if (slot == writers->slot) {
        free_right_of_predecessor(&writers->file->append_right, slot);
        free_right_of_predecessor(&writers->file->sync_right, slot);
        writers->slot_is_idle = true;
        return;
    }
    mmf_writers_forget(writers, slot);
    mmf_writers_let_go(writers, slot);
}

void mmf_writers_clear_own(mmf_writers *writers)
{
    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS; slot++) {
        if (mmf_writers_is_own(writers, slot)) {
            mmf_writers_forget(writers, slot);
        }
    }
}

/* --- Attaching ------------------------------------------------------------------------------- */

static mmf_status attach_locked_file(mmf_writers *writers, const char *lock_path,
                                     const mmf_writers_options *options, mmf_error *error)
{
    mmf_status status = lock_attach_byte(writers, options->timeout_ns);

    if (status == MMF_E_STUCK) {
        return mmf_error_set(error, status, "%s: another process is opening or closing the store",
                             lock_path);
    }
    if (status != MMF_OK) {
        return mmf_error_set_system(error, status, errno, "cannot lock bytes of %s", lock_path);
    }
    status = prepare(writers, lock_path, options, error);
    if (status != MMF_OK) {
        return status;
    }
    status = mmf_writers_claim(writers, &writers->slot);
    if (status == MMF_E_LIMIT) {
        return mmf_error_set(error, status, "%s: all %u writer slots are taken", lock_path,
                             MMF_WRITER_SLOTS - 1);
    }
    return status == MMF_OK ? status
                            : mmf_error_set_system(error, status, errno,
                                                   "cannot lock a writer slot of %s", lock_path);
}

/* A path that does not exist yet is taken as it is. */
char *mmf_lock_path_of(const char *path)
{
    char *real = NULL;
    const char *name = mmf_sys_real_path(path, &real) == 0 ? real : path;
    size_t size = strlen(name) + sizeof ".lock";
    char *lock_path = malloc(size);

    if (lock_path) {
        (void)snprintf(lock_path, size, "%s.lock", name);
    }
    free(real);
    return lock_path;
}

mmf_status mmf_writers_attach(mmf_writers *writers, const char *path,
                              const mmf_writers_options *options, mmf_error *error)
{
    char *lock_path = mmf_lock_path_of(path);
    mmf_status status;

    writers->fd = -1;
    if (!lock_path) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    (void)pthread_mutex_init(&writers->mutex, NULL); /* cannot fail with these attributes */
    status = open_and_lock(writers, lock_path, options, error);
    if (status == MMF_OK) {
        status = attach_locked_file(writers, lock_path, options, error);
    }
    free(lock_path);
    if (status != MMF_OK) {
        mmf_writers_detach(writers);
    }
    return status;
}

void mmf_writers_attached(mmf_writers *writers)
{
    mmf_sys_unlock_byte(writers->fd, MMF_LOCK_BYTE_ATTACH);
}

mmf_status mmf_writers_leave(mmf_writers *writers, uint64_t timeout_ns, bool *ret_last)
{
    bool others = true;
    mmf_status status = lock_attach_byte(writers, timeout_ns);

    if (status == MMF_OK) {
        status = others_attached(writers, &others);
    }
    if (status == MMF_OK) {
        *ret_last = !others;
    }
    return status;
}

void mmf_writers_detach(mmf_writers *writers)
{
    mmf_sys_unmap(writers->file, writers->mapped_size);
    mmf_sys_close(writers->fd); /* and all its locks go */
    *writers = (mmf_writers){.fd = -1};
}

/* --- Rights ---------------------------------------------------------------------------------- */

/* Whether a right that was seen so may be taken. Asking who lives is a system call, so not at once.
 */
static bool right_is_free(const mmf_writers *writers, uint64_t seen, const mmf_wait *wait)
{
    return !mmf_sequence_is_odd(seen) ||
           (mmf_wait_is_long(wait) && !mmf_writers_is_alive(writers, mmf_sequence_slot(seen)));
}

mmf_status mmf_writers_take_right(mmf_writers *writers, uint64_t *right, uint32_t slot,
                                  uint64_t timeout_ns, uint64_t *ret_word)
{
    mmf_wait wait = {0, 0};

    for (;;) {
        uint64_t seen = mmf_load_relaxed(right);

        if (right_is_free(writers, seen, &wait)) {
            uint64_t word = mmf_sequence_enter(seen, slot);

            if (mmf_cas_acquire(right, &seen, word)) {
                *ret_word = word;
                return MMF_OK;
            }
        } else {
            mmf_probe_right(writers->fd, right == &writers->file->sync_right,
                            mmf_sequence_slot(seen), slot, wait.rounds);
            if (!mmf_wait_round(&wait, timeout_ns)) {
                return MMF_E_STUCK;
            }
        }
    }
}

void mmf_writers_give_right(uint64_t *right, uint64_t word)
{
    mmf_store_release(right, mmf_sequence_leave(word));
}
