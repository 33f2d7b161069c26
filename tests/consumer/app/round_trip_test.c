/* Writes and reads each field of a store through its generated functions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "point.mmf.h"
#include "store/reading.mmf.h"
#include "store/sub/place.mmf.h"

static void require(bool holds, const char *what, int line)
{
    if (!holds) {
        fprintf(stderr, "round_trip_test.c:%d: %s\n", line, what);
        exit(EXIT_FAILURE);
    }
}

#define REQUIRE(condition) require((condition), #condition, __LINE__)
#define REQUIRE_OK(call) REQUIRE((call) == MMF_OK)

/* NAME in a directory of this test's own. */
static const char *path_of(const char *name)
{
    static char path[4096];
    const char *directory = getenv("TEST_TMPDIR");
    REQUIRE(directory != NULL);
    int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    REQUIRE(length > 0 && (size_t)length < sizeof path);
    return path;
}

/* Sets a field to the given value and reads it back. */
#define CHECK_SCALAR(field, type, ...)                                                             \
    do {                                                                                           \
        const type value = (__VA_ARGS__);                                                          \
        type found = (type)0;                                                                      \
        REQUIRE_OK(reading_set_##field(store, index, value));                                      \
        REQUIRE_OK(reading_get_##field(store, index, &found));                                     \
        REQUIRE(memcmp(&found, &value, sizeof value) == 0);                                        \
    } while (0)

static void check_scalars(reading_store *store, uint64_t index)
{
    CHECK_SCALAR(valid, bool, true);
    CHECK_SCALAR(i8, int8_t, INT8_MIN);
    CHECK_SCALAR(u8, uint8_t, UINT8_MAX);
    CHECK_SCALAR(i16, int16_t, INT16_MIN);
    CHECK_SCALAR(u16, uint16_t, UINT16_MAX);
    CHECK_SCALAR(i32, int32_t, INT32_MIN);
    CHECK_SCALAR(u32, uint32_t, UINT32_MAX);
    CHECK_SCALAR(i64, int64_t, INT64_MIN);
    CHECK_SCALAR(u64, uint64_t, UINT64_MAX);
    CHECK_SCALAR(f32, float, -1.5f);
    CHECK_SCALAR(f64, double, 1e300);
    CHECK_SCALAR(mode, reading_mode, READING_MODE_BUSY);
}

static void check_text(reading_store *store, uint64_t index)
{
    static const uint8_t digest[] = {0, 1, 0xff, 0, 9};
    char label[17];
    uint8_t bytes[5];
    uint32_t length = 0;

    REQUIRE_OK(reading_set_label(store, index, "sixteen letters!", 16));
    REQUIRE_OK(reading_get_label(store, index, label, sizeof label, &length));
    REQUIRE(length == 16 && memcmp(label, "sixteen letters!", 16) == 0);
    REQUIRE(reading_set_label(store, index, "seventeen letters", 17) == MMF_E_TOO_LONG);

    REQUIRE_OK(reading_set_digest(store, index, digest, sizeof digest));
    REQUIRE_OK(reading_get_digest(store, index, bytes, sizeof bytes, &length));
    REQUIRE(length == sizeof digest && memcmp(bytes, digest, sizeof digest) == 0);
}

/* Sets an array and reads it back, then its last element alone. */
#define CHECK_ARRAY(field, type, count, ...)                                                       \
    do {                                                                                           \
        const type values[count] = {__VA_ARGS__};                                                  \
        const uint32_t last = (count)-1;                                                           \
        type found[count];                                                                         \
        type element = values[0];                                                                  \
        REQUIRE_OK(reading_set_##field(store, index, values));                                     \
        REQUIRE_OK(reading_get_##field(store, index, found));                                      \
        REQUIRE(memcmp(found, values, sizeof values) == 0);                                        \
        REQUIRE_OK(reading_get_##field##_at(store, index, last, &element));                        \
        REQUIRE(memcmp(&element, &values[last], sizeof element) == 0);                             \
        REQUIRE_OK(reading_set_##field##_at(store, index, last, values[0]));                       \
        REQUIRE_OK(reading_get_##field(store, index, found));                                      \
        REQUIRE(memcmp(found, values, last * sizeof element) == 0);                                \
        REQUIRE(memcmp(&found[last], &values[0], sizeof element) == 0);                            \
        REQUIRE(reading_set_##field##_at(store, index, count, element) == MMF_E_INDEX);            \
    } while (0)

static void check_arrays(reading_store *store, uint64_t index)
{
    CHECK_ARRAY(bits, bool, 3, false, true, true);
    CHECK_ARRAY(small, int16_t, 3, -1, 2, -3);
    CHECK_ARRAY(levels, double, 5, 1.0, 2.5, -3.0, 4.0, 1e-300);
    CHECK_ARRAY(modes, reading_modes, 2, READING_MODES_OFF, READING_MODES_ON);
}

static void check_text_arrays(reading_store *store, uint64_t index)
{
    static const uint8_t key[] = {7, 0, 7};
    char name[9];
    uint8_t bytes[3];
    uint32_t length = 0;

    for (uint32_t i = 0; i < 3; i++) {
        REQUIRE_OK(reading_set_names_at(store, index, i, &"eightchr"[i], 8 - i));
    }
    for (uint32_t i = 0; i < 3; i++) {
        REQUIRE_OK(reading_get_names_at(store, index, i, name, sizeof name, &length));
        REQUIRE(length == 8 - i && memcmp(name, &"eightchr"[i], length) == 0);
    }
    REQUIRE(reading_set_names_at(store, index, 3, "x", 1) == MMF_E_INDEX);

    REQUIRE_OK(reading_set_keys_at(store, index, 1, key, sizeof key));
    REQUIRE_OK(reading_get_keys_at(store, index, 1, bytes, sizeof bytes, &length));
    REQUIRE(length == sizeof key && memcmp(bytes, key, sizeof key) == 0);
    REQUIRE_OK(reading_get_keys_at(store, index, 0, bytes, sizeof bytes, &length));
    REQUIRE(length == 0);
}

/* What the fields were set to is there after closing, and in the record as a whole. */
static void check_record(const char *path, const reading *expected)
{
    reading_store *store = NULL;
    reading record;
    REQUIRE_OK(reading_store_open(path, NULL, &store));
    REQUIRE(reading_store_len(store) == 2);
    REQUIRE_OK(reading_get(store, 0, &record));
    REQUIRE(memcmp(&record, expected, sizeof record) == 0);
    REQUIRE(record.u64 == UINT64_MAX && record.label.len == 16 &&
            record.modes[0] == READING_MODES_OFF);

    REQUIRE_OK(reading_set(store, 1, &record));
    REQUIRE_OK(reading_get(store, 1, &record));
    REQUIRE(memcmp(&record, expected, sizeof record) == 0);
    REQUIRE(reading_get(store, 2, &record) == MMF_E_INDEX);
    REQUIRE_OK(reading_store_close(store));
}

static void check_readings(void)
{
    const char *path = path_of("reading.mmf");
    reading_store *store = NULL;
    reading record;
    uint64_t index = 9;
    REQUIRE_OK(reading_store_create(path, NULL, &store));
    REQUIRE_OK(reading_append(store, NULL, &index));
    REQUIRE(index == 0);
    check_scalars(store, index);
    check_text(store, index);
    check_arrays(store, index);
    check_text_arrays(store, index);
    REQUIRE_OK(reading_append(store, NULL, &index));
    REQUIRE_OK(reading_get(store, 0, &record));
    REQUIRE_OK(reading_store_close(store));
    check_record(path, &record);
}

/* Stores in the root package, and in a directory below a package. */
static void check_other_stores(void)
{
    point_store *points = NULL;
    place_store *places = NULL;
    double y = 0;
    uint32_t id = 0;
    uint64_t index = 9;
    REQUIRE_OK(point_store_create(path_of("point.mmf"), NULL, &points));
    REQUIRE_OK(point_append(points, &(point){.x = 1, .y = 2}, &index));
    REQUIRE_OK(point_get_y(points, index, &y));
    REQUIRE(y >= 2 && y <= 2);
    REQUIRE_OK(point_store_close(points));

    REQUIRE_OK(place_store_create(path_of("place.mmf"), NULL, &places));
    REQUIRE_OK(place_append(places, &(place){.id = 42}, &index));
    REQUIRE_OK(place_get_id(places, index, &id));
    REQUIRE(id == 42);
    REQUIRE_OK(place_store_close(places));
}

int main(void)
{
    check_readings();
    check_other_stores();
    return EXIT_SUCCESS;
}
