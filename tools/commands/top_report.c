#define _GNU_SOURCE
#include "tools/commands/top_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "schema/printable.h"
#include "tools/value.h"

static void put(mmf_output *output, const char *format, ...) MMF_PRINTF(2, 3);

static void put(mmf_output *output, const char *format, ...)
{
    char text[512];
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size > 0) {
        mmf_output_add(output, text, (size_t)size < sizeof text ? (size_t)size : sizeof text - 1);
    }
}

static void put_printable(mmf_output *output, const char *text)
{
    char buffer[2 * MMF_ERROR_TEXT_SIZE];

    (void)mmf_printable(text, sizeof buffer, buffer, sizeof buffer);
    mmf_output_add(output, buffer, strlen(buffer));
}

void mmf_top_time(mmf_output *output, int64_t time_ns)
{
    time_t seconds = (time_t)(time_ns / 1000000000);
    char text[32];
    struct tm parts;

    if (gmtime_r(&seconds, &parts) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts)) {
        put(output, "%s.%03dZ", text, (int)(time_ns / 1000000 % 1000));
    }
}

/* --- The hottest records --------------------------------------------------------------------- */

const char *mmf_top_order_name(mmf_top_order order)
{
    static const char *const names[MMF_TOP_ORDERS] = {"writes/s", "counter", "index"};

    return names[order];
}

static int compare_counters(const void *left, const void *right)
{
    const mmf_hot *a = left, *b = right;

    return (a->counter < b->counter) - (a->counter > b->counter);
}

static int compare_indexes(const void *left, const void *right)
{
    const mmf_hot *a = left, *b = right;

    return (a->index > b->index) - (a->index < b->index);
}

/* Copies and orders those that are shown; returns how many. */
static uint32_t hottest(const mmf_growth *growth, mmf_top_order order, mmf_hot *ret_rows)
{
    uint32_t count = growth->hot_count < MMF_TOP_HOTTEST ? growth->hot_count : MMF_TOP_HOTTEST;

    memcpy(ret_rows, growth->hot, count * sizeof *ret_rows);
    if (order != MMF_TOP_BY_RATE) {
        qsort(ret_rows, count, sizeof *ret_rows,
              order == MMF_TOP_BY_COUNTER ? compare_counters : compare_indexes);
    }
    return count;
}

/* --- Text ------------------------------------------------------------------------------------ */

static void put_bytes(mmf_output *output, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double number = (double)bytes;
    size_t unit = 0;

    while (number >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        number /= 1024;
        unit++;
    }
    put(output, "%.*f %s", unit == 0 ? 0 : 1, number, units[unit]);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void put_store(mmf_output *output, const mmf_sample *sample)
{
    const mmf_store_info *info = &sample->info;

    put(output, "  format %" PRIu32 ", %" PRIu64 " record%s, room for %" PRIu64 "; ", info->format,
        info->record_count, plural(info->record_count), info->capacity);
    put_bytes(output, sample->resident_bytes);
    mmf_output_add(output, " of ", 4);
    put_bytes(output, sample->record_bytes);
    put(output, " in memory\n");
}

static void put_rates(mmf_output *output, const mmf_sample *sample)
{
    const mmf_growth *growth = &sample->growth;

    if (!sample->has_rates) {
        put(output, "  rates: from the next sample on\n");
        return;
    }
    put(output, "  appends/s %.1f   writes/s %s%.1f", sample->appends,
        growth->is_estimate ? "about " : "", sample->writes_least);
    if (sample->has_one_writer) {
        put(output, " to %.1f", sample->writes_most);
    }
    if (growth->is_estimate) {
        put(output, " (estimate: looked at %" PRIu64 " records)", growth->looked_at);
    }
    put(output, "\n  in change %" PRIu64 " (%" PRIu64 " all the time)", growth->odd, growth->held);
    if (growth->torn > 0) {
        put(output, ", torn %" PRIu64, growth->torn);
    }
    if (sample->info.knows_writers) {
        put(output, "   recovered %" PRIu64 " (+%" PRIu64 ")", sample->info.recovered,
            sample->recovered);
    }
    if (sample->knows_waiting) {
        put(output, "   %s for news, woken %" PRIu32 " time%s",
            sample->is_waited_for ? "somebody waits" : "nobody waits", sample->wakes,
            plural(sample->wakes));
    }
    put(output, "\n");
}

static void put_writers(mmf_output *output, const mmf_sample *sample)
{
    const mmf_store_info *info = &sample->info;

    if (!info->knows_writers || info->writer_count == 0) {
        put(output, "  writers: %s\n",
            info->knows_writers ? "none" : "not known, PATH.lock is missing or cannot be read");
        return;
    }
    put(output, "  writers%s\n    %4s %10s %10s  %-16s %-6s record\n",
        sample->has_one_writer ? " (one at a time)" : "", "slot", "pid", "thread", "command",
        "state");
    for (uint32_t i = 0; i < info->writer_count; i++) {
        const mmf_writer_info *writer = &info->writers[i];

        put(output, "    %4" PRIu32 " %10" PRIu64 " %10" PRIu64 "  ", writer->slot,
            writer->process_id, writer->thread_id);
        put_printable(output, sample->command[i][0] ? sample->command[i] : "-");
        put(output, "%*s %-6s ",
            (int)(16 - strlen(sample->command[i][0] ? sample->command[i] : "-")), "",
            writer->is_alive ? "alive" : "dead");
        if (writer->is_writing) {
            put(output, "%" PRIu64 "\n", writer->index);
        } else {
            put(output, "-\n");
        }
    }
}

static void put_hottest(mmf_output *output, const mmf_sample *sample, mmf_top_order order)
{
    mmf_hot rows[MMF_TOP_HOTTEST];
    uint32_t count = hottest(&sample->growth, order, rows);

    if (count == 0) {
        return;
    }
    put(output, "  hottest records, by %s\n    %12s %12s %20s\n", mmf_top_order_name(order),
        "record", sample->has_one_writer ? "writes/s >=" : "writes/s", "counter");
    for (uint32_t i = 0; i < count; i++) {
        put(output, "    %12" PRIu64 " %12.1f %20" PRIu64 "\n", rows[i].index,
            mmf_sample_rate(sample, rows[i].steps), rows[i].counter);
    }
}

void mmf_top_text(mmf_output *output, const mmf_sample *sample, mmf_top_order order)
{
    put_printable(output, sample->path);
    put(output, "\n");
    if (!sample->is_there) {
        put(output, "  ");
        put_printable(output, sample->error.text);
        put(output, "\n");
        return;
    }
    put_store(output, sample);
    put_rates(output, sample);
    put_writers(output, sample);
    if (sample->has_rates) {
        put_hottest(output, sample, order);
    }
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void put_json_string(mmf_output *output, const char *text)
{
    uint32_t character;

    mmf_output_add_char(output, '"');
    while (*text != '\0') {
        size_t size = mmf_utf8_decode(text, &character);

        if (size == 0) {
            put(output, "\\ufffd");
            text++;
            continue;
        }
        if (character < 0x20 || character == 0x7f || character == '"' || character == '\\') {
            put(output, "\\u%04" PRIx32, character);
        } else {
            mmf_output_add(output, text, size);
        }
        text += size;
    }
    mmf_output_add_char(output, '"');
}

static const char *truth(bool is_true)
{
    return is_true ? "true" : "false";
}

static void put_json_rates(mmf_output *output, const mmf_sample *sample)
{
    const mmf_growth *growth = &sample->growth;
    uint32_t count = growth->hot_count < MMF_TOP_HOTTEST ? growth->hot_count : MMF_TOP_HOTTEST;

    put(output,
        ",\"seconds\":%.6f,\"appends_per_s\":%.3f,\"writes_per_s_least\":%.3f,"
        "\"writes_per_s_most\":%.3f,\"is_estimate\":%s,\"looked_at\":%" PRIu64,
        sample->seconds, sample->appends, sample->writes_least, sample->writes_most,
        truth(growth->is_estimate), growth->looked_at);
    put(output,
        ",\"in_change\":%" PRIu64 ",\"held\":%" PRIu64 ",\"torn\":%" PRIu64
        ",\"recovered_now\":%" PRIu64,
        growth->odd, growth->held, growth->torn, sample->recovered);
    if (sample->knows_waiting) {
        put(output, ",\"wakes\":%" PRIu32, sample->wakes);
    }
    put(output, ",\"hottest\":[");
    for (uint32_t i = 0; i < count; i++) {
        const mmf_hot *row = &growth->hot[i];

        put(output,
            "%s{\"record\":%" PRIu64 ",\"writes_per_s\":%.3f,\"steps\":%" PRIu64
            ",\"counter\":%" PRIu64 "}",
            i == 0 ? "" : ",", row->index, mmf_sample_rate(sample, row->steps), row->steps,
            row->counter);
    }
    put(output, "]");
}

static void put_json_writers(mmf_output *output, const mmf_sample *sample)
{
    put(output, ",\"recovered\":%" PRIu64 ",\"writers\":[", sample->info.recovered);
    for (uint32_t i = 0; i < sample->info.writer_count; i++) {
        const mmf_writer_info *writer = &sample->info.writers[i];

        put(output,
            "%s{\"slot\":%" PRIu32 ",\"pid\":%" PRIu64 ",\"thread\":%" PRIu64 ",\"command\":",
            i == 0 ? "" : ",", writer->slot, writer->process_id, writer->thread_id);
        put_json_string(output, sample->command[i]);
        put(output, ",\"is_alive\":%s,\"record\":", truth(writer->is_alive));
        if (writer->is_writing) {
            put(output, "%" PRIu64 "}", writer->index);
        } else {
            put(output, "null}");
        }
    }
    put(output, "]");
}

void mmf_top_json(mmf_output *output, const mmf_sample *sample)
{
    const mmf_store_info *info = &sample->info;

    put(output, "{\"path\":");
    put_json_string(output, sample->path);
    if (!sample->is_there) {
        put(output, ",\"error\":");
        put_json_string(output, sample->error.text);
        put(output, ",\"status\":\"%s\"}", mmf_status_name(sample->error.status));
        return;
    }
    put(output,
        ",\"format\":%" PRIu32 ",\"records\":%" PRIu64 ",\"capacity\":%" PRIu64
        ",\"file_bytes\":%" PRIu64 ",\"record_bytes\":%" PRIu64 ",\"resident_bytes\":%" PRIu64,
        info->format, info->record_count, info->capacity, info->file_bytes, sample->record_bytes,
        sample->resident_bytes);
    put(output, ",\"has_one_writer\":%s", truth(sample->has_one_writer));
    if (sample->knows_waiting) {
        put(output, ",\"is_waited_for\":%s", truth(sample->is_waited_for));
    }
    if (info->knows_writers) {
        put_json_writers(output, sample);
    }
    if (sample->has_rates) {
        put_json_rates(output, sample);
    }
    put(output, "}");
}

/* --- A record -------------------------------------------------------------------------------- */

static void put_fields(mmf_output *output, const mmf_model *model, const uint8_t *payload)
{
    int width = 0;

    for (uint32_t i = 0; i < model->field_count; i++) {
        int length = (int)strlen(model->fields[i].name.text);

        width = length > width ? length : width;
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        put(output, "  %-*s  ", width, model->fields[i].name.text);
        mmf_value_write(output, &model->fields[i], payload, (mmf_notation){MMF_SYNTAX_TEXT, false});
        put(output, "\n");
    }
}

void mmf_top_record(mmf_output *output, const mmf_table *table, uint64_t index)
{
    uint8_t *payload = malloc(table->type.payload_size);
    mmf_status status = payload ? mmf_table_get(table, index, payload) : MMF_E_NO_MEMORY;

    put(output, "record %" PRIu64 " of ", index);
    put_printable(output, mmf_store_path(table->store));
    put(output, "\n");
    if (status == MMF_OK) {
        put_fields(output, table->model, payload);
    } else {
        put(output, "  %s\n", mmf_status_text(status));
    }
    free(payload);
}
