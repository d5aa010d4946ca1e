// SPDX-License-Identifier: Apache-2.0
#include "harness/search/course.hpp"

#include <algorithm>
#include <array>

namespace stagger::search {
namespace {

using control::bit;
using control::Call;
using control::kMaxTasks;
using control::kNobody;
using control::kNoTask;
using control::TaskIndex;
using control::TaskMask;
using control::TraceEntry;
using control::TraceKind;

bool same(const control::Footprint& a, const control::Footprint& b) {
    return a.key == b.key && a.call == b.call && a.reads_only == b.reads_only;
}

void add(Accesses& accesses, const control::Footprint& footprint) {
    if (control::touches_nothing(footprint)) return;
    const bool known = std::any_of(accesses.begin(), accesses.end(),
                                   [&](const auto& other) { return same(other, footprint); });
    if (!known) accesses.push_back(footprint);
}

enum class Status : std::uint8_t {
    Absent,    // not there yet, or waiting since before the execution
    Ready,     // parked at a point
    Waiting,   // until somebody enables it
    Wakeable,  // the same, but it may also wake unasked
    Ended,
};

class Reader {
public:
    explicit Reader(const control::Segment& segment) : segment_(segment) {
        enabler_.fill(kNothing);
    }

    Course read();

private:
    void begin_event(const TraceEntry&, std::uint32_t index);
    void note_wake(const TraceEntry&, std::uint32_t index);
    void note_statuses(const Asked&);
    void close_step();
    void note_yield(TaskIndex);
    void note_death(TaskIndex);
    bool goes_on_within_step(const TraceEntry&) const;
    Step* current() { return current_ < course_.steps.size() ? &course_.steps[current_] : nullptr; }

    const control::Segment& segment_;
    Course course_;
    std::array<Status, kMaxTasks> status_{};
    std::array<std::uint32_t, kMaxTasks> enabler_{};
    std::array<bool, kMaxTasks> after_all_{};
    std::array<bool, kMaxTasks> yielded_{};
    // What it waited for when it was tried last: empty where only one event can let it go on.
    std::array<Accesses, kMaxTasks> awaited_;
    std::array<std::uint32_t, kMaxTasks> point_{};  // of the last event
    std::size_t current_ = ~std::size_t{0};         // the step under way
    std::uint32_t last_event_ = kNothing;
    bool waits_ = false, touches_ = false, jumped_ = false;
    std::uint32_t calls_ = 0;  // in the step under way
};

Asked asked_of(const TraceEntry& entry) {
    Asked asked;
    asked.asker = entry.asker == kNoTask ? kNobody : entry.asker;
    asked.point = entry.asked_point;
    asked.turn = entry.turn;
    asked.candidates = entry.candidates;
    const bool wake = entry.kind == TraceKind::Wake;
    asked.choice = wake ? control::ChoiceKind::Wake : control::ChoiceKind::Run;
    return asked;
}

// An opaque server's next call, in one step with those before.
bool Reader::goes_on_within_step(const TraceEntry& entry) const {
    const bool silent = (segment_.execution.silent & bit(entry.task)) != 0;
    return silent && entry.asker == entry.task && current_ < course_.steps.size() &&
           course_.steps[current_].task == entry.task;
}

// A try that failed changed nothing. What an opaque server found missing after other calls ended
// its step, which is an event.
void Reader::close_step() {
    Step* step = current();
    if (step == nullptr) return;
    const bool attempt = waits_ && !touches_ && calls_ == 1;
    step->kind = attempt ? Step::Kind::Attempt : Step::Kind::Event;
    if (!attempt) last_event_ = static_cast<std::uint32_t>(current_);
    if (!waits_) awaited_[step->task].clear();
    current_ = ~std::size_t{0};
}

// It goes on once somebody else has, whoever that is: so its place among the others' events counts.
void Reader::note_yield(TaskIndex task) {
    course_.yields = true;
    yielded_[task] = true;
    for (auto step = course_.steps.rbegin(); step != course_.steps.rend(); ++step) {
        if (step->task != task || step->kind == Step::Kind::Wake) continue;
        step->universal = true;
        return;
    }
}

// Who asks is parked at a new point, or it waits at the one before; and those who can go on now
// but could not when they were last asked about were enabled by the event before.
void Reader::note_statuses(const Asked& asked) {
    if (asked.asker != kNobody && status_[asked.asker] != Status::Ended) {
        const bool parked = asked.point > point_[asked.asker];
        const bool wakeable = !parked && (asked.candidates & bit(asked.asker)) != 0;
        status_[asked.asker] = parked     ? Status::Ready
                               : wakeable ? Status::Wakeable
                                          : Status::Waiting;
        course_.unasked_wakeups |= wakeable;
        if (parked && (asked.candidates & bit(asked.asker)) == 0) note_yield(asked.asker);
    }
    for (TaskMask rest = asked.candidates; rest != 0; rest &= rest - 1) {
        const TaskIndex task = control::lowest(rest);
        if (status_[task] == Status::Ready || status_[task] == Status::Wakeable) continue;
        // Whatever touches what it waits for would do: that these are dependent is enough.
        const bool at_rest = status_[task] == Status::Absent &&
                             segment_.tasks[task].kind == control::TaskKind::Server;
        const bool any_touch = at_rest || !awaited_[task].empty();
        status_[task] = Status::Ready;
        enabler_[task] = any_touch ? kNothing : last_event_;
        after_all_[task] = jumped_;
    }
    jumped_ = false;
}

// A fault killed it where it was about to do something, or waited: that is a step of its own kind,
// whose place among the others' steps counts.
void Reader::note_death(TaskIndex task) {
    touches_ = true;
    for (auto step = course_.steps.rbegin(); step != course_.steps.rend(); ++step) {
        if (step->task != task || step->kind == Step::Kind::Wake) continue;
        step->universal = true;
        return;
    }
}

void Reader::begin_event(const TraceEntry& entry, std::uint32_t index) {
    if (entry.call == Call::End) {  // part of what the task did last
        status_[entry.task] = Status::Ended;
        return;
    }
    if (entry.call == Call::Death) return note_death(entry.task);
    course_.yields |= entry.call == Call::Yield;
    course_.looks_at_time |= entry.call == Call::Clock || entry.call == Call::Sleep;
    if (goes_on_within_step(entry)) {
        ++calls_;
        course_.opaque_steps = true;
        touches_ |= entry.touched;
        point_[entry.task] = entry.point;
        add(current()->accesses, control::footprint_of(entry));
        return;
    }
    close_step();
    Step step;
    step.task = entry.task;
    step.asked = asked_of(entry);
    step.entry = index;
    const bool parent = segment_.tasks[entry.task].kind == control::TaskKind::Parent;
    course_.looks_at_time |= jumped_ && !parent;
    note_statuses(step.asked);
    if (step.asked.asker == kNobody && !course_.steps.empty()) course_.complete = false;
    step.asked.at_rest = status_[entry.task] == Status::Wakeable;
    step.enabler = enabler_[entry.task];
    step.after_all = after_all_[entry.task];
    step.universal = yielded_[entry.task];
    yielded_[entry.task] = false;
    enabler_[entry.task] = kNothing;
    after_all_[entry.task] = false;
    add(step.accesses, control::footprint_of(entry));
    for (const control::Footprint& access : awaited_[entry.task]) add(step.accesses, access);
    point_[entry.task] = entry.point;
    status_[entry.task] = Status::Ready;
    current_ = course_.steps.size();
    course_.steps.push_back(std::move(step));
    waits_ = false;
    touches_ = entry.touched;
    calls_ = 1;
}

void Reader::note_wake(const TraceEntry& entry, std::uint32_t index) {
    touches_ = true;
    Step wake;
    wake.kind = Step::Kind::Wake;
    wake.task = entry.task;
    wake.asked = asked_of(entry);
    wake.entry = index;
    wake.enabler = kNothing;
    course_.steps.push_back(std::move(wake));
}

Course Reader::read() {
    const control::Trace& trace = segment_.trace;
    for (std::uint32_t i = 0; i < trace.count; ++i) {
        const TraceEntry& entry = trace.entries[i];
        switch (entry.kind) {
            case TraceKind::Event:
                begin_event(entry, i);
                continue;
            case TraceKind::Wake:
                note_wake(entry, i);
                continue;
            case TraceKind::Jump:
                jumped_ = true;
                continue;
            case TraceKind::Rest:
                continue;
            case TraceKind::Wait:
                if (!waits_) awaited_[entry.task].clear();
                waits_ = true;
                add(awaited_[entry.task], control::footprint_of(entry));
                break;
            case TraceKind::Touch:
                touches_ = true;
                break;
            case TraceKind::Look:
                break;
        }
        if (Step* step = current()) add(step->accesses, control::footprint_of(entry));
    }
    close_step();
    if (trace.count > 0 && trace.entries[trace.count - 1].kind == TraceKind::Rest) {
        course_.rest = asked_of(trace.entries[trace.count - 1]);
        course_.rest->at_rest = true;
        course_.rest_entry = trace.count - 1;
    }
    course_.complete = course_.complete && !trace.full;
    return std::move(course_);
}

}  // namespace

control::Decision Asked::answered(TaskIndex target) const {
    return {asker, target, point, turn, choice, Call::Start, 0, control::kNoSite};
}

Course read_course(const control::Segment& segment) {
    return Reader(segment).read();
}

}  // namespace stagger::search
