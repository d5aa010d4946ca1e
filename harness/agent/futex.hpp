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

// Returns the kernel's answer: >= 0, or minus an error number.
inline long raw_futex(std::atomic<std::uint32_t>* word, int operation, std::uint32_t value) {
#if defined(__x86_64__)
    register long timeout __asm__("r10") = 0;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(SYS_futex), "D"(word), "S"(operation), "d"(value), "r"(timeout)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_futex;
    register long result __asm__("x0") = reinterpret_cast<long>(word);
    register long second __asm__("x1") = operation;
    register long third __asm__("x2") = value;
    register long fourth __asm__("x3") = 0;
    __asm__ volatile("svc 0"
                     : "+r"(result)
                     : "r"(number), "r"(second), "r"(third), "r"(fourth)
                     : "memory");
    return result;
#else
#error "Stagger's token needs a futex system call for this processor: add it here."
#endif
}

// Sleeps while the word is `value`; may return early.
inline void futex_wait(std::atomic<std::uint32_t>* word, std::uint32_t value) {
    raw_futex(word, FUTEX_WAIT, value);
}

inline void futex_wake(std::atomic<std::uint32_t>* word) { raw_futex(word, FUTEX_WAKE, 1); }

}  // namespace stagger::agent
