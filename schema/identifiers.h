/* Which names the schema language has, and which of them C or C++ has taken. */
#ifndef MMF_SCHEMA_IDENTIFIERS_H
#define MMF_SCHEMA_IDENTIFIERS_H

#include <stdbool.h>
#include <stddef.h>

/* A letter, then letters, digits and "_", at most MMF_SCHEMA_NAME_MAX in all; ASCII. */
bool mmf_identifier_is_valid(const char *name);

/* Why a field cannot have the valid name, such as "a keyword of C++"; NULL when it can. A field is
 * a member of a struct: keywords and macros stand in its way. */
const char *mmf_identifier_field_conflict(const char *name);

/* The same for a prefix, which is also the name of a type: what the C library declares stands in
 * its way too, and so do this project's own names. */
const char *mmf_identifier_prefix_conflict(const char *name);

/* The prefix of a record that is called name: "HTTPServer" gives "http_server". To be freed; NULL
 * when out of memory. It can be longer than a name may be. */
char *mmf_identifier_snake_case(const char *name);

/* As strcmp(), but capitals are the same as small letters; whatever the locale. */
int mmf_identifier_compare_caseless(const char *left, const char *right);

#endif
