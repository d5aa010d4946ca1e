// SPDX-License-Identifier: Apache-2.0
//
// A process becomes another program: none of its calls is seen any more, so nothing that happens
// from there on could be judged, and the execution ends without a verdict. Runs in the task that
// calls. execve(2), exec(3).
#include <unistd.h>

#include <cstdarg>

#include "harness/agent/agent.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"

namespace stagger::agent {
namespace {

constexpr std::size_t kMostArguments = 1024;

void end_if_controlled() {
    if (!controlled()) return;
    leave_plugin();
    finish_execution(control::Ending::Overflow,
                     "a process became another program (exec), which Stagger cannot schedule");
    for (;;) pause();
}

// The arguments of a call that lists them, up to the null that ends them.
struct Listed {
    char* arguments[kMostArguments + 1] = {};

    Listed(const char* first, std::va_list& rest) {
        const char* next = first;
        for (std::size_t i = 0; next != nullptr && i < kMostArguments; ++i) {
            arguments[i] = const_cast<char*>(next);
            next = va_arg(rest, const char*);
        }
    }
};

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int execve(const char* path, char* const arguments[],
                               char* const environment[]) noexcept {
    STAGGER_REAL(execve);
    end_if_controlled();
    return real(path, arguments, environment);
}

STAGGER_INTERCEPTED int execv(const char* path, char* const arguments[]) noexcept {
    return execve(path, arguments, environ);
}

STAGGER_INTERCEPTED int execvpe(const char* file, char* const arguments[],
                                char* const environment[]) noexcept {
    STAGGER_REAL(execvpe);
    end_if_controlled();
    return real(file, arguments, environment);
}

STAGGER_INTERCEPTED int execvp(const char* file, char* const arguments[]) noexcept {
    return execvpe(file, arguments, environ);
}

STAGGER_INTERCEPTED int fexecve(int descriptor, char* const arguments[],
                                char* const environment[]) noexcept {
    STAGGER_REAL(fexecve);
    end_if_controlled();
    return real(descriptor, arguments, environment);
}

STAGGER_INTERCEPTED int execl(const char* path, const char* first, ...) noexcept {
    std::va_list rest;
    va_start(rest, first);
    const Listed listed(first, rest);
    va_end(rest);
    return execve(path, listed.arguments, environ);
}

STAGGER_INTERCEPTED int execlp(const char* file, const char* first, ...) noexcept {
    std::va_list rest;
    va_start(rest, first);
    const Listed listed(first, rest);
    va_end(rest);
    return execvpe(file, listed.arguments, environ);
}

STAGGER_INTERCEPTED int execle(const char* path, const char* first, ...) noexcept {
    std::va_list rest;
    va_start(rest, first);
    const Listed listed(first, rest);
    char* const* environment = va_arg(rest, char* const*);
    va_end(rest);
    return execve(path, listed.arguments, environment);
}
