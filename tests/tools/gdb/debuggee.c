/* What gdb looks at: a store with a record at rest, one in change, and values that are none.
 *
 *   debuggee FILE      makes it, if there is none; with DEBUGGEE_ABORTS set it dies in stop() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/gdb/quote.mmf.h"

/* Where gdb stops. */
__attribute__((noinline)) static void stop(void)
{
    (void)fflush(stdout);
    if (getenv("DEBUGGEE_ABORTS")) {
        abort();
    }
}

__attribute__((noinline)) static void look(quote_store *store, mmf_store *base, quote *mine)
{
    static mmf_store garbage;
    mmf_store *null_store = NULL;
    mmf_store *wild_store = (mmf_store *)(uintptr_t)0x123456;
    mmf_store *garbage_store = &garbage;
    quote damaged = *mine;

    memset(&garbage, 0x5a, sizeof garbage);
    damaged.symbol.len = 4000000;
    damaged.side = 7;
    damaged.at = UINT64_MAX;
    printf("%p %p %p %p %p %u\n", (void *)store, (void *)base, (void *)null_store,
           (void *)wild_store, (void *)garbage_store, damaged.symbol.len);
    stop();
}

static quote example(void)
{
    quote record = {
        .symbol = {4, "AAPL"},
        .digest = {3, {0x00, 0xff, 0x12}},
        .tags = {{2, "ab"}, {6, "x\n\"\\\xff\x01"}},
        .side = QUOTE_SIDE_SELL,
        .price = -5,
        .at = 1700000000000350000u,
        .id = {16, {0x55, 0x0e, 0x84, 0x00, 0xe2, 0x9b, 0x41, 0xd4, 0xa7, 0x16, 0x44, 0x66, 0x55}},
        .from = 0xc0000201,
        .to = {0x20, 0x01, 0x0d, 0xb8, [15] = 1},
        .levels = {1.5, 2.5, 3.5},
        .is_last = true,
    };

    record.at /= 1000;
    return record;
}

int main(int argc, char **argv)
{
    mmf_error error = {0};
    mmf_options options = {
        .flags = MMF_CREATE | MMF_NO_SYNC, .reservation_bytes = 1 << 20, .error = &error};
    mmf_write_section section = {NULL, 0};
    quote_store *store = NULL;
    quote record = example();

    if (argc != 2 || quote_store_open(argv[1], &options, &store) != MMF_OK) {
        fprintf(stderr, "debuggee: %s\n", error.text);
        return 1;
    }
    for (uint64_t i = 0; i < 3; i++) {
        if (i == quote_store_len(store) && quote_append(store, &record, NULL) != MMF_OK) {
            return 1;
        }
        record.price += 4155;
    }
    if (mmf_write_begin(&store->base, 2, QUOTE_RECORD_SIZE, QUOTE_SYMBOL_OFFSET, 8, &section) !=
        MMF_OK) {
        return 1;
    }
    look(store, &store->base, &record);
    return mmf_write_end(&store->base, &section) != MMF_OK || quote_store_close(store) != MMF_OK;
}
