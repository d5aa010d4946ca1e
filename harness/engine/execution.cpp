// SPDX-License-Identifier: Apache-2.0
//
// Executions of a pool's processes, and looking after them while they run.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "harness/control/free.hpp"
#include "harness/control/hold.hpp"
#include "harness/control/integrity.hpp"
#include "harness/control/scheduler.hpp"
#include "harness/engine/free_watch.hpp"
#include "harness/engine/pool.hpp"
#include "harness/engine/proc_stat.hpp"

namespace stagger::engine {
namespace {

using control::bit;
using control::Ending;
using control::TaskIndex;
using control::TaskState;
using Kind = backend::Layout::Kind;

constexpr double kCpuBudgetSeconds = 2;          // without reaching a point: `hang`
constexpr std::uint64_t kJoinLimit = 1'000'000;  // points of attach and open
constexpr long kTickNs = 2'000'000;              // how often the controller looks while it waits
constexpr long kFirstTickNs = 20'000'000;
constexpr std::uint32_t kCancelledTicks = 150;  // until an execution is given up after Ctrl-C
constexpr std::uint32_t kAsleepTicks = 2;
// The builder reports the death of its own children at once; this is for those of plugins.
constexpr std::uint32_t kDeadTicks = 50;
constexpr std::uint32_t kSleeperTicks = 1500;

void wake(std::atomic<std::uint32_t>& word) {
    syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void wait_a_tick(std::atomic<std::uint32_t>& word, long ns = kTickNs) {
    const timespec tick{0, ns};
    syscall(SYS_futex, &word, FUTEX_WAIT, 0, &tick, nullptr, 0);
}

// Null if there was room for everything.
const char* lacking_room(control::Shortage shortage) {
    using control::Shortage;
    switch (shortage) {
        case Shortage::Mappings:
            return "a process has more shared mappings than Stagger can tell apart (256)";
        case Shortage::Descriptors:
            return "a process uses descriptors above those that Stagger can tell apart (4095)";
        case Shortage::Names:
            return "there are more named objects than Stagger can tell apart (512)";
        case Shortage::Connections:
            return "more connections wait to be accepted than Stagger can tell apart (256)";
        case Shortage::Barriers:
            return "there are more barriers than Stagger models (1024)";
        case Shortage::Timers:
            return "there are more timerfds than Stagger models (256)";
        default:
            return nullptr;
    }
}

}  // namespace

void Pool::begin(control::Phase phase) {
    control::Segment& segment = mapping_.segment();
    const bool main = phase == control::Phase::Main;
    control::begin_execution(segment, phase, main ? tasks_ : joining_,
                             main ? roles_ : joining_ & ~servers(), main ? parent_ : 0);
    // A limit that a scenario sets is about its steps, and not about joining the backend.
    if (!main) {
        segment.execution.point_limit = std::max(segment.execution.point_limit, kJoinLimit);
    }
    if (main && debugger_ != nullptr) control::watch_for_hold(segment);
    segment.execution.reset_due = used_ && phase != control::Phase::Attach;
    segment.execution.shared_reset_due = segment.execution.reset_due && !is_reset_;
    is_reset_ = phase == control::Phase::Reset;
    used_ = used_ || main;
    last_points_ = ~std::uint64_t{0};
    asleep_ticks_ = dead_ticks_ = cancelled_ticks_ = 0;
    watched_ = control::kNobody;
}

void Pool::execute(control::Phase phase) {
    begin(phase);
    control::Segment& segment = mapping_.segment();
    const bool main = phase == control::Phase::Main;
    constants_.capture(segment);
    const TaskIndex first = control::pick_successor(segment, control::kNobody);
    pass_token(first);
    await_end();
    if (main && debugger_ != nullptr) debugger_->leave();
    harm_ = control::harm(segment);
    const bool same = constants_.still_hold(segment);
    if (harm_ == nullptr && !same) harm_ = "its plan";
    // What joining had no room for is lacking afterwards, too, and is told then. A crash stays one.
    const char* lacking = lacking_room(segment.registry.shortage);
    const Ending ending = segment.execution.ending;
    const bool judged = ending == Ending::Completed || ending == Ending::Deadlock ||
                        ending == Ending::Livelock || ending == Ending::Nobody;
    if (lacking != nullptr && judged && main) give_up(Ending::Overflow, lacking);
}

// Servers and helpers too: those who waited under control find that they need not any more.
void Pool::execute_free() {
    begin(control::Phase::Main);
    control::Segment& segment = mapping_.segment();
    control::begin_free(segment);
    for (TaskIndex i = 0; i < segment.settings.task_count; ++i) {
        const bool waits = i >= layout_.kinds.size() || layout_.kinds[i] != Kind::Parent;
        if (waits) pass_token(i);
    }
    await_free_end();
    harm_ = control::harm(segment);
}

void Pool::await_free_end() {
    control::Segment& segment = mapping_.segment();
    std::atomic<std::uint32_t>& over = segment.execution.over;
    FreeWatch watch(segment, tasks_ | parent_);
    while (over.load(std::memory_order_acquire) == 0) {
        wait_a_tick(over);
        if (over.load(std::memory_order_acquire) != 0) return;
        if (const auto death = host_->death()) {
            const std::string detail = "the backend's host process " + *death;
            control::give_up_free(segment, Ending::HarnessError, control::kNobody, detail.c_str());
            return remove_residue_of_dead_host();
        }
        if (cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed)) {
            given_up_ = true;
            control::give_up_free(segment, Ending::HarnessError, control::kNobody, "");
            return;
        }
        const FreeWatch::State state = watch.look();
        if (state == FreeWatch::State::Running) continue;
        hung_ = state == FreeWatch::State::Hung;
        control::give_up_free(segment, hung_ ? Ending::HarnessError : Ending::Nobody,
                              watch.culprit(), "");
    }
}

// A timer that is due before the kernel's own tick has to be programmed, and later stopped: on a
// virtual machine that costs more than two switches. Most executions end long before either, so the
// first look is late, unless the execution before was not over by then.
void Pool::await_end() {
    std::atomic<std::uint32_t>& over = segment().execution.over;
    long tick = took_long_ ? kTickNs : kFirstTickNs;
    took_long_ = false;
    do {
        while (over.load(std::memory_order_acquire) == 0) {
            wait_a_tick(over, tick);
            if (over.load(std::memory_order_acquire) != 0) continue;
            took_long_ = true;
            tick = kTickNs;
            if (!supervise()) return;
        }
        if (over.load(std::memory_order_acquire) != control::kOverIsHeld) continue;
        if (!await_debugger()) return;
    } while (over.load(std::memory_order_acquire) == 0 ||
             (execution().ending == Ending::Nobody && await_sleepers()));
}

// Looks after an execution that takes long. False: it was given up.
bool Pool::supervise() {
    if (const auto death = host_->death()) {
        give_up(Ending::HarnessError, "the backend's host process " + *death);
        remove_residue_of_dead_host();
        return false;
    }
    if (give_up_if_cancelled()) return false;
    const control::Execution& execution = segment().execution;
    const TaskIndex index = execution.holder % control::kMaxTasks;
    const control::TaskSlot& holder = segment().tasks[index];
    const ThreadStat stat = thread_stat(holder.pid, holder.tid);
    const bool awaited = holder.pid == 0;  // it starts again, and is not there yet
    const bool dead = !awaited && (!stat.exists || stat.state == 'Z' || stat.state == 'X');
    if (execution.points != last_points_ || index != watched_) {
        last_points_ = execution.points;
        watched_ = index;
        stalled_cpu_ = stat.cpu_seconds;
        asleep_ticks_ = dead_ticks_ = 0;
        return true;
    }
    dead_ticks_ = dead ? dead_ticks_ + 1 : 0;
    if (dead_ticks_ >= kDeadTicks) {
        give_up(Ending::Crash, "ended while it was its turn");
        return false;
    }
    // What a debugger has a task do is no hang.
    if (is_debugged()) stalled_cpu_ = stat.cpu_seconds;
    if (stat.cpu_seconds - stalled_cpu_ > kCpuBudgetSeconds) {
        hung_ = true;
        give_up(Ending::HarnessError, "");
        return false;
    }
    const bool asleep = stat.state == 'S' && !holder.in_agent.load(std::memory_order_acquire);
    asleep_ticks_ = asleep ? asleep_ticks_ + 1 : 0;
    if (asleep_ticks_ >= kAsleepTicks) take_over(index);
    return true;
}

// The holder sleeps at a call that nobody intercepts. It is asked for twice, with the mark between,
// so that a holder that wakes meanwhile either sees the mark or is seen awake.
void Pool::take_over(TaskIndex holder) {
    control::Segment& segment = mapping_.segment();
    control::TaskSlot& slot = segment.tasks[holder];
    asleep_ticks_ = 0;
    slot.sight.store(control::Sight::Lost, std::memory_order_seq_cst);
    const bool asleep = thread_stat(slot.pid, slot.tid).state == 'S' &&
                        !slot.in_agent.load(std::memory_order_acquire);
    auto lost = control::Sight::Lost;
    if (!asleep && slot.sight.compare_exchange_strong(lost, control::Sight::Seen)) return;
    control::lose_sight(segment, holder);
    pass_token(control::pick_successor(segment, holder));  // its decision, had it been awake
}

void Pool::pass_token(TaskIndex next) {
    control::Segment& segment = mapping_.segment();
    if (next == control::kNobody) {
        segment.execution.over.store(1, std::memory_order_release);
        return;
    }
    segment.tasks[next].token.store(1, std::memory_order_release);
    wake(segment.tasks[next].token);
}

// Nobody is ready, and somebody sleeps out of sight: what wakes it may be outside of the case, so
// this is no deadlock. False once it has slept for so long that there is nothing to wait for.
bool Pool::await_sleepers() {
    control::Segment& segment = mapping_.segment();
    std::atomic<std::uint32_t>& over = segment.execution.over;
    over.store(0, std::memory_order_relaxed);
    for (std::uint32_t tick = 0; tick < kSleeperTicks; ++tick) {
        bool back = false;
        for (TaskIndex i = 0; i < control::kMaxTasks; ++i) {
            if (segment.tasks[i].sight.load(std::memory_order_acquire) !=
                control::Sight::Returned) {
                continue;
            }
            control::regain_sight(segment, i);
            back = true;
        }
        if (back) {
            segment.execution.ending = Ending::Running;
            pass_token(control::pick_successor(segment, segment.execution.holder));
            return true;
        }
        wait_a_tick(over);
        if (over.load(std::memory_order_acquire) != 0) return true;  // a process died
        if (is_debugged()) tick = 0;  // it may sleep where somebody has stopped it
        if (give_up_if_cancelled()) return false;
    }
    return false;
}

// The holder is where it is to be looked at. False: it cannot be, and the execution is given up.
bool Pool::await_debugger() {
    const control::Segment& segment = mapping_.segment();
    const TaskIndex index = segment.execution.holder % control::kMaxTasks;
    const control::TaskSlot& slot = segment.tasks[index];
    const std::atomic<std::uint32_t>& over = segment.execution.over;
    const Status attached =
        debugger_->attach({slot.pid, slot.tid, [&over] {
                               return over.load(std::memory_order_acquire) == control::kOverIsHeld;
                           }});
    if (!attached.ok()) give_up(Ending::HarnessError, attached.error().message);
    return attached.ok();
}

void Pool::give_up(Ending ending, const std::string& detail) {
    control::Segment& segment = mapping_.segment();
    control::finish(segment, ending, segment.execution.holder, detail.c_str());
}

// An execution that would be over in a moment is let end: it may be what confirms a finding.
bool Pool::give_up_if_cancelled() {
    const bool cancelled = cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed);
    given_up_ = cancelled && ++cancelled_ticks_ >= kCancelledTicks;
    if (given_up_) give_up(Ending::HarnessError, "it was interrupted");
    return given_up_;
}

}  // namespace stagger::engine
