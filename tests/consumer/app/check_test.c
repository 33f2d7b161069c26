/* What mmf-fsck does, in a program of somebody else's: a damaged store is found, repaired, and has
 * what it had. */
#include <stdio.h>
#include <stdlib.h>

#include "fsck/check.h"
#include "point.mmf.h"

static void require(bool holds, const char *what, int line)
{
    if (!holds) {
        fprintf(stderr, "check_test.c:%d: %s\n", line, what);
        exit(EXIT_FAILURE);
    }
}

#define REQUIRE(condition) require((condition), #condition, __LINE__)
#define REQUIRE_OK(call) REQUIRE((call) == MMF_OK)

/* The header's version of the schema, which its checksum covers. */
#define DAMAGED_OFFSET 0x28

static void make_store(const char *path)
{
    point_store *store = NULL;

    REQUIRE_OK(point_store_create(path, NULL, &store));
    REQUIRE_OK(point_append(store, &(point){.x = 1, .y = 2}, NULL));
    REQUIRE_OK(point_store_close(store));
}

static void damage(const char *path)
{
    FILE *file = fopen(path, "r+");

    REQUIRE(file != NULL);
    REQUIRE(fseek(file, DAMAGED_OFFSET, SEEK_SET) == 0);
    REQUIRE(fputc(0x55, file) == 0x55);
    REQUIRE(fclose(file) == 0);
}

static void remember(void *context, const mmf_finding *finding)
{
    *(mmf_finding *)context = *finding;
}

static mmf_check_result check(const char *path, uint32_t flags, mmf_finding *ret_finding)
{
    mmf_error error = {0};
    mmf_check_options options = {
        .flags = flags, .report = remember, .context = ret_finding, .error = &error};
    mmf_check_result result;

    require(mmf_check(path, &options, &result) == MMF_OK, error.text, __LINE__);
    REQUIRE(result.is_store && result.is_complete && result.record_count == 1);
    return result;
}

int main(void)
{
    char path[4096];
    const char *directory = getenv("TEST_TMPDIR");
    point_store *store = NULL;
    mmf_finding finding = {0};
    mmf_check_result result;
    double y = 0;

    REQUIRE(directory != NULL);
    REQUIRE(snprintf(path, sizeof path, "%s/checked.mmf", directory) < (int)sizeof path);
    make_store(path);
    REQUIRE(check(path, MMF_CHECK_FULL, &finding).errors == 0);

    damage(path);
    REQUIRE(point_store_open(path, NULL, &store) != MMF_OK);
    result = check(path, 0, &finding);
    REQUIRE(result.errors == 1 && result.left == 1);
    REQUIRE(finding.problem == MMF_PROBLEM_HEADER_FIELD && finding.outcome == MMF_CHECK_LEFT);

    result = check(path, MMF_CHECK_REPAIR, &finding);
    REQUIRE(result.errors == 1 && result.repaired == 1 && result.left == 0);
    REQUIRE(finding.outcome == MMF_CHECK_REPAIRED && result.undo_path[0] != '\0');
    REQUIRE(check(path, MMF_CHECK_FULL, &finding).errors == 0);

    REQUIRE_OK(point_store_open(path, NULL, &store));
    REQUIRE_OK(point_get_y(store, 0, &y));
    REQUIRE(y >= 2 && y <= 2);
    REQUIRE_OK(point_store_close(store));
    return EXIT_SUCCESS;
}
