/* Makes the store that is measured: make SCHEMA STORE COUNT. The same numbers every time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"
#include "tools/table.h"

typedef struct trade {
    int64_t at;
    double price;
    uint32_t volume;
    uint32_t venue;
    uint32_t symbol_size;
    char symbol[12];
    uint64_t order_id;
    uint64_t account;
} trade;

#define BATCH 1000u

static void fill(trade *trade, uint64_t index)
{
    uint64_t number = index * 0x9e3779b97f4a7c15u;

    number ^= number >> 29;
    *trade = (struct trade){
        .at = (int64_t)(1700000000000000000u + index * 1000000u),
        .price = (double)(number % 1000000) / 100,
        .volume = (uint32_t)(number >> 20) % 10000,
        .venue = (uint32_t)(number >> 40) % 16,
        .order_id = index,
        .account = number % 1000,
    };
    trade->symbol_size = 4;
    (void)snprintf(trade->symbol, sizeof trade->symbol, "S%03u", (unsigned)(number >> 50) % 500);
}

int main(int argc, char **argv)
{
    static trade trades[BATCH];
    mmf_diagnostics diagnostics = {0};
    mmf_options options = {.flags = MMF_ONE_WRITER | MMF_NO_SYNC};
    mmf_model *model = NULL;
    mmf_table *table = NULL;
    uint64_t count;

    if (argc != 4 || mmf_schema_load(argv[1], &diagnostics, &model) != MMF_OK ||
        mmf_table_create(argv[2], model, model->format, &options, &table) != MMF_OK ||
        table->type.record_size != 64) {
        (void)fprintf(stderr, "make SCHEMA STORE COUNT\n");
        return 1;
    }
    mmf_diagnostics_clear(&diagnostics);
    count = strtoull(argv[3], NULL, 10);
    for (uint64_t i = 0; i < count; i += BATCH) {
        char payloads[BATCH * 56];
        uint64_t size = count - i < BATCH ? count - i : BATCH;

        for (uint64_t k = 0; k < size; k++) {
            fill(&trades[k], i + k);
            memcpy(payloads + k * 56, &trades[k], 56);
        }
        if (mmf_table_append(table, payloads, size, NULL) != MMF_OK) {
            return 1;
        }
    }
    return mmf_table_close(table) == MMF_OK ? 0 : 1;
}
