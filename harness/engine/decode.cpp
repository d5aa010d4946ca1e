// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/decode.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/control/record.hpp"

namespace stagger::engine {
namespace {

using control::Record;
using control::RecordKind;
using history::Call;
using history::History;
using history::kNone;
using Texts = std::string_view[control::kMaxTexts];

Value decoded(std::string_view bytes) {
    if (bytes.empty()) return {};
    auto value = Value::decode(bytes);
    return value ? std::move(value).value() : Value();
}

// Reads the log record by record; a task has at most one open call, and spans nest per task.
class Decoder {
public:
    Decoder(const control::HistoryLog& log, History& history)
        : log_(log),
          history_(history),
          open_call_(control::kMaxTasks, kNone),
          open_block_(control::kMaxTasks, kNone) {}

    void run() {
        const std::string_view bytes(log_.bytes, log_.used);
        std::size_t offset = 0;
        Record record;
        Texts texts;
        while (control::next_record(bytes, offset, record, texts)) {
            if (record.task >= control::kMaxTasks) break;
            take(record, texts);
            ++position_;
        }
    }

private:
    void take(const Record& record, const Texts& texts) {
        switch (record.kind) {
            case RecordKind::Invoke:
                return invoke(record, texts);
            case RecordKind::Respond:
                return respond(record, texts);
            case RecordKind::EnterBlock:
                if (open_block_[record.task] == kNone) {
                    open_block_[record.task] = static_cast<std::uint32_t>(history_.blocks.size());
                }
                return enter(history_.blocks, record, texts);
            case RecordKind::LeaveBlock:
                return leave_block(record);
            case RecordKind::EnterSection:
                return enter(history_.sections, record, texts);
            case RecordKind::LeaveSection:
                return leave(history_.sections, record);
            case RecordKind::Complaint:
                return complain(record, texts);
            case RecordKind::Variables:
                return variables(record, texts);
            case RecordKind::Strike:
                return strike(record);
        }
    }

    void invoke(const Record& record, const Texts& texts) {
        Call call;
        call.task = record.task;
        call.site = record.site;
        call.object = record.b;
        call.operation = static_cast<Operation>(record.a & 0xFF);
        call.with = record.c;
        call.key = decoded(texts[0]);
        call.value = decoded(texts[1]);
        call.expected = decoded(texts[2]);
        call.timed = (record.a & control::kTimedFlag) != 0;
        call.checked = (record.a & control::kCheckedFlag) != 0;
        call.invoked = position_;
        call.invoked_at = log_.times[position_];
        call.block = open_block_[record.task];
        open_call_[record.task] = static_cast<std::uint32_t>(history_.calls.size());
        history_.calls.push_back(std::move(call));
    }

    void respond(const Record& record, const Texts& texts) {
        const std::uint32_t index = open_call_[record.task];
        if (index == kNone) return;
        Call& call = history_.calls[index];
        call.status = static_cast<ResultStatus>(record.a);
        call.result = decoded(texts[0]);
        call.failure = texts[1];
        call.responded = position_;
        call.responded_at = log_.times[position_];
        open_call_[record.task] = kNone;
    }

    void enter(std::vector<history::Span>& spans, const Record& record, const Texts& texts) {
        spans.push_back(
            {record.task, record.site, std::string(texts[0]), record.a != 0, position_, kNone});
    }

    history::Span* innermost_open(std::vector<history::Span>& spans, const Record& record) {
        for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
            const bool same = span->task == record.task && span->site == record.site;
            if (same && span->left == kNone) return &*span;
        }
        return nullptr;
    }

    void leave(std::vector<history::Span>& spans, const Record& record) {
        if (history::Span* span = innermost_open(spans, record)) span->left = position_;
    }

    // Inner blocks belong to the outermost one: the author means all of it to be one.
    void leave_block(const Record& record) {
        leave(history_.blocks, record);
        const std::uint32_t outermost = open_block_[record.task];
        if (outermost != kNone && history_.blocks[outermost].left != kNone) {
            open_block_[record.task] = kNone;
        }
    }

    void complain(const Record& record, const Texts& texts) {
        history_.complaints.push_back({static_cast<history::Complaint::Kind>(record.a), record.task,
                                       record.site, position_, std::string(texts[0])});
    }

    // Who is dead is in no section any more, and goes on with nothing that was begun.
    void strike(const Record& record) {
        const auto kind = static_cast<FaultKind>(record.a % kFaultKinds);
        history_.strikes.push_back(
            {record.task, kind, static_cast<std::uint8_t>(record.b), record.site, position_});
        if (!is_deadly(kind) || record.task >= history_.tasks.size()) return;
        for (std::uint32_t task = 0; task < history_.tasks.size(); ++task) {
            if (history_.tasks[task].process != history_.tasks[record.task].process) continue;
            open_call_[task] = open_block_[task] = kNone;
            for (history::Span& section : history_.sections) {
                if (section.task == task && section.left == kNone) section.left = position_;
            }
        }
    }

    void variables(const Record& record, const Texts& texts) {
        const Value value = decoded(texts[0]);
        if (value.map() == nullptr || record.task >= history_.tasks.size()) return;
        for (const auto& [name, content] : *value.map()) {
            if (name.text() != nullptr) {
                history_.tasks[record.task].variables[*name.text()] = content;
            }
        }
    }

    const control::HistoryLog& log_;
    History& history_;
    std::uint32_t position_ = 0;
    std::vector<std::uint32_t> open_call_, open_block_;
};

history::Ending ending_of(const Pool& pool) {
    if (pool.harm() != nullptr) return history::Ending::HarnessError;
    if (pool.hung()) return history::Ending::Hang;
    switch (pool.execution().ending) {
        case control::Ending::Completed:
            return history::Ending::Completed;
        case control::Ending::Deadlock:
            return history::Ending::Deadlock;
        case control::Ending::Livelock:
            return history::Ending::Livelock;
        case control::Ending::Crash:
            return history::Ending::Crash;
        case control::Ending::Overflow:
            return history::Ending::Overflow;
        case control::Ending::Nobody:
            return history::Ending::OutOfSight;
        default:
            return history::Ending::HarnessError;
    }
}

// A thread that a plugin started stands for a task of its process; a process that it forked is in
// no column of a history, and nobody is blamed by name.
std::uint32_t culprit_of(const Pool& pool) {
    const control::TaskIndex culprit = pool.execution().culprit;
    const auto& tasks = pool.layout().tasks;
    if (culprit < tasks.size()) return culprit;
    if (culprit >= control::kMaxTasks) return kNone;
    const std::uint32_t process = pool.segment().tasks[culprit].process;
    const auto beside = std::find_if(tasks.begin(), tasks.end(), [&](const history::Task& task) {
        return task.process == process;
    });
    return beside == tasks.end() ? kNone : static_cast<std::uint32_t>(beside - tasks.begin());
}

void add_waits(const Pool& pool, const std::vector<std::string>& labels, History& history) {
    for (std::uint32_t i = 0; i < history.tasks.size(); ++i) {
        const control::TaskSlot& slot = pool.segment().tasks[i];
        const bool waits = slot.state == control::TaskState::Blocked;
        const bool matters = slot.kind == control::TaskKind::Role;
        if (!waits || !matters) continue;
        history.waits.push_back({i, slot.site, slot.object, describe_wait(slot, labels)});
    }
}

// Free mode knows who has not ended, and at which step each is.
std::string describe_stall(const Pool& pool, const std::vector<std::string>& labels) {
    std::vector<std::string> places;
    for (std::uint32_t i = 0; i < pool.layout().tasks.size(); ++i) {
        const control::TaskSlot& slot = pool.segment().tasks[i];
        if (slot.state == control::TaskState::Ended || slot.kind != control::TaskKind::Role) {
            continue;
        }
        places.push_back(
            fmt::format("{} at `{}`", pool.layout().tasks[i].name, describe_wait(slot, labels)));
    }
    return fmt::format(
        "in free mode, where nobody knows who waits for whom, no task went on any more; {}. "
        "Controlled mode can tell whether that is a deadlock",
        fmt::join(places, ", "));
}

void collect_labels(const std::vector<spec::Step>& steps, std::vector<std::string>& labels) {
    for (const spec::Step& step : steps) {
        if (step.site < labels.size()) labels[step.site] = step.label;
        collect_labels(step.body, labels);
        collect_labels(step.otherwise, labels);
    }
}

}  // namespace

std::vector<std::string> site_labels(const spec::Scenario& scenario) {
    std::vector<std::string> labels(scenario.site_count);
    for (const spec::Role& role : scenario.roles) collect_labels(role.steps, labels);
    return labels;
}

std::string describe_wait(const control::TaskSlot& slot, const std::vector<std::string>& labels) {
    if (slot.site < labels.size() && !labels[slot.site].empty()) return labels[slot.site];
    return control::call_name(slot.call);
}

history::History decode_history(const Pool& pool, const std::vector<std::string>& labels) {
    History history;
    history.tasks = pool.layout().tasks;
    history.objects = pool.layout().objects;
    Decoder(pool.segment().history, history).run();
    history.ending = ending_of(pool);
    history.culprit = culprit_of(pool);
    history.detail =
        pool.harm() != nullptr
            ? fmt::format("a plugin wrote over Stagger's control segment: {}", pool.harm())
            : std::string(pool.execution().detail);
    if (pool.segment().free.on && history.ending == history::Ending::OutOfSight) {
        history.detail = describe_stall(pool, labels);
    }
    if (pool.segment().history.overflow) {
        history.ending = history::Ending::Overflow;
        history.detail = "the execution did more operations than its history can hold";
        if (!history.calls.empty()) {
            const history::Call& last = history.calls.back();
            history.detail +=
                fmt::format("; it was cut off in {}, at \"{}\"", history.tasks[last.task].name,
                            last.site < labels.size() ? labels[last.site] : "");
        }
    }
    if (history.ending != history::Ending::Completed) add_waits(pool, labels, history);
    return history;
}

}  // namespace stagger::engine
