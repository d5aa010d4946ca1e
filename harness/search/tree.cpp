// SPDX-License-Identifier: Apache-2.0
//
// Sleep sets: Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996.
#include "harness/search/tree.hpp"

namespace stagger::search {

using control::bit;
using control::kNobody;
using control::TaskMask;

// The event on the path is done with: from here on it would show nothing new, unless something
// dependent comes first.
void Tree::retire(Node& node) {
    if (node.chosen == kNobody) return;
    node.done |= bit(node.chosen);
    if (!node.is_wake() && node.known && !node.universal) {
        node.asleep.push_back(
            {node.chosen, std::make_shared<const Accesses>(std::move(node.all_accesses))});
    }
    node.chosen = kNobody;
    node.known = node.universal = false;
    node.accesses.clear();
    node.all_accesses.clear();
    node.decisions.clear();
}

TaskMask Tree::to_try(const Node& node) {
    const TaskMask answers =
        node.is_wake() ? node.asked.candidates : node.backtrack & ~node.sleeping();
    return answers & ~node.disabled;
}

// Knuth: "Estimating the Efficiency of Backtrack Programs", 1975, over what is behind the path.
double Tree::progress() const {
    double done = 0, share = 1;
    for (const Node& node : path_) {
        const TaskMask chosen = node.chosen == kNobody ? 0 : bit(node.chosen);
        const double answers = control::population(to_try(node) | node.done | chosen);
        if (answers == 0) break;
        done += share * control::population(node.done) / answers;
        if (chosen == 0) return done;
        share /= answers;
    }
    return done + share;
}

std::optional<Directions> Tree::next() {
    if (!begun_) {
        begun_ = true;
        return Directions{};
    }
    while (!path_.empty()) {
        Node& node = path_.back();
        retire(node);
        if (const TaskMask open = to_try(node) & ~node.done; open != 0) {
            node.chosen = control::lowest(open);
            node.decisions = {node.asked.answered(node.chosen)};
            return directions_to_last();
        }
        path_.pop_back();
    }
    return std::nullopt;
}

// The last node that is an event; kNothing if there is none.
std::size_t Tree::last_event() const {
    for (std::size_t i = path_.size(); i-- > 0;) {
        if (!path_[i].is_wake()) return i;
    }
    return kNothing;
}

Directions Tree::directions_to_last() const {
    Directions directions;
    for (const Node& node : path_) {
        directions.decisions.insert(directions.decisions.end(), node.decisions.begin(),
                                    node.decisions.end());
    }
    const Node& event = path_[last_event()];
    directions.asleep = event.asleep;
    directions.sleep_from = event.first_entry;
    directions.any_object = dependence_.any_object;
    return directions;
}

std::uint32_t Tree::node_of(std::uint32_t step) const {
    return step < node_of_step_.size() ? node_of_step_[step] : kNothing;
}

// Up to where the path was left for a new choice the execution must be the one on the path.
bool Tree::follow_prefix(const Course& course) {
    node_of_step_.assign(course.steps.size(), kNothing);
    next_step_ = 0;
    if (path_.empty()) return true;
    const std::size_t branch = path_.size() - 1;
    const std::size_t end = path_[branch].is_wake() ? branch + 1 : branch;
    for (std::size_t at = 0; at < end; ++next_step_) {
        if (next_step_ >= course.steps.size()) return false;
        const Step& step = course.steps[next_step_];
        if (step.kind == Step::Kind::Attempt) continue;
        const Node& node = path_[at];
        const bool wake = step.kind == Step::Kind::Wake;
        if (wake != node.is_wake() || step.task != node.chosen) return false;
        if (step.entry != node.entry) return false;
        node_of_step_[next_step_] = static_cast<std::uint32_t>(at++);
    }
    if (path_[branch].is_wake()) return true;
    return next_step_ < course.steps.size() &&
           course.steps[next_step_].task == path_[branch].chosen;
}

void Tree::learn(const Course& course, bool cut_short) {
    if (!follow_prefix(course)) {
        strayed_ = true;
        return;
    }
    open_ = !path_.empty() && !path_.back().is_wake();
    if (open_) {
        path_.back().chosen = kNobody;
        path_.back().decisions.clear();
    } else if (!path_.empty()) {
        refresh_waker(course);
    }
    for (; next_step_ < course.steps.size(); ++next_step_) {
        const Step& step = course.steps[next_step_];
        const bool last = next_step_ + 1 == course.steps.size();
        if (step.kind == Step::Kind::Wake) {
            take_wake(step);
            continue;
        }
        if (path_.size() >= kMaxNodes) {
            too_deep_ = true;
            return;
        }
        if (!open_) open_node(step.asked, step.entry);
        if (step.kind == Step::Kind::Attempt) {
            take_attempt(step);
        } else if (!take_event(step, step.universal || (cut_short && last))) {
            ++redundant_;
            return;
        }
    }
    ++classes_;
    note_ending(course, cut_short);
}

// The event that wakes another task than before may touch something else.
void Tree::refresh_waker(const Course& course) {
    const std::size_t position = last_event();
    Node& node = path_[position];
    for (std::size_t i = 0; i < next_step_; ++i) {
        const Step& step = course.steps[i];
        if (node_of_step_[i] != position) continue;
        node.accesses = step.accesses;
        node.all_accesses.insert(node.all_accesses.end(), step.accesses.begin(),
                                 step.accesses.end());
        races_.add_event(position, node_of(step.enabler), step.after_all);
    }
}

void Tree::open_node(const Asked& asked, std::uint32_t entry) {
    Node node;
    node.asked = asked;
    node.first_entry = entry;
    if (const std::size_t before = last_event(); before != kNothing) {
        const Node& last = path_[before];
        for (const Sleeper& sleeper : last.asleep) {
            const bool woken = last.universal || dependence_.of(*sleeper.accesses, last.accesses);
            if (!woken) node.asleep.push_back(sleeper);
        }
    }
    path_.push_back(std::move(node));
    open_ = true;
}

void Tree::take_attempt(const Step& step) {
    Node& node = path_.back();
    node.disabled |= bit(step.task);
    if (step.asked.is_choice()) node.decisions.push_back(step.asked.answered(step.task));
    races_.add_attempt(path_.size() - 1, step.task, step.accesses, node_of(step.enabler),
                       step.after_all);
}

// False: this and all that follows was explored before.
bool Tree::take_event(const Step& step, bool universal) {
    Node& node = path_.back();
    open_ = false;
    if (((node.done | node.sleeping()) & bit(step.task)) != 0) {
        const TaskMask others = node.asked.candidates & ~node.covered();
        if (node.backtrack == 0 && others != 0) node.backtrack = bit(control::lowest(others));
        return false;
    }
    if (step.asked.is_choice()) node.decisions.push_back(step.asked.answered(step.task));
    node.chosen = step.task;
    node.backtrack |= bit(step.task);
    node.known = true;
    node.universal = universal;
    node.accesses = node.all_accesses = step.accesses;
    node.entry = step.entry;
    node_of_step_[next_step_] = static_cast<std::uint32_t>(path_.size() - 1);
    races_.add_event(path_.size() - 1, node_of(step.enabler), step.after_all);
    return true;
}

void Tree::take_wake(const Step& step) {
    Node node;
    node.asked = step.asked;
    node.entry = node.first_entry = step.entry;
    node.chosen = step.task;
    if (step.asked.is_choice()) node.decisions = {step.asked.answered(step.task)};
    path_.push_back(std::move(node));
}

// After an event that ended the execution early others could have gone on; and where nobody can, it
// may go on with any who wakes unasked, or end there.
void Tree::note_ending(const Course& course, bool cut_short) {
    if (course.rest) {
        if (!open_) open_node(*course.rest, course.rest_entry);
        path_.back().backtrack |= course.rest->candidates;
    } else if (const std::size_t last = last_event(); cut_short && last != kNothing) {
        path_[last].backtrack |= path_[last].asked.candidates;
    }
}

}  // namespace stagger::search
