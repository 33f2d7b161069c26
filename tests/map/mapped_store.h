/* Stores with wishes for their mapping. */
#ifndef MMF_TESTS_MAP_MAPPED_STORE_H
#define MMF_TESTS_MAP_MAPPED_STORE_H

#include "tests/map/mapping.h"

#define RECORD_SIZE 64
#define RESERVATION (64ull << 20)

static inline mmf_status open_so(const char *name, uint32_t flags, const mmf_map_options *map,
                                 mmf_error *error, mmf_store **ret_store)
{
    static mmf_record_type type; /* as long as the handles */
    const mmf_options options = {
        .flags = flags, .reservation_bytes = RESERVATION, .error = error, .map = map};

    type = test_type(2, RECORD_SIZE);
    return mmf_store_open(test_path(name), &type, &options, ret_store);
}

static inline mmf_store *store_so(const char *name, uint32_t flags, const mmf_map_options *map)
{
    mmf_store *store = NULL;
    mmf_error error = {0};

    ck_status_error(open_so(name, flags, map, &error, &store), MMF_OK, &error);
    return store;
}

static inline mmf_map_info map_of_store(const mmf_store *store)
{
    mmf_map_info info = {0};

    ck_ok(mmf_store_map_report(store, &info));
    ck_assert(info.knows_areas);
    return info;
}

/* Makes a store of so many records, and closes it. */
static inline void make_store(const char *name, uint64_t count)
{
    mmf_store *store = store_so(name, MMF_CREATE, NULL);
    uint64_t first;

    ck_ok(test_append_n(store, 7, count, &first));
    ck_ok(mmf_store_close(store));
}

#endif
