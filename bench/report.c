#include "bench/report.h"

void bench_print_heading(const bench_machine *machine, bench_effort effort, const char *directory)
{
    printf("%s; %s; %s\n", machine->processor, machine->kernel, machine->compiler);
    if (machine->cpu >= 0) {
        printf("processor %d, ", machine->cpu);
    } else {
        printf("not pinned to a processor, ");
    }
    printf("medians of %u repetitions of each, in turn; files in %s\n", effort.repetitions,
           directory);
    if (!machine->is_optimised) {
        printf("NOT OPTIMISED: build with -c opt\n");
    }
    if (effort.divisor > 1) {
        printf("QUICK: too little of everything to mean anything\n");
    }
    printf("\n%-30s %10s  %-15s %10s %7s  %s\n", "", "ns/op", "beside plain", "ns/op", "ratio",
           "quartiles");
    fflush(stdout);
}

void bench_print_result(const bench_row *row, const bench_result *result)
{
    printf("%-30s %10.2f  %-15s %10.2f %7.2f  %.2f … %.2f\n", row->name, result->ours_ns,
           row->plain_name, result->plain_ns, result->ratio, result->ratio_low, result->ratio_high);
    fflush(stdout);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void json_string(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            fputc('\\', file);
        }
        fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
    }
    fputc('"', file);
}

void bench_json_begin(FILE *file, const bench_machine *machine, bench_effort effort)
{
    fprintf(file, "{\n  \"processor\": ");
    json_string(file, machine->processor);
    fprintf(file, ",\n  \"kernel\": ");
    json_string(file, machine->kernel);
    fprintf(file, ",\n  \"compiler\": ");
    json_string(file, machine->compiler);
    fprintf(file, ",\n  \"optimised\": %s", machine->is_optimised ? "true" : "false");
    fprintf(file, ",\n  \"cpu\": %d", machine->cpu);
    fprintf(file, ",\n  \"repetitions\": %u", effort.repetitions);
    fprintf(file, ",\n  \"divisor\": %u", effort.divisor);
    fprintf(file, ",\n  \"rows\": [");
}

void bench_json_result(FILE *file, const bench_row *row, const bench_result *result, bool is_first)
{
    fprintf(file, "%s\n    {\"name\": ", is_first ? "" : ",");
    json_string(file, row->name);
    fprintf(file, ", \"plain\": ");
    json_string(file, row->plain_name);
    fprintf(file,
            ", \"ns\": %.3f, \"plain_ns\": %.3f, \"ratio\": %.3f, \"ratio_low\": %.3f, "
            "\"ratio_high\": %.3f}",
            result->ours_ns, result->plain_ns, result->ratio, result->ratio_low,
            result->ratio_high);
}

void bench_json_end(FILE *file)
{
    fprintf(file, "\n  ]\n}\n");
}
