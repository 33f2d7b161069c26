// The generated headers are C++17 too, without a warning, and the checker's.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fsck/check.h"
#include "point.mmf.h"
#include "store/reading.mmf.h"

static bool round_trip(const std::string &path)
{
    point_store *store = nullptr;
    if (point_store_create(path.c_str(), nullptr, &store) != MMF_OK) {
        return false;
    }
    point in{};
    in.x = 3.0;
    in.y = -4.5;
    uint64_t index = 9;
    point out{};
    double y = 0;
    bool ok = point_append(store, &in, &index) == MMF_OK && index == 0 &&
              point_set_x(store, index, 8.25) == MMF_OK &&
              point_get(store, index, &out) == MMF_OK && point_get_y(store, index, &y) == MMF_OK;
    ok = point_store_close(store) == MMF_OK && ok;
    return ok && out.x > 8.0 && out.x < 8.5 && y < -4.0 && y > -5.0;
}

static bool is_sound(const std::string &path)
{
    mmf_check_result result;
    return mmf_check(path.c_str(), nullptr, &result) == MMF_OK && result.is_complete &&
           result.errors == 0 && result.record_count == 1;
}

int main()
{
    static_assert(sizeof(reading) % 8 == 0, "a whole number of words");
    const char *directory = std::getenv("TEST_TMPDIR");
    if (directory == nullptr || !round_trip(std::string(directory) + "/point.mmf")) {
        std::fprintf(stderr, "header_test: a point did not come back as it went in\n");
        return EXIT_FAILURE;
    }
    if (!is_sound(std::string(directory) + "/point.mmf")) {
        std::fprintf(stderr, "header_test: a sound store is not found to be one\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
