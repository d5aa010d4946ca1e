// SPDX-License-Identifier: Apache-2.0
//
// A read-write lock: the state is the term [tag, its writer's task + 1 or 0, readers' tasks in
// order]. What the dead held may come free, as a lock on a file does, or stay taken. A task may
// hold it for reading several times. Who waits is no content: a reader whose time was up may have
// been kept out by a writer that waits while others read.
#include <algorithm>

#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

// No value has this tag as its first word, so that a lock's state is never mistaken for one.
constexpr std::uint32_t kRwLockTag = 1003;

// In place of a task that was killed; as a reader, too, the last in order.
constexpr std::uint32_t kDead = history::kNone;

struct Holders {
    std::uint32_t writer = 0;
    std::vector<std::uint32_t> readers;

    bool nobody() const { return writer == 0 && readers.empty(); }
    bool nobody_alive() const {
        return (writer == 0 || writer == kDead) && (readers.empty() || readers.front() == kDead);
    }
};

State make_state(Terms& terms, const Holders& holders) {
    std::vector<std::uint32_t> words{kRwLockTag, holders.writer};
    words.insert(words.end(), holders.readers.begin(), holders.readers.end());
    return terms.intern(words);
}

State init(Surroundings around, const Value*) {
    return make_state(around.terms, {});
}

// Whether the lock could be had; the owner's death hands it on from the writer that died.
bool lock(Holders& holders, const Op& op) {
    const std::uint32_t me = op.task + 1;
    const bool inherited = op.status == ResultStatus::OwnerDead;
    if (inherited ? holders.writer == 0 || holders.writer == me : !holders.nobody_alive()) {
        return false;
    }
    holders.writer = me;
    std::erase(holders.readers, kDead);
    return true;
}

bool lock_shared(Holders& holders, const Op& op) {
    if (holders.writer != 0 && holders.writer != kDead) return false;
    holders.writer = 0;
    auto& readers = holders.readers;
    readers.insert(std::upper_bound(readers.begin(), readers.end(), op.task), op.task);
    return true;
}

bool unlock(Holders& holders, const Op& op) {
    if (holders.writer != op.task + 1) return false;
    holders.writer = 0;
    return true;
}

bool unlock_shared(Holders& holders, const Op& op) {
    const auto me = std::find(holders.readers.begin(), holders.readers.end(), op.task);
    if (me == holders.readers.end()) return false;
    holders.readers.erase(me);
    return true;
}

void die(Holders& holders, std::uint32_t task) {
    if (holders.writer == task + 1) holders.writer = kDead;
    std::replace(holders.readers.begin(), holders.readers.end(), task, kDead);
    std::sort(holders.readers.begin(), holders.readers.end());
}

bool apply(Holders& holders, const Op& op) {
    switch (op.operation) {
        case Operation::RwLock:
            return lock(holders, op);
        case Operation::RwLockShared:
            return op.status == ResultStatus::Ok && lock_shared(holders, op);
        case Operation::RwUnlock:
            return op.status == ResultStatus::Ok && unlock(holders, op);
        case Operation::RwUnlockShared:
            return op.status == ResultStatus::Ok && unlock_shared(holders, op);
        default:
            return false;
    }
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    const auto words = around.terms[state];
    if (alternative > 0 || words.size() < 2) return std::nullopt;
    Holders holders{words[1], {words.begin() + 2, words.end()}};
    if (op.death) {
        die(holders, op.task);
        return make_state(around.terms, holders);
    }
    if (op.status == ResultStatus::Timeout)
        return holders.nobody() ? std::nullopt : std::optional(state);
    if (!apply(holders, op)) return std::nullopt;
    return make_state(around.terms, holders);
}

}  // namespace

const Model kRwLock = {ObjectType::RwLock, "lock by one owner, or shared by readers", init, step};

}  // namespace stagger::check::model
