/* Command lines, by a table of the test's own. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tools/command_parts.h"

enum { TO, LIMIT, JSON, SCHEMA, WHERE };

static const mmf_option options[] = {
    [TO] = {'t', "to", MMF_ARGUMENT_CHOICE, "FORMAT", "what to write", "csv|jsonl"},
    [LIMIT] = {'n', "limit", MMF_ARGUMENT_NUMBER, "N", "at most so many", NULL},
    [JSON] = {'j', "json", MMF_ARGUMENT_NONE, NULL, "as JSON", NULL},
    [SCHEMA] = {'\0', "schema", MMF_ARGUMENT_SCHEMA, "SCHEMA", "of the records", NULL},
    [WHERE] = {'\0', "where", MMF_ARGUMENT_TEXT, "EXPRESSION", "only those", NULL},
};

static int run(const mmf_invocation *invocation)
{
    return invocation->operand_count;
}

static const mmf_command play = {
    .name = "play",
    .operands = "FILE [FILE]",
    .operands_least = 1,
    .operands_most = 2,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "play",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};

static const mmf_command choose = {
    .name = "choose",
    .operands = "bash|zsh",
    .operands_most = -1,
    .operand_kind = MMF_ARGUMENT_CHOICE,
    .summary = "choose",
    .run = run,
};

const mmf_command *const mmf_commands[] = {&play, &choose};
const size_t mmf_command_count = 2;

/* A copy of the words that getopt may reorder. */
typedef struct line {
    char text[256];
    char *argv[16];
    int argc;
    mmf_invocation invocation;
    mmf_error error;
    bool wants_help;
} line;

static mmf_status parse(line *line, const mmf_command *command, const char *words)
{
    *line = (struct line){0};
    strcpy(line->text, words);
    line->argv[line->argc++] = "command";
    for (char *word = strtok(line->text, " "); word; word = strtok(NULL, " ")) {
        line->argv[line->argc++] = strcmp(word, "''") == 0 ? "" : word;
    }
    return mmf_invocation_parse(command, line->argc, line->argv, &line->invocation,
                                &line->wants_help, &line->error);
}

START_TEST(options_are_read)
{
    line l;

    ck_assert_int_eq(parse(&l, &play, "a -j --limit=12 --to csv b --schema x.mmf.json"), MMF_OK);
    ck_assert(!l.wants_help);
    ck_assert_ptr_eq(l.invocation.command, &play);
    ck_assert(l.invocation.is_given[JSON] && !l.invocation.value[JSON]);
    ck_assert(l.invocation.is_given[LIMIT] && l.invocation.number[LIMIT] == 12);
    ck_assert_str_eq(l.invocation.value[LIMIT], "12");
    ck_assert_str_eq(l.invocation.value[TO], "csv");
    ck_assert_str_eq(l.invocation.value[SCHEMA], "x.mmf.json");
    ck_assert(!l.invocation.is_given[WHERE] && !l.invocation.value[WHERE]);
    ck_assert_int_eq(l.invocation.operand_count, 2);
    ck_assert_str_eq(l.invocation.operands[0], "a");
    ck_assert_str_eq(l.invocation.operands[1], "b");

    /* the last one counts; letters together; names cut short; -- */
    ck_assert_int_eq(parse(&l, &play, "-jn3 -tcsv -tjsonl --wh -x -- -j"), MMF_OK);
    ck_assert(l.invocation.is_given[JSON] && l.invocation.number[LIMIT] == 3);
    ck_assert_str_eq(l.invocation.value[TO], "jsonl");
    ck_assert_str_eq(l.invocation.value[WHERE], "-x");
    ck_assert_int_eq(l.invocation.operand_count, 1);
    ck_assert_str_eq(l.invocation.operands[0], "-j");

    ck_assert_int_eq(parse(&l, &play, "a -n 18446744073709551615"), MMF_OK);
    ck_assert(l.invocation.number[LIMIT] == UINT64_MAX);
    ck_assert_int_eq(parse(&l, &play, "a -n 0"), MMF_OK);
    ck_assert_int_eq(parse(&l, &choose, "bash zsh bash"), MMF_OK);
    ck_assert_int_eq(parse(&l, &choose, ""), MMF_OK);
}
END_TEST

START_TEST(help_comes_first)
{
    line l;

    ck_assert_int_eq(parse(&l, &play, "a b c d -h"), MMF_OK);
    ck_assert(l.wants_help);
    ck_assert_int_eq(parse(&l, &play, "--help --nonsense"), MMF_OK);
    ck_assert(l.wants_help);
}
END_TEST

START_TEST(mistakes_are_told)
{
    static const struct {
        const mmf_command *command;
        const char *words;
        const char *text;
    } rows[] = {
        {&play, "", "too few operands: usage: mmf play [OPTION…] FILE [FILE]"},
        {&play, "a b c", "too many operands: usage: mmf play [OPTION…] FILE [FILE]"},
        {&play, "a -x", "-x: no such option"},
        {&play, "a -jx", "-x: no such option"},
        {&play, "a --nonsense", "--nonsense: no such option"},
        {&play, "a --limti=3", "--limti=3: no such option; did you mean --limit?"},
        {&play, "a --hlep", "--hlep: no such option; did you mean --help?"},
        {&play, "a --json=3", "--json=3: takes no argument"},
        {&play, "a --limit", "--limit: an argument is missing"},
        {&play, "a -n", "-n: an argument is missing"},
        {&play, "a -n 3x", "--limit: not a whole number: 3x"},
        {&play, "a -n -3", "--limit: not a whole number: -3"},
        {&play, "a -n +3", "--limit: not a whole number: +3"},
        {&play, "a -n 0x3", "--limit: not a whole number: 0x3"},
        {&play, "a -n ''", "--limit: not a whole number: "},
        {&play, "a -n 18446744073709551616", "--limit: too large: 18446744073709551616"},
        {&play, "a --to cs", "--to: not one of csv|jsonl: cs"},
        {&play, "a --to csvv", "--to: not one of csv|jsonl: csvv"},
        {&play, "a --to csv|jsonl", "--to: not one of csv|jsonl: csv|jsonl"},
        {&play, "a --to ''", "--to: not one of csv|jsonl: "},
        {&choose, "bash fish", "operand: not one of bash|zsh: fish"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        line l;

        ck_assert_msg(parse(&l, rows[i].command, rows[i].words) == MMF_E_INVALID, "%s",
                      rows[i].words);
        ck_assert_str_eq(l.error.text, rows[i].text);
        ck_assert_ptr_null(l.invocation.command);
    }
}
END_TEST

START_TEST(names_are_found)
{
    ck_assert_ptr_eq(mmf_command_find("choose"), &choose);
    ck_assert_ptr_null(mmf_command_find("choos"));
    ck_assert_ptr_null(mmf_command_find(""));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("command");
    TCase *test_case = tcase_create("lines");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(test_case, options_are_read);
    tcase_add_test(test_case, help_comes_first);
    tcase_add_test(test_case, mistakes_are_told);
    tcase_add_test(test_case, names_are_found);
    suite_add_tcase(suite, test_case);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
