/* Operations of stores, for callgrind to count the instructions of; counts.sh runs this under it.
 *
 * Each operation is a function op_… of its own, which is called three times: with N to come past
 * what is done once, with N, and with 2N. What the last two differ in is N operations, with the
 * loop around them, and nothing else.
 *
 *   operations DIRECTORY     does them, with files in that directory
 *   operations --list        prints the table's rows as: NAME N
 *   operations --compiler    prints what it was compiled by and for, as ARCH-COMPILER-MAJOR
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/callgrind/kinds.mmf.h"
#include "bench/callgrind/large.mmf.h"
#include "bench/callgrind/sealed.mmf.h"
#include "bench/callgrind/small.mmf.h"

#define PATH_MAX_BYTES 4096u
#define RECORDS 64u /* a power of two, which the operations go through */
#define MANY 16u    /* records of an append_n */
#define FEW 4u      /* N of what is slow: opening */
#define N 64u
#define TEXT "sixteen letters!"

typedef struct stores {
    kinds_store *kinds; /* of one writer, as the next three */
    small_store *small;
    large_store *large;
    sealed_store *sealed;
    kinds_store *shared_kinds; /* of many writers */
    small_store *shared_small;
    kinds_store *read_only;
    char path[PATH_MAX_BYTES]; /* of a small store that nobody has open */
} stores;

static _Noreturn void fail(const char *what, mmf_status status)
{
    fprintf(stderr, "operations: %s: %s\n", what, mmf_status_text(status));
    exit(1);
}

#define check(call)                                                                                \
    do {                                                                                           \
        mmf_status status_ = (call);                                                               \
        if (__builtin_expect(status_ != MMF_OK, 0)) {                                              \
            fail(#call, status_);                                                                  \
        }                                                                                          \
    } while (0)

/* All of memory may have been read and written: nothing is moved out of an iteration. */
#define keep(address) __asm__ volatile("" : : "r"(address) : "memory")

/* --- Fields ---------------------------------------------------------------------------------- */

#define GETTER(name, store, field, c_type)                                                         \
    static inline void name(const stores *stores, uint64_t at)                                     \
    {                                                                                              \
        c_type value;                                                                              \
                                                                                                   \
        check(kinds_get_##field(stores->store, at, &value));                                       \
        keep(&value);                                                                              \
    }

#define SETTER(name, store, field, c_type)                                                         \
    static inline void name(const stores *stores, uint64_t at)                                     \
    {                                                                                              \
        check(kinds_set_##field(stores->store, at, (c_type)(at & 1)));                             \
        keep(stores);                                                                              \
    }

GETTER(get_uint64, kinds, number, uint64_t)
GETTER(get_float64, kinds, ratio, double)
GETTER(get_float32, kinds, part, float)
GETTER(get_uint32, kinds, small, uint32_t)
GETTER(get_int16, kinds, half, int16_t)
GETTER(get_uint8, kinds, byte, uint8_t)
GETTER(get_bool, kinds, flag, bool)
GETTER(get_enum, kinds, side, kinds_side)
GETTER(get_uint64_read_only, read_only, number, uint64_t)
SETTER(set_uint64, kinds, number, uint64_t)
SETTER(set_float64, kinds, ratio, double)
SETTER(set_float32, kinds, part, float)
SETTER(set_uint32, kinds, small, uint32_t)
SETTER(set_int16, kinds, half, int16_t)
SETTER(set_uint8, kinds, byte, uint8_t)
SETTER(set_bool, kinds, flag, bool)
SETTER(set_enum, kinds, side, kinds_side)
SETTER(set_uint64_shared, shared_kinds, number, uint64_t)

static inline void nothing(const stores *stores, uint64_t at)
{
    (void)at;
    keep(stores);
}

static inline void peek_uint64(const stores *stores, uint64_t at)
{
    uint64_t value;

    check(kinds_peek_number(stores->kinds, at, &value));
    keep(&value);
}

static inline void get_array(const stores *stores, uint64_t at)
{
    int32_t row[KINDS_ROW_COUNT];

    check(kinds_get_row(stores->kinds, at, row));
    keep(row);
}

static inline void set_array(const stores *stores, uint64_t at)
{
    static const int32_t row[KINDS_ROW_COUNT];

    check(kinds_set_row(stores->kinds, at, row));
    keep(stores);
}

static inline void get_string(const stores *stores, uint64_t at)
{
    char text[KINDS_TEXT_MAX + 1];
    uint32_t len;

    check(kinds_get_text(stores->kinds, at, text, sizeof text, &len));
    keep(text);
}

static inline void set_string(const stores *stores, uint64_t at)
{
    check(kinds_set_text(stores->kinds, at, TEXT, sizeof TEXT - 1));
    keep(stores);
}

static inline void set_string_shared(const stores *stores, uint64_t at)
{
    check(kinds_set_text(stores->shared_kinds, at, TEXT, sizeof TEXT - 1));
    keep(stores);
}

/* --- Records --------------------------------------------------------------------------------- */

#define RECORD_GETTER(name, type, store)                                                           \
    static inline void name(const stores *stores, uint64_t at)                                     \
    {                                                                                              \
        type record;                                                                               \
                                                                                                   \
        check(type##_get(stores->store, at, &record));                                             \
        keep(&record);                                                                             \
    }

#define RECORD_SETTER(name, type, store)                                                           \
    static inline void name(const stores *stores, uint64_t at)                                     \
    {                                                                                              \
        static const type record;                                                                  \
                                                                                                   \
        check(type##_set(stores->store, at, &record));                                             \
        keep(stores);                                                                              \
    }

#define APPENDER(name, type, store)                                                                \
    static inline void name(const stores *stores, uint64_t at)                                     \
    {                                                                                              \
        static const type record;                                                                  \
                                                                                                   \
        (void)at;                                                                                  \
        check(type##_append(stores->store, &record, NULL));                                        \
        keep(stores);                                                                              \
    }

RECORD_GETTER(get_record_40, small, small)
RECORD_GETTER(get_record_248, large, large)
RECORD_GETTER(get_record_sealed, sealed, sealed)
RECORD_SETTER(set_record_40, small, small)
RECORD_SETTER(set_record_248, large, large)
RECORD_SETTER(set_record_sealed, sealed, sealed)
RECORD_SETTER(set_record_40_shared, small, shared_small)
APPENDER(append_40, small, small)
APPENDER(append_248, large, large)
APPENDER(append_sealed, sealed, sealed)
APPENDER(append_40_shared, small, shared_small)

static inline void append_n_16_of_40(const stores *stores, uint64_t at)
{
    static const small records[MANY];

    (void)at;
    check(small_append_n(stores->small, records, MANY, NULL));
    keep(stores);
}

static inline void read_section(const stores *stores, uint64_t at)
{
    small_section section;

    check(small_read_begin(stores->small, at, &section));
    keep(&section);
    if (!small_read_valid(&section)) {
        fail("read_valid", MMF_E_STUCK);
    }
}

/* --- Opening --------------------------------------------------------------------------------- */

static inline void open_close(const stores *stores, uint32_t flags)
{
    const mmf_options options = {.flags = flags};
    small_store *store;

    check(small_store_open(stores->path, &options, &store));
    check(small_store_close(store));
}

static inline void open_close_read_only(const stores *stores, uint64_t at)
{
    (void)at;
    open_close(stores, MMF_READ_ONLY);
}

static inline void open_close_one_writer(const stores *stores, uint64_t at)
{
    (void)at;
    open_close(stores, MMF_ONE_WRITER | MMF_NO_SYNC);
}

static inline void open_close_many_writers(const stores *stores, uint64_t at)
{
    (void)at;
    open_close(stores, MMF_NO_SYNC);
}

/* --- The table ------------------------------------------------------------------------------- */

/* ROW(operation, N). `nothing` is the loop: to be known beside the others, and not subtracted. */
#define OPERATIONS(ROW)                                                                            \
    ROW(nothing, N)                                                                                \
    ROW(get_uint64, N)                                                                             \
    ROW(get_float64, N)                                                                            \
    ROW(get_float32, N)                                                                            \
    ROW(get_uint32, N)                                                                             \
    ROW(get_int16, N)                                                                              \
    ROW(get_uint8, N)                                                                              \
    ROW(get_bool, N)                                                                               \
    ROW(get_enum, N)                                                                               \
    ROW(get_uint64_read_only, N)                                                                   \
    ROW(peek_uint64, N)                                                                            \
    ROW(set_uint64, N)                                                                             \
    ROW(set_float64, N)                                                                            \
    ROW(set_float32, N)                                                                            \
    ROW(set_uint32, N)                                                                             \
    ROW(set_int16, N)                                                                              \
    ROW(set_uint8, N)                                                                              \
    ROW(set_bool, N)                                                                               \
    ROW(set_enum, N)                                                                               \
    ROW(set_uint64_shared, N)                                                                      \
    ROW(get_array, N)                                                                              \
    ROW(set_array, N)                                                                              \
    ROW(get_string, N)                                                                             \
    ROW(set_string, N)                                                                             \
    ROW(set_string_shared, N)                                                                      \
    ROW(get_record_40, N)                                                                          \
    ROW(get_record_248, N)                                                                         \
    ROW(get_record_sealed, N)                                                                      \
    ROW(set_record_40, N)                                                                          \
    ROW(set_record_248, N)                                                                         \
    ROW(set_record_sealed, N)                                                                      \
    ROW(set_record_40_shared, N)                                                                   \
    ROW(read_section, N)                                                                           \
    ROW(append_40, N)                                                                              \
    ROW(append_248, N)                                                                             \
    ROW(append_sealed, N)                                                                          \
    ROW(append_40_shared, N)                                                                       \
    ROW(append_n_16_of_40, N)                                                                      \
    ROW(open_close_read_only, FEW)                                                                 \
    ROW(open_close_one_writer, FEW)                                                                \
    ROW(open_close_many_writers, FEW)

#define LOOP(name, n)                                                                              \
    __attribute__((noinline)) static void op_##name(const stores *stores, uint64_t count)          \
    {                                                                                              \
        for (uint64_t i = 0; i < count; i++) {                                                     \
            name(stores, i % RECORDS);                                                             \
        }                                                                                          \
    }

#define TABLE_ROW(name, n) {#name, op_##name, n},

OPERATIONS(LOOP)

static const struct {
    const char *name;
    void (*run)(const stores *stores, uint64_t count);
    uint64_t n;
} rows[] = {OPERATIONS(TABLE_ROW)};

/* --- Stores ---------------------------------------------------------------------------------- */

static const char *path_of(const char *directory, const char *name)
{
    static char path[PATH_MAX_BYTES];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

/* Room for all that is appended, so that no growing is counted. */
#define CREATE(type, name, create_flags, ret_store)                                                \
    do {                                                                                           \
        const mmf_options options_ = {.flags = (create_flags) | MMF_NO_SYNC,                       \
                                      .capacity = RECORDS + (MANY + 1) * 4 * N};                   \
        check(type##_store_create(path_of(directory, name), &options_, (ret_store)));              \
        for (uint64_t i_ = 0; i_ < RECORDS; i_++) {                                                \
            check(type##_append(*(ret_store), NULL, NULL));                                        \
        }                                                                                          \
    } while (0)

static void set_up(const char *directory, stores *stores)
{
    const mmf_options read_only = {.flags = MMF_READ_ONLY};
    small_store *small;

    CREATE(kinds, "kinds", MMF_ONE_WRITER, &stores->kinds);
    check(kinds_store_open(path_of(directory, "kinds"), &read_only, &stores->read_only));
    CREATE(small, "small", MMF_ONE_WRITER, &stores->small);
    CREATE(large, "large", MMF_ONE_WRITER, &stores->large);
    CREATE(sealed, "sealed", MMF_ONE_WRITER, &stores->sealed);
    CREATE(kinds, "shared_kinds", 0, &stores->shared_kinds);
    CREATE(small, "shared_small", 0, &stores->shared_small);
    CREATE(small, "opened", 0, &small);
    check(small_store_close(small));
    snprintf(stores->path, sizeof stores->path, "%s", path_of(directory, "opened"));
}

static void tear_down(const stores *stores)
{
    check(kinds_store_close(stores->kinds));
    check(kinds_store_close(stores->read_only));
    check(small_store_close(stores->small));
    check(large_store_close(stores->large));
    check(sealed_store_close(stores->sealed));
    check(kinds_store_close(stores->shared_kinds));
    check(small_store_close(stores->shared_small));
}

#if defined(__x86_64__)
#define ARCH "x86_64"
#elif defined(__aarch64__)
#define ARCH "aarch64"
#else
#define ARCH "other"
#endif

static void print_list(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        printf("%s %u\n", rows[i].name, (unsigned)rows[i].n);
    }
}

static void print_compiler(void)
{
#ifdef __clang__
    printf("%s-clang-%d\n", ARCH, __clang_major__);
#else
    printf("%s-gcc-%d\n", ARCH, __GNUC__);
#endif
}

int main(int argc, char **argv)
{
    static stores stores;

    if (argc != 2) {
        fputs("usage: operations DIRECTORY | --list | --compiler\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "--compiler") == 0) {
        print_compiler();
        return 0;
    }
    if (strcmp(argv[1], "--list") == 0) {
        print_list();
        return 0;
    }
    set_up(argv[1], &stores);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rows[i].run(&stores, rows[i].n);
        rows[i].run(&stores, rows[i].n);
        rows[i].run(&stores, 2 * rows[i].n);
    }
    tear_down(&stores);
    return 0;
}
