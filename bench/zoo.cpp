// SPDX-License-Identifier: Apache-2.0
//
// bench_zoo: what searching is worth against waiting. For each known bug of specs/zoo: after how
// many schedules the default strategy finds it, and how often it shows where nobody chooses: in
// processes that run freely, without and with random delays. bench/README.md says how to read it.
//
//   build/release/bin/bench_zoo [OPTIONS] [PATH...]
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "bench/trials.hpp"

namespace stagger::bench {
namespace {

struct Arguments {
    std::vector<std::string> paths{"specs/zoo"};
    std::string filter;
    std::uint64_t seeds = 10, schedules = 1'000, executions = 20;
};

// The three ways to look for the same bugs; each holds a score for each bug, in the same order, or
// none.
struct Table {
    std::vector<Score> searched, free, delayed;
};

Settings settings(const Arguments& arguments) {
    Settings all;
    all.paths = arguments.paths;
    all.filter = arguments.filter;
    all.strategies = {"portfolio"};
    return all;
}

// The first execution of a campaign is without delays, so each of these is one of its own.
Settings freely(const Arguments& arguments) {
    Settings one = settings(arguments);
    one.mode = spec::Mode::Free;
    one.seeds = arguments.executions;
    one.schedules = 1;
    return one;
}

Settings with_delays(const Arguments& arguments) {
    Settings many = settings(arguments);
    many.mode = spec::Mode::Free;
    many.seeds = 2;
    many.schedules = std::max<std::uint64_t>(arguments.executions / many.seeds, 1);
    return many;
}

Result<Table> measure(const Arguments& arguments) {
    Settings search = settings(arguments);
    search.seeds = arguments.seeds;
    search.schedules = arguments.schedules;
    Table table;
    STAGGER_TRY(table.searched, run_trials(search, count_on_terminal("searching")));
    if (arguments.executions == 0) return table;
    STAGGER_TRY(table.free, run_trials(freely(arguments), count_on_terminal("running freely")));
    STAGGER_TRY(table.delayed,
                run_trials(with_delays(arguments), count_on_terminal("running with delays")));
    return table;
}

// "5.2, at most 11", "930.0, at most 1000 /2" with misses.
std::string found(const Score& score, std::uint64_t schedules) {
    if (!score.problem.empty()) return "-";
    const Summary mean = summary(score, schedules);
    std::uint64_t most = 0;
    for (const auto& at : score.found_at) most = std::max(most, at.value_or(schedules));
    return fmt::format("{:.1f}, at most {}{}", mean.schedules, most,
                       mean.misses > 0 ? fmt::format(" /{}", mean.misses) : "");
}

// Of a hundred executions; "-" where free processes cannot be judged, or are struck by no faults.
std::string rate(const std::vector<Score>& scores, std::size_t bug, std::uint64_t schedules) {
    if (scores.empty() || !scores[bug].problem.empty()) return "-";
    const Score& score = scores[bug];
    const Summary mean = summary(score, schedules);
    const auto seeds = static_cast<double>(score.found_at.size());
    const double shown = seeds - static_cast<double>(mean.misses);
    return fmt::format("{:.1f} %", 100 * shown / (mean.schedules * seeds));
}

void print(const Table& table, const Arguments& arguments) {
    std::size_t width = 4;
    for (const Score& score : table.searched) width = std::max(width, score.id.size());
    fmt::print("{:<{}}  {:<26}{:>12}{:>12}\n", "CASE", width, "schedules to the finding", "free",
               "delayed");
    for (std::size_t i = 0; i < table.searched.size(); ++i) {
        fmt::print("{:<{}}  {:<26}{:>12}{:>12}\n", table.searched[i].id, width,
                   found(table.searched[i], arguments.schedules), rate(table.free, i, 1),
                   rate(table.delayed, i, with_delays(arguments).schedules));
    }
}

// True if no seed of any bug was missed.
bool found_all(const Table& table, std::uint64_t schedules) {
    return std::all_of(table.searched.begin(), table.searched.end(), [&](const Score& score) {
        if (!score.problem.empty()) fmt::print(stderr, "{}: {}\n", score.id, score.problem);
        return score.problem.empty() && summary(score, schedules).misses == 0;
    });
}

int run(const Arguments& arguments) {
    const auto table = measure(arguments);
    if (!table.ok()) {
        fmt::print(stderr, "{}\n", table.error().message);
        return 64;
    }
    print(*table, arguments);
    return found_all(*table, arguments.schedules) ? 0 : 1;
}

}  // namespace
}  // namespace stagger::bench

int main(int count, char** words) {
    stagger::bench::Arguments arguments;
    CLI::App app{"How many schedules the zoo's bugs take, and how often they show by themselves"};
    app.add_option("PATH", arguments.paths, "Specs, or folders of them")->capture_default_str();
    app.add_option("--seeds", arguments.seeds, "Searches of each bug")->capture_default_str();
    app.add_option("--schedules", arguments.schedules, "After so many a search is a miss")
        ->capture_default_str();
    app.add_option("--executions", arguments.executions, "Free executions of each kind; 0: none")
        ->capture_default_str();
    app.add_option("--filter", arguments.filter, "Only cases whose id matches");
    CLI11_PARSE(app, count, words);
    return stagger::bench::run(arguments);
}
