// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/children.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>

#include "harness/agent/futex.hpp"
#include "harness/base/check.hpp"
#include "harness/control/scheduler.hpp"

namespace stagger::worker {
namespace {

sigset_t child_signal() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return set;
}

void drain(int descriptor) {
    char bytes[4096];
    while (read(descriptor, bytes, sizeof(bytes)) > 0) continue;
}

std::string describe(const siginfo_t& info) {
    if (info.si_code == CLD_EXITED) return fmt::format("exited with status {}", info.si_status);
    return fmt::format("was killed by signal {} ({})", info.si_status, strsignal(info.si_status));
}

// Those that children of ours left behind come to us, since host and builder are subreapers.
std::vector<int> children_of_this_process() {
    std::ifstream list(fmt::format("/proc/self/task/{}/children", getpid()));
    std::vector<int> pids;
    for (int pid = 0; list >> pid;) pids.push_back(pid);
    return pids;
}

}  // namespace

void kill_descendants(std::vector<int> known) {
    for (;; known = children_of_this_process()) {
        for (const int pid : known) kill(pid, SIGKILL);
        for (const int pid : known) waitpid(pid, nullptr, 0);
        if (waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) break;
    }
}

Children::Children() {
    const sigset_t set = child_signal();
    sigprocmask(SIG_BLOCK, &set, nullptr);
    deaths_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    STAGGER_CHECK(deaths_ >= 0);
    STAGGER_CHECK(pipe2(parked_, O_CLOEXEC) == 0);
    fcntl(parked_[0], F_SETFL, O_NONBLOCK);
}

Children::~Children() {
    close(deaths_);
    close(parked_[0]);
    close(parked_[1]);
}

bool Children::fork_child(std::uint32_t process, const std::function<void(int parked)>& body) {
    const int builder = getpid();
    const int pid = fork();
    if (pid < 0) return false;
    if (pid > 0) {
        children_.push_back({pid, process});
        return true;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != builder) _exit(1);
    const sigset_t set = child_signal();
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    close(deaths_);
    close(parked_[0]);
    body(parked_[1]);
    _exit(0);
}

std::string Children::await_parked(std::size_t count) {
    while (count > 0) {
        pollfd sources[] = {{parked_[0], POLLIN, 0}, {deaths_, POLLIN, 0}};
        if (poll(sources, 2, -1) < 0) continue;
        char bytes[control::kMaxTasks];
        const ssize_t got = read(parked_[0], bytes, std::min(count, sizeof(bytes)));
        if (got > 0) count -= static_cast<std::size_t>(got);
        if ((sources[1].revents & POLLIN) == 0) continue;
        drain(deaths_);
        for (const Child& child : children_) {
            const auto how = child.struck ? std::nullopt : end_of(child);
            if (how) return "a process " + *how + " before it could start";
        }
    }
    return "";
}

std::optional<std::string> Children::end_of(const Child& child) {
    siginfo_t info{};
    const auto id = static_cast<id_t>(child.pid);
    if (waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return std::nullopt;
    if (info.si_pid != child.pid) return std::nullopt;
    return describe(info);
}

std::vector<std::uint32_t> Children::report_deaths(control::Segment& segment,
                                                   const backend::Layout& layout) {
    drain(deaths_);
    std::vector<std::uint32_t> start_again;
    control::Execution& execution = segment.execution;
    for (Child& child : children_) {
        const auto how = child.struck ? std::nullopt : end_of(child);
        if (!how) continue;
        control::TaskMask tasks = 0;
        for (control::TaskIndex i = 0; i < layout.tasks.size(); ++i) {
            if (layout.tasks[i].process == child.process) tasks |= control::bit(i);
        }
        child.struck = (execution.faults.killed & tasks) != 0;
        if (child.struck) {
            reap(child);  // others wait for that: to them a zombie would look alive
            if ((execution.faults.unborn & tasks) != 0) start_again.push_back(child.process);
            continue;
        }
        if (execution.over.load(std::memory_order_acquire) != 0) continue;
        const bool holds = (tasks & control::bit(execution.holder % control::kMaxTasks)) != 0;
        const control::TaskIndex culprit = holds        ? execution.holder
                                           : tasks != 0 ? control::lowest(tasks)
                                                        : control::kNobody;
        control::finish(segment, control::Ending::Crash, culprit, how->c_str());
        execution.over.store(1, std::memory_order_release);
        agent::futex_wake(&execution.over);
    }
    return start_again;
}

void Children::reap(Child& child) {
    if (!child.reaped) waitpid(child.pid, nullptr, 0);
    child.reaped = true;
}

std::vector<std::uint32_t> Children::reap_killed(const control::Segment& segment) {
    drain(parked_[0]);  // of those that started again, for whom nobody waited
    std::vector<std::uint32_t> processes;
    const control::TaskMask killed = segment.execution.faults.killed;
    for (control::TaskMask rest = killed; rest != 0; rest &= rest - 1) {
        const control::TaskSlot& slot = segment.tasks[control::lowest(rest)];
        const auto dead = std::find_if(children_.begin(), children_.end(), [&](const Child& child) {
            return child.process == slot.process && (child.struck || child.pid == slot.pid);
        });
        if (dead == children_.end()) continue;
        reap(*dead);
        children_.erase(dead);
        const bool back = std::any_of(children_.begin(), children_.end(), [&](const Child& child) {
            return child.process == slot.process;
        });
        if (!back) processes.push_back(slot.process);
    }
    return processes;
}

void Children::kill_all() {
    // Those that we forked first: /proc is read only if somebody is left behind them.
    std::vector<int> left;
    for (const Child& child : children_) {
        if (!child.reaped) left.push_back(child.pid);
    }
    kill_descendants(std::move(left));
    children_.clear();
    drain(deaths_);
    drain(parked_[0]);
}

}  // namespace stagger::worker
