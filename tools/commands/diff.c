/* mmf diff: two stores, record by record. */
#include "tools/diff.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codegen/describe.h"
#include "schema/printable.h"
#include "tools/commands/names.h"
#include "tools/commands/patience.h"
#include "tools/output.h"
#include "tools/value.h"

#define LINE_SIZE 512u
#define PATH_SIZE 8192u
#define WRITE_SIZE (64u << 10)

enum { BRIEF, FIELDS, JSON, LIMIT, SCHEMA, SCHEMA_B };

static const mmf_option options[] = {
    [BRIEF] = {.letter = 'q', .name = "brief", .text = "only say whether they differ"},
    [FIELDS] = {.letter = 'f',
                .name = "fields",
                .kind = MMF_ARGUMENT_TEXT,
                .argument = "FIELDS",
                .text = "only these: names, with commas between"},
    [JSON] = {.letter = 'j', .name = "json", .text = "one JSON object a line"},
    [LIMIT] = {.letter = 'n',
               .name = "limit",
               .kind = MMF_ARGUMENT_NUMBER,
               .argument = "COUNT",
               .text = "stop behind so many differences of records"},
    [SCHEMA] = {.letter = 's',
                .name = "schema",
                .kind = MMF_ARGUMENT_SCHEMA,
                .argument = "FILE",
                .text = "schema of the records: needed in format 1"},
    [SCHEMA_B] = {.name = "schema-b",
                  .kind = MMF_ARGUMENT_SCHEMA,
                  .argument = "FILE",
                  .text = "that of B, where it is another one"},
};

typedef struct difference {
    mmf_patience patience; /* first: what its functions are given */
    const mmf_invocation *invocation;
    bool is_brief;
    bool is_json;
    mmf_output output;
    int failure; /* of the output */
} difference;

/* --- Text ------------------------------------------------------------------------------------ */

MMF_PRINTF(2, 3) static void add(difference *difference, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    mmf_output_add(&difference->output, line, strlen(line));
}

static void write_out(difference *difference, size_t at_least)
{
    int failure;

    if (difference->output.size < at_least) {
        return;
    }
    fsck_progress_hide(&difference->patience.progress);
    failure = mmf_output_write(&difference->output, STDOUT_FILENO);
    difference->failure = difference->failure ? difference->failure : failure;
}

static void end_line(difference *difference)
{
    mmf_output_add_char(&difference->output, '\n');
    write_out(difference, WRITE_SIZE);
}

static void add_path(difference *difference, int operand)
{
    char shown[PATH_SIZE];

    (void)mmf_printable(difference->invocation->operands[operand], sizeof shown, shown,
                        sizeof shown);
    mmf_output_add(&difference->output, shown, strlen(shown));
}

static void describe(const mmf_field *field, mmf_text *ret_text)
{
    mmf_describe_type(ret_text, field);
    if (field->logical != MMF_LOGICAL_NONE) {
        mmf_text_add(ret_text, ", ");
        mmf_describe_logical(ret_text, field);
    }
}

/* "price: float32 -> float64", "price: float32, only in A" */
static void add_types(difference *difference, const mmf_diff_field *field)
{
    mmf_text a = {0};
    mmf_text b = {0};
    const char *name = (field->a ? field->a : field->b)->name.text;

    if (field->a) {
        describe(field->a, &a);
    }
    if (field->b) {
        describe(field->b, &b);
    }
    if (difference->is_json) {
        add(difference, "{\"field\":\"%s\"", name);
        if (field->a) {
            add(difference, ",\"type_a\":\"%s\"", a.data);
        }
        if (field->b) {
            add(difference, ",\"type_b\":\"%s\"", b.data);
        }
        add(difference, "}");
    } else if (field->a && field->b) {
        add(difference, "schema %s: %s -> %s%s", name, a.data, b.data,
            field->is_comparable ? "" : "; values are not compared");
    } else {
        add(difference, "schema %s: %s, only in ", name, field->a ? a.data : b.data);
        add_path(difference, field->a ? 0 : 1);
    }
    mmf_text_clear(&a);
    mmf_text_clear(&b);
}

/* --- What differs ---------------------------------------------------------------------------- */

static void tell_schema(void *context, const mmf_diff_field *field)
{
    difference *difference = context;

    if (!difference->is_brief) {
        add_types(difference, field);
        end_line(difference);
    }
}

static void tell_value(void *context, uint64_t index, const mmf_diff_field *field,
                       const uint8_t *payload_a, const uint8_t *payload_b)
{
    difference *difference = context;
    const mmf_notation notation = {difference->is_json ? MMF_SYNTAX_JSON : MMF_SYNTAX_TEXT, false};

    if (difference->is_brief) {
        return;
    }
    if (difference->is_json) {
        add(difference, "{\"index\":%" PRIu64 ",\"field\":\"%s\",\"a\":", index,
            field->a->name.text);
    } else {
        add(difference, "%" PRIu64 " %s: ", index, field->a->name.text);
    }
    mmf_value_write(&difference->output, field->a, payload_a, notation);
    add(difference, "%s", difference->is_json ? ",\"b\":" : " -> ");
    mmf_value_write(&difference->output, field->b, payload_b, notation);
    add(difference, "%s", difference->is_json ? "}" : "");
    end_line(difference);
}

static void tell_rest(void *context, char which, uint64_t first, uint64_t count)
{
    difference *difference = context;

    if (difference->is_brief) {
        return;
    }
    if (difference->is_json) {
        add(difference, "{\"only\":\"%c\",\"first\":%" PRIu64 ",\"count\":%" PRIu64 "}", which,
            first, count);
    } else if (count == 1) {
        add(difference, "%" PRIu64 ": only in ", first);
        add_path(difference, which == 'a' ? 0 : 1);
    } else {
        add(difference, "%" PRIu64 " to %" PRIu64 ": only in ", first, first + count - 1);
        add_path(difference, which == 'a' ? 0 : 1);
    }
    end_line(difference);
}

static void tell_damaged(void *context, char which, uint64_t index, const char *what)
{
    difference *difference = context;

    fsck_progress_hide(&difference->patience.progress);
    (void)mmf_complain(difference->invocation, "%s: record %" PRIu64 ": %s",
                       difference->invocation->operands[which == 'a' ? 0 : 1], index, what);
}

/* Who closed the pipe wants no more. */
static bool go_on(void *context, uint64_t done, uint64_t total)
{
    difference *difference = context;

    return difference->failure == 0 && mmf_patience_go_on(&difference->patience, done, total);
}

/* --- The command ----------------------------------------------------------------------------- */

static int finish(difference *difference, const mmf_diff_result *result)
{
    const mmf_invocation *invocation = difference->invocation;

    if (difference->is_brief && !mmf_diff_is_same(result)) {
        if (difference->is_json) {
            add(difference, "{\"differ\":true}");
        } else {
            add_path(difference, 0);
            add(difference, " and ");
            add_path(difference, 1);
            add(difference, " differ");
        }
        end_line(difference);
    }
    write_out(difference, 0);
    if (difference->failure != 0) {
        return mmf_complain_of_output(invocation, difference->failure);
    }
    if (result->is_limited && !difference->is_brief) {
        (void)mmf_complain(invocation, "stopped at %" PRIu64 " differences: there may be more",
                           result->values);
    }
    if (result->damaged > 0) {
        return mmf_complain(invocation,
                            "%" PRIu64 " damaged records were not compared; see "
                            "mmf-fsck(8)",
                            result->damaged);
    }
    return mmf_diff_is_same(result) ? MMF_EXIT_OK : MMF_EXIT_DIFFERENT;
}

static int compare(difference *difference, const mmf_name_list *fields)
{
    const mmf_invocation *invocation = difference->invocation;
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_diff_result result;
    const mmf_diff_options diff = {
        .schema_path_a = invocation->value[SCHEMA],
        .schema_path_b = invocation->value[invocation->is_given[SCHEMA_B] ? SCHEMA_B : SCHEMA],
        .fields = fields->names,
        .field_count = fields->count,
        .limit = difference->is_brief ? 1 : invocation->number[LIMIT],
        .schema = tell_schema,
        .differs = tell_value,
        .damaged = tell_damaged,
        .only = tell_rest,
        .progress = go_on,
        .context = difference,
        .diagnostics = &diagnostics,
        .error = &error,
    };
    mmf_status status = mmf_diff(invocation->operands[0], invocation->operands[1], &diff, &result);

    mmf_patience_end(&difference->patience);
    if (status != MMF_OK && difference->failure == 0) {
        write_out(difference, 0);
        return mmf_complain_of(invocation, status, &error, &diagnostics);
    }
    mmf_diagnostics_clear(&diagnostics);
    return finish(difference, &result);
}

static int run(const mmf_invocation *invocation)
{
    difference difference = {.invocation = invocation,
                             .is_brief = invocation->is_given[BRIEF],
                             .is_json = invocation->is_given[JSON]};
    mmf_name_list fields;
    int result;

    if (!mmf_name_list_split(invocation->value[FIELDS], &fields)) {
        return mmf_complain(invocation, "out of memory");
    }
    mmf_patience_begin(&difference.patience, invocation, invocation->operands[0]);
    result = compare(&difference, &fields);
    mmf_output_free(&difference.output);
    mmf_name_list_clear(&fields);
    return result;
}

const mmf_command mmf_diff_command = {
    .name = "diff",
    .operands = "A B",
    .operands_least = 2,
    .operands_most = 2,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "compare two stores record by record",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
