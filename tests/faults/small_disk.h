/* A file system that is soon full, for a child alone. */
#ifndef MMF_TESTS_FAULTS_SMALL_DISK_H
#define MMF_TESTS_FAULTS_SMALL_DISK_H

#include "tests/runtime/testing.h"

/* In a child: a tmpfs over the test's directory; options as "size=1m". */
void small_disk_mount(const char *options);

/* Writes a file until there is no space; returns its size. */
uint64_t small_disk_fill(const char *path);

/* test_run_ok() for a child that mounts; says that it was skipped where that is not allowed. */
void small_disk_run(test_child_function *function, void *argument);

#endif
