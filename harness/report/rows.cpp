// SPDX-License-Identifier: Apache-2.0
#include "harness/report/rows.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "harness/base/excerpt.hpp"
#include "harness/report/origins.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {
namespace {

using history::Call;
using history::History;
using history::kNone;

constexpr std::size_t kMostCritical = 60;
constexpr std::size_t kFewRows = 40;  // of a long history in which nothing is critical

std::string object_name(const History& history, std::uint32_t object) {
    return object < history.objects.size() ? history.objects[object].name : "?";
}

std::string with_key(std::string object, const Call& call) {
    if (call.key.is_nil()) return object;
    return fmt::format("{}[{}]", std::move(object), excerpt(call.key));
}

// What was asked for: "store n = 101".
std::string request_text(const History& history, const Call& call) {
    const std::string object = with_key(object_name(history, call.object), call);
    const std::string_view key = name(call.operation);
    switch (call.operation) {
        case Operation::Store:
        case Operation::Swap:
        case Operation::Set:
            return fmt::format("{} {} = {}", key, object, excerpt(call.value));
        case Operation::Add:
            return fmt::format("{} {} + {}", key, object, excerpt(call.value));
        case Operation::Cas:
            return fmt::format("{} {} from {} to {}", key, object, excerpt(call.expected),
                               excerpt(call.value));
        case Operation::Append:
        case Operation::Put:
        case Operation::StreamWrite:
        case Operation::Publish:
        case Operation::Call:
        case Operation::Reply:
            return fmt::format("{} {} {}", key, object, excerpt(call.value));
        case Operation::Run:
            return fmt::format("{} {} {}", key, object,
                               call.value.is_nil() ? std::string() : excerpt(call.value));
        case Operation::Wait:
            if (call.with == kNone) break;
            return fmt::format("{} {} with {}", key, object, object_name(history, call.with));
        case Operation::Snapshot:
            return fmt::format("sees {}", object);
        default:
            break;
    }
    return fmt::format("{} {}", key, object);
}

// How it went: " -> 100"; nothing where it merely went well.
std::string response_text(const Call& call) {
    if (call.responded == kNone) return "";
    if (call.status == ResultStatus::Error && !call.failure.empty())
        return fmt::format(" -> error: {}", call.failure);
    if (call.status != ResultStatus::Ok) return fmt::format(" -> {}", name(call.status));
    if (call.operation == Operation::Snapshot) return fmt::format(" = {}", excerpt(call.result));
    return info(call.operation).gives_result ? fmt::format(" -> {}", excerpt(call.result)) : "";
}

bool contains(const std::vector<std::uint32_t>& sorted, std::uint32_t value) {
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

// Every position at which some task did something, so that overlaps are found by search.
class Timeline {
public:
    explicit Timeline(const History& history) {
        for (const Call& call : history.calls) {
            add(call.invoked, call.task);
            add(call.responded, call.task);
        }
        for (const auto* spans : {&history.sections, &history.blocks}) {
            for (const history::Span& span : *spans) {
                add(span.entered, span.task);
                add(span.left, span.task);
            }
        }
        std::sort(events_.begin(), events_.end());
    }

    // Did another task do something while this call was under way?
    bool overlapped(const Call& call) const {
        auto event = std::upper_bound(events_.begin(), events_.end(),
                                      std::pair<std::uint32_t, std::uint32_t>{call.invoked, kNone});
        for (; event != events_.end() && event->first < call.responded; ++event) {
            if (event->second != call.task) return true;
        }
        return false;
    }

private:
    void add(std::uint32_t position, std::uint32_t task) {
        if (position != kNone) events_.emplace_back(position, task);
    }

    std::vector<std::pair<std::uint32_t, std::uint32_t>> events_;
};

const history::Wait* wait_of(const History& history, const Call& call) {
    for (const history::Wait& wait : history.waits) {
        if (wait.task == call.task && (wait.object == call.object || wait.site == call.site))
            return &wait;
    }
    return nullptr;
}

std::string strike_text(const history::Strike& strike) {
    if (strike.kind == FaultKind::Kill) return "is killed";
    if (strike.kind == FaultKind::Restart) return "is killed, and starts again";
    return "fault: " + fault_text(strike.kind, strike.variant);
}

class RowMaker {
public:
    // `section`: the one of that name is critical; "" for none.
    RowMaker(const History& history, const std::vector<std::uint32_t>& critical,
             std::string section)
        : history_(history),
          critical_(critical),
          section_(std::move(section)),
          origins_(origins_of(history)),
          timeline_(history) {}

    std::vector<Row> make() {
        for (std::uint32_t i = 0; i < history_.calls.size(); ++i) add_call(i);
        for (const history::Span& section : history_.sections) {
            const bool critical = section.name == section_;
            add({section.task, section.entered, "enter section " + section.name, critical,
                 RowKind::Enter});
            if (section.left != kNone)
                add({section.task, section.left, "leave section " + section.name, critical,
                     RowKind::Leave});
        }
        for (const history::Strike& strike : history_.strikes)
            add({strike.task, strike.position, strike_text(strike), true, RowKind::Fault});
        for (const history::Complaint& complaint : history_.complaints)
            add({complaint.task, complaint.position, complaint.text, true, RowKind::Complaint});
        add_ending();
        std::stable_sort(rows_.begin(), rows_.end(),
                         [](const Row& a, const Row& b) { return a.position < b.position; });
        return std::move(rows_);
    }

private:
    void add(Row row) {
        row.text = printable(row.text);
        rows_.push_back(std::move(row));
    }

    void add_call(std::uint32_t index) {
        const Call& call = history_.calls[index];
        // What the backend shows nothing of, nobody saw.
        const bool unseen = call.operation == Operation::Snapshot &&
                            call.status == ResultStatus::Unsupported && call.responded != kNone;
        if (unseen) return;
        const bool critical = contains(critical_, index);
        const std::string request = request_text(history_, call);
        if (call.responded == kNone) {
            const bool stuck = wait_of(history_, call) != nullptr;
            add({call.task, call.invoked, request + (stuck ? waits() : "  never returns"),
                 critical || stuck, RowKind::Open, index, stuck});
            return;
        }
        const std::string response = response_text(call) + origin_text(index);
        if (timeline_.overlapped(call)) {
            add({call.task, call.invoked, "call " + request, critical, RowKind::Begin, index});
            add({call.task, call.responded,
                 fmt::format("ret  {}{}", call_label(history_, call), response), critical,
                 RowKind::Return, index});
        } else {
            add({call.task, call.responded, request + response, critical, RowKind::Call, index});
        }
    }

    // " (by worker[1])": who wrote or sent what came back.
    std::string origin_text(std::uint32_t index) const {
        const Origin& origin = origins_[index];
        if (origin.link == Link::Initial) return " (initial)";
        if (origin.link != Link::Value && origin.link != Link::Message) return "";
        const std::uint32_t task = history_.calls[origin.call].task;
        if (task == history_.calls[index].task) return " (its own)";
        const std::string_view how = origin.link == Link::Value ? "by" : "from";
        return fmt::format(" ({} {})", how, task_name(task));
    }

    std::string task_name(std::uint32_t task) const {
        return task < history_.tasks.size() ? history_.tasks[task].name : "?";
    }

    // Who waited when the execution was cut off might have gone on.
    const char* waits() const {
        return history_.ending == history::Ending::Deadlock ? "  waits for ever" : "  waits";
    }

    void add_ending() {
        for (const history::Wait& wait : history_.waits) {
            const bool shown =
                std::any_of(history_.calls.begin(), history_.calls.end(), [&](const Call& call) {
                    return call.responded == kNone && wait_of(history_, call) == &wait;
                });
            if (!shown) add({wait.task, kNone, wait.what + waits(), true, RowKind::Ending});
        }
        if (history_.culprit == kNone) return;
        const bool hangs = history_.ending == history::Ending::Hang;
        if (!hangs && history_.ending != history::Ending::Crash) return;
        const std::string_view what = hangs ? "computes and computes" : "died";
        add({history_.culprit, kNone, history_.detail.empty() ? std::string(what) : history_.detail,
             true, RowKind::Ending});
    }

    const History& history_;
    const std::vector<std::uint32_t>& critical_;
    std::string section_;
    std::vector<Origin> origins_;
    Timeline timeline_;
    std::vector<Row> rows_;
};

}  // namespace

std::string call_text(const History& history, const Call& call) {
    return printable(request_text(history, call) + response_text(call));
}

std::string call_label(const History& history, const Call& call) {
    return fmt::format("{} {}", name(call.operation), object_name(history, call.object));
}

std::vector<Row> rows_of(const History& history, const std::vector<std::uint32_t>& critical_calls) {
    return RowMaker(history, critical_calls, "").make();
}

std::vector<Row> marked_rows(const History& history, const check::Verdict& verdict) {
    std::string section;
    for (const check::Violation& violation : verdict.violations)
        if (violation.symptom == check::Symptom::MutualExclusion) section = violation.object;
    return RowMaker(history, critical_calls(verdict), std::move(section)).make();
}

std::vector<bool> rows_kept(const std::vector<Row>& rows, std::size_t whole) {
    if (rows.size() <= whole) return std::vector<bool>(rows.size(), true);
    std::vector<bool> kept(rows.size(), false);
    const auto keep_around = [&](std::size_t row) {
        const std::size_t first = row - std::min(row, kRowsAround);
        const std::size_t last = std::min(row + kRowsAround, rows.size() - 1);
        std::fill(kept.begin() + static_cast<std::ptrdiff_t>(first),
                  kept.begin() + static_cast<std::ptrdiff_t>(last) + 1, true);
    };
    std::vector<std::size_t> critical;
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (rows[row].critical) critical.push_back(row);
    // A finding that calls everything critical is shown by its two ends.
    for (std::size_t i = 0; i < critical.size(); ++i)
        if (i < kMostCritical / 2 || i + kMostCritical / 2 >= critical.size())
            keep_around(critical[i]);
    if (critical.empty()) {
        for (std::size_t row = 0; row < kFewRows / 4; ++row) kept[row] = true;
        for (std::size_t row = rows.size() - kFewRows / 2; row < rows.size(); ++row)
            kept[row] = true;
    }
    return kept;
}

std::vector<std::uint32_t> critical_calls(const check::Verdict& verdict) {
    std::vector<std::uint32_t> calls;
    for (const check::Violation& violation : verdict.violations)
        calls.insert(calls.end(), violation.calls.begin(), violation.calls.end());
    std::sort(calls.begin(), calls.end());
    calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
    return calls;
}

std::vector<std::string> held_at_end(const History& history, std::uint32_t task) {
    std::vector<std::string> held;
    for (const Call& call : history.calls) {
        if (call.task != task) continue;
        const std::string object = object_name(history, call.object);
        const bool done = call.responded != kNone;
        const bool ok = call.status == ResultStatus::Ok || call.status == ResultStatus::OwnerDead;
        if (call.operation == Operation::Lock && done && ok) held.push_back(object);
        if (call.operation == Operation::Unlock && done) std::erase(held, object);
        // Who sleeps in a wait has given up its mutex.
        if (call.operation == Operation::Wait && !done && call.with != kNone)
            std::erase(held, object_name(history, call.with));
    }
    return held;
}

}  // namespace stagger::report
