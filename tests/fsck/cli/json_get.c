/* json_get FILE KEY…: reads a document of JSON strictly, and prints what stands at each key, such
 * as files.0.findings.2.code, on a line of its own; # behind a key's last dot: how many members
 * there are. Fails where the document is none, has a key twice, or lacks one that is asked for. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *step(const json_t *value, const char *name)
{
    return json_is_array(value) ? json_array_get(value, (size_t)strtoul(name, NULL, 10))
                                : json_object_get(value, name);
}

static int print(const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

    if (!text) {
        return 1;
    }
    puts(json_is_string(value) ? json_string_value(value) : text);
    free(text);
    return 0;
}

static int print_key(const json_t *value, char *key)
{
    char *name = strtok(key, ".");

    for (; value && name && strcmp(name, "#") != 0; name = strtok(NULL, ".")) {
        value = step(value, name);
    }
    if (!value) {
        fprintf(stderr, "json_get: no such member\n");
        return 1;
    }
    if (name) {
        printf("%zu\n", json_is_array(value) ? json_array_size(value) : json_object_size(value));
        return 0;
    }
    return print(value);
}

int main(int argc, char **argv)
{
    json_error_t error;
    json_t *document = argc > 1 ? json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error) : NULL;
    int failed = 0;

    if (!document) {
        fprintf(stderr, "json_get: %d: %s\n", error.line, error.text);
        return 1;
    }
    for (int i = 2; i < argc; i++) {
        failed |= print_key(document, argv[i]);
    }
    json_decref(document);
    return failed;
}
