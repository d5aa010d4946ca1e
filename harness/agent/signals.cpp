// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/signals.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "harness/agent/real.hpp"
#include "harness/agent/thread_file.hpp"

namespace stagger::agent {
namespace {

using control::PendingSignal;
using control::TaskIndex;
using control::TaskSlot;
using control::TaskState;

pthread_t threads[control::kMaxTasks];  // of this process, by task

// Whether the signal is in that mask of a thread's status: proc_pid_status(5). `field`: "SigCgt:".
bool is_in_mask(pid_t owner, pid_t thread, const char* field, int signal) {
    char text[4096];
    if (!read_thread_file(owner, thread, "status", text, sizeof(text))) return false;
    const char* mask = std::strstr(text, field);
    if (mask == nullptr || signal <= 0 || signal > 64) return false;
    return (std::strtoull(mask + std::strlen(field), nullptr, 16) >> (signal - 1) & 1) != 0;
}

bool is_blocked(pid_t owner, pid_t thread, int signal) {
    return is_in_mask(owner, thread, "SigBlk:", signal);
}

bool may_receive(const TaskSlot& slot, const Receiver& receiver) {
    const bool lives = slot.state == TaskState::Ready || slot.state == TaskState::Blocked;
    return lives && slot.pid == receiver.process &&
           (receiver.thread == 0 || slot.tid == receiver.thread);
}

// What the kernel would do to a call that waits, once the handler has run.
Interruption interruption_by(int signal) {
    struct sigaction action {};
    STAGGER_REAL(sigaction);
    real(signal, nullptr, &action);
    return (action.sa_flags & SA_RESTART) != 0 ? Interruption::Restarts : Interruption::Ends;
}

// The kernel runs the handler before this call returns, with mask and flags as they were asked for.
void send_to_oneself(const PendingSignal& signal) {
    siginfo_t info{};
    info.si_signo = signal.signal;
    info.si_code = signal.code;
    info.si_pid = signal.pid;
    info.si_uid = signal.uid;
    std::memcpy(&info.si_value, &signal.value, sizeof(info.si_value));
    STAGGER_REAL(syscall);  // ours would take what the handler does for its own
    real(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signal.signal, &info);
}

}  // namespace

void note_thread() {
    threads[self.index] = pthread_self();
}

pid_t id_of(pthread_t thread) {
    if (self.segment == nullptr) return 0;
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const TaskSlot& slot = self.segment->tasks[i];
        const bool lives = slot.process == process.index && slot.state != TaskState::Ended;
        if (lives && pthread_equal(threads[i], thread) != 0) return slot.tid;
    }
    return 0;
}

bool is_task(pid_t id) {
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const TaskSlot& slot = self.segment->tasks[i];
        const bool lives = slot.state != TaskState::Ended && slot.state != TaskState::Unused;
        if (lives && slot.pid == id) return true;
    }
    return false;
}

bool is_caught(pid_t id, int signal) {
    return is_in_mask(id, id, "SigCgt:", signal);
}

// A signal to a process is for its first thread, if that does not block it: complete_signal() in
// the kernel.
TaskIndex handler_of(const Receiver& receiver, int signal) {
    TaskIndex found = control::kNobody;
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const TaskSlot& slot = self.segment->tasks[i];
        if (!may_receive(slot, receiver) || is_blocked(slot.pid, slot.tid, signal)) continue;
        const bool first = slot.pid == slot.tid;
        if (first || found == control::kNobody) found = i;
        if (first) break;
    }
    const bool handles = found != control::kNobody && is_caught(receiver.process, signal);
    return handles ? found : control::kNobody;
}

bool is_deadly(const Receiver& receiver, int signal) {
    if (signal == SIGKILL) return true;
    for (const int harmless :
         {0, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH}) {
        if (signal == harmless) return false;
    }
    for (const char* field : {"SigCgt:", "SigIgn:"}) {
        if (is_in_mask(receiver.process, receiver.process, field, signal)) return false;
    }
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const TaskSlot& slot = self.segment->tasks[i];
        if (may_receive(slot, receiver) && !is_blocked(slot.pid, slot.tid, signal)) return true;
    }
    return false;
}

void run_handlers() {
    TaskSlot& slot = self.slot();
    const bool timed_out = slot.timed_out, in_handler = slot.in_handler;
    const std::uint32_t site = slot.site, object = slot.object;
    const Self before = self;
    Interruption interruption = self.interruption;
    while (slot.signal_count > 0) {
        const PendingSignal next = slot.signals[0];
        std::copy(slot.signals + 1, slot.signals + slot.signal_count, slot.signals);
        --slot.signal_count;
        const bool runs = !is_blocked(getpid(), gettid(), next.signal);
        if (runs) interruption = std::max(interruption, interruption_by(next.signal));
        self.in_plugin = true;
        self.cancellation = Cancellation::Waits;
        self.cancelled_anywhere = false;
        send_to_oneself(next);
        self.in_plugin = before.in_plugin;
        self.cancellation = before.cancellation;
        self.cancelled_anywhere = before.cancelled_anywhere;
    }
    self.interruption = interruption;
    slot.timed_out = timed_out;
    slot.in_handler = in_handler;
    slot.site = site;
    slot.object = object;
}

}  // namespace stagger::agent
