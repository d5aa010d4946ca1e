// SPDX-License-Identifier: Apache-2.0
//
// A correct backend whose lock Stagger cannot see: one byte in a pipe, taken and put back by bare
// system calls. Whoever finds the pipe empty sleeps out of sight, with the token in its hands.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

int lock_pipe[2] = {-1, -1};

long bare_call(long number, long first, const void* second, long third) {
#if defined(__x86_64__)
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third)
                     : "rcx", "r11", "memory");
    return result;
#else
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = first;
    register const void* x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = third;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
#endif
}

class Lock {
public:
    Lock() { bare_call(SYS_read, lock_pipe[0], &byte_, 1); }
    ~Lock() { bare_call(SYS_write, lock_pipe[1], &byte_, 1); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    char byte_ = 0;
};

class Hidden : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    std::string add(std::string_view value) override {
        const Lock lock;
        const std::int64_t old = cell_;
        cell_ = old + number(value);
        return wire::encode_integer(old);
    }
};

class Backend : public broken::SharedRegisters<Hidden> {
public:
    explicit Backend(const plugin::Config& config) : SharedRegisters(config) {
        if (pipe2(lock_pipe, O_CLOEXEC) != 0) plugin::fail_system("pipe2", errno);
        const char byte = 0;
        bare_call(SYS_write, lock_pipe[1], &byte, 1);
    }
    ~Backend() override {
        close(lock_pipe[0]);
        close(lock_pipe[1]);
    }
    static plugin::Description describe() {
        return {"out_of_sight", "a correct lock by bare system calls", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
