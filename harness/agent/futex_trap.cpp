// SPDX-License-Identifier: Apache-2.0
//
// libc = "real": the futex calls that libc makes itself. They are inline in it, so no definition of
// ours can stand in front of them; the kernel has to hand them over, by SIGSYS, at the instruction.
//
// Two ways were tried, and both work without privileges. Syscall User Dispatch is switched by a
// byte per thread, which `in_plugin` could be; but it hands over all system calls, and those that
// change the signal frame itself (masks, alternative stacks, returning from it) or the stack
// (clone) cannot be made again from a handler. A seccomp filter hands over the futex alone,
// and threads and forks inherit it. It holds for the addresses of libc's code only: so the agent's
// own calls pass without a trap, and so do those of a program that a plugin starts, which inherits
// the filter, has libc elsewhere, and has no handler. seccomp(2), futex(2).
//
// The handler runs where the call would have: on the task's stack, as any call of the agent's does.
#include <link.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include <cerrno>
#include <csignal>
#include <cstddef>

#include "harness/agent/agent.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/futex_model.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"

namespace stagger::agent {
namespace {

constexpr int kFromFilter = 1;  // SYS_SECCOMP in the kernel's headers, which clash with libc's

struct Range {
    std::uintptr_t low = 0, high = 0;
};

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;

FutexCall call_in(const mcontext_t& machine) {
    const auto& r = machine.gregs;
    return {reinterpret_cast<std::uint32_t*>(r[REG_RDI]), r[REG_RSI], r[REG_RDX], r[REG_R10],
            reinterpret_cast<std::uint32_t*>(r[REG_R8]),  r[REG_R9]};
}

void answer(mcontext_t& machine, long result) {
    machine.gregs[REG_RAX] = result;
}
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;

FutexCall call_in(const mcontext_t& machine) {
    const auto& r = machine.regs;
    const auto number = [&](int i) { return static_cast<long>(r[i]); };
    return {reinterpret_cast<std::uint32_t*>(r[0]), number(1), number(2), number(3),
            reinterpret_cast<std::uint32_t*>(r[4]), number(5)};
}

void answer(mcontext_t& machine, long result) {
    machine.regs[0] = static_cast<unsigned long long>(result);
}
#endif

// The engine's code of another task may really sleep there: libc has locks of its own, such as the
// dynamic linker's, that both take. The kernel wakes it, and nobody else, if the model has too few.
long wake_sleepers_too(const FutexCall& futex, long woken) {
    if (futex.command() != FUTEX_WAKE || woken < 0 || woken >= futex.value) return woken;
    FutexCall rest = futex;
    rest.value -= woken;
    const long more = raw_futex(rest);
    if (more <= 0) return woken;
    regain_token();
    return woken + more;
}

void on_trap(int, siginfo_t* info, void* context) {
    if (info->si_code != kFromFilter) return;
    auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
    const FutexCall futex = call_in(machine);
    if (!controlled() || !is_modelled(futex)) {
        answer(machine, raw_futex(futex));
        return;
    }
    EngineCode engine;
    answer(machine, wake_sleepers_too(futex, run_futex(futex)));
}

int find_code(dl_phdr_info* object, std::size_t, void* wanted) {
    Range& range = *static_cast<Range*>(wanted);  // low: an address in it
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& part = object->dlpi_phdr[i];
        const std::uintptr_t low = object->dlpi_addr + part.p_vaddr;
        const bool code = part.p_type == PT_LOAD && (part.p_flags & PF_X) != 0;
        if (!code || range.low < low || range.low >= low + part.p_memsz) continue;
        range = {low, low + part.p_memsz};
        return 1;
    }
    return 0;
}

Range code_of_libc() {
    STAGGER_REAL(pthread_mutex_lock);
    Range range{reinterpret_cast<std::uintptr_t>(real), 0};
    return dl_iterate_phdr(find_code, &range) == 1 ? range : Range{};
}

constexpr std::uint32_t low_half(std::uintptr_t address) {
    return static_cast<std::uint32_t>(address);
}
constexpr std::uint32_t high_half(std::uintptr_t address) {
    return static_cast<std::uint32_t>(address >> 32);
}

// Filters compute in 32 bits. One that traps a call too many does no harm: the handler makes it.
int install_filter(const Range& code) {
    constexpr std::uint32_t kWhere = offsetof(seccomp_data, instruction_pointer);
    constexpr std::uint8_t kAllow = 10;  // the place of that line
    const auto to = [](int from) { return static_cast<std::uint8_t>(kAllow - from - 1); };
    sock_filter lines[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 0, to(1)),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, to(3)),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kWhere),
        BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, low_half(code.low)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, low_half(code.high - code.low), to(6), 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kWhere + sizeof(std::uint32_t)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high_half(code.low), 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high_half(code.high), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    const sock_fprog program{sizeof(lines) / sizeof(lines[0]), lines};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

// A thread that is cancelled while it waits would go on without the token: it is told once chosen.
void hold_back_cancellation(sigset_t& mask) {
    constexpr unsigned kCancel = 32;  // glibc's own signal, which sigaddset refuses
    reinterpret_cast<unsigned long*>(&mask)[0] |= 1ul << (kCancel - 1);
}

}  // namespace

int trap_futexes() {
    const Range code = code_of_libc();
    if (code.high == 0) return ENOENT;
    struct sigaction action {};
    action.sa_sigaction = on_trap;
    // A trap while a trap is handled is the engine's own, and passes.
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    hold_back_cancellation(action.sa_mask);
    if (sigaction(SIGSYS, &action, nullptr) != 0) return errno;
    const int failed = install_filter(code);
    process.real_libc = failed == 0;
    return failed;
}

}  // namespace stagger::agent
