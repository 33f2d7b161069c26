#include "tests/fsck/damage/live.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/layout.h"
#include "tests/fsck/damage/place.h"

#define SECONDS_MAX 60u /* of a child */

static mmf_status failed(subject *subject, mmf_status status, const char *what)
{
    return mmf_error_set(&subject->error, status, "cannot %s: %s", what, mmf_status_text(status));
}

static mmf_status open_store(subject *subject, uint32_t flags, mmf_store **ret_store)
{
    mmf_options options = {.flags = flags, .error = &subject->error};
    mmf_status status;

    if (!subject->model) {
        return mmf_error_set(&subject->error, MMF_E_INVALID, "there is no store yet");
    }
    status = mmf_store_open(subject->store_path, &subject->type, &options, ret_store);
    return status == MMF_OK ? MMF_OK : failed(subject, status, "open the store");
}

static mmf_status close_store(subject *subject, mmf_store *store, mmf_status status)
{
    mmf_status closed = mmf_store_close(store);

    if (status == MMF_OK && closed != MMF_OK) {
        status = failed(subject, closed, "close the store");
    }
    return status;
}

/* --- Appending ------------------------------------------------------------------------------- */

/* Fills the records behind the last one, which do not count yet. */
static mmf_status append_begin(subject *subject, mmf_store *store, uint64_t count,
                               mmf_append_section *ret_section)
{
    uint32_t size = subject->type.payload_size;
    uint8_t *payload = malloc(size);
    mmf_status status = payload ? mmf_append_begin(store, count, ret_section) : MMF_E_NO_MEMORY;

    for (uint64_t i = 0; status == MMF_OK && i < count; i++) {
        unsigned char *record = ret_section->record + i * subject->type.record_size;

        subject_payload(subject, ret_section->index + i, payload);
        mmf_words_store(mmf_append_record_begin(record), payload, size);
        mmf_append_record_end(store, record);
    }
    free(payload);
    return status == MMF_OK ? MMF_OK : failed(subject, status, "append");
}

static mmf_status append(subject *subject, mmf_store *store, uint64_t count)
{
    mmf_append_section section = {NULL, 0};
    mmf_status status = append_begin(subject, store, count, &section);

    if (status == MMF_OK) {
        status = mmf_append_end(store, &section, count);
    }
    return status;
}

/* What mmf-gen makes of append(NULL): zeros with counter 0, or the defaults. */
static mmf_status append_blank(subject *subject, mmf_store *store)
{
    mmf_append_section section = {NULL, 0};
    uint32_t size = subject->type.payload_size;
    uint8_t *payload;
    mmf_status status;

    if (!mmf_model_has_defaults(subject->model)) {
        status = mmf_append_zero(store, NULL);
        return status == MMF_OK ? MMF_OK : failed(subject, status, "append");
    }
    payload = malloc(size);
    status = payload ? mmf_append_begin(store, 1, &section) : MMF_E_NO_MEMORY;
    if (status == MMF_OK) {
        mmf_model_initial_payload(subject->model, payload);
        mmf_words_store(mmf_append_record_begin(section.record), payload, size);
        mmf_append_record_end(store, section.record);
        status = mmf_append_end(store, &section, 1);
    }
    free(payload);
    return status == MMF_OK ? MMF_OK : failed(subject, status, "append");
}

mmf_status live_make(subject *subject, const char *schema, uint64_t count, uint64_t capacity)
{
    mmf_options options = {.capacity = capacity, .error = &subject->error};
    mmf_store *store = NULL;
    mmf_status status = subject_load_schema(subject, schema);

    if (status != MMF_OK) {
        return status;
    }
    status = mmf_store_create(subject->store_path, &subject->type, &options, &store);
    if (status != MMF_OK) {
        return failed(subject, status, "create the store");
    }
    if (count > 0) {
        status = append(subject, store, count);
    }
    status = close_store(subject, store, status);
    return status == MMF_OK ? subject_settle(subject) : status;
}

mmf_status live_append(subject *subject, uint64_t count, bool are_blank)
{
    mmf_store *store = NULL;
    mmf_status status = open_store(subject, 0, &store);

    if (status != MMF_OK) {
        return status;
    }
    for (uint64_t i = 0; status == MMF_OK && i < count; i++) {
        status = are_blank ? append_blank(subject, store) : append(subject, store, 1);
    }
    status = close_store(subject, store, status);
    return status == MMF_OK ? subject_settle(subject) : status;
}

/* --- Dying ----------------------------------------------------------------------------------- */

typedef mmf_status act(subject *subject, char *const *words, unsigned count);

/* What a child could not do is known to its parent by this. */
static void die_of(subject *subject, act *act, char *const *words, unsigned count,
                   mmf_error *shared)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)alarm(SECONDS_MAX);
    if (act(subject, words, count) == MMF_OK) {
        (void)kill(getpid(), SIGKILL);
    }
    *shared = subject->error;
    _exit(1);
}

/* Runs it in a child, which is killed when it has done so. */
static mmf_status run_and_kill(subject *subject, act *act, char *const *words, unsigned count)
{
    mmf_error *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mmf_status status = MMF_OK;
    int ended = 0;
    pid_t child;
    pid_t waited;

    if (shared == MAP_FAILED) {
        return mmf_error_set(&subject->error, MMF_E_NO_MEMORY, "out of memory");
    }
    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        die_of(subject, act, words, count, shared);
    }
    do {
        waited = child < 0 ? -1 : waitpid(child, &ended, 0);
    } while (child > 0 && waited < 0 && errno == EINTR);
    if (waited < 0) {
        status = mmf_error_set_system(&subject->error, MMF_E_SYSTEM, errno, "no child");
    } else if (!WIFSIGNALED(ended) || WTERMSIG(ended) != SIGKILL) {
        status = mmf_error_set(&subject->error, MMF_E_INVALID, "the child could not do it: %s",
                               shared->text);
    }
    (void)munmap(shared, sizeof *shared);
    return status == MMF_OK ? subject_settle(subject) : status;
}

static mmf_status act_leave(subject *subject, char *const *words, unsigned count)
{
    mmf_store *store = NULL;
    uint64_t n = 0;
    mmf_status status = place_number(subject, words[0], &n);

    (void)count;
    if (status == MMF_OK) {
        status = open_store(subject, 0, &store);
    }
    return status == MMF_OK && n > 0 ? append(subject, store, n) : status;
}

mmf_status live_leave(subject *subject, uint64_t count)
{
    char word[32];
    char *words[] = {word};

    (void)snprintf(word, sizeof word, "%llu", (unsigned long long)count);
    return run_and_kill(subject, act_leave, words, 1);
}

/* Stores the new bytes of a field, of one word by one store. */
static mmf_status change_field(subject *subject, unsigned char *record, const place *place,
                               const char *value)
{
    uint8_t bytes[4096];
    uint32_t size = 0;
    mmf_status status = place_encode(subject, place, value, bytes, sizeof bytes, &size);

    if (status == MMF_OK) {
        mmf_bytes_store(record + place->offset, bytes, size);
    }
    return status;
}

/* "record N -", "record N FIELD VALUE" and "field N FIELD VALUE". */
static mmf_status die_in_record(subject *subject, mmf_store *store, char *const *words,
                                unsigned count)
{
    const mmf_record_type *type = &subject->type;
    bool whole = strcmp(words[0], "record") == 0;
    mmf_write_section section;
    place place = {.offset = MMF_COUNTER_SIZE, .size = type->payload_size};
    uint64_t index = 0;
    mmf_status status = place_number(subject, words[1], &index);

    if (status == MMF_OK && count == 4) {
        status = place_find_field(subject, words[2], &place);
    }
    if (status != MMF_OK) {
        return status;
    }
    status = mmf_write_begin(store, index, type->record_size,
                             whole ? MMF_COUNTER_SIZE : (uint32_t)place.offset,
                             whole ? type->payload_size : place.size, &section);
    if (status != MMF_OK) {
        return failed(subject, status, "enter the record");
    }
    return count == 4 ? change_field(subject, section.payload - MMF_COUNTER_SIZE, &place, words[3])
                      : MMF_OK;
}

static mmf_status die_once(subject *subject, char *const *words, unsigned count)
{
    mmf_append_section section;
    mmf_store *store = NULL;
    uint64_t n = 0;
    mmf_status status = open_store(subject, 0, &store);

    if (status != MMF_OK) {
        return status;
    }
    if (count == 2 && strcmp(words[0], "append") == 0) {
        status = place_number(subject, words[1], &n);
        return status == MMF_OK ? append_begin(subject, store, n, &section) : status;
    }
    if ((count == 4 && (strcmp(words[0], "record") == 0 || strcmp(words[0], "field") == 0)) ||
        (count == 3 && strcmp(words[0], "record") == 0 && strcmp(words[2], "-") == 0)) {
        return die_in_record(subject, store, words, count);
    }
    return mmf_error_set(&subject->error, MMF_E_INVALID, "cannot die in \"%s\"", words[0]);
}

static mmf_status act_die(subject *subject, char *const *words, unsigned count)
{
    mmf_status status = MMF_OK;
    unsigned begin = 0;

    for (unsigned i = 0; status == MMF_OK && i <= count; i++) {
        if (i == count || strcmp(words[i], ",") == 0) {
            status = i > begin ? die_once(subject, words + begin, i - begin)
                               : mmf_error_set(&subject->error, MMF_E_INVALID, "die of what?");
            begin = i + 1;
        }
    }
    return status;
}

mmf_status live_die(subject *subject, char *const *words, unsigned count)
{
    return run_and_kill(subject, act_die, words, count);
}

/* --- Living ---------------------------------------------------------------------------------- */

mmf_status live_hold(subject *subject, uint32_t flags, const uint64_t *index)
{
    const mmf_record_type *type = &subject->type;
    mmf_status status = open_store(subject, flags, &subject->held);

    if (status != MMF_OK || !index) {
        return status;
    }
    status = mmf_write_begin(subject->held, *index, type->record_size, MMF_COUNTER_SIZE,
                             type->payload_size, &subject->held_section);
    subject->is_held_inside = status == MMF_OK;
    return status == MMF_OK ? MMF_OK : failed(subject, status, "enter the record");
}

mmf_status live_hold_mapping(subject *subject)
{
    mmf_header_common header;
    mmf_status status = subject_read(subject, SUBJECT_STORE, 0, &header, sizeof header);
    int fd = status == MMF_OK ? open(subject->store_path, O_RDWR | O_CLOEXEC) : -1;

    if (status != MMF_OK) {
        return status;
    }
    subject->mapping_size = sizeof header;
    subject->mapping =
        fd < 0 ? MAP_FAILED
               : mmap(NULL, subject->mapping_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (subject->mapping == MAP_FAILED) {
        subject->mapping = NULL;
        status = mmf_error_set_system(&subject->error, MMF_E_SYSTEM, errno, "cannot map the store");
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

/* What the generated get() looks at too. */
static bool has_sane_lengths(const subject *subject, const uint8_t *payload)
{
    for (uint32_t i = 0; i < subject->model->field_count; i++) {
        const mmf_field *field = &subject->model->fields[i];
        uint32_t elements = mmf_type_is_text(field->type) ? mmf_field_elements(field) : 0;

        for (uint32_t element = 0; element < elements; element++) {
            uint32_t length;

            memcpy(&length,
                   payload + field->offset - MMF_COUNTER_SIZE + element * field->element_size,
                   sizeof length);
            if (length > field->max) {
                return false;
            }
        }
    }
    return true;
}

static mmf_status read_records(subject *subject, const mmf_store *store, uint8_t *payload)
{
    uint64_t count = mmf_store_len(store);
    mmf_status status = MMF_OK;

    for (uint64_t i = 0; status == MMF_OK && i < count; i++) {
        status = mmf_get_record(store, i, subject->type.record_size, subject->type.payload_size,
                                payload);
        if (status == MMF_OK && !has_sane_lengths(subject, payload)) {
            status = MMF_E_CORRUPT;
        }
        if (status != MMF_OK) {
            (void)mmf_error_set(&subject->error, status, "record %llu: %s", (unsigned long long)i,
                                mmf_status_name(status));
        }
    }
    return status;
}

mmf_status live_read_all(subject *subject, bool writes, uint64_t *ret_count)
{
    mmf_store *store = NULL;
    uint8_t *payload;
    mmf_status status = open_store(subject, writes ? 0 : MMF_READ_ONLY, &store);

    if (status != MMF_OK) {
        return status;
    }
    payload = malloc(subject->type.payload_size);
    status = payload ? read_records(subject, store, payload)
                     : mmf_error_set(&subject->error, MMF_E_NO_MEMORY, "out of memory");
    if (status == MMF_OK) {
        *ret_count = mmf_store_len(store);
    }
    free(payload);
    return close_store(subject, store, status);
}
