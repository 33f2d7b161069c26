/* Two processes play ball with a message of 64 bytes over shared memory.
 *
 *     ping_pong [ROUNDS]
 *
 * Each lane is one line of the cache, and its last word is the number of the message: it is stored
 * last, with release, so whoever sees the number sees the message. Both sides look all the time,
 * which takes two processors; where there is one they let each other run. */
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime/shm.h"

#define ROUNDS_DEFAULT 1000000u
#define TEXT_SIZE 56u
#define SPINS_BEFORE_YIELD 10000u

typedef struct lane {
    _Alignas(64) char text[TEXT_SIZE];
    _Atomic uint64_t number; /* of the message, from 1 on */
} lane;

_Static_assert(sizeof(lane) == 64, "a message of 64 bytes");

typedef struct table {
    lane there;
    lane back;
} table;

static void put(lane *lane, const char *text, uint64_t number)
{
    memcpy(lane->text, text, TEXT_SIZE);
    atomic_store_explicit(&lane->number, number, memory_order_release);
}

static bool is_there(const lane *lane, uint64_t number)
{
    return atomic_load_explicit(&lane->number, memory_order_acquire) == number;
}

static bool has_ended(pid_t child)
{
    return child != 0 ? waitpid(child, NULL, WNOHANG) != 0 : getppid() == 1;
}

/* False: the other process has ended without sending it. */
static bool take(const lane *lane, uint64_t number, pid_t child, char *ret_text)
{
    for (uint64_t spins = 1; !is_there(lane, number); spins++) {
        if (spins % SPINS_BEFORE_YIELD != 0) {
            continue;
        }
        (void)sched_yield();
        if (has_ended(child) && !is_there(lane, number)) {
            return false;
        }
    }
    memcpy(ret_text, lane->text, TEXT_SIZE);
    return true;
}

/* The child attaches the object by its name, as a program started elsewhere would. */
static int pong(const char *name, uint64_t rounds)
{
    char text[TEXT_SIZE];
    mmf_error error = {0};
    mmf_shm_options options = {.error = &error};
    mmf_shm *shm;
    table *table;

    if (mmf_shm_attach(name, &options, &shm) != MMF_OK) {
        fprintf(stderr, "ping_pong: %s\n", error.text);
        return 1;
    }
    table = mmf_shm_bytes(shm, NULL);
    for (uint64_t i = 1; i <= rounds; i++) {
        if (!take(&table->there, i, 0, text)) {
            return 1;
        }
        put(&table->back, text, i);
    }
    mmf_shm_close(shm);
    return 0;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int ping(table *table, uint64_t rounds, pid_t child)
{
    char sent[TEXT_SIZE] = {0};
    char got[TEXT_SIZE];
    uint64_t begin = 0;
    uint64_t ns;

    for (uint64_t i = 1; i <= rounds; i++) {
        memcpy(sent, &i, sizeof i);
        put(&table->there, sent, i);
        if (!take(&table->back, i, child, got) || memcmp(sent, got, sizeof sent) != 0) {
            fprintf(stderr, "ping_pong: message %" PRIu64 " did not come back as it was\n", i);
            return 1;
        }
        begin = i == 1 ? now_ns() : begin; /* from then on the other one is there */
    }
    ns = now_ns() - begin;
    printf("%" PRIu64 " round trips of 64 bytes, %.0f a second, %.0f ns each\n", rounds,
           (double)(rounds - 1) * 1e9 / (double)(ns ? ns : 1),
           rounds > 1 ? (double)ns / (double)(rounds - 1) : (double)ns);
    return 0;
}

static int play(const char *name, mmf_shm *shm, uint64_t rounds)
{
    pid_t child = fork();
    int result;
    int status = 1;

    if (child < 0) {
        perror("ping_pong: fork");
        return 1;
    }
    if (child == 0) {
        _exit(pong(name, rounds));
    }
    result = ping(mmf_shm_bytes(shm, NULL), rounds, child);
    if (result != 0) {
        (void)kill(child, SIGKILL);
    }
    (void)waitpid(child, &status, 0);
    return result;
}

int main(int argc, char **argv)
{
    uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : ROUNDS_DEFAULT;
    mmf_error error = {0};
    mmf_shm_options options = {.error = &error};
    char name[64];
    mmf_shm *shm;
    int result;

    if (rounds == 0 || argc > 2) {
        fprintf(stderr, "usage: ping_pong [ROUNDS]\n");
        return 2;
    }
    (void)snprintf(name, sizeof name, "/ping_pong-%d", (int)getpid());
    if (mmf_shm_create(name, sizeof(table), &options, &shm) != MMF_OK) {
        fprintf(stderr, "ping_pong: %s\n", error.text);
        return 1;
    }
    result = play(name, shm, rounds);
    mmf_shm_close(shm);
    if (mmf_shm_unlink(name, NULL) != MMF_OK) {
        fprintf(stderr, "ping_pong: cannot remove %s\n", name);
        result = 1;
    }
    return result;
}
