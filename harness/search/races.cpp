// SPDX-License-Identifier: Apache-2.0
//
// Abdulla, Aronsson, Jonsson, Sagonas: "Optimal Dynamic Partial Order Reduction", POPL 2014, the
// algorithm with source sets; with vector clocks as in Flanagan, Godefroid: "Dynamic Partial-Order
// Reduction for Model Checking Software", POPL 2005. Tasks that wait are not in those: an event
// that could not take effect where it was tried races with what is in its way like any other.
#include "harness/search/races.hpp"

#include <algorithm>

namespace stagger::search {

using control::bit;
using control::TaskIndex;
using control::TaskMask;

namespace {

void join(std::vector<std::uint32_t>& into, const std::vector<std::uint32_t>& other) {
    if (into.size() < other.size()) into.resize(other.size());
    for (std::size_t i = 0; i < other.size(); ++i) into[i] = std::max(into[i], other[i]);
}

std::uint32_t component(const std::vector<std::uint32_t>& clock, TaskIndex task) {
    return task < clock.size() ? clock[task] : 0;
}

}  // namespace

bool Races::before(const Node& node, const Clock& clock) const {
    return component(clock, node.chosen) >= node.sequence;
}

Races::Clock Races::start_clock(const Subject& subject, std::uint32_t enabler,
                                bool after_all) const {
    Clock clock;
    for (std::size_t i = subject.position; i-- > 0;) {
        const Node& node = path_[i];
        if (node.is_wake()) continue;
        if (node.chosen == subject.task) {
            join(clock, node.clock);
            if (!after_all) break;
        } else if (after_all) {
            join(clock, node.clock);
        }
    }
    if (enabler != kNothing) join(clock, path_[enabler].clock);
    return clock;
}

// Backwards, so that of the dependent events before only those are races that no other one of them
// comes after.
Races::Clock Races::order(const Subject& subject, Clock clock,
                          std::vector<std::size_t>& races) const {
    for (std::size_t i = subject.position; i-- > 0;) {
        const Node& node = path_[i];
        if (node.is_wake() || before(node, clock)) continue;
        const bool dependent =
            subject.universal || node.universal || dependence_.of(node.accesses, *subject.accesses);
        if (!dependent) continue;
        races.push_back(i);
        join(clock, node.clock);
    }
    return clock;
}

// Of the events after node `from` that need not come after it, and then the subject: the tasks
// whose first event there could as well be the very first.
TaskMask Races::initials(std::size_t from, const Subject& subject, const Clock& clock) const {
    const Node& raced = path_[from];
    TaskMask seen = 0, initial = 0;
    Clock first(control::kMaxTasks, 0);
    const auto consider = [&](TaskIndex task, const Clock& own) {
        if ((seen & bit(task)) != 0) return;
        bool is_initial = true;
        for (TaskMask rest = seen; rest != 0 && is_initial; rest &= rest - 1) {
            const TaskIndex other = control::lowest(rest);
            is_initial = component(own, other) < first[other];
        }
        if (is_initial) initial |= bit(task);
    };
    for (std::size_t i = from + 1; i < subject.position; ++i) {
        const Node& node = path_[i];
        if (node.is_wake() || before(raced, node.clock)) continue;
        consider(node.chosen, node.clock);
        if ((seen & bit(node.chosen)) == 0) first[node.chosen] = node.sequence;
        seen |= bit(node.chosen);
    }
    consider(subject.task, clock);
    return initial;
}

void Races::reverse(std::size_t at, const Subject& subject, const Clock& clock) {
    Node& node = path_[at];
    const TaskMask first = initials(at, subject, clock);
    const bool direct = (first & bit(subject.task)) != 0;
    if (direct && (node.asked.candidates & bit(subject.task)) == 0) return;  // it waited for that
    const TaskMask possible = first & node.asked.candidates;
    if (possible == 0 || (first & node.covered()) != 0) return;
    node.backtrack |= direct ? bit(subject.task) : bit(control::lowest(possible));
}

void Races::add_event(std::size_t position, std::uint32_t enabler, bool after_all) {
    Node& node = path_[position];
    const Subject subject{position, node.chosen, &node.accesses, node.universal};
    Clock clock = start_clock(subject, enabler, after_all);
    node.sequence = component(clock, node.chosen) + 1;
    std::vector<std::size_t> races;
    clock = order(subject, std::move(clock), races);
    for (const std::size_t at : races) reverse(at, subject, clock);
    if (clock.size() <= node.chosen) clock.resize(node.chosen + 1);
    clock[node.chosen] = node.sequence;
    node.clock = std::move(clock);
}

void Races::add_attempt(std::size_t position, TaskIndex task, const Accesses& accesses,
                        std::uint32_t enabler, bool after_all) {
    const Subject subject{position, task, &accesses, false};
    std::vector<std::size_t> races;
    const Clock clock = order(subject, start_clock(subject, enabler, after_all), races);
    for (const std::size_t at : races) reverse(at, subject, clock);
}

}  // namespace stagger::search
