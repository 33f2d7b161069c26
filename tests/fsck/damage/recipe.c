#include "tests/fsck/damage/recipe.h"

#include <stdbool.h>
#include <string.h>

#include "tests/fsck/damage/edit.h"
#include "tests/fsck/damage/live.h"
#include "tests/fsck/damage/place.h"

unsigned recipe_split(char *line, char **ret_words)
{
    unsigned count = 0;
    char *at = line;

    for (;;) {
        bool quoted;
        char *end;

        at += strspn(at, " \t\n");
        if (*at == '\0' || *at == '#') {
            return count;
        }
        quoted = *at == '"';
        at += quoted;
        end = at + strcspn(at, quoted ? "\"\n" : " \t\n");
        if (count < RECIPE_WORDS_MAX) {
            ret_words[count] = at;
        }
        count++;
        at = *end == '\0' ? end : end + 1;
        *end = '\0';
    }
}

static mmf_status number(subject *subject, char *const *words, unsigned count, unsigned which,
                         uint64_t *ret_number)
{
    return which < count ? place_number(subject, words[which], ret_number) : MMF_OK;
}

/* --- Commands: words without the command itself --------------------------------------------- */

static mmf_status do_make(subject *subject, char *const *words, unsigned count)
{
    uint64_t records = 0;
    uint64_t capacity = 0;
    mmf_status status = number(subject, words, count, 1, &records);

    if (status == MMF_OK) {
        status = number(subject, words, count, 2, &capacity);
    }
    return status == MMF_OK ? live_make(subject, words[0], records, capacity) : status;
}

static mmf_status do_copy(subject *subject, char *const *words, unsigned count)
{
    (void)count;
    return edit_copy_fixture(subject, words[0], words[1]);
}

static mmf_status do_append(subject *subject, char *const *words, unsigned count)
{
    uint64_t records = 0;
    mmf_status status = number(subject, words, count, 0, &records);

    return status == MMF_OK ? live_append(subject, records, false) : status;
}

static mmf_status do_append_blank(subject *subject, char *const *words, unsigned count)
{
    uint64_t records = 0;
    mmf_status status = number(subject, words, count, 0, &records);

    return status == MMF_OK ? live_append(subject, records, true) : status;
}

static mmf_status do_leave(subject *subject, char *const *words, unsigned count)
{
    uint64_t records = 0;
    mmf_status status = number(subject, words, count, 0, &records);

    return status == MMF_OK ? live_leave(subject, records) : status;
}

/* "", "one", "mapping" or "record N". */
static mmf_status do_hold(subject *subject, char *const *words, unsigned count)
{
    const char *how = count > 0 ? words[0] : "";
    uint64_t index = 0;
    mmf_status status = number(subject, words, count, 1, &index);

    if (status != MMF_OK) {
        return status;
    }
    if (count == 0) {
        return live_hold(subject, 0, NULL);
    }
    if (count == 1 && strcmp(how, "one") == 0) {
        return live_hold(subject, MMF_ONE_WRITER, NULL);
    }
    if (count == 1 && strcmp(how, "mapping") == 0) {
        return live_hold_mapping(subject);
    }
    if (count == 2 && strcmp(how, "record") == 0) {
        return live_hold(subject, 0, &index);
    }
    return mmf_error_set(&subject->error, MMF_E_INVALID, "cannot hold \"%s\"", how);
}

/* The place comes first, and what is left is the value. */
static mmf_status find_place(subject *subject, char *const *words, unsigned count, place *ret_place,
                             const char **ret_value)
{
    unsigned used = 0;
    mmf_status status = place_find(subject, words, count, ret_place, &used);

    if (status == MMF_OK && used + 1 != count) {
        status = mmf_error_set(&subject->error, MMF_E_INVALID, "one value has to follow the place");
    }
    if (status == MMF_OK) {
        *ret_value = words[used];
    }
    return status;
}

static mmf_status do_set(subject *subject, char *const *words, unsigned count)
{
    place place = {0};
    const char *value = NULL;
    mmf_status status = find_place(subject, words, count, &place, &value);

    return status == MMF_OK ? place_set(subject, &place, value) : status;
}

static mmf_status do_flip(subject *subject, char *const *words, unsigned count)
{
    place place = {0};
    const char *value = NULL;
    uint64_t bits = 0;
    mmf_status status = find_place(subject, words, count, &place, &value);

    if (status == MMF_OK) {
        status = place_number(subject, value, &bits);
    }
    return status == MMF_OK ? edit_flip(subject, &place, bits) : status;
}

static mmf_status do_seal(subject *subject, char *const *words, unsigned count)
{
    uint64_t where = 0;
    mmf_status status;

    if (strcmp(words[0], "header") == 0 && count == 1) {
        return subject_seal_header(subject);
    }
    if (strcmp(words[0], "slot") == 0 && count == 2) {
        status = place_find_slot(subject, words[1], &where);
        return status == MMF_OK ? subject_seal_slot(subject, where) : status;
    }
    if (strcmp(words[0], "record") == 0 && count == 2) {
        status = place_number(subject, words[1], &where);
        return status == MMF_OK ? subject_seal_record(subject, where) : status;
    }
    return mmf_error_set(&subject->error, MMF_E_INVALID, "cannot seal \"%s\"", words[0]);
}

static mmf_status do_fill(subject *subject, char *const *words, unsigned count)
{
    uint64_t numbers[3] = {0, 0, 0};
    mmf_status status = MMF_OK;

    for (unsigned i = 0; status == MMF_OK && i < 3; i++) {
        status = number(subject, words, count, i, &numbers[i]);
    }
    return status == MMF_OK ? edit_fill(subject, numbers[0], numbers[1], (uint8_t)numbers[2])
                            : status;
}

/* "resize SIZE", and "cut record N [BYTES]": so many bytes of that record are left. */
static mmf_status do_resize(subject *subject, char *const *words, unsigned count)
{
    uint64_t size = 0;
    mmf_status status = number(subject, words, count, 0, &size);

    return status == MMF_OK ? edit_resize(subject, size) : status;
}

static mmf_status do_cut(subject *subject, char *const *words, unsigned count)
{
    uint64_t index = 0;
    uint64_t offset = 0;
    uint64_t bytes = 0;
    mmf_status status = number(subject, words, count, 1, &index);

    if (status == MMF_OK) {
        status = number(subject, words, count, 2, &bytes);
    }
    if (status == MMF_OK) {
        status = subject_record_offset(subject, index, &offset);
    }
    return status == MMF_OK ? edit_resize(subject, offset + bytes) : status;
}

static mmf_status do_punch(subject *subject, char *const *words, unsigned count)
{
    uint64_t offset = 0;
    uint64_t size = 0;
    mmf_status status = number(subject, words, count, 0, &offset);

    if (status == MMF_OK) {
        status = number(subject, words, count, 1, &size);
    }
    return status == MMF_OK ? edit_punch(subject, offset, size) : status;
}

static mmf_status do_reboot(subject *subject, char *const *words, unsigned count)
{
    (void)words;
    (void)count;
    return edit_reboot(subject);
}

static mmf_status do_remove(subject *subject, char *const *words, unsigned count)
{
    (void)count;
    return edit_remove(subject, words[0]);
}

static mmf_status do_write(subject *subject, char *const *words, unsigned count)
{
    (void)count;
    return edit_write(subject, words[0], words[1]);
}

/* --- Lines ----------------------------------------------------------------------------------- */

/* What run.sh does, before or after. */
static mmf_status do_nothing(subject *subject, char *const *words, unsigned count)
{
    (void)subject;
    (void)words;
    (void)count;
    return MMF_OK;
}

typedef struct command {
    const char *name;
    mmf_status (*run)(subject *subject, char *const *words, unsigned count);
    unsigned least; /* words, without the command itself */
    unsigned most;
} command;

static const command commands[] = {
    {"append", do_append, 1, 1},
    {"append-blank", do_append_blank, 1, 1},
    {"copy", do_copy, 2, 2},
    {"cut", do_cut, 2, 3},
    {"die", live_die, 2, RECIPE_WORDS_MAX},
    {"fill", do_fill, 3, 3},
    {"flip", do_flip, 3, 6},
    {"hold", do_hold, 0, 2},
    {"interrupt", do_nothing, 0, 0},
    {"leave", do_leave, 1, 1},
    {"make", do_make, 2, 3},
    {"options", do_nothing, 1, RECIPE_WORDS_MAX},
    {"punch", do_punch, 2, 2},
    {"quick", do_nothing, 0, 0},
    {"reboot", do_reboot, 0, 0},
    {"remove", do_remove, 1, 1},
    {"resize", do_resize, 1, 1},
    {"seal", do_seal, 1, 2},
    {"set", do_set, 3, 6},
    {"write", do_write, 2, 2},
};

mmf_status recipe_do_line(subject *subject, char *line)
{
    char *words[RECIPE_WORDS_MAX] = {NULL};
    unsigned count = recipe_split(line, words);

    if (count == 0) {
        return MMF_OK;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const command *command = &commands[i];

        if (strcmp(command->name, words[0]) != 0) {
            continue;
        }
        if (count - 1 < command->least || count - 1 > command->most || count > RECIPE_WORDS_MAX) {
            return mmf_error_set(&subject->error, MMF_E_INVALID, "%s takes %u to %u words, not %u",
                                 words[0], command->least, command->most, count - 1);
        }
        return command->run(subject, words + 1, count - 1);
    }
    return mmf_error_set(&subject->error, MMF_E_INVALID, "no such command: \"%s\"", words[0]);
}
