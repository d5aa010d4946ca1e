// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/misfit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/engine/schedule_codec.hpp"

namespace stagger::engine {
namespace {

std::string task_name(control::TaskIndex task, const std::vector<history::Task>& tasks) {
    return task < tasks.size() ? tasks[task].name : fmt::format("helper[{}]", task);
}

class Comparison {
public:
    Comparison(Runner& runner, const schedule::Schedule& schedule)
        : runner_(runner),
          segment_(runner.pool().segment()),
          tasks_(runner.pool().layout().tasks),
          schedule_(schedule),
          taken_(to_schedule(runner.decisions(), tasks_, runner.labels())) {}

    Misfit find() const {
        for (const schedule::Decision& planned : schedule_.decisions) {
            if (was_given_up(planned)) return explain(planned);
            const std::string label = label_taken(planned);
            if (!label.empty() && label != planned.label) return other_step(planned, label);
        }
        if (segment_.execution.misfits == 0) return {};
        return {describe_decision(segment_.execution.first_misfit, tasks_, runner_.labels())};
    }

private:
    static bool is_input(const schedule::Decision& decision) {
        return decision.choice == schedule::Choice::Input;
    }

    bool is(const schedule::Decision& planned, const control::Decision& decision) const {
        const bool input = decision.choice == control::ChoiceKind::Input;
        return input == is_input(planned) && decision.point == planned.point &&
               decision.turn == planned.turn && task_name(decision.task, tasks_) == planned.task;
    }

    // A fault that was to strike, and did not.
    bool did_not_strike(const schedule::Decision& planned) const {
        for (std::uint32_t i = 0; i < segment_.plan.strike_count; ++i) {
            const control::Strike& strike = segment_.plan.strikes[i];
            const bool same = strike.point == planned.point && strike.turn == planned.turn &&
                              fault_text(strike.kind, strike.variant) == planned.target &&
                              task_name(strike.task, tasks_) == planned.task;
            if (same) return (segment_.execution.faults.struck >> i & 1) == 0;
        }
        return true;
    }

    // Asked for where it could not be taken, or never asked for.
    bool was_given_up(const schedule::Decision& planned) const {
        if (planned.choice == schedule::Choice::Fault) return did_not_strike(planned);
        if (segment_.execution.misfits > 0 && is(planned, segment_.execution.first_misfit)) {
            return true;
        }
        if (is_input(planned)) return planned.point > times_asked(planned.task);
        for (const control::TaskSlot& slot : segment_.tasks) {
            for (std::uint32_t i = slot.replay_next; i < slot.replay_end; ++i) {
                if (is(planned, segment_.plan.replay[i])) return true;
            }
        }
        return false;
    }

    // How often any() was.
    std::uint32_t times_asked(const std::string& task) const {
        for (control::TaskIndex i = 0; i < control::kMaxTasks; ++i) {
            if (task_name(i, tasks_) == task) return segment_.inputs.asked[i];
        }
        return 0;
    }

    // What the task did where the decision was taken; "" if it was not, or was the calm one.
    std::string label_taken(const schedule::Decision& planned) const {
        for (const schedule::Decision& decision : taken_.decisions) {
            const bool same = decision.task == planned.task && decision.point == planned.point &&
                              decision.turn == planned.turn &&
                              is_input(decision) == is_input(planned);
            if (same) return decision.label;
        }
        return "";
    }

    // What the task was about to do at that point; nothing if it never came there.
    std::optional<std::string> label_at(const schedule::Decision& planned) const {
        control::Decision probe{};
        for (std::uint32_t i = 0; i < segment_.trace.count; ++i) {
            const control::TraceEntry& entry = segment_.trace.entries[i];
            const bool here = entry.kind == control::TraceKind::Event &&
                              entry.point == planned.point &&
                              task_name(entry.task, tasks_) == planned.task;
            if (!here) continue;
            probe.task = entry.task;
            probe.site = entry.site;
            probe.call = entry.call;
            return to_schedule({probe}, tasks_, runner_.labels()).decisions.front().label;
        }
        return std::nullopt;
    }

    static Misfit other_step(const schedule::Decision& planned, const std::string& label) {
        return {fmt::format("{} does `{}` at its point {}, where the schedule says `{}`",
                            planned.task, label, planned.point, planned.label)};
    }

    Misfit explain_input(const schedule::Decision& planned) const {
        const std::uint32_t asked = times_asked(planned.task);
        if (planned.point > asked) {
            return {fmt::format("{} asked any() {} times, and never for number {}", planned.task,
                                asked, planned.point)};
        }
        return {
            fmt::format("{} was to draw {} at its any() number {} (`{}`), which that does not "
                        "give",
                        planned.task, planned.value, planned.point, planned.label)};
    }

    Misfit explain(const schedule::Decision& planned) const {
        if (is_input(planned)) return explain_input(planned);
        const std::optional<std::string> label = label_at(planned);
        if (!label) {
            return {fmt::format("{} never came to its point {}", planned.task, planned.point)};
        }
        if (*label != planned.label) return other_step(planned, *label);
        if (planned.choice == schedule::Choice::Fault) {
            return {fmt::format("at its point {} (`{}`) {} was to be struck by `{}`, which cannot "
                                "strike there",
                                planned.point, planned.label, planned.task, planned.target),
                    true};
        }
        return {fmt::format("at its point {} (`{}`) {} was to let {} run, which cannot run there",
                            planned.point, planned.label, planned.task, planned.target),
                true};
    }

    Runner& runner_;
    const control::Segment& segment_;
    const std::vector<history::Task>& tasks_;
    const schedule::Schedule& schedule_;
    const schedule::Schedule taken_;
};

}  // namespace

Misfit find_misfit(Runner& runner, const schedule::Schedule& schedule) {
    return Comparison(runner, schedule).find();
}

}  // namespace stagger::engine
