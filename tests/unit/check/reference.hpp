// SPDX-License-Identifier: Apache-2.0
//
// Objects as simply as they can be written down, and what follows from them: random histories that
// are legal by construction, and a checker that tries every order. Shares no code with `check`,
// which is tested against it. Exponential: for a handful of calls.
#pragma once

#include <random>
#include <vector>

#include "harness/history/history.hpp"

namespace stagger::reference {

// What one atomic part of a call may come to.
struct Outcome {
    Value state;
    ResultStatus status = ResultStatus::Ok;
    Value result;
};

// How many atomic parts a call on that object has: an arrival at a barrier has two, and so has, on
// its mutex, a wait on a condition.
unsigned parts(const history::Object& object, const history::Call& call);
Value initial_state(const history::Object& object);
// None: the call waits.
std::vector<Outcome> outcomes(const history::Object& object, const Value& state,
                              const history::Call& call, unsigned part);

struct Shape {
    unsigned tasks = 3;
    unsigned calls = 6;
    bool end_with_snapshot = false;
    bool leave_some_open = true;
    bool only_grows = false;  // of a list: nothing is popped
};

// Calls on object 0 (of a mutex also waits on the condition 1), each of which takes effect at some
// moment between its invocation and its response.
history::History random_history(const history::Object& object, const Shape& shape,
                                std::mt19937& random);
// Changes a result, a status or the time of a call, so that the history may no longer be legal.
void disturb(history::History& history, std::mt19937& random);

// Whether some order of the calls on object 0 that respects time is legal.
bool has_legal_order(const history::History& history);

// Whether some order of its blocks and single calls, each taking effect at once, is legal: over all
// objects together. Every call must have come back.
bool has_serial_order(const history::History& history);

unsigned draw(std::mt19937& random, unsigned limit);  // 0 .. limit-1

}  // namespace stagger::reference
