/* mmf cat: records as text. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/command.h"
#include "tools/expression.h"
#include "tools/range.h"
#include "tools/rows.h"
#include "tools/table.h"

#define OUTPUT_BYTES (1u << 18) /* written at once */
#define FOLLOW_MS 100u          /* between looks whether it is to end */
#define TIMEOUT_MS 200u         /* for a writer that is in a record: many may be so */

enum {
    OPTION_CSV,
    OPTION_JSON,
    OPTION_TABLE,
    OPTION_FIELDS,
    OPTION_RANGE,
    OPTION_WHERE,
    OPTION_LIMIT,
    OPTION_FOLLOW,
    OPTION_INDEX,
    OPTION_NO_HEADER,
    OPTION_RAW,
    OPTION_SCHEMA,
};

static const mmf_option options[] = {
    [OPTION_CSV] = {'c', "csv", MMF_ARGUMENT_NONE, NULL, "as CSV; the default off a terminal",
                    NULL},
    [OPTION_JSON] = {'j', "json", MMF_ARGUMENT_NONE, NULL, "as JSON, an object a line", NULL},
    [OPTION_TABLE] = {'t', "table", MMF_ARGUMENT_NONE, NULL, "aligned; the default on a terminal",
                      NULL},
    [OPTION_FIELDS] = {'f', "fields", MMF_ARGUMENT_TEXT, "FIELDS",
                       "these alone, in this order: a,b", NULL},
    [OPTION_RANGE] = {'r', "range", MMF_ARGUMENT_TEXT, "A:B",
                      "from A to before B; -N: counted from the end", NULL},
    [OPTION_WHERE] = {'w', "where", MMF_ARGUMENT_TEXT, "EXPR",
                      "those it is true of, see mmf-cat(1)", NULL},
    [OPTION_LIMIT] = {'n', "limit", MMF_ARGUMENT_NUMBER, "N", "at most N", NULL},
    [OPTION_FOLLOW] = {'F', "follow", MMF_ARGUMENT_NONE, NULL,
                       "wait for more, until it is interrupted", NULL},
    [OPTION_INDEX] = {'i', "index", MMF_ARGUMENT_NONE, NULL, "with a first column #, the index",
                      NULL},
    [OPTION_NO_HEADER] = {'\0', "no-header", MMF_ARGUMENT_NONE, NULL, "without the line of names",
                          NULL},
    [OPTION_RAW] = {'\0', "raw", MMF_ARGUMENT_NONE, NULL, "numbers as they are stored", NULL},
    [OPTION_SCHEMA] = {'\0', "schema", MMF_ARGUMENT_SCHEMA, "SCHEMA",
                       "of the records, for files of format 1", NULL},
};

typedef struct listing {
    const mmf_invocation *invocation;
    mmf_table *table;
    mmf_expression *where;
    mmf_range range;
    mmf_rows *rows;
    mmf_output output;
    uint8_t *payload;
    uint64_t left;      /* of the limit */
    bool has_trouble;   /* a record was skipped */
    int output_failure; /* errno */
} listing;

static volatile sig_atomic_t is_stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    is_stopped = 1;
}

/* --- Records --------------------------------------------------------------------------------- */

static bool write_out(listing *listing)
{
    listing->output_failure = mmf_output_write(&listing->output, STDOUT_FILENO);
    return listing->output_failure == 0;
}

/* Whether the listing goes on. */
static bool list_record(listing *listing, uint64_t index)
{
    mmf_status status = mmf_table_get(listing->table, index, listing->payload);

    if (status == MMF_E_STUCK || status == MMF_E_CORRUPT) {
        (void)mmf_complain(listing->invocation, "record %" PRIu64 ": %s; skipped", index,
                           mmf_status_text(status));
        listing->has_trouble = true;
        return true;
    }
    if (status != MMF_OK) {
        (void)mmf_complain_of(listing->invocation, status, NULL, NULL);
        listing->has_trouble = true;
        return false;
    }
    if (listing->where && !mmf_expression_matches(listing->where, listing->payload)) {
        return true;
    }
    mmf_rows_add(listing->rows, &listing->output, index, listing->payload);
    listing->left--;
    return listing->output.size < OUTPUT_BYTES || write_out(listing);
}

static bool list_range(listing *listing, uint64_t first, uint64_t end)
{
    for (uint64_t i = first; i < end; i++) {
        if (listing->left == 0 || is_stopped || !list_record(listing, i)) {
            return false;
        }
    }
    return true;
}

/* --- --follow -------------------------------------------------------------------------------- */

static bool install_stop(void)
{
    struct sigaction action = {.sa_handler = stop};

    (void)sigemptyset(&action.sa_mask);
    return sigaction(SIGINT, &action, NULL) == 0 && sigaction(SIGTERM, &action, NULL) == 0;
}

/* Nobody reads the pipe any more. */
static bool is_reader_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO};

    return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLNVAL)) != 0;
}

static void follow(listing *listing, uint64_t next)
{
    const mmf_store *store = listing->table->store;
    bool goes_on = true;

    while (goes_on && listing->left > 0 && !is_stopped && !is_reader_gone()) {
        uint64_t count = mmf_store_len(store);
        mmf_status status;

        if (next < count) {
            goes_on = list_range(listing, next, count);
            mmf_rows_flush(listing->rows, &listing->output);
            goes_on = write_out(listing) && goes_on;
            next = count;
            continue;
        }
        status = mmf_store_wait(store, next, FOLLOW_MS);
        if (status != MMF_OK && status != MMF_E_TIMEOUT) {
            (void)mmf_complain_of(listing->invocation, status, NULL, NULL);
            listing->has_trouble = true;
            return;
        }
    }
}

/* --- All of it ------------------------------------------------------------------------------- */

static int list(listing *listing)
{
    bool is_following = listing->invocation->is_given[OPTION_FOLLOW];
    bool goes_on;
    uint64_t first;
    uint64_t end;

    mmf_range_resolve(&listing->range, mmf_store_len(listing->table->store), &first, &end);
    goes_on = list_range(listing, first, end);
    mmf_rows_flush(listing->rows, &listing->output);
    if (listing->output_failure == 0 && write_out(listing) && goes_on && is_following &&
        !listing->range.has_end) {
        follow(listing, first > end ? first : end);
    }
    if (mmf_complain_of_output(listing->invocation, listing->output_failure) != MMF_EXIT_OK) {
        return MMF_EXIT_TROUBLE;
    }
    return listing->has_trouble ? MMF_EXIT_TROUBLE : MMF_EXIT_OK;
}

static int make_rows(listing *listing)
{
    const mmf_invocation *invocation = listing->invocation;
    bool is_terminal = isatty(STDOUT_FILENO) != 0;
    mmf_rows_options rows = {
        .style = invocation->is_given[OPTION_CSV]     ? MMF_ROWS_CSV
                 : invocation->is_given[OPTION_JSON]  ? MMF_ROWS_JSON
                 : invocation->is_given[OPTION_TABLE] ? MMF_ROWS_TABLE
                 : is_terminal                        ? MMF_ROWS_TABLE
                                                      : MMF_ROWS_CSV,
        .is_raw = invocation->is_given[OPTION_RAW],
        .has_index = invocation->is_given[OPTION_INDEX],
        .has_header = !invocation->is_given[OPTION_NO_HEADER],
        .is_for_terminal = is_terminal,
    };
    const mmf_model *model = listing->table->model;
    const mmf_field **fields = NULL;
    size_t count = 0;
    mmf_error error = {0};
    mmf_status status =
        mmf_rows_fields(model, invocation->value[OPTION_FIELDS], &fields, &count, &error);

    if (status != MMF_OK) {
        return mmf_complain(invocation, "--fields: %s", error.text);
    }
    status = mmf_rows_new(&rows, fields, count, model->payload_size, &listing->rows);
    free(fields);
    return status == MMF_OK ? MMF_EXIT_OK : mmf_complain_of(invocation, status, NULL, NULL);
}

static int compile_where(listing *listing)
{
    const char *text = listing->invocation->value[OPTION_WHERE];
    mmf_diagnostics diagnostics = {0};
    mmf_status status = MMF_OK;

    if (text) {
        mmf_diagnostics_init(&diagnostics, "--where");
        status = mmf_expression_compile(text, listing->table->model, &diagnostics, &listing->where);
    }
    if (status != MMF_OK) {
        return mmf_complain_of(listing->invocation, status, NULL, &diagnostics);
    }
    mmf_diagnostics_clear(&diagnostics);
    return MMF_EXIT_OK;
}

static int open_and_list(listing *listing)
{
    const mmf_invocation *invocation = listing->invocation;
    mmf_error error = {0};
    mmf_options open_options = {
        .flags = MMF_READ_ONLY | MMF_GUARD,
        .timeout_ms = TIMEOUT_MS,
        .error = &error,
    };
    mmf_diagnostics diagnostics = {0};
    mmf_status status = mmf_table_open(invocation->operands[0], invocation->value[OPTION_SCHEMA],
                                       &open_options, &diagnostics, &listing->table);
    int code;

    if (status != MMF_OK) {
        return mmf_complain_of(invocation, status, &error, &diagnostics);
    }
    mmf_diagnostics_clear(&diagnostics);
    code = compile_where(listing);
    if (code == MMF_EXIT_OK) {
        code = make_rows(listing);
    }
    if (code != MMF_EXIT_OK) {
        return code;
    }
    listing->payload = malloc(listing->table->type.payload_size);
    if (!listing->payload) {
        return mmf_complain_of(invocation, MMF_E_NO_MEMORY, NULL, NULL);
    }
    return list(listing);
}

static int check_options(const mmf_invocation *invocation, mmf_range *ret_range)
{
    const char *text = invocation->value[OPTION_RANGE];
    int styles = invocation->is_given[OPTION_CSV] + invocation->is_given[OPTION_JSON] +
                 invocation->is_given[OPTION_TABLE];
    mmf_error error = {0};

    if (styles > 1) {
        return mmf_complain(invocation, "--csv, --json, --table: only one of them");
    }
    if (text && mmf_range_read(text, ret_range, &error) != MMF_OK) {
        return mmf_complain(invocation, "--range: %s", error.text);
    }
    if (ret_range->has_end && invocation->is_given[OPTION_FOLLOW]) {
        return mmf_complain(invocation, "--follow: not with a range that has an end");
    }
    return MMF_EXIT_OK;
}

static int run(const mmf_invocation *invocation)
{
    listing listing = {
        .invocation = invocation,
        .left = invocation->is_given[OPTION_LIMIT] ? invocation->number[OPTION_LIMIT] : UINT64_MAX,
    };
    int code = check_options(invocation, &listing.range);

    if (code != MMF_EXIT_OK) {
        return code;
    }
    if (invocation->is_given[OPTION_FOLLOW] && !install_stop()) {
        return mmf_complain(invocation, "signals cannot be caught");
    }
    code = open_and_list(&listing);
    mmf_expression_free(listing.where);
    mmf_rows_free(listing.rows);
    mmf_output_free(&listing.output);
    free(listing.payload);
    (void)mmf_table_close(listing.table);
    return code;
}

const mmf_command mmf_cat_command = {
    .name = "cat",
    .operands = "FILE",
    .operands_least = 1,
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "print records as a table, as CSV or as JSON",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
