/* What stores, mapped files and shared memory cost: one table of rows. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/arguments.h"
#include "bench/fixture.h"
#include "bench/report.h"

typedef struct bench_run {
    const bench_arguments *arguments;
    const bench_machine *machine;
    bench_fixture *fixture;
    json_t *json; /* NULL: not asked for */
    const char *group;
    unsigned count; /* rows of which something was said */
    unsigned total;
    unsigned failures;
} bench_run;

/* --- Rows ------------------------------------------------------------------------------------- */

static bool is_wanted(const bench_row *row, const char *filter)
{
    return strstr(row->name, filter) || strstr(row->group, filter);
}

static void for_each_row(bench_run *run, void (*visit)(bench_run *run, const bench_row *row))
{
    for (size_t i = 0; bench_tables[i]; i++) {
        for (size_t j = 0; j < bench_tables[i]->count; j++) {
            if (is_wanted(&bench_tables[i]->row[j], run->arguments->filter)) {
                visit(run, &bench_tables[i]->row[j]);
            }
        }
    }
}

static void list(bench_run *run, const bench_row *row)
{
    printf("%s\t%s\t", row->group, row->name);
    for (size_t way = 0; way < bench_way_count(row); way++) {
        printf("%s%s", way > 0 ? "; " : "", row->ways[way].who);
    }
    printf("%s\n", row->flags & BENCH_LARGE ? "\t--large" : "");
    run->count++;
}

static void count(bench_run *run, const bench_row *row)
{
    (void)row;
    run->total++;
}

/* NULL: the row can be measured. */
static const char *what_lacks(const bench_run *run, const bench_row *row)
{
    static char text[128];
    uint64_t bytes = row->memory / run->fixture->divisor;
    uint64_t memory = bench_available_memory();
    uint64_t space = bench_available_space(run->fixture->directory);

    if ((row->flags & BENCH_LARGE) && !run->arguments->with_large && bytes > GB) {
        snprintf(text, sizeof text, "needs --large, and %.1f GB", (double)bytes / 1e9);
        return text;
    }
    if ((row->flags & BENCH_TWO) && run->machine->processor_of[1] < 0) {
        return "needs two processors";
    }
    if ((row->flags & BENCH_NEEDS_GEN) && !run->fixture->gen_path) {
        return "needs --mmf-gen";
    }
    if (memory < bytes || space < bytes) {
        snprintf(text, sizeof text, "needs %.1f GB of %s, and there are %.1f", (double)bytes / 1e9,
                 memory < bytes ? "memory" : "the directory",
                 (double)(memory < bytes ? memory : space) / 1e9);
        return text;
    }
    return NULL;
}

/* --- Progress --------------------------------------------------------------------------------- */

static void show_progress(const bench_run *run, const bench_row *row)
{
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r\033[K[%u/%u] %s: %s", run->count + 1, run->total, row->group,
                row->name);
        fflush(stderr);
    }
}

static void hide_progress(void)
{
    if (isatty(STDERR_FILENO)) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}

/* --- Measuring -------------------------------------------------------------------------------- */

static _Noreturn void out_of_memory(void)
{
    fputs("bench: out of memory\n", stderr);
    exit(1);
}

/* The file has at least a page and at least one piece, and whole ones. */
static void set_sizes(bench_fixture *fixture, const bench_row *row)
{
    uint64_t size = row->size / fixture->divisor;

    size = row->size > 0 && size < 4096 ? 4096 : size;
    fixture->piece = row->piece > 0 && (row->size == 0 || row->piece <= size) ? row->piece : size;
    fixture->size = fixture->piece > 0 ? size / fixture->piece * fixture->piece : size;
}

/* As much smaller as its data are: an operation that takes all of a file takes less. */
static bench_row divided(const bench_run *run, const bench_row *row)
{
    bench_row result = *row;

    if ((row->flags & BENCH_EXACT) && row->operations == 1) {
        result.bytes /= run->fixture->divisor;
    } else if (row->piece > 0) {
        result.bytes = run->fixture->piece;
    }
    return result;
}

static void measure(bench_run *run, const bench_row *row, bench_result *result)
{
    bench_fixture *fixture = run->fixture;

    bench_fixture_setup(fixture, &row->setup);
    set_sizes(fixture, row);
    if (row->begin) {
        row->begin(fixture);
    }
    bench_measure(row, fixture, run->arguments->effort, result);
    if (row->end) {
        row->end(fixture);
    }
    if ((row->flags & BENCH_CHANGES) || row->setup.data == BENCH_NO_DATA) {
        bench_fixture_teardown(fixture);
    }
}

static void tell_of(bench_run *run, const bench_row *whole, const bench_result *result)
{
    const bench_row scaled = divided(run, whole);
    const bench_row *row = &scaled;

    if (result->is_different) {
        fprintf(stderr, "bench: %s: %s yields %016" PRIx64 ", %s %016" PRIx64 "\n", row->name,
                row->ways[0].who, result->expected, row->ways[result->different].who,
                result->found);
        run->failures++;
        return;
    }
    bench_print_result(row, result);
    if (run->json && !bench_json_result(run->json, row, result)) {
        out_of_memory();
    }
}

static void run_row(bench_run *run, const bench_row *row)
{
    const char *lacking = what_lacks(run, row);
    bench_result result;

    if (!lacking) {
        show_progress(run, row);
        measure(run, row, &result);
        hide_progress();
    }
    if (!run->group || strcmp(run->group, row->group) != 0) {
        run->group = row->group;
        bench_print_group(row->group);
    }
    if (!lacking) {
        tell_of(run, row, &result);
    } else {
        bench_print_skipped(row, lacking);
        if (run->json && !bench_json_skipped(run->json, row, lacking)) {
            out_of_memory();
        }
    }
    run->count++;
}

/* --- The program ------------------------------------------------------------------------------ */

static void run_rows(bench_run *run, bench_machine *machine)
{
    const bench_arguments *arguments = run->arguments;

    bench_machine_describe(machine, arguments->directory);
    if (arguments->json_path) {
        run->json = bench_json_new(machine, arguments->effort, arguments->directory);
        if (!run->json) {
            out_of_memory();
        }
    }
    for_each_row(run, count);
    if (run->total > 0) {
        bench_print_heading(machine, arguments->effort, arguments->directory);
        for_each_row(run, run_row);
        bench_fixture_teardown(run->fixture);
    }
}

/* Before minutes have been spent. The old contents stay until there are new ones. */
static FILE *open_json(const char *path)
{
    FILE *file = path ? fopen(path, "ae") : NULL;

    if (path && !file) {
        bench_fail_system(path);
    }
    return file;
}

static void write_json(const json_t *json, FILE *file, const char *path)
{
    if (ftruncate(fileno(file), 0) != 0 ||
        json_dumpf(json, file, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) != 0 ||
        fputc('\n', file) == EOF || fclose(file) != 0) {
        bench_fail_system(path);
    }
}

int main(int argc, char **argv)
{
    static bench_fixture fixture; /* outlives main(), for what is done at exit */
    bench_arguments arguments = bench_parse_arguments(argc, argv);
    bench_machine machine;
    bench_run run = {.arguments = &arguments, .machine = &machine, .fixture = &fixture};
    FILE *file = NULL;

    if (arguments.is_list) {
        for_each_row(&run, list);
    } else {
        if (!bench_machine_pin(arguments.cpu, &machine)) {
            fprintf(stderr, "bench: --cpu %d: this program may not run there\n", arguments.cpu);
            return 2;
        }
        file = open_json(arguments.json_path);
        bench_fixture_begin(&fixture, arguments.directory, arguments.effort.divisor);
        fixture.gen_path = arguments.gen_path;
        fixture.processors[0] = machine.processor_of[0];
        fixture.processors[1] = machine.processor_of[1];
        run_rows(&run, &machine);
    }
    if (run.count == 0) {
        fprintf(stderr, "bench: no row's group or name contains \"%s\"\n", arguments.filter);
        return 1;
    }
    if (run.json) {
        write_json(run.json, file, arguments.json_path);
        json_decref(run.json);
    }
    return run.failures == 0 ? 0 : 1;
}
