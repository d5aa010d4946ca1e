// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/task_process.hpp"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "harness/agent/agent.hpp"
#include "harness/base/check.hpp"
#include "harness/control/scheduler.hpp"

namespace stagger::worker {
namespace {

using Kind = backend::Layout::Kind;

// Local state of this process is reset once per execution, by whichever of its tasks runs first.
std::uint64_t local_reset_generation = 0;

// This process has joined the backends. One that starts again in an execution has not.
bool attached = false;

void fail_execution(const std::string& message) {
    agent::finish_execution(control::Ending::HarnessError, message.c_str());
}

// Of processes that faults killed in the last execution, whichever peer runs first repairs what
// only a peer can.
Status recover_dead(Surroundings& surroundings) {
    control::TaskMask& due = surroundings.segment->execution.recover_due;
    for (; due != 0; due &= due - 1) {
        STAGGER_TRY([[maybe_unused]] Ok repaired,
                    surroundings.backends->recover(control::lowest(due)));
    }
    return Ok{};
}

// First activation of a task in an execution: it is alone, and outside of plugin code.
void begin_execution(void* context) {
    auto& surroundings = *static_cast<Surroundings*>(context);
    control::Execution& execution = surroundings.segment->execution;
    if (!execution.reset_due) return;
    if (!attached) {  // it starts again: it has nothing yet
        local_reset_generation = execution.generation;
        return;
    }
    Status status = recover_dead(surroundings);
    if (status.ok() && execution.shared_reset_due) {
        execution.shared_reset_due = false;
        agent::begin_reset(true);
        status = surroundings.backends->reset(STAGGER_RESET_SHARED);
        agent::end_reset();
    }
    if (status.ok() && local_reset_generation != execution.generation) {
        local_reset_generation = execution.generation;
        agent::begin_reset(false);
        status = surroundings.backends->reset(STAGGER_RESET_LOCAL);
        agent::end_reset();
    }
    if (!status.ok()) fail_execution(status.error().message);
}

void attach(Surroundings& surroundings, std::uint32_t process) {
    agent::step_point(control::Call::Attach, control::kNoSite, control::kNoSite, control::kNoKey);
    agent::enter_plugin();
    const Status joined = surroundings.backends->attach(process);
    agent::leave_plugin();
    if (!joined.ok()) fail_execution(joined.error().message);
    attached = true;
}

// Its other threads wait for that.
void join_again(Surroundings& surroundings, std::uint32_t process) {
    attach(surroundings, process);
    control::touch(*surroundings.segment,
                   control::make_key(control::KeySpace::TaskEnd, control::kMaxTasks + process));
}

void park(control::Segment& segment, std::uint32_t task, int parked) {
    control::TaskSlot& slot = segment.tasks[task];
    slot.pid = getpid();
    slot.tid = static_cast<std::int32_t>(syscall(SYS_gettid));
    const char byte = 0;
    STAGGER_CHECK(write(parked, &byte, 1) == 1);
}

[[noreturn]] void run_server(Surroundings& surroundings, std::uint32_t task) {
    attached = true;
    agent::await_turn();
    std::uint32_t index = 0;
    for (std::uint32_t i = 0; i < task; ++i) {
        if (surroundings.layout.kinds[i] == Kind::Server) ++index;
    }
    agent::enter_plugin();
    const Error failure = surroundings.backends->serve(index);
    agent::leave_plugin();
    for (;;) fail_execution(failure.message);
}

[[noreturn]] void run_client(Surroundings& surroundings, std::uint32_t task, std::uint32_t process,
                             std::size_t thread) {
    Interpreter interpreter(surroundings, task, std::move(surroundings.evaluators[thread]));
    const bool parent = surroundings.layout.kinds[task] == Kind::Parent;
    for (;;) {
        agent::await_turn();
        const control::Phase phase = surroundings.segment->execution.phase;
        if (phase == control::Phase::Attach) {
            attach(surroundings, process);
        } else if (phase == control::Phase::Reset) {
            // Its first activation has done it.
        } else if (parent) {
            interpreter.run_parent();
        } else {
            if (!attached) join_again(surroundings, process);
            interpreter.run_role();
        }
        agent::end_task();
    }
}

struct Place {
    std::uint32_t task, process;
    std::size_t thread;  // within the process
    int parked;
};

// In a scenario of one process the parent is a further thread of it, of which plugins do not know:
// a signal to the process, which all their threads block, is not for it. Those that a thread causes
// itself stay open.
void leave_signals_to_others() {
    sigset_t all;
    sigfillset(&all);
    for (const int own : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP}) {
        sigdelset(&all, own);
    }
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

[[noreturn]] void run_task(Surroundings& surroundings, Place place) {
    const auto [task, process, thread, parked] = place;
    if (surroundings.layout.kinds[task] == Kind::Parent) leave_signals_to_others();
    agent::be_task(task, begin_execution, &surroundings);
    park(*surroundings.segment, task, parked);
    if (surroundings.layout.kinds[task] == Kind::Server) run_server(surroundings, task);
    run_client(surroundings, task, process, thread);
}

}  // namespace

void run_task_process(Surroundings& surroundings, std::uint32_t process, int parked) {
    std::vector<std::uint32_t> mine;
    for (std::uint32_t i = 0; i < surroundings.layout.tasks.size(); ++i) {
        if (surroundings.layout.tasks[i].process == process) mine.push_back(i);
    }
    STAGGER_CHECK(!mine.empty());
    agent::be_process(process, mine.size() > 1);
    for (std::size_t i = 1; i < mine.size(); ++i) {
        const Place place{mine[i], process, i, parked};
        std::thread([&surroundings, place] { run_task(surroundings, place); }).detach();
    }
    run_task(surroundings, {mine[0], process, 0, parked});
}

}  // namespace stagger::worker
