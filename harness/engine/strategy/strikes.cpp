// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/strategy/strikes.hpp"

#include <algorithm>
#include <numeric>

namespace stagger::engine {
namespace {

// One execution in so many is left alone, since a bug that needs no fault is the simpler finding.
constexpr std::uint64_t kCalmStride = 4;
// Salts of draws, apart from those of planners.
constexpr std::uint64_t kSalt = 1u << 20;

bool names(const spec::Victim& victim, const history::Task& task) {
    return victim.role == task.role && (!victim.index || *victim.index == task.index);
}

// The index-th of 0 .. range-1 in an order that the seed shuffles: an affine permutation.
std::uint64_t shuffled(std::uint64_t seed, std::uint64_t index, std::uint64_t range) {
    std::uint64_t step = 1 + control::mix(seed, 1) % range;
    while (std::gcd(step, range) != 1) ++step;
    const std::uint64_t start = control::mix(seed, 2) % range;
    return (start + index % range * step) % range;  // a case has far fewer than 2^32 chances
}

}  // namespace

FaultTable fault_table(const spec::Faults& faults, const std::vector<history::Task>& tasks) {
    FaultTable table;
    table.max = faults.max;
    for (const auto& [kind, victims] : faults.victims) {
        const auto at = static_cast<std::size_t>(kind);
        table.kinds |= 1u << at;
        for (std::size_t task = 0; task < tasks.size(); ++task) {
            if (tasks[task].role.empty()) continue;  // the parent, a server
            const bool meant = victims.empty() || std::any_of(victims.begin(), victims.end(),
                                                              [&](const spec::Victim& victim) {
                                                                  return names(victim, tasks[task]);
                                                              });
            if (meant) table.victims[at] |= control::bit(static_cast<control::TaskIndex>(task));
        }
    }
    return table;
}

void declare(const FaultTable& table, control::Plan& plan) {
    plan.fault_kinds = table.kinds;
    std::copy(table.victims.begin(), table.victims.end(), plan.victims);
}

void Strikes::learn(const control::Execution& execution) {
    if (table_.kinds == 0) return;
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
        Counts& most = most_[kind];
        most.total = 0;
        for (std::size_t task = 0; task < control::kMaxTasks; ++task) {
            most.by_task[task] = std::max(most.by_task[task], execution.faults.chances[kind][task]);
            most.total += most.by_task[task];
        }
    }
    if (calm_) swept_ = most_;
    calm_ = false;
}

// Chances are numbered by task, then in order, and then by variant.
control::Strike Strikes::nth(FaultKind kind, const Counts& counts, std::uint64_t index) const {
    control::Strike strike{};
    strike.kind = kind;
    strike.variant = static_cast<std::uint8_t>(index % variants_of(kind));
    index /= variants_of(kind);
    for (control::TaskIndex task = 0; task < control::kMaxTasks; ++task) {
        if (index < counts.by_task[task]) {
            strike.task = task;
            strike.ordinal = static_cast<std::uint32_t>(index) + 1;
            break;
        }
        index -= counts.by_task[task];
    }
    return strike;
}

// The kinds take turns, so that one with few chances does not wait for one with many.
bool Strikes::sweep(const Planning& planning, control::Plan& plan) {
    for (std::size_t tries = 0; tries < kFaultKinds; ++tries) {
        const std::size_t at = turn_++ % kFaultKinds;
        const auto kind = static_cast<FaultKind>(at);
        const std::uint64_t range = swept_[at].total * variants_of(kind);
        if (next_[at] >= range) continue;
        const std::uint64_t seed = control::mix(planning.seed, at);
        plan.strikes[plan.strike_count++] =
            nth(kind, swept_[at], shuffled(seed, next_[at]++, range));
        return true;
    }
    return false;
}

void Strikes::draw(const Planning& planning, control::Plan& plan) const {
    std::vector<std::size_t> kinds;
    for (std::size_t at = 0; at < kFaultKinds; ++at) {
        if (most_[at].total > 0) kinds.push_back(at);
    }
    if (kinds.empty()) return;
    const std::uint32_t most = std::min(table_.max, control::kMaxStrikes);
    const std::uint64_t count = 1 + planning.draw(kSalt, most);
    for (std::uint64_t i = plan.strike_count; i < count; ++i) {
        const std::size_t at = kinds[planning.draw(kSalt + 1 + 2 * i, kinds.size())];
        const auto kind = static_cast<FaultKind>(at);
        const std::uint64_t range = most_[at].total * variants_of(kind);
        plan.strikes[plan.strike_count++] =
            nth(kind, most_[at], planning.draw(kSalt + 2 + 2 * i, range));
    }
}

void Strikes::plan(const Planning& planning, control::Plan& plan) {
    if (table_.kinds == 0 || planning.index % kCalmStride == kCalmStride - 1) return;
    const bool swept = sweep(planning, plan);
    if (!swept || table_.max > 1) draw(planning, plan);
}

}  // namespace stagger::engine
