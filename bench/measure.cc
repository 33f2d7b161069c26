// The one file that knows Google Benchmark.
#include "bench/measure.h"

#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "bench/allocations.h"
#include "bench/run.h"

namespace
{

// A run is made long enough for the clock, and short enough for many of them.
constexpr double kRunNs = 8e6;

struct Timed {
    double ns = 0; // of an operation
    double allocations = 0;
    double retries = 0;
};

// Takes the times of the runs, in order.
class Collector : public benchmark::BenchmarkReporter
{
  public:
    explicit Collector(bool is_elapsed) : is_elapsed_(is_elapsed)
    {
    }
    bool ReportContext(const Context &) override
    {
        return true;
    }
    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            if (run.run_type == Run::RT_Iteration) {
                ns.push_back(is_elapsed_ ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime());
            }
        }
    }

    std::vector<double> ns;

  private:
    bool is_elapsed_;
};

void Run(benchmark::State &state, const bench_way *way, bench_fixture *fixture, uint64_t operations,
         Timed *timed)
{
    uint64_t allocations = 0;

    bench_run_prepare(way, fixture, operations);
    while (state.KeepRunningBatch(static_cast<int64_t>(operations))) {
        uint64_t before = bench_allocations();
        way->run(fixture, operations);
        allocations = bench_allocations() - before;
    }
    timed->allocations = static_cast<double>(allocations) / static_cast<double>(operations);
    timed->retries = bench_run_finish(way, fixture) / static_cast<double>(operations);
}

class Row
{
  public:
    Row(const bench_row *row, bench_fixture *fixture, uint64_t divisor)
        : row_(row), fixture_(fixture), count_(bench_way_count(row)), timed_(count_)
    {
        bool is_divided = !(row->flags & BENCH_UNDIVIDED);
        most_ = std::max<uint64_t>(1, is_divided ? row->operations / divisor : row->operations);
        operations_.assign(count_, most_);
    }

    // All ways once, each timed by the library.
    const std::vector<Timed> &Round(bool is_backwards)
    {
        std::vector<size_t> order(count_);
        Collector collector(row_->flags & BENCH_ELAPSED);

        benchmark::ClearRegisteredBenchmarks();
        for (size_t i = 0; i < count_; i++) {
            size_t way = is_backwards ? count_ - 1 - i : i;

            order[i] = way;
            benchmark::RegisterBenchmark(row_->ways[way].who,
                                         [this, way](benchmark::State &state) {
                                             Run(state, &row_->ways[way], fixture_,
                                                 operations_[way], &timed_[way]);
                                         })
                ->Iterations(static_cast<int64_t>(operations_[way]))
                ->Unit(benchmark::kNanosecond);
        }
        auto begin = std::chrono::steady_clock::now();
        benchmark::RunSpecifiedBenchmarks(&collector, "all");
        last_round_ = std::chrono::steady_clock::now() - begin;
        for (size_t i = 0; i < count_; i++) {
            timed_[order[i]].ns = collector.ns.at(i);
        }
        return timed_;
    }

    // As many operations as take a run's time, from a few that warm everything up.
    void Calibrate()
    {
        if (row_->flags & BENCH_EXACT) {
            Round(false);
            return;
        }
        for (uint64_t part : {1000u, 30u, 1u}) {
            for (size_t way = 0; way < count_; way++) {
                uint64_t limit = std::max<uint64_t>(1, most_ / part);
                uint64_t fits =
                    timed_[way].ns > 0 ? static_cast<uint64_t>(kRunNs / timed_[way].ns) + 1 : limit;
                operations_[way] = std::min(limit, fits);
            }
            if (part > 1 && most_ > 1) {
                Round(false);
            }
        }
        Round(true);
    }

    // What is not timed included.
    double LastRoundSeconds() const
    {
        return last_round_.count();
    }
    uint64_t Operations(size_t way) const
    {
        return operations_[way];
    }
    uint64_t Most() const
    {
        return most_;
    }
    size_t Count() const
    {
        return count_;
    }

  private:
    const bench_row *row_;
    bench_fixture *fixture_;
    size_t count_;
    uint64_t most_;
    std::vector<Timed> timed_;
    std::vector<uint64_t> operations_;
    std::chrono::duration<double> last_round_{};
};

uint32_t RoundsThatFit(const bench_effort &effort, double round_seconds)
{
    double fit = effort.row_seconds / std::max(round_seconds, 1e-9);

    if (effort.row_seconds <= 0 || fit >= effort.repetitions) {
        return effort.repetitions;
    }
    return std::min(effort.repetitions, std::max(BENCH_ROUNDS_LEAST, static_cast<uint32_t>(fit)));
}

using Series = std::array<std::vector<double>, BENCH_WAYS_MAX>;

void Summarise(const Row &row, Series *ns, const std::vector<Timed> &last, bench_result *result)
{
    for (size_t way = row.Count(); way-- > 0;) { // ours, which the ratios need unsorted, at last
        std::vector<double> ratio;
        bench_way_result *of = &result->way[way];

        for (size_t i = 0; i < (*ns)[way].size(); i++) {
            ratio.push_back((*ns)[0][i] / std::max((*ns)[way][i], 1e-6));
        }
        of->ratio = bench_spread_of(ratio.data(), ratio.size());
        of->ns = bench_spread_of((*ns)[way].data(), (*ns)[way].size());
        of->operations = row.Operations(way);
        of->allocations = bench_allocations_are_counted() ? last[way].allocations : -1;
    }
}

} // namespace

void bench_measure(const bench_row *row, bench_fixture *fixture, bench_effort effort,
                   bench_result *ret_result)
{
    Row runs(row, fixture, effort.divisor);
    Series ns;
    std::vector<Timed> last;
    std::array<double, BENCH_WAYS_MAX> retries{};

    *ret_result = bench_result{};
    if (!bench_run_compare(row, fixture, runs.Most(), ret_result)) {
        return;
    }
    ret_result->rounds = effort.repetitions;
    if (effort.repetitions > 1) {
        runs.Calibrate();
        ret_result->rounds = RoundsThatFit(effort, runs.LastRoundSeconds());
    }
    for (uint32_t i = 0; i < ret_result->rounds; i++) {
        last = runs.Round(i % 2 == 1);
        for (size_t way = 0; way < runs.Count(); way++) {
            ns[way].push_back(last[way].ns);
            retries[way] += last[way].retries;
        }
    }
    Summarise(runs, &ns, last, ret_result);
    for (size_t way = 0; way < runs.Count(); way++) {
        ret_result->way[way].retries = retries[way] / ret_result->rounds;
    }
}

const char *bench_library_version(void)
{
    static std::string version = "unknown";
    Dl_info info;
    void *entry = reinterpret_cast<void *>(&benchmark::Shutdown);

    if (dladdr(entry, &info) != 0) {
        char *path = realpath(info.dli_fname, nullptr);
        std::string name = path ? path : "";
        size_t at = name.find(".so.");

        if (at != std::string::npos) {
            version = name.substr(at + 4);
        }
        free(path);
    }
    return version.c_str();
}
