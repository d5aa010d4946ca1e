// SPDX-License-Identifier: Apache-2.0
//
// Sending a signal is a point. One that a task of the case catches waits for that to be chosen; all
// others are the kernel's, at once. What they do to their receiver nobody can tell, so everybody
// who waits may look again. Runs in the task that calls. kill(2).
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <optional>

#include "harness/agent/calls/births.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/signals.hpp"
#include "harness/control/faults.hpp"

namespace stagger::agent {
namespace {

using control::TaskIndex;

constexpr pid_t kNoThread = -1;

control::PendingSignal signal_from_here(int signal, int code, sigval value) {
    control::PendingSignal sent{signal, code, getpid(), getuid(), 0};
    std::memcpy(&sent.value, &value, sizeof(value));
    return sent;
}

void leave_to(TaskIndex task, const control::PendingSignal& signal) {
    also_touches(control::kAnyKey);
    if (control::send_signal(*self.segment, task, signal)) return;
    finish_execution(control::Ending::Overflow,
                     "more signals wait for one task to handle them than Stagger keeps (16)");
}

// A handler of the sender's own runs within `send()`, as plugin code.
template <typename Send>
int send_to_oneself(EngineCode& engine, Send send) {
    self.in_plugin = true;
    const int result = send();
    self.in_plugin = false;
    return settle(engine, result);
}

// What a signal to several processes, or to one that Stagger does not know, wakes may be anything.
template <typename Send>
int send_at_once(EngineCode& engine, const Receiver& receiver, int signal, Send send) {
    const bool several = receiver.process <= 0;
    const bool stranger = !several && !is_task(receiver.process);
    const bool handled = several || (stranger && is_caught(receiver.process, signal));
    if (signal != 0 && handled) note_outside_waker();
    const int result = settle(engine, send());
    control::touch_all(*self.segment);
    return result;
}

Receiver receiver_of(pthread_t thread) {
    const pid_t id = id_of(thread);
    return {getpid(), id != 0 ? id : kNoThread};
}

// The process of helpers that this signal is about to end.
std::optional<std::uint32_t> victim_of(const Receiver& receiver, int signal) {
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const control::TaskSlot& slot = self.segment->tasks[i];
        if (slot.pid != receiver.process || slot.state == control::TaskState::Ended) continue;
        const bool helper = slot.kind == control::TaskKind::Helper && slot.tid == slot.pid;
        if (helper && is_deadly(receiver, signal)) return slot.process;
    }
    return std::nullopt;
}

// The sender goes on when the kernel has finished with the dead, and so do all others.
template <typename Send>
int end_helpers(EngineCode& engine, std::uint32_t victim, const Receiver& receiver, Send send) {
    if (control::has_children(*self.segment, victim)) {
        finish_execution(control::Ending::Overflow, control::kOrphans);
    }
    if (victim == process.index) {
        end_process_as_helper();
        return send();
    }
    end_tasks_of(victim, control::kNobody);
    control::touch_all(*self.segment);
    const int result = settle(engine, send());
    const InAgent waiting;
    await_death({receiver.process, receiver.process, victim});
    return result;
}

struct Sent {
    int signal;
    int code = SI_USER;
    sigval value = {};
};

template <typename Send>
int send_signal(const Receiver& receiver, const Sent& sent, Send send) {
    if (!controlled()) return send();
    EngineCode engine;
    point(control::Call::Signal, control::kNoKey);
    const bool one = receiver.process > 0 && receiver.thread != kNoThread && sent.signal != 0;
    const TaskIndex task = one ? handler_of(receiver, sent.signal) : control::kNobody;
    if (task == self.index) return send_to_oneself(engine, send);
    const auto victim = one ? victim_of(receiver, sent.signal) : std::nullopt;
    if (victim) return end_helpers(engine, *victim, receiver, send);
    if (task == control::kNobody) return send_at_once(engine, receiver, sent.signal, send);
    leave_to(task, signal_from_here(sent.signal, sent.code, sent.value));
    return 0;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int kill(pid_t process_id, int signal) noexcept {
    STAGGER_REAL(kill);
    return send_signal({process_id}, {signal}, [&] { return real(process_id, signal); });
}

STAGGER_INTERCEPTED int raise(int signal) noexcept {
    STAGGER_REAL(raise);
    return send_signal({getpid(), gettid()}, {signal, SI_TKILL}, [&] { return real(signal); });
}

STAGGER_INTERCEPTED int sigqueue(pid_t process_id, int signal, sigval value) noexcept {
    STAGGER_REAL(sigqueue);
    return send_signal({process_id}, {signal, SI_QUEUE, value},
                       [&] { return real(process_id, signal, value); });
}

STAGGER_INTERCEPTED int pthread_kill(pthread_t thread, int signal) noexcept {
    STAGGER_REAL(pthread_kill);
    return send_signal(receiver_of(thread), {signal, SI_TKILL},
                       [&] { return real(thread, signal); });
}

STAGGER_INTERCEPTED int pthread_sigqueue(pthread_t thread, int signal, sigval value) noexcept {
    STAGGER_REAL(pthread_sigqueue);
    return send_signal(receiver_of(thread), {signal, SI_QUEUE, value},
                       [&] { return real(thread, signal, value); });
}

STAGGER_INTERCEPTED int tgkill(pid_t process_id, pid_t thread, int signal) {
    STAGGER_REAL(tgkill);
    return send_signal({process_id, thread}, {signal, SI_TKILL},
                       [&] { return real(process_id, thread, signal); });
}
