// SPDX-License-Identifier: Apache-2.0
//
// The grammar, one line each; [ ] is optional, what stands in quotes is written in single quotes.
// Empty lines and those that begin with # are skipped.
//
//     object NAME TYPE [= VALUE] [capacity N] [backend NAME] [fifo global|per-producer|none]
//            [lossy] [duplicating] [robust] [spurious] [cut-off] [private] [framed] [atomic N]
//            [executions exactly-once|at-most-once|at-least-once]
//     task NAME [role NAME] [index N] [thread N] [process N] [daemon] [variables MAP]
//     TIME NAME invoke OBJECT.OPERATION [KEY] [EXPECTED] [VALUE] [MUTEX] [bytes N] [timed]
//             [checked] [site N]
//     TIME NAME return [STATUS] [VALUE] [because 'TEXT']
//     TIME NAME call ...as invoke... [-> ...as return...]           both, one right after the other
//     TIME NAME enter as_one|section LABEL [shared] [site N]
//     TIME NAME leave                                               the innermost of the two
//     TIME NAME complain assertion|expression-error|loop-limit|torn-value 'TEXT' [site N]
//     TIME NAME struck 'FAULT' [site N]       a fault; who is killed comes back from nothing any
//     more wait NAME [object NAME] [site N] ['WHAT'] ending
//     completed|deadlock|livelock|crash|hang|overflow|out-of-sight|harness-error
//            [culprit NAME] ['DETAIL']
//     residue 'NAME'
//
// TIME is nothing, or @NANOSECONDS of virtual time; it stays until the next. Each event has the
// next position. A task that is only used is declared by that: "worker[1].2" is thread 2 of process
// 1 of the role worker, and "parent" the parent. Tasks of one role and index are one process.
#include "harness/history/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/history/text_names.hpp"

namespace stagger::history {

namespace {

class Writer {
public:
    explicit Writer(const History& history) : history_(history) {}

    std::string write() {
        for (const Object& object : history_.objects) write_object(object);
        for (const Task& task : history_.tasks) write_task(task);
        collect_events();
        for (const Event& event : events_) write_event(event);
        for (const Wait& wait : history_.waits) write_wait(wait);
        write_ending();
        for (const std::string& item : history_.residue)
            out_ += fmt::format("residue {}\n", Value(item).to_string());
        return std::move(out_);
    }

private:
    enum class Kind { Enter, Invoke, Complain, Return, Leave, Strike };
    struct Event {
        std::uint32_t position;
        Kind kind;
        std::uint32_t index;
        bool section;  // of Enter: a section, not an `as_one`
    };

    std::string task(std::uint32_t index) const {
        return index < history_.tasks.size() ? history_.tasks[index].name : "?";
    }
    std::string object(std::uint32_t index) const {
        return index < history_.objects.size() ? history_.objects[index].name : "?";
    }
    static std::string site(std::uint32_t site) {
        return site == kNone ? "" : fmt::format(" site {}", site);
    }

    void write_object(const Object& object) {
        out_ += fmt::format("object {} {}", object.name, name(object.type));
        if (!object.initial.is_nil()) out_ += " = " + object.initial.to_string();
        if (object.capacity != 0) out_ += fmt::format(" capacity {}", object.capacity);
        if (!object.backend.empty()) out_ += " backend " + object.backend;
        if (object.contract.fifo_scope != STAGGER_FIFO_GLOBAL)
            out_ += fmt::format(" fifo {}", kFifoNames[object.contract.fifo_scope]);
        if (object.contract.executions != STAGGER_EXACTLY_ONCE)
            out_ += fmt::format(" executions {}", kExecutionNames[object.contract.executions]);
        if (object.contract.atomic_write != 0)
            out_ += fmt::format(" atomic {}", object.contract.atomic_write);
        for (const ContractFlag& flag : kContractFlags)
            if (object.contract.*flag.member == flag.when_named)
                out_ += fmt::format(" {}", flag.name);
        out_ += '\n';
    }

    void write_task(const Task& task) {
        const Task implied = task_by_name(task.name, seen_);
        out_ += "task " + task.name;
        if (task.role != implied.role) out_ += " role " + Value(task.role).to_string();
        if (task.index != implied.index) out_ += fmt::format(" index {}", task.index);
        if (task.thread != implied.thread) out_ += fmt::format(" thread {}", task.thread);
        if (task.process != implied.process) out_ += fmt::format(" process {}", task.process);
        if (task.daemon) out_ += " daemon";
        if (!task.variables.empty()) {
            Value::Map map;
            for (const auto& [key, value] : task.variables) map.emplace(key, value);
            out_ += " variables " + Value(std::move(map)).to_string();
        }
        out_ += '\n';
        seen_.push_back(task);
    }

    void collect_events() {
        for (std::uint32_t i = 0; i < history_.calls.size(); ++i) {
            events_.push_back({history_.calls[i].invoked, Kind::Invoke, i, false});
            if (history_.calls[i].responded != kNone)
                events_.push_back({history_.calls[i].responded, Kind::Return, i, false});
        }
        collect_spans(history_.blocks, false);
        collect_spans(history_.sections, true);
        for (std::uint32_t i = 0; i < history_.complaints.size(); ++i)
            events_.push_back({history_.complaints[i].position, Kind::Complain, i, false});
        for (std::uint32_t i = 0; i < history_.strikes.size(); ++i)
            events_.push_back({history_.strikes[i].position, Kind::Strike, i, false});
        std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) {
            return std::pair(a.position, a.kind) < std::pair(b.position, b.kind);
        });
    }

    void collect_spans(const std::vector<Span>& spans, bool section) {
        for (std::uint32_t i = 0; i < spans.size(); ++i) {
            events_.push_back({spans[i].entered, Kind::Enter, i, section});
            if (spans[i].left != kNone && !is_death(spans[i].left))
                events_.push_back({spans[i].left, Kind::Leave, i, section});
        }
    }

    // Then whoever was inside left by that.
    bool is_death(std::uint32_t position) const {
        return std::any_of(history_.strikes.begin(), history_.strikes.end(),
                           [&](const Strike& strike) {
                               return strike.position == position && is_deadly(strike.kind);
                           });
    }

    void write_event(const Event& event) {
        switch (event.kind) {
            case Kind::Invoke:
                return write_invocation(history_.calls[event.index]);
            case Kind::Return:
                return write_response(history_.calls[event.index]);
            case Kind::Complain:
                return write_complaint(history_.complaints[event.index]);
            case Kind::Strike:
                return write_strike(history_.strikes[event.index]);
            case Kind::Enter:
            case Kind::Leave:
                break;
        }
        const Span& span = (event.section ? history_.sections : history_.blocks)[event.index];
        if (event.kind == Kind::Leave) {
            out_ += fmt::format("{} leave\n", task(span.task));
            return;
        }
        out_ += fmt::format("{} enter {} {}{}{}\n", task(span.task),
                            event.section ? "section" : "as_one", span.name,
                            span.shared ? " shared" : "", site(span.site));
    }

    void write_time(std::int64_t time) {
        if (time != time_) out_ += fmt::format("@{} ", time);
        time_ = time;
    }

    void write_invocation(const Call& call) {
        write_time(call.invoked_at);
        out_ += fmt::format("{} invoke {}.{}", task(call.task), object(call.object),
                            name(call.operation));
        const bool keyed = call.object < history_.objects.size() &&
                           history_.objects[call.object].type == ObjectType::Map;
        const auto arguments = info(call.operation).arguments;
        if (keyed && call.operation != Operation::Snapshot) out_ += " " + call.key.to_string();
        if (arguments & kExpected) out_ += " " + call.expected.to_string();
        if (arguments & kValue) out_ += " " + call.value.to_string();
        if (call.with != kNone) out_ += " " + object(call.with);
        if ((arguments & kBytes) && !(arguments & kValue) && !call.value.is_nil())
            out_ += " bytes " + call.value.to_string();
        if (call.timed) out_ += " timed";
        if (call.checked) out_ += " checked";
        out_ += site(call.site) + '\n';
    }

    void write_response(const Call& call) {
        write_time(call.responded_at);
        out_ += task(call.task) + " return";
        if (call.status != ResultStatus::Ok) out_ += fmt::format(" {}", name(call.status));
        if (!call.result.is_nil()) out_ += " " + call.result.to_string();
        if (!call.failure.empty()) out_ += " because " + Value(call.failure).to_string();
        out_ += '\n';
    }

    void write_complaint(const Complaint& complaint) {
        out_ += fmt::format("{} complain {} {}{}\n", task(complaint.task),
                            kComplaintNames[static_cast<std::size_t>(complaint.kind)],
                            Value(complaint.text).to_string(), site(complaint.site));
    }

    void write_strike(const Strike& strike) {
        out_ += fmt::format("{} struck {}{}\n", task(strike.task),
                            Value(fault_text(strike.kind, strike.variant)).to_string(),
                            site(strike.site));
    }

    void write_wait(const Wait& wait) {
        out_ += "wait " + task(wait.task);
        if (wait.object != kNone) out_ += " object " + object(wait.object);
        out_ += site(wait.site);
        if (!wait.what.empty()) out_ += " " + Value(wait.what).to_string();
        out_ += '\n';
    }

    void write_ending() {
        const bool plain = history_.culprit == kNone && history_.detail.empty();
        if (history_.ending == Ending::Completed && plain) return;
        out_ += fmt::format("ending {}", kEndingNames[static_cast<std::size_t>(history_.ending)]);
        if (history_.culprit != kNone) out_ += " culprit " + task(history_.culprit);
        if (!history_.detail.empty()) out_ += " " + Value(history_.detail).to_string();
        out_ += '\n';
    }

    const History& history_;
    std::string out_;
    std::vector<Task> seen_;
    std::vector<Event> events_;
    std::int64_t time_ = 0;
};

}  // namespace

std::string write_text(const History& history) {
    return Writer(history).write();
}

}  // namespace stagger::history
