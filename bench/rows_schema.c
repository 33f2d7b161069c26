/* What is done once: headers, layouts, hashes, generated code. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sha2.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/keep.h"
#include "bench/setups.h"
#include "codegen/generate.h"
#include "schema/format.h"
#include "schema/hash.h"
#include "schema/json.h"
#include "schema/layout.h"

extern char **environ;

/* --- Headers --------------------------------------------------------------------------------- */

#define REGION 4096u

static uint8_t region[REGION];
static mmf_header_info info;

static void encode_once(void)
{
    const mmf_record_type *type = &market_cap_record_type;
    const uint8_t uuid[16] = {1, 2, 3};

    mmf_header_encode(&info, type->schema_text, type->schema_text_size, uuid, 1, region);
}

static void begin_header(bench_fixture *fixture)
{
    const mmf_record_type *type = &market_cap_record_type;

    (void)fixture;
    info = (mmf_header_info){
        .format = type->format,
        .schema_version = type->schema_version,
        .record_size = type->record_size,
        .payload_size = type->payload_size,
        .checksum_offset = type->checksum_offset,
        .record_align = type->record_align,
        .capacity = 1024,
        .schema_size = type->schema_text_size,
    };
    memcpy(info.schema_hash, type->schema_hash, sizeof info.schema_hash);
    if (mmf_header_region_size(type->format, type->schema_text_size) != REGION) {
        bench_fail("header", MMF_E_LIMIT);
    }
    encode_once();
}

static void encode(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        encode_once();
        bench_keep_object(region);
    }
    fixture->seen = bench_hash(0, region, REGION);
}

static void decode(bench_fixture *fixture, uint64_t operations)
{
    mmf_header_info decoded = {0};

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("validate",
                    mmf_header_validate(region, REGION, REGION + 1024ull * MARKET_CAP_RECORD_SIZE,
                                        &decoded, NULL));
        bench_keep_object(&decoded);
    }
    fixture->seen = bench_hash(0, region, REGION);
}

static void copy_region(bench_fixture *fixture, uint64_t operations)
{
    static uint8_t copy[REGION];

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(copy, region, REGION);
        bench_keep_object(copy);
    }
    fixture->seen = bench_hash(0, copy, REGION);
}

/* --- Layouts and hashes ---------------------------------------------------------------------- */

static mmf_model *model;

static void load(const char *text, size_t size)
{
    mmf_diagnostics diagnostics;

    mmf_diagnostics_init(&diagnostics, "bench");
    bench_check("schema", mmf_schema_parse(text, size, &diagnostics, &model));
    mmf_diagnostics_clear(&diagnostics);
}

static void load_fields(uint32_t count)
{
    static const char *const types[] = {"uint64", "float64", "int32", "uint8", "bool"};
    char text[2048];
    size_t size;

    size =
        (size_t)snprintf(text, sizeof text, "{\"name\": \"Some\", \"version\": 1, \"fields\": [");
    for (uint32_t i = 0; i < count; i++) {
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "%s{\"name\": \"field_%u\", \"type\": \"%s\"}", i > 0 ? "," : "",
                                 i, types[i % 5]);
    }
    size += (size_t)snprintf(text + size, sizeof text - size, "]}");
    load(text, size);
}

static void begin_2(bench_fixture *fixture)
{
    (void)fixture;
    load_fields(2);
}

static void begin_5(bench_fixture *fixture)
{
    (void)fixture;
    load_fields(5);
}

static void begin_10(bench_fixture *fixture)
{
    (void)fixture;
    load_fields(10);
}

static void end_model(bench_fixture *fixture)
{
    (void)fixture;
    mmf_model_free(model);
    model = NULL;
}

static void lay_out(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_check("layout", mmf_layout_compute(model, NULL));
        bench_keep_object(model);
    }
    fixture->seen = model->record_size;
}

/* What a compiler does of it: aligns and adds, of scalars. */
static void plain_lay_out(bench_fixture *fixture, uint64_t operations)
{
    uint32_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        offset = 8;
        for (uint32_t j = 0; j < model->field_count; j++) {
            uint32_t align = model->fields[j].alignment;

            offset = (offset + align - 1) / align * align + model->fields[j].size;
        }
        offset = (offset + 7) / 8 * 8;
        bench_keep_integer(offset);
    }
    fixture->seen = offset;
}

static void hash(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_check("hash", mmf_hash_compute(model));
        bench_keep_object(model);
    }
    fixture->seen = bench_hash(0, model->hash, sizeof model->hash);
}

/* SHA-256 of a text that is there already. */
static void plain_hash(bench_fixture *fixture, uint64_t operations)
{
    char *text = mmf_hash_text(model);
    size_t size = text ? strlen(text) : 0;
    uint8_t digest[SHA256_DIGEST_LENGTH];

    for (uint64_t i = 0; i < operations; i++) {
        SHA2_CTX context;

        SHA256Init(&context);
        SHA256Update(&context, (const uint8_t *)text, size);
        SHA256Final(digest, &context);
        bench_keep_object(digest);
    }
    free(text);
    fixture->seen = bench_hash(0, digest, sizeof digest);
}

/* --- The generator --------------------------------------------------------------------------- */

static char *generated; /* what plain copies */
static size_t generated_size;

static void generate_once(mmf_generated *ret_generated)
{
    const mmf_record_type *type = &market_cap_record_type;
    const mmf_generate_options options = {"market_cap.mmf.json", "market_cap", false};
    mmf_diagnostics diagnostics;

    load(type->schema_text, type->schema_text_size);
    mmf_diagnostics_init(&diagnostics, "bench");
    *ret_generated = (mmf_generated){0};
    bench_check("generate", mmf_generate(model, &options, &diagnostics, ret_generated));
    mmf_diagnostics_clear(&diagnostics);
    end_model(NULL);
}

static void begin_generate(bench_fixture *fixture)
{
    mmf_generated text;

    (void)fixture;
    generate_once(&text);
    generated = strdup(mmf_text_string(&text.header));
    if (!generated) {
        bench_fail("memory", MMF_E_NO_MEMORY);
    }
    generated_size = strlen(generated);
    mmf_generated_clear(&text);
}

static void end_generate(bench_fixture *fixture)
{
    (void)fixture;
    free(generated);
}

static void generate(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        mmf_generated text;

        generate_once(&text);
        if (i + 1 == operations) {
            fixture->seen = bench_hash(0, mmf_text_string(&text.header), generated_size);
        }
        mmf_generated_clear(&text);
    }
}

static void copy_generated(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        char *copy = malloc(generated_size);

        if (!copy) {
            bench_fail("memory", MMF_E_NO_MEMORY);
        }
        memcpy(copy, generated, generated_size);
        bench_keep_object(copy);
        if (i + 1 == operations) {
            fixture->seen = bench_hash(0, copy, generated_size);
        }
        free(copy);
    }
}

static char schema_path[BENCH_PATH_MAX];

static void begin_start(bench_fixture *fixture)
{
    const mmf_record_type *type = &market_cap_record_type;
    int fd;

    snprintf(schema_path, sizeof schema_path, "%s/market_cap.mmf.json", fixture->directory);
    fd = bench_new_file(schema_path, 0);
    bench_check_size("write", write(fd, type->schema_text, type->schema_text_size),
                     type->schema_text_size);
    close(fd);
}

static void start(const char *program, const char *argument)
{
    char *arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)argument, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&child, program, &actions, NULL, arguments, environ) != 0 ||
        waitpid(child, &status, 0) != child || status != 0) {
        bench_fail(program, MMF_E_SYSTEM);
    }
    posix_spawn_file_actions_destroy(&actions);
}

static void start_gen(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        start(fixture->gen_path, schema_path);
    }
}

static void start_true(bench_fixture *fixture, uint64_t operations)
{
    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        start("/bin/true", NULL);
    }
}

#define LAYOUT(text, first)                                                                        \
    {                                                                                              \
        .group = "schema", .name = "layout of " text " fields", .operations = 1000000,             \
        .begin = first, .end = end_model,                                                          \
        .ways = {                                                                                  \
            BENCH_WAY("mmf", lay_out),                                                             \
            BENCH_WAY("plain", plain_lay_out),                                                     \
        },                                                                                         \
    }

static const bench_row rows[] = {
    {
        .group = "schema",
        .name = "header encode",
        .operations = 100000,
        .begin = begin_header,
        .ways = {BENCH_WAY("mmf", encode), BENCH_WAY("plain", copy_region)},
    },
    {
        .group = "schema",
        .name = "header decode",
        .operations = 1000000,
        .begin = begin_header,
        .ways = {BENCH_WAY("mmf", decode), BENCH_WAY("plain", copy_region)},
    },
    LAYOUT("2", begin_2),
    LAYOUT("5", begin_5),
    LAYOUT("10", begin_10),
    {
        .group = "schema",
        .name = "schema hash",
        .operations = 100000,
        .begin = begin_5,
        .end = end_model,
        .ways = {BENCH_WAY("mmf", hash), BENCH_WAY("plain", plain_hash)},
    },
    {
        .group = "schema",
        .name = "mmf-gen: MarketCap, in memory",
        .operations = 1000,
        .begin = begin_generate,
        .end = end_generate,
        .ways = {BENCH_WAY("mmf", generate), BENCH_WAY("plain", copy_generated)},
    },
    {
        .group = "schema",
        .name = "mmf-gen: MarketCap, as a program",
        .flags = BENCH_ELAPSED | BENCH_UNLIKE | BENCH_NEEDS_GEN,
        .operations = 1000,
        .begin = begin_start,
        .ways = {BENCH_WAY("mmf", start_gen), BENCH_WAY("/bin/true", start_true)},
    },
};

const bench_rows bench_schema_rows = BENCH_ROWS_OF(rows);
