#include <inttypes.h>
#include <stdio.h>

#include "examples/quickstart/tick.mmf.h"

static mmf_status trade(tick_store *store)
{
    static const tick trades[] = {
        {.symbol = {4, "ACME"}, .price = 41.50, .volume = 100, .at = 1700000000000000000},
        {.symbol = {4, "ACME"}, .price = 41.75, .volume = 250, .at = 1700000000000350000},
        {.symbol = {3, "XYZ"}, .price = 7.25, .volume = 1000, .at = 1700000000000900000},
    };
    mmf_status status = MMF_OK;
    double price;
    tick record;

    for (size_t i = 0; i < 3 && status == MMF_OK; i++) {
        status = tick_append(store, &trades[i], NULL); /* other processes see it from here on */
    }
    if (status != MMF_OK || (status = tick_get_price(store, 1, &price)) != MMF_OK ||
        (status = tick_set_price(store, 1, price + 0.25)) != MMF_OK) {
        return status;
    }
    printf("record 1 was at %.2f\n", price);

    tick_iterator it = tick_iterate(store, 0);
    while (tick_next(&it, &record)) {
        printf("%" PRIu64 ": %.*s %.2f x %" PRIu64 "\n", it.index, (int)record.symbol.len,
               record.symbol.data, record.price, record.volume);
    }
    return it.status != MMF_OK ? it.status : tick_store_sync(store); /* and now it is on the disk */
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "ticks.mmf";
    mmf_error error = {0};
    mmf_options options = {.error = &error};
    tick_store *store;
    mmf_status status, closed;

    (void)remove(path); /* an old one; tick_store_create() replaces nothing */
    if (tick_store_create(path, &options, &store) != MMF_OK) {
        fprintf(stderr, "quickstart: %s\n", error.text);
        return 1;
    }
    status = trade(store);
    closed = tick_store_close(store);
    status = status != MMF_OK ? status : closed;
    if (status != MMF_OK) {
        fprintf(stderr, "quickstart: %s: %s\n", path, mmf_status_text(status));
    }
    return status == MMF_OK ? 0 : 1;
}
