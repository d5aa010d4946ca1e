// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/agent/controlled.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <set>

#include "harness/agent/agent.hpp"
#include "harness/agent/futex.hpp"
#include "harness/control/integrity.hpp"
#include "harness/control/scheduler.hpp"

namespace stagger::agent {
namespace {

using control::Segment;
using control::TaskIndex;
using control::TaskMask;

constexpr unsigned kWatchdogSeconds = 60;

template <typename T>
T* shared_memory() {
    void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    return static_cast<T*>(memory);
}

[[noreturn]] void be_child(Segment& segment, TaskIndex index, const Body& body, Board& board) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(kWatchdogSeconds);
    segment.tasks[index].pid = getpid();
    segment.tasks[index].tid = getpid();
    be_process(index, false);
    be_task(index, nullptr, nullptr);
    await_turn();
    enter_plugin();
    body(board);
    leave_plugin();
    end_task();
    while (true) pause();
}

void start(Segment& segment, TaskMask tasks, const Course& course) {
    segment.plan.strategy = course.strategy;
    segment.plan.seed = course.seed;
    segment.plan.start = course.start;
    segment.code.on = course.code;
    segment.plan.replay_count = static_cast<std::uint32_t>(course.replay.size());
    std::copy(course.replay.begin(), course.replay.end(), segment.plan.replay);
    control::begin_execution(segment, control::Phase::Main, tasks, tasks, 0);
    const TaskIndex first = control::pick_successor(segment, control::kNobody);
    segment.tasks[first].token.store(1);
    futex_wake(&segment.tasks[first].token);
}

// A body that dies leaves the token with nobody: the test learns of it here.
void wait_until_over(Segment& segment) {
    auto& over = segment.execution.over;
    while (over.load() == 0) {
        const timespec tenth{0, 100'000'000};
        syscall(SYS_futex, &over, FUTEX_WAIT, 0, &tenth);
        siginfo_t info{};
        if (over.load() != 0 || waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) continue;
        if (info.si_pid == 0) continue;
        segment.execution.ending = control::Ending::Crash;
        return;
    }
}

void end_children(const std::vector<pid_t>& children) {
    for (const pid_t child : children) kill(child, SIGKILL);
    for (const pid_t child : children) waitpid(child, nullptr, 0);
}

Outcome read_outcome(const Segment& segment, const Board& board) {
    const control::Execution& execution = segment.execution;
    std::vector<std::size_t> code;
    for (std::size_t i = 0; i < control::kCodeFeatures; ++i) {
        if (segment.code.features[i] != 0) code.push_back(i);
    }
    return {execution.ending,
            execution.points,
            execution.clock,
            execution.misfits,
            {segment.log, segment.log + execution.logged},
            {std::begin(board.values), std::end(board.values)},
            {board.order, board.order + board.count},
            code};
}

}  // namespace

Outcome run_controlled(const std::vector<Body>& bodies, const Course& course,
                       const std::function<void()>& prepare, const std::function<void()>& release) {
    use_segment(nullptr);
    auto* board = shared_memory<Board>();
    auto* segment = shared_memory<Segment>();
    control::initialise(*segment);
    segment->settings.task_count = static_cast<std::uint32_t>(bodies.size());
    segment->settings.step_limit = 300'000;
    use_segment(segment);
    prepare();
    std::vector<pid_t> children;
    TaskMask tasks = 0;
    for (TaskIndex index = 0; index < bodies.size(); ++index) {
        tasks |= control::bit(index);
        segment->tasks[index].kind = control::TaskKind::Role;
        segment->tasks[index].process = index;
        const pid_t child = fork();
        if (child == 0) be_child(*segment, index, bodies[index], *board);
        children.push_back(child);
    }
    release();
    start(*segment, tasks, course);
    wait_until_over(*segment);
    const Outcome outcome = read_outcome(*segment, *board);
    end_children(children);
    use_segment(nullptr);
    munmap(segment, sizeof(Segment));
    munmap(board, sizeof(Board));
    return outcome;
}

std::string text_of(const std::vector<int>& order) {
    std::string text;
    for (const int what : order) text += std::to_string(what);
    return text;
}

std::vector<std::string> orders_of(const std::vector<Body>& bodies, std::uint64_t seeds,
                                   const std::function<void()>& prepare,
                                   const std::function<void()>& release) {
    std::set<std::string> found;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        Course course;
        course.strategy = control::StrategyKind::Random;
        course.seed = seed;
        const Outcome outcome = run_controlled(bodies, course, prepare, release);
        const bool completed = outcome.ending == control::Ending::Completed;
        found.insert(completed ? text_of(outcome.order) : "not completed");
    }
    return {found.begin(), found.end()};
}

}  // namespace stagger::agent
