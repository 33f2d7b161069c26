#include <inttypes.h>
#include <stdio.h>

#include "codegen/describe.h"
#include "schema/printable.h"
#include "tools/commands/stat_parts.h"

static void put_label(const char *label)
{
    printf("  %-10s", label);
}

static void print_schema(const mmf_facts *facts)
{
    char hex[STAT_HEX_SIZE];

    put_label("hash");
    puts(stat_hex(facts->info.schema_hash, sizeof facts->info.schema_hash, hex));
    put_label("fields");
    if (!facts->model) {
        puts("unknown: format 1 does not carry its schema; give it with --schema");
        return;
    }
    printf("%" PRIu32 ":", facts->model->field_count);
    for (uint32_t i = 0; i < facts->model->field_count; i++) {
        const mmf_field *field = &facts->model->fields[i];
        mmf_text type = {0};

        mmf_describe_type(&type, field);
        printf("%s %s %s", i > 0 ? "," : "", field->name.text, mmf_text_string(&type));
        mmf_text_clear(&type);
    }
    puts("");
}

static void print_file(const mmf_facts *facts)
{
    const mmf_store_info *store = &facts->store;
    char time[STAT_TIME_SIZE];

    put_label("records");
    printf("%" PRIu64 " of %" PRIu64 " that there is room for, %" PRIu32 " bytes each\n",
           store->record_count, store->capacity, facts->info.record_size);
    put_label("file");
    printf("%" PRIu64 " bytes", store->file_bytes);
    if (facts->knows_resident) {
        printf(", %" PRIu64 " in memory", facts->resident_bytes);
    }
    if (facts->knows_huge) {
        printf(", %" PRIu64 " mapped by huge pages", facts->huge_bytes);
    }
    puts("");
    if (facts->info.format != MMF_FORMAT_1) {
        put_label("created");
        puts(stat_time(facts->header.created_ns, time));
    }
}

static void print_state(const mmf_facts *facts)
{
    static const char *const texts[] = {
        [MMF_FACTS_UNKNOWN] = "unknown: format 1 does not say how it was closed",
        [MMF_FACTS_CLEAN] = "clean: the last writer has synced and gone",
        [MMF_FACTS_IN_USE] = "in use",
        [MMF_FACTS_ABANDONED] = "abandoned: its writers died, or left without a sync",
        [MMF_FACTS_CRASHED] = "crashed: it was in use when the machine stopped",
        [MMF_FACTS_DIRTY] = "in use or abandoned: who writes is not known",
    };
    const mmf_store_info *store = &facts->store;
    char hex[STAT_HEX_SIZE];
    char time[STAT_TIME_SIZE];

    put_label("state");
    puts(texts[facts->state]);
    if (facts->info.format == MMF_FORMAT_1) {
        return;
    }
    if (store->state & MMF_STATE_WRITER_DIED) {
        put_label("");
        puts("a writer died in it since it was last checked; see mmf-fsck(8)");
    }
    if (store->state & MMF_STATE_OTHER_BOOT) {
        put_label("");
        puts("the machine stopped in it since it was last checked; see mmf-fsck(8)");
    }
    put_label("boot");
    printf("%s%s\n", stat_hex(facts->header.boot_id, 16, hex),
           store->is_other_boot ? ", another run of the machine" : ", this run of the machine");
    put_label("durable");
    if (store->durable_ns == 0) {
        puts("never synced");
    } else {
        printf("%" PRIu64 " records, at %s\n", store->durable_count,
               stat_time(store->durable_ns, time));
    }
    if (store->count_before != 0) {
        put_label("fell back");
        printf("from %" PRIu64 " records, after a crash\n", store->count_before);
    }
}

static void print_writer(const mmf_writer_info *writer)
{
    char time[STAT_TIME_SIZE];

    put_label("");
    printf("slot %" PRIu32 ": process %" PRIu64 ", thread %" PRIu64 ", %s, since %s", writer->slot,
           writer->process_id, writer->thread_id, writer->is_alive ? "alive" : "dead",
           stat_time(writer->claimed_ns, time));
    if (writer->is_writing) {
        printf(", in record %" PRIu64, writer->index);
    }
    puts("");
}

static void print_writers(const mmf_facts *facts)
{
    const mmf_store_info *store = &facts->store;

    put_label("writers");
    if (!store->knows_writers) {
        puts("unknown: no PATH.lock of this run of the machine can be read");
        return;
    }
    printf("%" PRIu32 "\n", store->writer_count);
    for (uint32_t i = 0; i < store->writer_count; i++) {
        print_writer(&store->writers[i]);
    }
    if (store->recovered != 0) {
        put_label("recovered");
        printf("%" PRIu64 " records that the dead left\n", store->recovered);
    }
}

static void print_owner(const mmf_facts *facts, uint32_t slot)
{
    const mmf_facts_owner *owner = &facts->owners[slot];
    const mmf_writer_info *writer = stat_writer(facts, slot);

    put_label("");
    printf("%" PRIu64 ", the first is record %" PRIu64 ", ", owner->record_count, owner->first);
    if (writer) {
        printf("of slot %" PRIu32 ", process %" PRIu64 ", %s\n", slot, writer->process_id,
               writer->is_alive ? "alive" : "dead");
    } else {
        printf("of nobody who is known; see mmf-fsck(8)\n");
    }
}

static void print_odd(const mmf_facts *facts)
{
    if (!facts->has_scanned) {
        return;
    }
    put_label("changing");
    printf("%" PRIu64 " records\n", facts->odd_count);
    for (uint32_t slot = 0; slot < 256; slot++) {
        if (facts->owners[slot].record_count > 0) {
            print_owner(facts, slot);
        }
    }
    if (facts->torn_count > 0) {
        put_label("torn");
        printf("%" PRIu64 " records, the first is %" PRIu64 "; see mmf-fsck(8)\n",
               facts->torn_count, facts->torn_first);
    }
}

void stat_print_text(const char *path, const mmf_facts *facts)
{
    mmf_put_text(stdout, path);
    printf(": format %" PRIu32 ", ", facts->info.format);
    if (facts->model) {
        printf("%s, version %" PRIu32 "\n", facts->model->name.text, facts->info.schema_version);
    } else {
        printf("version %" PRIu32 "\n", facts->info.schema_version);
    }
    print_schema(facts);
    print_file(facts);
    print_state(facts);
    print_writers(facts);
    print_odd(facts);
}
