// SPDX-License-Identifier: Apache-2.0
//
// Runs a few task bodies under control without an engine: each in a process of its own, with a
// segment made here. Tests include this; what the bodies find out they leave in shared memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/control/layout.hpp"

namespace stagger::agent {

// Shared between the test and all its tasks; plain memory to the agent.
struct Board {
    long values[32];
    int count;
    int order[64];  // who came when: note() appends
    void note(int what) { order[count++] = what; }
};

struct Outcome {
    control::Ending ending;
    std::uint64_t points;
    std::int64_t clock;  // virtual ns
    std::uint32_t misfits;
    std::vector<control::Decision> log;
    std::vector<long> values;
    std::vector<int> order;
    std::vector<std::size_t> code;  // features of code, ascending
};

using Body = std::function<void(Board&)>;

struct Course {
    control::StrategyKind strategy = control::StrategyKind::Calm;
    std::uint64_t seed = 1;
    std::vector<control::Decision> replay;
    control::TaskIndex start = control::kNobody;
    bool code = true;  // code coverage is wanted
};

// Runs `bodies` as tasks 0, 1, ... until the execution is over, then ends them. `prepare` runs
// before, in the process that all of them are forked from; `release` runs there when they are.
Outcome run_controlled(
    const std::vector<Body>& bodies, const Course& course = {},
    const std::function<void()>& prepare = [] {}, const std::function<void()>& release = [] {});

// The same for a range of seeds of the random strategy: what came out, each once, in order.
std::vector<std::string> orders_of(
    const std::vector<Body>& bodies, std::uint64_t seeds,
    const std::function<void()>& prepare = [] {}, const std::function<void()>& release = [] {});

std::string text_of(const std::vector<int>& order);

}  // namespace stagger::agent
