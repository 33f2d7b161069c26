/* Runs the parser over the corpus. The meta-schema is checked against the same files by
 * meta_schema_check.py, so that the two cannot drift apart.
 *
 *   good         no diagnostics; the canonical text is a fixed point and has the same hash
 *   bad          exactly the diagnostics of NAME.expect
 *   bad_meaning  the same; errors that only the parser can see
 *
 * "bazel run //tests/schema:corpus_test -- --update" writes the .expect files anew.
 */
#define _GNU_SOURCE /* open_memstream, asprintf */

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "schema/hash.h"
#include "tests/schema/suite.h"

#define CORPUS "tests/schema/corpus/"
#define SUFFIX ".mmf.json"

static int is_schema(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > strlen(SUFFIX) && strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0;
}

/* Calls visit for each schema of the folder; returns how many there are. */
static int for_each_schema(const char *folder, void (*visit)(const char *path))
{
    struct dirent **entries;
    char *directory;
    int count;

    ck_assert_int_ge(asprintf(&directory, CORPUS "%s", folder), 0);
    count = scandir(directory, &entries, is_schema, alphasort);
    ck_assert_msg(count >= 0, "cannot read %s", directory);
    for (int i = 0; i < count; i++) {
        char *path;

        ck_assert_int_ge(asprintf(&path, "%s/%s", directory, entries[i]->d_name), 0);
        visit(path);
        free(path);
        free(entries[i]);
    }
    free(entries);
    free(directory);
    return count;
}

/* The file's text with a NUL behind it; to be freed. */
static char *read_text(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(MMF_SCHEMA_SIZE_MAX);

    ck_assert_msg(file != NULL, "cannot open %s", path);
    ck_assert_ptr_nonnull(text);
    *ret_size = fread(text, 1, MMF_SCHEMA_SIZE_MAX - 1, file);
    text[*ret_size] = '\0';
    (void)fclose(file);
    return text;
}

/* NAME.mmf.json to NAME.expect; to be freed. */
static char *expect_path(const char *path)
{
    char *result;

    ck_assert_int_ge(asprintf(&result, "%.*s.expect", (int)(strlen(path) - strlen(SUFFIX)), path),
                     0);
    return result;
}

/* The diagnostics of a schema, a line each, without its path; to be freed. */
static char *diagnose(const char *path, mmf_status *ret_status)
{
    mmf_diagnostics diagnostics;
    mmf_model *model = NULL;
    char *lines;
    size_t size;
    char *text = read_text(path, &size);
    FILE *stream = open_memstream(&lines, &(size_t){0});

    ck_assert_ptr_nonnull(stream);
    mmf_diagnostics_init(&diagnostics, "");
    *ret_status = mmf_schema_parse(text, size, &diagnostics, &model);
    for (size_t i = 0; i < diagnostics.count; i++) {
        char *line = mmf_diagnostics_format(&diagnostics, i);

        (void)fprintf(stream, "%s\n", line);
        free(line);
    }
    (void)fclose(stream);
    mmf_model_free(model);
    mmf_diagnostics_clear(&diagnostics);
    free(text);
    return lines;
}

static void expect_good(const char *path)
{
    mmf_diagnostics diagnostics;
    mmf_model *model = NULL;
    mmf_model *again;
    char *canonical;
    char *second;
    mmf_status status = mmf_schema_load(path, &diagnostics, &model);

    ck_assert_msg(status == MMF_OK && diagnostics.count == 0, "%s: %s", path,
                  diagnostics.count > 0 ? diagnostics.items[0].text : mmf_status_name(status));
    canonical = mmf_schema_canonical(model);
    again = parse_good(canonical);
    second = mmf_schema_canonical(again);
    ck_assert_msg(strcmp(canonical, second) == 0, "%s:\n%s\n%s", path, canonical, second);
    ck_assert_msg(memcmp(model->hash, again->hash, MMF_HASH_SIZE) == 0, "%s: the hash", path);
    ck_assert_uint_eq(model->record_size, again->record_size);
    ck_assert_uint_eq(model->capacity, again->capacity);
    ck_assert_str_eq(model->prefix.text, again->prefix.text);
    free(canonical);
    free(second);
    mmf_model_free(model);
    mmf_model_free(again);
    mmf_diagnostics_clear(&diagnostics);
}

static void expect_bad(const char *path)
{
    size_t size;
    mmf_status status;
    char *name = expect_path(path);
    char *expected = read_text(name, &size);
    char *found = diagnose(path, &status);

    ck_assert_msg(status == MMF_E_SYNTAX, "%s is accepted", path);
    ck_assert_msg(strcmp(found, expected) == 0, "%s\n--- expected\n%s--- found\n%s", path, expected,
                  found);
    free(name);
    free(expected);
    free(found);
}

static void update(const char *path)
{
    mmf_status status;
    char *name = expect_path(path);
    char *found = diagnose(path, &status);
    FILE *file = fopen(name, "wb");

    ck_assert_msg(file != NULL, "cannot write %s", name);
    (void)fputs(found, file);
    ck_assert_int_eq(fclose(file), 0);
    free(name);
    free(found);
}

START_TEST(good_schemas_are_accepted)
{
    ck_assert_int_ge(for_each_schema("good", expect_good), 15);
}
END_TEST

START_TEST(bad_schemas_are_rejected)
{
    ck_assert_int_ge(for_each_schema("bad", expect_bad), 60);
}
END_TEST

START_TEST(bad_meaning_is_rejected)
{
    ck_assert_int_ge(for_each_schema("bad_meaning", expect_bad), 20);
}
END_TEST

START_TEST(update_expectations)
{
    (void)for_each_schema("bad", update);
    (void)for_each_schema("bad_meaning", update);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("corpus");
    TCase *tests = tcase_create("all");
    const char *workspace = getenv("BUILD_WORKSPACE_DIRECTORY");

    if (argc > 1 && strcmp(argv[1], "--update") == 0) {
        if (workspace && chdir(workspace) != 0) {
            return EXIT_FAILURE;
        }
        tcase_add_test(tests, update_expectations); /* before the others, which then pass */
    }
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, good_schemas_are_accepted);
    tcase_add_test(tests, bad_schemas_are_rejected);
    tcase_add_test(tests, bad_meaning_is_rejected);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
