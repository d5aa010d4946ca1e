// SPDX-License-Identifier: Apache-2.0
//
// Random histories: calls that are invoked, take effect and come back in random alternation.
#include <fmt/format.h>

#include "tests/unit/check/reference.hpp"

namespace stagger::reference {

using history::Call;
using history::History;
using history::kNone;
using history::Object;

namespace {

class Generator {
public:
    Generator(const Object& object, const Shape& shape, std::mt19937& random)
        : object_(object), shape_(shape), random_(random), state_(initial_state(object)) {
        history_.objects.push_back(object);
        Object condition;
        condition.name = "c";
        condition.type = ObjectType::Condition;
        condition.contract.spurious_wakeups = true;
        history_.objects.push_back(condition);
        for (unsigned i = 0; i < shape.tasks; ++i) {
            history::Task task;
            task.name = fmt::format("t[{}]", i);
            task.role = "t";
            task.index = task.process = i;
            history_.tasks.push_back(task);
        }
        running_.resize(shape.tasks);
    }

    History run() {
        // Calls may wait for ever, so that the number of rounds is bounded.
        for (unsigned round = 0; round < 40 * shape_.calls; ++round)
            step(draw(random_, shape_.tasks));
        if (!shape_.leave_some_open || draw(random_, 2) == 0)
            for (unsigned task = 0; task < shape_.tasks; ++task) finish(task);
        if (shape_.end_with_snapshot) add_snapshot();
        return std::move(history_);
    }

private:
    struct Running {
        std::uint32_t call = kNone;
        unsigned done = 0;  // atomic parts that took effect
    };

    void step(unsigned task) {
        Running& running = running_[task];
        if (running.call == kNone) {
            if (history_.calls.size() < shape_.calls) invoke(task);
            return;
        }
        Call& call = history_.calls[running.call];
        if (running.done < parts(object_, call)) return take_effect(running, call);
        call.responded = position_++;
        running = {};
    }

    void invoke(unsigned task) {
        Call call = random_call(task);
        call.task = task;
        call.checked = true;
        call.invoked = position_++;
        running_[task].call = static_cast<std::uint32_t>(history_.calls.size());
        history_.calls.push_back(std::move(call));
    }

    void take_effect(Running& running, Call& call) {
        const auto possible = outcomes(object_, state_, call, running.done);
        if (possible.empty()) return;
        const Outcome& outcome = possible[draw(random_, static_cast<unsigned>(possible.size()))];
        state_ = outcome.state;
        call.status = outcome.status;
        call.result = outcome.result;
        ++running.done;
    }

    void finish(unsigned task) {
        for (int i = 0; i < 4 && running_[task].call != kNone; ++i) step(task);
    }

    void add_snapshot() {
        history::Task parent;
        parent.name = "parent";
        parent.process = shape_.tasks;
        history_.tasks.push_back(parent);
        Call call;
        call.task = shape_.tasks;
        call.operation = Operation::Snapshot;
        call.invoked = position_++;
        call.responded = position_++;
        call.result = outcomes(object_, state_, call, 0).front().result;
        history_.calls.push_back(std::move(call));
    }

    int small() { return static_cast<int>(draw(random_, 3)); }

    Call random_call(unsigned task) {
        Call call;
        call.timed = draw(random_, 2) == 0;
        // More of them where it matters that some are there only once.
        call.value = shape_.only_grows ? static_cast<int>(draw(random_, 6)) : small();
        call.expected = small();
        call.operation = random_operation(task);
        if (object_.type == ObjectType::Map) choose_key(call);
        if (object_.type == ObjectType::Stream)
            call.value = std::string(1 + draw(random_, 3), draw(random_, 2) == 0 ? 'a' : 'b');
        if (call.operation == Operation::Wait) {
            call.object = 1;
            call.with = 0;
        }
        return call;
    }

    // Lists live at a key of their own.
    void choose_key(Call& call) {
        const bool list = info(call.operation).type == ObjectType::List;
        call.key = list ? "list" : draw(random_, 2) == 0 ? "a" : "b";
    }

    Operation any_of(std::initializer_list<Operation> operations) {
        return operations.begin()[draw(random_, static_cast<unsigned>(operations.size()))];
    }

    Operation random_operation(unsigned task) {
        switch (object_.type) {
            case ObjectType::Register:
                return any_of({Operation::Load, Operation::Store, Operation::Swap, Operation::Add,
                               Operation::Cas});
            case ObjectType::List:
                if (shape_.only_grows) return any_of({Operation::Append, Operation::Read});
                return any_of({Operation::Append, Operation::Pop, Operation::Read});
            case ObjectType::Map:
                return any_of({Operation::Get, Operation::Set, Operation::Erase, Operation::Append,
                               Operation::Pop, Operation::Read});
            case ObjectType::Queue:
                if (draw(random_, 8) == 0) return any_of({Operation::Size, Operation::Close});
                return any_of({Operation::Put, Operation::Take});
            case ObjectType::Mutex:
                if (state_ != Value(static_cast<int>(task))) return Operation::Lock;
                return any_of({Operation::Unlock, Operation::Wait});
            case ObjectType::Semaphore:
                return any_of({Operation::Acquire, Operation::Release});
            case ObjectType::Event:
                return any_of({Operation::EventSet, Operation::EventClear, Operation::EventWait});
            case ObjectType::RwLock:
                return any_rwlock_operation(Value(static_cast<int>(task)));
            case ObjectType::Stream:
                if (draw(random_, 10) == 0) return Operation::StreamClose;
                return any_of({Operation::StreamWrite, Operation::StreamRead});
            case ObjectType::Rpc:
                if ((*state_.list())[1].map()->contains(Value(static_cast<int>(task))))
                    return Operation::Reply;
                return any_of({Operation::Call, Operation::Serve});
            default:
                return Operation::Arrive;
        }
    }

    // A task unlocks what it holds, or takes one share more.
    Operation any_rwlock_operation(const Value& me) {
        if ((*state_.list())[0] == me) return Operation::RwUnlock;
        if ((*state_.list())[1].map()->contains(me))
            return any_of(
                {Operation::RwUnlockShared, Operation::RwUnlockShared, Operation::RwLockShared});
        return any_of({Operation::RwLock, Operation::RwLockShared, Operation::RwLockShared});
    }

    const Object& object_;
    const Shape shape_;
    std::mt19937& random_;
    Value state_;
    History history_;
    std::vector<Running> running_;
    std::uint32_t position_ = 0;
};

Value other_result(const Call& call, std::mt19937& random) {
    if (call.result.boolean()) return !*call.result.boolean();
    if (call.result.integer() || call.result.is_nil()) return static_cast<int>(draw(random, 3));
    if (call.result.text()) return *call.result.text() + (draw(random, 2) == 0 ? "a" : "b");
    if (!call.result.list()) return call.result;
    Value::List list = *call.result.list();
    if (list.empty() || draw(random, 2) == 0)
        list.push_back(static_cast<int>(draw(random, 3)));
    else
        list.erase(list.begin() + draw(random, static_cast<unsigned>(list.size())));
    return list;
}

ResultStatus other_status(const Call& call) {
    if (call.status != ResultStatus::Ok) return ResultStatus::Ok;
    switch (call.operation) {
        case Operation::Lock:
        case Operation::Acquire:
        case Operation::EventWait:
            return ResultStatus::Timeout;
        case Operation::Put:
            return ResultStatus::Full;
        case Operation::Take:
        case Operation::Pop:
            return ResultStatus::Empty;
        default:
            return ResultStatus::Ok;
    }
}

// Lets a call end earlier.
void narrow(Call& call, std::mt19937& random) {
    if (call.responded == kNone || call.responded - call.invoked < 2) return;
    call.responded -= draw(random, call.responded - call.invoked - 1);
}

}  // namespace

History random_history(const Object& object, const Shape& shape, std::mt19937& random) {
    return Generator(object, shape, random).run();
}

void disturb(History& history, std::mt19937& random) {
    if (history.calls.empty()) return;
    Call& call = history.calls[draw(random, static_cast<unsigned>(history.calls.size()))];
    if (call.responded == kNone) return;
    const ResultStatus other = other_status(call);
    const bool can_fail = other != call.status;
    const bool has_result = info(call.operation).gives_result;
    if (has_result && draw(random, 3) > 0) {
        call.result = other_result(call, random);
    } else if (can_fail && draw(random, 2) > 0) {
        call.status = other;
        // Without a time-out it could not have given up.
        call.timed = true;
    } else {
        narrow(call, random);
    }
}

}  // namespace stagger::reference
