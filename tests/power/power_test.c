/* Power cuts, simulated: see README.md. Each seed is a store, some lives and some cuts.
 *
 *   power_test [--seeds N] [--first S] [--seed S] [--trace] [--mutant NAME] [--figures]
 *
 * With --mutant something is done wrong, and the test passes when a seed finds it. MMF_POWER_SEEDS
 * and MMF_POWER_FIRST stand for the first two options. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <check.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/power/machine.h"

#define SEEDS_DEFAULT 250u

static struct {
    uint64_t first;
    uint64_t seeds;
    disk_lie lie;
    bool traces;
    bool tells_figures;
} run = {.first = 1, .seeds = SEEDS_DEFAULT};

static const struct {
    disk_lie lie;
    const char *name;
} mutants[] = {
#define MUTANT(symbol, name, text) {symbol, name},
#include "tests/power/mutants.def"
#undef MUTANT
};

static char directory[400];
static machine *world;

static void set_up(void)
{
    const char *parent = getenv("TEST_TMPDIR");

    (void)snprintf(directory, sizeof directory, "%s/mmf-power-XXXXXX", parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    world = machine_new();
    ck_assert_ptr_nonnull(world);
    world->traces = run.traces;
}

static void tear_down(void)
{
    machine_free(world);
    (void)rmdir(directory);
}

static void tell_figures(void)
{
    (void)printf("cuts %llu, in open %llu; kills %llu; syncs %llu; records exact %llu, left out "
                 "%llu, odd %llu, told torn %llu; headers larger than their file %llu\n",
                 (unsigned long long)world->seen.cuts, (unsigned long long)world->seen.cuts_in_open,
                 (unsigned long long)world->seen.kills, (unsigned long long)world->seen.syncs,
                 (unsigned long long)world->seen.promised, (unsigned long long)world->seen.lost,
                 (unsigned long long)world->seen.odd, (unsigned long long)world->seen.torn,
                 (unsigned long long)world->seen.larger_headers);
    (void)fflush(stdout);
}

START_TEST(test_cuts)
{
    for (uint64_t seed = run.first; seed < run.first + run.seeds; seed++) {
        ck_assert_msg(machine_run(world, directory, seed, DISK_IS_HONEST),
                      "seed %llu: %s (once more: --seed %llu --trace)", (unsigned long long)seed,
                      world->failure, (unsigned long long)seed);
    }
    if (run.tells_figures) {
        tell_figures();
    }
    /* A simulator that cuts nothing, or promises nothing, finds nothing. */
    if (run.seeds >= SEEDS_DEFAULT) {
        ck_assert_uint_gt(world->seen.cuts, run.seeds);
        ck_assert_uint_gt(world->seen.cuts_in_open, run.seeds / 8);
        ck_assert_uint_gt(world->seen.kills, run.seeds / 8);
        ck_assert_uint_gt(world->seen.syncs, run.seeds);
        ck_assert_uint_gt(world->seen.promised, run.seeds * 100);
        ck_assert_uint_gt(world->seen.lost, run.seeds);
        ck_assert_uint_gt(world->seen.odd, 0);
        ck_assert_uint_gt(world->seen.torn, 0);
        ck_assert_uint_gt(world->seen.larger_headers, 0);
    }
}
END_TEST

/* Found means that a seed fails which passes when all is done right. */
START_TEST(test_mutant_is_found)
{
    for (uint64_t seed = run.first; seed < run.first + run.seeds; seed++) {
        if (!machine_run(world, directory, seed, run.lie)) {
            (void)printf("found by seed %llu: %s\n", (unsigned long long)seed, world->failure);
            (void)fflush(stdout);
            ck_assert_msg(machine_run(world, directory, seed, DISK_IS_HONEST),
                          "seed %llu fails without the mutant too: %s", (unsigned long long)seed,
                          world->failure);
            return;
        }
    }
    ck_abort_msg("%llu seeds have not found the mutant", (unsigned long long)run.seeds);
}
END_TEST

/* --- The program ----------------------------------------------------------------------------- */

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (end == text || *end != '\0') {
        (void)fprintf(stderr, "power_test: \"%s\" is no number\n", text);
        exit(2);
    }
    return value;
}

static disk_lie mutant_of(const char *name)
{
    for (size_t i = 0; i < sizeof mutants / sizeof *mutants; i++) {
        if (strcmp(mutants[i].name, name) == 0) {
            return mutants[i].lie;
        }
    }
    (void)fprintf(stderr, "power_test: no mutant \"%s\"\n", name);
    exit(2);
}

static void read_environment(void)
{
    const char *seeds = getenv("MMF_POWER_SEEDS");
    const char *first = getenv("MMF_POWER_FIRST");

    run.seeds = seeds ? number(seeds) : run.seeds;
    run.first = first ? number(first) : run.first;
}

static void read_arguments(int argc, char **argv)
{
    static const struct option options[] = {
        {"seeds", required_argument, NULL, 'n'},
        {"first", required_argument, NULL, 'f'},
        {"seed", required_argument, NULL, 's'},
        {"mutant", required_argument, NULL, 'm'},
        {"trace", no_argument, NULL, 't'},
        {"figures", no_argument, NULL, 'F'},
        {NULL, 0, NULL, 0},
    };
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'n':
            run.seeds = number(optarg);
            break;
        case 'f':
            run.first = number(optarg);
            break;
        case 's':
            run.first = number(optarg);
            run.seeds = 1;
            break;
        case 'm':
            run.lie = mutant_of(optarg);
            break;
        case 't':
            run.traces = true;
            break;
        case 'F':
            run.tells_figures = true;
            break;
        default:
            exit(2);
        }
    }
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("power");
    TCase *tcase = tcase_create("power");
    SRunner *runner = srunner_create(suite);
    int failed;

    read_environment();
    read_arguments(argc, argv);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 0); /* as long as the seeds take; the test runner has a limit */
    if (run.lie == DISK_IS_HONEST) {
        tcase_add_test(tcase, test_cuts);
    } else {
        tcase_add_test(tcase, test_mutant_is_found);
    }
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
