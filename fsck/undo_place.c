#include "fsck/undo_place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/system.h"

#define NAMES_MAX 10000u

/* PATH.undo, PATH.undo.1, … */
static char *default_path(const mmf_checking *checking, unsigned number)
{
    size_t size = strlen(checking->path) + sizeof ".undo.4294967295";
    char *path = malloc(size);

    if (path && number == 0) {
        (void)snprintf(path, size, "%s.undo", checking->path);
    } else if (path) {
        (void)snprintf(path, size, "%s.undo.%u", checking->path, number);
    }
    return path;
}

static bool exists(const char *path)
{
    mmf_sys_info info;

    return mmf_sys_info_of_path(path, &info) == 0;
}

typedef enum left_file {
    LEFT_OTHER, /* not by an interrupted repair of this store */
    LEFT_EMPTY, /* by one that had not come to change anything */
    LEFT_INTERRUPTED,
} left_file;

/* What an interrupted repair of this store left; it is open then. One of which the store has been
 * changed since, by programs that went on, is a thing of the past. */
static left_file open_left(mmf_checking *checking, const char *path)
{
    mmf_undo_state state;

    if (mmf_undo_open(path, &checking->store, &checking->undo, &state, NULL) != MMF_OK) {
        checking->undo = NULL;
        return LEFT_OTHER;
    }
    if (state.is_of_store && !state.is_finished && !state.is_undone) {
        if (state.places == 0) {
            return LEFT_EMPTY;
        }
        if (mmf_undo_verify(checking->undo, &checking->store, NULL) == MMF_OK) {
            return LEFT_INTERRUPTED;
        }
    }
    mmf_undo_close(checking->undo);
    checking->undo = NULL;
    return LEFT_OTHER;
}

static void forget_undo(mmf_checking *checking)
{
    mmf_undo_close(checking->undo);
    checking->undo = NULL;
}

/* An empty one is filled by this repair. */
static mmf_status go_on(mmf_checking *checking, left_file left)
{
    static const mmf_place whole_store = {false, 0, MMF_CHECK_NO_RECORD, NULL};
    mmf_status status;

    if (left == LEFT_EMPTY) {
        if (!checking->may_repair || (checking->options->flags & MMF_CHECK_NO_UNDO) != 0) {
            forget_undo(checking);
        }
        return MMF_OK;
    }
    if (!mmf_checking_find(checking, MMF_PROBLEM_INTERRUPTED, &whole_store,
                           "%s has what was to be done", checking->undo_path)) {
        forget_undo(checking);
        checking->may_repair = false; /* other repairs would come in its way */
        return MMF_OK;
    }
    status =
        mmf_undo_redo(checking->undo, &checking->store, &checking->lock, checking->options->error);
    if (status == MMF_OK) {
        checking->was_repaired = true;
        (void)snprintf(checking->result->undo_path, sizeof checking->result->undo_path, "%s",
                       checking->undo_path);
    }
    return status;
}

/* The caller's name: has to be free, or what an interrupted repair left. */
static mmf_status find_given(mmf_checking *checking, const char *path)
{
    mmf_error *error = checking->options->error;
    left_file left;

    checking->undo_path = malloc(strlen(path) + 1);
    if (!checking->undo_path) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    memcpy(checking->undo_path, path, strlen(path) + 1);
    if (!exists(path)) {
        return MMF_OK;
    }
    left = open_left(checking, path);
    if (left != LEFT_OTHER) {
        return go_on(checking, left);
    }
    return mmf_error_set(error, MMF_E_EXISTS,
                         "%s exists, and is not what an interrupted repair of %s, as it is now, "
                         "left",
                         path, checking->path);
}

static mmf_status find_default(mmf_checking *checking)
{
    for (unsigned number = 0; number < NAMES_MAX; number++) {
        char *path = default_path(checking, number);
        left_file left;

        if (!path) {
            return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
        }
        free(checking->undo_path);
        checking->undo_path = path;
        if (!exists(path)) {
            return MMF_OK;
        }
        left = open_left(checking, path);
        if (left != LEFT_OTHER) {
            return go_on(checking, left);
        }
    }
    return mmf_error_set(checking->options->error, MMF_E_EXISTS,
                         "%s exists, and %u more of that kind", checking->undo_path, NAMES_MAX);
}

mmf_status mmf_undo_place_find(mmf_checking *checking)
{
    if (checking->options->undo_path && checking->may_repair) {
        return find_given(checking, checking->options->undo_path);
    }
    return find_default(checking);
}
