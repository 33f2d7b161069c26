#include "bench/run.h"

#include "bench/fixture.h"

void bench_run_prepare(const bench_way *way, bench_fixture *fixture, uint64_t operations)
{
    fixture->retries = 0;
    if (way->prepare) {
        way->prepare(fixture, operations);
    }
}

double bench_run_finish(const bench_way *way, bench_fixture *fixture)
{
    if (way->finish) {
        way->finish(fixture, 0);
    }
    return (double)fixture->retries;
}

static uint64_t yield_of(const bench_row *row, const bench_way *way, bench_fixture *fixture,
                         uint64_t operations)
{
    uint64_t yield;

    fixture->seen = 0;
    fixture->random_state = 1;
    if (row->flags & BENCH_CHANGES) {
        bench_forget_changes(fixture);
    }
    fixture->is_compared = true;
    bench_run_prepare(way, fixture, operations);
    way->run(fixture, operations);
    fixture->is_compared = false;
    yield = way->result ? way->result(fixture) : fixture->seen;
    (void)bench_run_finish(way, fixture);
    return yield;
}

bool bench_run_compare(const bench_row *row, bench_fixture *fixture, uint64_t operations,
                       bench_result *ret_result)
{
    size_t count = bench_way_count(row);

    if (!(row->flags & BENCH_EXACT) && operations > BENCH_VERIFIED) {
        operations = BENCH_VERIFIED;
    }
    if (row->flags & BENCH_UNLIKE) {
        return true;
    }
    for (size_t way = 0; way < count; way++) {
        uint64_t yield = yield_of(row, &row->ways[way], fixture, operations);

        if (way == 0) {
            ret_result->expected = yield;
        } else if (yield != ret_result->expected) {
            ret_result->is_different = true;
            ret_result->different = way;
            ret_result->found = yield;
            return false;
        }
    }
    return true;
}
