#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/fsck/interrupt/wreck.h"

#include <stddef.h>
#include <stdlib.h>

#include "schema/format.h"
#include "schema/json.h"
#include "tests/fsck/interrupt/ward.mmf.h"
#include "tests/fsck/interrupt/ward_old.mmf.h"
#include "tests/fsck/interrupt/ward_sealed.mmf.h"

#define NAME_MAX_BYTES 21u
#define MARK_MAX_BYTES 6u
#define TIMEOUT_MS 20u
#define MAKING_MS_MAX 20000u

#define PLAIN                                                                                      \
    .type = &ward_record_type, .name_offset = WARD_NAME_OFFSET, .open_offset = WARD_OPEN_OFFSET,   \
    .kind_offset = WARD_KIND_OFFSET, .padding_offset = WARD_KIND_OFFSET + 3,                       \
    .mark_offset = WARD_MARK_OFFSET

const wreck_kind wreck_kinds[WRECK_KINDS] = {
    {.name = "plain", PLAIN},
    {.name = "sealed",
     .type = &ward_sealed_record_type,
     .name_offset = WARD_SEALED_NAME_OFFSET,
     .open_offset = WARD_SEALED_OPEN_OFFSET,
     .kind_offset = WARD_SEALED_KIND_OFFSET,
     .padding_offset = WARD_SEALED_KIND_OFFSET + 3,
     .mark_offset = WARD_SEALED_MARK_OFFSET},
    {.name = "format 1",
     .type = &ward_old_record_type,
     .name_offset = WARD_OLD_NAME_OFFSET,
     .open_offset = WARD_OLD_OPEN_OFFSET,
     .padding_offset = WARD_OLD_OPEN_OFFSET + 1,
     .mark_offset = WARD_OLD_MARK_OFFSET},
    {.name = "damaged header", PLAIN, .damages_header = true},
    {.name = "stopped machine", PLAIN, .is_stopped = true},
};

/* --- Sound ----------------------------------------------------------------------------------- */

void wreck_payload(const wreck_kind *kind, uint64_t index, unsigned char payload[])
{
    const uint32_t counter = MMF_COUNTER_BYTES;
    uint64_t number = 1000 + index;
    uint32_t length = 8;
    char name[NAME_MAX_BYTES + 1];

    memset(payload, 0, kind->type->payload_size);
    memcpy(payload, &number, sizeof number);
    (void)snprintf(name, sizeof name, "ward %03u", (unsigned)(index % 1000));
    memcpy(payload + kind->name_offset - counter, &length, sizeof length);
    memcpy(payload + kind->name_offset - counter + sizeof length, name, length);
    payload[kind->open_offset - counter] = index % 2;
    if (kind->kind_offset != 0) {
        payload[kind->kind_offset - counter] = (unsigned char)(1 + index % 2);
        memset(payload + WARD_WORDS_OFFSET - counter, (int)index, 24);
    }
    length = 2;
    memcpy(payload + kind->mark_offset - counter, &length, sizeof length);
    memset(payload + kind->mark_offset - counter + sizeof length, 'm', length);
}

static void append(mmf_store *store, const wreck_kind *kind, uint64_t index)
{
    unsigned char payload[WRECK_PAYLOAD_MAX];
    mmf_append_section section;
    unsigned char *record;

    wreck_payload(kind, index, payload);
    must_ok(mmf_append_begin(store, 1, &section));
    record = section.record;
    memcpy(record + MMF_COUNTER_BYTES, payload, kind->type->payload_size);
    mmf_append_record_end(store, record);
    must_ok(mmf_append_end(store, &section, 1));
}

typedef struct making {
    const wreck_kind *kind;
    const char *path;
} making;

static void make_sound(void *argument)
{
    const making *making = argument;
    const mmf_options options = {.capacity = 40};
    mmf_store *store;

    must_ok(mmf_store_create(making->path, making->kind->type, &options, &store));
    for (uint64_t i = 0; i < WRECK_RECORDS; i++) {
        append(store, making->kind, i);
    }
    must_ok(mmf_store_close(store));
}

void wreck_make_sound(const wreck_kind *kind, const char *path)
{
    making making = {kind, path};

    test_run_ok(make_sound, &making, MAKING_MS_MAX);
}

/* --- Damage ---------------------------------------------------------------------------------- */

static void tear(mmf_store *store, const wreck_kind *kind, uint64_t index)
{
    mmf_write_section section;

    must_ok(mmf_write_begin(store, index, kind->type->record_size, MMF_COUNTER_BYTES,
                            kind->type->payload_size, &section));
    memset(section.payload, 0xee, kind->type->payload_size / 2);
}

/* Two writers inside records, and one of them in the middle of an append. */
static void die_inside(void *argument)
{
    const making *making = argument;
    mmf_append_section section;
    mmf_store *stores[2];

    for (unsigned i = 0; i < 2; i++) {
        must_ok(mmf_store_open(making->path, making->kind->type, NULL, &stores[i]));
    }
    must_ok(mmf_append_begin(stores[0], 1, &section));
    tear(stores[0], making->kind, 3);
    tear(stores[1], making->kind, 5);
    _exit(0);
}

static void poke(const wreck_kind *kind, const char *path, uint64_t index, uint32_t offset,
                 const void *bytes, size_t size)
{
    test_write_at(path, test_record_offset(kind->type, index) + offset, bytes, size);
}

static void poke_byte(const wreck_kind *kind, const char *path, uint64_t index, uint32_t offset,
                      unsigned char byte)
{
    poke(kind, path, index, offset, &byte, sizeof byte);
}

static void poke_length(const wreck_kind *kind, const char *path, uint64_t index, uint32_t offset,
                        uint32_t length)
{
    poke(kind, path, index, offset, &length, sizeof length);
}

static void poke_tail(const wreck_kind *kind, const char *path, uint64_t index)
{
    poke_byte(kind, path, index, kind->name_offset + 4 + NAME_MAX_BYTES - 1, 't');
}

/* Records 7 … 17; the others stay whole. */
void wreck_damage_records(const wreck_kind *kind, const char *path)
{
    poke_length(kind, path, 7, kind->name_offset, 99);
    poke_tail(kind, path, 8);
    poke_byte(kind, path, 9, kind->padding_offset, 0x5a);
    poke_byte(kind, path, 10, kind->open_offset, 7);
    if (kind->kind_offset != 0) {
        poke_byte(kind, path, 11, kind->kind_offset, 77);
    }
    if (kind->type->format == MMF_FORMAT_2) {
        test_poke_counter(path, kind->type, 12, 512 + 2);
    }
    test_poke_counter(path, kind->type, 13, 512 | 9u << 1 | 1);
    poke_tail(kind, path, 14);
    poke_byte(kind, path, 14, kind->padding_offset, 1);
    poke_byte(kind, path, 14, kind->open_offset, 0x80);
    poke_length(kind, path, 14, kind->mark_offset, UINT32_MAX);
    poke_byte(kind, path, 15, kind->name_offset + 5, '!'); /* only a checksum tells */
    poke_byte(kind, path, 16, kind->name_offset + 5, '!');
    poke_byte(kind, path, 16, 9, 0xff);
    poke_byte(kind, path, 17, kind->padding_offset, 3);
}

bool wreck_is_whole(const wreck_kind *kind, uint64_t index)
{
    (void)kind;
    return index < 7 || index > 17;
}

static void damage_counts(const wreck_kind *kind, const char *path)
{
    const uint64_t count = WRECK_RECORDS - 4;
    const uint64_t capacity = WRECK_RECORDS + 2;
    const uint32_t state = MMF_STATE_DIRTY | MMF_STATE_WRITER_DIED | 0x40;
    const uint8_t other_boot[16] = {1, 2, 3};

    test_write_at(path, offsetof(mmf_header_common, capacity), &capacity, sizeof capacity);
    if (kind->type->format == MMF_FORMAT_1) {
        return; /* whose count nothing proves */
    }
    test_write_at(path, offsetof(mmf_header_common, record_count), &count, sizeof count);
    test_write_at(path, offsetof(mmf_header, state), &state, sizeof state);
    test_write_at(path, offsetof(mmf_header, durable_1), "torn", 4);
    test_write_at(path, offsetof(mmf_header, reserved_440) + 3, "r", 1);
    if (kind->is_stopped) {
        test_write_at(path, offsetof(mmf_header, boot_id), other_boot, sizeof other_boot);
    }
}

static void damage_header(const char *path)
{
    test_write_at(path, offsetof(mmf_header, payload_size), "x", 1);
    test_write_at(path, offsetof(mmf_header, common.schema_version), "y", 1);
    test_write_at(path, 0x700, "z", 1); /* bytes that nobody uses */
}

/* Of format 1, whose files do not have it. */
static mmf_model *old_schema;

static void load_old_schema(void)
{
    mmf_diagnostics diagnostics;

    if (!old_schema) {
        must_ok(
            mmf_schema_load("tests/fsck/interrupt/ward_old.mmf.json", &diagnostics, &old_schema));
        mmf_diagnostics_clear(&diagnostics);
    }
}

void wreck_damage(const wreck_kind *kind, const char *path)
{
    making making = {kind, path};

    test_run_ok(die_inside, &making, MAKING_MS_MAX);
    wreck_damage_records(kind, path);
}

void wreck_make(const wreck_kind *kind, const char *path)
{
    load_old_schema();
    wreck_make_sound(kind, path);
    wreck_damage(kind, path);
    damage_counts(kind, path);
    if (kind->damages_header) {
        damage_header(path);
    }
}

/* --- Reading --------------------------------------------------------------------------------- */

static const char *read_record(const wreck_kind *kind, const mmf_store *store, uint64_t index,
                               bool is_repaired)
{
    unsigned char payload[WRECK_PAYLOAD_MAX];
    unsigned char expected[WRECK_PAYLOAD_MAX];
    mmf_status status =
        mmf_get_record(store, index, kind->type->record_size, kind->type->payload_size, payload);

    if (status != MMF_OK && (is_repaired || wreck_is_whole(kind, index))) {
        /* while the machine's stop is not repaired nobody can tell what dead writers left */
        return !is_repaired && kind->is_stopped && (index == 3 || index == 5)
                   ? NULL
                   : mmf_status_name(status);
    }
    wreck_payload(kind, index, expected);
    if (kind->is_stopped && (index == 3 || index == 5)) {
        return NULL;
    }
    return status != MMF_OK || !wreck_is_whole(kind, index) ||
                   memcmp(payload, expected, kind->type->payload_size) == 0
               ? NULL
               : "a record that was at rest is another one";
}

const char *wreck_read(const wreck_kind *kind, const char *path, bool is_repaired)
{
    const mmf_options options = {.flags = MMF_READ_ONLY, .timeout_ms = TIMEOUT_MS};
    const char *wrong = NULL;
    mmf_store *store;
    mmf_status status = mmf_store_open(path, kind->type, &options, &store);
    uint64_t count;

    if (status != MMF_OK) {
        return kind->damages_header && !is_repaired ? NULL : "it cannot be opened";
    }
    count = mmf_store_len(store);
    if (is_repaired && count != WRECK_RECORDS) {
        wrong = "another number of records";
    }
    for (uint64_t i = 0; i < count && i < WRECK_RECORDS && !wrong; i++) {
        wrong = read_record(kind, store, i, is_repaired);
    }
    (void)mmf_store_close(store);
    return wrong;
}

/* --- Checking -------------------------------------------------------------------------------- */

static bool yes(void *context, const mmf_finding *finding)
{
    (void)context;
    (void)finding;
    return true;
}

/* Says what it hears; for debugging by MMF_WRECK_SAY in the environment. */
static void say(void *context, const mmf_finding *finding)
{
    (void)context;
    if (getenv("MMF_WRECK_SAY")) {
        (void)fprintf(stderr, "%s: %s: %s\n", finding->path, finding->info->code, finding->text);
    }
}

mmf_status wreck_check(const wreck_kind *kind, const char *path, uint32_t flags,
                       mmf_check_result *ret_result, mmf_error *ret_error)
{
    mmf_error error = {0};
    mmf_check_options options = {
        .flags = flags, .threads = 1, .decide = yes, .report = say, .error = &error};
    mmf_status status;

    if (kind->type->format == MMF_FORMAT_1) {
        options.schema = old_schema;
    }
    status = mmf_check(path, &options, ret_result);
    if (ret_error) {
        *ret_error = error;
    }
    return status;
}
