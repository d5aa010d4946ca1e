// SPDX-License-Identifier: Apache-2.0
//
// The futex system call without libc: the agent stands in front of syscall() itself, and errno
// belongs to the plugin. Private to the agent, and to the engine's side of the token.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>

#include <atomic>
#include <cstdint>

namespace stagger::agent {

// The arguments, as the kernel names them; what an operation does not use is 0.
struct FutexCall {
    std::uint32_t* word;
    long operation;
    long value;
    long timeout = 0;  // a timespec, or a second number
    std::uint32_t* second_word = nullptr;
    long third_value = 0;

    int command() const { return static_cast<int>(operation) & FUTEX_CMD_MASK; }
};

// Returns the kernel's answer: >= 0, or minus an error number.
inline long raw_futex(const FutexCall& call) {
#if defined(__x86_64__)
    register long timeout __asm__("r10") = call.timeout;
    register auto second __asm__("r8") = call.second_word;
    register long third __asm__("r9") = call.third_value;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(SYS_futex), "D"(call.word), "S"(call.operation), "d"(call.value),
                       "r"(timeout), "r"(second), "r"(third)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_futex;
    register long result __asm__("x0") = reinterpret_cast<long>(call.word);
    register long operation __asm__("x1") = call.operation;
    register long value __asm__("x2") = call.value;
    register long timeout __asm__("x3") = call.timeout;
    register auto second __asm__("x4") = call.second_word;
    register long third __asm__("x5") = call.third_value;
    __asm__ volatile("svc 0"
                     : "+r"(result)
                     : "r"(number), "r"(operation), "r"(value), "r"(timeout), "r"(second),
                       "r"(third)
                     : "memory");
    return result;
#else
#error "Stagger's token needs a futex system call for this processor: add it here."
#endif
}

inline long raw_futex(std::atomic<std::uint32_t>* word, int operation, std::uint32_t value) {
    static_assert(sizeof(*word) == sizeof(std::uint32_t));
    return raw_futex({reinterpret_cast<std::uint32_t*>(word), operation, static_cast<long>(value)});
}

// Sleeps while the word is `value`; may return early.
inline void futex_wait(std::atomic<std::uint32_t>* word, std::uint32_t value) {
    raw_futex(word, FUTEX_WAIT, value);
}

inline void futex_wake(std::atomic<std::uint32_t>* word) {
    raw_futex(word, FUTEX_WAKE, 1);
}

}  // namespace stagger::agent
