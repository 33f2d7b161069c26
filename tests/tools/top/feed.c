/* Makes a store of quotes, and writes to it.
 *
 *   feed create FILE RECORDS     makes it
 *   feed write FILE RECORD       changes that record each millisecond, until it is killed
 *   feed append FILE COUNT       appends */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "schema/json.h"
#include "tools/table.h"

static const char schema_text[] =
    "{\"name\":\"Quote\",\"version\":1,\"fields\":["
    "{\"name\":\"symbol\",\"type\":\"string\",\"max\":16},"
    "{\"name\":\"price\",\"type\":\"int64\",\"logical\":\"decimal\",\"scale\":2}]}";

#define PRICE_OFFSET 24u /* in the payload */

typedef union payload {
    uint64_t words[4];
    uint8_t bytes[32];
} payload;

static payload quote(uint64_t price)
{
    payload result = {{0}};
    uint32_t length = 4;

    memcpy(result.bytes, &length, sizeof length);
    memcpy(result.bytes + sizeof length, "ACME", 4);
    memcpy(result.bytes + PRICE_OFFSET, &price, sizeof price);
    return result;
}

static mmf_status append(mmf_table *table, uint64_t count)
{
    payload record = quote(4150);
    mmf_status status = MMF_OK;

    for (uint64_t i = 0; i < count && status == MMF_OK; i++) {
        status = mmf_table_append(table, &record, 1, NULL);
    }
    return status;
}

static mmf_status write_for_ever(mmf_table *table, uint64_t index)
{
    mmf_status status = MMF_OK;

    for (uint64_t i = 0; status == MMF_OK; i++) {
        payload record = quote(4150 + i % 2);

        status = mmf_table_set(table, index, &record);
        (void)usleep(1000);
    }
    return status;
}

static mmf_status run(const char *what, const char *path, uint64_t number, mmf_error *error)
{
    mmf_options options = {.flags = MMF_NO_SYNC, .error = error};
    mmf_diagnostics diagnostics = {0};
    mmf_table *table = NULL;
    mmf_model *model = NULL;
    mmf_status status;

    if (strcmp(what, "create") == 0) {
        status = mmf_schema_parse(schema_text, strlen(schema_text), &diagnostics, &model);
        status = status == MMF_OK ? mmf_table_create(path, model, 2, &options, &table) : status;
    } else {
        status = mmf_table_open(path, NULL, &options, &diagnostics, &table);
    }
    if (status == MMF_OK) {
        status = strcmp(what, "write") == 0 ? write_for_ever(table, number) : append(table, number);
    }
    mmf_diagnostics_clear(&diagnostics);
    (void)mmf_table_close(table);
    return status;
}

int main(int argc, char **argv)
{
    mmf_error error = {0};
    mmf_status status;

    if (argc != 4) {
        return 2;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)alarm(120);
    status = run(argv[1], argv[2], strtoull(argv[3], NULL, 10), &error);
    if (status != MMF_OK) {
        fprintf(stderr, "feed: %s: %s\n", mmf_status_text(status), error.text);
    }
    return status != MMF_OK;
}
