// SPDX-License-Identifier: Apache-2.0
//
// bench_campaigns: what feedback is worth to `stagger fuzz`, and what a second job is.
// bench/README.md says how to read it.
//
//   build/release/bin/bench_campaigns [feedback|jobs] [OPTIONS]
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "bench/installation.hpp"
#include "harness/fuzz/campaign.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kUsage[] =
    "usage: bench_campaigns [feedback|jobs] [OPTIONS]     without a word: both\n"
    "  --seeds N      feedback: campaigns with and without, with seeds 1 to N (10)\n"
    "  --schedules N  feedback: after so many a campaign is a miss (60000)\n"
    "  --depth N      feedback: mutants in a row, for both alike (8)\n"
    "  --rounds N     jobs: pairs of campaigns, one with one job and one with two (7)\n"
    "  --seconds N    jobs: of each campaign (4)\n";

struct Arguments {
    std::string what;
    std::uint64_t seeds = 10, schedules = 60'000, rounds = 7, seconds = 4;
    std::uint32_t depth = 8;
};

struct Subject {
    spec::Scenario scenario;
    spec::Case spec_case;
};

// The case of that file, made where it has none such.
Result<Subject> subject(const std::string& path, const spec::Selection& selection) {
    spec::ParseOutcome outcome = spec::load_scenario(path);
    if (!outcome.scenario) {
        return Error{fmt::format("{} cannot be read; run this in Stagger's own folder.", path)};
    }
    Subject chosen{std::move(*outcome.scenario), {}};
    STAGGER_TRY(const std::vector<spec::Case> cases,
                spec::select_cases(chosen.scenario, selection, true));
    if (cases.size() != 1) return Error{path + " has another number of such cases than one."};
    chosen.spec_case = cases.front();
    return chosen;
}

// A folder for one campaign's corpus and findings.
class Desk {
public:
    Desk() {
        std::string name = (fs::temp_directory_path() / "stagger-bench-XXXXXX").string();
        if (mkdtemp(name.data()) != nullptr) folder_ = name;
    }
    ~Desk() {
        std::error_code ignored;
        if (!folder_.empty()) fs::remove_all(folder_, ignored);
    }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    fuzz::FuzzOptions options() const {
        fuzz::FuzzOptions options;
        options.engine = installed();
        options.engine.out_directory = (folder_ / "out").string();
        options.engine.replays = 1;
        options.corpus = (folder_ / "corpus").string();
        return options;
    }
    std::set<std::string> findings() const {
        std::set<std::string> names;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder_ / "out", error)) {
            names.insert(entry.path().filename().string());
        }
        return names;
    }

private:
    fs::path folder_;
};

template <typename Number>
Number median(std::vector<Number> numbers) {
    std::sort(numbers.begin(), numbers.end());
    return numbers[numbers.size() / 2];
}

// Schedules to the finding; a miss counts as one more than all that it had.
class Trials {
public:
    Trials(std::string name, std::uint64_t cap) : name_(std::move(name)), cap_(cap) {}

    void add(const std::optional<std::uint64_t>& found_at) {
        needed_.push_back(found_at.value_or(cap_ + 1));
    }
    std::string last() const { return text(needed_.back()); }
    std::uint64_t middle() const { return median(needed_); }
    // At least so much: a miss would have needed more.
    double mean() const {
        double sum = 0;
        for (const std::uint64_t number : needed_) {
            sum += static_cast<double>(std::min(number, cap_));
        }
        return sum / static_cast<double>(needed_.size());
    }
    std::uint64_t misses() const {
        return static_cast<std::uint64_t>(std::count(needed_.begin(), needed_.end(), cap_ + 1));
    }
    void print() const {
        fmt::print("{:<8} median {:>8}   mean {}{:.0f}   misses {} of {}\n", name_, text(middle()),
                   misses() > 0 ? "at least " : "", mean(), misses(), needed_.size());
    }

private:
    std::string text(std::uint64_t needed) const {
        return needed > cap_ ? fmt::format("> {}", cap_) : fmt::format("{}", needed);
    }

    std::string name_;
    std::uint64_t cap_;
    std::vector<std::uint64_t> needed_;
};

int fail(const std::string& message) {
    fmt::print(stderr, "bench_campaigns: {}\n", message);
    return 3;
}

int compare_feedback(const Arguments& arguments) {
    const auto eight = subject("specs/search/eight.toml", {{"shm"}, {{"increments", 8}}, ""});
    if (!eight) return fail(eight.error().message);
    fmt::print(
        "schedules until all but two of 8 increments in each of two processes are lost,\n"
        "{} mutants in a row, at most {} schedules\n",
        arguments.depth, arguments.schedules);
    Trials with("with", arguments.schedules), without("without", arguments.schedules);
    for (std::uint64_t seed = 1; seed <= arguments.seeds; ++seed) {
        for (const bool feedback : {true, false}) {
            const Desk desk;
            fuzz::FuzzOptions options = desk.options();
            options.engine.seed = seed;
            options.engine.schedules = arguments.schedules;
            options.feedback = feedback;
            options.depth = arguments.depth;
            options.stop_at_finding = true;
            const auto outcome = fuzz::run_campaign(eight->scenario, eight->spec_case, options);
            if (outcome.result.status == engine::CaseStatus::Error) {
                return fail(outcome.result.message);
            }
            (feedback ? with : without).add(outcome.result.first_finding_at);
        }
        fmt::print("  seed {:>2}: with feedback {:>8}, without {:>8}\n", seed, with.last(),
                   without.last());
        std::fflush(stdout);
    }
    with.print();
    without.print();
    fmt::print(
        "without needs {}{:.1f} times the schedules by the median, {}{:.1f} times by the mean\n",
        without.middle() > arguments.schedules ? "more than " : "",
        static_cast<double>(without.middle()) / static_cast<double>(with.middle()),
        without.misses() > 0 ? "more than " : "", without.mean() / with.mean());
    return 0;
}

struct Run {
    double rate = 0;
    std::set<std::string> findings;
};

Result<Run> run_for(const Subject& increment, std::uint32_t jobs, std::uint64_t seed,
                    std::uint64_t seconds) {
    const Desk desk;
    fuzz::FuzzOptions options = desk.options();
    options.engine.seed = seed;
    options.engine.seconds = static_cast<double>(seconds);
    options.jobs = jobs;
    const auto outcome = fuzz::run_campaign(increment.scenario, increment.spec_case, options);
    if (outcome.result.status == engine::CaseStatus::Error) return Error{outcome.result.message};
    return Run{static_cast<double>(outcome.result.schedules) / static_cast<double>(seconds),
               desk.findings()};
}

int compare_jobs(const Arguments& arguments) {
    const auto increment = subject("specs/updates/increment.toml", {{}, {}, "increment/shm"});
    if (!increment) return fail(increment.error().message);
    fmt::print("schedules/s of increment/shm, {} s each, one job and two in turns, {} cores\n",
               arguments.seconds, sysconf(_SC_NPROCESSORS_ONLN));
    std::vector<double> ratios;
    bool same = true;
    for (std::uint64_t round = 1; round <= arguments.rounds; ++round) {
        const auto one = run_for(*increment, 1, round, arguments.seconds);
        if (!one) return fail(one.error().message);
        const auto two = run_for(*increment, 2, round, arguments.seconds);
        if (!two) return fail(two.error().message);
        ratios.push_back(two->rate / one->rate);
        same &= one->findings == two->findings && !one->findings.empty();
        fmt::print("  {:>7.0f} with one, {:>7.0f} with two: {:.2f} times\n", one->rate, two->rate,
                   ratios.back());
        std::fflush(stdout);
    }
    fmt::print("two jobs give {:.2f} times the schedules/s of one (median); findings: {}\n",
               median(ratios), same ? "the same" : "not the same");
    return 0;
}

template <typename Number>
bool read_number(const std::string& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number > 0;
}

bool take(const std::string& option, const std::string& value, Arguments& arguments) {
    if (option == "--seeds") return read_number(value, arguments.seeds);
    if (option == "--schedules") return read_number(value, arguments.schedules);
    if (option == "--depth") return read_number(value, arguments.depth);
    if (option == "--rounds") return read_number(value, arguments.rounds);
    return option == "--seconds" && read_number(value, arguments.seconds);
}

int run(const std::vector<std::string>& words) {
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool measurement = words[i] == "feedback" || words[i] == "jobs";
        if (measurement && arguments.what.empty()) {
            arguments.what = words[i];
            continue;
        }
        if (measurement || i + 1 == words.size() || !take(words[i], words[i + 1], arguments)) {
            fmt::print(stderr, "{}", kUsage);
            return 64;
        }
        ++i;
    }
    int code = 0;
    if (arguments.what != "jobs") code = compare_feedback(arguments);
    if (code == 0 && arguments.what != "feedback") code = compare_jobs(arguments);
    return code;
}

}  // namespace
}  // namespace stagger::bench

int main(int argc, char** argv) {
    return stagger::bench::run({argv + 1, argv + argc});
}
