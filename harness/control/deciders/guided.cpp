// SPDX-License-Identifier: Apache-2.0
//
// Follows edits at single points and constraints between accesses; what they leave open is calm,
// or by priority. Constraints are after Wolff, Shi, Duck, Mathur, Roychoudhury: "Greybox Fuzzing
// for Concurrency Testing", ASPLOS 2024: readers wait for their writer, and other writers for the
// reader. Here the task that a constraint waits for also goes first, so that it is met with as few
// switches as possible. What cannot be met is given up: nobody waits for ever.
#include "harness/control/deciders/deciders.hpp"

namespace stagger::control {
namespace {

bool begins_access(const Constraint& constraint, const TaskSlot& slot) {
    return slot.key == constraint.key && (!constraint.operation || slot.call == Call::Invoke);
}

bool ends_access(const Constraint& constraint, const TaskSlot& slot) {
    return slot.key == constraint.key && (!constraint.operation || slot.call == Call::Response);
}

struct Guidance {
    TaskMask held = 0;
    TaskIndex favourite = kNobody;
};

// `access` is the next that `task` does of this key, and it is about to begin.
bool is_at(const Segment& segment, const Constraint& constraint, const AccessName& access,
           std::uint32_t done) {
    return access.task < kMaxTasks && done + 1 == access.ordinal &&
           begins_access(constraint, segment.tasks[access.task]);
}

TaskMask about_to_write(const Segment& segment, const Constraint& constraint, TaskMask candidates) {
    TaskMask writers = 0;
    for (TaskMask rest = candidates; rest != 0; rest &= rest - 1) {
        const TaskSlot& slot = segment.tasks[lowest(rest)];
        if (begins_access(constraint, slot) && !slot.reads_only) writers |= bit(lowest(rest));
    }
    return writers;
}

void guide(const Segment& segment, const Constraint& constraint, const ConstraintState& state,
           TaskMask candidates, Guidance& guidance) {
    const TaskIndex reader = constraint.reader.task;
    TaskIndex favourite = reader;
    if (constraint.before && constraint.writer.task != kNobody) {
        if (is_at(segment, constraint, constraint.writer, state.writes)) {
            guidance.held |= bit(constraint.writer.task);
        }
    } else if (!constraint.before && state.writes < constraint.writer.ordinal) {
        const bool there = is_at(segment, constraint, constraint.reader, state.reads);
        if (there || !constraint.poised) favourite = constraint.writer.task;
        if (there) guidance.held |= bit(reader);
    } else {
        guidance.held |= about_to_write(segment, constraint, candidates) & ~bit(reader);
    }
    if (guidance.favourite == kNobody) guidance.favourite = favourite;
}

Guidance ask_constraints(const Segment& segment, TaskMask candidates) {
    Guidance guidance;
    for (std::uint32_t i = 0; i < segment.plan.constraint_count; ++i) {
        const ConstraintState& state = segment.execution.constraints[i];
        if (!state.met) guide(segment, segment.plan.constraints[i], state, candidates, guidance);
    }
    return guidance;
}

void apply_edits(Segment& segment, TaskIndex self) {
    if (self == kNobody) return;
    while (const Decision* edit = next_planned(segment, segment.tasks[self])) {
        if (edit->choice == ChoiceKind::Hold) {
            segment.execution.held_until[self] = segment.execution.points + edit->target;
        } else if (edit->choice == ChoiceKind::Priority) {
            segment.execution.priorities[self] = static_cast<std::uint8_t>(edit->target);
        }
    }
}

TaskMask held_by_edits(const Execution& execution, TaskMask candidates) {
    TaskMask held = 0;
    for (TaskMask rest = candidates; rest != 0; rest &= rest - 1) {
        if (execution.held_until[lowest(rest)] > execution.points) held |= bit(lowest(rest));
    }
    return held;
}

// Nobody is left but those who are held: what holds them is given up.
void release_all(Segment& segment, TaskMask candidates) {
    for (TaskMask rest = candidates; rest != 0; rest &= rest - 1) {
        segment.execution.held_until[lowest(rest)] = 0;
    }
    for (ConstraintState& state : segment.execution.constraints) state.met = true;
}

}  // namespace

Question narrowed_by_constraints(Segment& segment, const Question& question) {
    if (question.kind == ChoiceKind::Wake) return question;
    const TaskMask held = ask_constraints(segment, question.candidates).held;
    const TaskMask free = question.candidates & ~held;
    if (free == 0) {
        release_all(segment, question.candidates);
        return question;
    }
    const bool calm_is_free = (free & bit(question.calm)) != 0;
    const TaskIndex calm = calm_is_free ? question.calm : next_in_order(free, question.calm);
    return {question.self, free, calm, question.kind};
}

TaskIndex decide_guided(Segment& segment, const Question& question) {
    if (question.kind == ChoiceKind::Wake) return question.calm;
    apply_edits(segment, question.self);
    const Guidance guidance = ask_constraints(segment, question.candidates);
    const TaskMask held = guidance.held | held_by_edits(segment.execution, question.candidates);
    TaskMask free = question.candidates & ~held;
    if (free == 0) {
        release_all(segment, question.candidates);
        free = question.candidates;
    }
    if (guidance.favourite < kMaxTasks && (free & bit(guidance.favourite)) != 0) {
        return guidance.favourite;
    }
    const bool calm_is_free = (free & bit(question.calm)) != 0;
    // Whoever waits for an answer gets it, or it would be passed by while it is the favourite.
    const bool answers = calm_is_free && (segment.execution.silent & bit(question.calm)) != 0;
    if (answers) return question.calm;
    if (segment.plan.prioritised) return highest_priority(segment.execution, free);
    const bool runs_on = question.calm == question.self;
    if (calm_is_free && (runs_on || !segment.plan.shuffled)) return question.calm;
    if (segment.plan.shuffled) return highest_priority(segment.execution, free);
    return next_in_order(free, question.calm);
}

void observe_guided(Segment& segment, TaskIndex task) {
    const TaskSlot& slot = segment.tasks[task];
    for (std::uint32_t i = 0; i < segment.plan.constraint_count; ++i) {
        const Constraint& constraint = segment.plan.constraints[i];
        ConstraintState& state = segment.execution.constraints[i];
        if (state.met || !ends_access(constraint, slot)) continue;
        if (task == constraint.writer.task) {
            ++state.writes;
            // Too late to come before it.
            if (constraint.before && state.writes >= constraint.writer.ordinal) state.met = true;
        }
        if (task == constraint.reader.task && ++state.reads >= constraint.reader.ordinal) {
            state.met = true;
        }
    }
}

}  // namespace stagger::control
