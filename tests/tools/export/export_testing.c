#include "tests/tools/export/export_testing.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/json.h"
#include "tools/value.h"

mmf_table *testing_create(const char *schema)
{
    static int number;
    const char *directory = getenv("TEST_TMPDIR");
    mmf_options options = {.flags = MMF_ONE_WRITER | MMF_NO_SYNC, .error = &(mmf_error){0}};
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;
    mmf_table *table = NULL;
    char *text = strdup(schema);
    char path[4096];

    for (char *quote = text; (quote = strchr(quote, '\''));) {
        *quote = '"';
    }
    ck_assert_msg(mmf_schema_parse(text, strlen(text), &diagnostics, &model) == MMF_OK, "%s: %s",
                  text, diagnostics.count > 0 ? diagnostics.items[0].text : "?");
    free(text);
    mmf_diagnostics_clear(&diagnostics);
    (void)snprintf(path, sizeof path, "%s/export-%ld-%d.mmf", directory ? directory : "/tmp",
                   (long)getpid(), number++);
    ck_assert_msg(mmf_table_create(path, model, model->format, &options, &table) == MMF_OK, "%s",
                  options.error->text);
    return table;
}

void testing_close(mmf_table *table)
{
    char path[4096];

    (void)snprintf(path, sizeof path, "%s.lock", mmf_store_path(table->store));
    (void)unlink(path);
    (void)unlink(mmf_store_path(table->store));
    (void)mmf_table_close(table);
}

void testing_append(mmf_table *table, const char *cells)
{
    uint8_t *payload = calloc(1, table->type.payload_size);
    char *text = strdup(cells);
    char *rest = text;

    for (uint32_t i = 0; i < table->model->field_count; i++) {
        char *cell = strsep(&rest, "\t");
        mmf_error error = {0};

        ck_assert_msg(cell && mmf_value_read(&table->model->fields[i], cell, strlen(cell),
                                             (mmf_notation){MMF_SYNTAX_TEXT, false}, payload,
                                             &error) == MMF_OK,
                      "%s: %s", table->model->fields[i].name.text, error.text);
    }
    ck_assert(mmf_table_append(table, payload, 1, NULL) == MMF_OK);
    free(payload);
    free(text);
}

void testing_damage(mmf_table *table, uint64_t index, uint32_t offset, const void *bytes,
                    uint32_t size)
{
    memcpy(table->store->records + index * table->type.record_size + offset, bytes, size);
}

testing_bytes testing_export(const mmf_table *table, const mmf_export_options *options)
{
    testing_bytes result = {0};
    int fd = memfd_create("export", MFD_CLOEXEC);
    struct stat stat;

    ck_assert(fd >= 0);
    result.status = mmf_export_to(table, options, fd, &result.error);
    ck_assert(fstat(fd, &stat) == 0);
    result.size = (size_t)stat.st_size;
    result.bytes = malloc(result.size + 1);
    ck_assert(pread(fd, result.bytes, result.size, 0) == (ssize_t)result.size);
    result.bytes[result.size] = '\0';
    ck_assert(close(fd) == 0);
    return result;
}

const char *testing_hex(const void *bytes, size_t size)
{
    static char texts[2][4096];
    static int which;
    char *text = texts[which = !which];

    ck_assert(size * 2 < sizeof texts[0]);
    text[0] = '\0';
    for (size_t i = 0; i < size; i++) {
        (void)sprintf(text + 2 * i, "%02x", ((const uint8_t *)bytes)[i]);
    }
    return text;
}
