/* "a,b,c" as an array of names. */
#ifndef MMF_TOOLS_COMMANDS_NAMES_H
#define MMF_TOOLS_COMMANDS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mmf_name_list {
    char *text; /* holds the names */
    const char **names;
    size_t count;
} mmf_name_list;

/* list NULL: no names. False: out of memory. */
bool mmf_name_list_split(const char *list, mmf_name_list *ret_list);
void mmf_name_list_clear(mmf_name_list *list);

#endif
