// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/schedule_codec.hpp"

#include <fmt/format.h>

namespace stagger::engine {
namespace {

constexpr const char* kStart = "start";

std::string task_name(control::TaskIndex task, const std::vector<history::Task>& tasks) {
    if (task == control::kNobody) return kStart;
    return task < tasks.size() ? tasks[task].name : fmt::format("helper[{}]", task);
}

// "store n" at the step itself, "store n: pthread_mutex_lock" inside it.
std::string label_of(const control::Decision& decision, const std::vector<std::string>& labels) {
    const char* call = control::call_name(decision.call);
    if (decision.site >= labels.size()) return call;
    switch (decision.call) {
        case control::Call::Invoke:
        case control::Call::Sleep:
        case control::Call::Join:
        case control::Call::Enter:
            return labels[decision.site];
        default:
            return fmt::format("{}: {}", labels[decision.site], call);
    }
}

Result<control::TaskIndex> find_task(const std::string& name,
                                     const std::vector<history::Task>& tasks) {
    if (name == kStart) return control::kNobody;
    for (control::TaskIndex i = 0; i < tasks.size(); ++i) {
        if (tasks[i].name == name) return i;
    }
    unsigned helper = 0;
    if (std::sscanf(name.c_str(), "helper[%u]", &helper) == 1 && helper < control::kMaxTasks) {
        return helper;
    }
    return Error{
        fmt::format("the schedule names the task \"{}\", which this case does not have", name)};
}

schedule::Choice choice_of(control::ChoiceKind kind) {
    if (kind == control::ChoiceKind::Fault) return schedule::Choice::Fault;
    return kind == control::ChoiceKind::Wake ? schedule::Choice::Wake : schedule::Choice::Run;
}

std::string target_name(const control::Decision& decision,
                        const std::vector<history::Task>& tasks) {
    if (decision.choice != control::ChoiceKind::Fault) return task_name(decision.target, tasks);
    return fault_text(control::kind_of_target(decision.target),
                      control::variant_of_target(decision.target));
}

Status find_target(const schedule::Decision& from, const std::vector<history::Task>& tasks,
                   control::Decision& decision) {
    if (from.choice == schedule::Choice::Fault) {
        const auto fault = fault_by_text(from.target);
        if (!fault) return Error{fmt::format("there is no fault \"{}\"", from.target)};
        decision.choice = control::ChoiceKind::Fault;
        decision.target = control::target_of(fault->kind, fault->variant);
        return Ok{};
    }
    STAGGER_TRY(decision.target, find_task(from.target, tasks));
    const bool wake = from.choice == schedule::Choice::Wake;
    decision.choice = wake ? control::ChoiceKind::Wake : control::ChoiceKind::Run;
    return Ok{};
}

}  // namespace

schedule::Schedule to_schedule(const std::vector<control::Decision>& decisions,
                               const std::vector<history::Task>& tasks,
                               const std::vector<std::string>& labels) {
    schedule::Schedule schedule;
    for (const control::Decision& from : decisions) {
        schedule::Decision decision;
        decision.task = task_name(from.task, tasks);
        decision.point = from.point;
        decision.turn = from.turn;
        decision.label = label_of(from, labels);
        if (from.choice == control::ChoiceKind::Input) {
            decision.choice = schedule::Choice::Input;
            decision.value = from.value;
            schedule.decisions.push_back(std::move(decision));
            continue;
        }
        decision.choice = choice_of(from.choice);
        decision.target = target_name(from, tasks);
        schedule.decisions.push_back(std::move(decision));
    }
    return schedule;
}

Result<std::vector<control::Decision>> from_schedule(const schedule::Schedule& schedule,
                                                     const std::vector<history::Task>& tasks) {
    std::vector<control::Decision> decisions;
    for (const schedule::Decision& from : schedule.decisions) {
        control::Decision decision{};
        STAGGER_TRY(decision.task, find_task(from.task, tasks));
        decision.point = from.point;
        decision.site = control::kNoSite;
        if (from.choice == schedule::Choice::Input) {
            decision.choice = control::ChoiceKind::Input;
            decision.target = control::kNobody;
            decision.call = control::Call::Invoke;
            decision.value = from.value;
            decisions.push_back(decision);
            continue;
        }
        decision.turn = static_cast<std::uint16_t>(from.turn);
        STAGGER_TRY([[maybe_unused]] Ok found, find_target(from, tasks, decision));
        decisions.push_back(decision);
    }
    return decisions;
}

std::string describe_decision(const control::Decision& decision,
                              const std::vector<history::Task>& tasks,
                              const std::vector<std::string>& labels) {
    std::string at =
        decision.site < labels.size() ? fmt::format(", `{}`", label_of(decision, labels)) : "";
    if (decision.choice == control::ChoiceKind::Input) {
        return fmt::format("{} at its any() number {}{}", task_name(decision.task, tasks),
                           decision.point, at);
    }
    return fmt::format("{} at its point {}{}", task_name(decision.task, tasks), decision.point, at);
}

}  // namespace stagger::engine
