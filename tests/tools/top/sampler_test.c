/* Samples of stores whose writers are known to the last write. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "runtime/field.h"
#include "schema/json.h"
#include "tests/runtime/testing.h"
#include "tools/sampler.h"

const char *const suite_name = "sampler";

static const char schema_text[] =
    "{\"name\":\"Cell\",\"version\":1,\"fields\":[{\"name\":\"value\",\"type\":\"uint64\"}]}";

#define CELL_SIZE 16u
#define VALUE_OFFSET 8u

static const char *path;
static mmf_sampler *sampler;

static mmf_model *model(void)
{
    mmf_diagnostics diagnostics = {0};
    mmf_model *result = NULL;

    ck_ok(mmf_schema_parse(schema_text, strlen(schema_text), &diagnostics, &result));
    mmf_diagnostics_clear(&diagnostics);
    return result;
}

static mmf_table *create(const char *name, uint32_t format, uint32_t flags, uint64_t records)
{
    mmf_error error = {0};
    mmf_options options = {.flags = flags | MMF_NO_SYNC, .error = &error};
    uint64_t *payloads = calloc(records + 1, sizeof *payloads);
    mmf_table *table = NULL;

    path = test_path(name);
    ck_status_error(mmf_table_create(path, model(), format, &options, &table), MMF_OK, &error);
    if (records > 0) {
        ck_ok(mmf_table_append(table, payloads, records, NULL));
    }
    free(payloads);
    return table;
}

static void write_to(mmf_table *table, uint64_t index, unsigned times)
{
    for (uint64_t i = 0; i < times; i++) {
        ck_ok(mmf_table_set(table, index, &i));
    }
}

static const mmf_sample *begin(void)
{
    const mmf_sample *sample;

    sampler = mmf_sampler_new(path, NULL);
    ck_assert_ptr_nonnull(sampler);
    sample = mmf_sampler_take(sampler);
    ck_assert_msg(sample->is_there, "%s", sample->error.text);
    ck_assert(!sample->has_rates);
    return sample;
}

static const mmf_sample *again(void)
{
    const mmf_sample *sample = mmf_sampler_take(sampler);

    ck_assert_msg(sample->is_there, "%s", sample->error.text);
    ck_assert(sample->has_rates);
    return sample;
}

static void end(mmf_table *table)
{
    mmf_sampler_free(sampler);
    ck_ok(mmf_table_close(table));
}

#define ck_about(found, expected)                                                                  \
    do {                                                                                           \
        double found_ = (found);                                                                   \
        ck_assert_msg(found_ > (expected)*0.999 - 0.001 && found_ < (expected)*1.001 + 0.001,      \
                      "%s is %f, expected %f", #found, found_, (double)(expected));                \
    } while (0)

/* --- Counters -------------------------------------------------------------------------------- */

START_TEST(steps_of_counters)
{
    static const struct {
        uint32_t format;
        uint64_t before, after, steps;
    } rows[] = {
        {2, 512, 512, 0},
        {2, 512, 1536, 2},
        {2, 512, 1024, 1},              /* one writer's scalar */
        {2, 512, 1024 | 3 << 1 | 1, 1}, /* the slot's 3 is inside */
        {2, 1024 | 255 << 1 | 1, 1536, 1},
        {2, 0, 100 * 1024, 200},
        {2, 4096, 512, 0}, /* fell back */
        {1, 0, 2, 2},      /* the Go library's */
        {1, 2, 3, 1},
        {1, 1000, 3000, 2000},
        {1, 512, 1536, 2}, /* ours */
        {1, 512, 1024 | 1 << 1 | 1, 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_uint_eq(mmf_counter_steps(rows[i].format, rows[i].before, rows[i].after),
                          rows[i].steps);
    }
}
END_TEST

START_TEST(every_write_and_append_is_counted)
{
    mmf_table *table = create("a", 2, 0, 100);
    const mmf_sample *sample;
    uint64_t value = 1;

    (void)begin();
    write_to(table, 7, 30);
    write_to(table, 3, 10);
    for (unsigned i = 0; i < 5; i++) {
        ck_ok(mmf_table_append(table, &value, 1, NULL));
    }
    write_to(table, 104, 2); /* one that was appended just now */
    test_sleep_ms(5);
    sample = again();
    ck_assert(!sample->growth.is_estimate && !sample->has_one_writer);
    ck_assert_uint_eq(sample->info.record_count, 105);
    ck_assert_uint_eq(sample->growth.looked_at, 105);
    ck_about(sample->appends * sample->seconds, 5.0);
    ck_about(sample->writes_least * sample->seconds, 42.0);
    ck_about(sample->writes_most * sample->seconds, 42.0);
    ck_assert_uint_eq(sample->growth.hot_count, 3);
    ck_assert_uint_eq(sample->growth.hot[0].index, 7);
    ck_assert_uint_eq(sample->growth.hot[0].steps, 60);
    ck_assert_uint_eq(sample->growth.hot[1].index, 3);
    ck_assert_uint_eq(sample->growth.hot[2].index, 104);
    ck_assert_uint_eq(sample->growth.hot[2].steps, 4);

    sample = again(); /* and nothing twice */
    ck_about(sample->growth.steps, 0.0);
    ck_about(sample->appends, 0.0);
    ck_assert_uint_eq(sample->growth.hot_count, 0);
    end(table);
}
END_TEST

START_TEST(hottest_of_many)
{
    mmf_table *table = create("a", 2, 0, 400);
    const mmf_sample *sample;

    (void)begin();
    for (uint64_t i = 0; i < 400; i++) {
        write_to(table, i * 7 % 400, (unsigned)i + 1);
    }
    sample = again();
    ck_assert_uint_eq(sample->growth.hot_count, MMF_WATCHED_HOT);
    for (uint64_t i = 0; i < MMF_WATCHED_HOT; i++) {
        ck_assert_uint_eq(sample->growth.hot[i].index, (399 - i) * 7 % 400);
        ck_assert_uint_eq(sample->growth.hot[i].steps, 2 * (400 - i));
    }
    end(table);
}
END_TEST

START_TEST(torn_records_are_apart)
{
    mmf_table *table = create("a", 2, 0, 10);
    const mmf_sample *sample;

    (void)begin();
    test_poke_counter(path, &table->type, 3, 512 | MMF_SEQUENCE_TORN);
    test_poke_counter(path, &table->type, 4, 512 | 200 << 1 | 1);
    sample = again();
    ck_assert_uint_eq(sample->growth.torn, 1);
    ck_assert_uint_eq(sample->growth.odd, 1);
    ck_assert_uint_eq(sample->growth.held, 0);
    sample = again();
    ck_assert_uint_eq(sample->growth.torn, 1);
    ck_assert_uint_eq(sample->growth.held, 1);
    end(table);
}
END_TEST

START_TEST(one_writer_makes_a_range)
{
    mmf_table *table = create("a", 2, MMF_ONE_WRITER, 10);
    const mmf_sample *sample;

    (void)begin();
    for (uint64_t i = 0; i < 20; i++) {
        ck_ok(mmf_set_u64(table->store, 4, CELL_SIZE, VALUE_OFFSET, i));
    }
    sample = again();
    ck_assert(sample->has_one_writer);
    ck_about(sample->writes_least * sample->seconds, 10.0);
    ck_about(sample->writes_most * sample->seconds, 20.0);
    end(table);
}
END_TEST

/* --- Writers in other processes -------------------------------------------------------------- */

typedef struct shared_words {
    uint32_t count, is_inside;
} shared_words;

static shared_words *words;

static mmf_table *open_in_child(void)
{
    mmf_options options = {.flags = MMF_NO_SYNC};
    mmf_diagnostics diagnostics = {0};
    mmf_table *table = NULL;

    must_ok(mmf_table_open(path, NULL, &options, &diagnostics, &table));
    return table;
}

static void write_at_a_rate(void *unused)
{
    mmf_table *table = open_in_child();

    (void)unused;
    for (uint64_t i = 0; i < 60000; i++) {
        must_ok(mmf_table_set(table, 42, &i));
        test_post(&words->count, (uint32_t)i + 1);
        test_sleep_ms(1);
    }
}

static uint32_t count_now(void)
{
    return __atomic_load_n(&words->count, __ATOMIC_ACQUIRE);
}

START_TEST(rate_of_a_live_writer)
{
    mmf_table *table = create("a", 2, 0, 100);
    const mmf_sample *sample;
    uint32_t outer, inner;
    double writes;
    pid_t child;

    words = test_shared(sizeof *words);
    child = test_fork(write_at_a_rate, NULL);
    ck_assert(test_await(&words->count, 1, 5000));
    outer = count_now();
    (void)begin();
    inner = count_now();
    test_sleep_ms(100);
    inner = count_now() - inner;
    sample = again();
    outer = count_now() - outer;
    writes = sample->writes_least * sample->seconds;
    ck_assert_msg(writes >= inner - 1 && writes <= outer + 1, "%f of %u to %u", writes, inner,
                  outer);
    ck_assert_uint_ge(inner, 3);
    ck_assert_uint_eq(sample->growth.hot[0].index, 42);
    ck_assert_uint_eq(sample->growth.hot_count, 1);
    (void)kill(child, SIGKILL);
    (void)test_wait(child, 5000);
    end(table);
}
END_TEST

static void stay_inside(void *unused)
{
    mmf_table *table = open_in_child();
    mmf_write_section section = {NULL, 0};

    (void)unused;
    must_ok(mmf_write_begin(table->store, 17, CELL_SIZE, VALUE_OFFSET, 8, &section));
    test_post(&words->is_inside, 1);
    test_sleep_ms(30000);
}

static const mmf_writer_info *writer_of(const mmf_sample *sample, pid_t process, uint32_t *ret_row)
{
    for (uint32_t i = 0; i < sample->info.writer_count; i++) {
        if (sample->info.writers[i].process_id == (uint64_t)process) {
            *ret_row = i;
            return &sample->info.writers[i];
        }
    }
    ck_abort_msg("no such writer");
    return NULL;
}

START_TEST(who_is_in_which_record)
{
    mmf_table *table = create("a", 2, 0, 100);
    const mmf_writer_info *writer;
    const mmf_sample *sample;
    uint32_t row;
    pid_t child;

    words = test_shared(sizeof *words);
    child = test_fork(stay_inside, NULL);
    ck_assert(test_await(&words->is_inside, 1, 5000));
    sample = begin();
    writer = writer_of(sample, child, &row);
    ck_assert(writer->is_alive && writer->is_writing);
    ck_assert_uint_eq(writer->index, 17);
    ck_assert_str_ne(sample->command[row], "");
    sample = again();
    ck_assert_uint_eq(sample->growth.odd, 1);
    ck_assert_uint_eq(sample->growth.held, 1);

    (void)kill(child, SIGKILL);
    (void)test_wait(child, 5000);
    sample = again();
    writer = writer_of(sample, child, &row);
    ck_assert(!writer->is_alive && writer->is_writing);
    ck_assert_str_eq(sample->command[row], "");

    write_to(table, 17, 1); /* undoes what the dead one left */
    sample = again();
    ck_assert_uint_eq(sample->recovered, 1);
    ck_assert_uint_eq(sample->growth.odd, 0);
    ck_assert_uint_eq(again()->recovered, 0);
    end(table);
}
END_TEST

static void wait_for_news(void *unused)
{
    mmf_table *table = open_in_child();

    (void)unused;
    must_ok(mmf_store_wait(table->store, 100, 20000));
}

START_TEST(who_waits_is_seen)
{
    mmf_table *table = create("a", 2, 0, 100);
    const mmf_sample *sample = begin();
    uint64_t value = 0;
    pid_t child;

    ck_assert(sample->knows_waiting && !sample->is_waited_for);
    child = test_fork(wait_for_news, NULL);
    for (unsigned i = 0; i < 500 && !(sample = again())->is_waited_for; i++) {
        test_sleep_ms(10);
    }
    ck_assert(sample->is_waited_for);
    ck_ok(mmf_table_append(table, &value, 1, NULL));
    ck_assert_int_eq(test_wait(child, 10000), 0);
    ck_assert_uint_ge(again()->wakes, 1);
    end(table);
}
END_TEST

/* --- Large stores ---------------------------------------------------------------------------- */

START_TEST(large_store_is_estimated)
{
    const uint64_t records = 2u << 20;
    mmf_table *table = create("a", 2, 0, records);
    const mmf_sample *sample;

    write_to(table, 1000 * 256, 1);
    write_to(table, 1001 * 256, 1);
    (void)begin();
    write_to(table, 1001 * 256, 5); /* the writer was there: looked at, and not for others */
    ck_about(again()->growth.steps, 10.0);
    for (uint64_t index = 0; index < records; index += 64) {
        write_to(table, index, 1);
    }
    sample = again();
    ck_assert(sample->growth.is_estimate);
    ck_assert_uint_lt(sample->growth.looked_at, records * 2 / 3);
    ck_assert_msg(sample->growth.steps / 2 > 0.9 * (double)records / 64 &&
                      sample->growth.steps / 2 < 1.1 * (double)records / 64,
                  "%f writes", sample->growth.steps / 2);

    /* hot ones are met at the latest when their page has its turn, and then kept */
    for (unsigned i = 0; i < 2; i++) {
        write_to(table, 12345 + 256, 900); /* in the next page */
        write_to(table, 12345, 1000);
        (void)again();
    }
    for (unsigned i = 0; i < 4; i++) {
        write_to(table, 12345 + 256, 90);
        write_to(table, 12345, 100);
        sample = again();
        ck_assert_uint_eq(sample->growth.hot[0].index, 12345);
        ck_assert_uint_eq(sample->growth.hot[0].steps, 200);
        ck_assert_uint_eq(sample->growth.hot[1].index, 12345 + 256);
        ck_about(sample->growth.steps, 380.0); /* they count for themselves alone */
    }
    write_to(table, records - 1, 7); /* the newest always are */
    ck_about(again()->growth.steps, 14.0);
    end(table);
}
END_TEST

/* --- Files that do not stay ------------------------------------------------------------------ */

static void ck_is_gone(mmf_status expected)
{
    const mmf_sample *sample = mmf_sampler_take(sampler);

    ck_assert(!sample->is_there);
    ck_assert_msg(sample->error.status == expected, "%s: %s", mmf_status_name(sample->error.status),
                  sample->error.text);
    ck_assert_ptr_null(mmf_sampler_table(sampler));
}

START_TEST(a_file_that_is_cut)
{
    static const off_t sizes[] = {0, 64, 4096, 8192 + 100, 40000, -1};
    off_t size = sizes[_i];
    mmf_table *table = create("a", 2, 0, 10000);
    const char *original = path;

    ck_ok(mmf_table_close(table));
    path = test_path("b");
    test_copy_file(original, path);
    (void)begin();
    (void)again();
    size += size < 0 ? (off_t)test_file_size(path) : 0;
    ck_assert_int_eq(truncate(path, size), 0);
    ck_is_gone(MMF_E_TRUNCATED);
    ck_assert(!mmf_sampler_take(sampler)->is_there);
    test_copy_file(original, path);
    ck_assert(mmf_sampler_take(sampler)->is_there);
    (void)again();
    mmf_sampler_free(sampler);
}
END_TEST

START_TEST(a_file_that_is_replaced_or_deleted)
{
    mmf_table *table = create("a", 2, 0, 10);
    mmf_table *other;
    const mmf_sample *sample;

    (void)begin();
    ck_assert_int_eq(unlink(path), 0);
    ck_is_gone(MMF_E_NOT_FOUND);
    ck_is_gone(MMF_E_NOT_FOUND);

    other = create("b", 2, 0, 20);
    ck_assert_int_eq(rename(path, test_path("a")), 0);
    path = test_path("a");
    sample = mmf_sampler_take(sampler);
    ck_assert(sample->is_there && !sample->has_rates);
    ck_assert_uint_eq(sample->info.record_count, 20);

    test_write_file(test_path("c"), "not a store", 11);
    ck_assert_int_eq(rename(test_path("c"), path), 0);
    ck_is_gone(MMF_E_MAGIC);
    ck_ok(mmf_table_close(other));
    end(table);
}
END_TEST

/* --- Format 1 -------------------------------------------------------------------------------- */

START_TEST(format_1_needs_a_schema)
{
    mmf_table *table = create("a", 1, 0, 10);
    const char *schema = test_path("cell.mmf.json");
    const mmf_sample *sample;

    test_write_file(schema, schema_text, strlen(schema_text));
    sampler = mmf_sampler_new(path, NULL);
    ck_is_gone(MMF_E_SCHEMA);
    mmf_sampler_free(sampler);

    sampler = mmf_sampler_new(path, schema);
    ck_assert(mmf_sampler_take(sampler)->is_there);
    write_to(table, 2, 3);
    test_poke_counter(path, &table->type, 5, 512 + 2 * 50); /* fifty of the Go library's */
    sample = again();
    ck_assert(!sample->knows_waiting);
    ck_about(sample->writes_least * sample->seconds, 53.0);
    ck_assert_uint_eq(sample->growth.hot[0].index, 5);
    mmf_sampler_free(sampler);
    ck_ok(mmf_table_close(table));

    /* of format 2 the schema is not asked for, so it need not agree */
    test_write_file(schema, "{}", 2);
    table = create("b", 2, 0, 10);
    sampler = mmf_sampler_new(path, schema);
    ck_assert(mmf_sampler_take(sampler)->is_there);
    end(table);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, steps_of_counters);
    tcase_add_test(tcase, every_write_and_append_is_counted);
    tcase_add_test(tcase, hottest_of_many);
    tcase_add_test(tcase, torn_records_are_apart);
    tcase_add_test(tcase, one_writer_makes_a_range);
    tcase_add_test(tcase, rate_of_a_live_writer);
    tcase_add_test(tcase, who_is_in_which_record);
    tcase_add_test(tcase, who_waits_is_seen);
    tcase_add_test(tcase, large_store_is_estimated);
    tcase_add_loop_test(tcase, a_file_that_is_cut, 0, 6);
    tcase_add_test(tcase, a_file_that_is_replaced_or_deleted);
    tcase_add_test(tcase, format_1_needs_a_schema);
}
