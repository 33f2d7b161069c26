#include "fsck/options.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_NO_UNDO = 256, /* those that have no letter */
    OPTION_UNDO,
    OPTION_SCHEMA,
    OPTION_JSON,
    OPTION_COLOR,
};

/* All options: getopt's tables and --help are made of this one. */
typedef struct option_row {
    int key; /* the letter, or a number that is none */
    const char *name;
    const char *argument; /* what --help calls it; NULL: it takes none */
    const char *text;
} option_row;

static const option_row rows[] = {
    {'n', "check", NULL, "look, and change nothing"},
    {'p', "preen", NULL, "repair what can be repaired without losing anything"},
    {'y', "yes", NULL, "repair everything that can be repaired"},
    {'f', "force", NULL, "look at all records of stores closed in good order too"},
    {'v', "verbose", NULL, "tell of every finding, and of what is merely notable"},
    {'C', "progress", "FD", "write PASS DONE TOTAL PATH to FD now and then; 0: a bar"},
    {'z', "save-undo", "UNDO", "keep what a repair changes in UNDO, not in FILE.undo"},
    {OPTION_NO_UNDO, "no-undo", NULL, "do not keep them"},
    {OPTION_UNDO, "undo", "UNDO", "bring back the bytes that UNDO has"},
    {OPTION_SCHEMA, "schema", "SCHEMA", "what the records should be, if not what FILE says"},
    {OPTION_JSON, "json", NULL, "write the findings as JSON, and ask nothing"},
    {OPTION_COLOR, "color", "WHEN", "auto, always or never"},
    {'j', "jobs", "N", "read with N threads, 1 to 64"},
    {'h', "help", NULL, "print this and exit"},
    {'V', "version", NULL, "print the version and exit"},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

void fsck_options_help(FILE *out)
{
    fputs("usage: mmf-fsck [OPTION…] FILE…\n"
          "Checks mmapforge stores, and repairs them. On a terminal it asks before each\n"
          "repair, elsewhere -n is the default.\n\n",
          out);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const option_row *row = &rows[i];
        int width = fprintf(out, row->key < 256 ? "  -%c, " : "      ", row->key);

        width += fprintf(out, "--%s%s%s", row->name, row->argument ? " " : "",
                         row->argument ? row->argument : "");
        fprintf(out, "%*s%s\n", width < 23 ? 23 - width : 1, "", row->text);
    }
    fputs("\nExit status, added up over all files: 0 clean, 1 repaired, 4 something is left,\n"
          "8 a file could not be checked, 16 wrong usage, 32 cancelled. See mmf-fsck(8).\n",
          out);
}

bool fsck_mode_repairs(fsck_mode mode)
{
    return mode == FSCK_ASK || mode == FSCK_PREEN || mode == FSCK_YES;
}

/* --- One option ------------------------------------------------------------------------------ */

static mmf_status set_mode(fsck_options *options, fsck_mode mode, mmf_error *error)
{
    if (options->mode != FSCK_DEFAULT && options->mode != mode) {
        return mmf_error_set(error, MMF_E_INVALID, "-n, -p, -y, --undo: only one of them");
    }
    options->mode = mode;
    return MMF_OK;
}

/* A whole number from low to high, in digits alone; strtol() makes one that is too large the
 * largest there is. */
static bool parse_number(const char *text, long low, long high, long *ret_number)
{
    char *end;
    long number;

    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    number = strtol(text, &end, 10);
    if (*end != '\0' || number < low || number > high) {
        return false;
    }
    *ret_number = number;
    return true;
}

/* 0 is the bar, and asks for no descriptor. */
static mmf_status set_progress(fsck_options *options, const char *text, mmf_error *error)
{
    long fd;
    int flags;

    if (!parse_number(text, 0, 1 << 20, &fd)) {
        return mmf_error_set(error, MMF_E_INVALID, "-C: not the number of a descriptor: %s", text);
    }
    flags = fd > 0 ? fcntl((int)fd, F_GETFL) : O_WRONLY;
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
        return mmf_error_set(error, MMF_E_INVALID, "-C: descriptor %ld is not open for writing",
                             fd);
    }
    options->progress_fd = (int)fd;
    return MMF_OK;
}

static mmf_status set_threads(fsck_options *options, const char *text, mmf_error *error)
{
    long threads;

    if (!parse_number(text, 1, FSCK_THREADS_MAX, &threads)) {
        return mmf_error_set(error, MMF_E_INVALID, "-j: not a number from 1 to %d: %s",
                             FSCK_THREADS_MAX, text);
    }
    options->threads = (uint32_t)threads;
    return MMF_OK;
}

static mmf_status set_color(fsck_options *options, const char *text, mmf_error *error)
{
    static const char *const names[] = {"auto", "always", "never"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            options->color = (fsck_color_when)i;
            return MMF_OK;
        }
    }
    return mmf_error_set(error, MMF_E_INVALID, "--color: neither auto, always nor never: %s", text);
}

static mmf_status set_undo(fsck_options *options, const char *path, mmf_error *error)
{
    options->undo = path;
    return set_mode(options, FSCK_UNDO, error);
}

static mmf_status set_option(fsck_options *options, int key, mmf_error *error)
{
    switch (key) {
    case 'n':
        return set_mode(options, FSCK_CHECK, error);
    case 'p':
        return set_mode(options, FSCK_PREEN, error);
    case 'y':
        return set_mode(options, FSCK_YES, error);
    case 'f':
        options->is_full = true;
        return MMF_OK;
    case 'v':
        options->is_verbose = true;
        return MMF_OK;
    case 'C':
        return set_progress(options, optarg, error);
    case 'z':
        options->save_undo = optarg;
        return MMF_OK;
    case OPTION_NO_UNDO:
        options->has_no_undo = true;
        return MMF_OK;
    case OPTION_UNDO:
        return set_undo(options, optarg, error);
    case OPTION_SCHEMA:
        options->schema_path = optarg;
        return MMF_OK;
    case OPTION_JSON:
        options->is_json = true;
        return MMF_OK;
    case OPTION_COLOR:
        return set_color(options, optarg, error);
    default:
        return set_threads(options, optarg, error);
    }
}

/* --- The whole line -------------------------------------------------------------------------- */

static mmf_status check_undo(const fsck_options *options, mmf_error *error)
{
    if (options->file_count > 1) {
        return mmf_error_set(error, MMF_E_INVALID, "--undo: only with one file");
    }
    if (options->save_undo || options->has_no_undo || options->is_full || options->schema_path) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "--undo: not with -f, -z, --no-undo or --schema");
    }
    return MMF_OK;
}

static mmf_status check_together(const fsck_options *options, mmf_error *error)
{
    if (options->file_count == 0) {
        return mmf_error_set(error, MMF_E_INVALID, "no file");
    }
    if (options->save_undo && options->file_count > 1) {
        return mmf_error_set(error, MMF_E_INVALID, "-z: only with one file");
    }
    if (options->save_undo && options->has_no_undo) {
        return mmf_error_set(error, MMF_E_INVALID, "-z, --no-undo: only one of them");
    }
    return options->mode == FSCK_UNDO ? check_undo(options, error) : MMF_OK;
}

/* What getopt refused: a letter, of perhaps several in one argument, or a whole argument. */
static mmf_status refuse(int key, char **argv, mmf_error *error)
{
    const char *argument = argv[optind - 1];

    if (key == ':') {
        return mmf_error_set(error, MMF_E_INVALID, "%s: an argument is missing", argument);
    }
    if (argument[0] == '-' && argument[1] == '-' && optopt != 0) {
        return mmf_error_set(error, MMF_E_INVALID, "%s: takes no argument", argument);
    }
    if (optopt != 0) {
        return mmf_error_set(error, MMF_E_INVALID, "-%c: no such option", optopt);
    }
    return mmf_error_set(error, MMF_E_INVALID, "%s: no such option", argument);
}

/* ret_letters has room for two bytes a row and the first colon. */
static void make_tables(struct option ret_names[ROW_COUNT + 1], char *ret_letters)
{
    *ret_letters++ = ':';
    for (size_t i = 0; i < ROW_COUNT; i++) {
        int takes = rows[i].argument ? required_argument : no_argument;

        ret_names[i] = (struct option){rows[i].name, takes, NULL, rows[i].key};
        if (rows[i].key < 256) {
            *ret_letters++ = (char)rows[i].key;
            if (rows[i].argument) {
                *ret_letters++ = ':';
            }
        }
    }
    ret_names[ROW_COUNT] = (struct option){0};
    *ret_letters = '\0';
}

mmf_status fsck_options_parse(int argc, char **argv, fsck_options *ret_options, mmf_error *error)
{
    struct option names[ROW_COUNT + 1];
    char letters[2 * ROW_COUNT + 2];
    fsck_options options = {.progress_fd = FSCK_NO_FD};
    mmf_status status = MMF_OK;
    int key;

    make_tables(names, letters);
    opterr = 0;
    while (status == MMF_OK && (key = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        if (key == 'h' || key == 'V') {
            options.mode = key == 'h' ? FSCK_HELP : FSCK_VERSION;
            *ret_options = options;
            return MMF_OK;
        }
        status =
            key == '?' || key == ':' ? refuse(key, argv, error) : set_option(&options, key, error);
    }
    if (status != MMF_OK) {
        return status;
    }
    options.files = argv + optind;
    options.file_count = argc - optind;
    status = check_together(&options, error);
    if (status == MMF_OK) {
        *ret_options = options;
    }
    return status;
}
