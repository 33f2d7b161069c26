/* Uses the installed package: what mmf-fsck does, in a program. The store was made by the schema.
 * A byte that nobody uses is damaged: found, left alone, repaired, and gone. */
#include <stdio.h>
#include <stdlib.h>

#include "fsck/check.h"
#include "schema/json.h"

/* Of format 2: between the fields of the header and its first durable slot. */
#define UNUSED_OFFSET 0x1f0

static bool damage(const char *path)
{
    FILE *file = fopen(path, "r+");
    bool is_done = file && fseek(file, UNUSED_OFFSET, SEEK_SET) == 0 && fputc('!', file) == '!';

    return file && fclose(file) == 0 && is_done;
}

/* A check has that many errors, and repairs them where it is asked to. */
static bool check(const char *path, const mmf_model *schema, uint32_t flags, uint64_t errors)
{
    mmf_error error = {0};
    mmf_check_options options = {
        .flags = flags | MMF_CHECK_FULL, .schema = schema, .error = &error};
    mmf_check_result result;
    mmf_status status = mmf_check(path, &options, &result);

    printf("%s: %llu errors, %llu repaired %s\n", mmf_status_text(status),
           (unsigned long long)result.errors, (unsigned long long)result.repaired, error.text);
    return status == MMF_OK && result.is_complete && result.errors == errors &&
           result.repaired == (flags & MMF_CHECK_REPAIR ? errors : 0);
}

int main(int argc, char **argv)
{
    mmf_diagnostics diagnostics = {0};
    mmf_model *schema = NULL;
    bool is_good = argc == 3 && mmf_schema_load(argv[2], &diagnostics, &schema) == MMF_OK &&
                   check(argv[1], schema, 0, 0) && damage(argv[1]) &&
                   check(argv[1], schema, 0, 1) && check(argv[1], schema, MMF_CHECK_REPAIR, 1) &&
                   check(argv[1], schema, 0, 0);

    mmf_diagnostics_clear(&diagnostics);
    mmf_model_free(schema);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
