/* A writer that does what its standard input says, a line each:
 *
 *   play create|open|one-writer STORE SCHEMA [FORMAT]
 *
 *   append FIELD=VALUE…   a record (the words are separated by single spaces)
 *   fill N                N records as append without a word makes them
 *   set INDEX FIELD=VALUE…
 *   enter INDEX           begins a write section of the record, and stays inside
 *   reserve N             room for N records
 *   die                   by SIGKILL
 *   say TEXT              prints it: all lines before are done
 *
 * The end of the input closes the store. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/json.h"
#include "tools/change.h"
#include "tools/table.h"

enum { WORDS = 64 };

static void die(const char *what, mmf_status status, const mmf_error *error)
{
    fprintf(stderr, "play: %s: %s: %s\n", what, mmf_status_text(status), error ? error->text : "");
    exit(99);
}

static mmf_table *open_table(int argc, char **argv)
{
    mmf_error error = {0};
    mmf_options options = {
        .flags = strcmp(argv[1], "one-writer") == 0 ? MMF_ONE_WRITER : 0,
        .error = &error,
    };
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;
    mmf_table *table = NULL;
    mmf_status status;

    if (strcmp(argv[1], "create") == 0) {
        status = mmf_schema_load(argv[3], &diagnostics, &model);
        if (status == MMF_OK) {
            status = mmf_table_create(argv[2], model, argc > 4 ? (uint32_t)atoi(argv[4]) : 2,
                                      &options, &table);
        }
    } else {
        status = mmf_table_open(argv[2], argv[3], &options, &diagnostics, &table);
    }
    mmf_diagnostics_clear(&diagnostics);
    if (status != MMF_OK) {
        die(argv[2], status, &error);
    }
    return table;
}

static void append(mmf_table *table, char **words, size_t count)
{
    uint8_t *payload = calloc(1, table->type.payload_size);
    mmf_change changes[WORDS];
    mmf_error error = {0};
    mmf_status status;

    mmf_model_initial_payload(table->model, payload);
    status = mmf_changes_read(table->model, words, count, payload, changes, &error);
    if (status == MMF_OK) {
        status = mmf_table_append(table, payload, 1, NULL);
    }
    if (status != MMF_OK) {
        die("append", status, &error);
    }
    free(payload);
}

static void set(mmf_table *table, uint64_t index, char **words, size_t count)
{
    uint8_t *payload = calloc(2, table->type.payload_size);
    mmf_change changes[WORDS];
    mmf_error error = {0};
    mmf_status status = mmf_changes_read(table->model, words, count, payload, changes, &error);

    if (status == MMF_OK) {
        status = mmf_changes_apply(table, index, changes, count, payload,
                                   payload + table->type.payload_size);
    }
    if (status != MMF_OK) {
        die("set", status, &error);
    }
    free(payload);
}

static void enter(mmf_table *table, uint64_t index)
{
    mmf_write_section section;
    mmf_status status = mmf_write_begin(table->store, index, table->type.record_size,
                                        MMF_COUNTER_SIZE, table->type.payload_size, &section);

    if (status != MMF_OK) {
        die("enter", status, NULL);
    }
}

static void play(mmf_table *table, char *line)
{
    char *words[WORDS];
    size_t count = 0;

    if (strncmp(line, "say ", 4) == 0) {
        puts(line + 4);
        (void)fflush(stdout);
        return;
    }
    for (char *word = strtok(line, " "); word && count < WORDS; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    if (count == 0) {
        return;
    }
    if (strcmp(words[0], "append") == 0) {
        append(table, words + 1, count - 1);
    } else if (strcmp(words[0], "fill") == 0) {
        for (long i = atol(words[1]); i > 0; i--) {
            append(table, NULL, 0);
        }
    } else if (strcmp(words[0], "set") == 0) {
        set(table, strtoull(words[1], NULL, 10), words + 2, count - 2);
    } else if (strcmp(words[0], "enter") == 0) {
        enter(table, strtoull(words[1], NULL, 10));
    } else if (strcmp(words[0], "reserve") == 0) {
        mmf_status status = mmf_store_reserve(table->store, strtoull(words[1], NULL, 10));

        if (status != MMF_OK) {
            die("reserve", status, NULL);
        }
    } else if (strcmp(words[0], "die") == 0) {
        (void)raise(SIGKILL);
    } else {
        die(words[0], MMF_E_INVALID, NULL);
    }
}

int main(int argc, char **argv)
{
    mmf_table *table;
    char *line = NULL;
    size_t size = 0;

    if (argc < 4) {
        return 99;
    }
    table = open_table(argc, argv);
    while (getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        play(table, line);
    }
    free(line);
    return mmf_table_close(table) == MMF_OK ? 0 : 99;
}
