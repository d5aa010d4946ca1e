// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/pool.hpp"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "harness/control/free.hpp"
#include "harness/control/integrity.hpp"
#include "harness/control/residue.hpp"
#include "harness/control/scheduler.hpp"
#include "harness/engine/free_watch.hpp"
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
constexpr std::uint32_t kCancelledTicks = 150;   // until an execution is given up after Ctrl-C
constexpr std::uint32_t kAsleepTicks = 2;
// The host reports the death of its own children at once; this is for those of plugins.
constexpr std::uint32_t kDeadTicks = 50;
constexpr std::uint32_t kSleeperTicks = 1500;

void wake(std::atomic<std::uint32_t>& word) {
    syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void wait_a_tick(std::atomic<std::uint32_t>& word) {
    const timespec tick{0, kTickNs};
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

Pool::Pool(SegmentMapping mapping, HostProcess host, backend::Layout layout)
    : mapping_(std::move(mapping)), host_(std::move(host)), layout_(std::move(layout)) {
    for (const history::Object& object : layout_.objects) {
        const bool condition = object.type == ObjectType::Condition;
        segment().settings.spurious_wakeups |= condition && object.contract.spurious_wakeups;
    }
    for (TaskIndex i = 0; i < layout_.tasks.size(); ++i) {
        const Kind kind = layout_.kinds[i];
        if (kind == Kind::Role) roles_ |= bit(i);
        if (kind == Kind::Role || kind == Kind::Daemon) tasks_ |= bit(i);
        if (kind == Kind::Parent && layout_.parent_reads) parent_ = bit(i);
        // The first task of each process joins the backends for all of them.
        bool first = true;
        for (TaskIndex j = 0; j < i; ++j) {
            first = first && layout_.tasks[j].process != layout_.tasks[i].process;
        }
        if (first) attaching_ |= bit(i);
    }
}

std::variant<Pool, PoolFailure> Pool::open(const std::string& worker_path, const backend::Job& job,
                                           std::uint64_t step_limit) {
    auto mapping = SegmentMapping::create();
    if (!mapping) return PoolFailure{mapping.error().message};
    mapping->segment().settings.step_limit = step_limit;
    auto host = HostProcess::start(worker_path, mapping->descriptor());
    if (!host) return PoolFailure{host.error().message};
    auto answer = host->ask(backend::to_text(job), "loading");
    if (!answer) {
        const std::string output = host->output();
        return PoolFailure{answer.error().message + (output.empty() ? "" : ": " + output)};
    }
    if (!answer->lacking.empty()) return PoolFailure{answer->lacking, false, true};
    if (!answer->error.empty()) return PoolFailure{answer->error, answer->spec_error};
    return Pool(std::move(*mapping), std::move(*host), std::move(*answer->layout));
}

Status Pool::build() {
    segment().free.on = false;
    control::initialise(segment());  // a plugin may have written over it
    const auto asked = host_->ask(std::string(1, static_cast<char>(backend::Command::Build)),
                                  "creating its objects");
    if (!asked) {
        remove_residue_of_dead_host();
        return asked.error();
    }
    const backend::Answer& answer = asked.value();
    built_ = true;
    used_ = false;
    if (!answer.error.empty()) return Error{answer.error};
    segment().execution.generation = 0;
    segment().execution.recover_due = 0;
    joining_ = attaching_;
    return join();
}

// New processes join the backends, one after the other.
Status Pool::join() {
    plan().strategy = control::StrategyKind::Calm;
    execute(control::Phase::Attach);
    if (harm_ != nullptr) {
        return Error{fmt::format(
            "a plugin wrote over Stagger's control segment while it joined: {}", harm_)};
    }
    const Ending ending = execution().ending;
    if (ending == Ending::Completed) return Ok{};
    if (ending == Ending::Crash && execution().culprit < layout_.tasks.size()) {
        return Error{fmt::format("{} {} while it joined the backend (in its attach or open)",
                                 layout_.tasks[execution().culprit].name, execution().detail)};
    }
    return Error{
        fmt::format("the processes could not join the backend: {}",
                    ending == Ending::Deadlock ? "they wait for each other" : execution().detail)};
}

// A peer's own reset comes with its process's first activation. What the kernel keeps for it, a
// bound address or a lock, would be there until then, and others of the same execution would meet
// it: so those processes are activated before it.
Status Pool::reset_keepers() {
    control::TaskMask& keeping = segment().registry.keeping;
    joining_ = 0;
    for (control::TaskMask rest = attaching_; rest != 0; rest &= rest - 1) {
        const TaskIndex task = control::lowest(rest);
        if ((keeping & bit(segment().tasks[task].process)) != 0) joining_ |= bit(task);
    }
    keeping = 0;
    if (joining_ == 0) return Ok{};
    const auto strategy = plan().strategy;
    plan().strategy = control::StrategyKind::Calm;
    execute(control::Phase::Reset);
    plan().strategy = strategy;
    if (execution().ending == Ending::Completed) return Ok{};
    return Error{fmt::format("the processes could not be reset: {}", execution().detail)};
}

// With several threads all processes are made anew, as they are where there are servers.
bool Pool::can_replace_killed() const {
    const control::Segment& segment = mapping_.segment();
    for (TaskIndex i = 0; i < layout_.tasks.size(); ++i) {
        if ((segment.execution.faults.killed & bit(i)) == 0) continue;
        for (TaskIndex j = 0; j < layout_.tasks.size(); ++j) {
            if (j != i && layout_.tasks[j].process == layout_.tasks[i].process) return false;
        }
    }
    return layout_.replaceable;
}

// The others stay as they are.
Status Pool::replace_killed() {
    const control::Faults& faults = segment().execution.faults;
    joining_ = attaching_ & faults.killed & ~faults.unborn;
    control::TaskMask processes = 0;
    for (control::TaskMask rest = joining_; rest != 0; rest &= rest - 1) {
        processes |= bit(segment().tasks[control::lowest(rest)].process);
    }
    const auto asked = host_->ask(std::string(1, static_cast<char>(backend::Command::Replace)),
                                  "starting a process in place of one that was killed");
    if (!asked) {
        remove_residue_of_dead_host();
        return asked.error();
    }
    if (!asked->error.empty()) return Error{asked->error};
    STAGGER_TRY([[maybe_unused]] Ok joined, join());
    segment().execution.recover_due = processes;
    return Ok{};
}

Status Pool::tear_down() {
    if (!built_) return Ok{};
    built_ = false;
    auto answer =
        host_->ask(std::string(1, static_cast<char>(backend::Command::Kill)), "cleaning up");
    if (!answer) {
        remove_residue_of_dead_host();
        return answer.error();
    }
    residue_.insert(residue_.end(), answer->residue.begin(), answer->residue.end());
    return Ok{};
}

// Its children died with it, so that nobody uses what it made.
void Pool::remove_residue_of_dead_host() {
    built_ = false;
    control::remove_residue(segment(), residue_);
}

Status Pool::prepare(spec::Lifetime lifetime) {
    const bool killed = built_ && segment().execution.faults.killed != 0;
    const bool usable = lifetime == spec::Lifetime::Warm && (!killed || can_replace_killed());
    if (built_ && !(usable && is_clean())) {
        STAGGER_TRY([[maybe_unused]] Ok gone, tear_down());
    }
    const bool replaces = built_ && killed;
    hung_ = given_up_ = false;
    harm_ = nullptr;
    if (!built_ || replaces) {
        const auto strategy = plan().strategy;  // joining is calm; the rest of the plan stays
        const Status status = replaces ? replace_killed() : build();
        if (!status.ok()) return status;
        plan().strategy = strategy;
    }
    return used_ ? reset_keepers() : Status(Ok{});
}

Status Pool::run(spec::Lifetime lifetime) {
    // What fresh processes execute while they join is part of each execution.
    const bool fresh = lifetime == spec::Lifetime::Fresh;
    if (fresh) control::forget_code(segment().code);
    STAGGER_TRY([[maybe_unused]] Ok ready, prepare(lifetime));
    if (!fresh) control::forget_code(segment().code);
    execute(control::Phase::Main);
    if (given_up_) return Error{"it was interrupted"};
    return Ok{};
}

void Pool::watch(const std::atomic<bool>* cancelled) {
    cancelled_ = cancelled;
    host_->watch(cancelled);
}

Status Pool::run_free() {
    STAGGER_TRY([[maybe_unused]] Ok ready, prepare(spec::Lifetime::Fresh));
    execute_free();
    STAGGER_TRY([[maybe_unused]] Ok gone, tear_down());  // nobody may go on while it is judged
    if (given_up_) return Error{"it was interrupted"};
    return Ok{};
}

void Pool::begin(control::Phase phase) {
    control::Segment& segment = mapping_.segment();
    const bool main = phase == control::Phase::Main;
    control::begin_execution(segment, phase, main ? tasks_ : joining_,
                             main ? roles_ : joining_ & ~servers(), main ? parent_ : 0);
    // A limit that a scenario sets is about its steps, and not about joining the backend.
    if (!main) {
        segment.execution.point_limit = std::max(segment.execution.point_limit, kJoinLimit);
    }
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
    const std::uint64_t constants = control::checksum_of_constants(segment);
    const TaskIndex first = control::pick_successor(segment, control::kNobody);
    pass_token(first);
    await_end();
    harm_ = control::harm(segment);
    const bool same = control::checksum_of_constants(segment) == constants;
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

control::TaskMask Pool::servers() const {
    control::TaskMask mask = 0;
    for (TaskIndex i = 0; i < layout_.kinds.size(); ++i) {
        if (layout_.kinds[i] == Kind::Server) mask |= bit(i);
    }
    return mask;
}

void Pool::await_end() {
    std::atomic<std::uint32_t>& over = segment().execution.over;
    do {
        while (over.load(std::memory_order_acquire) == 0) {
            wait_a_tick(over);
            if (over.load(std::memory_order_acquire) == 0 && !supervise()) return;
        }
    } while (execution().ending == Ending::Nobody && await_sleepers());
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
        if (give_up_if_cancelled()) return false;
    }
    return false;
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

bool Pool::is_clean() const {
    const control::Segment& segment = mapping_.segment();
    if ((segment.execution.out_of_sight & tasks_) != 0) return false;
    if (harm_ != nullptr || hung_ || segment.execution.ending != Ending::Completed) return false;
    for (TaskIndex i = 0; i < layout_.kinds.size(); ++i) {
        const TaskState state = segment.tasks[i].state;
        if ((tasks_ & bit(i)) != 0 && state != TaskState::Ended) return false;
        if (layout_.kinds[i] == Kind::Server && state == TaskState::Ready) return false;
    }
    return true;
}

std::string_view Pool::history_bytes() {
    const control::Segment& segment = mapping_.segment();
    if (harm_ != nullptr) return "harmed";
    const std::string_view recorded(segment.history.bytes, segment.history.used);
    const control::Execution& execution = segment.execution;
    if (execution.ending == Ending::Completed) return recorded;
    bytes_ = recorded;
    bytes_ += fmt::format("|{}|{}|{}", static_cast<int>(execution.ending), execution.culprit,
                          execution.detail);
    for (TaskIndex i = 0; i < layout_.tasks.size(); ++i) {
        const control::TaskSlot& slot = segment.tasks[i];
        bytes_ += fmt::format("|{},{},{},{}", static_cast<int>(slot.state), slot.site, slot.object,
                              static_cast<int>(slot.call));
    }
    return bytes_;
}

Result<std::vector<std::string>> Pool::close() {
    STAGGER_TRY([[maybe_unused]] Ok gone, tear_down());
    std::sort(residue_.begin(), residue_.end());
    residue_.erase(std::unique(residue_.begin(), residue_.end()), residue_.end());
    return residue_;
}

}  // namespace stagger::engine
