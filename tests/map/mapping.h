/* What the tests of mappings share: files and mappings that cannot fail. */
#ifndef MMF_TESTS_MAP_MAPPING_H
#define MMF_TESTS_MAP_MAPPING_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "runtime/map.h"
#include "tests/runtime/testing.h"

#define PAGE ((uint64_t)sysconf(_SC_PAGESIZE))
#define HUGE_PAGE (2ull << 20)

/* valgrind has a mind of its own about addresses, and mappings of its own. */
static inline bool on_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");

    return preload && strstr(preload, "vgpreload");
}

/* A file of that many bytes, all of them 'x', and its descriptor. */
static inline int file_of(const char *name, size_t size)
{
    unsigned char *bytes = malloc(size + 1);
    int fd;

    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'x', size + 1);
    test_write_file(test_path(name), bytes, size);
    free(bytes);
    fd = open(test_path(name), O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static inline unsigned char *map_of(int fd, uint64_t size, bool writable, uint32_t flags)
{
    mmf_map_options options = {.flags = flags};
    void *address = NULL;

    ck_ok(mmf_map_descriptor(fd, 0, size, writable, &options, &address));
    return address;
}

/* Private memory of no file. */
static inline unsigned char *memory_of(uint64_t size)
{
    return map_of(-1, size, true, MMF_MAP_PRIVATE);
}

static inline mmf_map_info report_of(const void *address, uint64_t size)
{
    mmf_map_info info;

    memset(&info, 0xa5, sizeof info);
    ck_ok(mmf_map_report(address, size, &info));
    ck_assert_msg(info.knows_areas, "/proc/self/smaps cannot be read here");
    return info;
}

/* mlock2(2) is younger than mlock(2); valgrind 3.19 does not know it. */
static inline bool has_lock_on_fault(void)
{
    unsigned char *memory = memory_of(PAGE);
    bool result = mmf_map_lock(memory, PAGE, true) == MMF_OK || errno != ENOSYS;

    mmf_map_release(memory, PAGE);
    if (!result) {
        (void)printf("skipped: there is no mlock2(2) here\n");
    }
    return result;
}

#endif
