// SPDX-License-Identifier: Apache-2.0
//
// bench_faults: what it costs to kill a process in an execution and to put a new one in its place,
// beside a bare fork, kill and wait. Prints a table; the ratio is what to quote.
//
//   build/release/bin/bench_faults [kills per row]
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <variant>

#include "bench/installation.hpp"
#include "harness/engine/core_lease.hpp"
#include "harness/engine/runner.hpp"
#include "harness/engine/strategy/strategy.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// One fork, kill and wait, with a child that has come to run.
double bare_seconds(int count) {
    const auto start = Clock::now();
    for (int i = 0; i < count; ++i) {
        int ready[2];
        if (pipe(ready) != 0) return 0;
        const pid_t child = fork();
        if (child == 0) {
            const char byte = 0;
            if (write(ready[1], &byte, 1) == 1) pause();
            _exit(0);
        }
        char byte;
        if (read(ready[0], &byte, 1) != 1) return 0;
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        close(ready[0]);
        close(ready[1]);
    }
    return seconds_since(start) / count;
}

// A robust mutex that two processes take, so that the kill leaves somebody to go on.
constexpr const char* kText = R"(
name = "killed"
[objects]
m = { type = "mutex" }
[process.owner]
steps = [{ lock = "m", into = ["_", "how"] }, { unlock = "m" }]
[process.other]
steps = [{ lock = "m", into = ["_", "how"] }, { unlock = "m" }]
[faults]
kill = "owner"
[[case]]
backend = "shm"
options = { lock = "robust" }
)";

// One execution, with or without a kill.
double execution_seconds(engine::Runner& runner, bool kills, int count) {
    const auto start = Clock::now();
    for (int i = 0; i < count; ++i) {
        engine::plan_calm(runner.plan());
        if (kills) {
            runner.plan().strikes[0] = {0, 3, 0, 0, FaultKind::Kill, 0};
            runner.plan().strike_count = 1;
        }
        const auto seen = runner.run(spec::Lifetime::Warm);
        if (!seen.ok()) {
            fmt::print(stderr, "{}\n", seen.error().message);
            std::exit(3);
        }
    }
    return seconds_since(start) / count;
}

int run(int count) {
    const engine::CoreLease core;
    const auto parsed = spec::parse_scenario(kText, "bench.toml");
    auto opened =
        engine::Runner::open(*parsed.scenario, parsed.scenario->cases.front(), installed());
    if (const auto* failure = std::get_if<engine::PoolFailure>(&opened)) {
        fmt::print(stderr, "{}\n", failure->message);
        return 3;
    }
    auto& runner = std::get<engine::Runner>(opened);
    fmt::print("{:>22} {:>14} {:>14} {:>14} {:>8}\n", "fork, kill, wait (us)", "calm (us)",
               "killed (us)", "the kill (us)", "ratio");
    for (int row = 0; row < 3; ++row) {
        const double before = bare_seconds(count);
        const double calm = execution_seconds(runner, false, count);
        const double killed = execution_seconds(runner, true, count);
        const double bare = (before + bare_seconds(count)) / 2;
        fmt::print("{:22.1f} {:14.1f} {:14.1f} {:14.1f} {:8.2f}\n", bare * 1e6, calm * 1e6,
                   killed * 1e6, (killed - calm) * 1e6, (killed - calm) / bare);
    }
    return 0;
}

}  // namespace
}  // namespace stagger::bench

int main(int count, char** arguments) {
    const int kills = count > 1 ? std::atoi(arguments[1]) : 1000;
    return stagger::bench::run(kills > 0 ? kills : 1000);
}
