/* Shared memory over Unix sockets. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/region.h"
#include "runtime/shm_object.h"

#define MESSAGE_MAGIC "MMFSHM>\n"
#define MESSAGE_VERSION 1u

/* What goes with the descriptor; between processes of one machine. */
typedef struct message {
    char magic[8];     /* 0x00 */
    uint32_t version;  /* 0x08 */
    uint32_t reserved; /* 0x0c zero */
    uint64_t offset;   /* 0x10 of the first byte: 0, or behind the page in front */
    uint64_t size;     /* 0x18 from there on */
} message;

_Static_assert(sizeof(message) == 0x20, "layout");

static const mmf_shm_options default_options;

/* --- Sending --------------------------------------------------------------------------------- */

mmf_status mmf_shm_send(int socket, mmf_shm *shm, uint32_t timeout_ms)
{
    const message content = {
        .magic = MESSAGE_MAGIC,
        .version = MESSAGE_VERSION,
        .offset = shm->offset,
        .size = mmf_shm_size(shm),
    };
    int failure;

    shm->was_sent = true;
    failure =
        mmf_sys_shm_send(socket, &content, sizeof content, shm->fd, mmf_shm_timeout_ns(timeout_ms));
    if (failure == 0) {
        return MMF_OK;
    }
    errno = failure;
    return failure == ETIMEDOUT ? MMF_E_TIMEOUT : MMF_E_SYSTEM;
}

/* --- Receiving: everything is checked, nobody is trusted ------------------------------------- */

static mmf_status check_message(const mmf_sys_shm_received *received, const message *content,
                                mmf_error *error)
{
    if (received->is_lost) {
        return mmf_error_set(error, MMF_E_LIMIT,
                             "descriptors were lost: too many files are open, or too many came");
    }
    if (received->size == 0 && received->count == 0) {
        return mmf_error_set(error, MMF_E_END, "the peer has closed the socket");
    }
    if (received->size != sizeof *content || received->is_cut ||
        memcmp(content->magic, MESSAGE_MAGIC, sizeof content->magic) != 0) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "a message of %zu%s bytes that passes no shared memory",
                             received->size, received->is_cut ? " and more" : "");
    }
    if (content->version != MESSAGE_VERSION) {
        return mmf_error_set(error, MMF_E_VERSION, "a message of version %" PRIu32 ", expected %u",
                             content->version, MESSAGE_VERSION);
    }
    if (received->count != 1) {
        return mmf_error_set(error, MMF_E_CORRUPT, "%u descriptors came with a message, expected 1",
                             received->count);
    }
    if (content->reserved != 0 || content->size == 0 || content->offset > MMF_SHM_HEADER_MAX ||
        content->size > (uint64_t)INT64_MAX / 2) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "a message that passes %" PRIu64 " bytes from %" PRIu64, content->size,
                             content->offset);
    }
    return MMF_OK;
}

static mmf_status check_kind(const mmf_sys_shm_descriptor *descriptor,
                             const mmf_shm_options *options)
{
    mmf_error *error = options->error;

    if (descriptor->kind == MMF_SYS_SHM_NO_MEMORY || !descriptor->may_read) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "the descriptor that came is not of memory that can be read");
    }
    if ((options->flags & MMF_SHM_SEALED) != 0 &&
        (!descriptor->is_sealed || descriptor->kind != MMF_SYS_SHM_PAGES)) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "the memory that came is %s, expected sealed memory of small pages",
                             descriptor->is_sealed ? "of huge pages" : "not sealed");
    }
    if ((options->flags & MMF_SHM_READ_ONLY) == 0 &&
        (!descriptor->may_write || descriptor->is_write_once)) {
        return mmf_error_set(error, MMF_E_READONLY, "the memory that came can only be read");
    }
    return MMF_OK;
}

/* The file has to be as large as was said, and to have the page in front that was said. */
static mmf_status check_file(int fd, const message *content, mmf_error *error)
{
    mmf_sys_shm_info info;
    mmf_shm_header header;
    bool is_ours = false;
    int failure = mmf_sys_shm_info_of(fd, &info);
    mmf_status status;

    if (failure != 0) {
        return mmf_error_set_system(error, MMF_E_SYSTEM, failure, "cannot stat what came");
    }
    if (info.file.size < content->offset + content->size) {
        return mmf_error_set(error, MMF_E_TRUNCATED,
                             "memory of %" PRIu64 " bytes came, expected %" PRIu64, info.file.size,
                             content->offset + content->size);
    }
    if (content->offset == 0) {
        return MMF_OK;
    }
    status = mmf_shm_header_read(fd, &header, &is_ours, error);
    if (status == MMF_OK && (!is_ours || header.header_size != content->offset)) {
        status = mmf_error_set(error, MMF_E_CORRUPT, "the memory that came has no page in front");
    }
    return status;
}

/* The lock of the sender's open file is the sender's: this handle gets a file and a lock of its
 * own. Where it may not (another user's object), the two share one, and that is as good for
 * staying attached. */
static void get_own_lock(mmf_shm *shm)
{
    int fd = -1;

    if (mmf_sys_shm_reopen(shm->fd, !shm->is_read_only, &fd) != 0) {
        return;
    }
    if (mmf_shm_lock_own_byte(fd) != 0) {
        mmf_sys_close(fd);
        return;
    }
    mmf_sys_close(shm->fd);
    shm->fd = fd;
}

static mmf_status accept_file(mmf_shm *shm, const message *content, const mmf_shm_options *options)
{
    mmf_sys_shm_descriptor descriptor = {0};
    int failure = mmf_sys_shm_describe(shm->fd, &descriptor);
    mmf_status status;

    if (failure != 0) {
        return mmf_shm_system_error(options, failure, "what came", "cannot be looked at");
    }
    status = check_kind(&descriptor, options);
    if (status == MMF_OK) {
        status = check_file(shm->fd, content, options->error);
    }
    if (status != MMF_OK) {
        return status;
    }
    shm->offset = content->offset;
    shm->page_bytes = descriptor.page_bytes;
    shm->is_sealed = descriptor.is_sealed;
    shm->is_read_only = (options->flags & MMF_SHM_READ_ONLY) != 0;
    shm->is_anonymous = content->offset == 0;
    if (shm->offset > 0) {
        get_own_lock(shm);
    }
    return mmf_shm_map(shm, content->size, options);
}

static mmf_status receive(int socket, const mmf_shm_options *options, message *ret_content,
                          int *ret_fd)
{
    mmf_sys_shm_received received = {.fd = -1};
    message content = {.magic = {0}};
    int failure = mmf_sys_shm_receive(socket, &content, sizeof content,
                                      mmf_shm_timeout_ns(options->timeout_ms), &received);
    mmf_status status;

    if (failure != 0) {
        return mmf_error_set_system(options->error,
                                    failure == ETIMEDOUT ? MMF_E_TIMEOUT : MMF_E_SYSTEM, failure,
                                    "cannot receive");
    }
    status = check_message(&received, &content, options->error);
    if (status != MMF_OK) {
        mmf_sys_close(received.fd);
        return status;
    }
    *ret_content = content;
    *ret_fd = received.fd;
    return MMF_OK;
}

mmf_status mmf_shm_receive(int socket, const mmf_shm_options *options, mmf_shm **ret_shm)
{
    message content = {.magic = {0}};
    mmf_status status;
    mmf_shm *shm;

    options = options ? options : &default_options;
    status = mmf_shm_check_options(options, MMF_SHM_READ_ONLY | MMF_SHM_SEALED);
    if (status != MMF_OK) {
        return status;
    }
    shm = calloc(1, sizeof *shm);
    if (!shm) {
        return mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    shm->fd = -1;
    status = receive(socket, options, &content, &shm->fd);
    if (status == MMF_OK) {
        status = accept_file(shm, &content, options);
    }
    if (status != MMF_OK) {
        mmf_shm_close(shm);
        return status;
    }
    *ret_shm = shm;
    return MMF_OK;
}
