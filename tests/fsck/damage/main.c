/* damage: makes a store and damages it, as a recipe says. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fsck/damage/live.h"
#include "tests/fsck/damage/recipe.h"

#define LINE_SIZE 1024

static const char usage[] =
    "usage: damage [-s SCHEMAS] [-f FIXTURES] RECIPE DIRECTORY\n"
    "       damage [-s SCHEMAS] -r|-w SCHEMA DIRECTORY\n"
    "Makes DIRECTORY/STORE.mmf as the recipe says. When it holds the store it says \"ready\",\n"
    "and closes the store at the end of its input.\n"
    "\n"
    "  -s SCHEMAS    directory of the schemas (.)\n"
    "  -f FIXTURES   directory of stores of other libraries (.)\n"
    "  -r SCHEMA     opens DIRECTORY/STORE.mmf to read, and reads every record\n"
    "  -w SCHEMA     the same, by a handle that writes\n";

typedef struct options {
    const char *schemas;
    const char *fixtures;
    const char *schema; /* of the store that is to be read; NULL: damage one */
    bool writes;
} options;

/* The lines of the recipe, until one fails. */
static int follow(subject *subject, const char *path)
{
    char line[LINE_SIZE];
    unsigned number = 0;
    mmf_status status = MMF_OK;
    FILE *file = fopen(path, "re");

    if (!file) {
        (void)fprintf(stderr, "damage: %s: %s\n", path, strerror(errno));
        return 1;
    }
    while (status == MMF_OK && fgets(line, sizeof line, file)) {
        number++;
        status = recipe_do_line(subject, line);
    }
    (void)fclose(file);
    if (status != MMF_OK) {
        (void)fprintf(stderr, "%s:%u: error: %s\n", path, number, subject->error.text);
        return 1;
    }
    return 0;
}

/* Until the end of the input, or for ten minutes should whoever started this forget it. */
static void hold(void)
{
    (void)alarm(600);
    (void)printf("ready\n");
    (void)fflush(stdout);
    while (getchar() != EOF) {
    }
}

static int read_all(subject *subject, const options *options)
{
    uint64_t count = 0;
    mmf_status status = subject_load_schema(subject, options->schema);

    if (status == MMF_OK) {
        status = live_read_all(subject, options->writes, &count);
    }
    if (status != MMF_OK) {
        (void)printf("%s: %s\n", options->writes ? "writer" : "reader", subject->error.text);
        return 1;
    }
    (void)printf("%s: %llu records\n", options->writes ? "writer" : "reader",
                 (unsigned long long)count);
    return 0;
}

static bool parse(int argc, char **argv, options *ret_options)
{
    int option;

    while ((option = getopt(argc, argv, "s:f:r:w:")) != -1) {
        switch (option) {
        case 's':
            ret_options->schemas = optarg;
            break;
        case 'f':
            ret_options->fixtures = optarg;
            break;
        case 'r':
        case 'w':
            ret_options->schema = optarg;
            ret_options->writes = option == 'w';
            break;
        default:
            return false;
        }
    }
    return argc - optind == (ret_options->schema ? 1 : 2);
}

int main(int argc, char **argv)
{
    options options = {.schemas = ".", .fixtures = "."};
    subject subject;
    int result;

    if (!parse(argc, argv, &options)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    if (subject_init(&subject, argv[argc - 1], options.schemas, options.fixtures) != MMF_OK) {
        (void)fprintf(stderr, "damage: %s\n", subject.error.text);
        return 1;
    }
    if (options.schema) {
        result = read_all(&subject, &options);
    } else {
        result = follow(&subject, argv[optind]);
        if (result == 0 && (subject.held || subject.mapping)) {
            hold();
        }
    }
    subject_free(&subject);
    return result;
}
