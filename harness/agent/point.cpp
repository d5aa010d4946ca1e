// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/point.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include <ctime>
#include <iterator>

#include "harness/agent/agent.hpp"
#include "harness/agent/code_coverage.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/free.hpp"
#include "harness/agent/futex.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/sight.hpp"
#include "harness/agent/signals.hpp"
#include "harness/control/hold.hpp"

namespace stagger::agent {
namespace {

using control::TaskIndex;

// A loop that reads one thing so often in a row waits for somebody else to change it.
constexpr std::uint32_t kSpinLimit = 24;

// Of a time-out that ends early: points that the others have before it does; by variant.
constexpr std::uint64_t kHurries[] = {0, 1, 4, 16, 64, 256, 1024};
constexpr std::uint8_t kLate = std::size(kHurries);

constexpr int kQuickLooks = 50;  // at one that dies

void report_over() {
    control::Execution& execution = self.execution();
    execution.over.store(1, std::memory_order_release);
    futex_wake(&execution.over);
}

void hand_over(TaskIndex next) {
    if (process.counters > 0) gather_counters();
    if (next == control::kNobody) {
        report_over();
        return;
    }
    control::TaskSlot& slot = self.segment->tasks[next];
    slot.token.store(1, std::memory_order_release);
    futex_wake(&slot.token);
}

// A debugger is to look at this task: the controller starts one. It lets this task go on while it
// has it stopped, so that whoever looks decides when. Gives who goes on from here.
TaskIndex be_held() {
    const InAgent waiting;
    // Where only ancestors may trace (kernel.yama.ptrace_scope is 1): the debugger is none.
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    std::atomic<std::uint32_t>& over = self.execution().over;
    over.store(control::kOverIsHeld, std::memory_order_release);
    futex_wake(&over);
    while (over.load(std::memory_order_acquire) == control::kOverIsHeld) {
        futex_wait(&over, control::kOverIsHeld);
    }
    return control::leave_hold(*self.segment, self.index);
}

void switch_to(TaskIndex next) {
    if (next == self.index) return;
    if (next == control::kHeld) return switch_to(be_held());
    hand_over(next);
    await_token();
}

bool is_alive(int pid, int tid) {
    const char state = thread_state(pid, tid);
    return state != kNoThread && state != 'Z' && state != 'X';
}

// A child of the builder's that a fault killed, which reaps it: until then kill(2) and /proc would
// say that it lives, and whoever takes a lock away from the dead would wait for ever.
bool is_reaped_by_builder(const control::Dying& dying) {
    for (control::TaskMask rest = self.execution().faults.killed; rest != 0; rest &= rest - 1) {
        if (self.segment->tasks[control::lowest(rest)].process == dying.process) return true;
    }
    return false;
}

// True while the kernel may still have to close, unlock or wake for that thread; of a process, for
// any of its threads.
bool still_dying(const control::Dying& dying) {
    if (dying.tid != dying.pid) return is_alive(dying.pid, dying.tid);
    if (is_reaped_by_builder(dying)) return thread_state(dying.pid, dying.pid) != kNoThread;
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const control::TaskSlot& slot = self.segment->tasks[i];
        if (slot.process == dying.process && is_alive(dying.pid, slot.tid)) return true;
    }
    return false;
}

void mind_cancellation() {
    if (self.cancellation == Cancellation::Acts || self.cancelled_anywhere) end_if_cancelled();
}

bool is_cancellable() {
    if (self.cancellation == Cancellation::Waits && !self.cancelled_anywhere) return false;
    int state = PTHREAD_CANCEL_DISABLE;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    pthread_setcancelstate(state, nullptr);
    return state == PTHREAD_CANCEL_ENABLE;
}

// Another thread has had this process killed, and it starts again: the token is for whoever takes
// this thread's place there, and the signal is on its way.
[[noreturn]] void await_own_death() {
    STAGGER_REAL(pause);
    for (;;) real();
}

void pass() {
    switch_to(control::pass_point(*self.segment, self.index));
    face_faults();
    mind_cancellation();
}

}  // namespace

void await_death(const control::Dying& dying) {
    STAGGER_REAL(sched_yield);
    const timespec moment{0, 10'000};
    // It dies on this core, and is mostly done before even the shortest sleep would end.
    for (int looks = 0; still_dying(dying); ++looks) {
        looks < kQuickLooks ? (void)real() : (void)nanosleep(&moment, nullptr);
    }
}

void await_token() {
    const InAgent waiting;
    std::atomic<std::uint32_t>& token = self.slot().token;
    while (token.load(std::memory_order_acquire) == 0) futex_wait(&token, 0);
    if (self.slot().pid == 0) await_own_death();
    token.store(0, std::memory_order_relaxed);
    if (control::Dying& dying = self.execution().dying; dying.tid != 0) {
        await_death(dying);
        dying = {};
    }
    const std::uint64_t generation = self.execution().generation;
    if (self.generation == generation) return;
    self.generation = generation;
    if (self.on_new_execution != nullptr) self.on_new_execution(self.context);
    if (process.counters > 0) forget_counters();
}

void hand_over_and_leave(TaskIndex next) {
    hand_over(next);
}

void point(control::Call call, control::Key key, bool reads_only) {
    keep_in_sight();
    control::TaskSlot& slot = self.slot();
    slot.call = call;
    slot.key = key;
    if (self.segment->free.on) return delay_point();
    slot.reads_only = reads_only;
    slot.spin_count = 0;
    pass();
    // What a handler has done was not what the others were told of: it comes here anew.
    while (handle_signals()) {
        slot.call = call;
        slot.key = key;
        slot.reads_only = reads_only;
        slot.spin_count = 0;
        pass();
    }
    self.interruption = Interruption::None;
}

void spinning_point(control::Call call, control::Key key) {
    if (self.segment->free.on) return;
    keep_in_sight();
    control::TaskSlot& slot = self.slot();
    const std::uint32_t count = slot.spin_key == key ? slot.spin_count + 1 : 0;
    slot.spin_key = key;
    slot.call = call;
    slot.key = key;
    slot.reads_only = control::only_reads(call);
    slot.spin_count = count;
    switch_to(control::pass_point(*self.segment, self.index));
    face_faults();
    mind_cancellation();
    if (handle_signals()) return point(call, key, control::only_reads(call));
    self.interruption = Interruption::None;
    if (count < kSpinLimit) return;
    slot.spin_count = 0;
    control::yield(*self.segment, self.index);
}

void end_if_cancelled() {
    const Self before = self;
    self.in_plugin = true;
    self.cancellation = Cancellation::Waits;
    self.cancelled_anywhere = false;
    pthread_testcancel();
    self.in_plugin = before.in_plugin;
    self.cancellation = before.cancellation;
    self.cancelled_anywhere = before.cancelled_anywhere;
}

Woken wait_for(const control::Key* keys, std::uint32_t count, std::int64_t deadline) {
    if (self.segment->free.on) return nap_until(deadline) ? Woken::Touched : Woken::TimedOut;
    control::TaskSlot& slot = self.slot();
    slot.interruptible = is_cancellable();
    slot.interrupted = false;
    const auto slow = deadline == control::kNoDeadline ? std::nullopt : struck_by(FaultKind::Slow);
    if (slow && *slow == kLate) deadline += control::longest_pause(self.execution());
    control::block(*self.segment, self.index, keys, count, deadline);
    if (slow && *slow != kLate) control::hurry(*self.segment, self.index, kHurries[*slow % kLate]);
    face_death();  // it may die asleep, too
    switch_to(control::pick_successor(*self.segment, self.index));
    face_death();
    slot.deadline = control::kNoDeadline;
    mind_cancellation();
    if (slot.interrupted) return Woken::Cancelled;
    const bool timed_out = slot.timed_out, signalled = slot.in_handler;
    const bool handled = handle_signals();
    if (handled && signalled) return Woken::Signalled;
    return timed_out ? Woken::TimedOut : Woken::Touched;
}

void note_outside_waker() {
    control::Segment& segment = *process.segment;
    segment.execution.outside = true;
    if (segment.execution.phase != control::Phase::Main) segment.registry.outside = true;
}

void finish_execution(control::Ending ending, const char* detail) {
    if (self.segment->free.on) {
        control::give_up_free(*self.segment, ending, self.index, detail);
        return switch_to(control::kNobody);
    }
    control::finish(*self.segment, ending, self.index, detail);
    switch_to(control::kNobody);
}

}  // namespace stagger::agent
