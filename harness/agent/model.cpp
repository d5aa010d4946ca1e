// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/model.hpp"

#include "harness/agent/agent.hpp"

namespace stagger::agent {
namespace {

using control::ModelEntry;
using control::TaskIndex;
using control::TaskMask;

TaskMask waiters(const ModelEntry& model) {
    TaskMask mask = 0;
    for (TaskMask rest = self.execution().blocked; rest != 0; rest &= rest - 1) {
        const auto task = control::lowest(rest);
        if (model.sequence[task] != 0) mask |= control::bit(task);
    }
    return mask;
}

TaskIndex longest_waiting(const ModelEntry& model, TaskMask mask) {
    TaskIndex first = control::kNobody;
    for (; mask != 0; mask &= mask - 1) {
        const auto task = control::lowest(mask);
        if (first == control::kNobody || model.sequence[task] < model.sequence[first]) {
            first = task;
        }
    }
    return first;
}

void grant(ModelEntry& model, TaskIndex task) {
    model.sequence[task] = 0;
    self.segment->tasks[task].notified = true;
    control::make_ready(*self.segment, task);
}

}  // namespace

ModelEntry* model_of(control::Key key) {
    control::Registry& registry = process.segment->registry;
    for (std::uint32_t probe = 0; probe < control::kMaxModels; ++probe) {
        ModelEntry& entry = registry.models[(key + probe) % control::kMaxModels];
        if (entry.key == key) return &entry;
        if (entry.key != control::kNoKey) continue;
        entry.key = key;
        ++registry.model_count;
        return &entry;
    }
    if (self.segment != nullptr) {
        finish_execution(control::Ending::Overflow,
                         "more conditions, barriers and futexes than Stagger models");
    }
    return nullptr;
}

void enlist(ModelEntry& model) {
    self.slot().notified = false;
    model.sequence[self.index] = ++model.next_sequence;
}

bool sleep_until_granted(ModelEntry& model, std::int64_t deadline) {
    wait_for(nullptr, 0, deadline);
    model.sequence[self.index] = 0;
    return self.slot().notified;
}

std::uint32_t waiting(const ModelEntry& model) {
    return control::population(waiters(model));
}

std::uint32_t grant_one(ModelEntry& model) {
    const TaskMask candidates = waiters(model);
    if (candidates == 0) return 0;
    const TaskIndex longest = longest_waiting(model, candidates);
    grant(model, control::choose_waiter(*self.segment, self.index, candidates, longest));
    return 1;
}

std::uint32_t grant_all(ModelEntry& model) {
    std::uint32_t count = 0;
    for (TaskMask rest = waiters(model); rest != 0; rest &= rest - 1) {
        grant(model, control::lowest(rest));
        ++count;
    }
    return count;
}

}  // namespace stagger::agent
