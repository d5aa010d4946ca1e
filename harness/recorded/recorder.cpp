// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace stagger::recorded {

namespace {

// A number that a process is named by, if it is small enough to look it up in a table.
std::optional<std::uint32_t> small_number(std::string_view name) {
    constexpr std::uint32_t kSmall = 1u << 16;
    std::uint32_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data(), end, number);
    if (error != std::errc{} || rest != end || number >= kSmall) return std::nullopt;
    if (name.size() > 1 && name[0] == '0') return std::nullopt;
    return number;
}

const Value::List* pair_of(const Value& value) {
    const Value::List* list = value.list();
    return list && list->size() == 2 ? list : nullptr;
}

}  // namespace

bool only_reads(std::string_view function) {
    constexpr std::array<std::string_view, 9> kReads = {
        "read", "load", "get", "contains", "member", "peek", "top", "size", "snapshot"};
    return std::find(kReads.begin(), kReads.end(), function) != kReads.end();
}

Recorder::Recorder(std::string path, std::string format, Time ticks_per_second, ReadOptions options)
    : options_(options), ticks_per_second_(ticks_per_second) {
    history_.path = std::move(path);
    history_.format = std::move(format);
}

std::uint32_t Recorder::process_of(std::string_view name) {
    const auto create = [&] {
        history_.processes.emplace_back(name);
        open_.push_back(kNone);
        return static_cast<std::uint32_t>(history_.processes.size() - 1);
    };
    if (const auto number = small_number(name)) {
        if (*number >= small_processes_.size()) small_processes_.resize(*number + 1, kNone);
        if (small_processes_[*number] == kNone) small_processes_[*number] = create();
        return small_processes_[*number];
    }
    const auto [found, is_new] = processes_.try_emplace(std::string(name), 0);
    if (is_new) found->second = create();
    return found->second;
}

std::uint32_t Recorder::function_of(std::string_view name) {
    // There are few, and the same ones come again and again.
    for (std::size_t i = 0; i < std::min<std::size_t>(history_.functions.size(), 8); ++i)
        if (history_.functions[i] == name) return static_cast<std::uint32_t>(i);
    const auto [found, is_new] = functions_.try_emplace(
        std::string(name), static_cast<std::uint32_t>(history_.functions.size()));
    if (is_new) history_.functions.emplace_back(name);
    return found->second;
}

Status Recorder::add(const Event& event) {
    const std::uint32_t process = process_of(event.process);
    if (event.type == Event::Type::Invoke) return invoke(event, process);
    const std::uint32_t index = open_[process];
    if (index == kNone)
        return Error{
            fmt::format("process {} responds, but has not invoked anything that is open: "
                        "expected its :invoke first",
                        event.process)};
    Operation& operation = history_.operations[index];
    if (history_.functions[operation.function] != event.function)
        return Error{fmt::format("process {} responds to {}, but invoked {} in line {}",
                                 event.process, event.function,
                                 history_.functions[operation.function], operation.invoked_line)};
    open_[process] = kNone;
    operation.responded_line = event.line;
    operation.outcome = event.type == Event::Type::Ok     ? Outcome::Returned
                        : event.type == Event::Type::Fail ? Outcome::Failed
                                                          : Outcome::Unknown;
    if (event.type == Event::Type::Ok) {
        operation.result = history_.values.intern(event.value);
        operation.responded = position_;
        // Some logs tell the key only when it is known.
        if (operation.key == kNone && event.key) operation.key = history_.values.intern(*event.key);
    }
    ++position_;
    if (!event.time) timed_ = false;
    if (timed_) responded_at_[index] = *event.time;
    return Ok{};
}

Status Recorder::invoke(const Event& event, std::uint32_t process) {
    if (open_[process] != kNone) {
        const Operation& other = history_.operations[open_[process]];
        return Error{fmt::format(
            "process {} invokes {} while its {} of line {} is still open: expected its :ok, :fail "
            "or :info first",
            event.process, event.function, history_.functions[other.function], other.invoked_line)};
    }
    Operation operation;
    operation.process = process;
    operation.function = function_of(event.function);
    if (event.key) operation.key = history_.values.intern(*event.key);
    operation.argument = history_.values.intern(event.value);
    operation.has_argument = event.has_value;
    operation.invoked = position_++;
    operation.invoked_line = event.line;
    open_[process] = static_cast<std::uint32_t>(history_.operations.size());
    history_.operations.push_back(operation);
    set_times(open_[process], event.time, event.time);
    return Ok{};
}

void Recorder::set_times(std::uint32_t operation, std::optional<Time> invoked,
                         std::optional<Time> responded) {
    if (!invoked) timed_ = false;
    if (!timed_) return;
    invoked_at_.resize(operation + 1);
    responded_at_.resize(operation + 1);
    invoked_at_[operation] = *invoked;
    responded_at_[operation] = responded.value_or(*invoked);
}

Status Recorder::add(const Row& row) {
    if (row.end && *row.end < row.start)
        return Error{"it ends before it starts: expected process, start, end, operation, value"};
    Operation operation;
    operation.process = process_of(row.process);
    operation.function = function_of(row.function);
    if (row.key) operation.key = history_.values.intern(*row.key);
    operation.argument = history_.values.intern(row.argument);
    operation.has_argument = row.has_argument;
    operation.result = history_.values.intern(row.result);
    operation.outcome = row.outcome;
    operation.invoked_line = operation.responded_line = row.line;
    if (row.outcome == Outcome::Returned) operation.responded = 0;
    history_.operations.push_back(operation);
    set_times(static_cast<std::uint32_t>(history_.operations.size() - 1), row.start, row.end);
    return Ok{};
}

std::string Recorder::bound_reached() const {
    // Judging and sorting take about as much again as the operations themselves.
    const std::size_t per_operation = 3 * sizeof(Operation) + 2 * sizeof(Time);
    const std::size_t bytes = history_.operations.size() * per_operation + history_.values.bytes();
    if (bytes > options_.memory_bytes)
        return fmt::format("the history is too large for the memory allowed, after {} operations",
                           history_.operations.size());
    if (history_.operations.size() >= kNone / 4) return "the history has more than 2^30 operations";
    if (std::chrono::steady_clock::now() >= options_.deadline)
        return fmt::format("the time allowed was over while reading, after {} operations",
                           history_.operations.size());
    return "";
}

void Recorder::split_tuples() {
    Values& values = history_.values;
    const auto is_tuple = [&](const Operation& operation) {
        const Value::List* argument = pair_of(values[operation.argument]);
        if (operation.key != kNone || !argument) return false;
        // [0 3] of a cas is what it expects and writes; [k [0 3]] is a tuple.
        const std::string& function = history_.functions[operation.function];
        if (function.find("cas") != std::string::npos && !pair_of((*argument)[1])) return false;
        if (operation.outcome != Outcome::Returned) return true;
        const Value::List* result = pair_of(values[operation.result]);
        return result && (*result)[0] == (*argument)[0];
    };
    if (!std::all_of(history_.operations.begin(), history_.operations.end(), is_tuple)) return;
    for (Operation& operation : history_.operations) {
        const Value argument = values[operation.argument];
        operation.key = values.intern((*argument.list())[0]);
        operation.argument = values.intern((*argument.list())[1]);
        if (operation.outcome != Outcome::Returned) continue;
        const Value result = values[operation.result];
        operation.result = values.intern((*result.list())[1]);
    }
}

Result<History> Recorder::finish() {
    const bool with_times = timed_ && !history_.operations.empty();
    if (options_.stale_seconds > 0 && !history_.operations.empty() && !timed_)
        return Error{
            fmt::format("{}: not every event has a time, so staleness in time cannot be "
                        "judged",
                        history_.path)};
    if (with_times) {
        STAGGER_TRY(auto numbered, number_by_time());
        (void)numbered;
    } else {
        number_by_order();
    }
    return std::move(history_);
}

void Recorder::number_by_order() {
    for (Operation& operation : history_.operations)
        if (operation.outcome != Outcome::Returned) operation.responded = kNone;
}

// One process does one thing at a time, so its own times must not go back.
Status Recorder::check_clock() const {
    std::vector<std::uint32_t> last(history_.processes.size(), kNone);
    const auto& operations = history_.operations;
    std::vector<std::uint32_t> order(operations.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
        return invoked_at_[a] < invoked_at_[b] ||
               (invoked_at_[a] == invoked_at_[b] && responded_at_[a] < responded_at_[b]);
    };
    if (!std::is_sorted(order.begin(), order.end(), earlier))
        std::stable_sort(order.begin(), order.end(), earlier);
    for (const std::uint32_t index : order) {
        const Operation& now = operations[index];
        const auto fail = [&](std::string_view what) {
            return Error{fmt::format("{}:{}: {}", history_.path, now.invoked_line, what)};
        };
        if (now.outcome == Outcome::Returned && responded_at_[index] < invoked_at_[index])
            return fail(
                fmt::format("process {} responds to this before it was invoked, by the "
                            "times of the two events",
                            history_.processes[now.process]));
        const std::uint32_t before = last[now.process];
        last[now.process] = index;
        if (before == kNone || operations[before].outcome != Outcome::Returned) continue;
        if (invoked_at_[index] < responded_at_[before])
            return fail(fmt::format(
                "process {} begins this while its {} of line {} is still "
                "open, by their times",
                history_.processes[now.process], history_.functions[operations[before].function],
                operations[before].invoked_line));
    }
    return Ok{};
}

// Of several operations of one process that begin and end at one time, each precedes the next,
// while those of others at that time overlap them all. Positions cannot say that of two processes.
Result<std::map<Time, Recorder::Chain>> Recorder::momentary_chains() const {
    std::map<std::pair<Time, std::uint32_t>, std::uint32_t> counts;
    std::map<Time, Chain> chains;
    for (std::uint32_t i = 0; i < history_.operations.size(); ++i) {
        const Operation& operation = history_.operations[i];
        if (operation.outcome != Outcome::Returned || invoked_at_[i] != responded_at_[i]) continue;
        const std::uint32_t count = ++counts[{invoked_at_[i], operation.process}];
        Chain& chain = chains[invoked_at_[i]];
        if (count == 1) continue;
        if (chain.process != kNone && chain.process != operation.process)
            return Error{fmt::format(
                "{}:{}: processes {} and {} both begin and end several operations at this one "
                "time, which --ties precede cannot put in order: expected finer times, or --ties "
                "concurrent",
                history_.path, operation.invoked_line, history_.processes[chain.process],
                history_.processes[operation.process])};
        chain.process = operation.process;
        chain.length = count;
    }
    return chains;
}

Status Recorder::number_by_time() {
    STAGGER_TRY(auto checked, check_clock());
    (void)checked;
    auto& operations = history_.operations;
    // Events at one time: with Precede those that end what began before, then those of operations
    // that begin and end right then, then the beginnings. A phase of 0 for all: they overlap.
    constexpr std::uint32_t kBeginnings = kNone;
    struct Instant {
        Time time;
        std::uint32_t phase;
        std::uint32_t index;
        bool is_response;
    };
    const bool precede = options_.ties == Ties::Precede;
    std::map<Time, Chain> chains;
    if (precede) {
        STAGGER_TRY(chains, momentary_chains());
    }
    std::vector<Instant> instants;
    instants.reserve(2 * operations.size());
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
        Operation& operation = operations[i];
        const bool returned = operation.outcome == Outcome::Returned;
        if (only_reads(history_.functions[operation.function]))
            invoked_at_[i] -= options_.stale_seconds * ticks_per_second_;
        const bool momentary = returned && invoked_at_[i] == responded_at_[i];
        std::uint32_t first = precede ? kBeginnings : 0;
        std::uint32_t last = 0;
        if (precede && momentary) {
            Chain& chain = chains.at(invoked_at_[i]);
            const bool in_chain = operation.process == chain.process;
            first = in_chain ? ++chain.seen : 1;
            last = in_chain ? first : chain.length;
        }
        instants.push_back({invoked_at_[i], first, i, false});
        operation.responded = kNone;
        if (returned) instants.push_back({responded_at_[i], last, i, true});
    }
    const auto before = [](const Instant& a, const Instant& b) {
        return a.time < b.time || (a.time == b.time && a.phase < b.phase);
    };
    if (!std::is_sorted(instants.begin(), instants.end(), before))
        std::stable_sort(instants.begin(), instants.end(), before);
    std::uint32_t position = 0;
    for (std::size_t i = 0; i < instants.size(); ++i) {
        if (i > 0 && before(instants[i - 1], instants[i])) ++position;
        Operation& operation = operations[instants[i].index];
        (instants[i].is_response ? operation.responded : operation.invoked) = position;
    }
    std::stable_sort(operations.begin(), operations.end(),
                     [](const Operation& a, const Operation& b) { return a.invoked < b.invoked; });
    return Ok{};
}

}  // namespace stagger::recorded
