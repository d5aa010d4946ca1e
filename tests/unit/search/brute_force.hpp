// SPDX-License-Identifier: Apache-2.0
//
// Every execution, by every answer to every question: slow, and plainly right. What the search is
// measured against. Header only; for tests.
#pragma once

#include <vector>

#include "harness/search/directions.hpp"

namespace stagger::testing {

class BruteForce {
public:
    // Plans the next execution. False: all were tried.
    bool plan(control::Plan& plan) {
        if (begun_) {
            while (!path_.empty() && path_.back().left == 0) path_.pop_back();
            if (path_.empty()) return false;
            Choice& last = path_.back();
            last.decision.target = control::lowest(last.left);
            last.left &= last.left - 1;
        }
        begun_ = true;
        search::Directions directions;
        for (const Choice& choice : path_) {
            const bool rest = choice.decision.target == control::kNobody;  // nobody wakes unasked
            if (!rest) directions.decisions.push_back(choice.decision);
        }
        search::follow(directions, plan);
        return true;
    }

    void learn(const control::Segment& segment) {
        std::size_t asked = 0;
        for (std::uint32_t i = 0; i < segment.trace.count; ++i) {
            const control::TraceEntry& entry = segment.trace.entries[i];
            if (!is_choice(segment, entry) || asked++ < path_.size()) continue;
            const bool wake = entry.kind == control::TraceKind::Wake;
            const bool rest = entry.kind == control::TraceKind::Rest;
            const control::TaskIndex asker =
                entry.asker == control::kNoTask ? control::kNobody : entry.asker;
            path_.push_back(
                {{asker, rest ? control::kNobody : entry.task, entry.asked_point, entry.turn,
                  wake ? control::ChoiceKind::Wake : control::ChoiceKind::Run, control::Call::Start,
                  0, control::kNoSite},
                 rest ? entry.candidates : entry.candidates & ~control::bit(entry.task)});
        }
        ++executions_;
    }

    std::uint64_t executions() const { return executions_; }

private:
    struct Choice {
        control::Decision decision;
        control::TaskMask left;
    };

    static bool is_choice(const control::Segment& segment, const control::TraceEntry& entry) {
        if (entry.kind == control::TraceKind::Rest) return true;
        const bool decided =
            entry.kind == control::TraceKind::Event || entry.kind == control::TraceKind::Wake;
        const bool silent = (segment.execution.silent & control::bit(entry.task)) != 0;
        return decided && entry.call != control::Call::End &&
               !(silent && entry.asker == entry.task) && control::population(entry.candidates) > 1;
    }

    std::vector<Choice> path_;
    bool begun_ = false;
    std::uint64_t executions_ = 0;
};

}  // namespace stagger::testing
