/* mmf top: what is going on in stores. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tools/command.h"
#include "tools/commands/top_report.h"
#include "tools/commands/top_screen.h"

enum { ONCE, JSON, INTERVAL, COUNT, SCHEMA };

static const mmf_option options[] = {
    [ONCE] = {.letter = '1', .name = "once", .text = "one sample, after one interval"},
    [JSON] = {.letter = 'j', .name = "json", .text = "a JSON object a sample, one a line"},
    [INTERVAL] = {.letter = 'i',
                  .name = "interval",
                  .kind = MMF_ARGUMENT_NUMBER,
                  .argument = "MS",
                  .text = "milliseconds between samples (1000)"},
    [COUNT] = {.letter = 'n',
               .name = "count",
               .kind = MMF_ARGUMENT_NUMBER,
               .argument = "N",
               .text = "end after N samples"},
    [SCHEMA] = {.letter = 's',
                .name = "schema",
                .kind = MMF_ARGUMENT_SCHEMA,
                .argument = "FILE",
                .text = "the schema of files of format 1, which carry none"},
};

typedef struct top {
    const mmf_invocation *invocation;
    mmf_sampler **samplers;
    size_t count;
    uint64_t interval_ms;
    uint64_t limit; /* samples; 0: none */
} top;

/* --- Lines ----------------------------------------------------------------------------------- */

static void put_samples(mmf_output *output, const mmf_sample *const *samples, size_t count,
                        bool is_json)
{
    if (is_json) {
        mmf_output_add(output, "{\"time\":\"", strlen("{\"time\":\""));
        mmf_top_time(output, samples[0]->time_ns);
        mmf_output_add(output, "\",\"stores\":[", strlen("\",\"stores\":["));
    }
    for (size_t i = 0; i < count; i++) {
        if (is_json && i > 0) {
            mmf_output_add_char(output, ',');
        }
        if (is_json) {
            mmf_top_json(output, samples[i]);
        } else {
            mmf_top_text(output, samples[i], MMF_TOP_BY_RATE);
            mmf_output_add_char(output, '\n');
        }
    }
    if (is_json) {
        mmf_output_add(output, "]}\n", 3);
    }
}

static bool take(const top *top, const mmf_sample **samples)
{
    bool is_any_there = false;

    for (size_t i = 0; i < top->count; i++) {
        samples[i] = mmf_sampler_take(top->samplers[i]);
        is_any_there |= samples[i]->is_there;
    }
    return is_any_there;
}

static void rest(uint64_t interval_ms)
{
    struct timespec interval = {(time_t)(interval_ms / 1000), (long)(interval_ms % 1000) * 1000000};

    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &interval, &interval) == EINTR) {
    }
}

/* Of the last sample: what could not be looked at. */
static int complain_of_missing(const top *top, const mmf_sample *const *samples)
{
    int code = MMF_EXIT_OK;

    for (size_t i = 0; i < top->count; i++) {
        if (!samples[i]->is_there) {
            code = mmf_complain_of(top->invocation, samples[i]->error.status, &samples[i]->error,
                                   NULL);
        }
    }
    return code;
}

static int print_samples(const top *top)
{
    const mmf_sample **samples = calloc(top->count, sizeof *samples);
    mmf_output output = {0};
    int failure = 0, code;

    if (!samples) {
        return mmf_complain(top->invocation, "out of memory");
    }
    if (!take(top, samples) && top->limit == 1) { /* nothing that could have a rate */
        put_samples(&output, samples, top->count, top->invocation->is_given[JSON]);
        failure = mmf_output_write(&output, STDOUT_FILENO);
    } else {
        for (uint64_t i = 0; failure == 0 && (top->limit == 0 || i < top->limit); i++) {
            rest(top->interval_ms);
            (void)take(top, samples);
            put_samples(&output, samples, top->count, top->invocation->is_given[JSON]);
            failure = mmf_output_write(&output, STDOUT_FILENO);
        }
    }
    code = failure != 0 ? mmf_complain_of_output(top->invocation, failure)
                        : complain_of_missing(top, samples);
    mmf_output_free(&output);
    free(samples);
    return code;
}

/* --- The screen ------------------------------------------------------------------------------ */

static int show_screen(const top *top)
{
    mmf_top_screen screen = {
        .samplers = top->samplers,
        .count = top->count,
        .interval_ms = top->interval_ms,
        .limit = top->limit,
        .uses_color = mmf_uses_color(STDOUT_FILENO),
    };
    mmf_error error = {0};
    mmf_status status = mmf_top_screen_run(&screen, &error);

    return status == MMF_OK ? MMF_EXIT_OK : mmf_complain_of(top->invocation, status, &error, NULL);
}

static bool wants_screen(const mmf_invocation *invocation)
{
    return !invocation->is_given[ONCE] && !invocation->is_given[JSON] && isatty(STDIN_FILENO) &&
           isatty(STDOUT_FILENO);
}

/* --- The command ----------------------------------------------------------------------------- */

static int check_options(const mmf_invocation *invocation)
{
    uint64_t interval = invocation->number[INTERVAL];

    if (invocation->is_given[INTERVAL] &&
        (interval < MMF_TOP_INTERVAL_LEAST_MS || interval > MMF_TOP_INTERVAL_MOST_MS)) {
        return mmf_complain(invocation, "--interval %s: expected %u to %u milliseconds",
                            invocation->value[INTERVAL], MMF_TOP_INTERVAL_LEAST_MS,
                            MMF_TOP_INTERVAL_MOST_MS);
    }
    if (invocation->is_given[COUNT] && invocation->number[COUNT] == 0) {
        return mmf_complain(invocation, "--count 0: expected at least 1");
    }
    if (invocation->is_given[COUNT] && invocation->is_given[ONCE]) {
        return mmf_complain(invocation, "--once and --count exclude each other");
    }
    return MMF_EXIT_OK;
}

static int run_with(top *top)
{
    for (size_t i = 0; i < top->count; i++) {
        top->samplers[i] =
            mmf_sampler_new(top->invocation->operands[i], top->invocation->value[SCHEMA]);
        if (!top->samplers[i]) {
            return mmf_complain(top->invocation, "out of memory");
        }
    }
    return wants_screen(top->invocation) ? show_screen(top) : print_samples(top);
}

static int run(const mmf_invocation *invocation)
{
    top top = {
        .invocation = invocation,
        .count = (size_t)invocation->operand_count,
        .interval_ms = invocation->is_given[INTERVAL] ? invocation->number[INTERVAL] : 1000,
        .limit = invocation->is_given[ONCE] ? 1 : invocation->number[COUNT],
    };
    int code = check_options(invocation);

    if (code != MMF_EXIT_OK) {
        return code;
    }
    top.samplers = calloc(top.count, sizeof *top.samplers);
    if (!top.samplers) {
        return mmf_complain(invocation, "out of memory");
    }
    code = run_with(&top);
    for (size_t i = 0; i < top.count; i++) {
        mmf_sampler_free(top.samplers[i]);
    }
    free(top.samplers);
    return code;
}

const mmf_command mmf_top_command = {
    .name = "top",
    .operands = "FILE…",
    .operands_least = 1,
    .operands_most = -1,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "watch appends, writes, hot records and writers of stores",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
