/* For tests of //codegen: models from schemas written with single quotes. */
#ifndef MMF_TESTS_CODEGEN_TESTING_H
#define MMF_TESTS_CODEGEN_TESTING_H

#include <check.h>

#include "schema/model.h"

/* The model of a schema text, in which ' stands for ". The text must be valid. */
mmf_model *model_of(const char *text);

/* The model of a record R, version 1, prefix r, with these fields. */
mmf_model *model_of_fields(const char *fields);

/* Runs a suite of one case, which add_tests fills; the exit status of main. */
int run_tests(const char *name, void (*add_tests)(TCase *tcase));

#endif
