#include "runtime/shm_object.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "runtime/wait.h"

/* --- The page in front ----------------------------------------------------------------------- */

int mmf_shm_header_make(uint32_t flags, mmf_shm_header *ret_header)
{
    size_t page = mmf_sys_page_size();

    *ret_header = (mmf_shm_header){
        .magic = MMF_SHM_MAGIC,
        .version = MMF_SHM_VERSION,
        .header_size = page > MMF_SHM_HEADER_MIN ? (uint32_t)page : MMF_SHM_HEADER_MIN,
        .flags = flags & MMF_SHM_KEEP,
        .created_ns = mmf_sys_wall_clock_ns(),
        .creator = mmf_sys_process_id(),
        .creator_start = mmf_sys_shm_process_start(),
    };
    (void)mmf_sys_boot_id(ret_header->boot_id); /* zeros where there is no /proc */
    return 0;
}

/* Everybody who is attached may write there, so it is checked each time. */
static mmf_status check_header(const mmf_shm_header *header, uint64_t file_size, mmf_error *error)
{
    uint32_t offset = header->header_size;

    if (header->version != MMF_SHM_VERSION) {
        return mmf_error_set(error, MMF_E_VERSION,
                             "a shared memory object of version %" PRIu32 ", expected %u",
                             header->version, MMF_SHM_VERSION);
    }
    if (offset < MMF_SHM_HEADER_MIN || offset > MMF_SHM_HEADER_MAX ||
        offset % mmf_sys_page_size() != 0 || header->reserved != 0 ||
        (header->flags & ~MMF_SHM_KEEP) != 0) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "the page in front of a shared memory object contradicts itself: "
                             "bytes begin at %" PRIu32 ", flags %#" PRIx32,
                             offset, header->flags);
    }
    if (file_size <= offset) {
        return mmf_error_set(error, MMF_E_TRUNCATED,
                             "a shared memory object was cut to %" PRIu64 " bytes", file_size);
    }
    return MMF_OK;
}

mmf_status mmf_shm_header_read(int fd, mmf_shm_header *ret_header, bool *ret_is_ours,
                               mmf_error *error)
{
    mmf_shm_header header = {.magic = {0}};
    mmf_sys_shm_info info;
    size_t size = 0;
    int failure = mmf_sys_read_at(fd, 0, &header, sizeof header, &size);
    bool is_ours;
    mmf_status status = MMF_OK;

    if (failure == 0) {
        failure = mmf_sys_shm_info_of(fd, &info);
    }
    if (failure != 0) {
        return mmf_error_set_system(error, MMF_E_SYSTEM, failure, "cannot read the object");
    }
    is_ours =
        size == sizeof header && memcmp(header.magic, MMF_SHM_MAGIC, sizeof header.magic) == 0;
    if (is_ours) {
        status = check_header(&header, info.file.size, error);
    } else if (info.file.size == 0) {
        status = mmf_error_set(error, MMF_E_TRUNCATED, "the object is empty");
    }
    if (status == MMF_OK) {
        *ret_header = header;
        *ret_is_ours = is_ours;
    }
    return status;
}

int mmf_shm_allocate(int fd, uint64_t offset, uint64_t size)
{
    mmf_sys_shm_descriptor descriptor;
    int failure = mmf_sys_shm_describe(fd, &descriptor);

    if (failure != 0) {
        return failure;
    }
    if (descriptor.kind == MMF_SYS_SHM_PAGES) {
        uint64_t available = mmf_sys_shm_available();

        if (size > available - available / 16) {
            return ENOMEM;
        }
    }
    return mmf_sys_allocate(fd, offset, size);
}

/* --- Locks ----------------------------------------------------------------------------------- */

/* Which process it is can be read from the place, and no two handles have the same. */
int mmf_shm_lock_own_byte(int fd)
{
    uint32_t tag;
    int failure = mmf_sys_random(&tag, sizeof tag);
    uint64_t process = mmf_sys_process_id() & 0xffffff;

    return failure != 0
               ? failure
               : mmf_sys_lock_byte_shared(fd, MMF_SHM_BYTE_ATTACHED + (process << 32) + tag);
}

mmf_status mmf_shm_lock(int fd, bool exclusive, uint64_t timeout_ns)
{
    mmf_wait wait = {0, 0};

    for (;;) {
        int failure = mmf_sys_lock_file(fd, exclusive);

        if (failure == 0) {
            return MMF_OK;
        }
        if (failure != EWOULDBLOCK) {
            errno = failure;
            return MMF_E_SYSTEM;
        }
        if (!mmf_wait_round(&wait, timeout_ns)) {
            return MMF_E_STUCK;
        }
    }
}

/* The kernel names some locked part of a range, not the first one. So what is left and right of it
 * is looked at too, the parts to be looked at being kept on a list; two at most for each found. */
int mmf_shm_attached(int fd, uint32_t max, uint64_t *ids, uint32_t *ret_count)
{
    struct {
        uint64_t begin;
        uint64_t end;
    } parts[MMF_SHM_ATTACHED_MAX + 2] = {{MMF_SHM_BYTE_ATTACHED, MMF_SHM_BYTE_END}};
    uint32_t part_count = 1;
    uint32_t count = 0;

    max = max < MMF_SHM_ATTACHED_MAX ? max : MMF_SHM_ATTACHED_MAX;
    while (part_count > 0 && count < max) {
        uint64_t begin = parts[part_count - 1].begin;
        uint64_t end = parts[part_count - 1].end;
        uint64_t lock_begin;
        uint64_t lock_end;
        int failure = mmf_sys_shm_locked_part(fd, begin, end, &lock_begin, &lock_end);

        if (failure != 0) {
            return failure;
        }
        part_count--;
        if (lock_begin >= lock_end) {
            continue;
        }
        if (ids) {
            ids[count] = (lock_begin - MMF_SHM_BYTE_ATTACHED) >> 32;
        }
        count++;
        if (lock_begin > begin) {
            parts[part_count].begin = begin;
            parts[part_count++].end = lock_begin;
        }
        if (lock_end < end) {
            parts[part_count].begin = lock_end;
            parts[part_count++].end = end;
        }
    }
    *ret_count = count;
    return 0;
}
