#include "tests/fsck/damage_sweep/trial.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/format.h"
#include "schema/layout.h"

#define COMPLAINTS_MAX 40u
#define FINDINGS_MAX 256u
#define RESERVATION (4u << 20)

typedef struct findings {
    uint64_t errors;
    bool has_unrepairable;
    bool has_fatal;
    bool asked_wrongly;
    bool was_beyond;                /* records were found that did not count */
    bool safe_only;                 /* decide */
    uint64_t records[FINDINGS_MAX]; /* that errors are about */
    uint32_t record_count;
    char text[256]; /* codes, for complaints */
} findings;

typedef struct trial {
    origin *origin;
    const pair *damaged;
    const char *what;
    uint32_t flags;
    bool fixed_is_touched;   /* header bytes that a checksum covers, in format 2 */
    bool counts_are_touched; /* count, state, ids, slots, the lock file, the size */
    const char *step;
    findings last;
    bool had_beyond; /* before the last but one */
} trial;

__attribute__((format(printf, 2, 3))) static void complain(const trial *trial, const char *format,
                                                           ...)
{
    va_list arguments;

    if (trial->origin->failures++ >= COMPLAINTS_MAX) {
        return;
    }
    (void)fprintf(stderr, "%s: %s: %s: ", trial->origin->name, trial->what, trial->step);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, " [%s]\n", trial->last.text);
}

/* --- Checks ---------------------------------------------------------------------------------- */

static void note(void *context, const mmf_finding *finding)
{
    findings *findings = context;
    size_t used = strlen(findings->text);

    (void)snprintf(findings->text + used, sizeof findings->text - used, " %03d%s",
                   finding->info->number, finding->outcome == MMF_CHECK_REPAIRED ? "+" : "");
    if (finding->info->severity == MMF_PROBLEM_NOTE) {
        return;
    }
    findings->errors++;
    findings->has_unrepairable |= finding->info->repair == MMF_REPAIR_NONE;
    findings->was_beyond |= finding->problem == MMF_PROBLEM_COUNT_BEYOND;
    findings->has_fatal |= finding->info->severity == MMF_PROBLEM_FATAL;
    if (finding->record != MMF_CHECK_NO_RECORD && findings->record_count < FINDINGS_MAX) {
        findings->records[findings->record_count++] = finding->record;
    }
}

static bool decide(void *context, const mmf_finding *finding)
{
    findings *findings = context;

    findings->asked_wrongly |= finding->info->repair == MMF_REPAIR_NONE;
    return !findings->safe_only || finding->info->repair == MMF_REPAIR_SAFE;
}

static mmf_status check(trial *trial, uint32_t flags, bool safe_only, mmf_check_result *ret_result)
{
    mmf_error error = {0};
    mmf_check_options options = {
        .flags = flags,
        .threads = 1,
        .schema = trial->origin->is_given ? trial->origin->model : NULL,
        .decide = decide,
        .report = note,
        .context = &trial->last,
        .error = &error,
    };
    mmf_status status;

    trial->last = (findings){.safe_only = safe_only};
    status = mmf_check(trial->origin->paths.store, &options, ret_result);
    if (status != MMF_OK) {
        complain(trial, "%s: %s", mmf_status_name(status), error.text);
    } else if (trial->last.errors != ret_result->errors) {
        complain(trial, "%" PRIu64 " errors, %" PRIu64 " reported", ret_result->errors,
                 trial->last.errors);
    } else if (trial->last.asked_wrongly) {
        complain(trial, "asked about what has no repair");
    }
    return status;
}

/* --- What is in a record --------------------------------------------------------------------- */

static bool lies_in(const origin *origin, const pair *bytes, uint64_t index)
{
    return origin->data_offset + (index + 1) * origin->type->record_size <= bytes->store_size;
}

static const uint8_t *record_of(const origin *origin, const pair *bytes, uint64_t index)
{
    return bytes->store + origin->data_offset + index * origin->type->record_size;
}

static bool record_is_same(const origin *origin, const pair *a, const pair *b, uint64_t index)
{
    return lies_in(origin, a, index) && lies_in(origin, b, index) &&
           memcmp(record_of(origin, a, index), record_of(origin, b, index),
                  origin->type->record_size) == 0;
}

static bool payload_is_same(const origin *origin, const pair *a, const pair *b, uint64_t index)
{
    return lies_in(origin, a, index) && lies_in(origin, b, index) &&
           memcmp(record_of(origin, a, index) + MMF_COUNTER_SIZE,
                  record_of(origin, b, index) + MMF_COUNTER_SIZE, origin->type->payload_size) == 0;
}

/* Whether a writer died inside, and what he left in the lock file is damaged; what says that the
 * file is the right one is there twice, so that of one byte nothing depends. */
static bool may_be_torn(const trial *trial, uint64_t index)
{
    const origin *origin = trial->origin;
    const pair *damaged = trial->damaged;
    bool is_odd = (record_of(origin, &origin->bytes, index)[0] & 1) != 0;

    if (!is_odd || (trial->flags & TRIAL_ONE_BYTE) == 0) {
        return is_odd && trial->counts_are_touched;
    }
    return damaged->lock_size != origin->bytes.lock_size ||
           memcmp(damaged->lock + offsetof(mmf_lock_header, slots),
                  origin->bytes.lock + offsetof(mmf_lock_header, slots),
                  damaged->lock_size - offsetof(mmf_lock_header, slots)) != 0;
}

/* --- Reading by the runtime ------------------------------------------------------------------ */

typedef struct reading {
    mmf_status open;
    uint64_t count;
    uint64_t readable;  /* of these */
    uint64_t first_bad; /* the first one that is not */
    uint8_t *payloads;  /* of the first origin->count; zero where it could not be read */
    bool *is_readable;
} reading;

/* What no schema tells the check it cannot find. */
static bool texts_fit(const origin *origin, const uint8_t *payload)
{
    const mmf_model *model = origin->model;
    bool is_known = origin->is_given || origin->type->format == MMF_FORMAT_2;

    for (uint32_t i = 0; is_known && i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        for (uint32_t e = 0; mmf_type_is_text(field->type) && e < mmf_field_elements(field); e++) {
            uint32_t length;

            memcpy(&length,
                   payload + field->offset - MMF_COUNTER_SIZE + (size_t)e * field->element_size, 4);
            if (length > field->max) {
                return false;
            }
        }
    }
    return true;
}

static void read_all(const origin *origin, const mmf_store *store, reading *reading)
{
    const mmf_record_type *type = origin->type;
    uint8_t *payload = calloc(1, type->payload_size);

    reading->count = mmf_store_len(store);
    reading->first_bad = reading->count;
    for (uint64_t i = 0; i < reading->count; i++) {
        bool ok =
            mmf_get_record(store, i, type->record_size, type->payload_size, payload) == MMF_OK &&
            texts_fit(origin, payload);

        reading->readable += ok;
        reading->first_bad = !ok && reading->first_bad > i ? i : reading->first_bad;
        if (i < origin->count) {
            reading->is_readable[i] = ok;
            memcpy(reading->payloads + i * type->payload_size, payload, type->payload_size);
        }
    }
    free(payload);
}

static reading read_by_runtime(const origin *origin, uint32_t flags)
{
    mmf_options options = {.flags = flags, .timeout_ms = 1, .reservation_bytes = RESERVATION};
    mmf_store *store = NULL;
    reading reading = {.open = MMF_OK};

    reading.payloads = calloc(origin->count + 1, origin->type->payload_size);
    reading.is_readable = calloc(origin->count + 1, sizeof *reading.is_readable);
    reading.open = mmf_store_open(origin->paths.store, origin->type, &options, &store);
    if (reading.open == MMF_OK) {
        read_all(origin, store, &reading);
        if (mmf_store_close(store) != MMF_OK) {
            reading.open = MMF_E_SYSTEM;
        }
    }
    return reading;
}

static void reading_free(reading *reading)
{
    free(reading->payloads);
    free(reading->is_readable);
}

/* --- Without repairs ------------------------------------------------------------------------- */

static bool differs(const pair *a, const pair *b, size_t begin, size_t end)
{
    size_t size = a->store_size < b->store_size ? a->store_size : b->store_size;

    end = end < size ? end : size;
    return begin < end && memcmp(a->store + begin, b->store + begin, end - begin) != 0;
}

static bool has_error_about(const findings *findings, uint64_t record)
{
    for (uint32_t i = 0; i < findings->record_count; i++) {
        if (findings->records[i] == record) {
            return true;
        }
    }
    return findings->record_count == FINDINGS_MAX;
}

/* What the format can tell has to be told. */
static void expect_not_silent(trial *trial)
{
    const origin *origin = trial->origin;
    uint64_t found = trial->last.errors;
    size_t end = MMF_COUNTER_SIZE + origin->type->payload_size + 4u;

    if (origin->type->format == MMF_FORMAT_2 && found == 0 &&
        (trial->fixed_is_touched ||
         differs(trial->damaged, &origin->bytes, offsetof(mmf_header_common, record_count),
                 offsetof(mmf_header, state) + 8) ||
         differs(trial->damaged, &origin->bytes, offsetof(mmf_header, durable_0),
                 MMF_SCHEMA_TEXT_OFFSET))) {
        complain(trial, "damage of the header, and nothing was found");
    }
    if (origin->type->checksum_offset == 0 || trial->last.has_fatal || trial->counts_are_touched) {
        return;
    }
    for (uint64_t i = 0; i < origin->count; i++) {
        if (!has_error_about(&trial->last, i) && lies_in(origin, trial->damaged, i) &&
            memcmp(record_of(origin, trial->damaged, i) + MMF_COUNTER_SIZE,
                   record_of(origin, &origin->bytes, i) + MMF_COUNTER_SIZE,
                   end - MMF_COUNTER_SIZE) != 0) {
            complain(trial, "damage of record %" PRIu64 ", and nothing was found", i);
        }
    }
}

static void expect_unchanged(const trial *trial)
{
    pair now = pair_read(&trial->origin->paths);

    if (!pair_store_equals(&now, trial->damaged)) {
        complain(trial, "the store is not what it was");
    }
    if (!pair_lock_equals(&now, trial->damaged)) {
        complain(trial, "the lock file is not what it was");
    }
    pair_free(&now);
}

static void look(trial *trial)
{
    mmf_check_result result;

    trial->step = "look";
    if (check(trial, MMF_CHECK_FULL, false, &result) == MMF_OK) {
        expect_not_silent(trial);
    }
    expect_unchanged(trial);
    if (!trial->damaged->lock && access(trial->origin->paths.lock, F_OK) == 0) {
        complain(trial, "made a lock file");
    }
    if (access(trial->origin->paths.undo, F_OK) == 0) {
        complain(trial, "made an undo file");
    }
}

/* --- With all repairs ------------------------------------------------------------------------ */

static bool header_is_proved(const trial *trial)
{
    return trial->origin->type->format == MMF_FORMAT_2 || !trial->fixed_is_touched;
}

/* No repair may touch a record that no damage has touched, but as that of the undamaged store
 * does. */
static void expect_records(trial *trial, const pair *now)
{
    const origin *origin = trial->origin;

    for (uint64_t i = 0; i < origin->count; i++) {
        if (record_is_same(origin, trial->damaged, &origin->bytes, i) && !may_be_torn(trial, i) &&
            !payload_is_same(origin, now, &origin->mended, i)) {
            complain(trial, "record %" PRIu64 " was sound, and is another one now", i);
        }
    }
}

static uint64_t count_in(const pair *bytes)
{
    uint64_t count = 0;

    if (bytes->store_size >= sizeof(mmf_header_common)) {
        memcpy(&count, bytes->store + offsetof(mmf_header_common, record_count), sizeof count);
    }
    return count;
}

/* What never changes of the header is what it was. */
static void expect_fixed(const trial *trial, const pair *now)
{
    const pair *bytes = &trial->origin->bytes;

    if (differs(now, bytes, 0, offsetof(mmf_header_common, record_count)) ||
        (trial->origin->type->format == MMF_FORMAT_2 &&
         (differs(now, bytes, sizeof(mmf_header_common), offsetof(mmf_header, state)) ||
          differs(now, bytes, MMF_SCHEMA_TEXT_OFFSET, trial->origin->data_offset)))) {
        complain(trial, "the header is not what it was");
    }
}

static void expect_count(const trial *trial, const pair *now)
{
    const origin *origin = trial->origin;
    uint64_t count = count_in(now);
    bool must_be_same = !trial->counts_are_touched && now->store_size == origin->bytes.store_size;
    /* while an append is under way nothing else tells of the count */
    bool is_alone = origin->bytes_are_appended && differs(trial->damaged, &origin->bytes,
                                                          offsetof(mmf_header_common, record_count),
                                                          offsetof(mmf_header_common, capacity));
    bool may_lose = !must_be_same && (is_alone || (trial->flags & TRIAL_ONE_BYTE) == 0);
    /* a record that was blank and got a counter was asked about */
    bool may_gain = !must_be_same || trial->had_beyond;

    if ((count < origin->count && !may_lose) || (count > origin->count && !may_gain)) {
        complain(trial, "%" PRIu64 " records, expected %" PRIu64, count, trial->origin->count);
    }
}

static void expect_clean(trial *trial)
{
    mmf_check_result result;
    char before[sizeof trial->last.text];

    memcpy(before, trial->last.text, sizeof before);
    if (check(trial, MMF_CHECK_FULL, false, &result) == MMF_OK &&
        (result.errors != 0 || !result.is_complete)) {
        complain(trial, "repaired%s, and not clean", before);
    }
    memcpy(trial->last.text, before, sizeof before);
}

static void expect_readable(const trial *trial, uint32_t flags)
{
    reading reading = read_by_runtime(trial->origin, flags);

    if (reading.open != MMF_OK) {
        complain(trial, "cannot be opened: %s", mmf_status_name(reading.open));
    } else if (reading.readable != reading.count) {
        complain(trial, "record %" PRIu64 " cannot be read", reading.first_bad);
    }
    reading_free(&reading);
}

static void take_back(trial *trial, const mmf_check_result *result)
{
    mmf_error error = {0};
    mmf_status status;

    trial->step = "undo";
    if (result->undo_path[0] == '\0') {
        expect_unchanged(trial);
        return;
    }
    status = mmf_check_undo(trial->origin->paths.store, result->undo_path, NULL, &error);
    if (status != MMF_OK) {
        complain(trial, "%s: %s", mmf_status_name(status), error.text);
    }
    expect_unchanged(trial);
    (void)unlink(result->undo_path);
}

/* Whether the records of the header are still of the schema. */
static bool is_of_type(const origin *origin, const pair *now)
{
    return !differs(now, &origin->bytes, 0, offsetof(mmf_header_common, schema_version)) &&
           !differs(now, &origin->bytes, offsetof(mmf_header_common, record_size),
                    offsetof(mmf_header_common, record_count));
}

static void mend(trial *trial)
{
    mmf_check_result result;
    pair now;

    trial->step = "mend";
    if (check(trial, MMF_CHECK_FULL | MMF_CHECK_REPAIR, false, &result) != MMF_OK) {
        (void)unlink(trial->origin->paths.undo);
        return;
    }
    now = pair_read(&trial->origin->paths);
    if (now.store_size != trial->damaged->store_size) {
        complain(trial, "the size has changed");
    } else if (result.left == 0) {
        trial->had_beyond = trial->last.was_beyond;
        expect_clean(trial);
        if (header_is_proved(trial)) {
            expect_records(trial, &now);
            expect_count(trial, &now);
        }
        if ((trial->flags & TRIAL_ONE_BYTE) != 0 && header_is_proved(trial)) {
            expect_fixed(trial, &now);
        }
        if (is_of_type(trial->origin, &now)) {
            expect_readable(trial, MMF_READ_ONLY);
        }
    } else if (!trial->last.has_unrepairable) {
        complain(trial, "%" PRIu64 " are left, each of which has a repair", result.left);
        expect_clean(trial);
    }
    take_back(trial, &result);
    if (result.left == 0 && is_of_type(trial->origin, &now)) {
        trial->step = "write";
        pair_write(&now, &trial->origin->paths);
        expect_readable(trial, 0);
    }
    pair_free(&now);
}

/* --- With safe repairs alone ----------------------------------------------------------------- */

/* Nobody is served less than before. */
static void expect_no_loss(const trial *trial, const reading *before, const reading *after)
{
    const origin *origin = trial->origin;
    uint32_t size = origin->type->payload_size;

    if (before->open == MMF_OK && after->open != MMF_OK) {
        complain(trial, "cannot be opened any more: %s", mmf_status_name(after->open));
        return;
    }
    for (uint64_t i = 0; i < origin->count && i < before->count; i++) {
        if (!before->is_readable[i] || may_be_torn(trial, i) ||
            !record_is_same(origin, trial->damaged, &origin->bytes, i)) {
            continue;
        }
        if (i >= after->count || !after->is_readable[i]) {
            complain(trial, "record %" PRIu64 " could be read, and cannot any more", i);
        } else if (memcmp(before->payloads + i * size, after->payloads + i * size, size) != 0) {
            complain(trial, "record %" PRIu64 " is another one now", i);
        }
    }
}

/* One damaged byte that is not of the count itself costs no record. */
static void expect_safe_count(const trial *trial, uint64_t count)
{
    const origin *origin = trial->origin;
    bool is_count = differs(trial->damaged, &origin->bytes,
                            offsetof(mmf_header_common, record_count), sizeof(mmf_header_common));

    if ((trial->flags & TRIAL_ONE_BYTE) != 0 && !is_count && count < origin->count) {
        complain(trial, "%" PRIu64 " records, expected %" PRIu64, count, origin->count);
    }
}

static void mend_safely(trial *trial)
{
    reading before;
    reading after;
    mmf_check_result result;

    trial->step = "safe";
    pair_write(trial->damaged, &trial->origin->paths);
    before = read_by_runtime(trial->origin, MMF_READ_ONLY);
    if (check(trial, MMF_CHECK_FULL | MMF_CHECK_REPAIR, true, &result) == MMF_OK) {
        after = read_by_runtime(trial->origin, MMF_READ_ONLY);
        expect_no_loss(trial, &before, &after);
        expect_safe_count(trial, after.open == MMF_OK ? after.count : UINT64_MAX);
        reading_free(&after);
        take_back(trial, &result);
    } else {
        (void)unlink(trial->origin->paths.undo);
    }
    reading_free(&before);
}

/* --- Both ------------------------------------------------------------------------------------ */

static bool lock_differs(const pair *a, const pair *b)
{
    return !pair_lock_equals(a, b);
}

static trial trial_of(origin *origin, const pair *damaged, uint32_t flags, const char *what)
{
    const pair *bytes = &origin->bytes;
    bool is_2 = origin->type->format == MMF_FORMAT_2;
    trial trial = {.origin = origin, .damaged = damaged, .flags = flags, .what = what};

    trial.fixed_is_touched =
        differs(damaged, bytes, 0, offsetof(mmf_header_common, record_count)) ||
        (is_2 && (differs(damaged, bytes, sizeof(mmf_header_common), offsetof(mmf_header, state)) ||
                  differs(damaged, bytes, MMF_SCHEMA_TEXT_OFFSET, origin->data_offset)));
    trial.counts_are_touched =
        differs(damaged, bytes, offsetof(mmf_header_common, record_count),
                sizeof(mmf_header_common)) ||
        (is_2 && differs(damaged, bytes, offsetof(mmf_header, state), MMF_SCHEMA_TEXT_OFFSET)) ||
        lock_differs(damaged, bytes) || damaged->store_size != bytes->store_size;
    return trial;
}

void trial_run(origin *origin, const pair *damaged, uint32_t flags, const char *what)
{
    trial trial = trial_of(origin, damaged, flags, what);

    origin->trials++;
    pair_write(damaged, &origin->paths);
    look(&trial);
    mend(&trial);
    mend_safely(&trial);
}

bool origin_prepare(origin *origin, bool is_clean)
{
    trial trial = {.origin = origin, .damaged = &origin->bytes, .what = "undamaged"};
    mmf_check_result result;

    origin->bytes = pair_read(&origin->paths);
    trial.step = "look";
    if (check(&trial, MMF_CHECK_FULL, false, &result) != MMF_OK) {
        return false;
    }
    if (is_clean && (result.errors != 0 || !result.is_complete)) {
        complain(&trial, "a false alarm");
    }
    trial.step = "mend";
    if (check(&trial, MMF_CHECK_FULL | MMF_CHECK_REPAIR, false, &result) != MMF_OK) {
        return false;
    }
    (void)unlink(origin->paths.undo);
    origin->mended = pair_read(&origin->paths);
    origin->count = count_in(&origin->mended);
    return origin->failures == 0 && result.left == 0;
}
