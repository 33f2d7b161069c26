/* mmf stat: what a store is, and who has it open. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/command.h"
#include "tools/commands/stat_parts.h"
#include "tools/value_time.h"

#define NS_PER_SECOND 1000000000u

enum { OPTION_JSON, OPTION_QUICK, OPTION_SCHEMA };

static const mmf_option options[] = {
    [OPTION_JSON] = {'j', "json", MMF_ARGUMENT_NONE, NULL, "as one JSON document", NULL},
    [OPTION_QUICK] = {'q', "quick", MMF_ARGUMENT_NONE, NULL, "do not look at the records", NULL},
    [OPTION_SCHEMA] = {'\0', "schema", MMF_ARGUMENT_SCHEMA, "SCHEMA",
                       "of the records, for files of format 1", NULL},
};

const char *stat_state_name(mmf_facts_state state)
{
    static const char *const names[] = {
        [MMF_FACTS_UNKNOWN] = "unknown", [MMF_FACTS_CLEAN] = "clean",
        [MMF_FACTS_IN_USE] = "in-use",   [MMF_FACTS_ABANDONED] = "abandoned",
        [MMF_FACTS_CRASHED] = "crashed", [MMF_FACTS_DIRTY] = "dirty",
    };

    return names[state];
}

const char *stat_time(uint64_t time_ns, char buffer[STAT_TIME_SIZE])
{
    char *end =
        mmf_time_write(buffer, (int64_t)(time_ns / NS_PER_SECOND), time_ns % NS_PER_SECOND, 9);

    *end = '\0';
    return buffer;
}

const char *stat_hex(const uint8_t *bytes, size_t size, char buffer[STAT_HEX_SIZE])
{
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(buffer + 2 * i, 3, "%02x", bytes[i]);
    }
    return buffer;
}

const mmf_writer_info *stat_writer(const mmf_facts *facts, uint32_t slot)
{
    for (uint32_t i = 0; i < facts->store.writer_count; i++) {
        if (facts->store.writers[i].slot == slot) {
            return &facts->store.writers[i];
        }
    }
    return NULL;
}

static int print(const mmf_invocation *invocation, const mmf_facts *facts)
{
    const char *path = invocation->operands[0];

    if (!invocation->is_given[OPTION_JSON]) {
        stat_print_text(path, facts);
        return MMF_EXIT_OK;
    }
    return stat_print_json(path, facts) ? MMF_EXIT_OK
                                        : mmf_complain_of(invocation, MMF_E_NO_MEMORY, NULL, NULL);
}

static int run(const mmf_invocation *invocation)
{
    mmf_facts *facts = malloc(sizeof *facts);
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_status status = MMF_E_NO_MEMORY;
    int code;

    if (facts) {
        status =
            mmf_facts_collect(invocation->operands[0], invocation->value[OPTION_SCHEMA],
                              !invocation->is_given[OPTION_QUICK], &diagnostics, facts, &error);
    }
    if (status != MMF_OK) {
        code = mmf_complain_of(invocation, status, &error, &diagnostics);
    } else {
        mmf_diagnostics_clear(&diagnostics);
        code = print(invocation, facts);
        mmf_facts_clear(facts);
    }
    free(facts);
    return code;
}

const mmf_command mmf_stat_command = {
    .name = "stat",
    .operands = "FILE",
    .operands_least = 1,
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "tell what a store is, its state, and who has it open",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
