// SPDX-License-Identifier: Apache-2.0
//
// Emmi, Qadeer, Rakamaric: "Delay-Bounded Scheduling", POPL 2011; but where they put a task off to
// the next in order, any other may go on here.
#include "harness/search/deviations.hpp"

namespace stagger::search {
namespace {

using control::Decision;
using control::TaskMask;

void add_answers(const Asked& asked, TaskMask others, std::vector<Decision>& decisions) {
    for (; others != 0; others &= others - 1) {
        decisions.push_back(asked.answered(control::lowest(others)));
    }
}

// The other answers to the questions that were answered in entries from `first` on.
std::vector<Decision> alternatives(const Course& course, std::uint32_t first, std::size_t most) {
    std::vector<Decision> decisions;
    for (const Step& step : course.steps) {
        if (step.entry < first || decisions.size() >= most) continue;
        add_answers(step.asked, step.asked.candidates & ~control::bit(step.task), decisions);
    }
    if (course.rest) add_answers(*course.rest, course.rest->candidates, decisions);
    return decisions;
}

bool is_answer(const Asked& asked, const Decision& decision) {
    return asked.asker == decision.task && asked.point == decision.point &&
           asked.turn == decision.turn && asked.choice == decision.choice;
}

// The entry behind the one that answers that question.
std::uint32_t entry_after(const Course& course, const Decision& decision) {
    for (const Step& step : course.steps) {
        if (is_answer(step.asked, decision)) return step.entry + 1;
    }
    return kNothing;
}

}  // namespace

std::uint64_t Deviations::draw(std::uint64_t bound) {
    return control::mix(++random_, 0) % bound;
}

std::optional<std::vector<Decision>> Deviations::next() {
    if (!begun_) return std::vector<Decision>{};
    if (next_single_ < singles_.size()) return std::vector<Decision>{singles_[next_single_]};
    if (next_pair_ < pairs_.size()) {
        const Pair& pair = pairs_[next_pair_];
        return std::vector<Decision>{pair.first, pair.second};
    }
    return std::nullopt;
}

void Deviations::learn(const Course& course) {
    if (!begun_) {
        begun_ = true;
        if (most_ > 0) singles_ = alternatives(course, 0, kMaxSingles);
        for (std::size_t i = singles_.size(); i > 1; --i) {
            std::swap(singles_[i - 1], singles_[draw(i)]);
        }
    } else if (next_single_ < singles_.size()) {
        const Decision& single = singles_[next_single_++];
        if (most_ < 2) return;
        const std::uint32_t from = entry_after(course, single);
        for (const Decision& other : alternatives(course, from, kMaxSingles)) {
            keep_pair({single, other});
        }
    } else {
        ++next_pair_;
    }
}

// Vitter: "Random Sampling with a Reservoir", 1985.
void Deviations::keep_pair(const Pair& pair) {
    ++pairs_seen_;
    if (pairs_.size() < kMaxPairs) {
        pairs_.push_back(pair);
    } else if (const std::uint64_t at = draw(pairs_seen_); at < kMaxPairs) {
        pairs_[at] = pair;
    }
}

}  // namespace stagger::search
