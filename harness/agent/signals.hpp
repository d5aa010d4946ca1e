// SPDX-License-Identifier: Apache-2.0
//
// Signals that tasks send to each other. One that its receiver catches is not sent to it at once,
// since its handler would run beside the sender: it stays with the receiver until that is chosen,
// which then sends it to itself, and the kernel runs the handler as it always does. Runs in the
// task that sends and in the one that receives. Private to the agent.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include "harness/agent/self.hpp"

namespace stagger::agent {

struct Receiver {
    pid_t process;
    pid_t thread = 0;  // 0: whichever of the process's takes it
};

// This thread runs this task from now on.
void note_thread();
// The kernel's number of a thread of this process; 0 if it is no task.
pid_t id_of(pthread_t thread);

// Whether there is such a task, whatever it does.
bool is_task(pid_t id);

// Whether that process, of this case or not, has a handler for it.
bool is_caught(pid_t id, int signal);

// The task that will run its handler; kNobody where the kernel does the right thing at once: the
// signal is blocked, ignored, or deadly, or the receiver is no task.
control::TaskIndex handler_of(const Receiver& receiver, int signal);

// Whether that signal ends its receiver at once.
bool is_deadly(const Receiver& receiver, int signal);

// The handlers of all signals that this task was sent run now.
void run_handlers();

// True if one has run.
inline bool handle_signals() {
    if (self.slot().signal_count == 0) return false;
    run_handlers();
    return true;
}

}  // namespace stagger::agent
