// SPDX-License-Identifier: Apache-2.0
//
// The object types of the state machine that only synchronise.
#include <algorithm>
#include <vector>

#include "plugins/server/cells.hpp"

namespace stagger::server {
namespace {

using plugin::Failure;
using plugin::Reply;
using Outcome = std::optional<Reply>;

class MutexCell : public Cell {
public:
    Outcome attempt(Waiting& waiting) override {
        const Caller caller = waiting.request.caller;
        switch (waiting.request.operation) {
            case STAGGER_LOCK:
                if (owner_ == caller && !waiting.arrived && waiting.request.deadline != 0)
                    throw Failure("lock of a mutex that this task holds already");
                return take(caller) ? Outcome(Reply()) : std::nullopt;
            case STAGGER_UNLOCK:
                if (!release(caller))
                    throw Failure("unlock of a mutex that this task does not hold");
                return Reply();
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }

    bool take(const Caller& caller) {
        if (owner_) return false;
        owner_ = caller;
        return true;
    }
    bool release(const Caller& caller) {
        if (owner_ != caller) return false;
        owner_.reset();
        return true;
    }

private:
    std::optional<Caller> owner_;
};

class SemaphoreCell : public Cell {
public:
    explicit SemaphoreCell(const std::string& initial)
        : count_(wire::decode_integer(initial).value_or(-1)) {
        if (count_ < 0) throw Failure("a semaphore's initial value is a number from 0");
    }

    Outcome attempt(Waiting& waiting) override {
        switch (waiting.request.operation) {
            case STAGGER_RELEASE:
                return ++count_, Reply();
            case STAGGER_ACQUIRE:
                if (count_ == 0) return std::nullopt;
                return --count_, Reply();
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    std::string snapshot() const override { return wire::encode_integer(count_); }

private:
    std::int64_t count_;
};

class EventCell : public Cell {
public:
    explicit EventCell(const std::string& initial)
        : set_(wire::decode_boolean(initial).value_or(false)) {}

    Outcome attempt(Waiting& waiting) override {
        switch (waiting.request.operation) {
            case STAGGER_EVENT_SET:
                return set_ = true, Reply();
            case STAGGER_EVENT_CLEAR:
                return set_ = false, Reply();
            case STAGGER_EVENT_WAIT:
                return set_ ? Outcome(Reply()) : std::nullopt;
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    std::string snapshot() const override { return wire::encode_boolean(set_); }

private:
    bool set_;
};

// A waiter holds a ticket until it is notified or its time is up; then it queues for the mutex
// again, however long that takes.
class ConditionCell : public Cell {
public:
    Outcome attempt(Waiting& waiting) override {
        switch (waiting.request.operation) {
            case STAGGER_WAIT:
                return waiting.arrived ? go_on(waiting) : arrive(waiting);
            case STAGGER_NOTIFY:
                if (!tickets_.empty()) tickets_.erase(tickets_.begin());
                return Reply();
            case STAGGER_NOTIFY_ALL:
                return tickets_.clear(), Reply();
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    Outcome give_up(Waiting& waiting) override {
        forget(waiting);
        waiting.status = STAGGER_TIMEOUT;
        return go_on(waiting);
    }
    void forget(Waiting& waiting) override { std::erase(tickets_, waiting.ticket); }

private:
    static MutexCell& mutex(const Waiting& waiting) {
        auto* cell = dynamic_cast<MutexCell*>(waiting.with);
        if (cell == nullptr) throw Failure("wait at a condition needs a mutex");
        return *cell;
    }
    Outcome arrive(Waiting& waiting) {
        if (!mutex(waiting).release(waiting.request.caller))
            throw Failure("wait at a condition without holding the mutex");
        waiting.ticket = ++last_ticket_;
        tickets_.push_back(waiting.ticket);
        return std::nullopt;
    }
    Outcome go_on(Waiting& waiting) {
        if (std::find(tickets_.begin(), tickets_.end(), waiting.ticket) != tickets_.end())
            return std::nullopt;
        waiting.request.deadline = plugin::Deadline::kNever;
        if (!mutex(waiting).take(waiting.request.caller)) return std::nullopt;
        return Reply{waiting.status};
    }

    std::uint64_t last_ticket_ = 0;
    std::vector<std::uint64_t> tickets_;
};

class BarrierCell : public Cell {
public:
    explicit BarrierCell(std::uint64_t parties) : parties_(parties) {}

    Outcome attempt(Waiting& waiting) override {
        if (waiting.request.operation != STAGGER_ARRIVE) return Reply{STAGGER_UNSUPPORTED};
        if (!waiting.arrived) {
            waiting.ticket = generation_;
            if (++arrived_ >= parties_) {
                arrived_ = 0;
                ++generation_;
            }
        }
        return waiting.ticket != generation_ ? Outcome(Reply()) : std::nullopt;
    }
    Outcome give_up(Waiting& waiting) override {
        forget(waiting);
        return Reply{STAGGER_TIMEOUT};
    }
    void forget(Waiting&) override { --arrived_; }

private:
    const std::uint64_t parties_;
    std::uint64_t arrived_ = 0;
    std::uint64_t generation_ = 0;
};

// Whoever came first goes first, so that a stream of readers never keeps a writer out for ever: a
// reader waits behind a writer that waits.
class RwLockCell : public Cell {
public:
    Outcome attempt(Waiting& waiting) override {
        const Caller caller = waiting.request.caller;
        switch (waiting.request.operation) {
            case STAGGER_RW_LOCK:
                return lock(waiting);
            case STAGGER_RW_LOCK_SHARED:
                return lock_shared(waiting);
            case STAGGER_RW_UNLOCK:
                if (writer_ != caller)
                    throw Failure("unlock of a read-write lock that this task does not hold");
                return writer_.reset(), Reply();
            case STAGGER_RW_UNLOCK_SHARED: {
                const auto me = std::find(readers_.begin(), readers_.end(), caller);
                if (me == readers_.end())
                    throw Failure(
                        "unlock_shared of a read-write lock that this task does not hold for "
                        "reading");
                return readers_.erase(me), Reply();
            }
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    Outcome give_up(Waiting& waiting) override {
        forget(waiting);
        return Reply{STAGGER_TIMEOUT};
    }
    void forget(Waiting& waiting) override { std::erase(writers_waiting_, waiting.ticket); }

private:
    bool is_mine(const Waiting& waiting) const { return writer_ == waiting.request.caller; }
    void refuse_recursion(const Waiting& waiting) const {
        if (is_mine(waiting) && !waiting.arrived && waiting.request.deadline != 0)
            throw Failure("lock of a read-write lock that this task holds already");
    }
    Outcome lock(Waiting& waiting) {
        refuse_recursion(waiting);
        if (!waiting.arrived) {
            waiting.ticket = ++last_ticket_;
            writers_waiting_.push_back(waiting.ticket);
        }
        if (writer_ || !readers_.empty() || writers_waiting_.front() != waiting.ticket)
            return std::nullopt;
        writers_waiting_.erase(writers_waiting_.begin());
        writer_ = waiting.request.caller;
        return Reply();
    }
    // Who reads already may read again: waiting behind a writer, it would wait for itself.
    Outcome lock_shared(Waiting& waiting) {
        refuse_recursion(waiting);
        if (!waiting.arrived) waiting.ticket = ++last_ticket_;
        const Caller caller = waiting.request.caller;
        const bool reads = std::find(readers_.begin(), readers_.end(), caller) != readers_.end();
        const bool behind = !writers_waiting_.empty() && writers_waiting_.front() < waiting.ticket;
        if (writer_ || (behind && !reads)) return std::nullopt;
        readers_.push_back(caller);
        return Reply();
    }

    std::optional<Caller> writer_;
    std::vector<Caller> readers_;                 // a task as often as it holds it
    std::vector<std::uint64_t> writers_waiting_;  // their tickets, in the order in which they came
    std::uint64_t last_ticket_ = 0;
};

}  // namespace

std::unique_ptr<Cell> make_synchronising_cell(const plugin::ObjectSpec& spec) {
    switch (spec.type) {
        case STAGGER_MUTEX:
            return std::make_unique<MutexCell>();
        case STAGGER_SEMAPHORE:
            return std::make_unique<SemaphoreCell>(spec.initial);
        case STAGGER_EVENT:
            return std::make_unique<EventCell>(spec.initial);
        case STAGGER_CONDITION:
            return std::make_unique<ConditionCell>();
        case STAGGER_BARRIER:
            return std::make_unique<BarrierCell>(spec.capacity);
        case STAGGER_RWLOCK:
            return std::make_unique<RwLockCell>();
        default:
            throw Failure("an object of an unknown type");
    }
}

}  // namespace stagger::server
