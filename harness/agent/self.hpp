// SPDX-License-Identifier: Apache-2.0
//
// What the agent knows of the thread it runs in, and of its process. Private to the agent.
#pragma once

#include <cerrno>
#include <cstdint>

#include "harness/control/layout.hpp"

namespace stagger::agent {

// What pthread_cancel does to this thread where it is now.
enum class Cancellation : std::uint8_t {
    Waits,  // until the next cancellation point
    Acts,   // here is one
    Tells,  // here is one that has something to do first
};

// What signals that were handled since a call began do to it where it would wait.
enum class Interruption : std::uint8_t {
    None,
    Restarts,  // it goes on where it can: all handlers had SA_RESTART
    Ends,
};

struct Self {
    control::Segment* segment = nullptr;  // null: not a task
    control::TaskIndex index = control::kNobody;
    bool in_plugin = false;         // only then do calls become points
    bool wakes_when_asked = false;  // no spurious wake-ups: its loop is at its limit
    Cancellation cancellation = Cancellation::Waits;
    bool cancelled_anywhere = false;  // PTHREAD_CANCEL_ASYNCHRONOUS: at each point
    Interruption interruption = Interruption::None;
    std::uint64_t generation = 0;  // of the execution it last took part in
    std::uint32_t resetting = 0;   // a number for what is being reset; 0: nothing
    std::uint32_t made = 0;        // objects, in that reset
    void (*on_new_execution)(void*) = nullptr;
    void* context = nullptr;
    std::uintptr_t stack_low = 0, stack_high = 0;
    std::uintptr_t place = 0;  // in instrumented code: where it was last, within this call

    control::TaskSlot& slot() const { return segment->tasks[index]; }
    control::Execution& execution() const { return segment->execution; }
};

// Initial-exec: the agent is loaded at program start, and this is read at every memory access.
// constinit: or each read would first ask whether it was initialised.
extern constinit thread_local Self self __attribute__((tls_model("initial-exec")));

struct Process {
    control::Segment* segment = nullptr;
    std::uint32_t index = 0;      // number of this process in the case
    bool multi_threaded = false;  // then private memory is shared too, between its threads
    std::uint32_t counters = 0;   // ranges of coverage counters, of libraries that have them
    bool real_libc = false;       // libc's own locks are under test: only futexes are modelled
};
extern Process process;

// Free mode: counts a call, and delays it if the plan says so.
void delay_call();

// True in plugin code of a task: this call is a point. In free mode calls are libc's own.
inline bool controlled() {
    if (!self.in_plugin) return false;
    if (!self.segment->free.on) return true;
    delay_call();
    return false;
}

// While it lives the agent's own code runs: nested calls are not points, and errno is kept.
class EngineCode {
public:
    EngineCode() : saved_errno_(errno) { self.in_plugin = false; }
    ~EngineCode() {
        self.in_plugin = true;
        errno = saved_errno_;
    }
    EngineCode(const EngineCode&) = delete;
    EngineCode& operator=(const EngineCode&) = delete;

    // Fails as a system call does: returns -1 with `error` in errno.
    int fail(int error) {
        saved_errno_ = error;
        return -1;
    }
    // The call's own errno stands.
    void adopt_errno() { saved_errno_ = errno; }

private:
    int saved_errno_;
};

// While it lives this task sleeps in the agent, if it sleeps: the controller leaves it the token.
class InAgent {
public:
    InAgent() { self.slot().in_agent.store(true, std::memory_order_release); }
    ~InAgent() { self.slot().in_agent.store(false, std::memory_order_release); }
    InAgent(const InAgent&) = delete;
    InAgent& operator=(const InAgent&) = delete;
};

}  // namespace stagger::agent
