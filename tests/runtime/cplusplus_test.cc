// The public headers in C++17, under warnings that C does not have; and that they work there.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "runtime/generated_code_support.h"
#include "runtime/mmf.h"

namespace
{

constexpr uint32_t record_size = 32;

mmf_record_type make_type()
{
    mmf_record_type type = {};

    type.name = "Thing";
    type.format = MMF_FORMAT_2;
    type.schema_version = 1;
    type.record_size = record_size;
    type.payload_size = record_size - MMF_COUNTER_BYTES;
    type.record_align = 8;
    type.capacity = 16;
    type.schema_text = "{}";
    type.schema_text_size = 2;
    return type;
}

bool use(mmf_store *store)
{
    uint64_t index = 99;
    double price = 0;
    bool flag = false;
    char text[8];
    uint32_t len = 0;
    mmf_read_section section;

    return mmf_append_zero(store, &index) == MMF_OK && index == 0 &&
           mmf_set_f64(store, 0, record_size, 8, 1.5) == MMF_OK &&
           mmf_set_bool(store, 0, record_size, 16, true) == MMF_OK &&
           mmf_set_text(store, 0, 20, 7, "hello", 5) == MMF_OK &&
           mmf_get_f64(store, 0, record_size, 8, &price) == MMF_OK && price == 1.5 &&
           mmf_peek_bool(store, 0, record_size, 16, &flag) == MMF_OK && flag &&
           mmf_get_text(store, 0, 20, 7, text, sizeof text, &len) == MMF_OK && len == 5 &&
           std::strcmp(text, "hello") == 0 &&
           mmf_read_begin(store, 0, record_size, &section) == MMF_OK && mmf_read_valid(&section) &&
           mmf_store_sync(store) == MMF_OK && mmf_store_len(store) == 1;
}

} // namespace

int main()
{
    const char *parent = std::getenv("TEST_TMPDIR");
    std::string directory = std::string(parent ? parent : "/tmp") + "/mmf-test-XXXXXX";
    mmf_record_type type = make_type();
    mmf_error error = {};
    mmf_options options = {};
    mmf_store *store = nullptr;

    if (!mkdtemp(&directory[0])) {
        std::perror("mkdtemp");
        return EXIT_FAILURE;
    }
    options.error = &error;
    const std::string path = directory + "/store";
    bool good = mmf_store_create(path.c_str(), &type, &options, &store) == MMF_OK && use(store);
    good = mmf_store_close(store) == MMF_OK && good;
    std::remove(path.c_str());
    std::remove((path + ".lock").c_str());
    std::remove(directory.c_str());
    std::printf("%s%s\n", good ? "good" : "failed: ", error.text);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
