// SPDX-License-Identifier: Apache-2.0
//
// What judging recorded histories costs: long ones with distinct values, by 8 processes, reading
// aside; how that grows; and many short ones of a cas-register, with unknown outcomes, as Jepsen
// records them. `./dev bench check`.
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>

#include <fmt/format.h>

#include "harness/recorded/judge.hpp"
#include "tests/support/random_history.hpp"

namespace {

using namespace stagger::recorded;
using Clock = std::chrono::steady_clock;

// A short history takes milliseconds: what it takes undisturbed is the least of some times.
constexpr int kRepetitions = 5;

// What this process computed, whatever else the machine had to do meanwhile.
double processor_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

struct Measured {
    double seconds = 0;
    double processor = 0;
    Judgement judgement;
};

Measured judged(History& history, const char* model) {
    const auto start = Clock::now();
    const double before = processor_seconds();
    const auto judgement = judge(history, *find_model(model), {});
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (!judgement) std::fprintf(stderr, "%s\n", judgement.error().message.c_str());
    return {seconds, processor_seconds() - before, judgement ? *judgement : Judgement{}};
}

const char* word(Answer answer) {
    return answer == Answer::Ok ? "ok" : answer == Answer::Violation ? "violation" : "inconclusive";
}

std::string algorithms(const Judgement& judgement) {
    std::string out;
    for (const Algorithm algorithm : judgement.algorithms)
        out += fmt::format("{}{}", out.empty() ? "" : ", ", name(algorithm));
    return out;
}

Measured measure_long(const char* objects, const char* model, std::uint32_t operations,
                      double falsified, bool distinct) {
    HistoryShape shape;
    shape.processes = 8;
    shape.operations = operations;
    shape.unknown = 0;
    shape.falsified = falsified;
    shape.distinct = distinct;
    std::mt19937_64 random(1);
    const History history = random_history(objects, shape, random);
    Measured best;
    for (int i = 0; i < kRepetitions; ++i) {
        History again = history;
        malloc_trim(0);  // the run before leaves no pages behind that a new process would not have
        Measured one = judged(again, model);
        if (i == 0 || one.processor < best.processor) best = std::move(one);
    }
    return best;
}

void print_long(const char* objects, const char* model, bool distinct) {
    double seconds[2] = {};
    for (int i = 0; i < 2; ++i) {
        const std::uint32_t operations = i == 0 ? 100'000 : 1'000'000;
        const Measured good = measure_long(objects, model, operations, 0, distinct);
        seconds[i] = good.processor;
        fmt::print("{:<15} {:>9} operations {:>8.3f} s ({:.3f} s of processor)  {} ({})\n", objects,
                   operations, good.seconds, good.processor, word(good.judgement.answer),
                   algorithms(good.judgement));
    }
    fmt::print("{:<15} grows {:.1f} times (processor)\n", objects, seconds[1] / seconds[0]);
}

void print_falsified(const char* objects, const char* model) {
    const Measured bad = measure_long(objects, model, 1'000'000, 1, true);
    fmt::print("{:<15} {:>9} operations {:>8.3f} s ({:.3f} s of processor)  {}, explained\n",
               objects, 1'000'000, bad.seconds, bad.processor, word(bad.judgement.answer));
}

void print_short() {
    HistoryShape shape;
    shape.processes = 5;
    shape.operations = 150;
    shape.distinct = false;
    shape.unknown = 0.03;
    std::mt19937_64 random(1);
    double seconds = 0;
    int answers[3] = {};
    for (int i = 0; i < 100; ++i) {
        History history = random_history("register", shape, random);
        const Measured one = judged(history, "cas-register");
        seconds += one.seconds;
        ++answers[static_cast<int>(one.judgement.answer)];
    }
    fmt::print(
        "100 cas-register histories of 150 operations: {:.3f} s together ({} ok, {} "
        "violations, {} inconclusive)\n",
        seconds, answers[0], answers[1], answers[2]);
}

}  // namespace

int main() {
    print_short();
    fmt::print("\nLinearizable histories of 8 processes, reading aside:\n");
    print_long("plain-register", "register", true);
    print_long("queue", "queue", true);
    print_long("stack", "stack", true);
    print_long("bag", "bag", true);
    print_long("set", "set", true);
    fmt::print("\nThe same with repeated values:\n");
    print_long("plain-register", "register", false);
    print_long("register", "register", false);
    fmt::print("\nWith one wrong result:\n");
    print_falsified("plain-register", "register");
    print_falsified("queue", "queue");
}
