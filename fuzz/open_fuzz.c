/* Fuzz target: any bytes as a store and its lock file, side by side. A lock file that lies may cost
 * a record its content; but whatever it says, nothing crashes, waits longer than it may, or writes
 * outside of the records and the places of the header that writers change.
 *
 * An input is an open_case, then patches of the two files, which are zeros else. Flags of the case
 * put in what a fuzzer cannot guess: this boot's id, right checksums, ids that belong together.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/image.h"
#include "runtime/mmf.h"
#include "schema/format.h"

#define INPUT_MAX (1u << 16)
#define RECORD_MAX 4096u /* 255 images of that size are a megabyte */
#define TIMEOUT_MS 1u
#define INPUT_MS_MAX 3000u /* some hundred waits of a millisecond each, on a busy machine */

#define CASE_STORE_BOOT 1u /* the store's boot id is this boot's */
#define CASE_LOCK_BOOT 2u  /* the lock file's */
#define CASE_STRIDE 4u     /* the lock file's undo_stride is that of the records */
#define CASE_IDS 8u        /* the store's lock id is the lock file's */
#define CASE_CRC 16u       /* the checksum of the store's header is right */
#define CASE_NO_LOCK 32u   /* there is no lock file */

typedef struct open_case {
    uint8_t flags;
    uint8_t mode;  /* 0 … 2: many writers, one, read-only; + 4: MMF_GUARD; + 8: MMF_NO_SYNC */
    uint8_t pages; /* of the store, 4096 bytes each */
    uint8_t lock_pages; /* of the lock file */
    uint16_t cut;       /* bytes less of the store */
    uint16_t lock_cut;
} open_case;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- The files ------------------------------------------------------------------------------- */

static void repair(const open_case *how, fuzz_image *store, fuzz_image *lock)
{
    static uint8_t id[16];
    uint32_t record_size = 0;
    uint64_t stride;

    if (id[0] == 0) {
        fuzz_read_boot_id(id);
    }
    if (how->flags & CASE_STORE_BOOT) {
        fuzz_put(store, offsetof(mmf_header, boot_id), id, sizeof id);
    }
    if (how->flags & CASE_LOCK_BOOT) {
        fuzz_put(lock, offsetof(mmf_lock_header, boot_id), id, sizeof id);
    }
    if ((how->flags & CASE_STRIDE) && store->size >= sizeof(mmf_header_common)) {
        memcpy(&record_size, store->bytes + offsetof(mmf_header_common, record_size), 4);
        stride = mmf_undo_stride(record_size);
        fuzz_put(lock, offsetof(mmf_lock_header, undo_stride), &stride, sizeof stride);
    }
    if ((how->flags & CASE_IDS) && lock->size >= sizeof(mmf_lock_header)) {
        fuzz_put(store, offsetof(mmf_header, lock_id),
                 lock->bytes + offsetof(mmf_lock_header, lock_id), 16);
    }
    if (how->flags & CASE_CRC) {
        fuzz_seal_header(store);
    }
}

/* Two files for all inputs, in memory where there is such a place. */
static const char *path_of(int is_lock)
{
    static char path[256];
    static char lock_path[300];
    const char *parent = getenv("TEST_TMPDIR");

    if (path[0] == '\0') {
        if (!parent) {
            parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        }
        (void)snprintf(path, sizeof path, "%s/open-fuzz-%d", parent, (int)getpid());
        (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    }
    return is_lock ? lock_path : path;
}

static void write_file(const char *path, const fuzz_image *image)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    fuzz_need(fd >= 0 && write(fd, image->bytes, image->size) == (ssize_t)image->size, "write");
    (void)close(fd);
}

/* Everything that no writer has to change is as it was: what never changes of the header, and its
 * unused rest. */
static void check_store(const fuzz_image *before, const mmf_header_info *info)
{
    static const struct {
        size_t begin;
        size_t end;
    } constant[] = {
        {0, offsetof(mmf_header_common, record_count)},
        {offsetof(mmf_header, features_compatible), offsetof(mmf_header, state)},
        {offsetof(mmf_header, reserved_130), offsetof(mmf_header, wait_word)},
        {offsetof(mmf_header, reserved_148), offsetof(mmf_header, durable_0)},
        {offsetof(mmf_header, reserved_240), offsetof(mmf_header, durable_1)},
        {offsetof(mmf_header, reserved_440), sizeof(mmf_header)},
    };
    uint8_t now[sizeof(mmf_header)];
    size_t parts = info->format == MMF_FORMAT_1 ? 1 : sizeof constant / sizeof constant[0];
    size_t size = info->format == MMF_FORMAT_1 ? 64 : sizeof now;
    int fd = open(path_of(0), O_RDONLY | O_CLOEXEC);

    fuzz_need(fd >= 0 && pread(fd, now, size, 0) == (ssize_t)size, "the file is there");
    (void)close(fd);
    for (size_t i = 0; i < parts; i++) {
        fuzz_need(memcmp(now + constant[i].begin, before->bytes + constant[i].begin,
                         constant[i].end - constant[i].begin) == 0,
                  "the header was written where nobody may");
    }
}

/* --- Use ------------------------------------------------------------------------------------- */

static void check_status(mmf_status status)
{
    fuzz_need(status == MMF_OK || status == MMF_E_INDEX || status == MMF_E_STUCK ||
                  status == MMF_E_CORRUPT || status == MMF_E_READONLY,
              mmf_status_name(status));
}

static void use_record(mmf_store *store, uint64_t index)
{
    uint32_t stride = store->type->record_size;
    uint32_t payload = store->type->payload_size;
    uint8_t bytes[RECORD_MAX];
    uint64_t version = 0;

    memset(bytes, 0, sizeof bytes);
    check_status(mmf_get_record(store, index, stride, payload, bytes));
    check_status(mmf_set_u64(store, index, stride, MMF_COUNTER_BYTES, 1));
    check_status(mmf_set_array(store, index, MMF_COUNTER_BYTES, payload, bytes));
    check_status(mmf_record_version(store, index, &version));
    check_status(mmf_get_record(store, index, stride, payload, bytes));
}

static void use_store(mmf_store *store)
{
    static mmf_store_info info;
    uint64_t len = mmf_store_len(store);
    mmf_status status;

    fuzz_need(len <= mmf_store_capacity(store), "len in capacity");
    fuzz_need(mmf_store_stat(store, &info) == MMF_OK, "stat");
    for (uint64_t i = 0; i < len && i < 8; i++) {
        use_record(store, i);
    }
    use_record(store, len - 1);
    use_record(store, len);
    status = mmf_append_zero(store, NULL);
    fuzz_need(status == MMF_OK || status == MMF_E_READONLY || status == MMF_E_LIMIT, "append");
    status = mmf_store_sync(store);
    fuzz_need(status == MMF_OK || status == MMF_E_READONLY, "sync");
    status = mmf_store_wait(store, mmf_store_len(store), TIMEOUT_MS);
    fuzz_need(status == MMF_E_TIMEOUT, "wait");
    fuzz_need(mmf_store_stat(store, &info) == MMF_OK, "stat");
}

static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void open_files(const open_case *how, const mmf_header_info *info)
{
    static const uint32_t modes[] = {0, MMF_ONE_WRITER, MMF_READ_ONLY, 0};
    mmf_error error = {0};
    mmf_options options = {
        .timeout_ms = TIMEOUT_MS, .reservation_bytes = 1u << 20, .error = &error};
    mmf_record_type type = {.name = "Fuzz",
                            .format = info->format,
                            .record_size = info->record_size,
                            .payload_size = info->payload_size,
                            .checksum_offset = info->checksum_offset};
    mmf_store *store = NULL;
    mmf_status status;

    memcpy(type.schema_hash, info->schema_hash, sizeof type.schema_hash);
    options.flags =
        modes[how->mode & 3] | (how->mode & 4 ? MMF_GUARD : 0) | (how->mode & 8 ? MMF_NO_SYNC : 0);
    status = mmf_store_open(path_of(0), &type, &options, &store);
    fuzz_need(error.status == status, "status of the error");
    fuzz_need(status == MMF_OK || error.text[0] != '\0', "an error without a text");
    if (status == MMF_OK) {
        use_store(store);
        fuzz_need(mmf_store_close(store) == MMF_OK, "close");
    }
}

static void run_case(const open_case *how, fuzz_image *store, fuzz_image *lock)
{
    mmf_header_info info;
    uint64_t begin = now_ms();

    repair(how, store, lock);
    if (mmf_header_validate(store->bytes, store->size, store->size, &info, NULL) != MMF_OK ||
        info.record_size > RECORD_MAX) {
        return; /* header_fuzz.c is about those */
    }
    write_file(path_of(0), store);
    if ((how->flags & CASE_NO_LOCK) == 0) {
        write_file(path_of(1), lock);
    }
    open_files(how, &info);
    check_store(store, &info);
    open_files(how, &info); /* what the first one left */
    (void)unlink(path_of(0));
    (void)unlink(path_of(1));
    fuzz_need(now_ms() - begin < INPUT_MS_MAX, "it took too long");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_case how;
    fuzz_image store;
    fuzz_image lock;

    if (size < sizeof how || size > INPUT_MAX) {
        return 0;
    }
    memcpy(&how, data, sizeof how);
    store = fuzz_image_of((how.pages & 15) * 4096u, how.cut);
    lock = fuzz_image_of((how.lock_pages & 31) * 4096u, how.lock_cut);
    fuzz_apply_patches(data + sizeof how, size - sizeof how, &store, &lock);
    run_case(&how, &store, &lock);
    free(store.bytes);
    free(lock.bytes);
    return 0;
}
