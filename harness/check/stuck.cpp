// SPDX-License-Identifier: Apache-2.0
#include "harness/check/stuck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace stagger::check {

using history::Call;
using history::kNone;

namespace {

bool died_in(const std::vector<Death>& dead, std::uint32_t call) {
    return std::any_of(dead.begin(), dead.end(),
                       [&](const Death& death) { return death.call == call; });
}

}  // namespace

std::vector<Sleeper> sleepers(const Context& context) {
    const history::History& history = context.history;
    const std::vector<Death> dead = deaths(history);
    std::vector<Sleeper> result;
    for (const history::Wait& wait : history.waits) {
        if (history.tasks[wait.task].daemon) continue;
        Sleeper sleeper{wait.task, wait.object, kNone, wait.what};
        for (std::uint32_t i = 0; i < history.calls.size(); ++i) {
            const bool open =
                history.calls[i].task == wait.task && history.calls[i].responded == kNone;
            if (open && !died_in(dead, i)) sleeper.call = i;
        }
        // Outside of a call it waits for no object, but for a role to end, say.
        if (sleeper.call == kNone) {
            sleeper.object = kNone;
        } else {
            const Call& call = history.calls[sleeper.call];
            if (sleeper.object == kNone) sleeper.object = call.object;
            if (sleeper.what.empty()) sleeper.what = describe(history, call);
        }
        result.push_back(std::move(sleeper));
    }
    return result;
}

namespace {

// Who holds how many of an object, by task, after the calls that `counts` says count.
template <typename Counts>
std::map<std::uint32_t, int> held_after(const Context& context, std::uint32_t object,
                                        Counts counts) {
    std::map<std::uint32_t, int> held;
    for (std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
        if (!counts(call)) continue;
        const bool back = call.responded != kNone;
        switch (call.operation) {
            case Operation::Lock:
            case Operation::RwLock:
                if (back && call.status == ResultStatus::OwnerDead) held.clear();
                if (back && call.status == ResultStatus::OwnerDead) ++held[call.task];
                [[fallthrough]];
            case Operation::Acquire:
            case Operation::RwLockShared:
                if (back && call.status == ResultStatus::Ok) ++held[call.task];
                break;
            case Operation::Unlock:
            case Operation::RwUnlock:
            case Operation::RwUnlockShared:
            case Operation::Release:
                --held[call.task];
                break;
            // While it waits for a wake-up, it has given up the mutex.
            case Operation::Wait:
                if (!back) --held[call.task];
                break;
            default:
                break;
        }
    }
    return held;
}

}  // namespace

std::vector<Death> deaths(const history::History& history) {
    std::vector<Death> all;
    for (std::uint32_t i = 0; i < history.strikes.size(); ++i) {
        const history::Strike& strike = history.strikes[i];
        if (!is_deadly(strike.kind)) continue;
        for (std::uint32_t task = 0; task < history.tasks.size(); ++task) {
            if (history.tasks[task].process != history.tasks[strike.task].process) continue;
            all.push_back({task, strike.position, i, kNone});
        }
    }
    for (Death& death : all) {
        for (std::uint32_t i = 0; i < history.calls.size(); ++i) {
            const Call& call = history.calls[i];
            const bool open = call.responded == kNone && call.invoked < death.position;
            if (call.task == death.task && open) death.call = i;
        }
    }
    return all;
}

std::string describe_death(const history::History& history, const Death& death) {
    const std::string in =
        death.call == kNone
            ? ""
            : fmt::format(" in its {}", describe(history, history.calls[death.call]));
    return fmt::format("{} was killed{}", task_name(history, death.task), in);
}

std::vector<std::uint32_t> holders(const Context& context, std::uint32_t object) {
    const auto dead = deaths(context.history);
    const auto held = held_after(context, object, [&](const Call& call) {
        return std::none_of(dead.begin(), dead.end(), [&](const Death& death) {
            return death.task == call.task && call.invoked < death.position;
        });
    });
    std::vector<std::uint32_t> tasks;
    for (const auto& [task, count] : held)
        if (count > 0) tasks.push_back(task);
    return tasks;
}

namespace {

// Whether somebody got it after that death, in a way that the dead would have kept them from:
// readers are let in beside a dead reader, too.
bool was_passed_on(const Context& context, std::uint32_t object, const Death& death) {
    const auto& calls = context.calls_on(object);
    const auto any_of = [&](auto predicate) {
        return std::any_of(calls.begin(), calls.end(), [&](std::uint32_t index) {
            return predicate(context.history.calls[index]);
        });
    };
    const bool was_reader = any_of([&](const Call& call) {
        return call.operation == Operation::RwLockShared && call.task == death.task &&
               call.responded < death.position;
    });
    return any_of([&](const Call& call) {
        const bool shared = call.operation == Operation::RwLockShared;
        if (call.operation != Operation::Lock && call.operation != Operation::RwLock && !shared)
            return false;
        return call.responded != kNone && call.invoked > death.position &&
               call.status != ResultStatus::Timeout && !(shared && was_reader);
    });
}

}  // namespace

std::vector<Death> dead_holders(const Context& context, std::uint32_t object) {
    std::vector<Death> found;
    for (const Death& death : deaths(context.history)) {
        const auto held = held_after(context, object, [&](const Call& call) {
            return call.task == death.task && call.invoked < death.position;
        });
        const auto own = held.find(death.task);
        if (own == held.end() || own->second <= 0) continue;
        if (!was_passed_on(context, object, death)) found.push_back(death);
    }
    return found;
}

}  // namespace stagger::check
