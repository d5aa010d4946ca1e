// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/search/program.hpp"

#include <algorithm>

#include "harness/control/tracer.hpp"

namespace stagger::testing {

using control::bit;
using control::Call;
using control::Key;
using control::kNobody;
using control::TaskIndex;
using control::TaskMask;

namespace {

Key thing(Op kind, std::uint32_t a) {
    return control::make_key(control::KeySpace::Memory, static_cast<std::uint64_t>(kind), a);
}
Key register_key(std::uint32_t a) {
    return thing(Op::Load, a);
}
Key mutex_key(std::uint32_t a) {
    return thing(Op::Lock, a);
}
Key condition_key(std::uint32_t a) {
    return thing(Op::Wait, a);
}
Key queue_key(std::uint32_t a) {
    return thing(Op::Put, a);
}
Key end_key(TaskIndex task) {
    return control::make_key(control::KeySpace::TaskEnd, task);
}

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

Program::Program(ProgramText text) : text_(std::move(text)), tasks_(text_.tasks.size()) {
    segment().settings.task_count = static_cast<std::uint32_t>(tasks_.size());
    segment().settings.step_limit = 10'000;
    segment().settings.spurious_wakeups = text_.spurious;
    segment().trace.on = true;
    if (!text_.server) return;
    const auto server = static_cast<TaskIndex>(tasks_.size() - 1);
    segment().tasks[server].opaque = true;
    segment().execution.silent = bit(server);
}

void Program::reset() {
    std::fill(std::begin(registers_), std::end(registers_), 0);
    std::fill(std::begin(owners_), std::end(owners_), kNobody);
    for (auto& waiters : waiters_) waiters.clear();
    for (auto& queue : queues_) queue.clear();
    std::fill(tasks_.begin(), tasks_.end(), Task{});
    history_.clear();
    const TaskMask all = bit(static_cast<TaskIndex>(tasks_.size())) - 1;
    const TaskMask roles = text_.server ? all & ~segment().execution.silent : all;
    control::begin_execution(segment(), control::Phase::Main, all, roles, 0);
}

std::string Program::run() {
    reset();
    TaskIndex self = control::pick_successor(segment(), kNobody);
    while (self != kNobody) self = advance(self);
    return outcome();
}

// One move of the task that has the token; gives who has it then.
TaskIndex Program::advance(TaskIndex self) {
    Task& task = tasks_[self];
    const auto& code = text_.tasks[self];
    const bool server = (segment().execution.silent & bit(self)) != 0;
    if (task.next == code.size() && server) task.next = 0;
    if (task.next == code.size()) {
        declare(self, {Op::End, 0, 1});
        ++segment().tasks[self].point;
        segment().tasks[self].turn = 0;
        control::end_task(segment(), self);
        return control::pick_successor(segment(), self);
    }
    if (!task.at_point) {
        task.at_point = true;
        declare(self, code[task.next]);
        if (code[task.next].op == Op::Yield) control::yield(segment(), self);
        const TaskIndex chosen = control::pass_point(segment(), self);
        if (chosen != self) return chosen;
    }
    if (!execute(self, code[task.next])) {
        const bool crashed = segment().execution.ending == control::Ending::Crash;
        return crashed ? kNobody : control::pick_successor(segment(), self);
    }
    ++task.next;
    task.at_point = false;
    return self;
}

void Program::declare(TaskIndex self, const Instruction& what) {
    control::TaskSlot& slot = segment().tasks[self];
    slot.reads_only = false;
    const auto set = [&](Call call, Key key) {
        slot.call = call;
        slot.key = key;
    };
    switch (what.op) {
        case Op::Load:
            set(Call::MemoryRead, register_key(what.a));
            slot.reads_only = true;
            break;
        case Op::Store:
            set(Call::MemoryWrite, register_key(what.a));
            break;
        case Op::Add:
            set(Call::MemoryAtomic, register_key(what.a));
            break;
        case Op::Lock:
        case Op::TryLock:
            set(Call::MutexLock, mutex_key(what.a));
            break;
        case Op::Unlock:
            set(Call::MutexUnlock, mutex_key(what.a));
            break;
        case Op::Wait:
            set(Call::ConditionWait, condition_key(what.a));
            break;
        case Op::Signal:
            set(Call::ConditionSignal, condition_key(what.a));
            break;
        case Op::Broadcast:
            set(Call::ConditionBroadcast, condition_key(what.a));
            break;
        case Op::Put:
            set(Call::QueueSend, queue_key(what.a));
            break;
        case Op::Take:
            set(Call::QueueReceive, queue_key(what.a));
            break;
        case Op::TakeAny:
            set(Call::Poll, queue_key(0));
            break;
        case Op::Begin:
            set(Call::Invoke, control::make_key(control::KeySpace::Object, what.a));
            break;
        case Op::End:
            if (what.b == 1) {
                set(Call::End, control::kNoKey);
            } else {
                set(Call::Response, control::make_key(control::KeySpace::Object, what.a));
            }
            break;
        case Op::Join:
            set(Call::Join, control::kNoKey);
            break;
        case Op::Sleep:
            set(Call::Sleep, control::kSleepKey);
            break;
        case Op::Yield:
            set(Call::Yield, control::kNoKey);
            break;
        case Op::CrashIfOdd:
            set(Call::Assert, control::kNoKey);
            break;
    }
}

void Program::see(TaskIndex self, std::uint64_t value) {
    tasks_[self].seen = tasks_[self].seen * 31 + value + 1;
}

bool Program::block_on(TaskIndex self, Key key) {
    control::block(segment(), self, &key, 1, control::kNoDeadline);
    return false;
}

// False: the task has to wait, and does the same again when it goes on.
bool Program::execute(TaskIndex self, const Instruction& what) {
    std::uint64_t& number = registers_[what.a];
    TaskIndex& owner = owners_[what.a];
    auto& queue = queues_[what.a];
    switch (what.op) {
        case Op::Load:
            see(self, number);
            return true;
        case Op::Store:
            number = tasks_[self].seen * 7 + what.b;
            return true;
        case Op::Add:
            see(self, number);
            number += 1 + what.b;
            return true;
        case Op::Lock:
            if (owner != kNobody) return block_on(self, mutex_key(what.a));
            owner = self;
            return true;
        case Op::TryLock:
            see(self, owner == kNobody ? 1 : 0);
            if (owner == kNobody) owner = self;
            return true;
        case Op::Unlock:
            if (owner != self) return true;
            owner = kNobody;
            control::touch(segment(), mutex_key(what.a));
            return true;
        case Op::Wait:
            return wait_on(self, what);
        case Op::Signal:
            signal(self, what.a);
            return true;
        case Op::Broadcast:
            while (!waiters_[what.a].empty()) wake(waiters_[what.a].front());
            return true;
        case Op::Put:
            if (!queue.empty()) return block_on(self, queue_key(what.a));
            queue.push_back(tasks_[self].seen * 7 + what.b);
            control::touch(segment(), queue_key(what.a));
            return true;
        case Op::Take:
            if (queue.empty()) return block_on(self, queue_key(what.a));
            see(self, queue.front());
            queue.erase(queue.begin());
            control::touch(segment(), queue_key(what.a));
            return true;
        case Op::TakeAny:
            return take_any(self);
        case Op::Begin:
            history_.push_back({self, false, what.a});
            return true;
        case Op::End:
            history_.push_back({self, true, what.a});
            return true;
        case Op::Join:
            control::trace_footprint(segment(), control::TraceKind::Look, end_key(what.a));
            if ((segment().execution.ended & bit(what.a)) != 0) return true;
            return block_on(self, end_key(what.a));
        case Op::Sleep:
            if (tasks_[self].waits) {
                tasks_[self].waits = false;
                return true;
            }
            tasks_[self].waits = true;
            control::block(segment(), self, nullptr, 0,
                           segment().execution.clock + (kSecond << self));
            return false;
        case Op::Yield:
            return true;
        case Op::CrashIfOdd:
            if (tasks_[self].seen % 2 == 0) return true;
            control::finish(segment(), control::Ending::Crash, self, "odd");
            return false;
    }
    return true;
}

// As poll and read in one step: it looks at both, and takes from the first that has something.
bool Program::take_any(TaskIndex self) {
    const Key keys[] = {queue_key(0), queue_key(1)};
    for (const Key key : keys) {
        control::trace_footprint(segment(), control::TraceKind::Look, key);
    }
    for (std::uint32_t a = 0; a < 2; ++a) {
        if (queues_[a].empty()) continue;
        see(self, queues_[a].front());
        queues_[a].erase(queues_[a].begin());
        control::touch(segment(), keys[a]);
        return true;
    }
    control::block(segment(), self, keys, 2, control::kNoDeadline);
    return false;
}

// As the agent does it: first it joins the waiters and gives up the mutex; when it goes on again it
// was woken, or wakes unasked.
bool Program::wait_on(TaskIndex self, const Instruction& what) {
    auto& waiters = waiters_[what.a];
    if (tasks_[self].waits) {
        tasks_[self].waits = false;
        waiters.erase(std::remove(waiters.begin(), waiters.end(), self), waiters.end());
        return true;
    }
    tasks_[self].waits = true;
    waiters.push_back(self);
    if (owners_[what.b] == self) {
        owners_[what.b] = kNobody;
        control::touch(segment(), mutex_key(what.b));
    }
    control::allow_spurious_wakeup(segment(), self);
    control::block(segment(), self, nullptr, 0, control::kNoDeadline);
    return false;
}

void Program::wake(TaskIndex task) {
    for (auto& waiters : waiters_) {
        waiters.erase(std::remove(waiters.begin(), waiters.end(), task), waiters.end());
    }
    segment().tasks[task].notified = true;
    control::make_ready(segment(), task);
}

void Program::signal(TaskIndex self, std::uint32_t condition) {
    TaskMask candidates = 0;
    for (const TaskIndex task : waiters_[condition]) candidates |= bit(task);
    if (candidates == 0) return;
    wake(control::choose_waiter(segment(), self, candidates, waiters_[condition].front()));
}

std::string Program::outcome() const {
    std::string text = "ending " + std::to_string(static_cast<int>(segment().execution.ending));
    for (const std::uint64_t number : registers_) text += " " + std::to_string(number);
    for (const Task& task : tasks_) {
        text += " @" + std::to_string(task.next) + ":" + std::to_string(task.seen);
    }
    return text + intervals();
}

// Which operations had ended when which others began: all of the history's order that is judged.
std::string Program::intervals() const {
    std::string text;
    for (std::size_t end = 0; end < history_.size(); ++end) {
        const Mark& before = history_[end];
        if (!before.ends) continue;
        std::size_t number = 0;
        for (const Mark& mark : history_) {
            if (&mark > &before) break;
            number += mark.task == before.task ? 1 : 0;
        }
        std::vector<std::string> later;
        for (std::size_t i = end + 1; i < history_.size(); ++i) {
            const Mark& begin = history_[i];
            const bool compared = text_.any_object || begin.object == before.object;
            if (begin.ends || !compared || begin.task == before.task) continue;
            std::size_t which = 0;
            for (std::size_t j = 0; j <= i; ++j) which += history_[j].task == begin.task ? 1 : 0;
            later.push_back(std::to_string(begin.task) + "." + std::to_string(which));
        }
        std::sort(later.begin(), later.end());
        std::string line = " " + std::to_string(before.task) + "." + std::to_string(number) + "<";
        for (const std::string& name : later) line += name + ",";
        text += line;
    }
    // By operation, whatever the order in which they ended.
    std::vector<std::string> lines;
    for (std::size_t at = text.find(' '); at != std::string::npos;) {
        const std::size_t next = text.find(' ', at + 1);
        lines.push_back(text.substr(at, next - at));
        at = next;
    }
    std::sort(lines.begin(), lines.end());
    std::string sorted;
    for (const std::string& line : lines) sorted += line;
    return sorted;
}

}  // namespace stagger::testing
