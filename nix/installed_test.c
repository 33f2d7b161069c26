/* Uses the installed package: one price goes into a store and comes back. */
#include <stdio.h>
#include <stdlib.h>

#include "tick.mmf.h"

int main(void)
{
    tick_store *store = NULL;
    uint64_t index = 0;
    double price = 0;
    mmf_status status = tick_store_create("ticks.mmf", NULL, &store);

    if (status == MMF_OK) {
        status = tick_append(store, NULL, &index);
    }
    if (status == MMF_OK) {
        status = tick_set_price(store, index, 101.5);
    }
    if (status == MMF_OK) {
        status = tick_get_price(store, index, &price);
    }
    if (status == MMF_OK) {
        status = tick_store_close(store);
    }
    printf("%s: %.1f\n", mmf_status_text(status), price);
    return status == MMF_OK && price > 101 && price < 102 ? EXIT_SUCCESS : EXIT_FAILURE;
}
