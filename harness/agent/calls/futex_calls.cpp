// SPDX-License-Identifier: Apache-2.0
//
// syscall(2): futexes are modelled, since which waiter wakes is a choice; std::atomic::wait and
// locks made by hand come here. Calls that concern the caller alone pass; of any other we know no
// footprint, so it may wake everybody. Runs in the task that calls. futex(2).
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/futex_model.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

bool concerns_caller_only(long number) {
    switch (number) {
        case SYS_gettid:
        case SYS_getpid:
        case SYS_getppid:
        case SYS_getuid:
        case SYS_geteuid:
        case SYS_getcpu:
        case SYS_sched_getaffinity:
        case SYS_rt_sigprocmask:
        case SYS_membarrier:
            return true;
        default:
            return false;
    }
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED long syscall(long number, ...) noexcept {
    STAGGER_REAL(syscall);
    long a[6];
    std::va_list arguments;
    va_start(arguments, number);
    for (long& argument : a) argument = va_arg(arguments, long);
    va_end(arguments);
    if (!controlled() || concerns_caller_only(number)) {
        return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
    EngineCode engine;
    const FutexCall futex{reinterpret_cast<std::uint32_t*>(a[0]), a[1], a[2], a[3],
                          reinterpret_cast<std::uint32_t*>(a[4]), a[5]};
    if (number == SYS_futex && is_modelled(futex)) {
        const long result = run_futex(futex);
        return result < 0 ? engine.fail(static_cast<int>(-result)) : result;
    }
    point(stagger::control::Call::Label, stagger::control::kNoKey);
    const long result = settle(engine, real(number, a[0], a[1], a[2], a[3], a[4], a[5]));
    stagger::control::touch_all(*self.segment);
    return result;
}
