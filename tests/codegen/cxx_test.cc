// Generated headers in a C++ program, all in one translation unit; their sources are compiled as
// C++ beside this one.
#include "tests/golden/account.mmf.h"
#include "tests/golden/alltypes.mmf.h"
#include "tests/golden/flag.mmf.h"
#include "tests/golden/legacy_tick.mmf.h"
#include "tests/golden/market_cap.mmf.h"
#include "tests/golden/page.mmf.h"
#include "tests/golden/tick.mmf.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

static void expect(bool condition, const char *what)
{
    if (!condition) {
        std::fprintf(stderr, "failed: %s\n", what);
        std::exit(1);
    }
}
#define EXPECT(condition) expect(condition, #condition)

static void use_ticks(const std::string &path)
{
    tick_store *store = nullptr;
    tick record{};
    tick_section section;
    double price = 0;

    EXPECT(tick_store_create(path.c_str(), nullptr, &store) == MMF_OK);
    record.price = 1.5;
    record.side = TICK_SIDE_SELL;
    record.levels[4] = 4;
    EXPECT(tick_append(store, &record, nullptr) == MMF_OK);
    EXPECT(tick_set_symbol(store, 0, "ACME", 4) == MMF_OK);
    EXPECT(tick_get_price(store, 0, &price) == MMF_OK && price == 1.5);
    EXPECT(tick_read_begin(store, 0, &section) == MMF_OK);
    EXPECT(section.record->symbol.len == 4 && section.record->levels[4] == 4);
    EXPECT(tick_read_valid(&section));
    tick_iterator iterator = tick_iterate(store, 0);
    EXPECT(tick_next(&iterator, &record) && record.symbol.data[3] == 'E');
    EXPECT(!tick_next(&iterator, &record) && iterator.status == MMF_OK);
    EXPECT(tick_store_close(store) == MMF_OK);
}

static void use_all_types(const std::string &path)
{
    alltypes_store *store = nullptr;
    alltypes record;

    EXPECT(alltypes_store_create(path.c_str(), nullptr, &store) == MMF_OK);
    EXPECT(alltypes_append(store, nullptr, nullptr) == MMF_OK);
    EXPECT(alltypes_get(store, 0, &record) == MMF_OK);
    EXPECT(record.small == 255 && record.code.len == 13 && record.kind == ALLTYPES_KIND_HUGE);
    EXPECT(alltypes_set_state(store, 0, ALLTYPES_STATE_RUNNING) == MMF_OK);
    EXPECT(alltypes_set_state(store, 0, 2) == MMF_E_INVALID);
    EXPECT(alltypes_store_close(store) == MMF_OK);
}

int main()
{
    const char *parent = std::getenv("TEST_TMPDIR");
    std::string directory = std::string(parent ? parent : "/tmp") + "/cxx_XXXXXX";

    EXPECT(mkdtemp(&directory[0]) != nullptr);
    use_ticks(directory + "/ticks");
    use_all_types(directory + "/all");
    for (const char *name : {"/ticks", "/all"}) {
        unlink((directory + name).c_str());
        unlink((directory + name + ".lock").c_str());
    }
    rmdir(directory.c_str());
    return 0;
}
