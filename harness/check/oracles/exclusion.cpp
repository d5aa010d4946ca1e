// SPDX-License-Identifier: Apache-2.0
//
// Mutual exclusion of mutexes, read-write locks and semaphores: who certainly holds what, from the
// return of a lock to the beginning of its unlock. Judged only where the calls on the object have
// no legal order.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

using history::kNone;

struct Hold {
    std::uint32_t task = 0;
    std::uint32_t call = 0;  // the lock
    std::uint32_t from = 0, until = kNone;
    bool shared = false;  // for reading

    bool overlaps(const Hold& other) const { return from < other.until && other.from < until; }
    bool excludes(const Hold& other) const { return !shared || !other.shared; }
};

// A wait on a condition gives the mutex up first, and then takes it again.
bool locks(const Op& op) {
    const bool tries = op.operation == Operation::Lock || op.operation == Operation::RwLock ||
                       op.operation == Operation::RwLockShared ||
                       (op.operation == Operation::Wait && op.second);
    return tries && op.known &&
           (op.status == ResultStatus::Ok || op.status == ResultStatus::OwnerDead);
}

bool unlocks(const Op& op) {
    return op.operation == Operation::Unlock || op.operation == Operation::RwUnlock ||
           op.operation == Operation::RwUnlockShared ||
           (op.operation == Operation::Wait && !op.second);
}

bool is_shared(const Op& op) {
    return op.operation == Operation::RwLockShared || op.operation == Operation::RwUnlockShared;
}

class LockHolds {
public:
    LockHolds(Context& context, const Partition& partition)
        : context_(context), name_(object_name(context.history, partition.object)) {
        // Effects of one task stand in its own order; only that order matters here.
        for (const Op& op : partition.ops) {
            if (locks(op)) lock(op);
            if (unlocks(op)) unlock(op);
        }
        holds_.insert(holds_.end(), open_.begin(), open_.end());
    }

    void judge() {
        std::sort(holds_.begin(), holds_.end(),
                  [](const Hold& a, const Hold& b) { return a.from < b.from; });
        for (std::size_t i = 0; i < holds_.size(); ++i)
            for (std::size_t j = i + 1; j < holds_.size(); ++j) {
                if (!holds_[i].overlaps(holds_[j]) || !holds_[i].excludes(holds_[j])) continue;
                return report_both(holds_[i], holds_[j]);
            }
        if (strange_unlock_) report_strange_unlock(*strange_unlock_);
    }

private:
    void lock(const Op& op) {
        // Who gets the news of the owner's death gets the lock from the dead.
        if (op.status == ResultStatus::OwnerDead) {
            for (Hold& hold : open_) {
                hold.until = op.invoked;
                holds_.push_back(hold);
            }
            open_.clear();
        }
        open_.push_back({op.task, op.call, op.responded, kNone, is_shared(op)});
    }

    void unlock(const Op& op) {
        const auto hold = std::find_if(open_.begin(), open_.end(), [&](const Hold& other) {
            return other.task == op.task && (op.death || other.shared == is_shared(op));
        });
        if (hold == open_.end()) {
            const bool done = op.known && op.status == ResultStatus::Ok && !op.death;
            if (done && !strange_unlock_) strange_unlock_ = op;
            return;
        }
        hold->until = op.invoked;
        holds_.push_back(*hold);
        open_.erase(hold);
    }

    void report_both(const Hold& first, const Hold& second) {
        const history::History& history = context_.history;
        const std::string late = task_name(history, second.task);
        const std::string text =
            first.task == second.task
                ? fmt::format("{} got {} twice without unlocking it in between.", late, name_)
                : fmt::format("{} and {} both held {}: {} got it before {} began to unlock it.",
                              task_name(history, first.task), late, name_, late,
                              task_name(history, first.task));
        context_.report(Symptom::MutualExclusion, name_, text, {first.call, second.call});
    }

    void report_strange_unlock(const Op& op) {
        context_.report(Symptom::MutualExclusion, name_,
                        fmt::format("{} unlocked {}, which it did not hold.",
                                    task_name(context_.history, op.task), name_),
                        {op.call});
    }

    Context& context_;
    std::string name_;
    std::vector<Hold> open_;
    std::vector<Hold> holds_;
    std::optional<Op> strange_unlock_;
};

// More permits are out than there can be: each release counts from its beginning, each acquire from
// its return.
void judge_semaphore(Context& context, const Partition& partition) {
    const history::History& history = context.history;
    std::vector<std::pair<std::uint32_t, const Op*>> changes;
    for (const Op& op : partition.ops) {
        if (op.operation == Operation::Release) changes.emplace_back(op.invoked, &op);
        if (op.operation == Operation::Acquire && op.known && op.status == ResultStatus::Ok)
            changes.emplace_back(op.responded, &op);
    }
    std::sort(changes.begin(), changes.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::uint64_t permits = partition.initial;
    for (const auto& [position, op] : changes) {
        if (op->operation == Operation::Release) {
            ++permits;
        } else if (permits-- == 0) {
            const std::string name = object_name(history, partition.object);
            return context.report(
                Symptom::MutualExclusion, name,
                fmt::format("{} acquired {}, although every permit had been taken and none given "
                            "back.",
                            task_name(history, op->task), name),
                {op->call});
        }
    }
}

}  // namespace

void exclusion(Context& context) {
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        if (context.standing[object] != Standing::NotLinearizable) continue;
        const ObjectType type = context.history.objects[object].type;
        if (type != ObjectType::Mutex && type != ObjectType::RwLock &&
            type != ObjectType::Semaphore)
            continue;
        for (const Partition& partition : partitions(context, object)) {
            if (type == ObjectType::Semaphore)
                judge_semaphore(context, partition);
            else
                LockHolds(context, partition).judge();
        }
    }
}

}  // namespace stagger::check::oracle
