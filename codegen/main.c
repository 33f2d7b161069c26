/* mmf-gen: schema files to C. Everything that prints is here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/arguments.h"
#include "codegen/engine.h"
#include "codegen/generate.h"
#include "codegen/output.h"
#include "codegen/print_layout.h"
#include "schema/compat.h"
#include "schema/json.h"

#define PROGRAM_VERSION "0.1.0"

enum {
    EXIT_OK = 0,
    EXIT_SCHEMA = 1,
    EXIT_TROUBLE = 2,
    EXIT_NEEDS_MIGRATION = 3,
    EXIT_FORBIDDEN = 4,
};

/* One input and what becomes of it. */
typedef struct gen_job {
    const mmf_gen_arguments *arguments;
    const char *file;
    const char *schema_file; /* file without directories */
    mmf_text basename;
    mmf_text header_path;
    mmf_text source_path;
    mmf_text test_path;
} gen_job;

static int worse(int a, int b)
{
    return a > b ? a : b;
}

static int complain(const char *what, const mmf_error *error)
{
    fprintf(stderr, "mmf-gen: %s%s%s\n", what, what[0] ? ": " : "", error->text);
    return EXIT_TROUBLE;
}

static int out_of_memory(void)
{
    fputs("mmf-gen: out of memory\n", stderr);
    return EXIT_TROUBLE;
}

/* --- Paths ----------------------------------------------------------------------------------- */

static bool has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name);

    return length > strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0;
}

static void make_basename(gen_job *job)
{
    const char *name = job->schema_file;
    size_t length = strlen(name);

    if (job->arguments->basename) {
        mmf_text_add(&job->basename, job->arguments->basename);
        return;
    }
    length -= has_suffix(name, ".mmf.json") ? strlen(".mmf.json")
              : has_suffix(name, ".json")   ? strlen(".json")
                                            : 0;
    mmf_text_add_bytes(&job->basename, name, length);
}

static void make_path(const gen_job *job, mmf_text *path, const char *suffix)
{
    if (job->arguments->directory) {
        mmf_text_format(path, "%s/", job->arguments->directory);
    } else {
        mmf_text_add_bytes(path, job->file, (size_t)(job->schema_file - job->file));
    }
    mmf_text_format(path, "%s%s", mmf_text_string(&job->basename), suffix);
}

static bool job_open(gen_job *job, const mmf_gen_arguments *arguments, const char *file)
{
    const char *slash = strrchr(file, '/');

    memset(job, 0, sizeof *job);
    job->arguments = arguments;
    job->file = file;
    job->schema_file = slash ? slash + 1 : file;
    make_basename(job);
    make_path(job, &job->header_path, ".mmf.h");
    make_path(job, &job->source_path, ".mmf.c");
    make_path(job, &job->test_path, "_mmf_test.c");
    return !job->basename.out_of_memory && !job->header_path.out_of_memory &&
           !job->source_path.out_of_memory && !job->test_path.out_of_memory;
}

static void job_close(gen_job *job)
{
    mmf_text_clear(&job->basename);
    mmf_text_clear(&job->header_path);
    mmf_text_clear(&job->source_path);
    mmf_text_clear(&job->test_path);
}

/* --- Schemas --------------------------------------------------------------------------------- */

static void print_diagnostics(const mmf_diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        char *line = mmf_diagnostics_format(diagnostics, i);

        fprintf(stderr, "%s\n", line ? line : "mmf-gen: out of memory");
        free(line);
    }
}

static int exit_code_of(mmf_status status)
{
    if (status == MMF_OK) {
        return EXIT_OK;
    }
    if (status == MMF_E_NO_MEMORY) {
        return out_of_memory();
    }
    return status == MMF_E_SYSTEM ? EXIT_TROUBLE : EXIT_SCHEMA;
}

/* Loads a schema and generates its files in memory, which finds every error. */
static int load(const gen_job *job, mmf_model **ret_model, mmf_generated *ret_generated)
{
    mmf_generate_options options = {job->schema_file, mmf_text_string(&job->basename),
                                    job->arguments->with_test};
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;
    mmf_status status = mmf_schema_load(job->file, &diagnostics, &model);

    if (status == MMF_OK) {
        status = mmf_generate(model, &options, &diagnostics, ret_generated);
    }
    mmf_diagnostics_sort(&diagnostics);
    print_diagnostics(&diagnostics);
    mmf_diagnostics_clear(&diagnostics);
    if (status == MMF_OK) {
        *ret_model = model;
    } else {
        mmf_model_free(model);
    }
    return exit_code_of(status);
}

/* --- What to do with one file ---------------------------------------------------------------- */

static int write_outputs(const gen_job *job, const mmf_generated *generated)
{
    mmf_error error = {0};
    mmf_status status =
        mmf_output_write(mmf_text_string(&job->header_path), &generated->header, &error);

    if (status == MMF_OK) {
        status = mmf_output_write(mmf_text_string(&job->source_path), &generated->source, &error);
    }
    if (status == MMF_OK && job->arguments->with_test) {
        status = mmf_output_write(mmf_text_string(&job->test_path), &generated->test, &error);
    }
    return status == MMF_OK ? EXIT_OK : complain("", &error);
}

static void print_summary(const mmf_gen_arguments *arguments, const mmf_model *model)
{
    if (arguments->is_quiet) {
        return;
    }
    printf("%s v%" PRIu32 " → %" PRIu32 " fields, %" PRIu32 " bytes/record\n", model->name.text,
           model->version, model->field_count, model->record_size);
}

static void add_dependencies(const gen_job *job, mmf_text *rules)
{
    mmf_output_add_make_name(rules, mmf_text_string(&job->header_path));
    mmf_text_add(rules, " ");
    mmf_output_add_make_name(rules, mmf_text_string(&job->source_path));
    if (job->arguments->with_test) {
        mmf_text_add(rules, " ");
        mmf_output_add_make_name(rules, mmf_text_string(&job->test_path));
    }
    mmf_text_add(rules, ": ");
    mmf_output_add_make_name(rules, job->file);
    mmf_text_add(rules, "\n");
}

static int print_layout(const mmf_model *model)
{
    mmf_text text = {0};
    mmf_status status = mmf_print_layout(model, &text);

    fputs(mmf_text_string(&text), stdout);
    mmf_text_clear(&text);
    return exit_code_of(status);
}

static int emit(const gen_job *job, const mmf_model *model)
{
    mmf_engine_input input = {model, job->schema_file, job->arguments->is_raw};
    mmf_text text = {0};
    mmf_status status = mmf_engine_emit(mmf_engine_of(job->arguments->engine), &input, &text);

    if (status == MMF_OK) {
        fputs(mmf_text_string(&text), stdout);
    }
    mmf_text_clear(&text);
    return exit_code_of(status);
}

static void list_outputs(const gen_job *job)
{
    puts(mmf_text_string(&job->header_path));
    puts(mmf_text_string(&job->source_path));
    if (job->arguments->with_test) {
        puts(mmf_text_string(&job->test_path));
    }
}

/* --- --compat -------------------------------------------------------------------------------- */

static void print_findings(const char *file, const mmf_compat_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const mmf_compat_finding *finding = &report->items[i];

        printf("%s:%" PRIu32 ":%" PRIu32 ": %s: %s\n", file, finding->location.line,
               finding->location.column, mmf_compat_verdict_text(finding->verdict), finding->text);
    }
}

static int compare(const mmf_model *old_model, const mmf_model *new_model, const char *file)
{
    static const int exit_codes[] = {EXIT_OK, EXIT_NEEDS_MIGRATION, EXIT_FORBIDDEN};
    mmf_compat_report report = {0};
    mmf_status status = mmf_compat_compare(old_model, new_model, &report);
    int code = status == MMF_OK ? exit_codes[report.verdict] : out_of_memory();

    if (status == MMF_OK) {
        print_findings(file, &report);
        printf("%s v%" PRIu32 " → v%" PRIu32 ": %s\n", new_model->name.text, old_model->version,
               new_model->version, mmf_compat_verdict_text(report.verdict));
    }
    mmf_compat_report_clear(&report);
    return code;
}

static int compare_with_old(const mmf_gen_arguments *arguments, const mmf_model *new_model)
{
    mmf_generated generated = {0};
    mmf_model *old_model = NULL;
    gen_job old_job;
    int code = EXIT_TROUBLE;

    if (!job_open(&old_job, arguments, arguments->old_file)) {
        code = out_of_memory();
    } else {
        code = load(&old_job, &old_model, &generated);
    }
    if (code == EXIT_OK) {
        code = compare(old_model, new_model, arguments->files[0]);
    }
    mmf_generated_clear(&generated);
    mmf_model_free(old_model);
    job_close(&old_job);
    return code;
}

/* --- The program ----------------------------------------------------------------------------- */

static int run_mode(const gen_job *job, const mmf_model *model, const mmf_generated *generated)
{
    switch (job->arguments->mode) {
    case MMF_GEN_WRITE:
        print_summary(job->arguments, model);
        return write_outputs(job, generated);
    case MMF_GEN_CHECK:
        print_summary(job->arguments, model);
        return EXIT_OK;
    case MMF_GEN_PRINT_LAYOUT:
        return print_layout(model);
    case MMF_GEN_COMPAT:
        return compare_with_old(job->arguments, model);
    case MMF_GEN_EMIT:
        return emit(job, model);
    case MMF_GEN_LIST_OUTPUTS:
    case MMF_GEN_VERSION:
    case MMF_GEN_HELP:
        break;
    }
    return EXIT_OK;
}

static int run_file(const mmf_gen_arguments *arguments, const char *file, mmf_text *rules)
{
    mmf_generated generated = {0};
    mmf_model *model = NULL;
    gen_job job;
    int code;

    if (!job_open(&job, arguments, file)) {
        code = out_of_memory();
    } else if (arguments->mode == MMF_GEN_LIST_OUTPUTS) {
        list_outputs(&job);
        code = EXIT_OK;
    } else {
        code = load(&job, &model, &generated);
        if (code == EXIT_OK) {
            code = run_mode(&job, model, &generated);
        }
    }
    add_dependencies(&job, rules);
    mmf_generated_clear(&generated);
    mmf_model_free(model);
    job_close(&job);
    return code;
}

static int run(const mmf_gen_arguments *arguments)
{
    mmf_text rules = {0};
    mmf_error error = {0};
    int code = EXIT_OK;

    for (int i = 0; i < arguments->file_count; i++) {
        code = worse(code, run_file(arguments, arguments->files[i], &rules));
    }
    if (rules.out_of_memory) {
        code = out_of_memory();
    } else if (code == EXIT_OK && arguments->depfile && arguments->mode == MMF_GEN_WRITE &&
               mmf_output_write(arguments->depfile, &rules, &error) != MMF_OK) {
        code = complain("", &error);
    }
    mmf_text_clear(&rules);
    return code;
}

int main(int argc, char **argv)
{
    mmf_gen_arguments arguments;
    mmf_error error = {0};
    int code = EXIT_OK;

    if (mmf_gen_arguments_parse(argc, argv, &arguments, &error) != MMF_OK) {
        fprintf(stderr, "mmf-gen: %s\nTry 'mmf-gen --help'.\n", error.text);
        return EXIT_TROUBLE;
    }
    if (arguments.mode == MMF_GEN_HELP) {
        fputs(mmf_gen_help(), stdout);
    } else if (arguments.mode == MMF_GEN_VERSION) {
        puts("mmf-gen " PROGRAM_VERSION);
    } else {
        code = run(&arguments);
    }
    if (fflush(stdout) != 0) {
        fputs("mmf-gen: the output could not be written\n", stderr);
        return worse(code, EXIT_TROUBLE);
    }
    return code;
}
