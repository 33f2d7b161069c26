/* Fuzz target: any bytes as a store and its lock file, looked at and repaired. Whatever they are, a
 * look changes nothing, a repair leaves nothing that it could have repaired, and what it did can be
 * taken back byte for byte.
 *
 * An input is a check_case, then patches of the two files, which are zeros else. Flags of the case
 * put in what a fuzzer cannot guess: this boot's id, right checksums, ids that belong together.
 * check_seed.c makes inputs of stores. CHECK_FUZZ_SHOW=1 shows what is found.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsck/check.h"
#include "fuzz/check_case.h"
#include "fuzz/image.h"
#include "runtime/mmf.h"
#include "schema/crc32c.h"
#include "schema/format.h"
#include "schema/json.h"

#define INPUT_MAX (1u << 16)
#define PATH_SIZE 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
uint64_t __wrap_mmf_process_with_mapping(const void *file, const char *path);

/* Nobody else has the store open, and to ask every process of the machine takes long. */
uint64_t __wrap_mmf_process_with_mapping(const void *file, const char *path)
{
    (void)file;
    (void)path;
    return 0;
}

/* --- What a fuzzer cannot guess -------------------------------------------------------------- */

static void seal_slots(fuzz_image *store)
{
    static const size_t offsets[] = {offsetof(mmf_header, durable_0),
                                     offsetof(mmf_header, durable_1)};

    for (size_t i = 0; i < 2 && store->size >= sizeof(mmf_header); i++) {
        mmf_durable_slot slot;

        memcpy(&slot, store->bytes + offsets[i], sizeof slot);
        slot.crc = slot.generation != 0 ? mmf_durable_slot_crc(&slot) : 0;
        fuzz_put(store, offsets[i], &slot, sizeof slot);
    }
}

static void seal_records(fuzz_image *store)
{
    mmf_header_info info;

    if (mmf_header_validate(store->bytes, store->size, store->size, &info, NULL) != MMF_OK ||
        info.checksum_offset == 0) {
        return;
    }
    for (size_t at = info.data_offset; store->size - at >= info.record_size;
         at += info.record_size) {
        uint32_t crc = mmf_crc32c(0, store->bytes + at + MMF_COUNTER_BYTES, info.payload_size);

        fuzz_put(store, at + info.checksum_offset, &crc, sizeof crc);
    }
}

static void put_ids(const check_case *how, fuzz_image *store, fuzz_image *lock)
{
    static uint8_t id[16];
    uint32_t record_size = 0;
    uint64_t stride;

    if (id[0] == 0) {
        fuzz_read_boot_id(id);
    }
    if (how->flags & CHECK_CASE_STORE_BOOT) {
        fuzz_put(store, offsetof(mmf_header, boot_id), id, sizeof id);
    }
    if (how->flags & CHECK_CASE_LOCK_BOOT) {
        fuzz_put(lock, offsetof(mmf_lock_header, boot_id), id, sizeof id);
    }
    if ((how->flags & CHECK_CASE_STRIDE) && store->size >= sizeof(mmf_header_common)) {
        memcpy(&record_size, store->bytes + offsetof(mmf_header_common, record_size), 4);
        stride = mmf_undo_stride(record_size);
        fuzz_put(lock, offsetof(mmf_lock_header, undo_stride), &stride, sizeof stride);
    }
    if ((how->flags & CHECK_CASE_IDS) && lock->size >= sizeof(mmf_lock_header)) {
        fuzz_put(store, offsetof(mmf_header, lock_id),
                 lock->bytes + offsetof(mmf_lock_header, lock_id), 16);
    }
}

static void seal(const check_case *how, fuzz_image *store, fuzz_image *lock)
{
    put_ids(how, store, lock);
    if (how->flags & CHECK_CASE_CRC) {
        fuzz_seal_header(store);
    }
    if (how->flags & CHECK_CASE_SLOTS) {
        seal_slots(store);
    }
    if (how->flags & CHECK_CASE_RECORDS) {
        seal_records(store);
    }
}

/* --- Paths ----------------------------------------------------------------------------------- */

/* For all inputs the same, in memory where there is such a place. */
static const char *path_of(const char *suffix)
{
    static char path[PATH_SIZE];
    const char *parent = getenv("TEST_TMPDIR");

    if (access("/dev/shm", W_OK) == 0) {
        parent = "/dev/shm";
    }
    fuzz_need(snprintf(path, sizeof path, "%s/check-fuzz-%d%s", parent ? parent : "/tmp",
                       (int)getpid(), suffix) < PATH_SIZE,
              "a path that is too long");
    return path;
}

static void write_file(const char *path, const fuzz_image *image)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    fuzz_need(fd >= 0 && write(fd, image->bytes, image->size) == (ssize_t)image->size, "write");
    (void)close(fd);
}

/* Whether it is exactly that; one that is empty may as well not be there. */
static bool file_is(const char *path, const fuzz_image *image)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info = {0};
    uint8_t *bytes;
    bool same;

    if (fd < 0) {
        return image->size == 0;
    }
    fuzz_need(fstat(fd, &info) == 0, "stat");
    bytes = malloc((size_t)info.st_size + 1);
    fuzz_need(bytes && read(fd, bytes, (size_t)info.st_size) == info.st_size, "read");
    (void)close(fd);
    same = (size_t)info.st_size == image->size &&
           (image->size == 0 || memcmp(bytes, image->bytes, image->size) == 0);
    free(bytes);
    return same;
}

static void need_unchanged(const fuzz_image *store, const fuzz_image *lock, const char *what)
{
    fuzz_need(file_is(path_of(""), store), what);
    fuzz_need(file_is(path_of(".lock"), lock), what);
}

/* --- Checks ---------------------------------------------------------------------------------- */

typedef struct answers {
    uint8_t mode;
    uint64_t reported;
    uint64_t asked;
    bool has_unrepairable;
    bool said_no;
} answers;

static bool decide(void *context, const mmf_finding *finding)
{
    answers *answers = context;
    bool yes = true;

    fuzz_need(finding->info->repair != MMF_REPAIR_NONE, "asked about what has no repair");
    if ((answers->mode & CHECK_CASE_SAFE_ONLY) != 0) {
        yes = finding->info->repair == MMF_REPAIR_SAFE;
    }
    if ((answers->mode & CHECK_CASE_SOME) != 0) {
        yes = yes && (answers->asked * 2654435761u >> 7 & 1) != 0;
    }
    answers->asked++;
    answers->said_no |= !yes;
    return yes;
}

static void report(void *context, const mmf_finding *finding)
{
    answers *answers = context;

    if (getenv("CHECK_FUZZ_SHOW")) {
        (void)fprintf(stderr, "%03d %d %s %#llx: %s\n", finding->info->number,
                      (int)finding->outcome, finding->path, (unsigned long long)finding->offset,
                      finding->text);
    }
    fuzz_need(finding->outcome != MMF_CHECK_FAILED, "a repair failed");
    if (finding->problem == MMF_PROBLEM_NEWER_WRITER) {
        answers->has_unrepairable = true; /* nothing of such a store is changed */
    }
    if (finding->info->severity != MMF_PROBLEM_NOTE) {
        answers->reported++;
        answers->has_unrepairable |= finding->info->repair == MMF_REPAIR_NONE;
    }
}

static mmf_check_result check(const check_case *how, const mmf_model *schema, uint32_t flags,
                              answers *answers)
{
    mmf_error error = {0};
    mmf_check_options options = {
        .flags = flags | (how->mode & CHECK_CASE_FULL ? MMF_CHECK_FULL : 0),
        .threads = 1,
        .schema = schema,
        .decide = decide,
        .report = report,
        .context = answers,
        .error = &error,
    };
    mmf_check_result result;
    mmf_status status;

    answers->mode = how->mode;
    status = mmf_check(path_of(""), &options, &result);
    fuzz_need(status == MMF_OK, error.text[0] != '\0' ? error.text : "an error without a text");
    fuzz_need(result.errors == answers->reported, "not all errors are reported");
    return result;
}

/* What was repaired to the end can be opened. */
static void need_readable(const fuzz_image *before)
{
    mmf_header_info info;
    mmf_record_type type = {.name = "Fuzz"};
    mmf_options options = {.flags = MMF_READ_ONLY, .timeout_ms = 1, .reservation_bytes = 1u << 20};
    mmf_store *store = NULL;
    uint8_t *bytes = malloc(before->size + 1);
    int fd = open(path_of(""), O_RDONLY | O_CLOEXEC);

    fuzz_need(bytes && fd >= 0 && read(fd, bytes, before->size) == (ssize_t)before->size, "read");
    (void)close(fd);
    fuzz_need(mmf_header_validate(bytes, before->size, before->size, &info, NULL) == MMF_OK,
              "repaired, and the header is not valid");
    free(bytes);
    type.format = info.format;
    type.record_size = info.record_size;
    type.payload_size = info.payload_size;
    type.checksum_offset = info.checksum_offset;
    memcpy(type.schema_hash, info.schema_hash, sizeof type.schema_hash);
    fuzz_need(mmf_store_open(path_of(""), &type, &options, &store) == MMF_OK,
              "repaired, and cannot be opened");
    fuzz_need(mmf_store_len(store) == info.record_count, "repaired, and has another count");
    fuzz_need(mmf_store_close(store) == MMF_OK, "close");
}

static void look(const check_case *how, const mmf_model *schema, const fuzz_image *store,
                 const fuzz_image *lock)
{
    answers answers = {0};

    (void)check(how, schema, 0, &answers);
    need_unchanged(store, lock, "a look has changed something");
    fuzz_need(access(path_of(".undo"), F_OK) != 0, "a look has made an undo file");
}

static void mend(const check_case *how, const mmf_model *schema, const fuzz_image *store,
                 const fuzz_image *lock)
{
    answers answers = {0};
    struct answers again = {0};
    mmf_check_result result = check(how, schema, MMF_CHECK_REPAIR, &answers);
    struct stat info;

    fuzz_need(stat(path_of(""), &info) == 0 && (size_t)info.st_size == store->size,
              "the size changed");
    if (result.left == 0) {
        fuzz_need(check(how, schema, 0, &again).errors == 0,
                  "repaired, and a second look finds more");
        need_readable(store);
    } else {
        (void)check(how, schema, 0, &again);
        fuzz_need(answers.said_no || answers.has_unrepairable,
                  "something is left that has a repair");
    }
    if (result.undo_path[0] != '\0') {
        mmf_error error = {0};

        fuzz_need(mmf_check_undo(path_of(""), result.undo_path, NULL, &error) == MMF_OK,
                  error.text);
        (void)unlink(path_of(".undo"));
    }
    need_unchanged(store, lock, "it was not taken back");
}

static mmf_model *given_schema(void)
{
    static const char text[] =
        "{\"name\":\"Tick\",\"version\":1,\"format\":1,\"fields\":["
        "{\"name\":\"symbol\",\"type\":\"string\",\"max\":4},{\"name\":\"up\",\"type\":\"bool\"}]}";
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;

    fuzz_need(mmf_schema_parse(text, sizeof text - 1, &diagnostics, &model) == MMF_OK,
              "the schema");
    mmf_diagnostics_clear(&diagnostics);
    return model;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_case how;
    mmf_model *schema = NULL;
    fuzz_image store;
    fuzz_image lock;

    if (size < sizeof how || size > INPUT_MAX) {
        return 0;
    }
    memcpy(&how, data, sizeof how);
    store = fuzz_image_of((how.pages & 7) * 4096u, how.cut);
    lock = fuzz_image_of((how.lock_pages & 31) * 4096u, how.lock_cut);
    fuzz_apply_patches(data + sizeof how, size - sizeof how, &store, &lock);
    seal(&how, &store, &lock);
    if (how.mode & CHECK_CASE_GIVEN) {
        schema = given_schema();
    }
    (void)unlink(path_of(".undo"));
    (void)unlink(path_of(".lock"));
    write_file(path_of(""), &store);
    if (how.lock_pages != 0) {
        write_file(path_of(".lock"), &lock);
    }
    look(&how, schema, &store, &lock);
    mend(&how, schema, &store, &lock);
    (void)unlink(path_of(""));
    (void)unlink(path_of(".lock"));
    mmf_model_free(schema);
    free(store.bytes);
    free(lock.bytes);
    return 0;
}
