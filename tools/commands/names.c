#define _GNU_SOURCE
#include "tools/commands/names.h"

#include <stdlib.h>
#include <string.h>

static size_t count_names(const char *list)
{
    size_t count = 1;

    for (; *list; list++) {
        count += *list == ',';
    }
    return count;
}

bool mmf_name_list_split(const char *list, mmf_name_list *ret_list)
{
    mmf_name_list result = {0};
    char *rest;
    char *name;

    if (list) {
        result.text = strdup(list);
        result.names = calloc(count_names(list), sizeof *result.names);
        if (!result.text || !result.names) {
            mmf_name_list_clear(&result);
            return false;
        }
        rest = result.text;
        while ((name = strsep(&rest, ",")) != NULL) {
            result.names[result.count++] = name;
        }
    }
    *ret_list = result;
    return true;
}

void mmf_name_list_clear(mmf_name_list *list)
{
    free(list->text);
    free(list->names);
}
