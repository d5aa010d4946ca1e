// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/proc_stat.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <limits>

namespace stagger::engine {
namespace {

int own_thread() {
    return static_cast<int>(syscall(SYS_gettid));
}

TEST(ThreadStat, OfTheReaderItselfIsRunning) {
    const ThreadStat stat = thread_stat(getpid(), own_thread());
    EXPECT_TRUE(stat.exists);
    EXPECT_EQ(stat.state, 'R');
}

TEST(ThreadStat, OfAThreadThatIsNotThereSaysSo) {
    EXPECT_FALSE(thread_stat(getpid(), std::numeric_limits<int>::max()).exists);
    EXPECT_FALSE(thread_stat(std::numeric_limits<int>::max(), 1).exists);
    EXPECT_EQ(cpu_seconds_with_children(std::numeric_limits<int>::max()), 0);
}

TEST(ThreadStat, ProcessorTimeGrowsWithWorkDone) {
    const double thread_before = thread_stat(getpid(), own_thread()).cpu_seconds;
    const double before = cpu_seconds_with_children(getpid());
    volatile std::uint64_t work = 0;
    while (thread_stat(getpid(), own_thread()).cpu_seconds <= thread_before) work = work + 1;
    while (cpu_seconds_with_children(getpid()) <= before)
        work = work + 1;  // rounded in its own way
    EXPECT_GT(work, 0u);
}

// It works until it is killed.
TEST(ThreadStat, ProcessorTimeOfAChildCountsToo) {
    const int child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (volatile std::uint64_t work = 0; child == 0;) work = work + 1;
    while (cpu_seconds_with_children(child) < 0.05) continue;
    const double own = thread_stat(getpid(), own_thread()).cpu_seconds;
    EXPECT_GE(cpu_seconds_with_children(getpid()), own + 0.04);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
}

// A program can call itself anything, also what looks like the end of the field.
TEST(ThreadStat, IsReadBehindANameWithParentheses) {
    char old_name[16];
    ASSERT_EQ(pthread_getname_np(pthread_self(), old_name, sizeof(old_name)), 0);
    ASSERT_EQ(pthread_setname_np(pthread_self(), "a) S 1 (b"), 0);
    EXPECT_EQ(thread_stat(getpid(), own_thread()).state, 'R');
    pthread_setname_np(pthread_self(), old_name);
}

}  // namespace
}  // namespace stagger::engine
