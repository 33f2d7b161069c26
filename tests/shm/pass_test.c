/* Shared memory over sockets: what arrives, and what peers can send that must not. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "runtime/shm.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "pass";

static const int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};

static const mmf_shm_options sealed_only = {.flags = MMF_SHM_SEALED, .timeout_ms = 200};
static const mmf_shm_options anything = {.timeout_ms = 200};
static const mmf_shm_options to_read = {.flags = MMF_SHM_READ_ONLY, .timeout_ms = 200};

static mmf_shm *anonymous(uint64_t size, uint32_t flags)
{
    mmf_shm_options options = {.flags = flags};
    mmf_shm *shm = NULL;

    ck_ok(mmf_shm_create_anonymous("passed", size, &options, &shm));
    return shm;
}

static void make_pair(int type, int *pair)
{
    ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair), 0);
}

static void close_pair(const int *pair)
{
    close(pair[0]);
    close(pair[1]);
}

/* --- What arrives ---------------------------------------------------------------------------- */

START_TEST(test_sealed_memory_arrives)
{
    mmf_shm *shm = anonymous(5000, MMF_SHM_SEALED);
    mmf_shm *got = NULL;
    int pair[2];

    make_pair(types[_i], pair);
    ck_ok(mmf_shm_send(pair[0], shm, 0));
    ck_ok(mmf_shm_receive(pair[1], &sealed_only, &got));
    ck_assert_uint_eq(mmf_shm_size(got), 5000);
    ck_assert(mmf_shm_is_sealed(got) && !mmf_shm_is_creator(got));
    ck_assert_int_eq(fcntl(mmf_shm_descriptor(got), F_GETFD), FD_CLOEXEC);
    strcpy(mmf_shm_bytes(shm, NULL), "seen");
    ck_assert_str_eq(mmf_shm_bytes(got, NULL), "seen");
    mmf_shm_close(shm);
    ck_assert_str_eq(mmf_shm_bytes(got, NULL), "seen");
    mmf_shm_close(got);
    close_pair(pair);
}
END_TEST

START_TEST(test_several_in_a_row)
{
    mmf_shm *shms[3];
    int pair[2];

    make_pair(types[_i], pair);
    for (unsigned i = 0; i < 3; i++) {
        shms[i] = anonymous(i + 1, MMF_SHM_SEALED);
        ck_ok(mmf_shm_send(pair[0], shms[i], 0));
        mmf_shm_close(shms[i]);
    }
    for (unsigned i = 0; i < 3; i++) {
        ck_ok(mmf_shm_receive(pair[1], &sealed_only, &shms[i]));
        ck_assert_uint_eq(mmf_shm_size(shms[i]), i + 1);
        mmf_shm_close(shms[i]);
    }
    close_pair(pair);
}
END_TEST

START_TEST(test_others_can_only_read)
{
    mmf_shm *shm = anonymous(10, MMF_SHM_SEALED | MMF_SHM_OTHERS_READ);
    mmf_shm *got = NULL;
    int pair[2];

    make_pair(SOCK_STREAM, pair);
    ck_ok(mmf_shm_send(pair[0], shm, 0));
    ck_status(mmf_shm_receive(pair[1], &anything, &got), MMF_E_READONLY);
    ck_ok(mmf_shm_send(pair[0], shm, 0));
    ck_ok(mmf_shm_receive(pair[1], &to_read, &got));
    *(char *)mmf_shm_bytes(shm, NULL) = 'x';
    ck_assert_int_eq(*(char *)mmf_shm_bytes(got, NULL), 'x');
    ck_assert(mmap(NULL, 10, PROT_WRITE, MAP_SHARED, mmf_shm_descriptor(got), 0) == MAP_FAILED);
    mmf_shm_close(got);
    mmf_shm_close(shm);
    close_pair(pair);
}
END_TEST

/* Objects with a name too; who received one is attached, and counts, also when the sender is not
 * there any more. */
START_TEST(test_named_object_arrives)
{
    mmf_shm_clean_options clean = {.flags = 0};
    uint64_t removed = 99;
    char name[64];
    mmf_shm *shm;
    mmf_shm *got;
    int pair[2];

    (void)snprintf(name, sizeof name, "mmf-pass-test-%d", (int)getpid());
    clean.prefix = name;
    make_pair(SOCK_STREAM, pair);
    ck_ok(mmf_shm_create(name, 8192, NULL, &shm));
    strcpy(mmf_shm_bytes(shm, NULL), "named");
    ck_ok(mmf_shm_send(pair[0], shm, 0));
    ck_status(mmf_shm_resize(shm, 1), MMF_E_LOCKED); /* somebody has it, or will */
    mmf_shm_close(shm);
    ck_ok(mmf_shm_clean_up(&clean, &removed));
    ck_assert_uint_eq(removed, 0); /* it is on its way */
    ck_ok(mmf_shm_receive(pair[1], &anything, &got));
    ck_assert_str_eq(mmf_shm_bytes(got, NULL), "named");
    ck_assert_uint_eq(mmf_shm_size(got), 8192);
    ck_ok(mmf_shm_clean_up(&clean, &removed));
    ck_assert_uint_eq(removed, 0);
    mmf_shm_close(got);
    ck_ok(mmf_shm_clean_up(&clean, &removed));
    ck_assert_uint_eq(removed, 1);
    close_pair(pair);
}
END_TEST

/* Sender and receiver are two: neither makes it smaller under the other. */
START_TEST(test_receiver_is_somebody_else)
{
    char name[64];
    mmf_shm *shm;
    mmf_shm *got;
    int pair[2];

    (void)snprintf(name, sizeof name, "mmf-pass-test-%d", (int)getpid());
    make_pair(SOCK_STREAM, pair);
    ck_ok(mmf_shm_create(name, 8192, NULL, &shm));
    ck_ok(mmf_shm_send(pair[0], shm, 0));
    ck_ok(mmf_shm_receive(pair[1], &anything, &got));
    ck_status(mmf_shm_resize(got, 1), MMF_E_LOCKED);
    mmf_shm_close(shm);
    ck_ok(mmf_shm_resize(got, 1));
    mmf_shm_close(got);
    ck_ok(mmf_shm_unlink(name, NULL));
    close_pair(pair);
}
END_TEST

static int child_pair[2];

static void child_receives(void *argument)
{
    mmf_shm *got;

    (void)argument;
    must_ok(mmf_shm_receive(child_pair[1], &sealed_only, &got));
    strcpy(mmf_shm_bytes(got, NULL), "from a child");
    mmf_shm_close(got);
}

START_TEST(test_another_process)
{
    mmf_shm *shm = anonymous(100, MMF_SHM_SEALED);

    make_pair(SOCK_STREAM, child_pair);
    ck_ok(mmf_shm_send(child_pair[0], shm, 0));
    test_run_ok(child_receives, NULL, 5000);
    ck_assert_str_eq(mmf_shm_bytes(shm, NULL), "from a child");
    mmf_shm_close(shm);
    close_pair(child_pair);
}
END_TEST

/* --- Peers that are gone, or slow ------------------------------------------------------------ */

START_TEST(test_nobody_is_there)
{
    mmf_shm *shm = anonymous(10, 0);
    mmf_shm *got = NULL;
    int pair[2];

    make_pair(SOCK_STREAM, pair);
    ck_status(mmf_shm_receive(pair[1], &anything, &got), MMF_E_TIMEOUT);
    close(pair[0]);
    ck_status(mmf_shm_receive(pair[1], &anything, &got), MMF_E_END);
    ck_status(mmf_shm_send(pair[1], shm, 0), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EPIPE);
    close(pair[1]);
    ck_status(mmf_shm_receive(pair[1], &anything, &got), MMF_E_SYSTEM);
    mmf_shm_close(shm);
}
END_TEST

START_TEST(test_full_socket)
{
    mmf_shm *shm = anonymous(10, 0);
    mmf_status status = MMF_OK;
    int pair[2];

    make_pair(SOCK_DGRAM, pair);
    for (int i = 0; i < 1000 && status == MMF_OK; i++) {
        status = mmf_shm_send(pair[0], shm, 50);
    }
    ck_status(status, MMF_E_TIMEOUT);
    mmf_shm_close(shm);
    close_pair(pair);
}
END_TEST

/* --- Hostile peers --------------------------------------------------------------------------- */

typedef struct raw_message {
    char magic[8];
    uint32_t version;
    uint32_t reserved;
    uint64_t offset;
    uint64_t size;
} raw_message;

static raw_message good_message(void)
{
    return (raw_message){.magic = "MMFSHM>\n", .version = 1, .size = 4096};
}

/* Sends bytes with any number of descriptors. */
static void send_raw(int socket, const void *bytes, size_t size, const int *fds, size_t count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * 64)];
    } control;
    struct iovec vector = {(void *)(uintptr_t)bytes, size};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};

    memset(&control, 0, sizeof control);
    if (count > 0) {
        struct cmsghdr *header = &control.align;

        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
    }
    ck_assert_int_eq(sendmsg(socket, &message, 0), (ssize_t)size);
}

/* Sends, closes the sending end, and expects the status, and no descriptor that stays. */
static void refuse(int type, const raw_message *bytes, size_t size, const int *fds, size_t count,
                   const mmf_shm_options *options, mmf_status expected)
{
    unsigned before = test_descriptor_count();
    mmf_shm_options with_error = *options;
    mmf_error error = {0};
    mmf_shm *got = NULL;
    int pair[2];

    with_error.error = &error;
    make_pair(type, pair);
    send_raw(pair[0], bytes, size, fds, count);
    if (type != SOCK_DGRAM || size == sizeof *bytes) {
        close(pair[0]);
        pair[0] = -1;
    }
    ck_status_error(mmf_shm_receive(pair[1], &with_error, &got), expected, &error);
    ck_assert_ptr_null(got);
    ck_assert_int_eq(error.status, expected);
    close_pair(pair);
    ck_assert_uint_eq(test_descriptor_count(), before);
}

static int memfd(off_t size, int seals)
{
    int fd = memfd_create("enemy", MFD_ALLOW_SEALING);

    ck_assert_int_eq(ftruncate(fd, size), 0);
    ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
    return fd;
}

#define FIXED (F_SEAL_SHRINK | F_SEAL_GROW)

static void refuse_changed(int type, raw_message bad, int fd, mmf_status expected)
{
    refuse(type, &bad, sizeof bad, &fd, 1, &anything, expected);
}

START_TEST(test_hostile_messages)
{
    int type = types[_i];
    int fds[64];
    raw_message good = good_message();
    raw_message bad = good;

    for (size_t i = 0; i < 64; i++) {
        fds[i] = memfd(4096, FIXED);
    }
    for (size_t size = 1; size < sizeof good; size++) {
        refuse(type, &good, size, fds, 1, &anything, MMF_E_CORRUPT);
    }
    refuse(type, &good, sizeof good, fds, 0, &anything, MMF_E_CORRUPT);
    refuse(type, &good, sizeof good, fds, 2, &anything, MMF_E_CORRUPT);
    refuse(type, &good, sizeof good, fds, 64, &anything, MMF_E_CORRUPT);
    bad.magic[7] = 'x';
    refuse_changed(type, bad, fds[0], MMF_E_CORRUPT);
    bad = good;
    bad.version = 2;
    refuse_changed(type, bad, fds[0], MMF_E_VERSION);
    bad = good;
    bad.reserved = 1;
    refuse_changed(type, bad, fds[0], MMF_E_CORRUPT);
    bad = good;
    bad.size = 0;
    refuse_changed(type, bad, fds[0], MMF_E_CORRUPT);
    bad.size = UINT64_MAX;
    refuse_changed(type, bad, fds[0], MMF_E_CORRUPT);
    bad.size = 4097;
    refuse_changed(type, bad, fds[0], MMF_E_TRUNCATED);
    bad.size = 1;
    bad.offset = 4096;
    refuse_changed(type, bad, fds[0], MMF_E_TRUNCATED);
    bad.size = 10;
    bad.offset = 10;
    refuse_changed(type, bad, fds[0], MMF_E_CORRUPT);
    bad.offset = UINT64_MAX - 5;
    refuse_changed(type, bad, fds[0], MMF_E_CORRUPT);
    for (size_t i = 0; i < 64; i++) {
        close(fds[i]);
    }
}
END_TEST

START_TEST(test_longer_datagram)
{
    struct {
        raw_message good;
        char more;
    } longer = {.good = good_message()};
    int fd = memfd(4096, FIXED);

    refuse(types[1 + _i], &longer.good, sizeof longer, &fd, 1, &anything, MMF_E_CORRUPT);
    close(fd);
}
END_TEST

START_TEST(test_hostile_descriptors)
{
    raw_message good = good_message();
    int ends[2];
    int fd = memfd(4096, FIXED);
    char path[64];

    good.size = 1;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    {
        int others[] = {open(path, O_WRONLY),       open(path, O_PATH),
                        open("/dev/zero", O_RDWR),  open("/proc/self/maps", O_RDONLY),
                        open("/dev/shm", O_RDONLY), open("/proc/self/exe", O_RDONLY)};

        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            ck_assert_int_ge(others[i], 0);
            refuse(SOCK_STREAM, &good, sizeof good, &others[i], 1, &anything, MMF_E_CORRUPT);
            refuse(SOCK_STREAM, &good, sizeof good, &others[i], 1, &to_read, MMF_E_CORRUPT);
            close(others[i]);
        }
    }
    ck_assert_int_eq(pipe(ends), 0);
    refuse(SOCK_STREAM, &good, sizeof good, &ends[0], 1, &anything, MMF_E_CORRUPT);
    refuse(SOCK_STREAM, &good, sizeof good, &ends[1], 1, &anything, MMF_E_CORRUPT);
    close_pair(ends);
    ends[0] = open(path, O_RDONLY);
    refuse(SOCK_STREAM, &good, sizeof good, &ends[0], 1, &anything, MMF_E_READONLY);
    close(ends[0]);
    close(fd);
}
END_TEST

START_TEST(test_not_sealed_is_refused)
{
    static const int seals[] = {0, F_SEAL_GROW, F_SEAL_SHRINK};
    raw_message good = good_message();

    for (size_t i = 0; i < 3; i++) {
        int fd = memfd(4096, seals[i]);

        refuse(SOCK_STREAM, &good, sizeof good, &fd, 1, &sealed_only, MMF_E_INVALID);
        close(fd);
    }
}
END_TEST

/* A message that says it has a page in front, and memory that has none. */
START_TEST(test_page_in_front_is_checked)
{
    raw_message bad = good_message();
    int fd = memfd(8192, FIXED);

    bad.offset = 4096;
    refuse(SOCK_STREAM, &bad, sizeof bad, &fd, 1, &anything, MMF_E_CORRUPT);
    close(fd);
}
END_TEST

/* Descriptors spread over the parts of one message. */
START_TEST(test_descriptors_in_parts)
{
    raw_message good = good_message();
    const char *bytes = (const char *)&good;
    unsigned before = test_descriptor_count();
    int fd = memfd(4096, FIXED);
    mmf_shm *got = NULL;
    int pair[2];

    make_pair(SOCK_STREAM, pair);
    send_raw(pair[0], bytes, 1, &fd, 1);
    send_raw(pair[0], bytes + 1, 10, &fd, 1);
    send_raw(pair[0], bytes + 11, sizeof good - 11, &fd, 1);
    ck_status(mmf_shm_receive(pair[1], &anything, &got), MMF_E_CORRUPT);
    send_raw(pair[0], bytes, 20, &fd, 1); /* and then nothing more */
    ck_status(mmf_shm_receive(pair[1], &anything, &got), MMF_E_TIMEOUT);
    close_pair(pair);
    close(fd);
    ck_assert_uint_eq(test_descriptor_count(), before);
}
END_TEST

/* The kernel then cuts the control data, and says so. */
START_TEST(test_no_descriptor_is_left)
{
    raw_message good = good_message();
    int fds[8];
    struct rlimit before;
    struct rlimit few;
    unsigned count;
    mmf_status status;
    mmf_shm *got = NULL;
    int pair[2];

    make_pair(SOCK_STREAM, pair);
    for (size_t i = 0; i < 8; i++) {
        fds[i] = memfd(4096, FIXED);
    }
    send_raw(pair[0], &good, sizeof good, fds, 8);
    count = test_descriptor_count();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)fds[7] + 1 + (rlim_t)_i;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    status = mmf_shm_receive(pair[1], &anything, &got);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    ck_status(status, MMF_E_LIMIT);
    ck_assert_uint_eq(test_descriptor_count(), count);
    close_pair(pair);
    for (size_t i = 0; i < 8; i++) {
        close(fds[i]);
    }
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, test_sealed_memory_arrives, 0, 3);
    tcase_add_loop_test(tcase, test_several_in_a_row, 0, 3);
    tcase_add_test(tcase, test_others_can_only_read);
    tcase_add_test(tcase, test_named_object_arrives);
    tcase_add_test(tcase, test_receiver_is_somebody_else);
    tcase_add_test(tcase, test_another_process);
    tcase_add_test(tcase, test_nobody_is_there);
    tcase_add_test(tcase, test_full_socket);
    tcase_add_loop_test(tcase, test_hostile_messages, 0, 3);
    tcase_add_loop_test(tcase, test_longer_datagram, 0, 2);
    tcase_add_test(tcase, test_hostile_descriptors);
    tcase_add_test(tcase, test_not_sealed_is_refused);
    tcase_add_test(tcase, test_page_in_front_is_checked);
    tcase_add_test(tcase, test_descriptors_in_parts);
    tcase_add_loop_test(tcase, test_no_descriptor_is_left, 0, 2);
}
