#include "examples/ticks/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORE "/bars.mmf"
#define LOCK ".lock" /* beside each store: PATH.lock */

static bool fits(int length)
{
    return length >= 0 && (size_t)length < PATH_MAX - sizeof STORE LOCK;
}

static const char *parent(void)
{
    static const char *const names[] = {"TEST_TMPDIR", "TMPDIR"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);

        if (value && value[0] != '\0') {
            return value;
        }
    }
    return "/tmp";
}

bool place_make(place *ret_place, failure *failure)
{
    place made;
    int length = snprintf(made.directory, sizeof made.directory, "%s/ticks-XXXXXX", parent());

    if (!fits(length)) {
        return failure_set(failure, "the path of the temporary directory is too long");
    }
    if (!mkdtemp(made.directory)) {
        return failure_system(failure, made.directory);
    }
    memcpy(made.path, made.directory, (size_t)length);
    memcpy(made.path + length, STORE, sizeof STORE);
    *ret_place = made;
    return true;
}

bool place_keep(const char *path, place *ret_place, failure *failure)
{
    int length = snprintf(ret_place->path, sizeof ret_place->path, "%s", path);

    ret_place->directory[0] = '\0';
    return fits(length) || failure_set(failure, "%.100s…: the path is too long", path);
}

static bool remove_file(const char *path, failure *failure)
{
    return unlink(path) == 0 || errno == ENOENT || failure_system(failure, path);
}

bool place_remove(const place *place, failure *failure)
{
    char lock[PATH_MAX + sizeof LOCK];
    bool removed;

    if (place->directory[0] == '\0') {
        return true;
    }
    (void)snprintf(lock, sizeof lock, "%s" LOCK, place->path);
    removed = remove_file(place->path, failure);
    removed = remove_file(lock, failure) && removed;
    return (rmdir(place->directory) == 0 || failure_system(failure, place->directory)) && removed;
}
