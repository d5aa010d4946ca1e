// SPDX-License-Identifier: Apache-2.0
//
// bench_strategies: how many schedules each strategy needs to find the known bugs of specs/search.
// Prints one table, a row for each case and a column for each strategy; bench/README.md says how
// to read it.
//
//   build/release/bin/bench_strategies [OPTIONS] [PATH...]
#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "bench/trials.hpp"
#include "bench/trials_json.hpp"

namespace stagger::bench {
namespace {

constexpr char kUsage[] =
    "usage: bench_strategies [OPTIONS] [PATH...]     PATH: specs, or folders of them; "
    "specs/search\n"
    "  --seeds N        trials of each case under each strategy, with seeds 1 to N (20)\n"
    "  --schedules N    after so many a trial is a miss (10000)\n"
    "  --strategy NAME  only this one; may be given several times\n"
    "  --filter GLOB    only cases whose id matches\n"
    "  --jobs N         trials at a time (1)\n"
    "  --json FILE      also writes every trial\n";

struct Arguments {
    Settings settings;
    std::string json;
};

template <typename Number>
bool read_number(const std::string& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number > 0;
}

// False if there is no such option, or it does not take that.
bool take(const std::string& option, const std::string& value, Arguments& arguments) {
    Settings& settings = arguments.settings;
    if (option == "--seeds") return read_number(value, settings.seeds);
    if (option == "--schedules") return read_number(value, settings.schedules);
    if (option == "--jobs") return read_number(value, settings.jobs);
    if (option == "--strategy") settings.strategies.push_back(value);
    if (option == "--filter") settings.filter = value;
    if (option == "--json") arguments.json = value;
    return option == "--strategy" || option == "--filter" || option == "--json";
}

std::optional<Arguments> read_arguments(const std::vector<std::string>& words) {
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!words[i].starts_with("--")) {
            arguments.settings.paths.push_back(words[i]);
            continue;
        }
        if (i + 1 == words.size() || !take(words[i], words[i + 1], arguments)) return std::nullopt;
        ++i;
    }
    if (arguments.settings.paths.empty()) arguments.settings.paths = {"specs/search"};
    return arguments;
}

// "12.5", "12.5 /3" with misses; "-" where there is no such thing.
std::string cell(const Score& score, std::uint64_t schedules) {
    if (!score.problem.empty()) return fmt::format("{:>20}", "-");
    const Summary mean = summary(score, schedules);
    const std::string misses = mean.misses > 0 ? fmt::format("/{}", mean.misses) : "";
    return fmt::format("{:9.1f}{:<4}{:5.0f}ms", mean.schedules, misses, mean.seconds * 1e3);
}

void print_table(const std::vector<Score>& scores, const Settings& settings) {
    std::size_t width = 0;
    for (const Score& score : scores) width = std::max(width, score.id.size());
    fmt::print("mean schedules to the finding, /misses in {} seeds, mean time\n{:<{}}",
               settings.seeds, "CASE", width);
    for (const Score& score : scores) {
        if (score.id != scores.front().id) break;
        fmt::print("{:>20}", score.strategy);
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (i == 0 || scores[i].id != scores[i - 1].id) fmt::print("\n{:<{}}", scores[i].id, width);
        fmt::print("{}", cell(scores[i], settings.schedules));
    }
    fmt::print("\n");
}

// Once each. True if there were none.
bool print_problems(const std::vector<Score>& scores) {
    bool none = true;
    for (const Score& score : scores) {
        if (score.problem.empty()) continue;
        none = false;
        fmt::print(stderr, "{}, {}: {}\n", score.id, score.strategy, score.problem);
    }
    return none;
}

int run(const Arguments& arguments) {
    const auto scores = run_trials(arguments.settings, count_on_terminal("searching"));
    if (!scores.ok()) {
        fmt::print(stderr, "{}\n", scores.error().message);
        return 64;
    }
    print_table(*scores, arguments.settings);
    const bool complete = print_problems(*scores);
    if (!arguments.json.empty()) {
        const Status written = write_json(*scores, arguments.settings, arguments.json);
        if (!written.ok()) {
            fmt::print(stderr, "{}\n", written.error().message);
            return 3;
        }
    }
    return complete ? 0 : 3;
}

}  // namespace
}  // namespace stagger::bench

int main(int count, char** words) {
    const auto arguments = stagger::bench::read_arguments({words + 1, words + count});
    if (!arguments) {
        fmt::print(stderr, "{}", stagger::bench::kUsage);
        return 64;
    }
    return stagger::bench::run(*arguments);
}
