/* Properties of generated text that hold for every schema; what it says in detail is in the
 * goldens, and what it does in accessors_test.c. */
#include "codegen/generate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codegen/names.h"
#include "tests/codegen/testing.h"

/* Every kind of field, alone and in arrays, in a record that is small or large. */
#define KINDS(max)                                                                                 \
    "{'name':'Zebra','version':4,'fields':["                                                       \
    "{'name':'zz_bool','type':'bool'},{'name':'zz_bools','type':'bool','count':3},"                \
    "{'name':'zz_int','type':'int32','default':7},{'name':'zz_ints','type':'int32','count':3},"    \
    "{'name':'zz_dec','type':'int64','logical':'decimal','scale':2},"                              \
    "{'name':'zz_real','type':'float32'},"                                                         \
    "{'name':'zz_enum','type':'enum','base':'uint8','symbols':{'ZZ_A':0}},"                        \
    "{'name':'zz_enums','type':'enum','base':'uint8','symbols':{'ZZ_A':0},'count':2},"             \
    "{'name':'zz_text','type':'string','max':" max "},"                                            \
    "{'name':'zz_texts','type':'string','max':3,'count':2},"                                       \
    "{'name':'zz_blob','type':'bytes','max':3}]}"

static mmf_generated generate(mmf_model *model)
{
    mmf_generate_options options = {"zebra.mmf.json", "zebra", true};
    mmf_diagnostics diagnostics = {0};
    mmf_generated generated = {0};

    ck_assert_int_eq(mmf_generate(model, &options, &diagnostics, &generated), MMF_OK);
    mmf_diagnostics_clear(&diagnostics);
    mmf_model_free(model);
    return generated;
}

/* --- Words ----------------------------------------------------------------------------------- */

/* Skips a comment, a literal or a preprocessor line; the same pointer when there is none. */
static const char *skip_no_code(const char *code, const char *begin)
{
    if (strncmp(code, "/*", 2) == 0) {
        return strstr(code, "*/") + 2;
    }
    if (*code == '#' && (code == begin || code[-1] == '\n')) {
        return code + strcspn(code, "\n");
    }
    if (*code == '"' || *code == '\'') {
        char quote = *code++;

        while (*code != quote) {
            code += *code == '\\' ? 2 : 1;
        }
        return code + 1;
    }
    return code;
}

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Words that are of C, of its library, of Check or of the runtime. */
static bool is_foreign(const char *word)
{
    static const char *const prefixes[] = {"mmf_",     "MMF_",     "__atomic_", "__ATOMIC_", "ck_",
                                           "pthread_", "srunner_", "suite_",    "tcase_"};
    static const char *const words[] = {
        "C",
        "NULL",
        "bool",
        "break",
        "case",
        "char",
        "const",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "false",
        "float",
        "for",
        "if",
        "inline",
        "int",
        "int32_t",
        "int64_t",
        "memset",
        "offsetof",
        "return",
        "size_t",
        "sizeof",
        "static",
        "struct",
        "switch",
        "true",
        "typedef",
        "uint32_t",
        "uint64_t",
        "uint8_t",
        "unsigned",
        "void",
        "while",
        /* in the generated test; the last two are members of a struct */
        "CK_NORMAL",
        "END_TEST",
        "EXIT_FAILURE",
        "EXIT_SUCCESS",
        "SRunner",
        "START_TEST",
        "Suite",
        "TCase",
        "UINT32_MAX",
        "UINT64_C",
        "UINT64_MAX",
        "calloc",
        "free",
        "getenv",
        "main",
        "memcmp",
        "mkdtemp",
        "nanosleep",
        "rmdir",
        "snprintf",
        "timespec",
        "unlink",
        "reading",
        "writing",
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (strncmp(prefixes[i], word, strlen(prefixes[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the word is made from the schema: each of its names has a Z of its own. */
static bool is_of_schema(const char *word)
{
    return strncasecmp(word, "zebra", 5) == 0 || strncasecmp(word, "zz_", 3) == 0;
}

static void check_words(const char *code)
{
    const char *begin = code;
    char previous = ' ';

    while (*code) {
        const char *next = skip_no_code(code, begin);
        char word[128];
        size_t size = 0;

        if (next != code) {
            code = next;
            continue;
        }
        while (is_word_character(code[size])) {
            size++;
        }
        if (size == 0) {
            previous = *code++;
            continue;
        }
        ck_assert_uint_lt(size, sizeof word);
        memcpy(word, code, size);
        word[size] = '\0';
        code += size;
        /* members of others' structs need no place in the list */
        if (previous != '.' && previous != '>' && !isdigit((unsigned char)word[0])) {
            ck_assert_msg(is_foreign(word) || is_of_schema(word) || mmf_names_is_local(word),
                          "\"%s\" is not in the list of local names in names.def", word);
        }
        previous = ' ';
    }
}

/* A name made from a schema could hide any word that generated code uses: the list of those words
 * must be complete, for collisions with it are what names.c refuses. */
START_TEST(local_names_are_known)
{
    static const char *const schemas[] = {KINDS("13"), KINDS("2000")};

    for (size_t i = 0; i < 2; i++) {
        mmf_generated generated = generate(model_of(schemas[i]));

        check_words(mmf_text_string(&generated.header));
        check_words(mmf_text_string(&generated.source));
        check_words(mmf_text_string(&generated.test));
        mmf_generated_clear(&generated);
    }
}
END_TEST

/* --- Other properties ------------------------------------------------------------------------ */

static void check_lines(const char *code)
{
    while (*code) {
        size_t size = strcspn(code, "\n");

        ck_assert_msg(mmf_text_width(code, size) <= MMF_TEXT_COLUMNS, "long line: %.*s", (int)size,
                      code);
        ck_assert(size == 0 || code[size - 1] != ' ');
        code += size + 1;
    }
}

START_TEST(lines_fit)
{
    static const char *const schemas[] = {KINDS("13"), KINDS("2000")};

    for (size_t i = 0; i < 2; i++) {
        mmf_generated generated = generate(model_of(schemas[i]));

        check_lines(mmf_text_string(&generated.header));
        check_lines(mmf_text_string(&generated.source));
        check_lines(mmf_text_string(&generated.test));
        mmf_generated_clear(&generated);
    }
}
END_TEST

START_TEST(the_same_again)
{
    mmf_generated a = generate(model_of(KINDS("13")));
    mmf_generated b = generate(model_of(KINDS("13")));

    ck_assert_str_eq(mmf_text_string(&a.header), mmf_text_string(&b.header));
    ck_assert_str_eq(mmf_text_string(&a.source), mmf_text_string(&b.source));
    ck_assert_str_eq(mmf_text_string(&a.test), mmf_text_string(&b.test));
    mmf_generated_clear(&a);
    mmf_generated_clear(&b);
}
END_TEST

/* Nothing large on the stack, and no table of its size in the source. */
START_TEST(large_records_are_stored_in_place)
{
    mmf_generated small = generate(model_of(KINDS("13")));
    mmf_generated large = generate(model_of(KINDS("2000")));

    ck_assert_ptr_nonnull(strstr(mmf_text_string(&small.source), "zebra clean = *record"));
    ck_assert_ptr_nonnull(strstr(mmf_text_string(&small.source), "zebra_mask"));
    ck_assert_ptr_nonnull(strstr(mmf_text_string(&small.header), "zebra_mask["));
    ck_assert_ptr_null(strstr(mmf_text_string(&large.source), "clean"));
    ck_assert_ptr_null(strstr(mmf_text_string(&large.source), "zebra_mask"));
    ck_assert_ptr_null(strstr(mmf_text_string(&large.header), "zebra_mask"));
    mmf_generated_clear(&small);
    mmf_generated_clear(&large);
}
END_TEST

START_TEST(the_test_is_optional)
{
    mmf_generate_options options = {"r.mmf.json", "r", false};
    mmf_model *model = model_of_fields("{'name':'a','type':'int8'}");
    mmf_diagnostics diagnostics = {0};
    mmf_generated generated = {0};

    ck_assert_int_eq(mmf_generate(model, &options, &diagnostics, &generated), MMF_OK);
    ck_assert_uint_gt(generated.header.size, 0);
    ck_assert_uint_gt(generated.source.size, 0);
    ck_assert_uint_eq(generated.test.size, 0);
    mmf_generated_clear(&generated);
    mmf_diagnostics_clear(&diagnostics);
    mmf_model_free(model);
}
END_TEST

/* Format 1 has no place for the schema. */
START_TEST(format_1_has_no_text)
{
    mmf_generated generated = generate(model_of("{'name':'R','version':1,'format':1,'fields':["
                                                "{'name':'a','type':'int8'}]}"));

    ck_assert_ptr_null(strstr(mmf_text_string(&generated.source), "r_schema_text"));
    mmf_generated_clear(&generated);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, local_names_are_known);
    tcase_add_test(tcase, lines_fit);
    tcase_add_test(tcase, the_same_again);
    tcase_add_test(tcase, large_records_are_stored_in_place);
    tcase_add_test(tcase, the_test_is_optional);
    tcase_add_test(tcase, format_1_has_no_text);
}

int main(void)
{
    return run_tests("generate", add_tests);
}
