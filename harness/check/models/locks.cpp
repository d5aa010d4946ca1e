// SPDX-License-Identifier: Apache-2.0
//
// Mutex, semaphore, event and condition. A wait that timed out is legal only if what it waited for
// was missing at some moment while it waited: it takes effect at that moment, and changes nothing.
#include <algorithm>

#include "harness/check/models/model.hpp"

namespace stagger::check::models {

namespace {

std::optional<State> unchanged_if(bool legal, State state) {
    return legal ? std::optional(state) : std::nullopt;
}

// The state of a mutex: 0, or its owner's task + 1.
State init_free(Surroundings, const Value*) {
    return 0;
}

std::optional<State> step_mutex(Surroundings, State state, const Op& op, unsigned alternative) {
    if (alternative > 0) return std::nullopt;
    const State me = op.task + 1;
    if (op.operation == Operation::Unlock)
        return state == me && op.status == ResultStatus::Ok ? std::optional<State>(0)
                                                            : std::nullopt;
    switch (op.status) {
        case ResultStatus::Ok:
            return state == 0 ? std::optional(me) : std::nullopt;
        // The owner died; the lock and the news go to the next.
        case ResultStatus::OwnerDead:
            return state != 0 && state != me ? std::optional(me) : std::nullopt;
        case ResultStatus::Timeout:
            return unchanged_if(state != 0, state);
        default:
            return std::nullopt;
    }
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
std::optional<State> step_condition(Surroundings, State state, const Op&, unsigned alternative) {
    return unchanged_if(alternative == 0, state);
}

}  // namespace

const Model kMutex = {ObjectType::Mutex, "lock and unlock by one owner", init_free, step_mutex};
const Model kSemaphore = {ObjectType::Semaphore, "acquire and release of permits", init_semaphore,
                          step_semaphore};
const Model kEvent = {ObjectType::Event, "set, clear, and wait until set", init_event, step_event};
const Model kCondition = {ObjectType::Condition, "wait and notify, which keep nothing", init_free,
                          step_condition};

}  // namespace stagger::check::models
