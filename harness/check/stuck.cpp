// SPDX-License-Identifier: Apache-2.0
#include "harness/check/stuck.hpp"

#include <map>

namespace stagger::check {

using history::Call;
using history::kNone;

std::vector<Sleeper> sleepers(const Context& context) {
    const history::History& history = context.history;
    std::vector<Sleeper> result;
    for (const history::Wait& wait : history.waits) {
        if (history.tasks[wait.task].daemon) continue;
        Sleeper sleeper{wait.task, wait.object, kNone, wait.what};
        for (std::uint32_t i = 0; i < history.calls.size(); ++i)
            if (history.calls[i].task == wait.task && history.calls[i].responded == kNone)
                sleeper.call = i;
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

std::vector<std::uint32_t> holders(const Context& context, std::uint32_t object) {
    std::map<std::uint32_t, int> held;  // by task
    for (std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
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
    std::vector<std::uint32_t> tasks;
    for (const auto& [task, count] : held)
        if (count > 0) tasks.push_back(task);
    return tasks;
}

}  // namespace stagger::check
