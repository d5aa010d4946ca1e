// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/free_watch.hpp"

#include "harness/engine/proc_stat.hpp"

namespace stagger::engine {
namespace {

using control::TaskIndex;
using control::TaskMask;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLookEvery{100};
constexpr seconds kPatience{1};       // without anybody going on
constexpr seconds kLongest{30};       // of one execution
constexpr double kCpuBudget = 2;      // seconds of one task without reaching a point: `hang`
constexpr double kIdleSeconds = 0.1;  // less was spent on looking around, not on work

}  // namespace

FreeWatch::FreeWatch(const control::Segment& segment, TaskMask clients)
    : segment_(segment), clients_(clients) {
    start_ = last_look_ = last_progress_ = Clock::now();
}

// True if it has used up its time without reaching a point.
bool FreeWatch::look_at(TaskIndex task) {
    const control::TaskSlot& slot = segment_.tasks[task];
    Seen& seen = seen_[task];
    seen.now = thread_stat(slot.pid, slot.tid).cpu_seconds;
    if (seen.point != slot.point) {
        seen.point = slot.point;
        seen.cpu = seen.now;
    }
    return seen.now - seen.cpu > kCpuBudget;
}

bool FreeWatch::somebody_pauses() const {
    for (TaskMask rest = clients_ & ~segment_.execution.ended; rest != 0; rest &= rest - 1) {
        if (segment_.tasks[control::lowest(rest)].in_agent.load(std::memory_order_acquire)) {
            return true;
        }
    }
    return false;
}

double FreeWatch::cpu_since_progress() const {
    double sum = 0;
    for (TaskMask rest = clients_; rest != 0; rest &= rest - 1) {
        sum += seen_[control::lowest(rest)].now;
    }
    return sum - cpu_base_;
}

std::uint64_t FreeWatch::progress() const {
    std::uint64_t sum = segment_.history.records + control::population(segment_.execution.ended);
    for (TaskIndex i = 0; i < segment_.settings.task_count; ++i) sum += segment_.tasks[i].point;
    return sum;
}

FreeWatch::State FreeWatch::look() {
    const auto now = Clock::now();
    if (now - last_look_ < kLookEvery) return State::Running;
    last_look_ = now;
    for (TaskMask rest = clients_ & ~segment_.execution.ended; rest != 0; rest &= rest - 1) {
        culprit_ = control::lowest(rest);
        if (look_at(culprit_)) return State::Hung;
    }
    culprit_ = control::kNobody;
    if (now - start_ > kLongest) return State::Stalled;
    const std::uint64_t reached = progress();
    if (reached != progress_ || somebody_pauses() || cpu_since_progress() > kIdleSeconds) {
        progress_ = reached;
        last_progress_ = now;
        cpu_base_ += cpu_since_progress();
        return State::Running;
    }
    return now - last_progress_ > kPatience ? State::Stalled : State::Running;
}

}  // namespace stagger::engine
