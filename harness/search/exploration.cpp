// SPDX-License-Identifier: Apache-2.0
#include "harness/search/exploration.hpp"

namespace stagger::search {
namespace {

// A crash, a limit: not all that could run did.
bool ended_early(const control::Segment& segment) {
    const control::Ending ending = segment.execution.ending;
    const bool at_rest =
        ending == control::Ending::Completed || ending == control::Ending::Deadlock;
    return !at_rest || segment.execution.points > segment.settings.step_limit;
}

}  // namespace

std::optional<Directions> Exploration::next() {
    if (bounded_) {
        if (auto decisions = deviations_.next()) {
            Directions directions;
            directions.decisions = std::move(*decisions);
            return directions;
        }
        bounded_ = false;
    }
    auto directions = tree_.next();
    over_ = !directions;
    return directions;
}

void Exploration::learn(const control::Segment& segment) {
    const Course course = read_course(segment);
    unseen_ |= !course.complete;
    yields_ |= course.yields;
    looks_at_time_ |= course.looks_at_time;
    opaque_steps_ |= course.opaque_steps;
    unasked_ |= course.unasked_wakeups;
    inputs_ |= segment.inputs.count > 0;
    if (bounded_) {
        deviations_.learn(course);
    } else {
        tree_.learn(course, ended_early(segment));
    }
}

bool Exploration::complete() const {
    return over_ && !unseen_ && !inputs_ && !tree_.too_deep() && !tree_.strayed();
}

std::vector<std::string> Exploration::limits() const {
    std::vector<std::string> limits;
    const auto add = [&](bool holds, const char* sentence) {
        if (holds) limits.emplace_back(sentence);
    };
    add(unseen_, "some executions were longer than a trace can be, or slept out of sight");
    add(tree_.too_deep(), "some executions had more events than are searched");
    add(tree_.strayed(), "some executions did not repeat what they had done before");
    add(inputs_,
        "any() gave its least value each time; other strategies and `stagger fuzz` vary inputs");
    add(yields_, "loops that spin are made to let the others run; spinning longer was not tried");
    add(looks_at_time_,
        "time passes only when nobody can run, and a little at each point: sleeps "
        "and time-outs end in that order");
    add(opaque_steps_,
        "servers run a request without decisions inside it; explore = { servers = "
        "\"explored\" } searches those too");
    add(unasked_, "a wait ends at most once without being asked to");
    add(true,
        "executions are sequentially consistent, and what code without points does between "
        "two of them is one step");
    return limits;
}

}  // namespace stagger::search
