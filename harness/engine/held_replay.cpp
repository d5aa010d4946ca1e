// SPDX-License-Identifier: Apache-2.0
//
// A replay in which a debugger looks at one task, at one of its points.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/engine/replaying.hpp"
#include "harness/engine/schedule_codec.hpp"

namespace stagger::engine {
namespace {

using control::Call;
using control::TaskIndex;

constexpr std::size_t kMostListed = 40;

struct Place {
    std::string label;  // what the task is about to do there
    Call call = Call::Start;
};
using Places = std::map<std::uint32_t, Place>;  // by point

// What is compared to tell that a debugger has changed the course.
struct Course {
    std::string bytes;
    control::Ending ending;
    TaskIndex culprit;
    std::string detail;

    bool ends_as(const Course& other) const {
        return ending == other.ending && culprit == other.culprit && detail == other.detail;
    }
};

Course course_of(Runner& runner) {
    const control::Execution& execution = runner.pool().execution();
    return {std::string(runner.history_bytes()), execution.ending, execution.culprit,
            execution.detail};
}

const std::vector<history::Task>& tasks_of(Runner& runner) {
    return runner.pool().layout().tasks;
}

// The points at which a task can be held: it has to come back from them.
class PointFinder {
public:
    PointFinder(Runner& runner, TaskIndex task) : runner_(runner), task_(task) {}

    Places find() {
        const control::Segment& segment = runner_.pool().segment();
        for (std::uint32_t i = 0; i < segment.trace.count; ++i) {
            const control::TraceEntry& entry = segment.trace.entries[i];
            if (entry.kind != control::TraceKind::Event || entry.task != task_) continue;
            add(entry.point, entry.call, entry.site);
        }
        // One that it has come to, and that nobody let it go on from.
        const control::TaskSlot& slot = segment.tasks[task_];
        add(slot.point, slot.call, slot.site);
        return std::move(places_);
    }

private:
    void add(std::uint32_t point, Call call, std::uint32_t site) {
        if (point == 0 || call == Call::End || call == Call::Start) return;
        control::Decision probe{};
        probe.task = task_;
        probe.call = call;
        probe.site = site;
        const auto named = to_schedule({probe}, tasks_of(runner_), runner_.labels());
        places_.try_emplace(point, Place{named.decisions.front().label, call});
    }

    Runner& runner_;
    TaskIndex task_;
    Places places_;
};

Result<TaskIndex> find_task(Runner& runner, const std::string& name) {
    std::string known;
    for (TaskIndex i = 0; i < tasks_of(runner).size(); ++i) {
        if (tasks_of(runner)[i].name == name) return i;
        known += (known.empty() ? "" : ", ") + tasks_of(runner)[i].name;
    }
    unsigned helper = 0;
    const control::Segment& segment = runner.pool().segment();
    const bool is_helper = std::sscanf(name.c_str(), "helper[%u]", &helper) == 1;
    if (is_helper && helper >= tasks_of(runner).size() && helper < segment.settings.task_count)
        return helper;
    return Error{
        fmt::format("there is no task \"{}\" in this case; its tasks are: {}", name, known)};
}

std::string listed(const Places& places) {
    std::string out;
    std::size_t rest = places.size();
    for (const auto& [point, place] : places) {
        if (places.size() - rest == kMostListed) break;
        out += fmt::format("\n  {:>5}  {}", point, place.label);
        --rest;
    }
    if (rest > 0) out += fmt::format("\n  ... and {} more", rest);
    return out;
}

// The first of the task's decisions of that kind in the schedule.
std::optional<std::uint32_t> first_decision(const schedule::ScheduleFile& file,
                                            const std::string& task, const Places& places,
                                            schedule::Choice choice) {
    for (const schedule::Decision& decision : file.schedule.decisions) {
        const bool its = decision.task == task && decision.choice == choice;
        if (its && places.contains(decision.point)) return decision.point;
    }
    return std::nullopt;
}

// Where it matters: where others go first, or something strikes, or it begins.
std::uint32_t point_that_matters(const schedule::ScheduleFile& file, const std::string& task,
                                 const Places& places) {
    using schedule::Choice;
    for (const Choice choice : {Choice::Run, Choice::Wake, Choice::Fault}) {
        if (const auto point = first_decision(file, task, places, choice)) return *point;
    }
    for (const auto& [point, place] : places) {
        if (place.call == Call::Invoke) return point;
    }
    return places.begin()->first;
}

Result<std::uint32_t> find_point(const schedule::ScheduleFile& file, const Hold& hold,
                                 const Places& places) {
    if (places.empty()) {
        return Error{fmt::format("{} does nothing in this schedule: there is no point to stop at",
                                 hold.task)};
    }
    if (!hold.point) return point_that_matters(file, hold.task, places);
    for (const auto& [point, place] : places) {
        if (*hold.point == std::to_string(point) || *hold.point == place.label) return point;
    }
    return Error{
        fmt::format("{} has no point \"{}\" in this schedule. By number or by what it does "
                    "there, its points are:{}",
                    hold.task, *hold.point, listed(places))};
}

// Where the task is to be held; fails where the user named what is not there.
Result<control::Decision> find_hold(Runner& runner, const schedule::ScheduleFile& file,
                                    const Hold& hold) {
    control::Decision decision{};
    STAGGER_TRY(decision.task, find_task(runner, hold.task));
    const Places places = PointFinder(runner, decision.task).find();
    STAGGER_TRY(decision.point, find_point(file, hold, places));
    decision.target = control::kNobody;
    decision.choice = control::ChoiceKind::Hold;
    hold.debugger->announce(hold.task, decision.point, places.at(decision.point).label);
    return decision;
}

// Nothing follows from what happened: why not; "" if something does.
std::string why_no_verdict(Runner& runner, const control::Decision& held, const Hold& hold,
                           const Course& alone, const Course& looked_at) {
    const control::Segment& segment = runner.pool().segment();
    if (segment.execution.point_limit == 0) {
        return fmt::format(
            "{} did not come to its point {} this time: the scenario does not do "
            "the same each time.",
            hold.task, held.point);
    }
    if (looked_at.ending != control::Ending::Crash || looked_at.ends_as(alone)) return "";
    const TaskIndex culprit = looked_at.culprit;
    if (culprit >= control::kMaxTasks) return "";
    const auto& tasks = segment.tasks;
    if (tasks[culprit].process != tasks[held.task].process) return "";
    return fmt::format(
        "the process of {} {} under the debugger, which it does not do without: "
        "this replay shows nothing.",
        hold.task, looked_at.detail);
}

// The one execution that is looked at.
Status show(Runner& runner, const std::vector<control::Decision>& decisions, const Hold& hold,
            const schedule::ScheduleFile& file, ReplayResult& result) {
    const Course alone = course_of(runner);
    runner.pool().forget_output();
    runner.pool().show_to(hold.debugger);
    const auto ran = run_once(runner, decisions, false);
    runner.pool().show_to(nullptr);
    if (!ran) return ran.error();
    const Seen& seen = **ran;
    if (!seen.harness_error.empty()) return Error{seen.harness_error};
    const Course looked_at = course_of(runner);
    result.went_otherwise = looked_at.bytes != alone.bytes;
    result.result.message = why_no_verdict(runner, decisions.front(), hold, alone, looked_at);
    const bool judged = result.result.message.empty();
    result.shown = judged && shows_any(seen, file.symptoms) ? 1 : 0;
    if (!judged) inconclusive(result);
    Finding finding = last_execution(runner, seen);
    finding.replayed = result.shown;
    finding.replays = result.times;
    result.result.findings.push_back(std::move(finding));
    return Ok{};
}

}  // namespace

Status replay_held(Runner& runner, const schedule::ScheduleFile& file, const Hold& hold,
                   ReplayResult& result) {
    result.times = 1;
    auto decisions = from_schedule(file.schedule, tasks_of(runner));
    if (!decisions) {
        note_misfit({decisions.error().message}, result);
        inconclusive(result);
        return Ok{};
    }
    STAGGER_TRY(const Seen* alone, run_once(runner, *decisions, true));
    if (!alone->harness_error.empty()) return Error{alone->harness_error};
    if (!alone->spec_error.empty()) {
        fail(result, alone->spec_error, true);
        return Ok{};
    }
    note_misfit(find_misfit(runner, file.schedule), result);
    const Result<control::Decision> held = find_hold(runner, file, hold);
    if (!held) {
        fail(result, held.error().message, true);
        return Ok{};
    }
    decisions->insert(decisions->begin(), *held);
    return show(runner, *decisions, hold, file, result);
}

}  // namespace stagger::engine
