/* In place of the library's: nobody else has these stores open, and to ask every process of the
 * machine, thousands of times, takes longer than everything else. */
#include <stdint.h>

uint64_t __wrap_mmf_process_with_mapping(const void *file, const char *path);

uint64_t __wrap_mmf_process_with_mapping(const void *file, const char *path)
{
    (void)file;
    (void)path;
    return 0;
}
