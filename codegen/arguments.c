#include "codegen/arguments.h"

#include <getopt.h>
#include <string.h>

#include "codegen/engine.h"

enum {
    OPTION_BASENAME = 256,
    OPTION_QUIET,
    OPTION_TESTS,
    OPTION_DEPFILE,
    OPTION_CHECK,
    OPTION_PRINT_LAYOUT,
    OPTION_LIST_OUTPUTS,
    OPTION_COMPAT,
    OPTION_EMIT,
    OPTION_RAW,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"output-dir", required_argument, NULL, 'o'},
    {"basename", required_argument, NULL, OPTION_BASENAME},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"tests", no_argument, NULL, OPTION_TESTS},
    {"depfile", required_argument, NULL, OPTION_DEPFILE},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"print-layout", no_argument, NULL, OPTION_PRINT_LAYOUT},
    {"list-outputs", no_argument, NULL, OPTION_LIST_OUTPUTS},
    {"compat", required_argument, NULL, OPTION_COMPAT},
    {"emit", required_argument, NULL, OPTION_EMIT},
    {"raw", no_argument, NULL, OPTION_RAW},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "usage: mmf-gen [OPTION…] FILE…\n"
    "\n"
    "Generates a typed C store from each schema FILE: x.mmf.json gives x.mmf.h and x.mmf.c.\n"
    "\n"
    "  -o, --output-dir DIR  write to DIR instead of each FILE's own directory\n"
    "      --basename NAME   call the outputs NAME.mmf.h and so on; with one FILE only\n"
    "      --tests           also write x_mmf_test.c, a test of the store (needs Check)\n"
    "      --depfile F       also write F, the outputs' dependencies in make's language\n"
    "      --quiet           print no line about each FILE that has no error\n"
    "  -h, --help            print this and exit\n"
    "      --version         print the version and exit\n"
    "\n"
    "These write nothing:\n"
    "      --check           only look for errors\n"
    "      --print-layout    draw the records: offsets, holes, cache lines\n"
    "      --list-outputs    print the paths that would be written, one a line\n"
    "      --compat OLD      tell whether files of schema OLD can be opened with FILE, and why "
    "not\n"
    "      --emit ENGINE     print the records in another engine's language: sql-sqlite,\n"
    "                        sql-postgres, sql-clickhouse, numpy, json (docs/outgrowing.md)\n"
    "      --raw             with --emit: timestamps, decimals, enums as their numbers\n"
    "\n"
    "Exit status: 0 no error; 1 a schema has errors; 2 wrong usage, or the system refused.\n"
    "With --compat: 0 old files open as they are, 3 they need migration, 4 the change is "
    "forbidden.\n";

const char *mmf_gen_help(void)
{
    return help;
}

/* Only one of the modes can be. */
static mmf_status set_mode(mmf_gen_arguments *arguments, mmf_gen_mode mode, mmf_error *error)
{
    if (arguments->mode != MMF_GEN_WRITE && arguments->mode != mode) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "--check, --print-layout, --list-outputs, --compat, --emit: "
                             "only one of them");
    }
    arguments->mode = mode;
    return MMF_OK;
}

static mmf_status set_basename(mmf_gen_arguments *arguments, const char *name, mmf_error *error)
{
    if (name[0] == '\0' || strpbrk(name, "/\"\\\n")) {
        return mmf_error_set(error, MMF_E_INVALID, "--basename: not the name of a file: \"%s\"",
                             name);
    }
    arguments->basename = name;
    return MMF_OK;
}

static mmf_status set_engine(mmf_gen_arguments *arguments, const char *name, mmf_error *error)
{
    mmf_text names = {0};
    mmf_status status;

    if (mmf_engine_of(name)) {
        arguments->engine = name;
        return set_mode(arguments, MMF_GEN_EMIT, error);
    }
    mmf_engine_names(&names);
    status = mmf_error_set(error, MMF_E_INVALID, "--emit: \"%s\" is none of %s", name,
                           mmf_text_string(&names));
    mmf_text_clear(&names);
    return status;
}

static mmf_status set_option(mmf_gen_arguments *arguments, int option, char **argv,
                             mmf_error *error)
{
    switch (option) {
    case 'o':
        arguments->directory = optarg;
        return MMF_OK;
    case OPTION_BASENAME:
        return set_basename(arguments, optarg, error);
    case OPTION_QUIET:
        arguments->is_quiet = true;
        return MMF_OK;
    case OPTION_TESTS:
        arguments->with_test = true;
        return MMF_OK;
    case OPTION_DEPFILE:
        arguments->depfile = optarg;
        return MMF_OK;
    case OPTION_CHECK:
        return set_mode(arguments, MMF_GEN_CHECK, error);
    case OPTION_PRINT_LAYOUT:
        return set_mode(arguments, MMF_GEN_PRINT_LAYOUT, error);
    case OPTION_LIST_OUTPUTS:
        return set_mode(arguments, MMF_GEN_LIST_OUTPUTS, error);
    case OPTION_COMPAT:
        arguments->old_file = optarg;
        return set_mode(arguments, MMF_GEN_COMPAT, error);
    case OPTION_EMIT:
        return set_engine(arguments, optarg, error);
    case OPTION_RAW:
        arguments->is_raw = true;
        return MMF_OK;
    case ':':
        return mmf_error_set(error, MMF_E_INVALID, "%s: an argument is missing", argv[optind - 1]);
    default:
        return mmf_error_set(error, MMF_E_INVALID, "%s: no such option", argv[optind - 1]);
    }
}

static mmf_status check_files(const mmf_gen_arguments *arguments, mmf_error *error)
{
    if (arguments->file_count == 0) {
        return mmf_error_set(error, MMF_E_INVALID, "no schema file");
    }
    if (arguments->file_count > 1 && arguments->basename) {
        return mmf_error_set(error, MMF_E_INVALID, "--basename: only with one file");
    }
    if (arguments->file_count > 1 && arguments->mode == MMF_GEN_COMPAT) {
        return mmf_error_set(error, MMF_E_INVALID, "--compat: only with one file");
    }
    if (arguments->is_raw && arguments->mode != MMF_GEN_EMIT) {
        return mmf_error_set(error, MMF_E_INVALID, "--raw: only with --emit");
    }
    return MMF_OK;
}

mmf_status mmf_gen_arguments_parse(int argc, char **argv, mmf_gen_arguments *ret_arguments,
                                   mmf_error *error)
{
    mmf_gen_arguments arguments = {0};
    mmf_status status = MMF_OK;
    int option;

    optind = 1;
    opterr = 0;
    while (status == MMF_OK &&
           (option = getopt_long(argc, argv, ":o:h", long_options, NULL)) != -1) {
        if (option == 'h' || option == OPTION_VERSION) {
            arguments.mode = option == 'h' ? MMF_GEN_HELP : MMF_GEN_VERSION;
            *ret_arguments = arguments;
            return MMF_OK;
        }
        status = set_option(&arguments, option, argv, error);
    }
    if (status != MMF_OK) {
        return status;
    }
    arguments.files = argv + optind;
    arguments.file_count = argc - optind;
    status = check_files(&arguments, error);
    if (status == MMF_OK) {
        *ret_arguments = arguments;
    }
    return status;
}
