#include "examples/ticks/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_FILE "examples/ticks/sp500-2000.csv"

const char options_help[] =
    "usage: ticks [--fast] [--file CSV] [--keep PATH]\n"
    "\n"
    "Replays daily prices of the S&P 500 index into a store, in one process, and reads them\n"
    "live in another; then compares every record with the CSV.\n"
    "\n"
    "  --fast        as fast as it goes\n"
    "  --file CSV    other prices: date,open,high,low,close,adjclose,volume\n"
    "  --keep PATH   make the store there, and leave it; PATH must not exist\n"
    "  --help        this text\n"
    "\n"
    "NO_COLOR=1 in the environment: no colours.\n"
    "Exit status: 0 when every record matched, 1 when something failed, 2 for wrong usage.\n";

static bool set_path(const char *directory, const char *path, char ret_path[PATH_MAX])
{
    int length = snprintf(ret_path, PATH_MAX, "%s%s%s", directory ? directory : "",
                          directory ? "/" : "", path);

    if (path[0] != '\0' && length > 0 && length < PATH_MAX) {
        return true;
    }
    fprintf(stderr, "ticks: \"%.100s\" is no path\n", path);
    return false;
}

/* What a relative path counts from; NULL: it stands as it is. */
static const char *base_of(const char *path)
{
    return path[0] == '/' ? NULL : getenv("BUILD_WORKING_DIRECTORY");
}

static bool set_file(const char *path, options *options)
{
    return set_path(access(path, F_OK) == 0 ? NULL : base_of(path), path, options->file);
}

static bool set_option(int option, options *options)
{
    switch (option) {
    case 'f':
        options->fast = true;
        return true;
    case 'h':
        options->help = true;
        return true;
    case 'c':
        return set_file(optarg, options);
    case 'k':
        return set_path(base_of(optarg), optarg, options->keep);
    default: /* getopt_long() has said what is wrong */
        fprintf(stderr, "Try 'ticks --help'.\n");
        return false;
    }
}

bool options_parse(int argc, char **argv, options *ret_options)
{
    static const struct option known[] = {
        {"fast", no_argument, NULL, 'f'},
        {"file", required_argument, NULL, 'c'},
        {"keep", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    memset(ret_options, 0, sizeof *ret_options);
    (void)set_file(DEFAULT_FILE, ret_options);
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (!set_option(option, ret_options)) {
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "ticks: unexpected argument '%s'\nTry 'ticks --help'.\n", argv[optind]);
        return false;
    }
    return true;
}
