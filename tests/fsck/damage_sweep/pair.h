/* A store and its lock file as bytes in memory, and on the disk. */
#ifndef MMF_TESTS_FSCK_DAMAGE_SWEEP_PAIR_H
#define MMF_TESTS_FSCK_DAMAGE_SWEEP_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAIR_PATH_SIZE 512

typedef struct pair {
    uint8_t *store;
    size_t store_size;
    uint8_t *lock; /* NULL: there is none */
    size_t lock_size;
} pair;

typedef struct pair_paths {
    char store[PAIR_PATH_SIZE];
    char lock[PAIR_PATH_SIZE];
    char undo[PAIR_PATH_SIZE];
} pair_paths;

pair_paths pair_paths_in(const char *directory);

/* They end the program where the system refuses. */
pair pair_read(const pair_paths *paths);
void pair_write(const pair *pair, const pair_paths *paths);
pair pair_copy(const pair *from);
void pair_free(pair *pair);

/* The store at another size: cut, or with zeros behind. */
void pair_resize_store(pair *pair, size_t size);

bool pair_store_equals(const pair *a, const pair *b);
/* An empty lock file is none. */
bool pair_lock_equals(const pair *a, const pair *b);

#endif
