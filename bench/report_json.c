#include "bench/peers.h"
#include "bench/report.h"

json_t *bench_json_new(const bench_machine *machine, bench_effort effort, const char *directory)
{
    return json_pack(
        "{s:i, s:s, s:{s:s, s:s, s:s, s:s, s:i, s:[ii], s:I, s:f, s:b}, s:{s:s, s:s, s:s},"
        " s:{s:i, s:I, s:s, s:s}, s:[], s:[]}",
        "format", 1, "date", machine->date, "machine", "processor", machine->processor, "kernel",
        machine->kernel, "compiler", machine->compiler, "libc", machine->libc, "processors",
        (int)machine->processors, "used", machine->processor_of[0], machine->processor_of[1],
        "memory_bytes", (json_int_t)machine->memory_bytes, "load", machine->load, "optimised",
        (int)machine->is_optimised, "libraries", "benchmark", bench_library_version(), "lmdb",
        bench_lmdb_version(), "sqlite", bench_sqlite_version(), "effort", "repetitions",
        (int)effort.repetitions, "divisor", (json_int_t)effort.divisor, "directory", directory,
        "file_system", machine->file_system, "rows", "skipped");
}

static json_t *spread(const bench_spread *spread)
{
    return json_pack("{s:f, s:f, s:f}", "low", spread->low, "median", spread->median, "high",
                     spread->high);
}

static json_t *way_of(const bench_row *row, size_t number, const bench_way_result *result)
{
    double per_second = 1e9 / result->ns.median;
    json_t *way =
        json_pack("{s:s, s:o, s:f, s:I}", "who", row->ways[number].who, "ns", spread(&result->ns),
                  "rate", per_second * (double)(row->bytes > 0 ? row->bytes : 1), "operations",
                  (json_int_t)result->operations);

    if (way && number > 0) {
        json_object_set_new(way, "ratio", spread(&result->ratio));
    }
    if (way && result->allocations >= 0) {
        json_object_set_new(way, "allocations", json_real(result->allocations));
    }
    if (way && result->retries > 0) {
        json_object_set_new(way, "retries", json_real(result->retries));
    }
    return way;
}

bool bench_json_result(json_t *json, const bench_row *row, const bench_result *result)
{
    json_t *ways = json_array();

    for (size_t i = 0; i < bench_way_count(row); i++) {
        if (json_array_append_new(ways, way_of(row, i, &result->way[i])) != 0) {
            json_decref(ways);
            return false;
        }
    }
    return json_array_append_new(
               json_object_get(json, "rows"),
               json_pack("{s:s, s:s, s:s, s:I, s:i, s:o}", "group", row->group, "name", row->name,
                         "unit", row->bytes > 0 ? "bytes/s" : "operations/s", "bytes",
                         (json_int_t)row->bytes, "rounds", (int)result->rounds, "ways", ways)) == 0;
}

bool bench_json_skipped(json_t *json, const bench_row *row, const char *reason)
{
    return json_array_append_new(json_object_get(json, "skipped"),
                                 json_pack("{s:s, s:s, s:s}", "group", row->group, "name",
                                           row->name, "reason", reason)) == 0;
}
