// SPDX-License-Identifier: Apache-2.0
//
// syscall(2): futexes are modelled, since which waiter wakes is a choice; std::atomic::wait and
// locks made by hand come here. Calls that concern the caller alone pass; of any other we know no
// footprint, so it may wake everybody. Runs in the task that calls. futex(2).
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/model.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;

struct Futex {
    const std::uint32_t* word;
    int operation;
    std::uint32_t value;
    long third;  // a time-out, or how many to move
    std::uint32_t expected;
    int command() const { return operation & FUTEX_CMD_MASK; }
};

std::int64_t deadline_of(const Futex& futex) {
    const auto* time = reinterpret_cast<const timespec*>(futex.third);
    if (time == nullptr) return control::kNoDeadline;
    if (futex.command() == FUTEX_WAIT) return deadline_after(nanoseconds(*time));
    const bool calendar = (futex.operation & FUTEX_CLOCK_REALTIME) != 0;
    return virtual_deadline(calendar ? CLOCK_REALTIME : CLOCK_MONOTONIC, *time);
}

long wait_on(EngineCode& engine, const Futex& futex, control::ModelEntry& model) {
    if (__atomic_load_n(futex.word, __ATOMIC_SEQ_CST) != futex.value) return engine.fail(EAGAIN);
    enlist(model);
    return sleep_until_granted(model, deadline_of(futex)) ? 0 : engine.fail(ETIMEDOUT);
}

long wake_some(control::ModelEntry& model, std::uint32_t limit) {
    long count = 0;
    while (count < static_cast<long>(limit) && grant_one(model) == 1) ++count;
    return count;
}

// Those who would be moved wake instead: a futex may wake in vain, and its users look again. So do
// those whose bits do not match, which the model does not keep.
long run_futex(EngineCode& engine, const Futex& futex) {
    const auto key = address_key(futex.word);
    point(Call::Futex, key);
    control::ModelEntry* model = model_of(key);
    if (model == nullptr) return engine.fail(ENOMEM);
    switch (futex.command()) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
            return wait_on(engine, futex, *model);
        case FUTEX_WAKE:
            return wake_some(*model, futex.value);
        case FUTEX_WAKE_BITSET:
            return grant_all(*model);
        case FUTEX_CMP_REQUEUE:
            if (__atomic_load_n(futex.word, __ATOMIC_SEQ_CST) != futex.expected) {
                return engine.fail(EAGAIN);
            }
            [[fallthrough]];
        default:  // FUTEX_REQUEUE
            return wake_some(*model, futex.value) +
                   wake_some(*model, static_cast<std::uint32_t>(futex.third));
    }
}

bool is_modelled(int operation) {
    switch (operation & FUTEX_CMD_MASK) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
        case FUTEX_WAKE:
        case FUTEX_WAKE_BITSET:
        case FUTEX_REQUEUE:
        case FUTEX_CMP_REQUEUE:
            return true;
        default:
            return false;
    }
}

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
    if (number == SYS_futex && is_modelled(static_cast<int>(a[1]))) {
        return run_futex(
            engine, {reinterpret_cast<const std::uint32_t*>(a[0]), static_cast<int>(a[1]),
                     static_cast<std::uint32_t>(a[2]), a[3], static_cast<std::uint32_t>(a[5])});
    }
    point(Call::Label, stagger::control::kNoKey);
    const long result = settle(engine, real(number, a[0], a[1], a[2], a[3], a[4], a[5]));
    stagger::control::touch_all(*self.segment);
    return result;
}
