// SPDX-License-Identifier: Apache-2.0
//
// bench_engine: what an execution costs beside its own switches, and how the rate behaves
// with backends, lifetimes, processes and operations. Prints tables; ratios are what to quote.
//
//   build/release/bin/bench_engine [seconds per row]
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "bench/installation.hpp"
#include "bench/raw_handoff.hpp"
#include "harness/engine/core_lease.hpp"
#include "harness/engine/explorer.hpp"
#include "harness/engine/runner.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::bench {
namespace {

struct Rate {
    double executions_per_second = 0;
    double switches = 0;  // per execution, the controller's two included
    double points = 0;    // per execution
    std::string problem;
};

// `processes` processes that each do `rounds` unprotected increments.
std::string increments(const std::string& backend, int processes, int rounds) {
    return fmt::format(R"(name = "increments"
summary = "Unprotected increments, for measuring."
[objects]
n = {{ type = "register", initial = 100 }}
[process.worker]
count = {}
repeat = {}
steps = [ {{ as_one = "increment", steps = [
  {{ load = "n", into = "x" }},
  {{ store = "n", value = "x + 1" }} ] }} ]
[expect]
final = "n == {}"
[[case]]
backend = "{}"
)",
                       processes, rounds, 100 + processes * rounds, backend);
}

Rate measure(const std::string& text, spec::Lifetime lifetime, double seconds) {
    const auto parsed = spec::parse_scenario(text, "bench.toml");
    if (!parsed.scenario) return {0, 0, 0, parsed.diagnostics.front().render()};
    const spec::Scenario& scenario = *parsed.scenario;
    auto opened = engine::Runner::open(scenario, scenario.cases.front(), installed());
    if (auto* failure = std::get_if<engine::PoolFailure>(&opened))
        return {0, 0, 0, failure->message};
    auto& runner = std::get<engine::Runner>(opened);
    double switches = 0, points = 0;
    std::uint64_t count = 0;
    auto start = std::chrono::steady_clock::now();
    constexpr std::uint64_t kWarmUp = 3;
    engine::CampaignOptions options = installed();
    options.lifetime = lifetime;
    options.seconds = seconds;
    options.keep_going = true;
    options.strategy = "random";  // the portfolio would prove so small a case and end early
    options.on_history = [&](std::uint64_t index, std::string_view) {
        if (index + 1 == kWarmUp) start = std::chrono::steady_clock::now();
        if (index < kWarmUp) return;
        ++count;
        switches += static_cast<double>(runner.pool().execution().switches) + 1;
        points += static_cast<double>(runner.pool().execution().points);
    };
    engine::Explorer explorer(runner, scenario.cases.front(), options);
    const Status status = explorer.explore();
    if (!status.ok()) return {0, 0, 0, status.error().message};
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    const auto n = static_cast<double>(count);
    return {n / spent.count(), switches / n, points / n, ""};
}

void print_cost_of_switches(double seconds) {
    constexpr int kRounds = 100'000;
    fmt::print("increment over shm, warm, histories and oracles included, on one core\n");
    fmt::print("{:>12} {:>10} {:>10} {:>10} {:>8}\n", "raw us/sw", "exec/s", "switches", "us/exec",
               "ratio");
    for (int round = 0; round < 3; ++round) {
        const double before = raw_switch_seconds(kRounds);
        const Rate rate = measure(increments("shm", 2, 1), spec::Lifetime::Warm, seconds);
        const double raw = (before + raw_switch_seconds(kRounds)) / 2;
        const double each = 1 / rate.executions_per_second;
        fmt::print("{:12.2f} {:10.0f} {:10.1f} {:10.1f} {:8.2f}\n", raw * 1e6,
                   rate.executions_per_second, rate.switches, each * 1e6,
                   each / (rate.switches * raw));
    }
}

void print_row(const std::string& name, const Rate& rate) {
    if (!rate.problem.empty()) {
        fmt::print("{:<34} {}\n", name, rate.problem);
        return;
    }
    const double ns = 1e9 / rate.executions_per_second / rate.points;
    fmt::print("{:<34} {:10.0f} {:10.1f} {:10.1f} {:10.0f}\n", name, rate.executions_per_second,
               rate.switches, rate.points, ns);
}

void print_rates(double seconds) {
    fmt::print("\n{:<34} {:>10} {:>10} {:>10} {:>10}\n", "case", "exec/s", "switches", "points",
               "ns/point");
    for (const char* backend : {"private", "shm", "pipe", "queue", "socket", "manager"}) {
        for (const int processes : {2, 4, 8, 16}) {
            for (const auto lifetime : {spec::Lifetime::Warm, spec::Lifetime::Fresh}) {
                const bool warm = lifetime == spec::Lifetime::Warm;
                print_row(fmt::format("{}, {} processes, {}", backend, processes,
                                      warm ? "warm" : "fresh"),
                          measure(increments(backend, processes, 1), lifetime, seconds));
            }
        }
    }
    for (const int rounds : {1, 10, 100, 500}) {
        print_row(fmt::format("shm, 2 processes, {} operations each", 2 * rounds),
                  measure(increments("shm", 2, rounds), spec::Lifetime::Warm, seconds));
    }
}

}  // namespace
}  // namespace stagger::bench

int main(int count, char** arguments) {
    const double seconds = count > 1 ? std::atof(arguments[1]) : 1;
    const stagger::engine::CoreLease core;
    stagger::bench::print_cost_of_switches(seconds * 2);
    stagger::bench::print_rates(seconds);
    return 0;
}
