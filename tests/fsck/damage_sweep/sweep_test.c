/* Stores that are damaged in every way that a loop can think of, and what a check makes of each:
 * trial.c says what has to hold. MMF_SWEEP=N takes N times as many samples as an ordinary run does.
 */
#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/format.h"
#include "tests/fsck/damage/recipe.h"
#include "tests/fsck/damage_sweep/trial.h"
#include "tests/power/random.h"
#include "tests/runtime/testing.h"

#define SCHEMAS "tests/fsck/recipes/schemas"
#define FIXTURES "tests/fixtures/go-mmapforge"

const char *const suite_name = "damage_sweep";

/* --- The stores ------------------------------------------------------------------------------ */

typedef struct kind {
    const char *name;
    const char *recipe;
    bool is_clean;
    bool is_given;
} kind;

static const kind kinds[] = {
    {"trade", "make trade 5 8", true, false},
    {"sealed", "make sealed 5 8", true, false},
    {"every", "make every 3 4", true, false},
    {"every_sealed", "make every_sealed 3 4", true, false},
    {"legacy", "make legacy 5 8", true, false},
    {"legacy, given", "make legacy 5 8", true, true},
    {"legacy_every, given", "make legacy_every 5 8", true, true},
    {"trade, dirty", "make trade 5 8\ndie record 3 price 99.5 , field 1 at 7\nleave 2", false,
     false},
    {"trade, torn", "make trade 5 8\nleave 2\ndie record 3 price 99.5 , append 2", false, false},
    {"sealed, dirty", "make sealed 5 8\nleave 2\ndie record 3 price 99.5 , field 1 at 7", false,
     false},
    {"legacy, dirty", "make legacy 5 8\nleave 2\ndie record 3 price 99.5", false, true},
};

#define KINDS ((int)(sizeof kinds / sizeof *kinds))

static char directory[128];
static subject it;
static origin at;

/* In memory where there is such a place: each trial waits for the disk a dozen times. */
static const char *working_directory(void)
{
    if (access("/dev/shm", W_OK) != 0) {
        return test_directory();
    }
    (void)snprintf(directory, sizeof directory, "/dev/shm/damage-sweep-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    return directory;
}

static void follow(const char *lines)
{
    while (*lines != '\0') {
        char line[256];
        size_t length = strcspn(lines, "\n");

        ck_assert_uint_lt(length, sizeof line);
        memcpy(line, lines, length);
        line[length] = '\0';
        ck_status_error(recipe_do_line(&it, line), MMF_OK, &it.error);
        lines += length + (lines[length] == '\n');
    }
}

static void remove_files(void)
{
    (void)unlink(at.paths.store);
    (void)unlink(at.paths.lock);
    (void)unlink(at.paths.undo);
    if (directory[0] != '\0') {
        (void)rmdir(directory);
    }
}

static void begin(const kind *kind)
{
    const char *path = working_directory();

    ck_ok(subject_init(&it, path, SCHEMAS, FIXTURES));
    at = (origin){.name = kind->name, .is_given = kind->is_given, .paths = pair_paths_in(path)};
    (void)snprintf(it.store_path, sizeof it.store_path, "%s", at.paths.store);
    (void)snprintf(it.lock_path, sizeof it.lock_path, "%s", at.paths.lock);
    follow(kind->recipe);
    at.bytes_are_appended = strstr(kind->recipe, "append") != NULL;
    at.type = &it.type;
    at.model = it.model;
    at.data_offset = mmf_header_region_size(it.type.format, it.type.schema_text_size);
    ck_assert_msg(origin_prepare(&at, kind->is_clean), "%s", kind->name);
}

static void end(void)
{
    uint64_t failures = at.failures;

    if (getenv("MMF_SWEEP")) {
        (void)fprintf(stderr, "%s: %llu trials, %llu complaints\n", at.name,
                      (unsigned long long)at.trials, (unsigned long long)failures);
    }
    remove_files();
    pair_free(&at.bytes);
    pair_free(&at.mended);
    subject_free(&it);
    ck_assert_msg(failures == 0, "%s: %llu complaints", at.name, (unsigned long long)failures);
}

static unsigned effort(void)
{
    const char *text = getenv("MMF_SWEEP");
    unsigned long value = text ? strtoul(text, NULL, 10) : 1;

    return value > 0 && value < 10000 ? (unsigned)value : 1;
}

/* 1 of 3 * n in an ordinary run. */
static unsigned sample(unsigned n)
{
    return 3 * n > effort() ? 3 * n / effort() : 1;
}

/* --- One byte -------------------------------------------------------------------------------- */

#define VALUES 11u

static uint8_t value_of(uint8_t was, unsigned which)
{
    return which < 8 ? (uint8_t)(was ^ 1u << which)
                     : (uint8_t)(which == 8   ? 0
                                 : which == 9 ? 0xff
                                              : was + 1u);
}

static void try_byte(uint8_t *byte, const pair *damaged, const char *file, size_t offset,
                     unsigned which)
{
    uint8_t was = *byte;
    char what[64];

    *byte = value_of(was, which);
    if (*byte != was) {
        (void)snprintf(what, sizeof what, "byte %#zx of the %s %#04x for %#04x", offset, file,
                       *byte, was);
        trial_run(&at, damaged, TRIAL_ONE_BYTE, what);
    }
    *byte = was;
}

static bool is_quiet(const uint8_t *bytes, size_t size, size_t offset)
{
    for (size_t i = offset < 8 ? 0 : offset - 8; i < offset + 8 && i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Every value where something is stored, few where nothing is. */
static void sweep_bytes(uint8_t *bytes, size_t size, size_t limit, const pair *damaged,
                        const char *file, unsigned every)
{
    unsigned turn = 0;

    for (size_t i = 0; i < size && i < limit; i++) {
        bool quiet = is_quiet(bytes, size, i);

        for (unsigned which = 0; which < VALUES; which++) {
            if (turn++ % (quiet ? sample(every * 501) : sample(every)) == 0) {
                try_byte(&bytes[i], damaged, file, i, which);
            }
        }
    }
}

START_TEST(test_header_bytes)
{
    pair damaged;

    begin(&kinds[_i]);
    damaged = pair_copy(&at.bytes);
    sweep_bytes(damaged.store, damaged.store_size, at.data_offset, &damaged, "store", 17);
    pair_free(&damaged);
    end();
}
END_TEST

START_TEST(test_record_bytes)
{
    pair damaged;
    size_t end_of_records;

    begin(&kinds[_i]);
    damaged = pair_copy(&at.bytes);
    end_of_records = at.data_offset + (at.count + 2) * at.type->record_size;
    for (size_t i = at.data_offset, turn = 0; i < end_of_records && i < damaged.store_size; i++) {
        for (unsigned which = 0; which < VALUES; which++) {
            if (turn++ % sample(41) == 0) {
                try_byte(&damaged.store[i], &damaged, "store", i, which);
            }
        }
    }
    pair_free(&damaged);
    end();
}
END_TEST

START_TEST(test_lock_bytes)
{
    pair damaged;

    begin(&kinds[_i]);
    damaged = pair_copy(&at.bytes);
    if (damaged.lock) {
        sweep_bytes(damaged.lock, damaged.lock_size, 0x9000 + 0x1000, &damaged, "lock file", 11);
    }
    pair_free(&damaged);
    end();
}
END_TEST

/* --- Sizes ----------------------------------------------------------------------------------- */

START_TEST(test_sizes)
{
    size_t whole;

    begin(&kinds[_i]);
    whole = at.bytes.store_size;
    for (size_t size = 0; size < whole + 4096; size += sample(67)) {
        pair damaged = pair_copy(&at.bytes);
        char what[64];

        pair_resize_store(&damaged, size);
        (void)snprintf(what, sizeof what, "size %zu instead of %zu", size, whole);
        trial_run(&at, &damaged, 0, what);
        pair_free(&damaged);
    }
    end();
}
END_TEST

START_TEST(test_lock_sizes)
{
    begin(&kinds[_i]);
    for (size_t size = 0; at.bytes.lock && size < at.bytes.lock_size; size += 8 * sample(601) + 3) {
        pair damaged = pair_copy(&at.bytes);
        char what[64];

        damaged.lock_size = size;
        (void)snprintf(what, sizeof what, "lock file of %zu instead of %zu", size,
                       at.bytes.lock_size);
        trial_run(&at, &damaged, 0, what);
        pair_free(&damaged);
    }
    end();
}
END_TEST

/* --- Chance ---------------------------------------------------------------------------------- */

static size_t any_place(uint64_t *seed, size_t size)
{
    static const size_t favourites[] = {0x28,  0x2c,  0x30,  0x38,  0x48,  0x58,  0x5c,
                                        0x60,  0x64,  0x68,  0x100, 0x108, 0x118, 0x128,
                                        0x200, 0x208, 0x23c, 0x400, 0x408, 0x43c};
    uint64_t turn = random_below(seed, 4);

    if (turn == 0) {
        return favourites[random_below(seed, sizeof favourites / sizeof *favourites)] % size;
    }
    return random_below(seed, turn == 1 && size > 0x200 ? 0x200 : size);
}

static void damage_bytes(uint64_t *seed, uint8_t *bytes, size_t size)
{
    for (uint64_t i = random_below(seed, 8) + 1; i > 0 && size > 0; i--) {
        size_t place = any_place(seed, size);

        bytes[place] = value_of(bytes[place], (unsigned)random_below(seed, VALUES));
    }
}

static void damage_words(uint64_t *seed, uint8_t *bytes, size_t size)
{
    static const uint64_t words[] = {0, 1, 2, 7, 8, 255, 4096, UINT32_MAX, INT64_MAX, UINT64_MAX};

    for (uint64_t i = random_below(seed, 4) + 1; i > 0 && size >= 8; i--) {
        uint64_t word = words[random_below(seed, sizeof words / sizeof *words)];

        memcpy(bytes + any_place(seed, size - 7) / 8 * 8, &word, sizeof word);
    }
}

/* A sector that was not written, was written elsewhere, or is of another file. */
static void damage_sector(uint64_t *seed, uint8_t *bytes, size_t size)
{
    size_t sectors = size / MMF_SECTOR_SIZE;
    uint8_t *sector;

    if (sectors == 0) {
        return;
    }
    sector = bytes + random_below(seed, sectors) * MMF_SECTOR_SIZE;
    switch (random_below(seed, 3)) {
    case 0:
        memset(sector, 0, MMF_SECTOR_SIZE);
        break;
    case 1:
        memmove(sector, bytes + random_below(seed, sectors) * MMF_SECTOR_SIZE, MMF_SECTOR_SIZE);
        break;
    default:
        for (size_t i = 0; i < MMF_SECTOR_SIZE; i++) {
            sector[i] = (uint8_t)random_next(seed);
        }
        break;
    }
}

static void damage_size(uint64_t *seed, pair *damaged)
{
    size_t whole = damaged->store_size;

    pair_resize_store(damaged, random_percent(seed, 50) ? random_below(seed, whole + 1)
                                                        : whole + random_below(seed, 9000));
}

/* One of these, or several. */
static void damage_somehow(uint64_t *seed, pair *damaged)
{
    do {
        bool in_lock = damaged->lock && random_percent(seed, 25);
        uint8_t *bytes = in_lock ? damaged->lock : damaged->store;
        size_t size = in_lock ? damaged->lock_size : damaged->store_size;

        switch (random_below(seed, 5)) {
        case 0:
            damage_words(seed, bytes, size);
            break;
        case 1:
            damage_sector(seed, bytes, size);
            break;
        case 2:
            damage_size(seed, damaged);
            break;
        default:
            damage_bytes(seed, bytes, size);
            break;
        }
    } while (random_percent(seed, 50));
}

START_TEST(test_chance)
{
    unsigned trials = 100 * effort();

    begin(&kinds[_i]);
    for (unsigned i = 0; i < trials; i++) {
        uint64_t seed = random_mix((uint64_t)_i << 32 | i);
        pair damaged = pair_copy(&at.bytes);
        char what[64];

        damage_somehow(&seed, &damaged);
        (void)snprintf(what, sizeof what, "chance %u", i);
        trial_run(&at, &damaged, 0, what);
        pair_free(&damaged);
    }
    end();
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, getenv("MMF_SWEEP") ? 0 : 60);
    tcase_add_loop_test(tcase, test_header_bytes, 0, KINDS);
    tcase_add_loop_test(tcase, test_record_bytes, 0, KINDS);
    tcase_add_loop_test(tcase, test_lock_bytes, 0, KINDS);
    tcase_add_loop_test(tcase, test_sizes, 0, KINDS);
    tcase_add_loop_test(tcase, test_lock_sizes, 0, KINDS);
    tcase_add_loop_test(tcase, test_chance, 0, KINDS);
}
