// The headers of views in C++17, under warnings that C does not have; and that they work there.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/atomic_view.h"
#include "runtime/view.h"

namespace
{

bool use(mmf_file *file)
{
    mmf_segment segment = {};
    mmf_chunks chunks = {};
    mmf_chunk_to_write chunk = {};
    mmf_atomic_u32 u32 = {};
    mmf_atomic_u64 u64 = {};
    std::uint64_t expected = 2;

    return mmf_segment_of(file, 8, MMF_SEGMENT_TO_END, 0, &segment) == MMF_OK &&
           mmf_segment_size(&segment) == 92 && mmf_chunks_of(&segment, 0, 50, &chunks) == MMF_OK &&
           mmf_chunks_next_to_write(&chunks, &chunk) == MMF_OK && chunk.size == 50 &&
           mmf_atomic_u32_of(&segment, 4, &u32) == MMF_OK &&
           mmf_atomic_u64_of(&segment, 8, &u64) == MMF_OK && mmf_atomic_u32_add(u32, 1) == 1 &&
           mmf_atomic_u64_add(u64, 2) == 2 && mmf_atomic_u64_swap(u64, &expected, 3) &&
           mmf_atomic_u64_load(u64) == 3 && chunk.bytes[8] != chunk.bytes[7];
}

} // namespace

int main()
{
    const char *parent = std::getenv("TEST_TMPDIR");
    std::string path = std::string(parent ? parent : "/tmp") + "/mmf-test-XXXXXX";
    mmf_file_options options = {};
    mmf_file *file = nullptr;
    int descriptor = mkstemp(&path[0]);

    if (descriptor < 0) {
        std::perror("mkstemp");
        return EXIT_FAILURE;
    }
    options.size = 100;
    bool good = mmf_file_open(path.c_str(), &options, &file) == MMF_OK && use(file);
    good = mmf_file_close(file) == MMF_OK && good;
    std::remove(path.c_str());
    std::puts(good ? "good" : "failed");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
