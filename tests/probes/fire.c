/* Comes by every probe, in the directory that it is started in: for a tracer to look at. Ends with
 * 0. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/file.h"
#include "schema/format.h"
#include "tests/probes/cell.mmf.h"

#define PATH "cells"
#define TIMEOUT_MS 50u
#define VICTIM 2u

#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static cell_store *open_store(uint32_t flags)
{
    mmf_options options = {.flags = flags, .timeout_ms = TIMEOUT_MS};
    cell_store *store;

    must(cell_store_open(PATH, &options, &store) == MMF_OK);
    return store;
}

static void close_store(cell_store *store)
{
    must(cell_store_close(store) == MMF_OK);
}

static void write_at(const char *path, long offset, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "r+e");

    must(file && fseek(file, offset, SEEK_SET) == 0 && fwrite(bytes, size, 1, file) == 1);
    must(fclose(file) == 0);
}

/* --- Writers that die ------------------------------------------------------------------------ */

static void die_in_record(void)
{
    cell_store *store = open_store(0);
    mmf_write_section section = {NULL, 0};

    must(mmf_write_begin(&store->base, VICTIM, CELL_RECORD_SIZE, MMF_COUNTER_BYTES,
                         CELL_RECORD_SIZE - MMF_COUNTER_BYTES, &section) == MMF_OK);
}

static void die_appending(void)
{
    cell_store *store = open_store(0);
    mmf_append_section section = {NULL, 0};

    must(mmf_append_begin(&store->base, 1, &section) == MMF_OK);
}

static void in_child(void (*death)(void))
{
    pid_t child = fork();
    int status = -1;

    must(child >= 0);
    if (child == 0) {
        death();
        _exit(0); /* no handle is closed */
    }
    must(waitpid(child, &status, 0) == child && status == 0);
}

/* --- What there is to see -------------------------------------------------------------------- */

static void grow_and_sync(void)
{
    mmf_options options = {.flags = MMF_ONE_WRITER, .capacity = 8};
    cell_store *store;

    must(cell_store_create(PATH, &options, &store) == MMF_OK);
    for (int i = 0; i < 200; i++) {
        must(cell_append(store, NULL, NULL) == MMF_OK);
    }
    must(cell_store_sync(store) == MMF_OK);
    close_store(store);
    must(cell_store_open("no such store", NULL, &store) == MMF_E_NOT_FOUND);
}

/* The reader goes around the dead writer, and the writer undoes what it did. */
static void meet_the_dead(void)
{
    cell_store *reader = open_store(MMF_READ_ONLY);
    cell_store *writer;
    cell record;

    in_child(die_in_record);
    must(cell_get(reader, VICTIM, &record) == MMF_OK);
    close_store(reader);
    writer = open_store(0);
    in_child(die_in_record);
    must(cell_get(writer, VICTIM, &record) == MMF_OK);
    in_child(die_appending);
    must(cell_append(writer, NULL, NULL) == MMF_OK);
    close_store(writer);
}

/* Nobody's counter: waiting for it ends at the deadline. */
static void be_stuck(void)
{
    uint64_t odd = 513;
    uint64_t even = 1024;
    cell_store *store = open_store(MMF_READ_ONLY);
    uint64_t number;
    long counter = (long)(MMF_PAGE_SIZE + VICTIM * CELL_RECORD_SIZE);

    write_at(PATH, counter, &odd, sizeof odd);
    must(cell_get_number(store, VICTIM, &number) == MMF_E_STUCK);
    write_at(PATH, counter, &even, sizeof even);
    close_store(store);
}

static void *append_later(void *argument)
{
    usleep(20000);
    must(cell_append(argument, NULL, NULL) == MMF_OK);
    return NULL;
}

static void wait_and_wake(void)
{
    cell_store *store = open_store(0);
    uint64_t count = cell_store_len(store);
    pthread_t thread;

    must(cell_store_wait(store, count, 1) == MMF_E_TIMEOUT);
    must(pthread_create(&thread, NULL, append_later, store) == 0);
    must(cell_store_wait(store, count, 10000) == MMF_OK);
    must(pthread_join(thread, NULL) == 0);
    close_store(store);
}

static void live_before_boot(void)
{
    must(cell_append(open_store(0), NULL, NULL) == MMF_OK);
}

static void start_after_a_stop(void)
{
    uint8_t id[16];

    memset(id, 0x77, sizeof id);
    in_child(live_before_boot);
    write_at(PATH, offsetof(mmf_header, boot_id), id, sizeof id);
    write_at(PATH ".lock", offsetof(mmf_lock_header, boot_id), id, sizeof id);
    close_store(open_store(0));
}

static void cut(void)
{
    cell_store *store = open_store(MMF_READ_ONLY | MMF_GUARD);
    cell record;

    must(truncate(PATH, MMF_PAGE_SIZE) == 0);
    must(cell_get(store, 100, &record) == MMF_E_TRUNCATED);
    close_store(store);
}

static void use_a_file(void)
{
    mmf_file_options options = {.flags = MMF_FILE_CREATE};
    mmf_file *file;

    must(mmf_file_open("bytes", &options, &file) == MMF_OK);
    must(mmf_file_resize(file, 10000) == MMF_OK);
    must(mmf_file_close(file) == MMF_OK);
}

static int has_probes(void)
{
#if __has_include(<sys/sdt.h>)
    return 0;
#else
    return 1;
#endif
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--has-probes") == 0) {
        return has_probes();
    }
    grow_and_sync();
    meet_the_dead();
    be_stuck();
    wait_and_wake();
    start_after_a_stop();
    cut();
    use_a_file();
    return 0;
}
