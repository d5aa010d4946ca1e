// SPDX-License-Identifier: Apache-2.0
#include "harness/report/explain.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "harness/base/faults.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {
namespace {

using history::Call;
using history::History;
using history::kNone;
using schedule::Decision;

// A place in the history that a decision's label may mean: a call, or the entry of a span.
struct Moment {
    std::uint32_t task = 0;
    std::uint32_t start = 0;
    std::uint32_t end = 0;  // kNone: never
    std::string label;      // "store n"
    std::uint32_t object = kNone;
    bool critical = false;
};

// `store n: write` is a point inside the step `store n`.
struct Label {
    std::string step;
    std::string inside;
};

Label split_label(const std::string& label) {
    const std::size_t colon = label.find(": ");
    if (colon == std::string::npos) return {label, ""};
    return {label.substr(0, colon), label.substr(colon + 2)};
}

std::string_view without_index(std::string_view label) {
    return label.substr(0, label.find('['));
}

// A step over an array of objects may be labelled by its index expression: `lock fork[self]`.
bool same_step(std::string_view call, std::string_view step) {
    if (call == step) return true;
    if (call.find('[') == std::string_view::npos) return false;
    const std::size_t index = step.find('[');
    const bool numbered =
        index != std::string_view::npos &&
        step.find_first_not_of("0123456789]", index + 1) == std::string_view::npos;
    return !numbered && without_index(call) == without_index(step);
}

std::vector<Moment> moments_of(const History& history, const std::vector<std::uint32_t>& critical) {
    std::vector<Moment> moments;
    for (std::uint32_t i = 0; i < history.calls.size(); ++i) {
        const Call& call = history.calls[i];
        const bool marked = std::binary_search(critical.begin(), critical.end(), i);
        moments.push_back({call.task, call.invoked, call.responded, call_label(history, call),
                           call.object, marked});
    }
    for (const history::Span& span : history.sections)
        moments.push_back({span.task, span.entered, span.entered, "section " + span.name});
    for (const history::Span& span : history.blocks)
        moments.push_back({span.task, span.entered, span.entered, "as_one " + span.name});
    std::stable_sort(moments.begin(), moments.end(),
                     [](const Moment& a, const Moment& b) { return a.start < b.start; });
    return moments;
}

class Explainer {
public:
    Explainer(const History& history, const std::vector<std::uint32_t>& critical)
        : history_(history), moments_(moments_of(history, critical)) {}

    std::string explain(const Decision& decision) {
        const std::string early =
            decision.phase == schedule::Phase::Attach ? "while the processes attach, " : "";
        return printable(early + sentence(decision));
    }

private:
    std::string sentence(const Decision& decision) {
        if (decision.choice == schedule::Choice::Wake) return wake(decision);
        if (decision.choice == schedule::Choice::Fault) return strike(decision);
        if (decision.choice == schedule::Choice::Input) return input(decision);
        // Who runs first, who runs when another cannot: there, nobody is held.
        if (decision.task == "start") return fmt::format("let {} go first", decision.target);
        if (decision.label == "end" || decision.label.ends_with(": end"))
            return fmt::format("when {} has ended, let {} run next", decision.task,
                               decision.target);
        if (decision.turn > 0)
            return fmt::format("while {} waits at `{}`, let {} run next", decision.task,
                               decision.label, decision.target);
        return hold(decision);
    }

    static std::string wake(const Decision& decision) {
        return fmt::format("when {} does `{}`, wake {} before the one that has waited longest",
                           decision.task, split_label(decision.label).step, decision.target);
    }

    // "kill owner inside `store n`, at `memory write` (its point 7)"
    static std::string strike(const Decision& decision) {
        const Label label = split_label(decision.label);
        const std::string step = fmt::format("`{}`", label.step.empty() ? "a point" : label.step);
        const auto fault = fault_by_text(decision.target);
        const bool waiting = decision.turn > 0;
        return fmt::format(
            "{} {} {} (its point {})", fault ? deed(*fault) : "strike with " + decision.target,
            decision.task,
            waiting ? "where it waits " + place_of(label, step) : place_of(label, step),
            decision.point);
    }

    // Before the task's name.
    static std::string deed(const Fault& fault) {
        const std::string text = fault_text(fault.kind, fault.variant);
        const std::size_t colon = text.find(": ");
        const std::string how = colon == std::string::npos ? "" : text.substr(colon + 2);
        switch (fault.kind) {
            case FaultKind::Kill:
                return "kill";
            case FaultKind::Restart:
                return "kill and start again";
            case FaultKind::Signal:
                return fmt::format("interrupt by a signal ({})", how);
            case FaultKind::ShortIo:
                return fmt::format("do only {} of the read or write of", how);
            case FaultKind::Pause:
                return "pause, for longer than any time-out,";
            case FaultKind::Full:
                return "find no room, for";
            case FaultKind::FdLimit:
                return "leave no descriptor to";
            case FaultKind::Clock:
                return fmt::format("set the wall clock {}, for all, as seen by", how);
            case FaultKind::Slow:
                return fmt::format("end the wait, {}, of", how);
        }
        return text;
    }

    static std::string input(const Decision& decision) {
        return fmt::format("let the {} any() of {}, at `{}`, give {}", ordinal(decision.point),
                           decision.task, decision.label, decision.value);
    }

    std::string hold(const Decision& decision) {
        const Label label = split_label(decision.label);
        const std::optional<std::size_t> held = find_held(decision, label);
        const std::string step =
            held ? which(*held) : fmt::format("`{}`", label.step.empty() ? "a point" : label.step);
        const std::string place = place_of(label, step);
        const std::string until = held ? purpose(*held) : "";
        if (until.empty())
            return fmt::format("hold {} {} (its point {}) and let {} run on", decision.task, place,
                               decision.point, decision.target);
        return fmt::format("hold {} {} until {}", decision.task, place, until);
    }

    static std::string place_of(const Label& label, const std::string& step) {
        if (label.inside.empty() || label.inside == "call") return "at " + step;
        if (label.inside == "return") return "at the return of " + step;
        return fmt::format("inside {}, at `{}`", step, label.inside);
    }

    // The first moment of the task with that label, after the one its last decision held, during
    // which somebody else did something: the target, if it shows up at all.
    std::optional<std::size_t> find_held(const Decision& decision, const Label& label) {
        const std::optional<std::uint32_t> task = task_named(decision.task);
        if (!task || decision.phase == schedule::Phase::Attach) return std::nullopt;
        const std::optional<std::uint32_t> target = task_named(decision.target);
        std::optional<std::size_t> any;
        for (std::size_t i = next_moment_[*task]; i < moments_.size(); ++i) {
            if (moments_[i].task != *task || !same_step(moments_[i].label, label.step)) continue;
            const std::optional<std::uint32_t> act =
                target ? first_act(*target, gap_before(i)) : std::nullopt;
            if (!target || act) {
                any = i;
                if (act) now_ = *act;
                break;
            }
        }
        // The same call may be held again at another point inside it.
        if (any) next_moment_[*task] = *any;
        return any;
    }

    struct Gap {
        std::uint32_t first = 0, last = kNone;
        bool has(std::uint32_t position) const { return position >= first && position < last; }
    };

    // From the last thing that the task did before this moment until it got past it.
    Gap gap_before(std::size_t held) const {
        const Moment& moment = moments_[held];
        Gap gap{0, moment.end};
        for (std::size_t i = 0; i < held; ++i) {
            const Moment& earlier = moments_[i];
            if (earlier.task != moment.task) continue;
            const bool ended = earlier.end != kNone && earlier.end < moment.start;
            gap.first = std::max(gap.first, ended ? earlier.end : earlier.start);
        }
        gap.first = std::max(gap.first, now_);
        return gap;
    }

    std::optional<std::uint32_t> first_act(std::uint32_t task, Gap gap) const {
        std::optional<std::uint32_t> first;
        for (const Moment& moment : moments_) {
            if (moment.task != task) continue;
            for (const std::uint32_t position : {moment.start, moment.end}) {
                if (gap.has(position) && (!first || position < *first)) first = position;
            }
        }
        return first;
    }

    // What the delay waits for: of all that others completed meanwhile, what matters most.
    std::string purpose(std::size_t held) const {
        const Gap gap = gap_before(held);
        std::optional<std::size_t> best;
        std::tuple<bool, bool, std::uint32_t> best_rank{};
        for (std::size_t i = 0; i < moments_.size(); ++i) {
            const Moment& moment = moments_[i];
            if (moment.task == moments_[held].task || !gap.has(moment.end)) continue;
            const std::tuple rank{moment.critical, moment.object == moments_[held].object,
                                  moment.end};
            if (best && rank <= best_rank) continue;
            best = i;
            best_rank = rank;
        }
        if (best) return fmt::format("{} has done {}", doer(*best), which(*best));
        for (std::size_t i = 0; i < moments_.size(); ++i) {
            if (moments_[i].task != moments_[held].task && gap.has(moments_[i].start))
                return fmt::format("{} has begun {}", doer(i), which(i));
        }
        return "";
    }

    const std::string& doer(std::size_t moment) const {
        return history_.tasks[moments_[moment].task].name;
    }

    // "`store n`", or "its 3rd `store n`" where the task does it more than once.
    std::string which(std::size_t index) const {
        const Moment& moment = moments_[index];
        std::uint64_t number = 0;
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < moments_.size(); ++i) {
            if (moments_[i].task != moment.task || moments_[i].label != moment.label) continue;
            ++total;
            if (i <= index) ++number;
        }
        if (total < 2) return fmt::format("`{}`", moment.label);
        return fmt::format("its {} `{}`", ordinal(number), moment.label);
    }

    std::optional<std::uint32_t> task_named(const std::string& name) const {
        for (std::uint32_t i = 0; i < history_.tasks.size(); ++i)
            if (history_.tasks[i].name == name) return i;
        return std::nullopt;
    }

    const History& history_;
    std::vector<Moment> moments_;
    std::map<std::uint32_t, std::size_t> next_moment_;  // per task
    std::uint32_t now_ = 0;  // decisions come in the order in which they were taken
};

}  // namespace

std::vector<std::string> delays_that_matter(const schedule::Schedule& schedule,
                                            const History& history,
                                            const std::vector<std::uint32_t>& critical_calls) {
    Explainer explainer(history, critical_calls);
    std::vector<std::string> delays;
    delays.reserve(schedule.decisions.size());
    for (const Decision& decision : schedule.decisions)
        delays.push_back(explainer.explain(decision));
    return delays;
}

}  // namespace stagger::report
