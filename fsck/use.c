/* Who else uses a store: asked of the kernel's locks, and, for writers that take none, of /proc. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/checking.h"
#include "fsck/processes.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/wait.h"
#include "runtime/writers.h"

#define LOCK_GRACE_NS 20000000u     /* for one who is just dying: runtime/writers.c */
#define ATTACH_GRACE_NS 1000000000u /* for one who is just coming or going */
#define LOCK_ATTEMPTS 1000u

/* --- Who lives ------------------------------------------------------------------------------- */

static bool is_locked_by_others(const mmf_checked_file *file, uint64_t offset, uint64_t size)
{
    bool locked = false;

    return file->fd >= 0 && mmf_sys_bytes_locked(file->fd, offset, size, &locked) == 0 && locked;
}

bool mmf_use_slot_is_live(const mmf_checking *checking, uint32_t slot)
{
    return is_locked_by_others(&checking->lock, MMF_LOCK_BYTE_SLOT + slot, 1);
}

static bool has_live_slots(const mmf_checking *checking)
{
    return is_locked_by_others(&checking->lock, MMF_LOCK_BYTE_SLOT, MMF_WRITER_SLOTS) ||
           is_locked_by_others(&checking->store, MMF_STORE_BYTE_WRITERS, 1);
}

bool mmf_use_is_live(const mmf_checking *checking)
{
    return has_live_slots(checking);
}

/* The process of the first slot whose writer lives; 0: none does, or it does not say. */
static uint64_t process_in_slots(const mmf_checking *checking)
{
    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS; slot++) {
        uint64_t offset = offsetof(mmf_lock_header, slots) + slot * sizeof(mmf_writer_slot) +
                          offsetof(mmf_writer_slot, process_id);
        uint64_t process = 0;
        size_t size = 0;

        if (mmf_use_slot_is_live(checking, slot) &&
            mmf_sys_read_at(checking->lock.fd, offset, &process, sizeof process, &size) == 0 &&
            size == sizeof process && process != 0) {
            return process;
        }
    }
    return 0;
}

static uint64_t holder(const mmf_checking *checking)
{
    uint64_t process = checking->lock.fd >= 0 ? process_in_slots(checking) : 0;

    return process != 0 ? process : mmf_process_with_mapping(&checking->store, checking->path);
}

/* --- Looking --------------------------------------------------------------------------------- */

static void tell_use(mmf_checking *checking)
{
    static const mmf_place whole_store = {false, 0, MMF_CHECK_NO_RECORD, NULL};

    (void)mmf_checking_find(checking, MMF_PROBLEM_IN_USE, &whole_store,
                            "others write to it: what they are changing, what they have just "
                            "appended, and whether it will be closed in good order");
    checking->result->is_complete = false;
}

/* Who came, appended, and is gone again has left another count than the one that was read. */
static bool has_other_count(const mmf_checking *checking)
{
    uint64_t count = 0;
    size_t size = 0;

    return checking->common &&
           (mmf_sys_read_at(checking->store.fd, offsetof(mmf_header_common, record_count), &count,
                            sizeof count, &size) != 0 ||
            size != sizeof count || count != checking->common->record_count);
}

bool mmf_use_has_begun(mmf_checking *checking)
{
    if (!checking->is_locked && !checking->is_live &&
        (has_live_slots(checking) || has_other_count(checking))) {
        checking->is_live = true;
    }
    if (checking->is_live && !checking->told_use) {
        checking->told_use = true;
        tell_use(checking);
    }
    return checking->is_live;
}

static mmf_status look(mmf_checking *checking)
{
    mmf_status status = mmf_checked_file_open(checking->lock_path, false, &checking->lock, NULL);

    if (status != MMF_OK) {
        checking->lock.fd = -1;
        checking->lock_is_no_file = status == MMF_E_INVALID;
    }
    checking->is_live = has_live_slots(checking);
    return MMF_OK;
}

/* With its one-writer option the Go library has a lock on the whole lock file, without it nothing
 * but a mapping. */
void mmf_use_look_for_go(mmf_checking *checking)
{
    if (checking->is_locked || checking->is_live) {
        return;
    }
    checking->is_live_unseen =
        (checking->lock.fd >= 0 && mmf_process_with_lock(&checking->lock) != 0) ||
        mmf_process_with_mapping(&checking->store, checking->path) != 0;
    checking->is_live = checking->is_live_unseen;
}

/* --- Locking --------------------------------------------------------------------------------- */

static mmf_status refuse(const mmf_checking *checking, uint64_t process, const char *what)
{
    checking->result->holder = process;
    if (process != 0) {
        return mmf_error_set(checking->options->error, MMF_E_LOCKED,
                             "%s: process %" PRIu64 " %s: a repair needs it alone", checking->path,
                             process, what);
    }
    return mmf_error_set(checking->options->error, MMF_E_LOCKED,
                         "%s: a process that could not be found %s: a repair needs it alone",
                         checking->path, what);
}

static mmf_status failed(const mmf_checking *checking, int failure, const char *what)
{
    mmf_status status = failure == ENOENT ? MMF_E_SYSTEM : mmf_status_of_errno(failure);

    return mmf_error_set_system(checking->options->error, status, failure, "cannot %s %s", what,
                                checking->lock_path);
}

static int lock_whole(int fd)
{
    mmf_wait wait = {0, 0};
    int failure;

#ifdef MMF_MUTANT_NO_LOCK
    return 0;
#endif
    do {
        failure = mmf_sys_lock_file(fd, true);
    } while (failure == EWOULDBLOCK && mmf_wait_round(&wait, LOCK_GRACE_NS));
    return failure;
}

static int lock_attach_byte(int fd)
{
    mmf_wait wait = {0, 0};
    int failure;

    do {
        failure = mmf_sys_lock_byte(fd, MMF_LOCK_BYTE_ATTACH);
    } while (failure == EAGAIN && mmf_wait_round(&wait, ATTACH_GRACE_NS));
    return failure;
}

/* Opens the lock file and takes the flock; *ret_done is false when the file was replaced between.
 */
static mmf_status lock_once(mmf_checking *checking, uint32_t mode, bool *ret_done)
{
    mmf_checked_file *lock = &checking->lock;
    mmf_sys_info by_fd;
    mmf_sys_info by_path;
    int failure = mmf_sys_open_or_create(checking->lock_path, mode, true, &lock->fd);

    if (failure != 0) {
        lock->fd = -1;
        return failed(checking, failure, "open");
    }
    *lock = (mmf_checked_file){.fd = lock->fd, .is_writable = true, .path = checking->lock_path};
    failure = lock_whole(lock->fd);
    if (failure == EWOULDBLOCK) {
        uint64_t process = holder(checking);

        return refuse(checking, process ? process : mmf_process_with_lock(lock), "writes to it");
    }
    if (failure == 0) {
        failure = mmf_sys_info_of(lock->fd, &by_fd);
    }
    if (failure != 0) {
        return failed(checking, failure, "lock");
    }
    if (!by_fd.is_regular) {
        return mmf_error_set(checking->options->error, MMF_E_INVALID, "%s is not a regular file",
                             checking->lock_path);
    }
    lock->size = by_fd.size;
    failure = mmf_sys_info_of_path(checking->lock_path, &by_path);
    *ret_done = failure == 0 && by_path.inode == by_fd.inode && by_path.device == by_fd.device;
    if (!*ret_done) {
        mmf_checked_file_close(lock);
    }
    return failure == 0 || failure == ENOENT ? MMF_OK : failed(checking, failure, "stat");
}

/* Those whom the flock does not keep out: who has another lock file, or takes no lock. */
static mmf_status refuse_others(mmf_checking *checking)
{
    int failure = lock_attach_byte(checking->lock.fd);

    if (failure == EAGAIN) {
        return refuse(checking, holder(checking), "is opening or closing it");
    }
    if (failure != 0) {
        return failed(checking, failure, "lock bytes of");
    }
    failure = mmf_sys_lock_byte(checking->store.fd, MMF_STORE_BYTE_WRITERS);
    if (failure == EAGAIN || has_live_slots(checking)) {
        return refuse(checking, holder(checking), "writes to it");
    }
    if (failure != 0) {
        return failed(checking, failure, "lock the store of");
    }
    return MMF_OK;
}

/* Before there is a lock file that was not there. */
static mmf_status refuse_mappers(const mmf_checking *checking)
{
    mmf_wait wait = {0, 0};
    uint64_t process;

    do {
        process = mmf_process_with_mapping(&checking->store, checking->path);
    } while (process != 0 && mmf_wait_round(&wait, LOCK_GRACE_NS));
    return process != 0 ? refuse(checking, process, "has it mapped to write") : MMF_OK;
}

static mmf_status lock(mmf_checking *checking)
{
    mmf_sys_info info;
    bool done = false;
    int failure = mmf_sys_info_of(checking->store.fd, &info);
    mmf_status status =
        failure == 0 ? refuse_mappers(checking) : failed(checking, failure, "stat the store of");

    for (unsigned attempt = 0; attempt < LOCK_ATTEMPTS && status == MMF_OK && !done; attempt++) {
        status = lock_once(checking, info.mode & 0666u, &done);
    }
    if (status == MMF_OK && !done) {
        return mmf_error_set(checking->options->error, MMF_E_LOCKED,
                             "%s is replaced again and again", checking->lock_path);
    }
    if (status == MMF_OK) {
        status = refuse_others(checking);
    }
    checking->is_locked = status == MMF_OK;
    return status;
}

/* The lock file of a path that is no link has a shorter name. */
static mmf_status name_lock_file(mmf_checking *checking)
{
    size_t size = strlen(checking->path) + sizeof ".lock";
    char *shown = malloc(size);
    mmf_sys_info by_name;
    mmf_sys_info by_shown;

    if (!shown) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    (void)snprintf(shown, size, "%s.lock", checking->path);
    if (mmf_sys_info_of_path(checking->lock_path, &by_name) == 0 &&
        mmf_sys_info_of_path(shown, &by_shown) == 0 && by_name.inode == by_shown.inode &&
        by_name.device == by_shown.device) {
        free(checking->lock_path);
        checking->lock_path = shown;
        checking->lock.path = shown;
    } else {
        free(shown);
    }
    return MMF_OK;
}

static mmf_status begin(mmf_checking *checking)
{
    mmf_status status = checking->may_repair ? lock(checking) : look(checking);

    return status == MMF_OK ? name_lock_file(checking) : status;
}

mmf_status mmf_use_begin(mmf_checking *checking)
{
    int failure = mmf_sys_boot_id(checking->boot_id);

    checking->knows_boot = failure == 0;
    if (failure != 0 && checking->may_repair) {
        /* which undo images are good, and what was torn, would be guessed */
        return mmf_error_set_system(checking->options->error, MMF_E_SYSTEM, failure,
                                    "the boot id of this machine cannot be read");
    }
    checking->lock_path = mmf_lock_path_of(checking->path);
    if (!checking->lock_path) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    return begin(checking);
}
