// SPDX-License-Identifier: Apache-2.0
//
// fork, exit and wait. A child is a task of a process of its own; fork returns once it is parked.
// vfork is fork: its child borrows a stack that a function of ours cannot lend. wait is tried when
// chosen with WNOHANG. Runs in the task that calls, and in its child. fork(2), waitpid(2).
// Process ids are the kernel's own: a plugin also gets them from /proc, credentials, siginfo, lock
// owners, robust mutexes and programs that it starts, where nothing could be put in their place.
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "harness/agent/agent.hpp"
#include "harness/agent/calls/births.hpp"
#include "harness/agent/calls/epoll_members.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/calls/watched.hpp"
#include "harness/agent/futex_model.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/signals.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::TaskIndex;
using control::TaskSlot;

bool is_helper_process = false;
int spawned = 0;  // live children of this process that are no tasks

// A thread's end would end its children too: only those of threads that stay are tied to them.
void die_with_parent(bool parent_stays) {
    if (parent_stays) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int fork_controlled() {
    STAGGER_REAL(fork);
    EngineCode engine;
    point(Call::Fork, control::kNoKey);
    const TaskIndex child = free_slot();
    if (child == control::kNobody) return engine.fail(EAGAIN);
    TaskSlot& slot = self.segment->tasks[child];
    const std::uint32_t child_process = next_process_index();
    const bool parent_stays = self.slot().kind != control::TaskKind::Helper;
    const pid_t pid = real();
    if (pid < 0) {
        slot.state = control::TaskState::Ended;
        slot.joined = true;
        return settle(engine, pid);
    }
    if (pid > 0) {
        admit(child, child_process);
        return pid;
    }
    die_with_parent(parent_stays);
    is_helper_process = true;
    spawned = 0;
    process.index = child_process;
    process.multi_threaded = false;
    self.index = child;
    note_thread();
    self.on_new_execution = nullptr;
    park_as_helper();
    return 0;
}

// exit() gets here after all handlers; what is left of the process is the kernel's.
__attribute__((destructor)) void end_process_at_exit() {
    if (is_helper_process && controlled()) end_process_as_helper();
}

// A process that another one of the case forked is a task, but no child of this one.
bool is_child(pid_t pid) {
    STAGGER_REAL(waitid);
    siginfo_t info{};
    return real(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool is_awaited(const TaskSlot& slot, pid_t pid) {
    return slot.kind == control::TaskKind::Helper && slot.process != process.index &&
           (pid <= 0 || slot.pid == pid);
}

// The ends of the children that are tasks and still live.
Watched children(pid_t pid) {
    Watched watched;
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const TaskSlot& slot = self.segment->tasks[i];
        const bool lives = slot.state != control::TaskState::Ended;
        if (!lives || !is_awaited(slot, pid) || !is_child(slot.pid)) continue;
        watched.add_key(control::make_key(control::KeySpace::TaskEnd, i));
    }
    return watched;
}

void note_reaped(pid_t pid) {
    bool is_task = false;
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        TaskSlot& slot = self.segment->tasks[i];
        const bool ended = slot.state == control::TaskState::Ended;
        if (!is_awaited(slot, pid) || slot.pid != pid) continue;
        is_task = true;
        if (ended) slot.joined = true;
    }
    if (!is_task && spawned > 0) --spawned;
}

// `wait(flags)` returns the child, 0 for none yet, -1. Where a child that is no task may be the
// one, all are really waited for.
template <typename Wait>
pid_t wait_for_child(pid_t pid, int flags, Wait wait) {
    EngineCode engine;
    const CancellationPoint here;
    const bool once = (flags & WNOHANG) != 0;
    once ? spinning_point(Call::WaitChild, control::kNoKey)
         : point(Call::WaitChild, control::kNoKey);
    pid_t found = 0;
    while ((found = wait(flags | WNOHANG)) == 0 && !once) {
        const Watched watched = children(pid);
        if (watched.count() == 0 || (pid <= 0 && spawned > 0)) {
            found = wait(flags);
            regain_token();
            break;
        }
        if (is_interrupted(true)) {
            errno = EINTR;
            found = -1;
            break;
        }
        wait_for(watched.keys(), watched.count(), control::kNoDeadline);
    }
    if (found > 0) note_reaped(found);
    return settle(engine, found);
}

int note_spawned(int result) {
    if (result != 0) return result;
    ++spawned;
    if (controlled()) note_outside_waker();
    return result;
}

}  // namespace

// With the process go its other threads; and whoever waits for anything of its may look again.
void end_process_as_helper() {
    leave_plugin();
    end_tasks_of(process.index, self.index);
    is_helper_process = false;
    note_epoll_process_ended();
    end_as_helper();
}

}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED pid_t fork() noexcept {
    STAGGER_REAL(fork);
    return controlled() ? fork_controlled() : real();
}

STAGGER_INTERCEPTED pid_t vfork() noexcept {
    return fork();
}

STAGGER_INTERCEPTED void _exit(int status) {
    STAGGER_REAL(_exit);
    end_process_at_exit();
    real(status);
    __builtin_unreachable();
}

STAGGER_INTERCEPTED void _Exit(int status) noexcept {
    _exit(status);
}

STAGGER_INTERCEPTED pid_t waitpid(pid_t pid, int* status, int flags) {
    STAGGER_REAL(waitpid);
    if (!controlled()) return real(pid, status, flags);
    return wait_for_child(pid, flags, [&](int how) { return real(pid, status, how); });
}

STAGGER_INTERCEPTED pid_t wait(int* status) {
    STAGGER_REAL(wait);
    return controlled() ? waitpid(-1, status, 0) : real(status);
}

STAGGER_INTERCEPTED pid_t wait3(int* status, int flags, rusage* usage) noexcept {
    STAGGER_REAL(wait3);
    if (!controlled()) return real(status, flags, usage);
    return wait_for_child(-1, flags, [&](int how) { return real(status, how, usage); });
}

STAGGER_INTERCEPTED pid_t wait4(pid_t pid, int* status, int flags, rusage* usage) noexcept {
    STAGGER_REAL(wait4);
    if (!controlled()) return real(pid, status, flags, usage);
    return wait_for_child(pid, flags, [&](int how) { return real(pid, status, how, usage); });
}

STAGGER_INTERCEPTED int waitid(idtype_t kind, id_t id, siginfo_t* info, int flags) {
    STAGGER_REAL(waitid);
    if (!controlled()) return real(kind, id, info, flags);
    siginfo_t own{};
    siginfo_t& found = info != nullptr ? *info : own;
    const pid_t pid = kind == P_PID ? static_cast<pid_t>(id) : -1;
    const pid_t child = wait_for_child(pid, flags, [&](int how) {
        found = {};
        return real(kind, id, &found, how) == 0 ? found.si_pid : -1;
    });
    return child == -1 ? -1 : 0;
}

// What is started this way is no task, and may wake others as it likes.
STAGGER_INTERCEPTED int posix_spawn(pid_t* pid, const char* path,
                                    const posix_spawn_file_actions_t* actions,
                                    const posix_spawnattr_t* attributes, char* const arguments[],
                                    char* const environment[]) {
    STAGGER_REAL(posix_spawn);
    const int result = real(pid, path, actions, attributes, arguments, environment);
    return note_spawned(result);
}

STAGGER_INTERCEPTED int posix_spawnp(pid_t* pid, const char* file,
                                     const posix_spawn_file_actions_t* actions,
                                     const posix_spawnattr_t* attributes, char* const arguments[],
                                     char* const environment[]) {
    STAGGER_REAL(posix_spawnp);
    const int result = real(pid, file, actions, attributes, arguments, environment);
    return note_spawned(result);
}
