// SPDX-License-Identifier: Apache-2.0
//
// Lost wake-ups: at the end of a deadlock somebody sleeps although what it waits for holds for
// certain. Of a condition: a notify was made that woke nobody, and then nobody was left to notify.
// A queue of which every process has its own copy never delivers: there it is a lost message.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/check/oracles/oracles.hpp"
#include "harness/check/stuck.hpp"

namespace stagger::check::oracle {

namespace {

using history::Call;
using history::History;
using history::kNone;

class SleptOn {
public:
    SleptOn(Context& context, const Sleeper& sleeper)
        : context_(context),
          history_(context.history),
          sleeper_(sleeper),
          call_(context.history.calls[sleeper.call]),
          object_(context.history.objects[call_.object]) {}

    void judge() {
        switch (call_.operation) {
            case Operation::Wait:
                return judge_condition();
            case Operation::EventWait:
                return judge_event();
            case Operation::Acquire:
                return judge_semaphore();
            case Operation::Lock:
                return judge_mutex();
            case Operation::RwLock:
            case Operation::RwLockShared:
                return judge_rwlock();
            case Operation::Take:
                return judge_take();
            case Operation::Put:
                return judge_put();
            case Operation::StreamRead:
                return judge_read();
            case Operation::StreamWrite:
                if (certain(Operation::StreamClose) > 0)
                    report(Symptom::LostWakeup, "it is closed, which ends every wait for room");
                return;
            case Operation::Receive:
                return judge_receive();
            case Operation::Serve:
                return judge_serve();
            case Operation::Call:
                return judge_call();
            case Operation::Arrive:
                return judge_barrier();
            default:
                return;
        }
    }

private:
    // Calls on the object that are of one operation.
    template <typename Predicate>
    std::size_t count(Operation operation, Predicate predicate) const {
        const auto& calls = context_.calls_on(call_.object);
        return static_cast<std::size_t>(
            std::count_if(calls.begin(), calls.end(), [&](std::uint32_t index) {
                const Call& call = history_.calls[index];
                return call.operation == operation && predicate(call);
            }));
    }

    static bool succeeded(const Call& call) {
        return call.responded != kNone && call.status == ResultStatus::Ok;
    }
    // It may have taken effect: it succeeded, or nobody knows. Who sleeps in a call has not.
    bool may_have_succeeded(const Call& call) const {
        if (call.responded == kNone) return !sleeps_in(call);
        const bool cut_off = object_.contract.cut_off_may_apply && call.timed;
        return call.status == ResultStatus::Ok || call.status == ResultStatus::Error || cut_off;
    }
    // What a process was in when it died, it is not in when it sleeps after it started again.
    bool is_cut_off(const Call& call) const {
        const auto dead = deaths(history_);
        return std::any_of(dead.begin(), dead.end(), [&](const Death& death) {
            return death.task == call.task && call.invoked < death.position;
        });
    }
    bool sleeps_in(const Call& call) const {
        if (is_cut_off(call)) return false;
        return std::any_of(history_.waits.begin(), history_.waits.end(),
                           [&](const history::Wait& wait) { return wait.task == call.task; });
    }

    std::size_t certain(Operation operation) const { return count(operation, succeeded); }
    std::size_t possible(Operation operation) const {
        return count(operation, [&](const Call& call) { return may_have_succeeded(call); });
    }

    // Somebody who waited on the condition while the notify was made came back from it, or is on
    // the way back and waits for the mutex only.
    bool woke_somebody(const Call& notify) const {
        return count(Operation::Wait, [&](const Call& wait) {
                   const bool waited = notify.responded == kNone || wait.invoked < notify.responded;
                   if (wait.responded != kNone)
                       return waited && succeeded(wait) && wait.responded > notify.invoked;
                   return waited && std::any_of(history_.waits.begin(), history_.waits.end(),
                                                [&](const history::Wait& item) {
                                                    return item.task == wait.task &&
                                                           item.object == wait.with;
                                                });
               }) > 0;
    }

    void judge_condition() {
        if (sleeper_.object != call_.object) return;  // it was woken, and waits for the mutex
        for (std::uint32_t index : context_.calls_on(call_.object)) {
            const Call& notify = history_.calls[index];
            if (notify.operation != Operation::Notify && notify.operation != Operation::NotifyAll)
                continue;
            if (woke_somebody(notify)) continue;
            const bool before = notify.invoked < call_.invoked;
            return report(Symptom::LostWakeup,
                          fmt::format("{} woke nobody {}, and nobody is left to notify again",
                                      who_did(history_, index),
                                      before ? "just before it fell asleep" : "while it waited"),
                          {index});
        }
    }

    // Set for certain: some set, or the start, comes after every clear.
    void judge_event() {
        const auto& calls = context_.calls_on(call_.object);
        std::uint32_t last_clear = 0;
        bool cleared = false;
        for (std::uint32_t index : calls) {
            const Call& call = history_.calls[index];
            if (call.operation != Operation::EventClear) continue;
            cleared = true;
            last_clear = std::max(last_clear, call.responded);
        }
        const bool* initially = object_.initial.boolean();
        if (!cleared && initially && *initially)
            return report(Symptom::LostWakeup, "it is set from the start, and nobody cleared it");
        for (std::uint32_t index : calls) {
            const Call& call = history_.calls[index];
            if (call.operation != Operation::EventSet || !succeeded(call)) continue;
            if (cleared && call.invoked < last_clear) continue;
            return report(Symptom::LostWakeup,
                          fmt::format("{} set it, and nobody cleared it since",
                                      task_name(history_, call.task)),
                          {index});
        }
    }

    void judge_semaphore() {
        const std::int64_t* initial = object_.initial.integer();
        const std::size_t there =
            certain(Operation::Release) +
            (initial && *initial > 0 ? static_cast<std::size_t>(*initial) : 0);
        const std::size_t taken = possible(Operation::Acquire);
        if (there <= taken) return;
        report(Symptom::LostWakeup, fmt::format("{} of its permits {} free", there - taken,
                                                there - taken == 1 ? "is" : "are"));
    }

    void judge_mutex() {
        const bool in_doubt =
            count(Operation::Unlock, [](const Call& call) { return !succeeded(call); }) > 0 ||
            count(Operation::Lock, [&](const Call& call) {
                return !succeeded(call) && may_have_succeeded(call);
            }) > 0;
        const bool dead_owner =
            count(Operation::Lock, [](const Call& call) {
                return call.responded != kNone && call.status == ResultStatus::OwnerDead;
            }) > 0;
        const bool held = !holders(context_, call_.object).empty() ||
                          !dead_holders(context_, call_.object).empty();
        if (in_doubt || dead_owner || held) return;
        report(Symptom::LostWakeup, "nobody holds it");
    }

    // A reader may rightly sleep while somebody else waits to write.
    void judge_rwlock() {
        const auto in_doubt = [&](Operation lock, Operation unlock) {
            return count(unlock, [](const Call& call) { return !succeeded(call); }) > 0 ||
                   count(lock,
                         [&](const Call& call) {
                             return !succeeded(call) && may_have_succeeded(call);
                         }) > 0 ||
                   count(lock, [](const Call& call) {
                       return call.responded != kNone && call.status == ResultStatus::OwnerDead;
                   }) > 0;
        };
        if (in_doubt(Operation::RwLock, Operation::RwUnlock) ||
            in_doubt(Operation::RwLockShared, Operation::RwUnlockShared))
            return;
        const bool written = certain(Operation::RwLock) > certain(Operation::RwUnlock);
        if (call_.operation == Operation::RwLock) {
            if (holders(context_, call_.object).empty() &&
                dead_holders(context_, call_.object).empty())
                report(Symptom::LostWakeup, "nobody holds it");
            return;
        }
        const bool writer_waits =
            count(Operation::RwLock, [&](const Call& call) { return sleeps_in(call); }) > 0;
        if (!written && !writer_waits)
            report(Symptom::LostWakeup, "nobody holds it for writing, or waits to");
    }

    void judge_take() {
        if (object_.contract.lossy) return;
        if (certain(Operation::Close) > 0)
            return report(message_symptom(), "it is closed, which ends every wait for more");
        const std::size_t initial = object_.initial.list() ? object_.initial.list()->size() : 0;
        const std::size_t there = initial + certain(Operation::Put);
        const std::size_t taken = possible(Operation::Take);
        if (there <= taken) return;
        report(message_symptom(),
               fmt::format("{} of the {} values put there {} never taken", there - taken, there,
                           there - taken == 1 ? "was" : "were"));
    }

    void judge_put() {
        if (certain(Operation::Close) > 0)
            return report(Symptom::LostWakeup, "it is closed, which ends every wait for room");
        const std::size_t initial = object_.initial.list() ? object_.initial.list()->size() : 0;
        const std::size_t there = initial + possible(Operation::Put);
        const std::size_t taken = certain(Operation::Take);
        if (object_.contract.duplicating) return;
        if (object_.capacity != 0 && there >= object_.capacity + taken) return;
        report(Symptom::LostWakeup, "there is room in it");
    }

    void judge_read() {
        if (certain(Operation::StreamClose) > 0)
            return report(message_symptom(), "it is closed, which ends every wait for more");
        if (object_.contract.lossy) return;
        std::int64_t there = 0;
        for (std::uint32_t index : context_.calls_on(call_.object)) {
            const Call& call = history_.calls[index];
            if (call.operation == Operation::StreamRead && may_have_succeeded(call)) {
                if (!succeeded(call) || !call.result.text()) return;  // nobody knows how many
                there -= static_cast<std::int64_t>(call.result.text()->size());
            }
            // What a write that has not come back has written, nobody knows either.
            const bool wrote = call.operation == Operation::StreamWrite && call.responded != kNone;
            if (wrote && call.result.integer()) there += *call.result.integer();
        }
        if (there > 0 && !object_.contract.framed)
            report(message_symptom(), fmt::format("{} bytes in it were never read", there));
    }

    // What was published after this task had subscribed, for certain, and what it may have got.
    void judge_receive() {
        if (object_.contract.lossy) return;
        std::uint32_t subscribed = kNone;
        std::size_t owed = 0, received = 0;
        for (std::uint32_t index : context_.calls_on(call_.object)) {
            const Call& call = history_.calls[index];
            if (call.operation == Operation::Subscribe && call.task == call_.task &&
                succeeded(call))
                subscribed = std::min(subscribed, call.responded);
            if (call.operation == Operation::Publish && succeeded(call) &&
                call.invoked > subscribed)
                ++owed;
            // What came in while it subscribed may be among what it got, so all of that is counted.
            if (call.operation == Operation::Receive && call.task == call_.task &&
                may_have_succeeded(call))
                ++received;
        }
        if (owed > received)
            report(message_symptom(), fmt::format("{} of the {} values that it is owed never came",
                                                  owed - received, owed));
    }

    // Each call that came back, or still waits, was to be served.
    void judge_serve() {
        if (object_.contract.executions == STAGGER_AT_LEAST_ONCE) return;
        const std::size_t waiting =
            count(Operation::Call, [&](const Call& call) { return sleeps_in(call); });
        const std::size_t made = waiting + certain(Operation::Call);
        const std::size_t served = possible(Operation::Serve);
        if (waiting > 0 && made > served)
            report(message_symptom(),
                   fmt::format("{} of the {} requests made {} never served", made - served, made,
                               made - served == 1 ? "was" : "were"));
    }

    void judge_call() {
        if (object_.contract.executions == STAGGER_AT_LEAST_ONCE) return;
        const std::size_t timed_out = count(Operation::Call, [](const Call& call) {
            return call.responded != kNone && !succeeded(call);
        });
        const std::size_t ended = timed_out + certain(Operation::Call);
        const std::size_t replied = certain(Operation::Reply);
        const std::size_t died = callers_killed();
        if (replied > ended + died)
            report(message_symptom(), fmt::format("{} of the {} replies never reached who waits",
                                                  replied - ended - died, replied));
    }

    // What is replied to the dead reaches nobody.
    std::size_t callers_killed() const {
        const std::vector<Death> dead = deaths(history_);
        return static_cast<std::size_t>(
            std::count_if(dead.begin(), dead.end(), [&](const Death& death) {
                return death.call != kNone && history_.calls[death.call].object == call_.object &&
                       history_.calls[death.call].operation == Operation::Call;
            }));
    }

    // All that arrived beyond whole groups may sleep; one more should have been let go.
    void judge_barrier() {
        if (object_.capacity == 0) return;
        const std::size_t gone = certain(Operation::Arrive);
        const std::size_t asleep =
            count(Operation::Arrive, [&](const Call& call) { return call.responded == kNone; });
        if (asleep <= (gone + asleep) % object_.capacity) return;
        report(Symptom::LostWakeup, fmt::format("{} have arrived, and {} make a group",
                                                gone + asleep, object_.capacity));
    }

    Symptom message_symptom() const {
        return object_.contract.shared ? Symptom::LostWakeup : Symptom::LostMessage;
    }

    void report(Symptom symptom, const std::string& why, std::vector<std::uint32_t> calls = {}) {
        calls.push_back(sleeper_.call);
        context_.report(
            symptom, object_.name,
            fmt::format("{} sleeps in {}, although {}.", task_name(history_, sleeper_.task),
                        describe(history_, call_), why),
            std::move(calls));
    }

    Context& context_;
    const History& history_;
    const Sleeper& sleeper_;
    const Call& call_;
    const history::Object& object_;
};

// Who was killed at work on an object may have held what the object itself is made of: then the
// others sleep for that, and no wake-up was lost.
bool was_left_at_work(const History& history, std::uint32_t object) {
    const std::vector<Death> dead = deaths(history);
    return std::any_of(dead.begin(), dead.end(), [&](const Death& death) {
        return death.call != kNone && history.calls[death.call].object == object;
    });
}

}  // namespace

void lost_wakeups(Context& context) {
    const History& history = context.history;
    if (history.ending != history::Ending::Deadlock) return;
    for (const Sleeper& sleeper : sleepers(context)) {
        if (sleeper.call == kNone) continue;
        if (was_left_at_work(history, history.calls[sleeper.call].object)) continue;
        SleptOn(context, sleeper).judge();
    }
}

}  // namespace stagger::check::oracle
