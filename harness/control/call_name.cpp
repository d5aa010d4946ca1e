// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "harness/control/layout.hpp"

namespace stagger::control {
namespace {

// In the order of Call. What a report shows behind the step: "store n: pthread_mutex_lock".
constexpr std::array<const char*, static_cast<std::size_t>(Call::Count)> kNames = {
    "start",
    "call",
    "return",
    "enter",
    "leave",
    "sleep",
    "join",
    "assert",
    "end",
    "attach",
    "point",
    "sched_yield",
    "clock_gettime",
    "memory read",
    "memory write",
    "atomic load",
    "atomic",
    "pthread_mutex_lock",
    "pthread_mutex_unlock",
    "pthread_cond_wait",
    "pthread_cond_signal",
    "pthread_cond_broadcast",
    "pthread_rwlock_lock",
    "pthread_rwlock_unlock",
    "pthread_spin_lock",
    "pthread_spin_unlock",
    "pthread_barrier_wait",
    "sem_wait",
    "sem_post",
    "futex",
    "read",
    "write",
    "send",
    "recv",
    "poll",
    "accept",
    "connect",
    "bind",
    "listen",
    "shutdown",
    "open",
    "close",
    "create",
    "unlink",
    "rename",
    "stat",
    "lseek",
    "ftruncate",
    "mmap",
    "flock",
    "funlock",
    "mq_send",
    "mq_receive",
    "mq_open",
    "mq_getattr",
    "pthread_create",
    "pthread_join",
    "fork",
    "wait",
    "kill",
    "death",
};

}  // namespace

const char* call_name(Call call) {
    const auto index = static_cast<std::size_t>(call);
    return index < kNames.size() ? kNames[index] : "?";
}

}  // namespace stagger::control
