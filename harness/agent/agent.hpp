// SPDX-License-Identifier: Apache-2.0
//
// The agent: the library inside every task, linked ahead of libc. It turns IPC calls and accesses
// to shared memory into points, passes the token, and keeps virtual time. This header is for the
// worker, which owns the tasks; plugins never see it. No allocation, no lock, no other library.
#pragma once

#include <cstdint>

#include "harness/control/layout.hpp"

namespace stagger::agent {

#define STAGGER_AGENT_API __attribute__((visibility("default")))

// From now on this process and those it forks know their objects by identity. Called by the host
// before it loads a plugin. Until a thread enters a task nothing else changes. False if the segment
// is of another build than the agent.
STAGGER_AGENT_API bool use_segment(control::Segment*);

// libc = "real": libc's own locks, conditions and the like run in this process and those it forks;
// only the futex calls that they make are modelled. Cannot be undone. 0, or why it cannot be: an
// error number. Called by the host while it is single-threaded.
STAGGER_AGENT_API int trap_futexes();

// This process is number `index` of the case; with several tasks, all its memory is shared.
STAGGER_AGENT_API void be_process(std::uint32_t index, bool multi_threaded);

// This thread is the task in that slot. `on_new_execution` runs at its first activation in each
// execution, while nobody else runs; it may be null.
STAGGER_AGENT_API void be_task(control::TaskIndex index, void (*on_new_execution)(void*),
                               void* context);

// Between these two a backend is put back to how it began. What is made then has the same identity
// in each execution, whoever does it: it stands for what stood there before. `shared`: what is
// reset is all processes', and not this one's own.
STAGGER_AGENT_API void begin_reset(bool shared);
STAGGER_AGENT_API void end_reset();

// Waits until this task is chosen to run. Requires: be_task.
STAGGER_AGENT_API void await_turn();

// A point of the worker's own: the task is about to do `call` in step `site` on `object` (kNoSite
// if none). Requires: the task holds the token, and is outside of plugin code.
STAGGER_AGENT_API void step_point(control::Call call, std::uint32_t site, std::uint32_t object,
                                  control::Key key, bool reads_only = false);

// What runs between these two is plugin code: its calls become points.
STAGGER_AGENT_API void enter_plugin();
STAGGER_AGENT_API void leave_plugin();

// Waits in virtual time.
STAGGER_AGENT_API void sleep_for(std::int64_t ns);

// Waits until all tasks in `tasks` have ended.
STAGGER_AGENT_API void join(control::TaskMask tasks);

// Lets all others run until each has ended or waits. False: they already have.
STAGGER_AGENT_API bool let_others_run();
// While forbidden, this task's waits end when somebody ends them. A loop at its limit that waits
// with a lock held would else come back before those who wait for that lock could go on.
STAGGER_AGENT_API void forbid_spurious_wakeups(bool forbidden);

// This task is done with the execution; the token goes to another. Returns at once.
STAGGER_AGENT_API void end_task();

// The execution cannot go on: it ends here. Never returns within it.
STAGGER_AGENT_API void finish_execution(control::Ending, const char* detail);

}  // namespace stagger::agent
