// SPDX-License-Identifier: Apache-2.0
//
// Reads the grammar described in text.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "harness/history/text.hpp"
#include "harness/history/text_names.hpp"
#include "harness/history/value_text.hpp"

namespace stagger::history {

namespace {

template <typename Number>
bool read_number(std::string_view text, Number& out) {
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && rest == text.data() + text.size();
}

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& names,
                                    std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
}

std::optional<ResultStatus> status_by_name(std::string_view text) {
    for (std::uint8_t i = 0; i < STAGGER_STATUS_COUNT; ++i)
        if (name(static_cast<ResultStatus>(i)) == text) return static_cast<ResultStatus>(i);
    return std::nullopt;
}

// One line, eaten word by word from the front.
class Line {
public:
    explicit Line(std::string_view text) : text_(text) { skip_spaces(); }

    bool empty() const { return text_.empty(); }
    std::string_view peek() const { return text_.substr(0, text_.find(' ')); }
    std::string_view word() {
        const std::string_view found = peek();
        text_.remove_prefix(found.size());
        skip_spaces();
        return found;
    }
    bool take(std::string_view expected) {
        if (peek() != expected) return false;
        word();
        return true;
    }
    Result<Value> value() {
        auto result = read_value(text_);
        skip_spaces();
        return result;
    }
    Result<std::string> quoted() {
        STAGGER_TRY(Value text, value());
        if (!text.text()) return Error{"a text in single quotes is expected"};
        return *text.text();
    }
    template <typename Number>
    Status number(Number& out) {
        const std::string_view found = word();
        if (read_number(found, out)) return Ok{};
        return Error{fmt::format("\"{}\" is no number that fits here", found)};
    }

private:
    void skip_spaces() {
        while (!text_.empty() && text_[0] == ' ') text_.remove_prefix(1);
    }

    std::string_view text_;
};

class Reader {
public:
    Result<History> read(std::string_view text) {
        std::size_t number = 0;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            Line line(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
            ++number;
            if (line.empty() || line.peek()[0] == '#') continue;
            const Status status = read_line(line);
            if (!status.ok())
                return Error{fmt::format("Line {}: {}.", number, status.error().message)};
            if (!line.empty())
                return Error{
                    fmt::format("Line {}: \"{}\" is not expected here.", number, line.peek())};
        }
        return std::move(history_);
    }

private:
    Status read_line(Line& line) {
        if (line.take("object")) return read_object(line);
        if (line.take("task")) return read_task(line);
        if (line.take("wait")) return read_wait(line);
        if (line.take("ending")) return read_ending(line);
        if (line.take("residue")) {
            STAGGER_TRY(std::string name, line.quoted());
            history_.residue.push_back(std::move(name));
            return Ok{};
        }
        return read_event(line);
    }

    Status read_object(Line& line) {
        Object object;
        object.name = line.word();
        const auto type = object_type(line.word());
        if (!type) return Error{"an object needs a name and a type: object n register"};
        object.type = *type;
        while (!line.empty()) {
            const std::string_view word = line.word();
            STAGGER_TRY(auto done, read_attribute(word, line, object));
            (void)done;
        }
        objects_[object.name] = static_cast<std::uint32_t>(history_.objects.size());
        history_.objects.push_back(std::move(object));
        return Ok{};
    }

    Status read_attribute(std::string_view word, Line& line, Object& object) {
        if (word == "=") {
            STAGGER_TRY(object.initial, line.value());
            return Ok{};
        }
        if (word == "capacity") return line.number(object.capacity);
        if (word == "backend") return object.backend = line.word(), Ok{};
        if (word == "fifo") {
            const auto scope = index_of(kFifoNames, line.word());
            if (!scope) return Error{"the scope is global, per-producer or none"};
            object.contract.fifo_scope = static_cast<stagger_fifo_scope>(*scope);
            return Ok{};
        }
        if (word == "executions") {
            const auto times = index_of(kExecutionNames, line.word());
            if (!times) return Error{"executions are exactly-once, at-most-once or at-least-once"};
            object.contract.executions = static_cast<stagger_executions>(*times);
            return Ok{};
        }
        if (word == "atomic") return line.number(object.contract.atomic_write);
        for (const ContractFlag& flag : kContractFlags)
            if (flag.name == word) return object.contract.*flag.member = flag.when_named, Ok{};
        return Error{fmt::format("\"{}\" says nothing about an object", word)};
    }

    Status read_task(Line& line) {
        Task& task = history_.tasks[task_named(line.word())];
        while (!line.empty()) {
            const std::string_view word = line.word();
            Status status = Ok{};
            if (word == "index")
                status = line.number(task.index);
            else if (word == "thread")
                status = line.number(task.thread);
            else if (word == "process")
                status = line.number(task.process);
            else if (word == "daemon")
                task.daemon = true;
            else if (word == "role")
                status = read_role(line, task);
            else if (word == "variables")
                status = read_variables(line, task);
            else
                return Error{fmt::format("\"{}\" says nothing about a task", word)};
            if (!status.ok()) return status;
        }
        return Ok{};
    }

    static Status read_role(Line& line, Task& task) {
        STAGGER_TRY(task.role, line.quoted());
        return Ok{};
    }

    static Status read_variables(Line& line, Task& task) {
        STAGGER_TRY(Value map, line.value());
        if (!map.map()) return Error{"variables are a map: {x = 1}"};
        for (const auto& [name, value] : *map.map())
            if (name.text()) task.variables.emplace(*name.text(), value);
        return Ok{};
    }

    std::uint32_t task_named(std::string_view name) {
        const auto next = static_cast<std::uint32_t>(history_.tasks.size());
        const auto [found, added] = tasks_.try_emplace(std::string(name), next);
        if (added) {
            history_.tasks.push_back(task_by_name(name, history_.tasks));
            open_calls_.push_back(kNone);
            open_spans_.emplace_back();
        }
        return found->second;
    }

    Result<std::uint32_t> object_named(std::string_view name) const {
        const auto found = objects_.find(name);
        if (found == objects_.end())
            return Error{fmt::format("there is no object \"{}\": declare it first", name)};
        return found->second;
    }

    Status read_event(Line& line) {
        if (line.peek()[0] == '@' && !read_number(line.word().substr(1), time_))
            return Error{"a time is @ and a number of nanoseconds"};
        const std::uint32_t task = task_named(line.word());
        if (line.take("invoke")) return read_invocation(line, task);
        if (line.take("return")) return read_response(line, task);
        if (line.take("call")) return read_whole_call(line, task);
        if (line.take("enter")) return read_enter(line, task);
        if (line.take("leave")) return leave(task);
        if (line.take("complain")) return read_complaint(line, task);
        if (line.take("struck")) return read_strike(line, task);
        return Error{fmt::format(
            "after a task's name comes invoke, return, call, enter, leave, complain or struck, not "
            "\"{}\"",
            line.peek())};
    }

    Status read_invocation(Line& line, std::uint32_t task) {
        if (open_calls_[task] != kNone) return Error{"the task is still in its previous call"};
        Call call;
        call.task = task;
        const std::string_view target = line.word();
        const std::size_t dot = std::min(target.rfind('.'), target.size());
        STAGGER_TRY(call.object, object_named(target.substr(0, dot)));
        const std::string_view spelling = target.substr(std::min(dot + 1, target.size()));
        const ObjectType type = history_.objects[call.object].type;
        const OperationInfo* operation =
            spelling == "snapshot" ? &info(Operation::Snapshot) : find_operation(type, spelling);
        if (!operation)
            return Error{fmt::format("a {} has no operation \"{}\"", name(type), spelling)};
        call.operation = operation->operation;
        STAGGER_TRY(auto done, read_arguments(line, *operation, call));
        (void)done;
        call.block = innermost_block(task);
        call.invoked = position_++;
        call.invoked_at = time_;
        open_calls_[task] = static_cast<std::uint32_t>(history_.calls.size());
        history_.calls.push_back(std::move(call));
        return Ok{};
    }

    Status read_arguments(Line& line, const OperationInfo& operation, Call& call) {
        const bool keyed = history_.objects[call.object].type == ObjectType::Map &&
                           call.operation != Operation::Snapshot;
        if (keyed) {
            STAGGER_TRY(call.key, line.value());
        }
        if (operation.arguments & kExpected) {
            STAGGER_TRY(call.expected, line.value());
        }
        if (operation.arguments & kValue) {
            STAGGER_TRY(call.value, line.value());
        }
        if (operation.arguments & kWith) {
            STAGGER_TRY(call.with, object_named(line.word()));
        }
        if (line.take("bytes")) {
            STAGGER_TRY(call.value, line.value());
        }
        call.timed = line.take("timed");
        call.checked = line.take("checked");
        return read_site(line, call.site);
    }

    static Status read_site(Line& line, std::uint32_t& site) {
        return line.take("site") ? line.number(site) : Status(Ok{});
    }

    std::uint32_t innermost_block(std::uint32_t task) const {
        const auto& open = open_spans_[task];
        const auto found = std::find_if(open.rbegin(), open.rend(),
                                        [](const OpenSpan& span) { return !span.section; });
        return found == open.rend() ? kNone : found->index;
    }

    Status read_response(Line& line, std::uint32_t task) {
        if (open_calls_[task] == kNone) return Error{"the task is in no call that could return"};
        Call& call = history_.calls[open_calls_[task]];
        if (const auto status = status_by_name(line.peek())) {
            call.status = *status;
            line.word();
        }
        if (!line.empty() && line.peek() != "because") {
            STAGGER_TRY(call.result, line.value());
        }
        if (line.take("because")) {
            STAGGER_TRY(call.failure, line.quoted());
        }
        call.responded = position_++;
        call.responded_at = time_;
        open_calls_[task] = kNone;
        return Ok{};
    }

    Status read_whole_call(Line& line, std::uint32_t task) {
        STAGGER_TRY(auto done, read_invocation(line, task));
        (void)done;
        line.take("->");
        return read_response(line, task);
    }

    Status read_enter(Line& line, std::uint32_t task) {
        Span span;
        span.task = task;
        const bool section = line.take("section");
        if (!section && !line.take("as_one")) return Error{"one enters an as_one or a section"};
        span.name = line.word();
        span.shared = line.take("shared");
        STAGGER_TRY(auto done, read_site(line, span.site));
        (void)done;
        span.entered = position_++;
        auto& spans = section ? history_.sections : history_.blocks;
        open_spans_[task].push_back({section, static_cast<std::uint32_t>(spans.size())});
        spans.push_back(std::move(span));
        return Ok{};
    }

    Status leave(std::uint32_t task) {
        if (open_spans_[task].empty()) return Error{"the task is in nothing that it could leave"};
        const OpenSpan span = open_spans_[task].back();
        open_spans_[task].pop_back();
        (span.section ? history_.sections : history_.blocks)[span.index].left = position_++;
        return Ok{};
    }

    Status read_complaint(Line& line, std::uint32_t task) {
        Complaint complaint;
        complaint.task = task;
        const auto kind = index_of(kComplaintNames, line.word());
        if (!kind) return Error{"this kind of complaint does not exist"};
        complaint.kind = static_cast<Complaint::Kind>(*kind);
        STAGGER_TRY(complaint.text, line.quoted());
        STAGGER_TRY(auto done, read_site(line, complaint.site));
        (void)done;
        complaint.position = position_++;
        history_.complaints.push_back(std::move(complaint));
        return Ok{};
    }

    Status read_strike(Line& line, std::uint32_t task) {
        STAGGER_TRY(const std::string text, line.quoted());
        const auto fault = fault_by_text(text);
        if (!fault) return Error{fmt::format("there is no fault \"{}\"", text)};
        Strike strike{task, fault->kind, fault->variant, kNone, position_++};
        STAGGER_TRY(auto done, read_site(line, strike.site));
        (void)done;
        history_.strikes.push_back(strike);
        if (!is_deadly(strike.kind)) return Ok{};
        for (std::uint32_t i = 0; i < history_.tasks.size(); ++i) {
            if (history_.tasks[i].process == history_.tasks[task].process) die(i, strike.position);
        }
        return Ok{};
    }

    void die(std::uint32_t task, std::uint32_t position) {
        open_calls_[task] = kNone;
        for (const OpenSpan& span : open_spans_[task])
            if (span.section) history_.sections[span.index].left = position;
        open_spans_[task].clear();
    }

    Status read_wait(Line& line) {
        Wait wait;
        wait.task = task_named(line.word());
        if (line.take("object")) {
            STAGGER_TRY(wait.object, object_named(line.word()));
        }
        STAGGER_TRY(auto done, read_site(line, wait.site));
        (void)done;
        if (!line.empty()) {
            STAGGER_TRY(wait.what, line.quoted());
        }
        history_.waits.push_back(std::move(wait));
        return Ok{};
    }

    Status read_ending(Line& line) {
        const auto ending = index_of(kEndingNames, line.word());
        if (!ending) return Error{"no execution ends like this"};
        history_.ending = static_cast<Ending>(*ending);
        if (line.take("culprit")) history_.culprit = task_named(line.word());
        if (!line.empty()) {
            STAGGER_TRY(history_.detail, line.quoted());
        }
        return Ok{};
    }

    struct OpenSpan {
        bool section;
        std::uint32_t index;
    };

    History history_;
    std::map<std::string, std::uint32_t> tasks_;
    std::map<std::string, std::uint32_t, std::less<>> objects_;
    std::vector<std::uint32_t> open_calls_;          // by task
    std::vector<std::vector<OpenSpan>> open_spans_;  // by task
    std::uint32_t position_ = 0;
    std::int64_t time_ = 0;
};

}  // namespace

Task task_by_name(std::string_view name, const std::vector<Task>& known) {
    Task task;
    task.name = name;
    const std::size_t open = name.find('[');
    const std::size_t close = name.find(']');
    if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
        task.role = name.substr(0, open);
        read_number(name.substr(open + 1, close - open - 1), task.index);
        if (close + 2 < name.size()) read_number(name.substr(close + 2), task.thread);
    }
    std::uint32_t next = 0;
    for (const Task& other : known) {
        next = std::max(next, other.process + 1);
        if (other.role != task.role || other.index != task.index) continue;
        task.process = other.process;
        return task;
    }
    task.process = next;
    return task;
}

Result<History> read_text(std::string_view text) {
    return Reader().read(text);
}

}  // namespace stagger::history
