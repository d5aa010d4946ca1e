// SPDX-License-Identifier: Apache-2.0
//
// Mutex, semaphore, event and condition. A wait that timed out is legal only if what it waited for
// was missing at some moment while it waited: it takes effect at that moment, and changes nothing.
#include <algorithm>

#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

std::optional<State> unchanged_if(bool legal, State state) {
    return legal ? std::optional(state) : std::nullopt;
}

// No value has this tag as its first word, so that a mutex's state is never mistaken for one.
constexpr std::uint32_t kMutexTag = 1002;

// Of a mutex whose owner was killed.
constexpr std::uint32_t kDead = history::kNone;

// The state of a mutex: the term [tag, its owner's task + 1 or 0, tasks that gave it up to wait on
// a condition]. Those must have given it up before they get it back.
struct Ownership {
    std::uint32_t owner = 0;
    std::vector<std::uint32_t> waiting;
};

State make_state(Terms& terms, const Ownership& ownership) {
    std::vector<std::uint32_t> words{kMutexTag, ownership.owner};
    words.insert(words.end(), ownership.waiting.begin(), ownership.waiting.end());
    return terms.intern(words);
}

State init_mutex(Surroundings around, const Value*) {
    return make_state(around.terms, {});
}

// The owner died; the lock and the news go to the next. A history from elsewhere may not say who
// died, and when: then it was whoever owned it.
bool inherits(const Ownership& ownership, const Op& op) {
    if (ownership.owner == kDead) return true;
    return op.deaths_unseen && ownership.owner != 0 && ownership.owner != op.task + 1;
}

std::optional<State> lock(Surroundings around, State state, Ownership ownership, const Op& op) {
    Terms& terms = around.terms;
    const std::uint32_t me = op.task + 1;
    switch (op.status) {
        case ResultStatus::Ok:
            // A lock on a file, say, goes with its owner; of a robust one there must be news.
            if (ownership.owner != 0 &&
                (ownership.owner != kDead || around.object.contract.robust)) {
                return std::nullopt;
            }
            break;
        case ResultStatus::OwnerDead:
            if (!inherits(ownership, op)) return std::nullopt;
            break;
        case ResultStatus::Timeout:
            return unchanged_if(ownership.owner != 0, state);
        default:
            return std::nullopt;
    }
    ownership.owner = me;
    return make_state(terms, ownership);
}

std::optional<State> wait(Surroundings around, State state, Ownership ownership, const Op& op) {
    auto& waiting = ownership.waiting;
    if (!op.second) {
        if (ownership.owner != op.task + 1) return std::nullopt;
        ownership.owner = 0;
        waiting.insert(std::upper_bound(waiting.begin(), waiting.end(), op.task), op.task);
        return make_state(around.terms, ownership);
    }
    const auto me = std::find(waiting.begin(), waiting.end(), op.task);
    if (me == waiting.end()) return std::nullopt;
    waiting.erase(me);
    return lock(around, state, std::move(ownership), op);
}

State after_death(Terms& terms, Ownership ownership, std::uint32_t task) {
    if (ownership.owner == task + 1) ownership.owner = kDead;
    std::erase(ownership.waiting, task);
    return make_state(terms, ownership);
}

std::optional<State> step_mutex(Surroundings around, State state, const Op& op,
                                unsigned alternative) {
    const auto words = around.terms[state];
    if (alternative > 0 || words.size() < 2) return std::nullopt;
    Ownership ownership{words[1], {words.begin() + 2, words.end()}};
    if (op.death) return after_death(around.terms, std::move(ownership), op.task);
    if (op.operation == Operation::Wait) return wait(around, state, std::move(ownership), op);
    if (op.operation == Operation::Lock) return lock(around, state, std::move(ownership), op);
    if (ownership.owner != op.task + 1 || op.status != ResultStatus::Ok) return std::nullopt;
    ownership.owner = 0;
    return make_state(around.terms, ownership);
}

// The state of a semaphore: its permits.
State init_semaphore(Surroundings around, const Value*) {
    const std::int64_t* permits = around.object.initial.integer();
    // More than anyone can take is as good as any such number.
    constexpr std::int64_t kMost = std::int64_t{1} << 31;
    return permits && *permits > 0 ? static_cast<State>(std::min(*permits, kMost)) : 0;
}

std::optional<State> step_semaphore(Surroundings around, State state, const Op& op,
                                    unsigned alternative) {
    if (alternative > 0) return std::nullopt;
    if (op.status == ResultStatus::Timeout) return unchanged_if(state == 0, state);
    if (op.status != ResultStatus::Ok) return std::nullopt;
    switch (op.operation) {
        case Operation::Acquire:
            return state > 0 ? std::optional(state - 1) : std::nullopt;
        case Operation::Release:
            return state + 1;
        case Operation::Snapshot:
            return unchanged_if(!op.known || op.result == integer_term(around.terms, state), state);
        default:
            return std::nullopt;
    }
}

// The state of an event: is it set?
State init_event(Surroundings around, const Value*) {
    const bool* set = around.object.initial.boolean();
    return set && *set ? 1 : 0;
}

std::optional<State> step_event(Surroundings around, State state, const Op& op,
                                unsigned alternative) {
    if (alternative > 0) return std::nullopt;
    if (op.status == ResultStatus::Timeout) return unchanged_if(state == 0, state);
    if (op.status != ResultStatus::Ok) return std::nullopt;
    switch (op.operation) {
        case Operation::EventSet:
            return 1;
        case Operation::EventClear:
            return 0;
        case Operation::EventWait:
            return unchanged_if(state == 1, state);
        case Operation::Snapshot: {
            const bool seen = op.result == value_term(around.terms, Value(state == 1));
            return unchanged_if(!op.known || seen, state);
        }
        default:
            return std::nullopt;
    }
}

// A condition has no content: who may return from a wait is judged by the oracle `wakeups`.
State init_condition(Surroundings, const Value*) {
    return 0;
}

std::optional<State> step_condition(Surroundings, State state, const Op&, unsigned alternative) {
    return unchanged_if(alternative == 0, state);
}

}  // namespace

const Model kMutex = {ObjectType::Mutex, "lock and unlock by one owner", init_mutex, step_mutex};
const Model kSemaphore = {ObjectType::Semaphore, "acquire and release of permits", init_semaphore,
                          step_semaphore};
const Model kEvent = {ObjectType::Event, "set, clear, and wait until set", init_event, step_event};
const Model kCondition = {ObjectType::Condition, "wait and notify, which keep nothing",
                          init_condition, step_condition};

}  // namespace stagger::check::model
