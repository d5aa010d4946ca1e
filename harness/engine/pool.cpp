// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/pool.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "harness/control/integrity.hpp"
#include "harness/control/residue.hpp"
#include "harness/control/scheduler.hpp"

namespace stagger::engine {
namespace {

using control::bit;
using control::Ending;
using control::TaskIndex;
using control::TaskState;
using Kind = backend::Layout::Kind;

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
// it: so those processes are activated before it. Servers are not: they wait, and forget clients as
// soon as one calls.
Status Pool::reset_keepers() {
    control::TaskMask& keeping = segment().registry.keeping;
    joining_ = 0;
    for (control::TaskMask rest = attaching_ & ~servers(); rest != 0; rest &= rest - 1) {
        const TaskIndex task = control::lowest(rest);
        if ((keeping & bit(segment().tasks[task].process)) != 0) joining_ |= bit(task);
    }
    keeping = 0;
    if (joining_ == 0) return Ok{};
    plan().strategy = control::StrategyKind::Calm;
    execute(control::Phase::Reset);
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
    const auto strategy = plan().strategy;  // joining and resetting are calm; the rest stays
    if (!built_ || replaces) {
        const Status status = replaces ? replace_killed() : build();
        if (!status.ok()) return status;
    }
    const Status status = used_ ? reset_keepers() : Status(Ok{});
    plan().strategy = strategy;
    return status;
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

control::TaskMask Pool::servers() const {
    control::TaskMask mask = 0;
    for (TaskIndex i = 0; i < layout_.kinds.size(); ++i) {
        if (layout_.kinds[i] == Kind::Server) mask |= bit(i);
    }
    return mask;
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
